"""A quarter, lever by lever: what the schedule says reaches the engine, and stocks move by their rules."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from nqpf.model.parameters import Parameters
from nqpf.model.rules import PolicyRule, Shock

PARAMETERS = Parameters()


@pytest.fixture
def after(economies, country):
    """Makes the small country after some quarters under rules, written as dicts of lever and value, and shocks."""

    def make(quarters=1, *, shock=(), rules=(), parameters=None, facts=None, **levers):
        written = [*({"lever": lever, "value": value} for lever, value in levers.items()), *rules]
        economy = economies.small_economy(
            facts or country,
            parameters=parameters,
            policy=map(PolicyRule.model_validate, written),
            shock=map(Shock.model_validate, shock),
        )
        for _ in range(quarters):
            economy.step()
        return economy

    return make


def accounts(economy):
    """The accounts of the last quarter."""
    return economy._production.accounts


# Governments


def test_without_a_targeting_rule_nobody_is_favoured(after):
    """No target, no subsidy, no fund, from the first quarter on."""
    economy = after(targeting_rule="none")
    assert not economy.now.targets.any()
    assert (accounts(economy).industry_subsidy == 0).all()
    assert (accounts(economy).fund == 0).all()
    plain = after()
    assert plain.now.targets.any()
    assert (accounts(plain).industry_subsidy > 0).any()


def test_rates_are_cap_effort_and_fund_of_the_lever(after):
    """Effort of the start is a half: half the cap of last quarter's value added, funds the lever's share of budgets."""
    economy = after(0, subsidy_cap=0.03, guidance_fund=0.04)
    before = economy.now.basket.value
    economy.step()
    targets, value = economy.now.targets, economy.now.basket.value
    rate = 0.015 * before.sum(1) / np.where(targets, before, 0).sum(1)
    np.testing.assert_allclose(accounts(economy).industry_subsidy, rate * np.where(targets, value, 0).sum(1))
    np.testing.assert_allclose(accounts(economy).fund, 0.04 * accounts(economy).budget * targets.any(1))


def test_a_new_rule_waits_for_the_new_year(after):
    """Targets change in first quarters only, one city's rule apart from the others'."""
    rule = {"lever": "targeting_rule", "value": "none", "from": "2024Q2", "where": {"city": "110100"}}
    economy = after(4, rules=(rule,))
    assert economy.quarter_name == "2024Q4"
    assert economy.now.targets[0].any()
    economy.step()
    assert not economy.now.targets[0].any()
    assert economy.now.targets[1:].any()


def test_provinces_adapt_once_a_year_to_growth_behind_their_region(after, country):
    """From the second year on they differ: by the adaptation times the gap of growth, who grew less tries harder."""
    facts = replace(country, provinces=replace(country.provinces, macro_region=("east", "east")))
    economy = after(1, facts=facts)
    np.testing.assert_allclose(economy.now.effort, 0.5)  # the base year is the base year's
    first = economy.now.province_volume
    economy.step()
    economy.step()
    economy.step()
    np.testing.assert_allclose(economy.now.effort, 0.5)
    np.testing.assert_array_equal(economy.now.province_volume, first)
    volume = np.bincount(facts.places.province, economy.city_measures()["gdp"])
    economy.step()
    np.testing.assert_allclose(economy.now.province_volume, volume)
    growth = np.log(volume / first)
    np.testing.assert_allclose(economy.now.effort, 0.5 + 5 * (growth.mean() - growth))
    assert economy.now.effort[growth.argmin()] > 0.5


# The centre


def test_the_mission_is_spent_where_leaders_do_research(after):
    """Its share of value added, nothing at nought; weights of the next quarter are leaders' R&D of this one."""
    economy = after(mission_fund=0.008)
    money = accounts(economy)
    assert money.mission.sum() == pytest.approx(0.008 * money.value_added.sum())
    weight = economy.now.mission_weight.copy()
    economy.step()
    np.testing.assert_allclose(accounts(economy).mission / accounts(economy).mission.sum(), weight)
    assert (accounts(after(mission_fund=0.0)).mission == 0).all()


def test_development_money_turns_after_the_switch_year(after, country):
    """Growth poles get the lever's part and their residents' share of the rest; four quarters later only the share."""
    economy = after(4, pole_share=0.6, switch_year=1.0)
    people = country.start.population / country.start.population.sum()
    poles = np.where(np.isin(np.arange(6), [0, 3]), people, 0.0)
    share = accounts(economy).development / accounts(economy).development.sum()
    np.testing.assert_allclose(share, 0.6 * poles / poles.sum() + 0.4 * people)
    economy.step()
    share = accounts(economy).development / accounts(economy).development.sum()
    np.testing.assert_allclose(share, people)


# Data and compute


def test_nobody_pays_for_data_within_a_citys_scope(after):
    """And a wider scope means more of it within reach and more payments, to others' profit."""
    alone, nation = after(data_pool_scope="city"), after(data_pool_scope="nation")
    assert (accounts(alone).data_paid == 0).all()
    assert (alone.flows("data") == 0).all()
    assert (accounts(nation).data_paid > 0).all()
    assert (nation._exchange.trade.pool > alone._exchange.trade.pool).all()
    flows = nation.flows("data")
    np.testing.assert_allclose(flows.sum(0), accounts(nation).data_paid - accounts(nation).exchange_cost)
    np.testing.assert_allclose(flows.sum(1), accounts(nation).data_received)


def test_compute_goes_west_with_its_lever(after):
    """The hub in the last place is the western one."""
    less, more = after(compute_share_west=0.0), after(compute_share_west=0.8)
    change = more.city_measures()["compute"] - less.city_measures()["compute"]
    assert change[5] > 0
    assert change[5] == change.max()
    np.testing.assert_array_equal(more.city_measures()["compute"], more._exchange.compute)


def test_firms_data_age_and_grow_with_digitised_value_added(after):
    """(1 − ageing) D + digital sector · digital place · value added, firm by firm before anybody leaves."""
    economy = after(0)
    before = dict(zip(economy.firms.id.tolist(), economy.firms.data.tolist(), strict=True))
    economy.step()
    firms, facts = economy.firms, economy.facts
    old = np.array([i in before for i in firms.id.tolist()])
    city, sector = np.divmod(firms.cell, 4)
    value = firms.sales * facts.sectors.value_added_share[sector]
    kept = (1 - PARAMETERS.data.ageing) * np.array([before.get(i, 0.0) for i in firms.id.tolist()])
    expected = kept + facts.sectors.digital[sector] * economy._layers.digital[city] * value
    np.testing.assert_allclose(firms.data[old], expected[old])


# Productivity


def log_productivity(economy):
    """Log B of the places' cells, nought where nobody sells."""
    productivity = economy._market.productivity[:-1]
    return np.log(np.where(productivity > 0, productivity, 1.0))


def test_the_reserve_is_released_as_far_as_a_supply_shock_takes(after):
    """A great loss brings all goods of the hinterland back α ln(1 − h), a small one its part; the place hit loses."""
    shock = {"kind": "supply", "size": 0.3, "where": {"city": "110200"}}
    plain, hit = after(hinterland_share=0.2), after(hinterland_share=0.2, shock=(shock,))
    expected = np.zeros((6, 4))
    expected[1] = np.log(0.7)
    expected[3:, :2] = -PARAMETERS.technology.capital_share * np.log(0.8)
    expected[plain._market.productivity[:-1] == 0] = 0.0
    assert (expected[3:] > 0).sum() > 3
    np.testing.assert_allclose(log_productivity(hit) - log_productivity(plain), expected, atol=1e-12)
    none = after(hinterland_share=0.0, shock=(shock,))
    np.testing.assert_allclose(log_productivity(none), log_productivity(hit))
    little = after(hinterland_share=0.2, shock=({**shock, "size": 0.001},))
    back = log_productivity(little) - log_productivity(plain)
    value, alpha = after(0).now.basket.value, PARAMETERS.technology.capital_share
    part = 0.001 * value[1].sum() / ((1 - 0.8**alpha) * value[3:, :2].sum())
    assert 0 < part < 0.5
    some = plain._market.productivity[3:6, :2] > 0
    expected = alpha * (np.log(1 - 0.2 * (1 - part)) - np.log(0.8))
    np.testing.assert_allclose(back[3:, :2][some], expected, rtol=1e-9)


def test_a_digital_programme_raises_productivity_most_where_there_is_little(after):
    """In the first quarter ln B rises by the networks' gain, and by data reached at less cost."""
    plain, wired = after(data_pool_scope="city"), after(data_pool_scope="city", digital_intensity=1.5)
    t, knee = PARAMETERS.technology, plain.fundamentals.structure.digital_knee
    start = plain._layers.digital

    def gain(x):
        return t.digital_gain_lagging * np.minimum(x, knee) + t.digital_gain_advanced * np.maximum(x - knee, 0)

    change = (log_productivity(wired) - log_productivity(plain))[:, 3]
    np.testing.assert_allclose(change, gain(1.5 * start) - gain(start), atol=1e-12)


def test_own_sector_growth_is_kept_where_a_cluster_is_designated(after):
    """In its cell of the first place from the start, in that of the fourth from its second quarter on, nowhere else."""
    elasticity = PARAMETERS.technology.cluster_externality
    economy = after(0)
    quantity = [economy.now.basket.quantity]
    for _ in range(2):
        economy.step()
        quantity.append(economy.now.basket.quantity)
    grown = [np.log(b[:, 1] / a[:, 1]) for a, b in pairwise(quantity)]
    expected = np.zeros((6, 4))
    expected[0, 1] = elasticity * (grown[0] + grown[1])[0]
    expected[3, 1] = elasticity * grown[1][3]
    np.testing.assert_allclose(economy.now.externality, expected, atol=1e-15)


def test_a_technology_shock_lowers_every_ceiling_of_its_places(after):
    """By ln(1 − size), on top of the frontier's growth."""
    shock = {"kind": "technology", "size": 0.3, "where": {"province": "12"}}
    frontier = after(2, shock=(shock,))._laboratory().frontier
    np.testing.assert_allclose(frontier, 2 * PARAMETERS.research.frontier_growth + np.log([1, 1, 1, 0.7, 0.7, 0.7]))


def test_a_foreign_shock_cuts_exports(after):
    """To about nothing if nearly all access is lost."""
    plain, hit = after(), after(shock=({"kind": "foreign", "size": 0.9},))
    assert hit.nation_measures()["exports"] < 0.5 * plain.nation_measures()["exports"]


def test_the_land_tilt_gives_the_hinterland_land(after):
    """Rents fall there and rise elsewhere; the gap of rents grows."""
    plain, tilted = after(land_tilt=0.0), after(land_tilt=1.0)
    change = np.log(tilted.city_measures()["rent"] / plain.city_measures()["rent"])
    assert (change[3:] < 0).all()
    assert (change[:3] > 0).all()
    assert tilted.nation_measures()["rent_gap"] > plain.nation_measures()["rent_gap"]


# Stocks


def test_public_capital_moves_by_its_rule(after):
    """Depreciation, a part of ordinary public spending, and all development money."""
    economy, t = after(2), PARAMETERS.technology
    before = economy.now.public_capital.copy()
    economy.step()
    a, price = accounts(economy), economy._production.price
    invested = t.public_investment * (a.public_spending - a.development) + a.development
    np.testing.assert_allclose(economy.now.public_capital, (1 - t.public_depreciation) * before + invested / price)


def test_knowledge_is_research_outdated_by_age(after):
    """By place and sector."""
    economy = after(2)
    before = economy.now.knowledge.copy()
    economy.step()
    spent = economy._production.clearing.sales[:-1] * economy.facts.sectors.rd_share
    np.testing.assert_allclose(economy.now.knowledge, 0.96 * before + spent)


def test_the_guidance_fund_goes_to_firms_of_targets(after):
    """Next to a run without it, targeted cells' capital is larger by the fund, but for what entrants take over."""
    rules = {"targeting_rule": "related", "subsidy_cap": 0.0}
    calm = Parameters.model_validate({"firms": {"exit_rate": 0.0}, "relocation": {"considering": 0.0}})
    none, fund = (after(parameters=calm, guidance_fund=f, **rules) for f in (0.0, 0.05))
    capital = [np.bincount(e.firms.cell, e.firms.capital, 24).reshape(6, 4) for e in (none, fund)]
    gained = capital[1] - capital[0]
    targets = fund.now.targets
    assert (gained[targets] > 0).all()
    money = accounts(fund).fund / fund._production.price
    assert np.abs(gained.sum(1) / money - 1).max() < 0.25


def test_performance_follows_the_return_over_the_citys(after):
    """The smoothed log of value added per unit of capital over the city's mean: not of those who left or came."""
    calm = Parameters.model_validate({"firms": {"exit_rate": 0.0, "memory": 1.0}, "relocation": {"considering": 0.0}})
    economy = after(1, parameters=calm)
    firms = economy.firms
    value = firms.sales * economy.facts.sectors.value_added_share[firms.cell % 4]
    city = firms.cell // 4
    mean = np.bincount(city, value) / np.bincount(city, firms.capital)
    np.testing.assert_allclose(firms.performance, np.log(value / firms.capital / mean[city]))


def test_density_of_relatedness_is_offered(after):
    """As governments and entrants see it: by place and sector, one in the local sector."""
    density = after().relatedness_density()
    assert density.shape == (6, 4)
    assert (density[:, 3] == 1).all()
    assert ((density >= 0) & (density <= 1)).all()
