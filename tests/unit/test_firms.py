"""How firms improve, arrive and leave."""

from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nqpf.agents.firms.columns import Firms
from nqpf.agents.firms.entry_exit import entrant_productivity, exit_hazard, starting_sizes
from nqpf.agents.firms.parameters import EntryExit, Research
from nqpf.agents.firms.research import improvement, improvement_hazard
from nqpf.model.draws import Draws
from nqpf.model.processes.research import innovate, relative_spillover
from nqpf.model.processes.turnover import turn_over

COLUMNS = [f.name for f in fields(Firms)]


def make(n, n_cells=6, seed=0):
    """N firms in cells, ids as the model makes them."""
    rng = np.random.default_rng(seed)
    cell = rng.integers(0, n_cells, n)
    order = np.array([int((cell[:i] == c).sum()) for i, c in enumerate(cell)], dtype=np.int64)
    return Firms(
        id=order * n_cells + cell,
        cell=cell,
        age=rng.integers(0, 50, n),
        log_productivity=rng.normal(size=n),
        capital=np.exp(rng.normal(0, 1, n)),
        sales=np.exp(rng.normal(0, 1, n)),
        labour=rng.uniform(size=n),
        talent=rng.uniform(size=n),
    )


# Columns


@given(st.data())
def test_turnover_keeps_columns_aligned(data):
    """Against a dict of firms: who stays keeps every value, who leaves is gone, who arrives is there, once each."""
    n = data.draw(st.integers(0, 12))
    firms = make(n)
    firms.id = np.arange(n) + 100
    leaving = np.array(sorted(data.draw(st.sets(st.integers(0, n - 1)) if n else st.just(set()))), dtype=np.int64)
    arriving = data.draw(st.integers(0, 9))
    new = {name: np.random.default_rng(1).uniform(1, 9, arriving) for name in COLUMNS}
    new["id"] = np.arange(arriving) + 900
    new["cell"] = new["cell"].astype(np.int64)
    new["age"] = np.zeros(arriving, np.int64)
    expected = {int(firms.id[row]): [getattr(firms, c)[row] for c in COLUMNS] for row in range(n)}
    for row in leaving:
        del expected[int(firms.id[row])]
    expected |= {int(new["id"][k]): [new[c][k] for c in COLUMNS] for k in range(arriving)}
    types = [getattr(firms, c).dtype for c in COLUMNS]
    firms.turn_over(leaving, new)
    got = {int(firms.id[row]): [getattr(firms, c)[row] for c in COLUMNS] for row in range(len(firms))}
    assert got == expected
    assert len(firms) == len(expected)
    assert [getattr(firms, c).dtype for c in COLUMNS] == types


def test_newcomers_take_free_rows_first():
    """Rows are reused, and the last move into holes that are left: columns stay dense."""
    firms = make(6)
    firms.id = np.arange(6)
    empty = {name: np.zeros(1) for name in COLUMNS}
    firms.turn_over(np.array([1, 3]), empty | {"id": np.array([50])})
    assert firms.id.tolist() == [0, 50, 2, 5, 4]


# Research


def test_hazard_by_hand():
    """1 − exp(−λ · R^¼ · (1 + ½ s) / 1.5), both capped."""
    r = Research()
    effort, spill = np.array([0.0, 1.0, 16.0, 1e6]), np.array([1.0, 0.0, 2.0, 1e6])
    expected = [
        0.0,
        1 - np.exp(-0.25 / 1.5),
        1 - np.exp(-0.25 * 2 * 2 / 1.5),
        1 - np.exp(-0.25 * 20**0.25 * (1 + 0.5 * 3) / 1.5),
    ]
    np.testing.assert_allclose(improvement_hazard(r, effort, spill), expected, rtol=1e-14)


def test_more_research_and_knowledge_never_hurt():
    """The chance rises with both and stays one."""
    r = Research(hazard=5.0)
    grid = np.linspace(0, 30, 200)
    for other in (0.0, 1.0, 5.0):
        by_effort = improvement_hazard(r, grid, np.full(200, other))
        by_spill = improvement_hazard(r, np.full(200, other), grid)
        assert (np.diff(by_effort) >= 0).all()
        assert (np.diff(by_spill) >= 0).all()
        assert ((by_effort >= 0) & (by_effort <= 1)).all()


def test_steps_are_beta_times_headroom():
    """Mean and spread of Beta(2, 4), none beyond the ceiling, at most two for those far below."""
    r = Research()
    u = (np.arange(20_000) + 0.5) / 20_000
    near = improvement(r, np.full(20_000, np.log(r.ceiling)), u)
    beta = stats.beta(2, 4)
    assert near.mean() == pytest.approx(r.step * beta.mean(), rel=1e-6)
    assert near.std() == pytest.approx(r.step * beta.std(), rel=1e-4)
    assert near.max() < r.step
    assert (improvement(r, np.array([-1.0, 0.0]), u[:2]) == 0).all()
    far = improvement(r, np.array([2.0, 9.0]) * np.log(r.ceiling), np.array([0.3, 0.3]))
    assert far[0] == far[1] == pytest.approx(2 * r.step * beta.ppf(0.3))


def test_spillover_is_relative_and_leaves_home_out():
    """Knowledge elsewhere over the mean place's; zero in a sector that does no research."""
    decay = np.array([[0.0, 0.5, 0.1], [0.5, 0.0, 0.2], [0.1, 0.2, 0.0]])
    knowledge = np.array([[10.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    got = relative_spillover(knowledge, decay)
    np.testing.assert_allclose(got[:, 0], np.array([0.0, 5.0, 1.0]) / 2)
    assert (got[:, 1] == 0).all()


def test_a_firm_without_peers_or_research_does_not_break():
    """A sector that does no research never improves; a lone firm is its own mean."""
    firms = make(3, n_cells=4)
    firms.cell = np.array([0, 1, 3])
    f = SimpleNamespace(
        track_ceiling=np.array([3.0, 3.0]),
        knowledge_decay=np.zeros((2, 2)),
        place_lead=np.zeros(4),
        technology=SimpleNamespace(research_share=np.array([0.02, 0.0])),
    )
    gains = [innovate(Research(hazard=5.0), f, firms, Draws(1), q, 1) for q in range(30)]
    assert (np.array(gains)[:, 1:] == 0).all()
    assert (np.array(gains)[:, 0] > 0).mean() > 0.8


# Exit and entry


def test_exit_hazard_by_hand():
    """Rate · return^−½ within a half and twice, never above one."""
    e = EntryExit()
    got = exit_hazard(e, np.array([0.01, 0.25, 1.0, 2.25, 100.0]))
    np.testing.assert_allclose(got / e.exit_rate, [2, 2, 1, 1 / 1.5, 0.5])
    assert exit_hazard(EntryExit(exit_rate=0.5), np.array([0.1]))[0] == 1.0


def test_entrants_are_normal_around_their_cell():
    """Median, and one standard deviation up."""
    e = EntryExit()
    got = entrant_productivity(e, np.array([1.0, 2.0]), np.array([0.5, stats.norm.cdf(1)]))
    np.testing.assert_allclose(got, [1 - e.entrant_gap, 2 - e.entrant_gap + e.entrant_dispersion])


def test_sizes_are_pareto():
    """The tail's exponent is the parameter, and the cap caps."""
    e = EntryExit()
    u = (np.arange(100_000) + 0.5) / 100_000
    size = starting_sizes(e, u)
    assert size.min() >= 1
    assert size.max() == e.size_cap
    for x in (2.0, 10.0, 100.0):
        assert (size > x).mean() == pytest.approx(x**-e.size_tail, rel=1e-2)


def market(seed=0, n=300):
    """Firms of five cities and three sectors, with what their turnover needs."""
    firms = make(n, 15, seed)
    births = np.bincount(firms.cell, minlength=15)
    return firms, births, firms.sales * 0.4


def turn(firms, births, value, quarter=1, rules=None, wanted=300, seed=5):
    """One quarter of exits and entries."""
    return turn_over(rules or EntryExit(exit_rate=0.1), firms, births, value, 5, 3, wanted, Draws(seed), quarter)


def test_capital_stays_in_its_city_over_many_quarters():
    """Whoever comes and goes; ids are never used twice; no cell loses its last firm."""
    firms, births, _ = market()
    known = set(firms.id.tolist())
    occupied = np.bincount(firms.cell, minlength=15) > 0
    before = np.bincount(firms.cell // 3, firms.capital, 5)
    for quarter in range(40):
        old = set(firms.id.tolist())
        largest = {c: firms.id[firms.cell == c][firms.capital[firms.cell == c].argmax()] for c in np.unique(firms.cell)}
        t = turn(firms, births, np.exp(np.random.default_rng(quarter).normal(size=len(firms))), quarter)
        now = set(firms.id.tolist())
        assert len(now) == len(firms)
        arrived = now - old
        assert not arrived & known
        known |= arrived
        assert len(arrived) == t.entries.sum()
        assert len(old - now) == t.exits.sum()
        assert set(largest.values()) <= now
        assert (firms.id % 15 == firms.cell).all()
        assert (firms.capital > 0).all()
    np.testing.assert_allclose(np.bincount(firms.cell // 3, firms.capital, 5), before, rtol=1e-12)
    np.testing.assert_array_equal(np.bincount(firms.cell, minlength=15) > 0, occupied)
    assert len(known) == births.sum()
    assert len(known) > 500


def test_numbers_return_to_what_was_wanted():
    """Entry is as many as leave, corrected toward the number wanted."""
    firms, births, _ = market(n=150)
    for quarter in range(120):
        turn(firms, births, np.ones(len(firms)), quarter, wanted=300)
    assert 220 < len(firms) < 380


def test_one_citys_returns_do_not_touch_anothers_exits():
    """Doubling value added of one firm changes no draw of firms elsewhere: the same leave there."""
    gone = []
    for factor in (1.0, 3.0):
        firms, births, value = market()
        before = firms.id[firms.cell // 3 != 0]
        value[firms.cell // 3 == 0] *= factor
        turn(firms, births, value)
        gone.append(set(before.tolist()) - set(firms.id.tolist()))
    assert gone[0] == gone[1]
    assert gone[0]


def test_entry_goes_where_value_is_added():
    """Shares of entrants by cell follow value added."""
    total = np.zeros(15)
    weight = np.zeros(15)
    for quarter in range(60):
        firms, births, value = market()
        weight = np.bincount(firms.cell, value, 15)
        total += turn(firms, births, value, quarter).entries
    assert stats.chisquare(total, weight / weight.sum() * total.sum()).pvalue > 1e-3
