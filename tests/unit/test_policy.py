"""Schedules: when, where and how far each lever is moved."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.model.errors import ScenarioError
from nqpf.model.facts import load_facts
from nqpf.model.levers import LEVERS
from nqpf.model.policy import PolicyRule, Schedule, Shock, treated_places
from nqpf.model.quarters import parse_quarter
from nqpf.model.rules import SHOCKS
from nqpf.model.scenario import Scenario

START = parse_quarter("2024Q1")


class Places(SimpleNamespace):
    """Three places."""

    def __len__(self) -> int:
        return len(self.code)


FACTS = SimpleNamespace(
    places=Places(code=("110000", "310000", "440100"), name_en=("Beijing", "Shanghai", "Guangzhou")),
    regions=SimpleNamespace(
        id=("CN", "east", "11", "44"),
        level=("nation", "macro_region", "province", "province"),
        name_en=("China", "East", "Beijing", "Guangdong"),
        member=np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=bool),
    ),
)


def rule(value, lever="equity_integration", **window):
    """A rule as a file says it."""
    return PolicyRule.model_validate({"lever": lever, "value": value, **window})


def schedule(*rules, shocks=()):
    """The baseline with these rules and shocks."""
    scenario = Scenario.load("china").model_copy(update={"policy": rules, "shock": tuple(shocks)})
    return Schedule(scenario, FACTS)


def path(plan, first, last, lever="equity_integration"):
    """A lever's values from one quarter to another, (quarter, place)."""
    return np.array([plan.at(q)[lever] for q in range(parse_quarter(first), parse_quarter(last) + 1)])


def test_without_rules_every_lever_is_at_its_default():
    """The baseline is the status quo everywhere."""
    values = schedule().at(START)
    assert values.keys() == LEVERS.keys()
    for leaf, value in values.items():
        np.testing.assert_array_equal(value, np.full(3, LEVERS[leaf].encode(LEVERS[leaf].default)))
        assert value.dtype == (np.int64 if LEVERS[leaf].kind == "choice" else np.float64)


def test_a_rule_holds_from_its_first_to_its_last_quarter():
    """Both ends are included; before and after the default holds."""
    plan = schedule(rule(0.6, **{"from": "2025Q1", "until": "2025Q2"}))
    np.testing.assert_array_equal(path(plan, "2024Q4", "2025Q3")[:, 0], [0, 0.6, 0.6, 0])


def test_a_rule_without_dates_holds_from_the_start_for_ever():
    """Absent ends are open."""
    plan = schedule(rule(0.6))
    np.testing.assert_array_equal(path(plan, "2023Q4", "2024Q2")[:, 0], [0, 0.6, 0.6])
    assert plan.at(START + 40_000)["equity_integration"][0] == 0.6


def test_a_ramp_is_linear_and_ends_exactly_at_the_value():
    """After `ramp` quarters the value is reached to the bit."""
    plan = schedule(rule(0.6, **{"from": "2025Q1", "ramp": 4}))
    np.testing.assert_allclose(path(plan, "2024Q4", "2026Q1")[:, 0], [0, 0.15, 0.3, 0.45, 0.6, 0.6])
    assert path(plan, "2025Q4", "2025Q4")[0, 0] == 0.6


def test_a_ramp_starts_from_what_held_the_quarter_before():
    """Where one rule ends and the next ramps, there is no jump back to the default."""
    plan = schedule(
        rule(0.2, **{"from": "2026Q1", "ramp": 2}),
        rule(0.8, until="2025Q4", where={"province": "11"}),
    )
    np.testing.assert_allclose(path(plan, "2025Q4", "2026Q2")[:, 0], [0.8, 0.5, 0.2])
    np.testing.assert_allclose(path(plan, "2025Q4", "2026Q2")[:, 2], [0.0, 0.1, 0.2])


def test_a_later_rule_overrides_where_and_while_it_applies():
    """Elsewhere and afterwards the earlier rule holds."""
    plan = schedule(rule(0.2), rule(0.9, where={"province": ["44"]}, until="2024Q2"))
    np.testing.assert_array_equal(path(plan, "2024Q2", "2024Q3"), [[0.2, 0.2, 0.9], [0.2, 0.2, 0.2]])


@pytest.mark.parametrize(
    ("where", "places"),
    [
        (None, [True, True, True]),
        ({"nation": "CN"}, [True, True, True]),
        ({"macro_region": "east"}, [True, True, False]),
        ({"province": ["11", "44"]}, [True, False, True]),
        ({"city": "310000"}, [False, True, False]),
        ({"city": ["440100", "110000"]}, [True, False, True]),
    ],
)
def test_a_rule_applies_to_the_places_it_names(where, places):
    """Levels and lists of ids select their members and nobody else."""
    values = schedule(rule(0.5, where=where)).at(START)["equity_integration"]
    np.testing.assert_array_equal(values > 0, places)


def test_places_of_the_shipped_facts_are_found():
    """Strategy, cluster and city of the real tables select what they should."""
    facts = load_facts("2024Q1")
    assert treated_places({"nation": ["CN"]}, facts).all()
    assert treated_places({"city": ["440300"]}, facts).sum() == 1
    delta = treated_places({"cluster": ["yrd"]}, facts)
    belt = treated_places({"strategy": ["yangtze_economic_belt"]}, facts)
    assert 20 <= delta.sum() <= 30
    assert not (delta & ~belt).any()


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ({"province": ["45"]}, "unknown province '45'"),
        ({"province": ["guangdong"]}, "did you mean '44', Guangdong"),
        ({"city": ["Shanghi"]}, "did you mean '310000', Shanghai"),
        ({"city": ["310001"]}, "did you mean '310000'"),
        ({"cluster": ["yrd"]}, "unknown cluster 'yrd'"),
    ],
)
def test_an_unknown_place_is_refused_with_the_nearest(where, hint):
    """Ids that do not exist never select nothing in silence."""
    with pytest.raises(ScenarioError, match=hint):
        schedule(rule(0.5, where=where))


def test_a_group_sets_every_leaf():
    """A bare name moves all its leaves alike."""
    values = schedule(rule(0.3, lever="policy.hukou_easing")).at(START)
    assert values["hukou_easing.labour"].tolist() == values["hukou_easing.talent"].tolist() == [0.3] * 3


@pytest.mark.parametrize("leaf", LEVERS)
def test_a_rule_at_the_default_is_the_baseline_bit_for_bit(leaf):
    """Setting a lever to its default, with or without a ramp, changes no bit of any array."""
    steps = {} if LEVERS[leaf].kind == "choice" or LEVERS[leaf].nullable else {"ramp": 7}
    baseline, same = schedule(), schedule(rule(LEVERS[leaf].default, lever=leaf, **steps))
    for quarter in range(START, START + 9):
        for name, values in baseline.at(quarter).items():
            assert values.tobytes() == same.at(quarter)[name].tobytes()


def test_what_has_not_changed_is_the_same_object():
    """The economy can tell by identity that a kernel need not be computed again, and cannot write into it."""
    plan = schedule(rule(0.6, **{"from": "2024Q3", "ramp": 2}))
    quarters = [plan.at(START + k) for k in range(6)]
    same = [a["equity_integration"] is b["equity_integration"] for a, b in pairwise(quarters)]
    assert same == [True, False, False, True, True]
    assert quarters[0]["protection"] is quarters[5]["protection"]
    with pytest.raises(ValueError, match="read-only"):
        quarters[5]["equity_integration"][0] = 1


def test_values_do_not_depend_on_the_order_of_asking():
    """A schedule is a function of the quarter: a resumed run sees what the unbroken one saw."""
    rules = (rule(0.6, **{"from": "2024Q3", "ramp": 5}), rule(0.1, **{"from": "2025Q1", "ramp": 3}))
    forward, backward = schedule(*rules), schedule(*rules)
    quarters = range(START, START + 12)
    ahead = {q: forward.at(q)["equity_integration"] for q in quarters}
    for q in reversed(quarters):
        np.testing.assert_array_equal(backward.at(q)["equity_integration"], ahead[q])


def test_a_choice_holds_as_its_position():
    """Names become positions in the lever's values, where and while the rule holds."""
    values = LEVERS["data_pool_scope"].values
    plan = schedule(rule("nation", lever="data_pool_scope", until="2024Q2", where={"province": "44"}))
    held = path(plan, "2024Q2", "2024Q3", "data_pool_scope")
    assert [[values[k] for k in row] for row in held] == [["province", "province", "nation"], ["province"] * 3]


def test_never_is_infinity():
    """A year that never comes is later than any other; a rule may name one, and a later rule take it back."""
    plan = schedule(
        rule(6, lever="switch_year", **{"from": "2024Q2"}), rule(None, lever="switch_year", **{"from": "2024Q3"})
    )
    held = path(plan, "2024Q1", "2024Q4", "switch_year")[:, 0]
    np.testing.assert_array_equal(held, [np.inf, 6.0, np.inf, np.inf])
    assert plan.at(START + 3)["switch_year"] is plan.at(START + 4)["switch_year"]


@pytest.mark.parametrize("kind", SHOCKS)
def test_shocks_compound_where_they_meet(kind):
    """Two shocks of a kind leave the product of what each leaves; elsewhere, and of other kinds, nothing is lost."""
    shocks = (
        Shock.model_validate({"kind": kind, "size": 0.5, "from": "2024Q2", "until": "2024Q2"}),
        Shock.model_validate({"kind": kind, "size": 0.2, "from": "2024Q2", "where": {"province": "44"}}),
    )
    plan = schedule(shocks=shocks)
    np.testing.assert_array_equal(plan.shock(kind, START), [0, 0, 0])
    np.testing.assert_allclose(plan.shock(kind, START + 1), [0.5, 0.5, 0.6])
    np.testing.assert_allclose(plan.shock(kind, START + 2), [0, 0, 0.2])
    assert plan.shock(kind, START + 3) is plan.shock(kind, START + 4)
    assert not plan.shock(kind, START + 4).flags.writeable
    for other in SHOCKS.keys() - {kind}:
        assert plan.shock(other, START) is plan.shock(other, START + 1)
        np.testing.assert_array_equal(plan.shock(other, START + 1), [0, 0, 0])


def test_every_shock_says_what_its_size_is():
    """In both languages."""
    assert list(SHOCKS) == ["supply", "foreign", "technology"]
    assert all(meaning.keys() == {"en", "zh"} for meaning in SHOCKS.values())
