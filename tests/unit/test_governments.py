"""What governments decide: peers, targets, effort and the subsidies their budgets allow."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nqpf.agents.governments.parameters import Governments
from nqpf.agents.governments.rules import (
    RULES,
    adapted_effort,
    choose_targets,
    peers,
    subsidy_rates,
    target_scores,
)
from nqpf.model.levers import LEVERS
from nqpf.model.processes.governing import adapt, is_decision_quarter, real_by_province, retarget
from nqpf.model.structure import structure_of

RULE = {name: position for position, name in enumerate(RULES)}


def test_rules_are_those_of_the_lever():
    """In the same order: positions in the arrays are the lever's."""
    assert LEVERS["targeting_rule"].values == RULES


def test_governments_decide_in_first_quarters():
    """Of calendar years."""
    assert [is_decision_quarter(q) for q in range(8096, 8102)] == [True, False, False, False, True, False]


# Peers

PROVINCE = np.array([0, 0, 0, 0, 1, 1, 2, 3])
TIER = ("a", "b", "b", "b", "a", "b", "a", "c")
VALUE = np.array([9.0, 3.0, 5.0, 1.0, 4.0, 8.0, 7.0, 2.0])


def looks_at(ranks):
    """Rows each place looks at."""
    found = peers(Governments(peer_ranks=ranks), VALUE, PROVINCE, TIER)
    return [np.flatnonzero(row).tolist() for row in found]


def test_peers_are_near_in_rank_within_the_province():
    """In the first province the ranking is 0, 2, 1, 3; nobody is one's own peer."""
    assert looks_at(1)[:6] == [[2], [2, 3], [0, 1], [1], [5], [4]]
    assert looks_at(2)[:4] == [[1, 2], [0, 2, 3], [0, 1, 3], [1, 2]]
    assert looks_at(9)[1] == [0, 2, 3]
    assert looks_at(0) == [[]] * 8


def test_a_province_of_one_place_looks_at_its_tier():
    """Its group are all places of its tier, ranked together; alone in its tier it has nobody; nobody looks back."""
    assert looks_at(1)[6] == [0, 4]
    assert looks_at(1)[7] == []
    assert all(6 not in rows for rows in looks_at(9)[:6])


def test_places_alike_rank_by_row():
    """Equal value added: the first row ranks first."""
    found = peers(Governments(peer_ranks=1), np.ones(4), np.zeros(4, int), ("a",) * 4)
    assert [np.flatnonzero(row).tolist() for row in found] == [[1], [0, 2], [1, 3], [2]]


# Targets


def test_each_rule_scores_by_its_own():
    """None wants nothing; related goes by density, complex by complexity, copycat by peers' mean advantage."""
    density = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8], [0.9, 1.0]])
    complexity = np.array([5.0, 6.0])
    advantage = np.array([[1.0, 2.0], [3.0, 0.0], [0.0, 0.0], [2.0, 4.0], [1.0, 1.0]])
    who = np.zeros((5, 5), bool)
    who[3, [0, 1]] = True
    rule = np.array([RULE["none"], RULE["related"], RULE["complex"], RULE["copycat"], RULE["copycat"]])
    got = target_scores(rule, density, complexity, advantage, who)
    assert np.isneginf(got[0]).all()
    np.testing.assert_array_equal(got[1], density[1])
    np.testing.assert_array_equal(got[2], complexity)
    np.testing.assert_allclose(got[3], [2.0, 1.0])
    np.testing.assert_array_equal(got[4], density[4])  # without a peer it scores as related


def test_targets_are_the_best_eligible_and_the_first_of_equals():
    """As many as the parameter says, fewer if fewer are eligible, none where nothing is wanted."""
    scores = np.array([[1.0, 3.0, 2.0, 9.0], [2.0, 2.0, 2.0, 2.0], [-np.inf] * 4, [1.0, 2.0, 3.0, 4.0]])
    eligible = np.array([[1, 1, 1, 0], [0, 1, 1, 1], [1, 1, 1, 1], [0, 0, 1, 0]], bool)
    got = choose_targets(Governments(targets=2), scores, eligible)
    expected = [[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 1, 0]]
    np.testing.assert_array_equal(got, np.array(expected, bool))
    assert not choose_targets(Governments(targets=0), scores, eligible).any()
    np.testing.assert_array_equal(choose_targets(Governments(targets=9), scores, eligible)[0], eligible[0])


def test_only_strategic_sectors_with_a_firm_are_targeted(country, economies):
    """Whatever the rule, place by place."""
    structure = structure_of(country, economies.Parameters())
    rng = np.random.default_rng(0)
    value, occupied = rng.uniform(1, 9, (6, 4)), rng.uniform(size=(6, 4)) < 0.6
    for rule in range(4):
        got = retarget(Governments(), structure, country, np.full(6, rule), value, occupied)
        assert not got[~(occupied & country.sectors.strategic)].any()
        assert got.any() == (rule > 0)
        if rule:
            np.testing.assert_array_equal(got, occupied & country.sectors.strategic)
    one = retarget(Governments(targets=1), structure, country, np.full(6, RULE["complex"]), value, value > 0)
    s = country.sectors
    best = np.where(s.strategic, s.skill_share + s.rd_share / s.value_added_share, -1).argmax()
    np.testing.assert_array_equal(np.flatnonzero(one.sum(0)), [best])


def test_copycats_target_what_their_peers_are_strong_in(country, economies):
    """A city that makes all alike favours machines where its province does, software where the others do."""
    structure = structure_of(country, economies.Parameters())
    value = np.ones((6, 4))
    value[1:3, 1] = value[4:, 2] = 5.0
    got = retarget(Governments(targets=1), structure, country, np.full(6, RULE["copycat"]), value, value > 0)
    assert np.flatnonzero(got[0]).tolist() == [1]
    assert np.flatnonzero(got[3]).tolist() == [2]


# Effort


def test_effort_rises_where_growth_falls_behind():
    """By the adaptation per log of growth behind the macro-region's mean, between nought and one."""
    g = Governments(adaptation=10.0)
    growth, group = np.array([0.02, 0.04, 0.0, 0.5, 0.1]), np.array([0, 0, 1, 1, 2])
    got = adapted_effort(g, np.full(5, 0.5), growth, group)
    np.testing.assert_allclose(got, [0.6, 0.4, 1.0, 0.0, 0.5])
    np.testing.assert_array_equal(adapted_effort(Governments(adaptation=0), np.full(5, 0.3), growth, group), [0.3] * 5)


@given(st.integers(0, 10**6), st.floats(0, 100))
def test_effort_stays_a_share(seed, adaptation):
    """Whatever grows; nobody moves the wrong way."""
    rng = np.random.default_rng(seed)
    effort, growth, group = rng.uniform(size=6), rng.normal(0, 0.1, 6), np.array([0, 0, 0, 1, 1, 2])
    got = adapted_effort(Governments(adaptation=adaptation), effort, growth, group)
    assert ((got >= 0) & (got <= 1)).all()
    mean = np.bincount(group, growth)[group] / np.bincount(group)[group]
    assert ((got - effort) * (mean - growth) >= -1e-15).all()


def test_provinces_real_gdp_is_the_nations_volume_by_value_added(country):
    """And adaptation compares it with what it was when governments decided last."""
    value = np.arange(24.0).reshape(6, 4)
    got = real_by_province(country, value, 500.0)
    np.testing.assert_allclose(got, 500 * np.array([66, 210]) / 276)
    facts = SimpleNamespace(provinces=SimpleNamespace(macro_region=("east", "east")))
    effort = adapt(Governments(adaptation=1.0), facts, np.full(2, 0.5), np.ones(2), np.array([np.e**0.2, 1.0]))
    np.testing.assert_allclose(effort, [0.4, 0.6])


# Subsidies


def test_subsidies_are_a_share_of_the_places_value_added():
    """Paid to targets at one rate, which neither the highest rate nor the room of the budget lets grow further."""
    g = Governments(subsidy_room=0.3, highest_subsidy=0.25)
    targets = np.array([[1, 1, 0], [1, 0, 1], [0, 0, 0], [0, 1, 0], [0, 0, 1]], bool)
    value = np.array([[100.0, 50, 20], [400, 10, 200], [10, 10, 10], [90, 10, 0], [50, 50, 0]])
    share, budget = np.array([0.02, 0.05, 0.05, 0.05, 0.05]), np.array([20.0, 50.0, 9.0, 99.0, 99.0])
    got = subsidy_rates(g, share, targets, value, budget)
    # By its share of 170, by the room of 15, no target, by the highest rate, a target without value added.
    rate = [0.02 * 170 / 150, 15 / 600, 0.0, 0.25, 0.0]
    np.testing.assert_allclose(got, np.array(rate)[:, None] * targets)


@given(st.integers(0, 10**6))
def test_no_city_promises_more_than_its_room(seed):
    """Nor more than its share or the highest rate, whatever its targets and its budget; one of the three binds."""
    rng = np.random.default_rng(seed)
    g = Governments(subsidy_room=float(rng.uniform(0, 0.4)), highest_subsidy=float(rng.uniform(0, 1)))
    share, targets = rng.uniform(0, 0.05, 5), rng.uniform(size=(5, 4)) < 0.5
    value, budget = rng.uniform(0.1, 100, (5, 4)), rng.uniform(0, 9, 5)
    got = subsidy_rates(g, share, targets, value, budget)
    cost, rate = (got * value).sum(1), got.max(1)
    slack = np.stack([g.subsidy_room * budget - cost, share * value.sum(1) - cost, g.highest_subsidy - rate])
    assert (slack >= -1e-12).all()
    some = targets.any(1)
    assert (slack.min(0)[some] <= 1e-12).all()
    np.testing.assert_array_equal(got, rate[:, None] * targets)
