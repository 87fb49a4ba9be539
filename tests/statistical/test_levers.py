"""What each lever does, on paired seeds: the trials of `docs/levers.md`, at a size that a test can afford."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from nqpf.experiments.effects import scenario, tasks
from nqpf.experiments.effects_table import AS_EXPECTED, effect
from nqpf.experiments.paired.tasks import run
from nqpf.experiments.trials import EXPLANATIONS, TRIALS
from nqpf.model.economy import RegionalEconomy
from nqpf.model.levers import LEVERS
from nqpf.model.scenario import Scenario

SEEDS, QUARTERS, FIRMS, WORKERS = 4, 12, 2_000, 2
FAINT = {
    ("collaboration_friction.within", "breakthroughs"),
    ("collaboration_friction.within", "cross_province_consortia"),
    ("collaboration_friction.across", "breakthroughs"),
    ("targeting_rule", "structural_similarity"),
}
"""Effects whose interval from so few seeds and quarters may reach zero; `docs/levers.md` shows them with more."""
LONGER = {"mission_fund": {"longer": 2, "more": 2}}
"""Trials of rare events that are affordable with more quarters and seeds."""


def _cases():
    """Every trial with every outcome that has a sign; those known to fail are expected to, for the reason found."""
    for trial in TRIALS:
        for outcome in trial.outcomes:
            key = trial.lever, outcome.name
            if outcome.sign and key not in FAINT:
                known = [pytest.mark.xfail(reason=EXPLANATIONS[key])] if key in EXPLANATIONS else []
                longer = replace(trial, **LONGER.get(trial.lever, {}))
                yield pytest.param(longer, outcome, id=" ".join(key), marks=known)


@pytest.fixture(scope="module")
def results(request):
    """Runs of the trials that are asked for, on two processes."""
    asked = dict.fromkeys(params["trial"] for params in map(_params, request.session.items) if "trial" in params)
    found = {}
    assert run(tasks(asked, SEEDS, QUARTERS), partial(scenario, FIRMS), WORKERS, found, io.StringIO()) == []
    return found


def _params(item) -> dict:
    return item.callspec.params if hasattr(item, "callspec") else {}


@pytest.mark.slow
@pytest.mark.parametrize(("trial", "outcome"), list(_cases()))
def test_lever_moves_its_outcome_as_expected(results, trial, outcome):
    """A lever moves the outcome it is tried by in the direction that was stated before any run."""
    found = effect(trial, outcome, results, SEEDS, QUARTERS)
    assert found.verdict(outcome.sign) == AS_EXPECTED, found


@pytest.mark.slow
def test_travel_moves_absorption_on_impact_and_not_output():
    """Faster travel raises real absorption at once and leaves the volume of output in the first quarter alone."""
    base = RegionalEconomy(Scenario.load("china", seed=1, firms=FIRMS))
    fast = RegionalEconomy(Scenario.load("china", seed=1, firms=FIRMS, levers={"transport_gain": 0.3}))
    base.step()
    fast.step()
    before, after = base.nation_measures(), fast.nation_measures()
    assert after["absorption_volume"] / before["absorption_volume"] > 1.01
    assert abs(after["gdp"] / before["gdp"] - 1) < 1e-3


def test_defaults_reproduce_the_baseline_bit_for_bit():
    """Rules that set every lever to its status quo change not one bit of any measure, flow or state."""
    rules = [{"lever": name, "value": lever.default} for name, lever in LEVERS.items()]
    plain = Scenario.load("china", seed=3, firms=FIRMS)
    ruled = Scenario.from_resolved(plain.resolved() | {"policy": rules})
    assert len(ruled.policy) == len(LEVERS)
    first, second = (RegionalEconomy(s) for s in (plain, ruled))
    for _ in range(5):  # past the first decision of governments after the start
        for economy in (first, second):
            economy.step()
    pairs = {"nation": (first.nation_measures(), second.nation_measures())}
    pairs["sector"] = first.sector_measures(), second.sector_measures()
    pairs |= {level: (first.observed(level), second.observed(level)) for level in ("city", "province", "cluster")}
    pairs["state"] = first.state(), second.state()
    for table, (these, those) in pairs.items():
        assert these.keys() == those.keys()
        for name, values in these.items():
            np.testing.assert_array_equal(values, those[name], err_msg=f"{table}: {name}")
