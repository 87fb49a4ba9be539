"""Firms that leave, arrive and move in a quarter, and the capital that stays in its place."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nqpf.agents.firms.entry_exit import entry_pull
from nqpf.agents.firms.parameters import EntryExit, Relocation
from nqpf.model.draws import Draws
from nqpf.model.processes.turnover import Sites, turn_over


@pytest.fixture
def market(economies):
    """Makes three hundred firms of five cities and three sectors, and what places offer them."""

    def make(n=300, seed=0):
        rng = np.random.default_rng(seed)
        cell = rng.integers(0, 15, n)
        order = np.array([int((cell[:i] == c).sum()) for i, c in enumerate(cell)])
        firms = economies.firms(
            cell,
            id=order * 15 + cell,
            age=rng.integers(0, 50, n),
            log_productivity=rng.normal(size=n),
            capital=np.exp(rng.normal(0, 1, n)),
            data=rng.uniform(1, 5, n),
            track=rng.integers(0, 9, n),
        )
        return firms, np.bincount(cell, minlength=15), sites_of(firms, np.exp(rng.normal(0, 0.5, (5, 3))))

    return make


def sites_of(firms, value_added, **changes):
    """Sites alike in everything but value added; the last of three sectors is local."""
    capital = np.bincount(firms.cell, firms.capital, 15).reshape(5, 3)
    values = {
        "value_added": value_added,
        "capital": capital,
        "relatedness": np.ones((5, 3)),
        "finance": np.ones(5),
        "subsidy": np.zeros((5, 3)),
        "local": np.array([False, False, True]),
        "distance": np.full((5, 5), 500.0) * (1 - np.eye(5)),
        "province": np.array([0, 0, 1, 1, 2]),
    }
    return Sites(**(values | changes))


RESTLESS = Relocation(considering=1.0, fixed_cost=0.0, border_cost=0.0, distance_cost=0.0)
SETTLED = Relocation(considering=0.0)


def restless(**changes):
    """Everybody looks around, and only these costs are there."""
    return RESTLESS.model_copy(update=changes)


def turn(firms, births, sites, quarter=1, *, rules=None, moving=SETTLED, wanted=300, seed=5):
    """One quarter of exits, entries and moves."""
    return turn_over(rules or EntryExit(exit_rate=0.1), moving, firms, births, sites, wanted, Draws(seed), quarter)


def test_capital_stays_in_its_city_over_many_quarters(market):
    """Whoever comes, goes and moves; ids are never used twice; no cell loses its last firm."""
    firms, births, _ = market()
    known = set(firms.id.tolist())
    occupied = np.bincount(firms.cell, minlength=15) > 0
    before = np.bincount(firms.cell // 3, firms.capital, 5)
    for quarter in range(40):
        old = set(firms.id.tolist())
        largest = {c: firms.id[firms.cell == c][firms.capital[firms.cell == c].argmax()] for c in np.unique(firms.cell)}
        rng = np.random.default_rng(quarter)
        firms.performance = rng.normal(size=len(firms))
        t = turn(firms, births, sites_of(firms, np.exp(rng.normal(size=(5, 3)))), quarter, moving=RESTLESS)
        now = set(firms.id.tolist())
        assert len(now) == len(firms)
        arrived = now - old
        assert not arrived & known
        known |= arrived
        assert len(arrived) == t.entries.sum()
        assert len(old - now) == t.exits.sum()
        cell = dict(zip(firms.id.tolist(), firms.cell.tolist(), strict=True))
        assert all(cell[firm] == c for c, firm in largest.items())
        assert (firms.id % 3 == firms.cell % 3).all()  # born in its sector, if not in its place
        assert (firms.capital > 0).all()
        firms.age += 1
    np.testing.assert_allclose(np.bincount(firms.cell // 3, firms.capital, 5), before, rtol=1e-12)
    np.testing.assert_array_equal(np.bincount(firms.cell, minlength=15) > 0, occupied)
    assert len(known) == births.sum()
    assert len(known) > 500


def test_numbers_return_to_what_was_wanted(market):
    """Entry is as many as leave, corrected toward the number wanted."""
    firms, births, _ = market(n=150)
    for quarter in range(120):
        turn(firms, births, sites_of(firms, np.ones((5, 3))), quarter, wanted=300)
    assert 220 < len(firms) < 380


def test_one_citys_losses_do_not_touch_anothers_exits(market):
    """Worse performance of one city's firms changes no draw of firms elsewhere: the same leave there."""
    gone = []
    for loss in (0.0, -3.0):
        firms, births, sites = market()
        before = firms.id[firms.cell // 3 != 0]
        firms.performance[firms.cell // 3 == 0] += loss
        turn(firms, births, sites)
        gone.append(set(before.tolist()) - set(firms.id.tolist()))
    assert gone[0] == gone[1]
    assert gone[0]


def test_lasting_losses_close_firms(market):
    """Many more leave where performance is bad."""
    exits = np.zeros(2)
    for quarter in range(30):
        firms, births, sites = market()
        firms.performance[:] = np.where(firms.cell // 3 < 2, -5.0, 5.0)
        here = np.array([(firms.cell // 3 < 2).sum(), (firms.cell // 3 >= 2).sum()])
        t = turn(firms, births, sites, quarter)
        exits += np.array([t.exits[:6].sum(), t.exits[6:].sum()]) / here
    assert exits[0] / exits[1] == pytest.approx(4, rel=0.2)


def test_entry_goes_where_its_pull_is(market):
    """Entrants by cell follow value added, returns, finance, subsidy and, but in local sectors, relatedness."""
    rng = np.random.default_rng(4)
    related, finance, subsidy = rng.uniform(0.5, 2, (5, 3)), rng.uniform(0.5, 2, 5), rng.uniform(0, 0.1, (5, 3))
    rules = EntryExit(exit_rate=0.1, entry_relatedness=1.5, entry_finance=1.0, entry_subsidy=5.0)
    total = np.zeros(15)
    for quarter in range(120):
        firms, births, sites = market()
        sites = replace(sites, relatedness=related, finance=finance, subsidy=subsidy)
        total += turn(firms, births, sites, quarter, rules=rules).entries
    near = np.where(sites.local, 1.0, related)
    weight = entry_pull(rules, sites.value_added, near, sites.relative_return, finance, subsidy).ravel()
    assert stats.chisquare(total, weight / weight.sum() * total.sum()).pvalue > 1e-3


def test_relative_return_by_hand():
    """The cell's value added over capital, over the nation's; one where there is no capital."""
    sites = Sites(np.array([[2.0, 0], [1, 3]]), np.array([[1.0, 0], [2, 3]]), *[None] * 6)
    np.testing.assert_allclose(sites.relative_return, [[2.0, 1.0], [0.5, 1.0]])


def test_entrants_take_the_track_of_the_largest_and_a_part_of_the_mean_data(market):
    """And begin at age nought, with neither sales nor a past."""
    rules = EntryExit(exit_rate=0.1, entrant_size=0.4)
    firms, births, sites = market()
    mean = np.bincount(firms.cell, firms.data, 15) / np.bincount(firms.cell, minlength=15)
    rows = [np.flatnonzero(firms.cell == c) for c in range(15)]
    leader = np.array([firms.track[r[firms.capital[r].argmax()]] for r in rows])
    old = firms.id.copy()
    turn(firms, births, sites, rules=rules)
    new = ~np.isin(firms.id, old)
    assert new.sum() > 5
    np.testing.assert_allclose(firms.data[new], 0.4 * mean[firms.cell[new]])
    np.testing.assert_array_equal(firms.track[new], leader[firms.cell[new]])
    for column in ("age", "performance", "sales", "labour", "talent"):
        assert (getattr(firms, column)[new] == 0).all()


def snapshot(firms, *columns):
    """Columns by id."""
    return {int(i): tuple(getattr(firms, c)[row] for c in columns) for row, i in enumerate(firms.id)}


KEPT = ("age", "log_productivity", "data", "track", "performance", "sales", "labour", "talent")


@given(st.integers(0, 10**6))
def test_movers_keep_what_they_know_and_leave_their_capital(economies, seed):
    """Id, age, productivity, track and data go along; each place's capital is what it was, whoever moves."""
    rng = np.random.default_rng(seed)
    firms = economies.firms(rng.integers(0, 15, 60), age=rng.integers(0, 9, 60), capital=rng.uniform(1, 9, 60))
    firms.data, firms.track = rng.uniform(size=60), rng.integers(0, 9, 60)
    births = np.bincount(firms.cell, minlength=15)
    before, cells = snapshot(firms, *KEPT), dict(zip(firms.id.tolist(), firms.cell.tolist(), strict=True))
    held = np.bincount(firms.cell // 3, firms.capital, 5)
    largest = [firms.id[firms.cell == c][firms.capital[firms.cell == c].argmax()] for c in np.unique(firms.cell)]
    ages = dict(zip(firms.id.tolist(), firms.age.tolist(), strict=True))
    sites = sites_of(firms, np.exp(rng.normal(size=(5, 3))))
    t = turn(firms, births, sites, rules=EntryExit(exit_rate=0.0), moving=RESTLESS, seed=seed)
    assert snapshot(firms, *KEPT) == before
    now = dict(zip(firms.id.tolist(), firms.cell.tolist(), strict=True))
    assert sorted(t.moved.tolist()) == sorted(i for i in now if now[i] != cells[i])
    for firm, old, new in zip(t.moved.tolist(), t.moved_from.tolist(), t.moved_to.tolist(), strict=True):
        assert (cells[firm], now[firm]) == (old, new)
        assert old % 3 == new % 3 != 2
        assert old // 3 != new // 3
        assert ages[firm] >= 4
        assert firm not in largest
    np.testing.assert_allclose(np.bincount(firms.cell // 3, firms.capital, 5), held, rtol=1e-12)
    arriving = np.bincount(t.moved_to // 3, minlength=5)
    left = np.bincount(t.moved_from // 3, minlength=5)
    if len(t.moved):
        capital = dict(zip(firms.id.tolist(), firms.capital.tolist(), strict=True))
        place = int(t.moved_to[0] // 3)
        wanted = 0.4 * held[place] / np.bincount(np.array(list(cells.values())) // 3, minlength=5)[place]
        for firm in t.moved[t.moved_to // 3 == place]:
            assert capital[int(firm)] <= wanted * (1 + 1e-12)
        if not left[place]:
            assert capital[int(t.moved[0])] * arriving[place] <= 0.005 * held[place] * (1 + 1e-12)


def test_movers_go_where_returns_and_subsidies_are_higher(market):
    """Of firms that all look around, more go where the return is twice as high or a subsidy is paid."""
    arrivals = np.zeros((2, 5))
    for quarter in range(40):
        for k in range(2):
            firms, births, sites = market()
            value = sites.capital.copy()
            subsidy = np.zeros((5, 3))
            if k == 0:
                value[1] *= 2
            else:
                subsidy[1] = 0.5
            sites = replace(sites, value_added=value, subsidy=subsidy)
            t = turn(firms, births, sites, quarter, moving=restless(distance_cost=0.0))
            arrivals[k] += np.bincount(t.moved_to // 3, minlength=5) / value[:, :2].sum(1)
    assert (arrivals[:, 1] > 2 * np.delete(arrivals, 1, 1).max(1)).all()


def test_distance_and_borders_keep_firms(market):
    """Fewer go far, and fewer across a provincial border."""
    counts = {}
    distance = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0))) * 1000
    for name, costs in {"free": {}, "far": {"distance_cost": 2.0}, "border": {"border_cost": 2.0}}.items():
        far = across = total = 0
        for quarter in range(20):
            firms, births, sites = market()
            sites = replace(sites, value_added=sites.capital.copy(), distance=distance)
            t = turn(firms, births, sites, quarter, moving=restless(**costs))
            home, there = t.moved_from // 3, t.moved_to // 3
            far += (distance[home, there] > 1500).sum()
            across += (sites.province[home] != sites.province[there]).sum()
            total += len(home)
        counts[name] = far / total, across / total, total
    assert counts["far"][0] < 0.6 * counts["free"][0]
    assert counts["border"][1] < 0.7 * counts["free"][1]
    assert counts["free"][2] > max(counts["far"][2], counts["border"][2])
