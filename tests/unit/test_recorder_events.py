"""Events of firms in the recorder: relocations, attempts at a breakthrough, and tracks opened."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.agents.firms.parameters import EntryExit, Relocation, Research
from nqpf.model import measures
from nqpf.model.parameters import Parameters
from nqpf.model.quarters import format_quarter
from nqpf.model.recorder.tables import QuarterTables

LIVELY = Parameters(
    research=Research(attempts=3.0, breakthrough=0.8, component_power=0.1, adoption=1.0),
    firms=EntryExit(exit_rate=0.1),
    relocation=Relocation(considering=0.8, fixed_cost=0.0, distance_cost=0.0),
)


@pytest.fixture(scope="module")
def seen(economies, country):
    """Five quarters in which firms move and open tracks: events, tracks, cities, turnover and consortia of each."""
    economy = economies.small_economy(country, parameters=LIVELY, firms=120)
    made = QuarterTables(economy, "firm")
    quarters = []
    for _ in range(5):
        economy.step()
        tables = {name: table.to_pandas() for name, table in made.make().items()}
        quarters.append(SimpleNamespace(**tables, turnover=economy.turnover, consortia=economy.consortia))
    return SimpleNamespace(economy=economy, quarters=quarters)


def of_kind(quarter, *kinds):
    """Events of some kinds as tuples of kind, city, sector, firm and the detail as a dict."""
    events = quarter.events[quarter.events["kind"].isin(kinds)]
    columns = (events[c] for c in ("kind", "city", "sector", "firm", "detail"))
    return [(*key, json.loads(detail)) for *key, detail in zip(*columns, strict=True)]


def test_every_move_is_an_event_where_the_firm_arrived(seen):
    """With its id and sector, and the city it came from; they add up to the cities' measures."""
    codes, sectors = seen.economy.facts.places.code, seen.economy.facts.sectors.id
    total = 0
    for quarter in seen.quarters:
        t = quarter.turnover
        expected = [
            ("relocation", codes[new // 4], sectors[new % 4], firm, {"from": codes[old // 4]})
            for firm, old, new in zip(t.moved.tolist(), t.moved_from.tolist(), t.moved_to.tolist(), strict=True)
        ]
        events = of_kind(quarter, "relocation")
        assert events == expected
        assert all(city != detail["from"] for _, city, _, _, detail in events)
        cities = quarter.cities.set_index("city")
        for code in codes:
            assert cities.loc[code, "moved_in"] == sum(event[1] == code for event in events)
            assert cities.loc[code, "moved_out"] == sum(event[4]["from"] == code for event in events)
        total += len(events)
    assert total > 5


def test_every_attempt_is_an_event_with_its_partners(seen):
    """A breakthrough if a track was opened, which then has its number; partners by component, city and firm."""
    codes, sectors = seen.economy.facts.places.code, seen.economy.facts.sectors.id
    kinds = []
    for quarter in seen.quarters:
        c, events = quarter.consortia, of_kind(quarter, "attempt", "breakthrough")
        assert [firm for _, _, _, firm, _ in events] == c.firm.tolist()
        for k, (kind, city, sector, _, detail) in enumerate(events):
            assert (city, sector) == (codes[c.city[k]], sectors[c.sector[k]])
            assert kind == ("breakthrough" if c.track[k] >= 0 else "attempt")
            assert detail["chance"] == c.chance[k]
            assert detail.get("track", -1) == c.track[k]
            partners = [(sectors.index(p["component"]), codes.index(p["city"]), p["firm"]) for p in detail["partners"]]
            named = c.component[k] >= 0
            columns = (c.component[k][named], c.partner_city[k][named], c.partner_firm[k][named])
            assert partners == list(zip(*(values.tolist() for values in columns), strict=True))
            kinds.append(kind)
        cities = quarter.cities.set_index("city")
        assert cities["attempts"].sum() == len(events)
        assert cities["breakthroughs"].sum() == sum(event[0] == "breakthrough" for event in events)
    assert {"attempt", "breakthrough"} == set(kinds)


def test_a_nations_run_tells_breakthroughs_but_not_who_moved(economies, country):
    """Firms that come, go and move are counted by place: with detail `nation` no such event is written."""
    economy = economies.small_economy(country, parameters=LIVELY, firms=120)
    made = QuarterTables(economy, "nation")
    kinds = set()
    for _ in range(3):
        economy.step()
        kinds |= set(made.make()["events"].to_pandas()["kind"])
    assert {"attempt", "breakthrough"} & kinds
    assert not {"entry", "exit", "relocation"} & kinds


def test_tracks_are_told_quarter_by_quarter(seen):
    """One row a track: sector, where and when it was opened, its ceiling, and how far it has spread."""
    facts, now = seen.economy.facts, seen.economy.now
    table = seen.quarters[-1].tracks
    assert table["track"].tolist() == list(range(len(now.tracks)))
    assert table["sector"].tolist() == [facts.sectors.id[s] for s in now.tracks.sector]
    assert table["city"].isna().tolist() == [origin < 0 for origin in now.tracks.origin]
    opened = table["city"].notna()
    assert table["city"][opened].tolist() == [facts.places.code[o] for o in now.tracks.origin if o >= 0]
    assert table["opened"].tolist() == [format_quarter(q) for q in now.tracks.opened]
    assert list(table.columns[5:]) == [m.name for m in measures.TRACK]
    growth = 5 * seen.economy.parameters.research.frontier_growth
    np.testing.assert_allclose(table["ceiling"], now.tracks.ceiling + growth)
    firms = now.firms
    city = firms.cell // 4
    for track in range(len(now.tracks)):
        on = firms.track == track
        row = table.iloc[track]
        assert row["firms"] == on.sum()
        assert row["places"] == len(set(city[on]))
        assert row["provinces"] == len(set(facts.places.province[city[on]]))
        sector = now.tracks.sector[track]
        assert row["sales_share"] == pytest.approx(firms.sales[on].sum() / firms.sales[firms.cell % 4 == sector].sum())
    assert len(now.tracks) > 6
    np.testing.assert_allclose(table.groupby("sector")["sales_share"].sum(), 1)
    assert seen.quarters[0].tracks["track"].tolist() == list(range(len(seen.quarters[0].tracks)))


def test_tracks_opened_are_those_of_the_events(seen):
    """Every track after those of the start has one breakthrough, at its place, in its sector and quarter."""
    told = {}
    for step, quarter in enumerate(seen.quarters):
        for _, city, sector, _, detail in of_kind(quarter, "breakthrough"):
            told[detail["track"]] = (city, sector, format_quarter(seen.economy.first_quarter + step))
    table = seen.quarters[-1].tracks.iloc[4:]
    expected = zip(table["track"], table["city"], table["sector"], table["opened"], strict=True)
    assert told == {track: (city, sector, opened) for track, city, sector, opened in expected}
