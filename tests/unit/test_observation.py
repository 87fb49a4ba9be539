"""Measures that are more than an account: indices by hand, and what the quarter's processes add up to."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from nqpf.agents.firms.parameters import EntryExit, Relocation, Research
from nqpf.experiments.paired.scales import in_logs
from nqpf.model import measures
from nqpf.model.observation import place_measures, structural_similarity
from nqpf.model.parameters import Parameters

LIVELY = Parameters(
    research=Research(attempts=3.0, breakthrough=1.0, component_power=0.1, adoption=1.0),
    firms=EntryExit(exit_rate=0.1),
    relocation=Relocation(considering=0.8, fixed_cost=0.0, distance_cost=0.0),
)


@pytest.fixture(scope="module")
def economy(economies, country):
    """Three quarters of the small country in which much happens."""
    economy = economies.small_economy(country, parameters=LIVELY, firms=120)
    for _ in range(3):
        economy.step()
    return economy


@pytest.fixture(scope="module")
def city(economy):
    """Measures by place."""
    return economy.city_measures()


@pytest.fixture(scope="module")
def nation(economy):
    """Measures of the nation."""
    return economy.nation_measures()


def test_structural_similarity_by_hand():
    """Overlap of sector shares over pairs within provinces; one where no province has two places."""
    value = np.array([[1.0, 1, 0], [2, 0, 2], [5, 5, 0], [0, 3, 0]])
    assert structural_similarity(value, np.array([0, 0, 1, 1])) == pytest.approx((0.5 + 0.5) / 2)
    assert structural_similarity(value, np.array([0, 0, 0, 1])) == pytest.approx((0.5 + 1 + 0.5) / 3)
    assert structural_similarity(value, np.arange(4)) == 1.0


def test_every_declared_measure_is_made_in_its_order(economy, city, nation):
    """Of places, the nation, cells and tracks; numbers throughout, whole ones whole."""
    assert list(city) == [m.name for m in measures.CITY]
    assert list(nation) == [m.name for m in (*measures.CITY, *measures.NATION)]
    assert list(economy.sector_measures()) == [m.name for m in measures.SECTOR]
    assert list(economy.track_measures()) == [m.name for m in measures.TRACK]
    for declared, values in ((measures.CITY, city), (measures.SECTOR, economy.sector_measures())):
        for m in declared:
            assert np.isfinite(values[m.name]).all(), m.name
            assert not m.whole or np.issubdtype(values[m.name].dtype, np.integer), m.name
    assert np.isfinite(list(nation.values())).all()


def test_regions_add_up_or_average(economy, city):
    """Of a region: sums of its places, whole ones whole, or means by a measure that adds up itself."""
    declared = {m.name: m for m in measures.CITY}
    member = economy.facts.regions.member[economy.facts.regions.of_level("macro_region")]
    for name, values in economy.region_measures("macro_region").items():
        m = declared[name]
        if m.weight is None:
            expected = [city[name][here].sum() for here in member]
            assert np.issubdtype(values.dtype, np.integer) == m.whole, name
        else:
            assert declared[m.weight].weight is None, name
            expected = [np.average(city[name][here], weights=city[m.weight][here]) for here in member]
        np.testing.assert_allclose(values, expected, rtol=1e-12, err_msg=name)


def test_counts_of_firms_add_up(economy, city, nation):
    """Entries, exits and moves are the turnover's; firms on new tracks those on a track opened in the run."""
    t = economy.turnover
    assert city["entries"].sum() == t.entries.sum()
    assert city["exits"].sum() == t.exits.sum()
    assert city["moved_in"].sum() == city["moved_out"].sum() == len(t.moved) > 0
    assert city["new_track_firms"].sum() == (economy.firms.track >= 4).sum() > 0
    assert nation["tracks"] == len(economy.now.tracks) - 4
    assert nation["turnover_rate"] == pytest.approx((t.entries.sum() + t.exits.sum()) / len(economy.firms))


def test_innovation_is_counted_where_it_is_made(economy, city, nation):
    """Attempts and breakthroughs by the firm's place, consortia and projects across provinces once each."""
    c, province = economy.consortia, economy.facts.places.province
    assert city["attempts"].sum() == len(c.firm) > 0
    assert city["breakthroughs"].sum() == c.succeeded.sum() > 0
    assert nation["cross_province_consortia"] == c.across(province).sum()
    projects = economy.flows("collaboration")
    np.testing.assert_array_equal(city["collaborations"], projects.sum(1))
    across = province[:, None] != province
    assert nation["cross_province_collaboration"] == pytest.approx(projects[across].sum() / projects.sum())


def test_shares_of_sectors_by_hand(economy, city, nation):
    """Targeted, strategic and digital value added over all, and the cells' advantage and targets."""
    value, sectors = economy.now.basket.value, economy.facts.sectors
    assert nation["strategic_share"] == pytest.approx(value[:, sectors.strategic].sum() / value.sum())
    assert nation["targeted_share"] == pytest.approx(value[economy.now.targets].sum() / value.sum())
    np.testing.assert_allclose(city["digital_value_added"], value @ sectors.digital)
    cell = economy.sector_measures()
    np.testing.assert_array_equal(cell["targeted"], economy.now.targets)
    np.testing.assert_allclose(cell["rca"], (value / value.sum(1, keepdims=True)) / (value.sum(0) / value.sum()))
    np.testing.assert_array_equal(cell["knowledge"], economy.now.knowledge)


def test_exports_by_cell_place_and_nation(economy, city, nation):
    """What the rest of the world buys from each seller, the flows' last column; nothing of local services."""
    p = economy._production
    c, trade = p.clearing, p.market.trade
    cell = economy.sector_measures()["exports"]
    for s in range(4):
        np.testing.assert_allclose(
            cell[:, s], trade.flows(c.weights, c.spending, c.competition, np.arange(4) == s)[:-1, -1]
        )
    assert not cell[:, 3].any()
    np.testing.assert_allclose(city["exports"], cell.sum(1))
    assert nation["exports"] == pytest.approx(cell.sum())
    assert cell.sum() > 0


def test_indicators_of_technology_by_hand(economy, city):
    """R&D, knowledge, tracks and the network's part outside the province, place by place."""
    firms, state, province = economy.firms, economy.now, economy.facts.places.province
    value = economy._value_added()
    for i in range(6):
        here = firms.cell // 4 == i
        reached = firms.log_productivity[here] + economy.fundamentals.place_lead[firms.cell[here]]
        reached -= state.tracks.ceiling[firms.cell[here] % 4]  # of the first track, where the sector started
        assert city["technology_level"][i] == pytest.approx(np.average(reached, weights=value[here]))
        assert city["new_track_share"][i] == pytest.approx(np.average(firms.track[here] >= 4, weights=value[here]))
        outside = state.network[i][province != province[i]].sum() / state.network[i].sum()
        assert city["outside_collaboration"][i] == pytest.approx(outside)
    assert 0 < city["new_track_share"].max() <= 1
    np.testing.assert_allclose(city["rd_intensity"], city["rd"] / city["value_added"])
    np.testing.assert_allclose(city["knowledge_per_worker"], state.knowledge.sum(1) / city["employment"])


def test_technology_rises_with_firms_and_not_with_the_frontier(economy, city):
    """A firm's gain of ln A lifts its place by its share of value added; growth of all ceilings lifts nobody."""
    higher = copy.deepcopy(economy._observer.last)
    higher = replace(higher, frontier=higher.frontier + 1)
    np.testing.assert_array_equal(place_measures(higher)["technology_level"], city["technology_level"])
    higher.state.firms.log_productivity[0] += 0.1
    value, place = economy._value_added(), economy.firms.cell // 4
    gain = place_measures(higher)["technology_level"] - city["technology_level"]
    assert gain[place[0]] == pytest.approx(0.1 * value[0] / value[place == place[0]].sum())
    assert not np.delete(gain, place[0]).any()


def test_indicators_of_factors_by_hand(economy, city, nation):
    """Talent's share, returns of cells about the nation's mean, own data a head and the pool with their weights."""
    value, price = economy.now.basket.value, economy._production.price
    stock = np.bincount(economy.firms.cell, economy.firms.capital, 24).reshape(6, 4)
    some = (value > 0) & (stock > 0)
    assert not stock[~some].any()
    weight = stock * economy.fundamentals.base_price[:, None]  # the measure `capital`, cell by cell
    log_return = np.log(np.where(some, value, 1.0) / np.where(some, stock * price[:, None], 1.0))
    gap = np.where(some, log_return - np.average(log_return[some], weights=weight[some]), 0.0)
    alpha = 1 - economy.fundamentals.technology.labour_exponent  # as in total factor productivity
    for i in range(6):
        spread = np.average(gap[i] ** 2, weights=weight[i])
        assert city["allocation_efficiency"][i] == pytest.approx(-(alpha**2) * spread)
    whole = alpha**2 * np.average(gap[some] ** 2, weights=weight[some])  # places' means by capital are the nation's
    assert nation["allocation_efficiency"] == pytest.approx(-whole, rel=1e-12)
    assert whole > 1e-6
    weight, pool = economy.parameters.data.pool_weight, economy.data_access @ city["data"]
    data = (city["data"] / city["employment"]) ** (1 - weight) * pool**weight
    np.testing.assert_allclose(city["data_per_worker"], data)
    np.testing.assert_allclose(city["talent_share"], city["talent"] / city["population"])


def test_indicators_below_nought_are_not_compared_by_logs(city):
    """What has no logarithm is compared as it is when two runs are set side by side."""
    below = {m.name for m in measures.INDICATORS if (city[m.name] < 0).any()}
    assert below == {"technology_level", "allocation_efficiency"}
    assert not any(in_logs(name) for name in below)


def test_indicators_of_industry_by_hand(economy, city):
    """Complexity by shares of value added, and the digital part of it."""
    value, structure = economy.now.basket.value, economy.fundamentals.structure
    np.testing.assert_allclose(city["industrial_complexity"], (value @ structure.complexity) / value.sum(1))
    np.testing.assert_allclose(city["digital_share"], city["digital_value_added"] / city["value_added"])


def test_concentration_and_dispersion_of_the_nation(economy, city, nation):
    """Manufacturing, provinces' R&D and GDP a head, places' GDP and productivity."""
    value, province = economy.now.basket.value, economy.facts.places.province
    assert nation["manufacturing_share"] == pytest.approx(value[:, 1].sum() / value.sum())  # goods without primary
    assert nation["rd_top3_share"] == 1  # there are two provinces
    gdp, people = np.bincount(province, city["gdp"]), np.bincount(province, city["population"])
    assert nation["sigma_gdp_per_head"] == pytest.approx(np.log(gdp / people).std())
    assert nation["theil_within"] == pytest.approx(nation["theil_gdp_per_head"] * (1 - nation["theil_between"]))
    assert nation["gdp_herfindahl"] == pytest.approx(((city["gdp"] / city["gdp"].sum()) ** 2).sum())
    log_tfp = np.log(city["tfp"])
    mean = np.average(log_tfp, weights=city["gdp"])
    variance = np.average((log_tfp - mean) ** 2, weights=city["gdp"])
    assert nation["tfp_dispersion"] == pytest.approx(np.sqrt(variance))


def test_rents_and_their_gap(economy, city, nation):
    """Rent share of consumption over land; the gap is the log of outside over inside the hinterland, by residents."""
    rent = economy.parameters.migration.rent_share * city["consumption"] / economy.facts.places.area_km2
    np.testing.assert_allclose(city["rent"], rent)
    outer, inner = (np.average(rent[rows], weights=city["population"][rows]) for rows in (slice(3), slice(3, 6)))
    assert nation["rent_gap"] == pytest.approx(np.log(outer / inner))


def test_exposure_is_what_firms_buy_outside_their_province(economy, city):
    """From flows sector by sector: local services are bought at home."""
    p, t = economy._production, economy.fundamentals.technology
    c, trade, province = p.clearing, p.market.trade, economy.facts.places.province
    inputs = c.sales[:6] @ t.input_requirements.T
    outside = np.zeros(6)
    for s in range(4):
        flows = trade.flows(c.weights, c.spending, c.competition, np.arange(4) == s)
        bought = flows[:, :6] / flows[:, :6].sum(0)
        for i in range(6):
            near = bought[:6, i][province == province[i]].sum()
            outside[i] += inputs[i, s] * (1 - near)
    np.testing.assert_allclose(city["input_exposure"], outside / inputs.sum(1), atol=1e-12)


def test_dispersion_of_cells_returns(economy, nation):
    """Weighted by capital, over cells with a firm at the end of the quarter."""
    value = economy.now.basket.value.ravel()
    capital = np.bincount(economy.firms.cell, economy.firms.capital, 24)
    some = (value > 0) & (capital > 0)
    log_return, weight = np.log(value[some] / capital[some]), capital[some]
    mean = np.average(log_return, weights=weight)
    variance = np.average((log_return - mean) ** 2, weights=weight)
    assert nation["sd_log_cell_return"] == pytest.approx(np.sqrt(variance))


def test_public_capital_a_head_over_provinces(economy, city, nation):
    """Theil's index with the provinces' shares."""
    province = economy.facts.places.province
    y, n = (np.bincount(province, city[name]) for name in ("public_capital", "population"))
    y, n = y / y.sum(), n / n.sum()
    assert nation["theil_public_capital"] == pytest.approx((y * np.log(y / n)).sum())
