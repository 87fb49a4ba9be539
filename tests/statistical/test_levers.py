"""What each lever does, on paired seeds: the same draws with and without it, and an interval for the difference."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy import stats

from nqpf.model.economy import RegionalEconomy
from nqpf.model.levers import LEVERS
from nqpf.model.scenario import Scenario

SEEDS = (1, 2, 3, 4)
QUARTERS = 12
FIRMS = 2_000
TREATED_PROVINCE = "43"  # talent_subsidy draws people from elsewhere: it is given to Hunan alone


def _strong(lever: str) -> float:
    """The end of the lever's range that lies farther from its default."""
    declared = LEVERS[lever]
    return max(declared.low, declared.high, key=lambda value: abs(value - declared.default))


def _scenario(seed: int, lever: str | None) -> Scenario:
    scenario = Scenario.load("china", seed=seed, firms=FIRMS)
    if lever is None:
        return scenario
    if lever == "talent_subsidy":
        rule = {"lever": lever, "value": _strong(lever), "where": {"province": TREATED_PROVINCE}}
        return Scenario.from_resolved(scenario.resolved() | {"policy": [rule]})
    return scenario.with_changes(levers={lever: _strong(lever)})


@functools.cache
def _outcomes(seed: int, lever: str | None) -> dict[str, float]:
    economy = RegionalEconomy(_scenario(seed, lever))
    economy.run_for(QUARTERS)
    treated = economy.facts.regions.member[economy.facts.regions.index(TREATED_PROVINCE)]
    values = dict(economy.nation_measures())
    return values | {"talent": float(economy.city_measures()["talent"][treated].sum())}


def _interval(lever: str, measure: str) -> tuple[float, float]:
    """99 % interval of the mean paired log difference over seeds."""
    differences = [np.log(_outcomes(s, lever)[measure] / _outcomes(s, None)[measure]) for s in SEEDS]
    mean, error = np.mean(differences), stats.sem(differences)
    low, high = stats.t.interval(0.99, len(SEEDS) - 1, mean, max(error, 1e-15))
    return float(low), float(high)


@pytest.mark.slow
@pytest.mark.parametrize("lever", LEVERS)
def test_lever_moves_its_outcome_as_expected(lever: str) -> None:
    """Pushed away from the status quo, a lever moves the outcome it declares in the direction it declares."""
    declared = LEVERS[lever]
    low, high = _interval(lever, declared.measure)
    rising = _strong(lever) > declared.default
    if (declared.expected_sign == "+") == rising:
        assert low > 0, (low, high)
    else:
        assert high < 0, (low, high)


@pytest.mark.slow
def test_travel_moves_absorption_on_impact_and_not_output() -> None:
    """Faster travel raises real absorption at once and leaves the volume of output in the first quarter alone."""
    base = RegionalEconomy(_scenario(1, None))
    fast = RegionalEconomy(Scenario.load("china", seed=1, firms=FIRMS, levers={"transport_gain": 0.3}))
    base.step()
    fast.step()
    before, after = base.nation_measures(), fast.nation_measures()
    assert after["absorption_volume"] / before["absorption_volume"] > 1.01
    assert abs(after["gdp"] / before["gdp"] - 1) < 1e-3


def test_defaults_reproduce_the_baseline_bit_for_bit() -> None:
    """A rule that sets a lever to its status quo changes not one bit."""
    rules = [{"lever": name, "value": lever.default} for name, lever in LEVERS.items()]
    plain = Scenario.load("china", seed=3, firms=FIRMS)
    ruled = Scenario.from_resolved(plain.resolved() | {"policy": rules})
    economies = [RegionalEconomy(s) for s in (plain, ruled)]
    for economy in economies:
        economy.run_for(3)
    first, second = (economy.city_measures() for economy in economies)
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name], err_msg=name)


def test_a_policy_in_one_place_leaves_other_places_draws_alone() -> None:
    """Under a policy elsewhere nobody is born or dies differently, and moves differ far less than between two seeds."""
    plain = RegionalEconomy(Scenario.load("china", seed=5, firms=FIRMS))
    treated = RegionalEconomy(_scenario(5, "talent_subsidy"))
    for economy in (plain, treated):
        economy.step()
    member = plain.facts.regions.member[plain.facts.regions.index(TREATED_PROVINCE)]
    for name in ("births", "deaths", "graduates"):
        np.testing.assert_array_equal(plain.city_measures()[name], treated.city_measures()[name])
    moved, other = plain.flows("talent"), treated.flows("talent")
    assert other[:, member].sum() > moved[:, member].sum()
    elsewhere = np.ix_(~member, ~member)
    redrawn = RegionalEconomy(_scenario(6, None))
    redrawn.step()
    paired = np.abs(moved[elsewhere] - other[elsewhere]).sum()
    independent = np.abs(moved[elsewhere] - redrawn.flows("talent")[elsewhere]).sum()
    assert paired < 0.1 * independent, (paired, independent)
