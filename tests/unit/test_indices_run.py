"""Indices of a run: the frame, what the model measures itself, and what libraries say of the same tables."""

from itertools import product

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from econcomplex import herfindahl, location_quotient
from inequality.gini import Gini
from scipy.spatial.distance import pdist
from scipy.stats import kendalltau

from nqpf.experiments import open_run, run
from nqpf.experiments.indices import (
    INDICES,
    beta_convergence,
    club_mobility,
    cluster_integration,
    complexity,
    flow_network,
    indices,
    location_quotients,
    networks,
    rank_mobility,
)
from nqpf.experiments.indices.declared import OBSERVED_AS
from nqpf.experiments.indices.inequality import SUBJECTS, inequality
from nqpf.experiments.indices.networks import FACTORS
from nqpf.experiments.indices.reading import LEVELS, Tables
from nqpf.experiments.indices.structure import yardstick
from nqpf.model.economy import RegionalEconomy
from nqpf.model.errors import InputError

QUARTERS = ["2024Q1", "2024Q4", "2025Q1"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of five quarters."""
    return run("china", quarters=5, firms=2000, seed=1, out=tmp_path_factory.mktemp("indices") / "run")


@pytest.fixture(scope="module")
def table(finished):
    """All its indices, quarters × names."""
    return indices(finished)


@pytest.fixture(scope="module")
def end(finished):
    """Its last quarter by table: nation (a row), provinces, cities, facts."""
    reading = Tables(finished).at("2025Q1")
    return finished.nation.set_index("quarter").loc["2025Q1"], reading.provinces, reading.places, reading.facts


def test_all_indices_of_the_usual_quarters(table):
    """First, fourth and last quarter; what is missing is growth at the start and money flows but in the fourth."""
    assert list(table.index) == QUARTERS
    assert list(table.columns) == list(INDICES)
    first = {n for n in INDICES if n.startswith(("beta_", "moran_growth", "moran_nqpf_growth"))}
    money = {n for n in INDICES if n.startswith(("capital_", "goods_"))}
    money |= {"cluster_integration", "cluster_integration_capital", "cluster_integration_goods"}
    missing = {quarter: set(table.columns[table.loc[quarter].isna()]) for quarter in QUARTERS}
    assert missing == {"2024Q1": first | money, "2024Q4": set(), "2025Q1": money}
    assert np.isfinite(table.loc["2024Q4"]).all()


def test_names_and_quarters_can_be_chosen(finished, table):
    """Only what is asked for comes, in that order, patterns and a lone quarter too, the same as in the whole frame."""
    some = indices(finished, "2025Q1", ["gini_gdp", "moran_*_p"])
    assert list(some.columns) == ["gini_gdp", *(n for n in INDICES if n.startswith("moran") and n.endswith("_p"))]
    pd.testing.assert_frame_equal(some, table.loc[["2025Q1"], some.columns], check_exact=True)


def test_the_model_measures_the_same(table, end):
    """Inequality that the model observes each quarter is that of the run's tables."""
    nation = end[0]
    total, of_index = nation["theil_gdp_per_head"], nation["nqpf_theil"]
    for index, observed in {
        "theil_between_nats_gdp_per_head_provinces": nation["theil_between"] * total,
        "theil_between_nats_gdp_per_head_places": nation["theil_between"] * total,
        "theil_between_nats_nqpf_places": nation["nqpf_theil_between_share"] * of_index,
    }.items():
        assert table.loc["2025Q1", index] == pytest.approx(observed, rel=1e-9), index


def test_what_the_model_observes_stands_once(finished, table):
    """Under the measure's name; the family that would give it too finds the same number in the run's tables."""
    reading = Tables(finished).at("2025Q1")
    found = {}
    for subject, level in product(SUBJECTS, LEVELS):
        found |= inequality(reading, subject, level)
    found["sigma_gdp_per_head_provinces"] = np.log(reading.values("gdp_per_head", "provinces")).std()
    for name, observed in OBSERVED_AS.items():
        assert found[name] == pytest.approx(reading.tables.nation.loc["2025Q1", observed], rel=1e-9), name
        assert table.loc["2025Q1", observed] == reading.tables.nation.loc["2025Q1", observed]
        assert name not in table


def test_libraries_say_what_the_model_measures(end):
    """PySAL, SciPy and econcomplex find the model's own Gini, similarity and concentration in the run's tables."""
    nation, provinces, cities, _ = end
    assert Gini(cities["gdp"].to_numpy()).g == pytest.approx(nation["gini_gdp"], rel=1e-9)
    hhi = herfindahl(cities[["gdp"]].to_numpy().T, normalize=False)
    assert hhi[0] == pytest.approx(nation["gdp_herfindahl"], rel=1e-9)
    assert provinces["rd"].nlargest(3).sum() / provinces["rd"].sum() == pytest.approx(nation["rd_top3_share"], rel=1e-9)
    exposure = np.average(cities["input_exposure"], weights=cities["gdp"])
    assert exposure == pytest.approx(nation["input_exposure"], rel=1e-9)


def test_structural_similarity_is_the_librarys(finished, end):
    """Mean overlap over pairs of one province, by SciPy's city-block distances, is what the model measures."""
    nation, _, _, facts = end
    value = Tables(finished).at("2025Q1").cells("value_added").to_numpy()
    share = value / value.sum(1, keepdims=True)
    province = facts.places.province
    overlaps = [1 - pdist(share[province == p], "cityblock") / 2 for p in np.unique(province)]
    assert np.concatenate(overlaps).mean() == pytest.approx(nation["structural_similarity"], rel=1e-9)


def test_parts_add_up(table):
    """Theil's parts make Theil and Dagum's the Gini, by residents and alike, for every subject and level."""
    table = table.rename(columns={observed: name for name, observed in OBSERVED_AS.items()})
    within = [n for n in table if n.startswith("theil_within_")]
    assert len(within) == 8
    for name in within:
        rest = name.removeprefix("theil_within_")
        theil, between = table[f"theil_{rest}"], table[f"theil_between_nats_{rest}"]
        np.testing.assert_allclose(table[name] + between, theil, rtol=1e-12)
        parts = sum(table[f"gini_{part}_{rest}"] for part in ("within", "between", "transvariation"))
        np.testing.assert_allclose(parts, table[f"gini_{rest}"], rtol=1e-12)


def test_location_quotients_are_the_librarys(finished):
    """What the model writes as revealed comparative advantage is econcomplex's location quotient of value added."""
    found = location_quotients(finished)
    assert found.shape == (336, 12)
    value = Tables(finished).at("2025Q1").cells("value_added")
    np.testing.assert_allclose(found, location_quotient(value), rtol=1e-9)


def test_complexity_solves_its_equation(finished):
    """Mean PCI of a place's sectors is a line in its ECI, which has mean 0 and deviation 1."""
    eci, pci = complexity(finished)
    assert "local_services_construction" not in pci.index
    value = Tables(finished).at("2025Q1").cells("value_added")[pci.index].loc[eci.notna()]
    has = (location_quotient(value) >= 1).astype(float)
    mean = (has @ pci) / has.sum(axis=1)
    known = eci.dropna()
    assert np.corrcoef(mean, known)[0, 1] == pytest.approx(1, abs=1e-9)
    assert (known.mean(), known.std(ddof=0)) == pytest.approx((0, 1), abs=1e-9)


def test_complexity_has_one_yardstick(finished, table):
    """Output and exports are valued at PCI of the tables' mix and at sectors' needs, places by their advantages."""
    reading = Tables(finished).at("2025Q1")
    pci, sectors = yardstick(reading.facts), reading.facts.sectors
    row = table.loc["2025Q1"]
    value, exports = reading.cells("value_added")[pci.index], reading.cells("exports")
    assert exports.to_numpy().sum() == pytest.approx(reading.places["exports"].sum(), rel=1e-9)
    assert row["complexity_of_output"] == pytest.approx(np.average(pci, weights=value.sum()))
    assert row["complexity_of_exports"] == pytest.approx(np.average(pci, weights=exports[pci.index].sum()))
    needs = sectors.skill_share + sectors.rd_share / sectors.value_added_share
    assert row["sophistication_of_exports"] == pytest.approx(np.average(needs, weights=exports.sum()))
    place = value.to_numpy()[0] / value.to_numpy()[0].sum() >= value.sum().to_numpy() / value.to_numpy().sum()
    means = [pci[has].mean() for has in (location_quotient(value) >= 1).to_numpy()]
    assert means[0] == pytest.approx(pci[place].mean())
    assert row["complexity_where_gdp_is"] == pytest.approx(np.average(means, weights=reading.places["gdp"]))


def test_neighbours_are_the_nearest_and_moran_its_formula(finished, table):
    """Beijing's neighbours are around it, and Moran's I of log GDP per head is Σ w z z / Σ z² over them."""
    tables = Tables(finished)
    names = tables.facts.places.name_en
    around = {names[j] for j in tables.near[names.index("Beijing")]}
    assert "Beijing" not in around
    assert {"Tianjin", "Langfang", "Baoding", "Zhangjiakou"} <= around
    log = np.log(tables.at("2025Q1").values("gdp_per_head", "places"))
    z = log - log.mean()
    assert table.loc["2025Q1", "moran_gdp_per_head"] == pytest.approx(z @ z[tables.near].mean(1) / (z @ z))


def test_beta_over_the_run(finished, table):
    """The frame and the index say the same speed, for provinces and for places."""
    for level, n in (("provinces", 31), ("places", 336)):
        frame = beta_convergence(finished, level)
        assert list(frame.index) == ["gdp_per_head", "nqpf"]
        assert (frame["n"] == n).all()
        for subject in frame.index:
            assert frame.loc[subject, "beta"] == pytest.approx(table.loc["2025Q1", f"beta_{subject}_{level}"])


def test_ranks_move_as_kendall_says(finished, table):
    """The rank mobility of the one year is SciPy's τ, the index the same, and θ a share."""
    frame = rank_mobility(finished)
    assert frame[["from", "until"]].to_numpy().tolist() == [["2024Q1", "2025Q1"]]
    then, now = (Tables(finished).at(q).values("gdp_per_head", "places") for q in ("2024Q1", "2025Q1"))
    assert frame["tau"][0] == pytest.approx(kendalltau(then, now).statistic)
    assert frame["tau"][0] == table.loc["2025Q1", "rank_tau_gdp_per_head_places"]
    assert 0 <= frame["theta"][0] <= 1
    assert table.loc["2024Q1", "rank_tau_gdp_per_head_places"] == 1


def test_clubs_are_a_chain(finished):
    """Chances add to one, shares too, and the long run is where the chain does not move any more."""
    frame = club_mobility(finished)
    chain = frame.filter(like="to_").to_numpy()
    assert list(frame.index) == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(chain.sum(1), 1)
    assert frame["start"].sum() == pytest.approx(1)
    np.testing.assert_allclose(frame["ergodic"] @ chain, frame["ergodic"], atol=1e-9)
    assert frame["upper"].is_monotonic_increasing


def test_networks_of_the_run(finished, table):
    """Every flow makes a network in a fourth quarter, money none in another."""
    frame = networks(finished, "2024Q4")
    assert list(frame.index) == list(FACTORS)
    for factor in FACTORS:
        for kind in frame.columns.drop(["core", "top"]):
            assert frame.loc[factor, kind] == table.loc["2024Q4", f"{factor}_{kind}"]
    assert list(networks(finished).index) == ["collaboration", "talent"]
    assert nx.density(flow_network(finished, "goods")) == pytest.approx(frame.loc["goods", "density"])


def test_joint_projects_are_the_models_network(finished):
    """From the start's memory and the table's projects, by age, comes what the economy itself carries."""
    economy = RegionalEconomy(finished.scenario)
    reading = Tables(finished).at
    for quarter in ("2024Q1", "2024Q2", "2024Q3", "2024Q4"):
        economy.step()
        own = economy.now.network.copy()
        np.fill_diagonal(own, 0.0)
        np.testing.assert_allclose(2 * reading(quarter).network(), own, atol=1e-9)
    linked = np.argwhere(np.triu(own) > own.sum() / (336 * 335))
    graph, code = flow_network(finished, "collaboration", "2024Q4"), economy.facts.places.code
    assert {frozenset(edge) for edge in graph.edges} == {frozenset((code[i], code[j])) for i, j in linked}
    assert graph.size("weight") == pytest.approx(sum(own[i, j] for i, j in linked))


def test_integration_of_a_cluster_from_the_table(finished, table):
    """The share of one cluster is that of the table's rows, and the index the mean over clusters and flows."""
    frame = cluster_integration(finished, "2024Q4")
    facts = Tables(finished).facts
    cluster = facts.regions.cluster[facts.places.index("310000")]
    members = [code for code, c in zip(facts.places.code, facts.regions.cluster, strict=True) if c == cluster]
    flows = finished.read(
        "flows", filters=[("quarter", "==", "2024Q4"), ("factor", "==", "goods"), ("level", "==", "city")]
    )
    flows = flows[flows["origin"] != flows["destination"]]
    here, there = flows["origin"].isin(members), flows["destination"].isin(members)
    expected = flows["amount"][here & there].sum() / flows["amount"][here | there].sum()
    row = facts.regions.id[facts.regions.of_level("cluster")[cluster]]
    assert frame.loc[row, "goods"] == pytest.approx(expected)
    by_flow = frame.drop(columns="mean").mean()
    assert table.loc["2024Q4", "cluster_integration"] == pytest.approx(by_flow.mean())


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda r: indices(r, names=["gini_gpd"]), "unknown index 'gini_gpd'; did you mean 'gini_gdp'"),
        (lambda r: indices(r, ["2031Q1"]), "has no quarter '2031Q1'; it has 2024Q1 to 2025Q1"),
        (lambda r: flow_network(r, "labour"), "unknown flow 'labour'"),
        (lambda r: flow_network(r, "goods", "2025Q1"), "recorded in fourth quarters; name one"),
        (lambda r: beta_convergence(r, "cities"), "unknown 'cities'"),
        (lambda r: rank_mobility(r, subject="gdp"), "unknown 'gdp'"),
    ],
)
def test_what_cannot_be_had_is_told(finished, ask, told):
    """An unknown name, quarter, flow, level or subject gets one line that says what there is."""
    with pytest.raises(InputError, match=told):
        ask(finished)


def test_a_run_without_places_has_the_indices_of_provinces(finished):
    """A run of detail nation gives what regions and nation tell, and says what else would need."""
    coarse = open_run(finished.path)
    coarse.info["detail"] = "nation"
    found = indices(coarse, ["2025Q1"])
    assert {"gini_gdp_per_head_provinces", "beta_gdp_per_head_provinces", "rd_top6_share", "gini_gdp"} <= set(found)
    assert not [name for name in found if "_places" in name]
    with pytest.raises(InputError, match=r"moran_nqpf needs cities, and the run has --detail nation; run again"):
        indices(coarse, names=["moran_nqpf"])
