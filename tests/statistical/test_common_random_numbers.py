"""Common random numbers: a change in one place leaves all other draws alone, and pairs of runs differ little."""

from __future__ import annotations

import functools
from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pytest

import nqpf.model.economy as economy_module
import nqpf.model.start as start_module
from nqpf.model import counts
from nqpf.model.draws import Draws
from nqpf.model.economy import RegionalEconomy
from nqpf.model.levers import LEVERS
from nqpf.model.rules import PolicyRule, Shock
from nqpf.model.scenario import Scenario

AT_START = ("size", "age")
OF_PLACES = ("birth", "death labour", "death talent", "graduate", "consider labour", "consider talent")
OF_PAIRS = ("move labour", "move talent")
OF_CELLS = ("entry",)
OF_FIRMS = (
    "improve", "step", "imitate", "adopt", "attempt", "breakthrough", "collaborate", "partner", "exit", "entrant",
    "consider relocation", "site", "relocate",
)  # fmt: skip
DECISIONS = (*AT_START, *OF_PLACES, *OF_PAIRS, *OF_CELLS, *OF_FIRMS)

CITY = "120100"
"""Where something is changed."""
QUARTERS = 3


class Recorder:
    """Draws that remember which entity drew what, and which blocks were handed out whole."""

    def __init__(self, seed: int) -> None:
        self.draws = Draws(seed)
        self.drawn: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
        self.keys: dict[tuple[str, int], int] = {}

    def uniform(self, decision, quarter, entity):
        """As `Draws.uniform`; within a block no entity may draw twice."""
        u = self.draws.uniform(decision, quarter, entity)
        block = self.drawn[decision, quarter]
        ids, values = np.asarray(entity).ravel().tolist(), np.asarray(u).ravel().tolist()
        assert not block.keys() & set(ids), (decision, quarter)
        assert len(set(ids)) == len(ids), (decision, quarter)
        block.update(zip(ids, values, strict=True))
        return u

    def key(self, decision, quarter):
        """As `Draws.key`."""
        self.keys[decision, quarter] = int(self.draws.key(decision, quarter))
        return self.draws.key(decision, quarter)

    @property
    def decisions(self) -> set[str]:
        """Names of all blocks in which something was drawn."""
        return {decision for decision, _ in (*self.drawn, *self.keys)}


@pytest.fixture(scope="module")
def recorded(economies, country, lively):
    """A run with its draws from the start on, and the same with every lever and shock at work in one city alone."""
    where = {"city": (CITY,)}
    ends = {
        lever.name: lever.values[0] if lever.values else max(lever.low, lever.high, key=lambda v: abs(v - d))
        for lever in LEVERS.values()
        if "city" in lever.places
        for d in [lever.default]
    }
    policy = tuple(PolicyRule(lever=name, value=value, where=where) for name, value in ends.items())
    shock = tuple(Shock(kind=kind, size=0.3, where=where) for kind in ("supply", "technology"))
    runs = []
    for changes in ({}, {"policy": policy, "shock": shock}):
        scenario = economies.small_scenario(firms=600, parameters=lively, **changes)
        draws = Recorder(scenario.seed)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(start_module, "Draws", lambda _, draws=draws: draws)
            base = country, *start_module.inverted(scenario, country)
            patch.setattr(economy_module, "base_quarter", lambda _, base=base: base)
            patch.setattr(economy_module, "Draws", lambda _, draws=draws: draws)
            economy = RegionalEconomy(scenario)
        for _ in range(QUARTERS):
            economy.step()
        runs.append(SimpleNamespace(economy=economy, draws=draws))
    return runs


def test_every_decision_is_known(recorded, decisions):
    """The decisions that a run draws for are those of this file's list, and the code names no other."""
    for run in recorded:
        assert run.draws.decisions == set(DECISIONS)
    assert decisions == set(DECISIONS)


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_change_in_one_place_leaves_everybodys_draws_alone(recorded, decision):
    """Under every lever and two shocks in one city, whoever draws in both runs draws the same every quarter."""
    plain, changed = (run.draws for run in recorded)
    if decision in OF_PAIRS:
        keys = {block: key for block, key in plain.keys.items() if block[0] == decision}
        assert keys == {block: key for block, key in changed.keys.items() if block[0] == decision}
        assert len(keys) == QUARTERS
        return
    both = 0
    for block in (block for block in plain.drawn if block[0] == decision):
        before, after = plain.drawn[block], changed.drawn[block]
        same = before.keys() & after.keys()
        assert {entity: before[entity] for entity in same} == {entity: after[entity] for entity in same}
        both += len(same)
    assert both > 0


def test_the_change_was_felt(recorded):
    """The two runs are not the same one: who lives, works and tries something differs between them."""
    plain, changed = recorded
    assert not np.array_equal(plain.economy.now.talent, changed.economy.now.talent)
    asked = [{block: set(ids) for block, ids in run.draws.drawn.items()} for run in recorded]
    assert asked[0] != asked[1]


def test_pairs_draw_what_entities_draw(recorded):
    """The compiled loop over origins and destinations uses the uniform of the pair's id."""
    draws = recorded[0].draws.draws
    ids = np.arange(36)
    inside = [counts._uniform(draws.key("move labour", 8096), int(pair)) for pair in ids]
    np.testing.assert_array_equal(inside, draws.uniform("move labour", 8096, ids))


SEEDS = range(1, 13)
POLICIES = {"talent_subsidy": 0.3, "digital_intensity": 2.0}


@functools.cache
def log_gdp(policy: str | None):
    """The nation's GDP after three years under each seed, with a policy or without."""
    levers = {} if policy is None else {policy: POLICIES[policy]}
    found = []
    for seed in SEEDS:
        economy = RegionalEconomy(Scenario.load("china", seed=seed, firms=2_000, levers=levers))
        economy.run_for(12)
        found.append(np.log(economy.nation_measures()["gdp"]))
    return np.array(found)


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
def test_pairs_vary_far_less_than_runs_of_their_own(policy):
    """Over twelve seeds the effect on GDP varies less than a fifth of what it would with fresh draws."""
    plain, treated = log_gdp(None), log_gdp(policy)
    paired = (treated - plain).var(ddof=1)
    fresh = treated.var(ddof=1) + plain.var(ddof=1)
    assert fresh > 5 * paired, (fresh, paired)
