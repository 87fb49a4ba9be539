"""The state as arrays: round trip, and an economy that goes on from it bit by bit."""

from dataclasses import replace

import numpy as np
import pytest

from nqpf.agents.firms.parameters import EntryExit, Relocation, Research
from nqpf.agents.governments.parameters import Governments
from nqpf.model.exchange.parameters import Collaboration
from nqpf.model.parameters import Parameters
from nqpf.model.rules import PolicyRule, Shock
from nqpf.model.state import State

LIVELY = Parameters(
    research=Research(attempts=3.0, breakthrough=1.0, component_power=0.1, imitation=0.5, adoption=1.0),
    firms=EntryExit(exit_rate=0.1),
    relocation=Relocation(considering=0.8, fixed_cost=0.0, distance_cost=0.0),
    collaboration=Collaboration(rate=0.8),
    governments=Governments(targets=1, adaptation=20.0),
)
"""Much of everything in few quarters."""

POLICY = (
    {"lever": "targeting_rule", "value": "related", "from": "2025Q1"},
    {"lever": "digital_intensity", "value": 2.0, "ramp": 4},
    {"lever": "data_pool_scope", "value": "cluster", "from": "2024Q3"},
    {"lever": "switch_year", "value": 1.0},
    {"lever": "talent_subsidy", "value": 0.1, "where": {"province": "12"}},
)
SHOCKS = ({"kind": "supply", "size": 0.2, "from": "2024Q3", "until": "2024Q4", "where": {"city": "110100"}},)


@pytest.fixture(scope="module")
def made(economies, country):
    """Makes the lively economy, whose provinces compete in one macro-region, at its start or from a state."""
    rivals = replace(country, provinces=replace(country.provinces, macro_region=("east", "east")))

    def make(state=None):
        return economies.small_economy(
            rivals,
            parameters=LIVELY,
            firms=120,
            policy=map(PolicyRule.model_validate, POLICY),
            shock=map(Shock.model_validate, SHOCKS),
            state=state,
        )

    return make


def same(one, other):
    """Whether two states are equal to the bit, name by name."""
    assert set(one) == set(other)
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)
        assert np.asarray(values).dtype == np.asarray(other[name]).dtype, name


def test_arrays_come_back_as_the_state(made):
    """Every field, those of firms, tracks and basket by their own names; scalars are scalars again."""
    economy = made()
    for _ in range(5):
        economy.step()
    named = economy.state()
    state = State.from_arrays(named)
    same(state.arrays(), named)
    assert isinstance(state.quarter, int)
    assert isinstance(state.gdp_volume, float)
    for name in ("firms.track", "firms.data", "firms.performance", "tracks.ceiling", "tracks.origin", "basket.value"):
        assert name in named
    for name in ("targets", "effort", "province_volume", "public_capital", "knowledge", "externality", "network"):
        assert name in named


def test_a_state_shares_nothing_with_the_economy(made):
    """What is written to the copy does not reach it."""
    economy = made()
    named = economy.state()
    named["firms.data"][:] = 0
    named["network"][:] = 0
    assert (economy.firms.data > 0).all()
    assert economy.now.network.sum() > 0


@pytest.mark.parametrize("quarters", [1, 4, 6])
def test_an_economy_goes_on_from_its_state_bit_by_bit(made, quarters):
    """Taken up after any number of quarters it ends in the very state, with the same events on the way."""
    economy = made()
    for _ in range(quarters):
        economy.step()
    other = made(economy.state())
    for _ in range(9 - quarters):
        economy.step()
        other.step()
        same(other.state(), economy.state())
        for name in ("firm", "partner_firm", "track", "chance"):
            np.testing.assert_array_equal(getattr(other.consortia, name), getattr(economy.consortia, name))
        for name in ("exits", "entries", "moved", "moved_from", "moved_to"):
            np.testing.assert_array_equal(getattr(other.turnover, name), getattr(economy.turnover, name))
        for factor in ("collaboration", "data", "capital", "goods", "talent"):
            np.testing.assert_array_equal(other.flows(factor), economy.flows(factor))
    assert len(economy.now.tracks) > 6
    assert (economy.now.externality != 0).any()


def test_the_lively_economy_is_one(made):
    """Breakthroughs, moves of firms, adoption, projects and decisions happen in it: the tests above show something."""
    economy = made()
    first = economy.now.targets.copy()
    moved = attempts = projects = 0
    for _ in range(6):
        economy.step()
        moved += len(economy.turnover.moved)
        attempts += len(economy.consortia.firm)
        projects += economy.flows("collaboration").sum()
    assert moved > 5
    assert attempts > 5
    assert projects > 20
    assert (economy.firms.track >= 4).sum() > 5
    assert (economy.now.effort != 0.5).all()
    assert (economy.now.targets != first).any()
