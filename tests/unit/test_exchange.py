"""Data and compute: digital programmes, data pools and who pays for them, hubs."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqpf.model.exchange.compute import compute_over_need
from nqpf.model.exchange.digital import productivity_gain, programme, start_intensity
from nqpf.model.exchange.parameters import Data
from nqpf.model.exchange.pools import SCOPES, data_network, data_trade
from nqpf.model.facts import Hubs
from nqpf.model.levers import LEVERS
from nqpf.model.parameters import Technology
from nqpf.model.processes.exchange import aged_data, exchange

# Digital programmes


def test_intensity_of_the_start_by_hand():
    """Ratio r / (1 + r) of the share over its mean by residents, r within .05 and 20; a half where nobody has any."""
    people = np.array([100, 300])
    np.testing.assert_allclose(start_intensity(np.array([0.06, 0.02]), people), [2 / 3, 0.4])
    far = start_intensity(np.array([1.0, 0.0]), np.array([1, 999]))
    np.testing.assert_allclose(far, [20 / 21, 0.05 / 1.05])
    assert start_intensity(np.zeros(2), people).tolist() == [0.5, 0.5]


def test_a_prorata_programme_multiplies():
    """Each place by its own multiple."""
    start = np.array([0.2, 0.5, 0.8])
    got = programme(start, np.array([1.0, 2.0, 3.0]), np.full(3, 1 / 3), lagging=False)
    np.testing.assert_allclose(got, [0.2, 1.0, 2.4])


def test_water_level_by_hand():
    """Half a unit in two of three places lifts the lowest first: .1 to .3, then both to .375."""
    start, weight = np.array([0.1, 0.3, 0.2]), np.array([0.5, 0.25, 0.25])
    # Treated are the first two; the total is .5 · 1 · .1 + .25 · 1 · .3 = .125.
    got = programme(start, np.array([2.0, 2.0, 1.0]), weight, lagging=True)
    level = 0.3 + (0.125 - 0.5 * 0.2) / 0.75
    np.testing.assert_allclose(got, [level, level, 0.2])
    # A smaller programme stops below the second.
    less = programme(start, np.array([1.4, 1.0, 1.0]), weight, lagging=True)
    np.testing.assert_allclose(less, [0.14, 0.3, 0.2])


@given(st.integers(0, 10**6))
def test_both_allocations_cost_the_same(seed):
    """The weighted total is one; lagging leaves the treated at one level or where they were above it, others alone."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 12))
    start, weight = rng.uniform(0.05, 0.95, n), rng.dirichlet(np.ones(n))
    multiple = np.where(rng.uniform(size=n) < 0.7, rng.uniform(1, 3, n), 1.0)
    spread, lifted = (programme(start, multiple, weight, lagging=lagging) for lagging in (False, True))
    assert weight @ lifted == pytest.approx(weight @ spread, rel=1e-12)
    treated = multiple > 1
    np.testing.assert_array_equal(lifted[~treated], start[~treated])
    assert (lifted >= start).all()
    raised = lifted > start
    if raised.any():
        level = lifted[raised].max()
        np.testing.assert_allclose(lifted[raised], level)
        assert (lifted[treated & ~raised] >= level - 1e-12).all()


def test_networks_help_most_where_there_are_few():
    """The slope is the one of laggards below the mean, the other's above; continuous between."""
    t = Technology(digital_gain_lagging=0.11, digital_gain_advanced=0.03)
    got = productivity_gain(t, np.array([0.0, 0.4, 0.5, 0.6, 1.5]), 0.5)
    np.testing.assert_allclose(got, [0.0, 0.044, 0.055, 0.058, 0.085])


# Data pools

PROVINCE, CLUSTER = np.array([0, 0, 1, 1, 2]), np.array([0, -1, 0, -1, -1])
DISTANCE = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0))) * 400
INTENSITY = np.array([0.5, 0.4, 0.6, 0.3, 0.2])


def network(scope, data=None, intensity=INTENSITY):
    """The data network of five places: two provinces of two, one of one, a cluster of the first and third."""
    scopes = np.array([SCOPES.index(s) for s in ([scope] * 5 if isinstance(scope, str) else scope)])
    return data_network(data or Data(), scopes, PROVINCE, CLUSTER, DISTANCE, intensity)


def test_scopes_are_those_of_the_lever():
    """In the same order: positions in the arrays are the lever's."""
    assert LEVERS["data_pool_scope"].values == SCOPES


def test_each_scope_holds_those_before_it():
    """City: own data only; then those of the province, of the cluster, of everybody."""
    opened = [network(scope).access > 0 for scope in SCOPES]
    np.testing.assert_array_equal(opened[0], np.eye(5, dtype=bool))
    province = PROVINCE[:, None] == PROVINCE
    np.testing.assert_array_equal(opened[1], province)
    cluster = (CLUSTER[:, None] == CLUSTER) & (CLUSTER >= 0)
    np.testing.assert_array_equal(opened[2], province | cluster)
    assert opened[3].all()


def test_a_pair_is_open_only_if_both_ends_allow_it():
    """The narrower scope of two holds; the network is symmetric."""
    opened = network(["nation", "city", "nation", "province", "nation"]).access > 0
    np.testing.assert_array_equal(opened, opened.T)
    expected = np.eye(5, dtype=bool)
    expected[0, 2] = expected[2, 0] = expected[0, 4] = expected[4, 0] = expected[2, 4] = expected[4, 2] = True
    expected[2, 3] = expected[3, 2] = True
    np.testing.assert_array_equal(opened, expected)


def test_information_costs_by_hand():
    """exp(−cost · (1 + d / 1000 km) / (1 + both intensities)), 1 at home; buyers share the exchange's cost."""
    data = Data(information_cost=2.0, exchange_cost=0.6)
    made = network("province", data)
    assert made.access[0, 1] == pytest.approx(np.exp(-2 * 1.4 / 1.9))
    assert np.diag(made.access).tolist() == [1.0] * 5
    np.testing.assert_allclose(made.cost, 0.6 / np.array([2, 2, 2, 2, 1]))
    np.testing.assert_allclose(network("nation", data).cost, 0.6 / 5)


def test_digital_networks_lower_the_cost_of_information():
    """More of it at either end lets more data through."""
    before, after = network("nation").access, network("nation", intensity=INTENSITY + 0.3 * np.eye(5)[1]).access
    changed = np.zeros((5, 5), bool)
    changed[1], changed[:, 1] = True, True
    np.fill_diagonal(changed, val=False)
    assert (after[changed] > before[changed]).all()
    np.testing.assert_array_equal(after[~changed], before[~changed])


def test_shares_of_payments_add_to_one_and_nobody_pays_alone():
    """Providers' shares by what reaches the user; a place whose scope is itself uses and pays nothing."""
    stock = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    trade = data_trade(Data(price=0.5), network("province"), stock)
    np.testing.assert_allclose(trade.providers.sum(1), [1, 1, 1, 1, 0])
    assert (np.diag(trade.providers) == 0).all()
    assert trade.payment_rate[4] == 0
    assert trade.pool[4] == 4.0
    access = network("province").access[0, 1]
    assert trade.pool[0] == pytest.approx(5 + access)
    assert trade.payment_rate[0] == pytest.approx(0.5 * (1 - 5 / (5 + access)))
    wide = data_trade(Data(price=0.5), network("nation"), stock)
    np.testing.assert_allclose(wide.providers.sum(1), 1)
    used = network("nation").access[2] * stock
    used[2] = 0
    np.testing.assert_allclose(wide.providers[2], used / used.sum())
    assert (wide.pool > trade.pool).all()


def test_a_quarters_data_by_hand():
    """What is left of the old, and value added times the sector's and the place's digital intensity."""
    firms = SimpleNamespace(cell=np.array([0, 3]), data=np.array([10.0, 20.0]))
    got = aged_data(Data(ageing=0.1), firms, np.array([0.5, 2.0]), np.array([0.3, 0.4]), np.array([100.0, 50.0]))
    np.testing.assert_allclose(got, [9 + 0.3 * 0.5 * 100, 18 + 0.4 * 2.0 * 50])


# Compute

NEED = np.array([10.0, 1.0, 4.0, 2.0, 3.0])


def hubs(west=(False, True), opened=(0, 0), city=(0, 3), weight=(1.0, 1.0)):
    """Hubs by place, side and opening."""
    return Hubs(
        id=tuple(f"hub {i}" for i in range(len(city))),
        city=np.array(city),
        weight=np.array(weight),
        opened=np.array(opened),
        west=np.array(west),
    )


@given(st.floats(0, 0.8), st.floats(0, 1), st.integers(0, 10**6))
def test_spending_on_hubs_buys_their_capacity(share, hub_share, seed):
    """Σ need · compute = (1 − b) Σ need + b Σ need · (west / price + the rest), and nobody gets less than nothing."""
    rng = np.random.default_rng(seed)
    data = Data(hub_share=hub_share, price_west=float(rng.uniform(0.2, 2)))
    need = rng.uniform(0.1, 9, 5)
    many = hubs(west=(0, 1, 1), opened=(0, 5, 9), city=(0, 3, 4), weight=rng.uniform(0.1, 1, 3))
    many = replace(many, west=many.west.astype(bool))
    got = compute_over_need(data, many, DISTANCE, need, share, 9)
    bought = share / data.price_west + 1 - share
    assert need @ got == pytest.approx(need.sum() * (1 - hub_share + hub_share * bought), rel=1e-12)
    assert (got >= 1 - hub_share).all()


def test_before_any_hub_is_open_everybody_computes_at_home():
    """Compute is what is needed; from its quarter on a hub counts."""
    later = hubs(opened=(10, 11))
    assert compute_over_need(Data(), later, DISTANCE, NEED, 0.3, 9).tolist() == [1.0] * 5
    assert (compute_over_need(Data(), later, DISTANCE, NEED, 0.3, 10) != 1).any()


def test_a_side_without_an_open_hub_gets_nothing():
    """All spending goes to the other side, at its own price, whatever the lever says."""
    data = Data(price_west=0.5)
    only_east, only_west = hubs(opened=(0, 99)), hubs(opened=(99, 0))
    for share in (0.0, 0.3, 0.8):
        east, west = (compute_over_need(data, h, DISTANCE, NEED, share, 1) for h in (only_east, only_west))
        assert NEED @ east == pytest.approx(NEED.sum())
        assert NEED @ west == pytest.approx(NEED.sum() * (0.5 + 0.5 * 2))


def test_compute_moves_west_with_the_lever():
    """Places near the western hub gain as more is bought there, places near the other lose; capacity by weight."""
    data = Data(latency_range=300.0, price_west=1.0)
    less, more = (compute_over_need(data, hubs(), DISTANCE, NEED, share, 1) for share in (0.2, 0.6))
    assert more[3] > less[3]
    assert more[4] > less[4]
    assert more[0] < less[0]
    heavy = compute_over_need(data, hubs(west=(True, True), weight=(1.0, 3.0)), DISTANCE, NEED, 0.5, 1)
    light = compute_over_need(data, hubs(west=(True, True), weight=(1.0, 1.0)), DISTANCE, NEED, 0.5, 1)
    assert heavy[3] > light[3]
    assert heavy[0] < light[0]


def test_a_hubs_users_share_by_need_and_nearness():
    """One hub, two users: need · e^{−d / range}, by hand."""
    data = Data(hub_share=0.4, latency_range=400.0)
    need = np.array([10.0, 5.0])
    got = compute_over_need(data, hubs((False,), (0,), (0,), (1.0,)), DISTANCE[:2, :2], need, 0.2, 1)
    near = np.array([10.0, 5 * np.exp(-1)])
    np.testing.assert_allclose(got, 0.6 + 0.4 * 15 * near / near.sum() / need)


def test_gain_of_a_cell_is_its_pools_and_its_computes(country):
    """Pool exponent · ln pool + compute exponent · ln compute, sector by sector."""
    sectors = SimpleNamespace(
        pool_data=np.array([0.01, 0.02, 0.03, 0.0]), compute_data=np.array([0.0, 0.02, 0.04, 0.01])
    )
    n = 6
    distance = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) * 300.0
    scope = np.full(n, SCOPES.index("nation"))
    made = data_network(Data(), scope, country.places.province, country.regions.cluster, distance, np.full(n, 0.5))
    stock, value = np.linspace(10, 60, n), np.random.default_rng(0).uniform(1, 9, (n, 4))
    got = exchange(Data(), sectors, made, country, distance, stock, value, 0.2, 8096)
    np.testing.assert_allclose(got.trade.pool, made.access @ stock)
    need = value @ country.sectors.digital
    np.testing.assert_allclose(got.compute, compute_over_need(Data(), country.hubs, distance, need, 0.2, 8096))
    expected = np.outer(np.log(made.access @ stock), sectors.pool_data)
    expected += np.outer(np.log(got.compute), sectors.compute_data)
    np.testing.assert_allclose(got.productivity, expected)
