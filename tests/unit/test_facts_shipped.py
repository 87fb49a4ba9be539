"""The shipped facts: counts, totals, controls."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nqpf.model.facts import DATA, NEVER, Facts, load_actual, load_facts
from nqpf.model.quarters import parse_quarter

CENSUS = {2010: 1_332_810_869, 2020: 1_409_778_724}
YEAR_BEFORE = {"2010Q1": 2009, "2024Q1": 2023}


@pytest.fixture(scope="module", params=["2010Q1", "2024Q1"])
def start(request):
    """First quarter of either library start."""
    return request.param


@pytest.fixture(scope="module")
def facts(start) -> Facts:
    """Facts of either start."""
    return load_facts(start)


@pytest.fixture(scope="module")
def controls() -> pd.DataFrame:
    """Control totals by province, in the order of the provinces."""
    return pd.read_csv(DATA / "controls.csv", dtype={"province": str}).set_index("province").sort_index()


def by_province(facts: Facts, values: np.ndarray) -> np.ndarray:
    """Sums over the places of each province."""
    return np.bincount(facts.places.province, weights=values, minlength=len(facts.provinces))


def test_counts(facts):
    """336 places, 31 provinces, 12 sectors and every level of region."""
    assert len(facts.places) == 336
    assert len(facts.provinces) == 31
    assert len(facts.sectors) == 12
    sizes = {level: len(facts.regions.of_level(level)) for level in dict.fromkeys(facts.regions.level)}
    assert sizes == {
        "nation": 1,
        "macro_region": 4,
        "strategy": 8,
        "cluster": 19,
        "province": 31,
        "industry_area": 4,
    }


def test_places_are_those_of_2020(facts):
    """Municipalities and prefectures only, ordered by code; Sansha, Hong Kong, Macao and counties are out."""
    assert list(facts.places.code) == sorted(facts.places.code)
    assert not {"460300", "810000", "820000", "419001", "429004", "659001"} & set(facts.places.code)
    assert facts.places.tier.count("municipality") == 4
    assert facts.places.universities.sum() == 146
    assert facts.places.seaport.sum() == 42
    assert facts.places.name_zh[facts.places.index("320500")] == "苏州"
    assert len(set(facts.places.name_en)) == len(facts.places)


def test_areas_cover_the_country(facts):
    """Land areas add to China's, about 9.4 million km², and no place has a misprinted one."""
    assert facts.places.area_km2.sum() == pytest.approx(9.45e6, rel=0.02)
    assert facts.places.area_km2[facts.places.index("632500")] == pytest.approx(43_453, rel=0.02)
    assert facts.places.area_km2[facts.places.index("620200")] == pytest.approx(1_224, rel=0.05)


def test_regions_nest(facts):
    """Every place lies in the nation, one province and one macro-region; provinces stand as in `provinces`."""
    regions = facts.regions
    assert regions.index("CN") == 0
    assert regions.member[0].all()
    for level in ("province", "macro_region"):
        assert (regions.member[regions.of_level(level)].sum(axis=0) == 1).all()
    assert tuple(regions.id[row] for row in regions.of_level("province")) == facts.provinces.code
    assert len(set(regions.id)) == len(regions)
    assert len(set(regions.name_zh)) == len(set(regions.name_en)) == len(regions)


def test_clusters(facts):
    """Ten of nineteen clusters have the State Council's approval; a primary cluster has the place as a member."""
    regions = facts.regions
    clusters = regions.of_level("cluster")
    assert regions.state_council[clusters].sum() == regions.state_council.sum() == 10
    assert {regions.tier_plan[row] for row in clusters} == {"optimise", "develop", "cultivate"}
    placed = np.flatnonzero(regions.cluster >= 0)
    assert len(placed) == 228
    assert regions.member[clusters[regions.cluster[placed]], placed].all()
    assert not regions.member[clusters][:, regions.cluster < 0].any()
    assert regions.partial.sum() == 21
    assert not (regions.partial & ~regions.member).any()
    assert regions.member[regions.index("yangtze_delta_integration")].sum() == 41
    assert regions.member[regions.index("gba")].sum() == 9


def test_sectors_use_up_their_output(facts):
    """Input shares and value added of a sector add to one; sectors' GDP shares add to one; the local one is last."""
    sectors = facts.sectors
    flows = pd.read_csv(DATA / "input_output.csv")
    inputs = flows.groupby("user").share.sum()[list(sectors.id)].to_numpy()
    np.testing.assert_allclose(inputs + sectors.value_added_share, 1, atol=1e-9)
    np.testing.assert_allclose(sectors.input_shares.sum(axis=0), 1, rtol=1e-14)
    assert sectors.gdp_share.sum() == pytest.approx(1, abs=1e-12)
    assert sectors.kind.count("local") == 1
    assert sectors.id[-1] == "local_services_construction"
    assert sectors.strategic.sum() == 7


def test_digital_intensity_is_of_the_input_output_table(facts):
    """What a unit of output requires of IT hardware and digital services, directly and by way of inputs."""
    ids = list(facts.sectors.id)
    flows = pd.read_csv(DATA / "input_output.csv").pivot_table(index="supplier", columns="user", values="share")
    total = np.linalg.inv(np.eye(len(ids)) - flows.loc[ids, ids].to_numpy()) - np.eye(len(ids))
    rows = [ids.index("it_electronics"), ids.index("digital_services")]
    np.testing.assert_allclose(facts.sectors.digital, total[rows].sum(axis=0), atol=1e-4)


def test_hinterland(facts):
    """Six central and twelve western provinces are strategic hinterland."""
    macro_region = np.array(facts.provinces.macro_region)
    np.testing.assert_array_equal(facts.provinces.hinterland, np.isin(macro_region, ["central", "west"]))
    assert facts.provinces.hinterland.sum() == 18


def test_gates():
    """42 seaports and 29 border crossings in 28 places; weights add to one within a kind."""
    gates = pd.read_csv(DATA / "gates.csv", dtype={"city": str})
    assert gates.kind.value_counts().to_dict() == {"seaport": 42, "land": 29}
    np.testing.assert_allclose(gates.groupby("kind").weight.sum(), 1, atol=1e-3)
    places = load_facts().places
    assert places.land_gate.sum() == 28
    assert {places.name_en[row] for row in np.flatnonzero(places.land_gate & places.seaport)} == {
        "Dandong",
        "Fangchenggang",
        "Shenzhen",
        "Zhuhai",
    }


def test_free_trade_zones(facts):
    """22 zones opened in seven waves from 2013 to 2023; a place counts from its first area on."""
    zones = pd.read_csv(DATA / "free_trade_zones.csv", dtype={"city": str})
    year = zones.groupby("zone").opened.min().str[:4].astype(int)
    assert year.value_counts().to_dict() == {2013: 1, 2015: 3, 2017: 7, 2018: 1, 2019: 6, 2020: 3, 2023: 1}
    opened = facts.places.zone_opened
    assert (opened < NEVER).sum() == zones.city.nunique()
    assert {code for code, first in zip(facts.places.code, opened, strict=True) if first < NEVER} == set(zones.city)
    for code, quarter in {"310000": "2013Q4", "440300": "2015Q2", "330100": "2020Q4", "653100": "2024Q1"}.items():
        assert opened[facts.places.index(code)] == parse_quarter(quarter)


def test_computing_hubs(facts):
    """Ten clusters in twelve cities, six of them in the west; the weights of a cluster add to one."""
    hubs, places = facts.hubs, facts.places
    assert len(hubs) == 12
    weight = pd.Series(hubs.weight).groupby(np.array(hubs.id)).sum()
    np.testing.assert_allclose(weight, 1, rtol=1e-14)
    assert len(weight) == 10
    assert len({hub for hub, west in zip(hubs.id, hubs.west, strict=True) if west}) == 6
    macro_region = np.array(facts.provinces.macro_region)[places.province[hubs.city]]
    np.testing.assert_array_equal(hubs.west, macro_region == "west")
    assert set(hubs.opened) == {parse_quarter("2022Q1"), parse_quarter("2022Q2")}
    assert hubs.opened[hubs.id.index("guian")] == parse_quarter("2022Q1")


def test_industry_clusters(facts):
    """45 clusters, 30 eastern, 13 central and western, 2 north-eastern; 25 came before the list of 2022."""
    table = pd.read_csv(DATA / "industry_clusters.csv", dtype=str)
    assert len(facts.industry_clusters) == len(table) == 65
    assert set(table.sector) == {facts.sectors.id[row] for row in facts.industry_clusters.sector}
    province = facts.places.province[[facts.places.index(code) for code in table.city]]
    table["macro_region"] = np.array(facts.provinces.macro_region)[province]
    first = table.groupby("cluster").agg(n=("macro_region", "nunique"), region=("macro_region", "first"))
    assert (first.n == 1).all()
    assert first.region.value_counts().to_dict() == {"east": 30, "central": 8, "west": 5, "northeast": 2}
    assert table.groupby("cluster").since.first().value_counts().to_dict() == {"2021-03": 25, "2022-11": 20}
    assert len(table[["cluster", "sector"]].drop_duplicates()) == 45
    assert set(facts.industry_clusters.since) == {parse_quarter("2021Q2"), parse_quarter("2023Q1")}


def test_final_demand_is_gdp(facts):
    """Final uses come to GDP of 2020 (CNY 101.6 trillion) less net exports, 2.5 % of it."""
    assert facts.sectors.final_demand.sum() == pytest.approx(0.975 * 101_642_200, rel=0.005)


@pytest.mark.parametrize("year", [2010, 2020])
def test_census_totals(controls, year):
    """Places and remainder add to each province's census total, provinces to the nation's."""
    actual = load_actual()
    facts = load_facts()
    people = actual[actual.year == year].set_index("city").population.loc[list(facts.places.code)].to_numpy()
    rest = controls[f"census_{year}_remainder"].to_numpy()
    np.testing.assert_array_equal(by_province(facts, people) + rest, controls[f"census_{year}"])
    assert controls[f"census_{year}"].sum() == CENSUS[year]
    if year == 2020:
        assert (rest >= 0).all()


def test_population_adds_to_provinces(facts, start, controls):
    """Residents and remainder add to each province's year-end total, to the person."""
    year = YEAR_BEFORE[start]
    total = by_province(facts, facts.start.population) + controls[f"population_{year}_remainder"]
    np.testing.assert_array_equal(total, controls[f"population_{year}"])
    assert controls[f"population_{year}"].sum() == pytest.approx({2009: 1.3217e9, 2023: 1.40767e9}[year], rel=1e-4)


def test_capital_adds_to_provinces(facts, start, controls):
    """Capital adds to each province's control, to rounding; the nation has 1.8 to 2.9 years of GDP."""
    year = YEAR_BEFORE[start]
    capital = by_province(facts, facts.start.capital)
    np.testing.assert_allclose(capital, controls[f"capital_{year}"], atol=len(facts.places))
    assert 1.8 < facts.start.capital.sum() / facts.start.gdp.sum() < 2.9


def test_capital_follows_gdp_in_a_province(facts):
    """Within a province capital per GDP is the same everywhere: it was allocated by GDP."""
    ratio = facts.start.capital / facts.start.gdp
    mean = by_province(facts, facts.start.capital) / by_province(facts, facts.start.gdp)
    np.testing.assert_allclose(ratio, mean[facts.places.province], rtol=1e-3)


def test_vital_rates_are_the_nations(facts, start):
    """Births and deaths over all residents come to the published national rates."""
    people = facts.start.population
    births, deaths = {"2010Q1": (11.90e-3, 7.11e-3), "2024Q1": (6.39e-3, 7.87e-3)}[start]
    assert np.average(facts.start.birth_rate, weights=people) == pytest.approx(births, abs=1e-9)
    assert np.average(facts.start.death_rate, weights=people) == pytest.approx(deaths, abs=1e-9)


def test_net_migration_is_zero_over_the_nation(facts):
    """What one place gains another loses."""
    assert (facts.start.net_migration_rate * facts.start.population).sum() == pytest.approx(0, abs=2)
    assert np.abs(facts.start.net_migration_rate).max() < 0.05


def test_shares_of_value_added(facts):
    """The three broad sectors of a place add to one."""
    s = facts.start
    np.testing.assert_allclose(s.primary_share + s.secondary_share + s.tertiary_share, 1, rtol=1e-14)


def test_talent_of_the_nation(facts, start):
    """8.9 % of residents had college education in 2010, about 250 million in 2023."""
    share = np.average(facts.start.talent_share, weights=facts.start.population)
    assert share == pytest.approx({"2010Q1": 0.0891, "2024Q1": 0.1765}[start], rel=0.015)


def test_gdp_grows_as_published():
    """Real GDP of all places grows 2009-2023 as the nation's, year by year."""
    gdp = load_actual().groupby("year").gdp.sum()
    assert gdp[2020] == pytest.approx(102.47e6, rel=2e-3)
    assert gdp[2023] / gdp[2009] == pytest.approx(2.516, rel=1e-3)
    assert gdp[2020] / gdp[2019] == pytest.approx(1.022, rel=1e-4)
    assert gdp[2021] / gdp[2020] == pytest.approx(1.084, rel=1e-4)


def test_start_is_in_the_observed_panel(facts, start):
    """GDP of the start is that of the year before in the panel."""
    actual = load_actual()
    gdp = actual[actual.year == YEAR_BEFORE[start]].set_index("city").gdp.loc[list(facts.places.code)]
    np.testing.assert_array_equal(facts.start.gdp, gdp)


def test_no_look_ahead_in_the_early_start():
    """Migration of the 2010 start comes from figures printed before 2018: Tianjin above Guangdong, as seen then."""
    early, late = load_facts("2010Q1"), load_facts("2024Q1")
    tianjin, shenzhen = early.places.index("120000"), early.places.index("440300")
    assert early.start.net_migration_rate[tianjin] > 2 * early.start.net_migration_rate[shenzhen]
    assert late.start.net_migration_rate[shenzhen] > 2 * late.start.net_migration_rate[tianjin]


def test_estimates_are_flagged(facts):
    """Forty places have no growth index, the six of Qinghai no 2020 level: each says so."""
    flagged = np.array(["gdp:province_growth" in text.split(";") for text in facts.start.flags])
    assert flagged.sum() == 40
    filled = [code for code, text in zip(facts.places.code, facts.start.flags, strict=True) if "remainder_2020" in text]
    assert filled == ["632200", "632300", "632500", "632600", "632700", "632800"]


def test_rail(facts):
    """Opening months run from 2003 to 2024, speeds and distances are of railways, pairs stand once."""
    edges, times = facts.rail_edges, facts.rail_times
    assert edges.opened.min() == "2003-10"
    assert edges.opened.max().startswith("2024")
    assert edges.distance_km.max() < 900
    assert set(edges.speed_kmh) == {160, 200, 250, 300, 350}
    assert (edges.high_speed == (edges.speed_kmh >= 200)).all()
    assert (times.origin < times.destination).all()
    beijing_shanghai = times[(times.origin == "110000") & (times.destination == "310000")]
    assert beijing_shanghai.high_speed_2016.item() == 288


def test_arrays_are_read_only(facts):
    """Models may share facts: nobody can write into them."""
    with pytest.raises(ValueError, match="read-only"):
        facts.start.gdp[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        facts.regions.member[0, 0] = False


def test_unknown_codes_are_key_errors(facts):
    """Looking up what is not there is a KeyError."""
    with pytest.raises(KeyError, match="999999"):
        facts.places.index("999999")
    with pytest.raises(KeyError, match="atlantis"):
        facts.regions.index("atlantis")


def test_digest_names_the_start():
    """Different tables have different digests, the same the same."""
    assert load_facts("2010Q1").digest != load_facts("2024Q1").digest
    assert load_facts("2024Q1").digest == load_facts("2024Q1").digest


def test_tables_are_small():
    """Shipped tables stay under 2 MB each and 3 MB together."""
    sizes = [path.stat().st_size for path in DATA.glob("*.csv")]
    assert max(sizes) < 2_000_000
    assert sum(sizes) < 3_000_000
