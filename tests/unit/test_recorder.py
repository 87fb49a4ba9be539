"""What a run writes: columns, the tables of a quarter, checkpoints."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from nqpf.agents.firms.columns import Firms
from nqpf.agents.firms.parameters import EntryExit
from nqpf.model import measures
from nqpf.model.levers import LEVERS
from nqpf.model.parameters import Parameters
from nqpf.model.quarters import format_quarter
from nqpf.model.recorder import DETAILS, TABLES
from nqpf.model.recorder.checkpoint import load_checkpoint, save_checkpoint
from nqpf.model.recorder.columns import DESCRIPTIONS, LEVELS, arrow_schema, schema_document
from nqpf.model.recorder.events import Watch
from nqpf.model.recorder.parts import write_table
from nqpf.model.recorder.tables import QuarterTables
from nqpf.model.rules import SHOCKS, PolicyRule, Shock

QUARTERS = 4


@pytest.fixture(scope="module")
def recorded(economies, country, tmp_path_factory):
    """Four quarters of a small economy as frames by table and quarter, read back from Parquet; and the economy."""
    often = Parameters(firms=EntryExit(exit_rate=0.15))
    economy = economies.small_economy(country, parameters=often)
    made = QuarterTables(economy, "firm")
    file = tmp_path_factory.mktemp("recorded") / "part.parquet"
    quarters = []
    for _ in range(QUARTERS):
        economy.step()
        frames = {}
        for table, rows in made.make().items():
            with file.open("wb") as handle:
                write_table(handle, table, rows)
            frames[table] = pd.read_parquet(file)
            assert pq.read_schema(file).equals(arrow_schema(table)), table
        quarters.append(frames)
    return SimpleNamespace(economy=economy, quarters=quarters, last=quarters[-1])


def test_every_column_says_what_it_is():
    """Every column of every table has a name of its own, a type, a meaning, and a unit unless it is text."""
    for table, columns in TABLES.items():
        assert len({column.name for column in columns}) == len(columns)
        assert columns[0].name == "quarter"
        for column in columns:
            assert column.meaning, (table, column.name)
            assert column.unit or column.type == "text", (table, column.name)


def test_measures_are_columns_as_declared():
    """Tables hold the measures that are declared, in their order, whole ones as whole numbers."""
    declared = {
        "nation": (1, (*measures.CITY, *measures.NATION)),
        "regions": (3, measures.CITY),
        "cities": (2, measures.CITY),
        "sectors": (3, measures.SECTOR),
    }
    for table, (n_keys, listed) in declared.items():
        columns = TABLES[table][n_keys:]
        assert [(c.name, c.unit, c.type) for c in columns] == [
            (m.name, m.unit, "int64" if m.whole else "float64") for m in listed
        ]


def test_detail_only_adds_tables():
    """Each level of detail adds tables to the one below; the nation's part, which makes a quarter count, is last."""
    assert set(DETAILS["nation"]) < set(DETAILS["city"]) < set(DETAILS["firm"]) == set(TABLES) == set(DESCRIPTIONS)
    assert {tables[-1] for tables in DETAILS.values()} == {"nation"}


def test_the_schema_document_is_plain_data():
    """`schema.json` lists each column with type, unit, meaning, equation and source."""
    document = json.loads(json.dumps(schema_document(DETAILS["city"])))
    assert set(document) == set(DETAILS["city"])
    gdp = next(column for column in document["cities"] if column["name"] == "gdp")
    assert set(gdp) == {"name", "type", "unit", "meaning", "equation", "source"}
    assert gdp["equation"]


def test_every_table_has_its_quarter_and_keys(recorded):
    """Rows carry the quarter as text; cities, sectors and regions come in the order of the facts."""
    facts = recorded.economy.facts
    for step, frames in enumerate(recorded.quarters):
        quarter = format_quarter(recorded.economy.first_quarter + step)
        assert all(set(frame["quarter"]) <= {quarter} for frame in frames.values())
    cities, sectors, regions = (recorded.last[table] for table in ("cities", "sectors", "regions"))
    assert cities["city"].tolist() == list(facts.places.code)
    assert sectors["city"].tolist() == np.repeat(facts.places.code, len(facts.sectors)).tolist()
    assert sectors["sector"].tolist() == list(facts.sectors.id) * len(facts.places)
    expected = [(level, facts.regions.id[i]) for level in LEVELS for i in facts.regions.of_level(level)]
    assert list(zip(regions["level"], regions["region"], strict=True)) == expected


def test_values_are_the_economys(recorded):
    """What is read back is what the economy says, to the bit."""
    economy, last = recorded.economy, recorded.last
    for name, values in economy.city_measures().items():
        assert np.array_equal(last["cities"][name], values), name
    for name, values in economy.sector_measures().items():
        assert np.array_equal(last["sectors"][name], values.ravel()), name
    for name, value in economy.nation_measures().items():
        assert last["nation"][name].tolist() == [value], name
    for name in ("age", "capital", "sales", "talent"):
        assert np.array_equal(last["firms"][name], getattr(economy.firms, name)), name
    assert np.array_equal(last["firms"]["firm"], economy.firms.id)
    codes = np.array(economy.facts.places.code)
    assert np.array_equal(last["firms"]["city"], codes[economy.firms.cell // economy.n_sectors])


def test_provinces_add_up_to_the_nation(recorded):
    """Sums over the provinces' rows are the nation's."""
    regions = recorded.last["regions"]
    provinces = regions[regions["level"] == "province"]
    for m in measures.CITY:
        if m.weight is None:
            assert provinces[m.name].sum() == pytest.approx(recorded.last["nation"][m.name].iloc[0], rel=1e-12)


def test_flows_of_people_are_arrivals_and_departures(recorded):
    """Moves by origin and by destination are the places' departures and arrivals; no row is zero or stays at home."""
    for frames in recorded.quarters:
        flows, cities = frames["flows"], frames["cities"].set_index("city")
        people = flows[flows["factor"].isin(["talent", "labour"])]
        assert set(people["level"]) == {"city"}
        assert (people["amount"] > 0).all()
        assert (people["origin"] != people["destination"]).all()
        for end, measure in (("origin", "departures"), ("destination", "arrivals")):
            moved = people.groupby(end)["amount"].sum().reindex(cities.index, fill_value=0)
            assert moved.tolist() == cities[measure].tolist()


def test_money_flows_by_province_and_in_fourth_quarters_by_city(recorded):
    """Capital and goods come for all pairs of provinces, in fourth quarters also of cities, which add up to them."""
    facts = recorded.economy.facts
    province = dict(zip(facts.places.code, np.array(facts.provinces.code)[facts.places.province], strict=True))
    for frames in recorded.quarters:
        flows = frames["flows"]
        fourth = flows["quarter"].iloc[0].endswith("Q4")
        for factor in ("capital", "goods"):
            of_factor = flows[flows["factor"] == factor]
            by_level = {level: rows for level, rows in of_factor.groupby("level") if len(rows)}
            assert set(by_level) == ({"province", "city"} if fourth else {"province"})
            totals = by_level["province"].set_index(["origin", "destination"])["amount"]
            assert len(totals) == len(facts.provinces) ** 2
            if fourth:
                city = by_level["city"].assign(
                    origin=lambda rows: rows["origin"].map(province),
                    destination=lambda rows: rows["destination"].map(province),
                )
                added = city.groupby(["origin", "destination"])["amount"].sum()
                assert np.allclose(added.reindex(totals.index), totals, rtol=1e-12)


def test_entries_and_exits_are_counted_by_cell(recorded):
    """Events of entry and exit add up to the places' measures, and say city, sector and count."""
    assert {"entry", "exit"} <= {kind for frames in recorded.quarters for kind in frames["events"]["kind"]}
    for frames in recorded.quarters:
        events, cities = frames["events"], frames["cities"].set_index("city")
        for kind, measure in (("entry", "entries"), ("exit", "exits")):
            of_kind = events[events["kind"] == kind]
            assert not of_kind.duplicated(["city", "sector"]).any()
            assert of_kind["firm"].isna().all()
            counts = of_kind["detail"].map(lambda detail: json.loads(detail)["count"]).astype(int)
            assert (counts > 0).all()
            by_city = counts.groupby(of_kind["city"]).sum().reindex(cities.index, fill_value=0)
            assert by_city.tolist() == cities[measure].tolist()


def test_policies_that_change_are_events(economies, country):
    """A rule's beginning, ramp and end are events: one for the nation, or one for each place it treats."""
    policy = (
        PolicyRule.model_validate({"lever": "protection", "value": 0.2}),
        PolicyRule.model_validate(
            {
                "lever": "talent_subsidy",
                "value": 0.2,
                "from": "2024Q3",
                "until": "2024Q4",
                "ramp": 2,
                "where": {"province": "12"},
            }
        ),
    )
    economy = economies.small_economy(country, policy=policy)
    watch = Watch(economy)
    first = economy.first_quarter
    (start,) = watch.policies(first)
    assert start[:4] == ("policy", -1, -1, -1)
    assert json.loads(start[4]) == {"lever": "protection", "from": LEVERS["protection"].default, "to": 0.2}
    assert watch.policies(first + 1) == []
    for step, (before, now) in {2: (0.0, 0.1), 3: (0.1, 0.2), 4: (0.2, 0.0)}.items():
        events = watch.policies(first + step)
        assert [event[:4] for event in events] == [("policy", city, -1, -1) for city in (3, 4, 5)]
        assert {event[4] for event in events} == {json.dumps({"lever": "talent_subsidy", "from": before, "to": now})}


def changed(economy, country, **changes):
    """A watch over the economy's scenario with changes."""
    scenario = economy.scenario.model_copy(update=changes)
    return Watch(SimpleNamespace(scenario=scenario, facts=country, n_sectors=economy.n_sectors))


def test_choices_and_never_are_told_in_words(economies, country):
    """An event names choices, and null is never: no position and no infinity."""
    economy = economies.small_economy(country)
    rules = (("targeting_rule", "related"), ("switch_year", 5))
    policy = [{"lever": lever, "value": value, "until": "2024Q1"} for lever, value in rules]
    watch = changed(economy, country, policy=tuple(map(PolicyRule.model_validate, policy)))
    began, ended = (watch.policies(economy.first_quarter + step) for step in (0, 1))
    assert [json.loads(event[4]) for event in began] == [
        {"lever": "targeting_rule", "from": "copycat", "to": "related"},
        {"lever": "switch_year", "from": None, "to": 5.0},
    ]
    assert [json.loads(event[4]) for event in ended] == [
        {"lever": "targeting_rule", "from": "related", "to": "copycat"},
        {"lever": "switch_year", "from": 5.0, "to": None},
    ]


@pytest.mark.parametrize("kind", SHOCKS)
def test_shocks_are_events(economies, country, kind):
    """A shock's beginning and end are events of its places, whatever it hits."""
    economy = economies.small_economy(country)
    shock = Shock.model_validate(
        {"kind": kind, "size": 0.15, "from": "2024Q2", "until": "2024Q2", "where": {"city": "120100"}}
    )
    watch = changed(economy, country, shock=(shock,))
    began, ended = (watch.policies(economy.first_quarter + step) for step in (1, 2))
    for (event,), before, now in ((began, 0.0, 0.15), (ended, 0.15, 0.0)):
        assert event[:4] == ("shock", 3, -1, -1)
        assert json.loads(event[4]) == {"kind": kind, "from": pytest.approx(before), "to": pytest.approx(now)}


def test_a_checkpoint_comes_back_to_the_bit(tmp_path, economies, country):
    """State and notes are read back as they were; the arrays of an older checkpoint are gone."""
    economy = economies.small_economy(country)
    save_checkpoint(tmp_path, "2023Q4", economy.state(), {"n": 1})
    economy.step()
    save_checkpoint(tmp_path, "2024Q1", economy.state(), {"n": 2})
    state, notes = load_checkpoint(tmp_path)
    assert notes == {"n": 2}
    assert set(state) == set(economy.state())
    for name, value in economy.state().items():
        assert np.array_equal(state[name], value), name
        assert state[name].dtype == np.asarray(value).dtype, name
    assert [path.name for path in (tmp_path / "checkpoint").glob("*.npz")] == ["2024Q1.npz"]


def test_there_may_be_no_checkpoint(tmp_path):
    """A folder without one says so."""
    assert load_checkpoint(tmp_path) is None


def test_a_checkpoint_holds_no_objects(tmp_path):
    """What would have to be pickled is refused."""
    with pytest.raises(TypeError, match="'odd'"):
        save_checkpoint(tmp_path, "2024Q1", {"odd": np.array([{}])}, {})


def test_firms_columns_are_all_written():
    """Every column of the firms is in their table: the cell as city and sector, the id as firm."""
    written = {column.name for column in TABLES["firms"]} - {"quarter", "city", "sector", "firm"}
    assert written == set(Firms.__dataclass_fields__) - {"id", "cell"}
