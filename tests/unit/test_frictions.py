"""The layers of a quarter: gates, zones and foreign shocks, digital gains in trade, land, and what is built again."""

from dataclasses import replace

import numpy as np
import pytest

from nqpf.model.facts import NEVER
from nqpf.model.frictions import Frictions, trade_network, way_abroad
from nqpf.model.geography import Geography
from nqpf.model.parameters import Parameters, Trade
from nqpf.model.people import land_quota
from nqpf.model.policy import Schedule
from nqpf.model.quarters import parse_quarter
from nqpf.model.rules import PolicyRule
from nqpf.model.scenario import Scenario
from nqpf.model.structure import structure_of

PARAMETERS = Parameters()
FIRST = parse_quarter("2024Q1")
MINUTES = np.array([[30.0, 60.0, 240.0], [60.0, 20.0, 120.0], [240.0, 120.0, 40.0]])
NONE = np.zeros(3)


class Gates:
    """Three places, of which only their gates count."""

    def __init__(self, seaport=(), land_gate=()):
        self.seaport, self.land_gate = (np.isin(np.arange(3), rows) for rows in (seaport, land_gate))

    def __len__(self):
        return 3


# The way abroad


def test_the_way_abroad_is_that_of_the_nearest_gate():
    """ε ln(1 + hours) to a seaport, or the same and more to a land gate, whichever is less."""
    t = Trade(time_elasticity=0.5, land_gate_cost=0.1)
    base = np.log(t.foreign_cost)
    got = way_abroad(t, MINUTES, Gates([0], [2]), NONE, NONE) - base
    sea = 0.5 * np.log1p(np.array([0.5, 1.0, 4.0]))
    land = 0.5 * np.log1p(np.array([4.0, 2.0, 40 / 60])) + 0.1
    np.testing.assert_allclose(got, np.minimum(sea, land))
    assert np.isclose(got, sea).tolist() == [True, True, False]
    np.testing.assert_allclose(way_abroad(t, MINUTES, Gates([], [2]), NONE, NONE) - base, land)
    two = 0.5 * np.log1p(np.array([0.5, 20 / 60, 2.0]))
    np.testing.assert_allclose(way_abroad(t, MINUTES, Gates([0, 1]), NONE, NONE) - base, two)


def test_zones_save_and_shocks_cost():
    """A zone takes its depth off; a shock that takes a share of access k = τ^−θ leaves the rest."""
    t = Trade()
    plain = way_abroad(t, MINUTES, Gates([0]), NONE, NONE)
    depth, lost = np.array([0.0, 0.2, 0.0]), np.array([0.0, 0.0, 0.3])
    got = way_abroad(t, MINUTES, Gates([0]), depth, lost)
    np.testing.assert_allclose((got - plain)[:2], [0.0, -0.2])
    for kernel in ("goods", "services"):
        before, after = (
            getattr(trade_network(t, MINUTES, np.zeros(3, int), np.full(3, 0.5), a, ("goods",)), kernel)
            for a in (plain, got)
        )
        assert after[2, 3] == pytest.approx(0.7 * before[2, 3])
        assert after[3, 2] == after[2, 3]
        assert after[1, 3] == pytest.approx(before[1, 3] * np.exp(0.2 * t.elasticity))
        np.testing.assert_array_equal(after[:3, :3], before[:3, :3])


def test_digital_networks_lower_trade_costs_between_places():
    """By the mean gained of both ends; nothing at home, nothing abroad."""
    t = Trade(digital_gain=0.04)
    args = t, MINUTES, np.zeros(3, int), np.full(3, 0.5), np.ones(3), ("goods", "services")
    plain, gained = trade_network(*args), trade_network(*args, np.array([0.5, 0.0, 0.2]))
    for a, b in ((plain.goods, gained.goods), (plain.services, gained.services)):
        change = -np.log(b / a) / t.elasticity
        np.testing.assert_allclose(
            change[:3, :3], [[0, -0.01, -0.014], [-0.01, 0, -0.004], [-0.014, -0.004, 0]], atol=1e-15
        )
        np.testing.assert_array_equal(change[3], 0)


# Land


def test_land_quota_keeps_the_total_by_residents():
    """What the hinterland gains, weighted by residents, others lose; without either side nothing moves."""
    area, residents = np.array([10.0, 20.0, 5.0, 8.0]), np.array([100, 300, 200, 50])
    hinterland = np.array([True, False, False, True])
    for tilt in (-1.0, -0.4, 0.7, 1.0):
        got = land_quota(0.3, tilt, area, hinterland, residents)
        assert residents @ (got / area) == pytest.approx(residents.sum())
        np.testing.assert_allclose(got[hinterland] / area[hinterland], 1 + 0.3 * tilt)
    np.testing.assert_array_equal(land_quota(0.3, 0.0, area, hinterland, residents), area)
    for side in (np.zeros(4, bool), np.ones(4, bool)):
        assert land_quota(0.3, 1.0, area, side, residents) is area


def test_nobody_is_left_without_land():
    """A twentieth stays, whatever the tilt."""
    got = land_quota(0.9, 1.0, np.ones(2), np.array([True, False]), np.array([900, 100]))
    np.testing.assert_allclose(got, [1.9, 0.05])


# Layers


@pytest.fixture
def layers(country):
    """Makes the layers of quarters under rules, from one `Frictions` a set of rules."""
    geography = Geography(country, PARAMETERS.transport)
    structure = structure_of(country, PARAMETERS)

    def make(facts, *rules, quarters=(FIRST,), lost=None):
        scenario = Scenario.load("china").model_copy(update={"policy": tuple(map(PolicyRule.model_validate, rules))})
        schedule = Schedule(scenario, facts)
        frictions = Frictions(facts, geography, PARAMETERS, structure)
        nothing = np.zeros(6)
        return [frictions.at(q, schedule.at(q), nothing if lost is None else lost) for q in quarters]

    return make


def abroad(made):
    """Log cost of goods to the rest of the world."""
    return -np.log(made.trade.goods[:-1, -1]) / made.trade.elasticity


def test_a_zone_counts_from_its_opening(country, layers):
    """In the fifth place from 2024Q2 on: the log cost falls by the depth there and only there."""
    before, after = layers(country, quarters=(FIRST, FIRST + 1))
    times = np.zeros(6)
    times[4] = -PARAMETERS.trade.zone_depth
    np.testing.assert_allclose(abroad(after) - abroad(before), times, atol=1e-14)
    never = replace(country, places=replace(country.places, zone_opened=np.full(6, NEVER)))
    without = layers(never)[0]
    np.testing.assert_allclose(abroad(without)[1] - abroad(before)[1], PARAMETERS.trade.zone_depth)


def test_the_lever_deepens_only_zones_that_are_open(country, layers):
    """Where there is none it does nothing."""
    (plain,), (deeper,) = layers(country), layers(country, {"lever": "free_trade_zones", "value": 0.2})
    np.testing.assert_allclose(abroad(deeper) - abroad(plain), [0, -0.2, 0, 0, 0, 0], atol=1e-14)


def test_a_foreign_shock_reaches_only_the_way_abroad(country, layers):
    """Places' own trade stays as it was."""
    lost = np.array([0.0, 0.5, 0, 0, 0, 0])
    (plain,), (shocked,) = layers(country), layers(country, lost=lost)
    np.testing.assert_allclose(shocked.trade.goods[:-1, -1] / plain.trade.goods[:-1, -1], 1 - lost)
    np.testing.assert_array_equal(shocked.trade.goods[:-1, :-1], plain.trade.goods[:-1, :-1])


def test_a_digital_programme_reaches_trade_data_and_knowledge(country, layers):
    """All of them nearer than before, in proportion or for laggards; land and moves are the same objects."""
    rule = {"lever": "digital_intensity", "value": 2.0, "from": "2024Q2"}
    before, after = layers(country, rule, quarters=(FIRST, FIRST + 1))
    between = ~np.eye(6, dtype=bool)
    np.testing.assert_allclose(after.digital, 2 * before.digital)
    assert (after.trade.goods[:-1, :-1][between] > before.trade.goods[:-1, :-1][between]).all()
    assert (after.access[between] > before.access[between]).all()
    shared = between & (before.data.access > 0)
    assert shared.any()
    assert (after.data.access[shared] > before.data.access[shared]).all()
    assert after.land is before.land
    assert after.moving is before.moving
    (lagging,) = layers(country, rule | {"from": "2024Q1"}, {"lever": "digital_allocation", "value": "lagging"})
    weight = country.start.gdp / country.start.gdp.sum()
    assert weight @ lagging.digital == pytest.approx(weight @ after.digital)
    assert lagging.digital.std() < after.digital.std()


def test_nothing_is_built_again_without_a_change(country, layers):
    """A quarter later, with the same levers and lines, every layer is the same object."""
    one, other = layers(country, quarters=(FIRST + 8, FIRST + 9))
    for name in ("trade", "moving", "capital", "digital", "data", "access", "land"):
        assert getattr(one, name) is getattr(other, name), name
