"""The inversion: the base year holds exactly, and the first quarters go on from it."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from nqpf.model.draws import Draws
from nqpf.model.economy import RegionalEconomy
from nqpf.model.equilibrium import clear
from nqpf.model.errors import DataError
from nqpf.model.facts import load_facts
from nqpf.model.levers import LEVERS
from nqpf.model.markets.capital import attraction, destination_shares, friction
from nqpf.model.parameters import Parameters
from nqpf.model.people import destination_odds, moving_ease, registration_barrier, with_scale
from nqpf.model.processes.exchange import exchange
from nqpf.model.processes.production import (
    agglomeration,
    capacity_in_use,
    cell_productivity,
    employed,
    place_productivity,
)
from nqpf.model.processes.research import Laboratory, improve, relative_spillover
from nqpf.model.scenario import Scenario
from nqpf.model.volumes import gdp_growth

PARAMETERS = Parameters()


@pytest.fixture(scope="module", params=["synthetic", "china", "china-2010"])
def base(request, economies, country):
    """Facts, geography and inverted start of a synthetic country and of the shipped starts."""
    if request.param == "synthetic":
        facts, first, firms = country, "2024Q1", 64
    else:
        scenario = Scenario.load(request.param)
        facts, first, firms = load_facts(scenario.start), scenario.start, 20_000
    return facts, *economies.inverted(facts, PARAMETERS, first, firms=firms)


def test_every_place_has_its_gdp_and_people(base):
    """A quarter of the year's GDP to 1e-9, residents to the person."""
    facts, _, start = base
    np.testing.assert_allclose(start.production.accounts.value_added, facts.start.gdp / 4, rtol=1e-9)
    np.testing.assert_array_equal(start.state.labour + start.state.talent, facts.start.population)
    assert np.abs(start.state.talent - facts.start.population * facts.start.talent_share).max() <= 0.5
    assert start.state.gdp_volume == pytest.approx(facts.start.gdp.sum() / 4)


def test_the_inverted_market_is_cleared_already(base):
    """The solver recognises it in two steps at most, at the same sales and prices one."""
    _, _, start = base
    c = clear(start.production.market, start.state.sales, start.state.log_price_index)
    assert start.production.clearing.iterations <= 2
    assert c.iterations <= 2
    np.testing.assert_allclose(c.sales, start.state.sales, rtol=1e-10)
    np.testing.assert_allclose(start.production.price, start.fundamentals.base_price, rtol=1e-10)


def test_a_cold_start_finds_the_same_market(base):
    """The base year is an equilibrium, not only a place where the solver stops: from equal sales it is found again."""
    _, _, start = base
    market = start.production.market
    c = clear(market, np.where(market.sells, start.state.sales.sum() / market.sells.sum(), 0.0))
    sells = market.sells
    np.testing.assert_allclose(c.sales[sells], start.state.sales[sells], rtol=1e-8)
    assert c.iterations < 60


def test_firms_and_places_make_the_productivity_the_market_needs(base):
    """Fundamental, crowding, networks, public capital, data, compute, idle capacity and firms' own add up to B."""
    facts, geography, start = base
    s, f, n, t = start.state, start.fundamentals, len(facts.places), PARAMETERS.technology
    cells, share = cell_productivity(s.firms, f.technology, t, n)
    log_b = f.log_fundamental + cells
    log_b += agglomeration(t, *employed(t, s.labour, s.talent))[:, None]
    log_b += place_productivity(t, start.layers.digital, f.structure.digital_knee, s.public_capital)[:, None]
    data = np.bincount(s.firms.cell // len(facts.sectors), s.firms.data, n)
    given = exchange(
        PARAMETERS.data,
        f.technology,
        start.layers.data,
        facts,
        geography.distance,
        data,
        s.basket.value,
        LEVERS["compute_share_west"].default,
        s.quarter,
    )
    log_b += given.productivity
    held = np.full(n, LEVERS["hinterland_share"].default)
    log_b += capacity_in_use(t, held, f.structure.hinterland, start.layers.trade.is_goods)
    sells = start.production.market.sells[:n]
    np.testing.assert_allclose(log_b[sells], np.log(start.production.market.productivity[:n][sells]), atol=1e-9)
    np.testing.assert_array_equal(sells, s.births_by_cell.reshape(n, -1) > 0)
    np.testing.assert_allclose(np.bincount(s.firms.cell, share)[sells.ravel()[: s.firms.cell.max() + 1]], 1.0)


def test_a_firms_share_is_its_capitals(base):
    """At the start sales are in proportion to capital within a cell: no firm grows or shrinks without a reason."""
    facts, _, start = base
    firms = start.state.firms
    _, share = cell_productivity(firms, start.fundamentals.technology, PARAMETERS.technology, len(facts.places))
    capital = firms.capital / np.bincount(firms.cell, firms.capital)[firms.cell]
    np.testing.assert_allclose(share, capital, rtol=1e-8)


def test_capital_is_the_years_and_somebodys(base):
    """Firms' capital at its place's price is the stock of the facts; owners hold all of it."""
    facts, _, start = base
    n, n_sectors = len(facts.places), len(facts.sectors)
    stock = np.bincount(start.state.firms.cell // n_sectors, start.state.firms.capital, n)
    np.testing.assert_allclose(stock * start.fundamentals.base_price, facts.start.capital, rtol=1e-9)
    np.testing.assert_allclose(start.state.ownership.sum(0), stock, rtol=1e-9)
    assert (start.state.ownership >= 0).all()


def test_wedges_send_savings_where_they_went(base):
    """The first quarter's destination shares, by return, friction and wedge, are the base year's."""
    facts, geography, start = base
    one = np.ones(len(facts.places))
    g = friction(PARAMETERS.capital, geography.distance, facts.places.province, one, 0 * one)
    stock = start.state.ownership.sum(0)
    mass = attraction(stock, start.fundamentals.wedge, start.state.rate, 0 * one, PARAMETERS.capital.elasticity)
    np.testing.assert_allclose(destination_shares(g, mass), start.distribution.destinations, rtol=1e-8)


def test_levels_stand_where_they_are_meant_to(base):
    """Firms' own log productivity is around zero in each cell, wedges around one by capital: easing is no gift."""
    _, _, start = base
    firms = start.state.firms
    mean = np.bincount(firms.cell, firms.log_productivity) / np.maximum(np.bincount(firms.cell), 1)
    np.testing.assert_allclose(mean, 0.0, atol=1e-9)
    stock = start.state.ownership.sum(0)
    assert np.average(np.log(start.fundamentals.wedge), weights=stock) == pytest.approx(0.0, abs=1e-9)


def test_amenities_give_the_net_moves_of_the_facts(base):
    """Expected net arrivals of the first quarter by place and skill are the observed rates, near enough balanced."""
    facts, geography, start = base
    s, f, m = start.state, start.fundamentals, PARAMETERS.migration
    zero, barrier = np.zeros(len(facts.places)), registration_barrier(m, facts.places)
    share = []
    for skill, (people, power, factor) in enumerate(
        (
            (s.labour, m.barrier_labour_power, m.considering_labour),
            (s.talent, m.barrier_talent_power, m.considering_talent),
        )
    ):
        ease = moving_ease(m, geography.distance, facts.places.province, barrier, power, zero)
        odds = destination_odds(
            with_scale(ease, f.moving_scale, m.taste), s.real_wage[skill] * f.amenity[skill], m.taste
        )
        considering = people * m.considering / 4 * factor
        flow = odds * considering[:, None]
        net = flow.sum(0) - flow.sum(1)
        rate = facts.start.net_migration_rate / 4
        wanted = (rate - np.average(rate, weights=people)) * people
        # A place cannot lose more than leave: the few that lost more are cut, and the rest adjusted a little.
        assert np.corrcoef(net, wanted)[0, 1] > 0.995
        share.append((considering.sum(), np.diag(flow).sum()))
    moving = 1 - sum(stay for _, stay in share) / sum(all_ for all_, _ in share)
    assert moving == pytest.approx(m.realised, abs=1e-5)


def test_nobody_starts_far_beyond_the_ceiling(base):
    """About five per cent of a sector's firms begin above its 95th percentile, and the ceiling stands above that."""
    facts, _, start = base
    firms, f = start.state.firms, start.fundamentals
    sector = firms.cell % len(facts.sectors)
    headroom = start.state.tracks.ceiling[firms.track] - firms.log_productivity - f.place_lead[firms.cell]
    over = headroom < np.log(PARAMETERS.research.ceiling)
    for s in np.unique(sector):
        number = (sector == s).sum()
        assert over[sector == s].mean() <= 0.05 + 1.0 / number
    np.testing.assert_array_equal(start.state.tracks.sector[firms.track], sector)
    assert (f.place_lead.reshape(-1, len(facts.sectors))[:, f.technology.local] == 0).all()


def test_ids_say_birth_order_and_cell(base):
    """Each is used once, and the next of a cell follows on the last."""
    facts, _, start = base
    firms, n_cells = start.state.firms, len(facts.places) * len(facts.sectors)
    np.testing.assert_array_equal(firms.id % n_cells, firms.cell)
    assert len(np.unique(firms.id)) == len(firms)
    assert (np.bincount(firms.cell, minlength=n_cells) == start.state.births_by_cell).all()
    assert firms.age.min() >= 0


def test_another_seed_is_another_set_of_firms_in_the_same_market(economies, country):
    """Sizes are drawn; sales, prices and wedges are not."""
    _, one = economies.inverted(country, PARAMETERS, seed=1)
    _, other = economies.inverted(country, PARAMETERS, seed=2)
    np.testing.assert_allclose(one.state.sales, other.state.sales, rtol=1e-12)
    np.testing.assert_allclose(one.fundamentals.wedge, other.fundamentals.wedge, rtol=1e-12)
    assert (one.state.firms.capital != other.state.firms.capital).any()


def test_no_love_of_variety_means_no_word_on_the_number_of_firms(economies, country):
    """With ten times the firms, improvements apart, B of every cell is the same: only fundamentals differ."""
    few, many = (economies.inverted(country, PARAMETERS, firms=n)[1] for n in (2000, 20_000))
    occupied = few.production.market.sells & many.production.market.sells
    assert occupied.all()
    np.testing.assert_allclose(
        np.log(few.production.market.productivity), np.log(many.production.market.productivity), atol=1e-8
    )


def test_a_place_whose_local_services_exceed_its_gdp_is_refused(country, economies):
    """One line that names the place."""
    start = country.start
    capital = start.capital.copy()
    capital[4] *= 400
    with pytest.raises(DataError, match="City 4"):
        economies.inverted(replace(country, start=replace(start, capital=capital)), PARAMETERS)


def test_a_place_without_talent_is_refused_by_name(economies, country):
    """A share that rounds to nobody leaves a place without a wage of talent."""
    share = country.start.talent_share.copy()
    share[4] = 1e-5
    with pytest.raises(DataError, match="City 4"):
        economies.inverted(replace(country, start=replace(country.start, talent_share=share)), PARAMETERS)


def test_parameters_keep_to_their_bounds():
    """A value beyond the narrower of two bounds is refused: tax of .9 where .6 is the limit."""
    accepted = []
    for group in (getattr(PARAMETERS, name) for name in type(PARAMETERS).model_fields):
        for name, field in type(group).model_fields.items():
            low = max(m.ge for m in field.metadata if hasattr(m, "ge"))
            high = min(m.le for m in field.metadata if hasattr(m, "le"))
            for value in (low - 1e-9, high * (1 + 1e-9)):
                try:
                    type(group)(**{name: value})
                except ValidationError:
                    continue
                accepted.append(f"{name}={value}")
    assert not accepted


def test_first_quarters_are_smooth():
    """From the shipped start nothing jumps: GDP of nation and places, returns, people, and few solver steps."""
    economy = RegionalEconomy(Scenario.load("china", firms=20_000))
    basket, people, rate = economy.state(), economy.city_measures()["population"], economy._state.rate.copy()
    before = economy._state.basket
    growth = []
    for _ in range(3):
        economy.step()
        places, nation = gdp_growth(before, economy._state.basket)
        before = economy._state.basket
        growth.append(nation - 1)
        assert np.abs(np.log(places)).max() < 0.12
        assert np.median(np.abs(np.log(places / nation))) < 0.01
        assert economy.nation_measures()["solver_iterations"] < 40
    assert -0.002 < min(growth) <= max(growth) < 0.02
    assert abs(growth[2] - growth[1]) < 0.003
    assert basket["gdp_volume"] == pytest.approx(economy.facts.start.gdp.sum() / 4)
    assert np.abs(np.log(economy.city_measures()["population"] / people)).max() < 0.05
    assert np.abs(np.log(economy._state.rate / rate)).max() < 0.1


def test_the_first_quarter_is_the_year_before_it():
    """The start quarter reproduces residents and GDP of the year before it, but for moves and lines just opened."""
    economy = RegionalEconomy(Scenario.load("china", firms=20_000))
    start = economy.facts.start
    economy.step()
    city = economy.city_measures()
    people, gdp = (np.abs(np.log(x)) for x in (city["population"] / start.population, 4 * city["gdp"] / start.gdp))
    assert np.median(people) < 0.003
    assert people.max() < 0.02
    assert np.median(gdp) < 0.003
    assert gdp.max() < 0.05
    assert city["gdp"].sum() == pytest.approx(start.gdp.sum() / 4, rel=2e-3)


def test_research_begins_at_once_and_not_for_all(base):
    """A plausible part of firms improves in the first quarter, by small steps."""
    facts, _, start = base
    firms, f, n, n_sectors = start.state.firms, start.fundamentals, len(facts.places), len(facts.sectors)
    _, share = cell_productivity(firms, f.technology, PARAMETERS.technology, n)
    sales = start.state.sales[:-1].ravel()[firms.cell] * share
    spending = sales * f.technology.research_share[firms.cell % n_sectors]
    access = start.layers.access
    lab = Laboratory(
        spending=spending,
        by_cell=np.bincount(firms.cell, spending, n * n_sectors).reshape(n, n_sectors),
        reached=firms.log_productivity + f.place_lead[firms.cell],
        access=access,
        near=access,
        frontier=np.full(n, PARAMETERS.research.frontier_growth),
    )
    spillover = relative_spillover(lab.by_cell, access, f.structure.similarity)
    ceiling = start.state.tracks.ceiling[firms.track] + PARAMETERS.research.frontier_growth
    gain, improves = improve(PARAMETERS.research, lab, firms, ceiling, spillover, Draws(7), start.state.quarter + 1)
    active = f.technology.research_share[firms.cell % n_sectors] > 0
    assert active[improves].all()
    assert (gain[~active] == 0).all()
    assert 0.02 < (gain[active] > 0).mean() < 0.5
    assert gain.max() <= 2 * PARAMETERS.research.step
