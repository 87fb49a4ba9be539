"""Measures that are more than an account: indices by hand, and what the quarter's processes add up to."""

import numpy as np
import pytest

from nqpf.agents.firms.parameters import EntryExit, Relocation, Research
from nqpf.model import measures
from nqpf.model.observation import gini, structural_similarity
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


def test_gini_by_hand():
    """Nought if all are alike, (n − 1) / n if one has all."""
    assert gini(np.full(5, 3.0)) == pytest.approx(0)
    assert gini(np.array([0.0, 0, 0, 8.0])) == pytest.approx(0.75)
    assert gini(np.array([1.0, 3.0])) == pytest.approx(0.25)


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
