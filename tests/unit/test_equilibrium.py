"""The solver against closed forms, other solvers and limits of the market."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

from nqpf.model.equilibrium import EquilibriumError, clear

ETA, SIGMA, THETA = 0.602, 5.0, 4.0
RHO = (SIGMA - 1) / SIGMA


@pytest.fixture
def one_sector(economies):
    """A function that makes one traded sector whose value-added share is given; talent earns 30 % of wages."""

    def make(gamma=1.0):
        return economies.technology((gamma,), ("goods",), (0.3,), input_shares=[[1.0]])

    return make


def bundle(market):
    """N of each node if it has one sector: everybody works there."""
    return market.labour**0.7 * market.talent**0.3


def volume(market):
    """V of each node of a one-sector economy."""
    return market.productivity[:, 0] * bundle(market) ** ETA


def evenly(market):
    """A cold start: the same sales of every seller."""
    return np.where(market.sells, 1.0, 0.0)


def ring(n, cost):
    """Trade costs round a circle of n cities: every city sees the same."""
    step = np.abs(np.arange(n)[:, None] - np.arange(n))
    return cost ** np.minimum(step, n - step)


# Closed forms


def test_cities_alike_share_alike(economies):
    """On a ring of identical cities wages and prices are equal, and national sales are the table's inverse."""
    t = economies.technology()
    market = replace(
        economies.bare_market(7, tau=ring(7, 1.3), sectors=t),
        productivity=np.tile([1.0, 2.0, 0.5, 1.5], (7, 1)),
        labour=np.full(7, 50.0),
        talent=np.full(7, 20.0),
    )
    start = np.random.default_rng(0).uniform(0.2, 3, (7, 4))
    c = clear(market, start)
    beta = market.spending.final_shares
    gdp = (c.sales @ t.value_added_share).sum()
    national = np.linalg.solve(np.eye(4) - t.input_requirements, beta * gdp)
    np.testing.assert_allclose(c.sales, np.tile(national / 7, (7, 1)), rtol=1e-10)
    np.testing.assert_allclose(c.wage_labour, c.wage_labour[0], rtol=1e-10)
    np.testing.assert_allclose(c.log_price_index, np.tile(c.log_price_index[0], (7, 1)), atol=1e-10)
    bill = RHO * ETA * gdp * (national * t.value_added_share) / (national @ t.value_added_share)
    assert c.wage_talent[0] == pytest.approx((bill @ t.skill_share) / 7 / 20, rel=1e-10)


@pytest.mark.parametrize("ratio", [0.25, 0.9, 1.0, 3.0, 20.0])
@pytest.mark.parametrize("tau", [1.05, 1.7, 4.0])
def test_two_cities_in_closed_form(economies, one_sector, ratio, tau):
    """With r = q₁/q₂, balanced trade gives X₁/X₂ = r(r + k)/(kr + 1), and q = (V/X)^θ then gives V₁/V₂."""
    k = tau**-THETA
    x = ratio * (ratio + k) / (k * ratio + 1)
    v = ratio ** (1 / THETA) * x
    market = economies.bare_market(2, tau=[[1, tau], [tau, 1]], sectors=one_sector())
    market = replace(market, productivity=np.array([[v], [1.0]]) / bundle(market)[:, None] ** ETA)
    c = clear(market, evenly(market))
    assert c.sales[0, 0] / c.sales[1, 0] == pytest.approx(x, rel=1e-10)
    assert c.weights[0, 0] / c.weights[1, 0] == pytest.approx(ratio, rel=1e-9)


def test_free_trade_in_closed_form(economies, one_sector):
    """Without frictions sales go as V^{θ/(1+θ)} in one sector without inputs."""
    market = economies.bare_market(9, tau=np.ones((9, 9)), sectors=one_sector())
    c = clear(market, evenly(market))
    expected = volume(market) ** (THETA / (1 + THETA))
    np.testing.assert_allclose(c.sales[:, 0] / c.sales.sum(), expected / expected.sum(), rtol=1e-10)


@pytest.mark.parametrize("gamma", [0.3, 0.6, 1.0])
def test_price_of_a_city_on_its_own(economies, one_sector, gamma):
    """Alone, ln p = ln(X/V) − (1 − γ)/γ · ln(1 − γ): the good is its own input."""
    market = economies.bare_market(1, tau=[[1.0]], sectors=one_sector(gamma))
    c = clear(market, np.array([[5.0]]))
    own_use = 0.0 if gamma == 1 else (1 - gamma) / gamma * np.log(1 - gamma)
    assert c.log_price[0, 0] == pytest.approx(np.log(5.0 / volume(market)[0]) - own_use, abs=1e-10)
    assert c.wage_labour[0] == pytest.approx(RHO * ETA * gamma * 0.7 * 5.0 / market.labour[0], rel=1e-12)


@pytest.mark.parametrize("gamma", [0.4, 1.0])
def test_gains_from_trade_follow_the_own_share(economies, one_sector, gamma):
    """Real income over autarky's is π_jj^{−1/(γθ)} (Arkolakis, Costinot and Rodríguez-Clare 2012)."""
    market = economies.bare_market(10, sectors=one_sector(gamma))
    alone = replace(market, trade=economies.network(np.where(np.eye(10) > 0, 1.0, np.inf), ("goods",)))
    trading, autarky = clear(market, evenly(market)), clear(alone, evenly(market))
    gain = [np.log(c.sales[:, 0]) - c.log_price_index[:, 0] for c in (trading, autarky)]
    own = trading.weights[:, 0] / trading.competition[:, 0]
    assert own.max() < 0.9
    np.testing.assert_allclose(gain[0] - gain[1], -np.log(own) / (gamma * THETA), atol=1e-9)


# Another solver


def test_one_sector_without_inputs_is_allen_and_arkolakis(economies, one_sector):
    """A root finder on wages of the quantitative spatial model (Redding 2016; Allen and Arkolakis 2014) agrees."""
    market = economies.bare_market(25, seed=8, sectors=one_sector())
    people = bundle(market)
    productivity = market.productivity[:, 0] * people ** (ETA - 1)
    tau = economies.scattered_tau(25)

    def excess(log_wage):
        wage = np.exp(np.append(log_wage, 0.0))
        offers = (tau * (wage / productivity)[:, None]) ** -THETA
        bought = offers / offers.sum(0) @ (wage * people)
        return np.log(bought / (wage * people))[:-1]

    found = optimize.root(excess, np.zeros(24), tol=1e-13)
    wage = np.exp(np.append(found.x, 0.0))
    c = clear(market, evenly(market))
    income = wage * people
    np.testing.assert_allclose(c.sales[:, 0] / c.sales.sum(), income / income.sum(), rtol=1e-9)
    offers = (tau * (wage / productivity)[:, None]) ** -THETA
    trade = offers / offers.sum(0) * income
    flows = market.trade.flows(c.weights, c.spending, c.competition)
    np.testing.assert_allclose(flows / flows.sum(), trade / trade.sum(), rtol=1e-8)


def test_symmetric_costs_balance_both_ways(economies, one_sector):
    """With symmetric costs and balanced trade the seller's and the buyer's effects are proportional: q ∝ E/Φ."""
    market = economies.bare_market(15, sectors=one_sector())
    c = clear(market, evenly(market))
    ratio = (c.weights * c.competition / c.spending)[:, 0]
    np.testing.assert_allclose(ratio / ratio[0], 1.0, rtol=1e-9)
    flows = market.trade.flows(c.weights, c.spending, c.competition)
    np.testing.assert_allclose(flows, flows.T, rtol=1e-8)


def test_a_root_finder_finds_the_same_market(economies):
    """SciPy's hybrid method on excess demand of four sectors, from prices written out cell by cell."""
    market = economies.bare_market(4)
    t, tau, beta = market.technology, economies.scattered_tau(4), market.spending.final_shares
    h, gamma, a = t.skill_share, t.value_added_share, t.input_shares
    cost = {0: tau, 1: tau, 2: tau**1.3}

    def parts(x):
        sales, index = np.exp(x[:16].reshape(4, 4)), np.exp(x[16:].reshape(4, 4))
        bill = RHO * ETA * gamma * sales
        workers = bill * (1 - h) / (bill @ (1 - h))[:, None] * market.labour[:, None]
        talents = bill * h / (bill @ h)[:, None] * market.talent[:, None]
        quantity = market.productivity * (workers ** (1 - h) * talents**h) ** ETA
        inputs = np.array([[np.prod((index[i] / a[:, s]) ** a[:, s]) for s in range(4)] for i in range(4)])
        price = (sales / quantity) ** gamma * (inputs / (1 - gamma)) ** (1 - gamma)
        spent = np.outer(sales @ gamma, beta) + sales @ (a * (1 - gamma)).T
        bought, new = spent.copy(), price.copy()
        for s in range(3):
            offers = (price[:, [s]] * cost[s]) ** -THETA
            bought[:, s] = offers / offers.sum(0) @ spent[:, s]
            new[:, s] = offers.sum(0) ** (-1 / THETA)
        return sales, index, bought, new

    def gap(x):
        sales, index, bought, new = parts(x)
        excess = np.log(bought / sales).ravel()
        excess[-1] = np.log(sales.sum() / 16)
        return np.append(excess, np.log(new / index))

    found = optimize.root(gap, np.zeros(32), tol=1e-13)
    sales, index, *_ = parts(found.x)
    assert np.abs(gap(found.x)).max() < 1e-11
    c = clear(market, evenly(market))
    np.testing.assert_allclose(c.sales, sales, rtol=1e-9)
    np.testing.assert_allclose(np.exp(c.log_price_index), index, rtol=1e-9)


# Limits


def test_a_city_cut_off_depends_on_nobody(economies):
    """With infinite trade costs each city's real quantities stay when all others become more productive."""
    alone = economies.network(np.where(np.eye(6) > 0, 1.0, np.inf))
    market = replace(economies.bare_market(6), trade=alone)
    grown = replace(market, productivity=market.productivity * np.where(np.arange(6) == 2, 1.0, 3.0)[:, None])
    richer = replace(grown, labour=market.labour * np.where(np.arange(6) == 2, 1.0, 2.0))
    before = clear(market, evenly(market))
    for other in (grown, richer):
        after = clear(other, evenly(market))
        for c in (before, after):
            np.testing.assert_allclose(np.diag(other.trade.flows(c.weights, c.spending, c.competition)), c.sales.sum(1))
        np.testing.assert_allclose(
            after.sales[2] / after.sales[2].sum(), before.sales[2] / before.sales[2].sum(), rtol=1e-9
        )
        real = [np.log(c.wage_labour[2]) - c.log_price_index[2] for c in (before, after)]
        np.testing.assert_allclose(real[1], real[0], atol=1e-9)


def test_without_frictions_traded_goods_cost_the_same_everywhere(economies):
    """Price indices of tradables are equal; those of local services are not."""
    market = economies.bare_market(8, tau=np.ones((8, 8)))
    c = clear(market, evenly(market))
    spread = np.ptp(c.log_price_index, axis=0)
    assert spread[:3].max() < 1e-12
    assert spread[3] > 0.05


def test_local_services_sell_what_is_bought_where_they_are(economies):
    """A place's spending on them is their sales."""
    market = economies.bare_market(8)
    c = clear(market, evenly(market))
    np.testing.assert_allclose(c.sales[:, 3], c.spending[:, 3], rtol=1e-12)


# What every solution keeps


def test_markets_close_to_rounding(economies):
    """Deliveries are sales cell by cell, purchases are spending, wages employ everybody, prices are costs."""
    market = economies.bare_market(20, empty=0.3)
    c = clear(market, evenly(market))
    t, trade, sells = market.technology, market.trade, market.sells
    assert 0.1 < (~sells).mean() < 0.5
    access = trade.market_access(c.spending, c.competition)
    demand = np.where(trade.is_local, access, c.weights * access)
    np.testing.assert_allclose(demand[sells], c.sales[sells], rtol=1e-12)
    assert (c.sales[~sells] == 0).all()
    np.testing.assert_allclose(c.spending.sum(0), c.sales.sum(0), rtol=1e-12)
    np.testing.assert_allclose(c.spending, market.spending(c.sales), rtol=1e-12)
    np.testing.assert_allclose(c.wage_labour * market.labour, c.sales @ t.labour_wage_share, rtol=1e-12)
    people = t.wage_share * c.sales / np.exp(t.log_wage_bundle(np.log(c.wage_labour), np.log(c.wage_talent)))
    quantity = market.productivity * people**ETA
    unit = (t.value_added_share * c.sales)[sells] / quantity[sells]
    gamma = np.broadcast_to(t.value_added_share, sells.shape)[sells]
    inputs = np.exp(t.log_input_price(c.log_price_index))[sells]
    price = (unit / gamma) ** gamma * (inputs / (1 - gamma)) ** (1 - gamma)
    np.testing.assert_allclose(c.log_price[sells], np.log(price), atol=1e-10)


def test_twenty_random_starts_agree(economies):
    """Sales and price indices do not depend on where the search begins, a third of the cells being empty."""
    market = economies.bare_market(20, empty=0.3)
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        sales = np.exp(rng.normal(0, 2, market.sells.shape))
        found.append(clear(market, sales * 80 / sales[market.sells].sum() * 0.5, rng.normal(0, 1.5, sales.shape)))
        assert found[-1].iterations < 60
    shares = [c.sales / c.sales.sum() for c in found]
    levels = [c.log_price_index - np.log(c.sales.sum()) for c in found]
    for share, level in zip(shares, levels, strict=True):
        np.testing.assert_allclose(share, shares[0], rtol=1e-8)
        np.testing.assert_allclose(level, levels[0], atol=1e-8)


@pytest.mark.parametrize("theta", [1.0, 2.0, 8.0, 12.0])
def test_steps_stay_few_at_any_trade_elasticity(economies, theta):
    """A cold start takes tens of steps, hardly a hundred where goods are near perfect substitutes."""
    market = replace(economies.bare_market(12), trade=economies.network(economies.scattered_tau(12), theta=theta))
    assert clear(market, evenly(market)).iterations < (60 if theta < 10 else 150)


@pytest.mark.parametrize("gamma", [0.05, 0.2, 0.9, 1.0])
def test_steps_stay_few_at_any_share_of_inputs(economies, gamma):
    """From almost all inputs to none."""
    market = economies.bare_market(12, sectors=economies.technology((gamma,) * 4))
    assert clear(market, evenly(market)).iterations < 70


def test_a_cleared_market_is_recognised_at_once(economies):
    """Started from its own answer the solver takes at most two steps."""
    market = economies.bare_market(12)
    c = clear(market, evenly(market))
    again = clear(market, c.sales, c.log_price_index)
    assert again.iterations <= 2
    np.testing.assert_allclose(again.sales, c.sales, rtol=1e-10)


# What has no answer


def test_local_services_without_a_seller_are_refused(economies):
    """Demand nobody can serve is an error, from a cold or a warm start."""
    market = economies.bare_market(6)
    c = clear(market, evenly(market))
    productivity = market.productivity.copy()
    productivity[3, 3] = 0.0
    missing = replace(market, productivity=productivity)
    for start in ((evenly(market), None), (c.sales, c.log_price_index)):
        with pytest.raises(EquilibriumError, match="no equilibrium after"):
            clear(missing, *start)


def test_a_city_with_nothing_to_sell_elsewhere_is_refused(economies):
    """It would have to pay for what it buys with local services alone."""
    market = economies.bare_market(6)
    productivity = market.productivity.copy()
    productivity[3, :3] = 0.0
    with pytest.raises(EquilibriumError):
        clear(replace(market, productivity=productivity), evenly(market))
