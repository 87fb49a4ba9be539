"""Goods, labour, capital and incomes, each by itself."""

from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.model.frictions import STATUS_QUO_PROTECTION, trade_network, way_abroad
from nqpf.model.markets.capital import accumulate, attraction, destination_shares, friction
from nqpf.model.markets.labour import clear_wages, wages
from nqpf.model.parameters import Capital, Trade

# Technology


def test_wage_bundle_is_the_cheapest_way_to_hire(economies):
    """Ln ω is the least cost of one unit of N = L^{1−h} H^h."""
    t = economies.technology()
    wage_l, wage_h = 0.8, 2.1
    for s, h in enumerate(t.skill_share):
        # Cost of one unit of N, over a fine grid of the ratio of talent to labour.
        ratio = np.exp(np.linspace(-8, 8, 200_001))
        cost = (wage_l + wage_h * ratio) / ratio**h
        got = np.exp(t.log_wage_bundle(np.log([wage_l]), np.log([wage_h]))[0, s])
        assert got == pytest.approx(cost.min(), rel=1e-8)


@pytest.mark.parametrize("h", [0.0, 1.0])
def test_a_sector_of_one_skill_pays_one_wage(economies, h):
    """0 ln 0 is 0: with one skill the bundle is that skill's wage."""
    t = economies.technology((0.5, 0.5), ("goods", "goods"), (h, 0.3))
    got = t.log_wage_bundle(np.log([2.0]), np.log([3.0]))[0, 0]
    assert got == pytest.approx(np.log(3.0 if h else 2.0), rel=1e-14)


def test_wages_take_what_markups_and_capital_leave(economies):
    """Wage shares of both skills add up to ργη; input requirements of a user to 1 − γ."""
    t = economies.technology()
    np.testing.assert_allclose(
        t.labour_wage_share + t.talent_wage_share, t.rho * t.labour_exponent * t.value_added_share
    )
    np.testing.assert_allclose(t.input_requirements.sum(0), 1 - t.value_added_share)
    assert t.kappa == pytest.approx(0.8 / (1 - 0.8 * 0.602))


def test_input_price_by_hand(economies):
    """P_M = Π (P_s / a_s)^{a_s}; a supplier of nothing drops out, and nothing is bought at γ = 1."""
    inputs = np.array([[0.25, 1.0], [0.75, 0.0]])
    t = economies.technology((0.4, 1.0), ("goods", "goods"), input_shares=inputs)
    got = np.exp(t.log_input_price(np.log([[2.0, 3.0]])))[0]
    assert got == pytest.approx([(2 / 0.25) ** 0.25 * (3 / 0.75) ** 0.75, 2.0])
    assert np.exp(t.log_input_term()).tolist() == pytest.approx([0.6, 1.0])


# Goods


def test_two_sellers_and_two_buyers_by_hand(economies):
    """Φ, P, market access and flows of one good, worked out with θ = 4."""
    trade = economies.network([[1.0, 2.0], [1.5, 1.0]], ("goods",))
    weights = trade.supply_weights(np.log([[1.0], [0.5]]), np.array([[True], [True]]))
    assert weights[:, 0].tolist() == pytest.approx([1.0, 16.0])
    phi = trade.competition(weights)
    assert phi[:, 0].tolist() == pytest.approx([1 + 16 / 1.5**4, 1 / 16 + 16])
    spending = np.array([[10.0], [20.0]])
    access = trade.market_access(spending, phi)
    assert access[0, 0] == pytest.approx(10 / phi[0, 0] + 20 / 16 / phi[1, 0])
    flows = trade.flows(weights, spending, phi)
    assert flows[1, 0] == pytest.approx(16 / 1.5**4 / phi[0, 0] * 10)
    np.testing.assert_allclose(flows.sum(0), [10, 20])
    np.testing.assert_allclose(flows.sum(1), (weights * access)[:, 0])
    assert trade.log_price_index(phi, np.zeros((2, 1)))[1, 0] == pytest.approx(-np.log(16.0625) / 4)


def test_sectors_travel_by_their_kind(economies):
    """Services meet higher costs than goods, local services stay; an empty cell offers nothing."""
    trade = economies.network(economies.scattered_tau(5))
    sells = np.ones((5, 4), dtype=bool)
    sells[2, 1] = False
    weights = trade.supply_weights(np.zeros((5, 4)), sells)
    assert weights[2, 1] == 0
    phi = trade.competition(weights)
    np.testing.assert_allclose(phi[:, 0], trade.goods.sum(0))
    np.testing.assert_allclose(phi[:, 2], trade.services.sum(0))
    assert (phi[:, 3] == 1).all()
    spending = np.random.default_rng(0).uniform(1, 2, (5, 4))
    whole = trade.flows(weights, spending, phi)
    parts = [trade.flows(weights, spending, phi, np.arange(4) == s) for s in range(4)]
    np.testing.assert_allclose(sum(parts), whole)
    np.testing.assert_allclose(parts[3], np.diag(spending[:, 3]))
    assert (parts[1][2] == 0).all()
    np.testing.assert_allclose(whole.sum(0), spending.sum(1))


class Gates:
    """Places, of which only their gates count."""

    def __init__(self, seaport, land_gate):
        self.seaport, self.land_gate = np.array(seaport), np.array(land_gate)

    def __len__(self):
        return len(self.seaport)


def frictions(protection=STATUS_QUO_PROTECTION, **parameters):
    """Trade costs −ln k / θ of goods and services between three places, two in one province, and the world."""
    trade = Trade(**parameters)
    minutes = np.array([[30.0, 90.0, 240.0], [90.0, 25.0, 200.0], [240.0, 200.0, 40.0]])
    level = np.broadcast_to(np.asarray(protection, dtype=float), 3)
    abroad = way_abroad(trade, minutes, Gates([False, True, False], [False] * 3), np.zeros(3), np.zeros(3))
    made = trade_network(trade, minutes, np.array([0, 0, 1]), level, abroad, ("goods", "services", "local"))
    return [-np.log(k) / trade.elasticity for k in (made.goods, made.services)], minutes, trade


def test_trade_costs_by_hand():
    """τ = (T/60)^ε · exp(borders), more of them for services; abroad by way of the seaport."""
    (goods, services), minutes, t = frictions()
    eps = t.time_elasticity
    np.testing.assert_allclose(np.diag(goods)[:3], eps * np.log(np.diag(minutes) / 60))
    assert goods[0, 1] == pytest.approx(eps * np.log(1.5) + t.place_border)
    assert goods[0, 2] == pytest.approx(eps * np.log(4) + t.place_border + t.province_border)
    extra = t.place_border * t.services_place_factor + t.province_border * t.services_province_factor
    assert services[2, 1] == pytest.approx(eps * np.log(200 / 60) + extra)
    assert goods[2, 3] == pytest.approx(eps * np.log(1 + 200 / 60) + np.log(t.foreign_cost))
    assert services[3, 1] == pytest.approx(
        eps * np.log(1 + 25 / 60) + np.log(t.foreign_cost * t.services_foreign_factor)
    )
    assert goods[3, 3] == 0


def test_protection_raises_the_cost_of_buying_from_elsewhere():
    """It acts where the buyer is: all of the provincial border and a part of the place border; nothing at home."""
    (before, _), _, t = frictions()
    (after, _), _, _ = frictions([0.5, 0.5, 1.0])
    change = after - before
    np.testing.assert_allclose(change[:2, 2], t.province_border + t.protected_share * t.place_border)
    change[:2, 2] = 0
    assert (change == 0).all()
    (free, _), _, _ = frictions(0.0)
    assert free[0, 2] == pytest.approx(t.time_elasticity * np.log(4) + t.place_border * (1 - t.protected_share))


def test_a_country_without_a_gate_trades_over_land():
    """With no gate to travel to, every place is equally near the world."""
    t, minutes, zero = Trade(), np.full((2, 2), 60.0), np.zeros(2)
    abroad = way_abroad(t, minutes, Gates([False] * 2, [False] * 2), zero, zero)
    made = trade_network(t, minutes, np.zeros(2, int), np.full(2, 0.5), abroad, ("goods",))
    np.testing.assert_allclose(made.goods[:2, 2], t.foreign_cost**-t.elasticity)


# Labour


def test_wages_employ_everybody_at_any_demand():
    """Newton's four steps find wages at which bills pay all people, for demand with and without response."""
    rng = np.random.default_rng(3)
    n, s = 40, 5
    demand = rng.normal(0, 1, (n, s))
    demand[rng.uniform(size=(n, s)) < 0.2] = -np.inf
    demand[:, -1] = 0.3
    r_l, r_h = rng.uniform(0, 1.2, s), rng.uniform(0, 1.2, s)
    r_l[-1] = r_h[-1] = 0.0
    share_l, share_h = rng.uniform(0.05, 0.3, s), rng.uniform(0.02, 0.2, s)
    labour, talent = np.exp(rng.normal(0, 0.5, n)), np.exp(rng.normal(-1, 0.5, n))
    start = wages(np.exp(np.where(demand > -np.inf, demand, -50)), share_l, share_h, labour, talent)
    log_l, log_h = clear_wages(demand, r_l, r_h, share_l, share_h, labour, talent, (np.log(start[0]), np.log(start[1])))
    sales = np.exp(demand - np.outer(log_l, r_l) - np.outer(log_h, r_h))
    # Four steps reach 1e-6 from afar; the equilibrium's own steps then start nearer each time.
    np.testing.assert_allclose(np.exp(log_l) * labour, sales @ share_l, rtol=1e-6)
    np.testing.assert_allclose(np.exp(log_h) * talent, sales @ share_h, rtol=1e-6)


def test_one_sectors_wage_in_closed_form():
    """With one sector and one response, ln w = (ln share + ln demand − ln L) / (1 + r)."""
    labour = np.array([2.0, 30.0])
    demand = np.array([[1.0], [2.0]])
    zero = np.zeros(1)
    log_l, _ = clear_wages(
        demand, np.array([0.7]), zero, np.array([0.3]), np.array([0.1]), labour, np.ones(2), (np.zeros(2), np.zeros(2))
    )
    np.testing.assert_allclose(log_l, (np.log(0.3) + demand[:, 0] - np.log(labour)) / 1.7, rtol=1e-12)


# Capital


def places(seed=0, n=5):
    """Distances, provinces and positive stocks of n places."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 1500, (n, 2))
    distance = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
    return SimpleNamespace(
        distance=distance,
        province=np.array([0, 0, 1, 1, 2])[:n],
        stock=rng.uniform(1, 5, n),
        rate=rng.uniform(0.02, 0.05, n),
        wedge=np.exp(rng.normal(0, 0.3, n)),
    )


def test_friction_by_hand():
    """κ_I times: distance in 500 km, home bias, provincial border of the host; nothing at home."""
    c = Capital()
    distance = np.array([[0.0, 500.0, 1000.0], [500.0, 0.0, 800.0], [1000.0, 800.0, 0.0]])
    border = np.array([1.0, 1.0, 0.5])
    g = friction(c, distance, np.array([0, 0, 1]), border, np.array([0.0, 0.0, 0.2]))
    assert np.diag(g).tolist() == [1.0, 1.0, 1.0]
    assert np.log(g[0, 1]) == pytest.approx(-c.elasticity * (c.distance * np.log(2) + c.home_bias))
    away = c.distance * np.log(3) + c.home_bias + 0.5 * c.province_border
    assert np.log(g[0, 2]) == pytest.approx(-c.elasticity * 0.8 * away)
    back = c.distance * np.log(3) + c.home_bias + c.province_border
    assert np.log(g[2, 0]) == pytest.approx(-c.elasticity * back)


def test_full_integration_leaves_only_stock_and_return():
    """With equity integration of one everywhere all homes invest alike, by K · (r / r̄)^κ."""
    p, c, one = places(), Capital(), np.ones(5)
    g = friction(c, p.distance, p.province, one, one)
    assert (g == 1).all()
    shares = destination_shares(g, attraction(p.stock, p.wedge, p.rate, one, c.elasticity))
    expected = p.stock * p.rate**c.elasticity
    np.testing.assert_allclose(shares, np.tile(expected / expected.sum(), (5, 1)))


def test_savings_follow_returns_and_avoid_borders():
    """Shares add up to one a home; a host's rise with its return and fall with its border."""
    p, c, zero, one = places(), Capital(), np.zeros(5), np.ones(5)
    g = friction(c, p.distance, p.province, one, zero)
    base = destination_shares(g, attraction(p.stock, p.wedge, p.rate, zero, c.elasticity))
    np.testing.assert_allclose(base.sum(1), 1.0)
    better = p.rate * np.where(np.arange(5) == 2, 1.1, 1.0)
    assert (destination_shares(g, attraction(p.stock, p.wedge, better, zero, c.elasticity))[:, 2] > base[:, 2]).all()
    open_ = friction(c, p.distance, p.province, np.where(np.arange(5) == 2, 0.0, 1.0), zero)
    change = destination_shares(open_, attraction(p.stock, p.wedge, p.rate, zero, c.elasticity)) - base
    other = p.province != p.province[2]
    assert (change[other, 2] > 0).all()
    np.testing.assert_array_equal(change[~other], 0.0)


def test_owners_get_what_they_pay_for():
    """Capital next quarter is what is left plus investment at its price; owners share what is retained."""
    rng = np.random.default_rng(1)
    owned, price = rng.uniform(1, 3, (3, 3)), np.array([1.0, 2.0, 0.5])
    saving, reinvested = rng.uniform(0, 1, 3), rng.uniform(0, 1, 3)
    shares = rng.dirichlet(np.ones(3), 3)
    fund = np.array([0.0, 0.3, 0.1])
    after, paid = accumulate(owned, saving, shares, reinvested, fund, price, 0.03)
    assert paid.sum() == pytest.approx(saving.sum() + reinvested.sum() + fund.sum())
    np.testing.assert_allclose(after.sum(0), 0.97 * owned.sum(0) + paid.sum(0) / price)
    assert paid[1, 2] == pytest.approx(saving[1] * shares[1, 2] + owned[1, 2] / owned[:, 2].sum() * reinvested[2])
    at_home = saving[1] * shares[1, 1] + owned[1, 1] / owned[:, 1].sum() * reinvested[1] + 0.3
    assert paid[1, 1] == pytest.approx(at_home)
    nothing, _ = accumulate(owned, 0 * saving, shares, 0 * reinvested, 0 * fund, price, 0.03)
    np.testing.assert_allclose(nothing, 0.97 * owned)


# Incomes


def distribution(economies, **changes):
    """Three places in two provinces with four sectors."""
    values = {
        "province": np.array([0, 0, 1]),
        "population": np.array([100.0, 300.0, 200.0]),
        "ownership": np.array([[0.8, 0.1, 0.2], [0.1, 0.9, 0.0], [0.1, 0.0, 0.8]]),
        "destinations": np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.25, 0.25, 0.5]]),
        "talent_subsidy": np.array([0.0, 0.1, 0.0]),
    }
    sectors = economies.technology(research_share=(0.01, 0.02, 0.03, 0.0))
    return economies.plain_distribution(sectors, 3, **(values | changes))


def test_budgets_by_hand(economies):
    """The centre keeps half and shares it .4 by people, .6 by tax; provinces share .5 by people, .5 by tax."""
    d = distribution(economies)
    sales = np.array([[10.0, 20, 30, 40], [5, 5, 5, 5], [20, 0, 10, 10]])
    a = d.accounts(sales)
    tax = 0.2 * sales @ d.technology.value_added_share
    first, second = tax[0] + tax[1], tax[2]
    pot = 0.5 * (first + second)
    budget_2 = 0.5 * second + pot * (0.4 * 200 / 600 + 0.6 * second / (first + second))
    assert a.budget[2] == pytest.approx(budget_2)
    budget_01 = 0.5 * first + pot * (0.4 * 400 / 600 + 0.6 * first / (first + second))
    assert a.budget[1] == pytest.approx(budget_01 * (0.5 * 300 / 400 + 0.5 * tax[1] / first))
    assert a.public_spending[1] == pytest.approx(a.budget[1] - 0.1 * a.wages_talent[1])


def test_all_transfers_by_people_or_by_tax(economies):
    """Full equalisation gives provinces the centre's pot by heads; none gives it back where it was paid."""
    sales = np.random.default_rng(0).uniform(1, 10, (3, 4))
    for e in (0.0, 1.0):
        a = distribution(economies, equalisation=e).accounts(sales)
        by_people = np.array([400, 200]) / 600
        tax = np.array([a.tax[:2].sum(), a.tax[2]])
        given = np.array([a.budget[:2].sum(), a.budget[2]]) - 0.5 * tax
        np.testing.assert_allclose(given, 0.5 * tax.sum() * by_people if e else 0.5 * tax)


def test_another_money_is_the_same_accounts(economies):
    """Three times the sales are three times every account: each amount is a share of a current flow."""
    d = distribution(economies)
    sales = np.random.default_rng(0).uniform(1, 10, (3, 4))
    once, thrice = d.accounts(sales), d.accounts(3 * sales)
    for name in once.__slots__:
        np.testing.assert_allclose(3 * getattr(once, name), getattr(thrice, name), err_msg=name)
