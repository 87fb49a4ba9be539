"""What the start gives firms, places and governments beside sales and prices: stocks in a steady state, all by rule."""

from dataclasses import replace

import numpy as np
import pytest

from nqpf.agents.governments.rules import RULES
from nqpf.model.exchange.collaboration import starting_network
from nqpf.model.parameters import Parameters
from nqpf.model.processes.governing import retarget

PARAMETERS = Parameters()
GROWTH = 0.01
"""Growth in a quarter at which stocks are steady, as docs/mechanisms.md has it."""


@pytest.fixture(scope="module")
def start(economies, country):
    """The inverted start of the small country with many firms."""
    return economies.inverted(country, PARAMETERS, firms=4000)[1]


def by_cell(start, values):
    """Firms' values added up, (6, 4)."""
    return np.bincount(start.state.firms.cell, values, 24).reshape(6, 4)


def value_added(start):
    """Value added of the base quarter by cell."""
    return start.state.basket.value


def test_data_are_what_value_added_keeps_up(start, country):
    """D = digital sector · digital place · value added / (ageing + growth), by size within a cell."""
    digital = country.sectors.digital * start.fundamentals.structure.digital[:, None]
    expected = digital * value_added(start) / (PARAMETERS.data.ageing + GROWTH)
    np.testing.assert_allclose(by_cell(start, start.state.firms.data), expected, rtol=1e-9)
    firms = start.state.firms
    share = firms.capital / np.bincount(firms.cell, firms.capital)[firms.cell]
    np.testing.assert_allclose(firms.data, by_cell(start, firms.data).ravel()[firms.cell] * share)


def test_public_capital_is_what_public_investment_keeps_up(start):
    """A part of ordinary spending and all development money over depreciation and growth, at the place's price."""
    t, a = PARAMETERS.technology, start.production.accounts
    invested = t.public_investment * (a.public_spending - a.development) + a.development
    expected = invested / start.production.price / (t.public_depreciation + GROWTH)
    np.testing.assert_allclose(start.state.public_capital, expected)


def test_knowledge_is_what_research_keeps_up(start, country):
    """R&D by cell over ageing and growth."""
    spent = start.state.sales[:-1] * country.sectors.rd_share
    np.testing.assert_allclose(start.state.knowledge, spent / (PARAMETERS.research.knowledge_ageing + GROWTH))


def test_the_mission_begins_where_research_is(start):
    """Weights by R&D, which add up to one; the base year pays it already."""
    weight = start.state.mission_weight
    assert weight.sum() == pytest.approx(1)
    money = start.production.accounts
    np.testing.assert_allclose(money.mission, 0.001 * money.value_added.sum() * weight)
    np.testing.assert_allclose(weight, money.research / money.research.sum(), rtol=1e-9)


def test_targets_are_the_copycats_on_the_starts_value_added(start, country):
    """With the effort of a half, which everybody begins with; subsidies and funds are paid in the base year."""
    rule = np.full(6, RULES.index("copycat"))
    occupied = by_cell(start, np.ones(len(start.state.firms))) > 0
    structure = start.fundamentals.structure
    expected = retarget(PARAMETERS.governments, structure, country, rule, value_added(start), occupied)
    np.testing.assert_array_equal(start.state.targets, expected)
    assert start.state.effort.tolist() == [0.5, 0.5]
    a = start.production.accounts
    np.testing.assert_allclose(a.industry_subsidy, 0.01 * a.value_added, rtol=1e-9)
    np.testing.assert_allclose(a.fund, 0.01 * a.budget * expected.any(1))


def test_provinces_begin_with_the_base_years_real_gdp(start, country):
    """What growth is measured against in the first decision."""
    expected = np.bincount(country.places.province, country.start.gdp) / 4
    np.testing.assert_allclose(start.state.province_volume, expected)


def test_firms_begin_without_a_past_on_their_sectors_track(start):
    """No performance, no externality; one track a sector, opened before the first quarter, from nowhere."""
    s = start.state
    assert (s.firms.performance == 0).all()
    assert (s.externality == 0).all()
    np.testing.assert_array_equal(s.firms.track, s.firms.cell % 4)
    assert s.tracks.sector.tolist() == [0, 1, 2, 3]
    assert s.tracks.origin.tolist() == [-1] * 4
    assert s.tracks.opened.tolist() == [s.quarter] * 4


def test_ages_are_spread_as_exits_leave_them(start):
    """Mean and share of the young as the stationary distribution has them; at most fifty years."""
    age = start.state.firms.age
    survival = np.cumprod(1 - PARAMETERS.firms.exit_rate * _profile(np.arange(1, 200)))
    alive = np.concatenate([[1], survival])
    alive /= alive.sum()
    assert age.max() < 200
    assert age.mean() == pytest.approx(alive @ np.arange(200), rel=0.05)
    assert (age < 12).mean() == pytest.approx(alive[:12].sum(), abs=0.02)


def _profile(quarters):
    years = quarters // 4
    first = {0: 0.25, 1: 0.95, 2: 1.4}
    return np.array([first.get(int(y), 1.25 if y < 7 else max(1.25 * np.exp(-0.06 * (y - 6)), 0.6)) for y in years])


def test_the_network_is_that_of_the_starts_firms(start, country):
    """E + Eᵀ over ageing, from counts of firms, their usual chance to improve, access and knowledge near the sector."""
    counts = by_cell(start, np.ones(len(start.state.firms)))
    near = start.state.knowledge @ start.fundamentals.structure.similarity
    hazard = 1 - np.exp(-PARAMETERS.research.hazard / 1.5)
    expected = starting_network(PARAMETERS.collaboration, hazard, counts, start.layers.access, near)
    np.testing.assert_allclose(start.state.network, expected)
    np.testing.assert_allclose(start.state.network, start.state.network.T)
    assert len(country.places) == len(start.state.network)


def test_a_country_without_research_or_it_has_a_start_and_a_quarter(economies, country):
    """Nobody does research: the mission's money goes by residents; nobody works in IT: all places are alike in it."""
    idle = replace(country.sectors, rd_share=np.zeros(4))
    offline = replace(country.start, it_employment_share=np.zeros(6))
    for facts in (replace(country, sectors=idle), replace(country, start=offline)):
        economy = economies.small_economy(facts)
        economy.step()
        assert np.isfinite(economy.nation_measures()["gdp"])
    residents = country.start.population / country.start.population.sum()
    _, begun = economies.inverted(replace(country, sectors=idle), PARAMETERS)
    np.testing.assert_allclose(begun.state.mission_weight, residents)
