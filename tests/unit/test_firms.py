"""Firms' columns, and how firms improve and imitate."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nqpf.agents.firms.columns import Firms
from nqpf.agents.firms.parameters import Research
from nqpf.agents.firms.research import imitation, improvement, improvement_hazard
from nqpf.model.draws import Draws
from nqpf.model.processes.research import (
    Laboratory,
    accessible_frontier,
    imitate,
    improve,
    relative_spillover,
)

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
        data=rng.uniform(1, 5, n),
        performance=rng.normal(0, 0.1, n),
        track=rng.integers(0, 3, n),
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
    new["track"] = np.arange(arriving)
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


def test_steps_are_beta_times_room_below_the_ceiling():
    """Mean and spread of Beta(2, 4) at the start's ceiling, none beyond it, 1 / (1 − 1/ceiling) as much far below."""
    r = Research()
    u = (np.arange(20_000) + 0.5) / 20_000
    near = improvement(r, np.full(20_000, np.log(r.ceiling)), u)
    beta = stats.beta(2, 4)
    assert near.mean() == pytest.approx(r.step * beta.mean(), rel=1e-6)
    assert near.std() == pytest.approx(r.step * beta.std(), rel=1e-4)
    assert near.max() < r.step
    assert (improvement(r, np.array([-1.0, 0.0]), u[:2]) == 0).all()
    far = improvement(r, np.array([1.0, 60.0]), np.array([0.3, 0.3]))
    assert far[1] == pytest.approx(r.step * beta.ppf(0.3) / (1 - 1 / r.ceiling))
    assert far[0] == pytest.approx(far[1] * (1 - np.exp(-1)))


def test_productivity_follows_a_logistic():
    """Improved again and again by the mean step, A/F keeps to 1 / (1 + c e^{−rate t}): slow, fast, slow again."""
    r = Research(step=0.01)
    rate = r.step * stats.beta(2, 4).median() / (1 - 1 / r.ceiling)
    headroom = np.log(20.0)
    levels = []
    for _ in range(3000):
        levels.append(np.exp(-headroom))
        headroom -= improvement(r, np.array([headroom]), np.array([0.5]))[0]
    logistic = 1 / (1 + 19 * np.exp(-rate * np.arange(3000)))
    np.testing.assert_allclose(levels, logistic, atol=2e-3)
    growth = np.diff(levels)
    assert 0 < growth.argmax() < len(growth) - 1
    assert levels[int(growth.argmax())] == pytest.approx(0.5, abs=0.01)
    assert (np.diff(growth[: growth.argmax()]) > 0).all()


def test_a_gain_falls_with_what_is_reached_and_vanishes_at_the_ceiling():
    """Monotone in headroom and continuous at nought."""
    gain = improvement(Research(), np.linspace(0, 5, 500), np.full(500, 0.5))
    assert gain[0] == 0
    assert (np.diff(gain) > 0).all()
    assert gain[1] < 0.02 * gain[-1]


def test_imitation_closes_a_part_of_the_gap():
    """A part of the way to the accessible frontier or the own ceiling, whichever is lower; nothing for the best."""
    r = Research(imitation_step=0.1)
    accessible, ceiling = np.array([3.0, 3.0, 1.0, 3.0]), np.array([9.0, 2.0, 9.0, 0.5])
    np.testing.assert_allclose(imitation(r, accessible, ceiling, np.ones(4)), [0.2, 0.1, 0.0, 0.0])


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_nobody_imitates_beyond_frontier_or_ceiling(seed, step):
    """Whatever the step, the new level is at most the lower of both, unless the firm stood above it already."""
    rng = np.random.default_rng(seed)
    accessible, ceiling, reached = rng.normal(0, 2, (3, 40))
    after = reached + imitation(Research(imitation_step=step), accessible, ceiling, reached)
    bound = np.minimum(accessible, ceiling)
    assert (after <= np.maximum(bound, reached) + 1e-12).all()
    assert (after >= reached).all()


def test_spillover_is_relative_and_leaves_home_out():
    """Knowledge elsewhere over the mean place's, near sectors' in part; zero in a sector near which nobody does any."""
    access = np.array([[1.0, 0.5, 0.1], [0.5, 1.0, 0.2], [0.1, 0.2, 1.0]])
    knowledge = np.array([[10.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    similarity = np.array([[1.0, 0.0, 0.3], [0.0, 1.0, 0.0], [0.3, 0.0, 1.0]])
    got = relative_spillover(knowledge, access, similarity)
    np.testing.assert_allclose(got[:, 0], np.array([0.0, 5.0, 1.0]) / 2)
    assert (got[:, 1] == 0).all()
    np.testing.assert_allclose(got[:, 2], got[:, 0])
    knowledge[1, 2] = 10.0
    more = relative_spillover(knowledge, access, similarity)
    np.testing.assert_allclose(more[:, 0], np.array([1.5, 5.0, 1.6]) / 2.7)


# The process


def laboratory(firms, spending, n_places, n_sectors, near=None, reached=None):
    """What research starts from, with the same access everywhere if none is given."""
    near = np.ones((n_places, n_places)) if near is None else np.array(near, float)
    spending = np.array(spending, float)
    return Laboratory(
        spending=spending,
        by_cell=np.bincount(firms.cell, spending, n_places * n_sectors).reshape(n_places, n_sectors),
        reached=firms.log_productivity if reached is None else np.array(reached, float),
        access=near,
        near=near,
        frontier=np.zeros(n_places),
    )


def test_a_firm_without_peers_or_research_does_not_break(economies):
    """A sector that does no research never improves; a lone firm is its own mean."""
    firms = economies.firms([0, 1, 3])
    lab = laboratory(firms, [0.02, 0.0, 0.0], 2, 2)
    spillover = relative_spillover(lab.by_cell, lab.access, np.eye(2))
    r = Research(hazard=5.0)
    made = [improve(r, lab, firms, np.full(3, 3.0), spillover, Draws(1), q) for q in range(30)]
    gains = np.array([gain for gain, _ in made])
    assert (gains[:, 1:] == 0).all()
    assert (gains[:, 0] > 0).mean() > 0.8
    for gain, improves in made:
        np.testing.assert_array_equal(np.flatnonzero(gain), improves)


def test_firms_above_the_ceiling_improve_without_gain(economies):
    """They are drawn all the same: a project may be made with a partner and bring nothing."""
    firms = economies.firms([0] * 50)
    lab = laboratory(firms, np.ones(50), 1, 1)
    gain, improves = improve(Research(hazard=5.0), lab, firms, np.full(50, -1.0), np.zeros((1, 1)), Draws(1), 1)
    assert len(improves) > 40
    assert (gain == 0).all()


def test_what_distance_hides_lowers_the_accessible_frontier(economies):
    """max_j (mean_j + c · ln access) + lead: the near second best may show more than the far best."""
    firms = economies.firms([0, 0, 2, 4], log_productivity=[0.1, 0.5, 1.0, 1.1])
    near = [[1.0, 0.9, 0.1], [0.9, 1.0, 0.9], [0.1, 0.9, 1.0]]
    r = Research(imitation_cost=0.1, imitation_lead=0.25)
    got = accessible_frontier(r, laboratory(firms, np.ones(4), 3, 2, near), firms.cell, 3, 2)
    second, best = 1.0 + 0.1 * np.log(0.9), 1.1 + 0.1 * np.log(0.9)
    np.testing.assert_allclose(got[:, 0] - 0.25, [second, best, 1.1])
    assert np.isneginf(got[:, 1]).all()


def test_best_practice_does_not_depend_on_how_many_rows_a_cell_has(economies):
    """A cell's mean firm and a fixed lead: each row ten times over shows the same."""
    level = np.array([0.1, 0.5, -0.3, 1.0])
    frontiers = []
    for times in (1, 10):
        firms = economies.firms(np.repeat([0, 0, 1, 1], times), log_productivity=np.repeat(level, times))
        lab = laboratory(firms, np.ones(4 * times), 2, 1, [[1.0, 0.7], [0.7, 1.0]])
        frontiers.append(accessible_frontier(Research(), lab, firms.cell, 2, 1))
    np.testing.assert_allclose(frontiers[0], frontiers[1], rtol=1e-14)


def test_imitators_are_drawn_at_the_rate_and_never_pass_best_practice(economies):
    """As many of those below as the chance says, none beyond best practice or the own ceiling."""
    n = 4000
    rng = np.random.default_rng(0)
    firms = economies.firms(np.zeros(n, int), log_productivity=rng.normal(size=n))
    lab = laboratory(firms, np.ones(n), 1, 1)
    ceiling = np.where(np.arange(n) < n // 2, 0.0, 99.0)
    r = Research(imitation=0.3, imitation_step=1.0, imitation_lead=0.5)
    bound = np.minimum(firms.log_productivity.mean() + 0.5, ceiling)
    gain = imitate(r, lab, firms, ceiling, Draws(3), 5)
    below = firms.log_productivity < bound
    assert (gain[below] > 0).mean() == pytest.approx(0.3, abs=0.03)
    assert (gain[~below] == 0).all()
    moved = gain > 0
    np.testing.assert_allclose((firms.log_productivity + gain)[moved], bound[moved])
