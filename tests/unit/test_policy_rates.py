"""Levers as rates of a quarter, and the public money they move: mission, development, funds, public capital."""

from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.agents.governments.parameters import Governments
from nqpf.model.parameters import Income, Technology
from nqpf.model.processes.production import (
    capacity_in_use,
    grown_public_capital,
    investment_weight,
    place_productivity,
    public_investment,
)
from nqpf.model.processes.rates import city_rates, development_weight, mission_rate


def national(**levers):
    """Levers of one value in three places."""
    return {name: np.full(3, float(value)) for name, value in levers.items()}


def test_the_mission_takes_at_most_half_of_the_centres_tax():
    """The lever's share of value added, within ½ z t."""
    assert mission_rate(Income(tax=0.2, central_share=0.5), national(mission_fund=0.01)) == 0.01
    assert mission_rate(Income(tax=0.03, central_share=0.5), national(mission_fund=0.01)) == pytest.approx(0.0075)
    assert mission_rate(Income(central_share=0.0), national(mission_fund=0.01)) == 0


STRUCTURE = SimpleNamespace(pole_weight=np.array([0.6, 0.4, 0.0]), people_weight=np.array([0.3, 0.2, 0.5]))


@pytest.mark.parametrize(("passed", "poles"), [(0, 0.5), (7, 0.5), (8, 0.0), (100, 0.0)])
def test_development_money_turns_from_poles_to_all_in_the_switch_year(passed, poles):
    """After two years, eight quarters, all places share it by residents; before, poles get their part first."""
    got = development_weight(STRUCTURE, national(pole_share=0.5, switch_year=2), passed)
    np.testing.assert_allclose(got, poles * STRUCTURE.pole_weight + (1 - poles) * STRUCTURE.people_weight)
    assert got.sum() == pytest.approx(1)


def test_a_switch_that_never_comes_or_came_at_once():
    """Never is infinity; a switch in year nought leaves nothing to the poles from the start."""
    never = national(pole_share=1.0, switch_year=np.inf)
    np.testing.assert_array_equal(development_weight(STRUCTURE, never, 10**6), STRUCTURE.pole_weight)
    at_once = national(pole_share=1.0, switch_year=0)
    np.testing.assert_array_equal(development_weight(STRUCTURE, at_once, 0), STRUCTURE.people_weight)


def test_rates_of_cities_by_hand():
    """Cap times effort of the place's value added to its targets, guidance fund where there is a target."""
    targets = np.array([[True, False], [False, False], [True, True]])
    levers = {"subsidy_cap": np.array([0.04, 0.04, 0.02]), "guidance_fund": np.array([0.01, 0.02, 0.03])}
    effort, value, budget = np.array([0.5, 1.0, 1.0]), np.full((3, 2), 10.0), np.full(3, 100.0)
    subsidy, fund = city_rates(Governments(), levers, effort, targets, value, budget)
    np.testing.assert_allclose(subsidy, [[0.04, 0], [0, 0], [0.02, 0.02]])
    assert fund.tolist() == [0.01, 0.0, 0.03]


# Public money


@pytest.fixture
def accounts(economies):
    """Accounts of three places of two provinces under a distribution with changes."""
    sales = np.array([[10.0, 20, 30, 40], [5, 5, 5, 5], [20, 0, 10, 10]])

    def make(**changes):
        values = {"province": np.array([0, 0, 1]), "population": np.array([100.0, 300.0, 200.0])}
        sectors = economies.technology(research_share=(0.01, 0.02, 0.03, 0.0))
        d = economies.plain_distribution(sectors, 3, **(values | changes))
        return d, d.accounts(sales), sales

    return make


def test_mission_and_development_by_hand(accounts):
    """The mission first, a tenth of what is left to development, the rest to provinces; all spent where it is given."""
    where, who = np.array([0.5, 0.0, 0.5]), np.array([0.2, 0.3, 0.5])
    changes = {"mission_rate": 0.01, "mission_weight": where, "development_weight": who}
    d, a, sales = accounts(income=Income(development_share=0.1), **changes)
    value = sales @ d.technology.value_added_share
    tax = 0.2 * value
    mission = 0.01 * value.sum()
    development = 0.1 * (0.5 * tax.sum() - mission)
    pot = 0.5 * tax.sum() - mission - development
    np.testing.assert_allclose(a.mission, mission * where)
    np.testing.assert_allclose(a.development, development * who)
    second = 0.5 * tax[2] + pot * (0.4 * 200 / 600 + 0.6 * tax[2] / tax.sum())
    assert a.budget[2] == pytest.approx(second + 0.5 * development)
    plain = accounts()[1]
    np.testing.assert_allclose((a.budget + a.mission).sum(), plain.budget.sum())


def test_subsidies_and_funds_are_paid_out_of_the_budget(accounts):
    """Public spending is what is left; owners get the subsidy, places the fund as investment."""
    rates = np.array([[0.02, 0, 0, 0.01], [0, 0, 0, 0], [0.03, 0, 0, 0]])
    plain = accounts()[1]
    d, a, sales = accounts(industry_subsidy=rates, fund_share=np.array([0.01, 0.0, 0.05]))
    np.testing.assert_array_equal(a.budget, plain.budget)
    np.testing.assert_allclose(a.industry_subsidy, (rates * sales * d.technology.value_added_share).sum(1))
    np.testing.assert_allclose(a.fund, [0.01, 0.0, 0.05] * a.budget)
    np.testing.assert_allclose(a.public_spending, a.budget - a.industry_subsidy - a.fund)
    np.testing.assert_allclose(a.surplus, plain.surplus + a.industry_subsidy)
    retained = d.income.retention * a.surplus
    np.testing.assert_allclose(a.investment, a.saving + retained + a.fund)


def test_data_are_paid_to_those_who_provide_them(accounts, economies):
    """Rate times the pool's worth; the exchange keeps and spends its part, providers share the rest."""
    trade = economies.no_data_trade(3)
    trade = type(trade)(
        pool=trade.pool,
        payment_rate=np.array([0.5, 0.0, 0.2]),
        exchange_cost=np.array([0.3, 0.5, 1.0]),
        providers=np.array([[0, 0.25, 0.75], [0, 0, 0], [0.5, 0.5, 0]]),
    )
    plain = accounts()[1]
    d, a, sales = accounts(data=trade)
    worth = (sales * d.technology.value_added_share) @ d.technology.pool_data
    np.testing.assert_allclose(a.data_paid, [0.5, 0, 0.2] * worth)
    np.testing.assert_allclose(a.exchange_cost, [0.15, 0, 0.2] * worth)
    np.testing.assert_allclose(a.data_received, np.array([0, 0.25, 0.75]) * 0.35 * worth[0])
    np.testing.assert_allclose(a.surplus, plain.surplus - a.data_paid + a.data_received)
    spent = a.consumption + a.public_spending + a.research + a.mission + a.exchange_cost + a.investment
    np.testing.assert_allclose(a.final, spent)


# Public capital, reserve, finance


def flows(public, development):
    """Accounts of which only public money counts."""
    return SimpleNamespace(public_spending=np.array(public), development=np.array(development))


def test_public_capital_is_what_lasts_and_what_is_invested():
    """A part of ordinary spending and all of development money, at its price; no part of a negative rest."""
    t = Technology(public_depreciation=0.02, public_investment=0.3)
    money = flows([100.0, 5.0], [20.0, 8.0])
    np.testing.assert_allclose(public_investment(t, money), [0.3 * 80 + 20, 8.0])
    got = grown_public_capital(t, np.array([50.0, 10.0]), money, np.array([1.0, 2.0]))
    np.testing.assert_allclose(got, [49 + 44, 9.8 + 4])


def test_a_place_gains_by_networks_and_public_capital():
    """G(digital) + φ_G ln public capital."""
    t = Technology(public_capital_elasticity=0.01, digital_gain_lagging=0.1, digital_gain_advanced=0.02)
    got = place_productivity(t, np.array([0.3, 0.9]), 0.5, np.array([np.e, np.e**2]))
    np.testing.assert_allclose(got, [0.03 + 0.01, 0.05 + 0.008 + 0.02])


def test_idle_capacity_costs_goods_of_the_hinterland():
    """α ln(1 − h) there, nothing elsewhere."""
    t = Technology(capital_share=0.4)
    got = capacity_in_use(t, np.array([0.1, 0.2]), np.array([True, False]), np.array([True, False, True]))
    np.testing.assert_allclose(got, [[0.4 * np.log(0.9), 0, 0.4 * np.log(0.9)], [0, 0, 0]])


def test_finance_follows_earnings_and_collateral():
    """(v (1 + s/π))^{1−λ} K^λ."""
    value, subsidy, capital = np.array([2.0, 2.0, 1.0]), np.array([0.0, 0.1, 0.0]), np.array([1.0, 1.0, 16.0])
    got = investment_weight(value, subsidy, capital, 0.4, 0.25)
    np.testing.assert_allclose(got, [2**0.75, 2.5**0.75, 2.0])
    np.testing.assert_allclose(investment_weight(value, subsidy, capital, 0.4, 1.0), capital)
