"""Indices against closed forms, by hand, and against libraries where the code is our own."""

import networkx as nx
import numpy as np
import pytest
from inequality.gini import Gini
from inequality.theil import TheilD
from scipy.spatial.distance import squareform

from nqpf.experiments.indices import INDICES, declared
from nqpf.experiments.indices.clusters import inside_share
from nqpf.experiments.indices.convergence import regression
from nqpf.experiments.indices.inequality import dagum
from nqpf.experiments.indices.networks import centralisation, clustering, core_periphery, intensity, links
from nqpf.experiments.indices.space import moran, neighbour_weights
from nqpf.experiments.indices.structure import likeness
from nqpf.model.errors import InputError
from nqpf.model.inequality import gini, theil_by_group
from nqpf.model.recorder import TABLES

pytestmark = pytest.mark.filterwarnings("ignore:Setting the shape on a NumPy array:DeprecationWarning")


@pytest.fixture
def sample():
    """Incomes, residents as whole numbers and groups of sixty units."""
    draws = np.random.default_rng(5)
    return draws.pareto(2.5, 60) + 1, draws.integers(1, 9, 60).astype(float), draws.integers(0, 4, 60)


def test_every_index_is_declared_whole():
    """Name, unit, title in both languages, meaning and tables of every index are there, and its tables exist."""
    for name, index in INDICES.items():
        m = index.measure
        assert name == m.name == index.name
        assert m.unit
        assert m.meaning
        assert m.equation
        assert m.title["en"]
        assert not m.title["zh"].isascii()
        assert set(index.tables) <= set(TABLES)
    assert len({index.measure.title["en"] for index in INDICES.values()}) == len(INDICES)
    assert set(declared.OBSERVED_AS.values()) <= set(INDICES)
    assert not set(declared.OBSERVED_AS) & set(INDICES)


def test_pareto_incomes_have_their_gini():
    """The Gini of Pareto(a) is 1/(2a − 1), and Dagum's parts of its quantiles add up to it."""
    for a in (3, 6):
        incomes = ((np.arange(200_000) + 0.5) / 200_000) ** (-1 / a)
        assert gini(incomes) == pytest.approx(1 / (2 * a - 1), rel=3e-4)
        some, one = incomes[::500], np.ones(400)
        assert sum(dagum(some, one, np.arange(400) % 3)) == pytest.approx(gini(some), rel=1e-12)


def test_theil_of_two_groups_by_hand():
    """Two persons with 1 and two with 3: no inequality inside, ¼ ln ½ + ¾ ln 3/2 between."""
    total, within, between = theil_by_group(np.array([2.0, 6.0]), np.array([2.0, 2.0]), np.array([0, 1]))
    assert total == between == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5))
    assert within == pytest.approx(0, abs=1e-15)


def test_weighted_inequality_is_the_libraries_with_as_many_units(sample):
    """Weights that are whole numbers stand for as many units alike, of which PySAL says the same."""
    y, people, group = sample
    times = people.astype(int)
    every, groups = np.repeat(y, times), np.repeat(group, times)
    total, within, between = theil_by_group(y * people, people, group)
    library = TheilD(every, groups)
    assert (total, within, between) == pytest.approx(
        (library.T.item(), library.wg.item(), library.bg.item()), rel=1e-12
    )
    assert gini(y, people) == pytest.approx(Gini(every).g, rel=1e-12)
    assert dagum(y, people, group) == pytest.approx(dagum(every, np.ones(len(every)), groups), rel=1e-12)


def test_dagum_as_the_paper_has_it(sample):
    """The parts are those of Dagum's own sums over pairs of groups, and add up to the Gini."""
    y, people, group = sample
    w = people / people.sum()
    mean = w @ y
    between = over = 0.0
    for j in range(4):
        for h in range(4):
            wj, wh = w[group == j], w[group == h]
            yj, yh = y[group == j], y[group == h]
            if yj @ wj / wj.sum() <= yh @ wh / wh.sum():
                continue
            pair = np.outer(wj, wh) / (wj.sum() * wh.sum())
            gap = yj[:, None] - yh
            d, p = (pair * np.maximum(gap, 0)).sum(), (pair * np.maximum(-gap, 0)).sum()
            means = yj @ wj / wj.sum() + yh @ wh / wh.sum()
            weight = wj.sum() * (yh @ wh) / mean + wh.sum() * (yj @ wj) / mean  # p_j s_h + p_h s_j
            distance = (d - p) / (d + p)
            between += (d + p) / means * weight * distance
            over += (d + p) / means * weight * (1 - distance)
    parts = dagum(y, people, group)
    assert (parts.between, parts.transvariation) == pytest.approx((between, over), rel=1e-12)
    assert sum(parts) == pytest.approx(gini(y, people), rel=1e-12)


def test_dagum_of_groups_alike_and_groups_apart():
    """Two groups alike have nothing between them net; groups that do not overlap have no transvariation."""
    y, one = np.array([1.0, 2.0, 6.0, 1.0, 2.0, 6.0]), np.ones(6)
    alike = dagum(y, one, np.repeat([0, 1], 3))
    assert alike.between == pytest.approx(0, abs=1e-15)
    assert alike.within == pytest.approx(alike.transvariation) == pytest.approx(gini(y) / 2)
    apart = dagum(np.sort(y), one, np.array([0, 0, 1, 1, 2, 2]))
    assert apart.within == pytest.approx(0, abs=1e-15)
    assert apart.transvariation == pytest.approx(0, abs=1e-15)
    assert apart.between == pytest.approx(gini(y))


def test_beta_of_gaps_that_close_at_a_known_speed():
    """If every gap closes by 3 % a year, β is .03, the half-life ln 2/.03, and least squares leaves nothing over."""
    start, years = np.array([1.0, 2.0, 5.0, 9.0]), 8.0
    end = 4 * (start / 4) ** np.exp(-0.03 * years)
    found = regression(start, np.log(end / start) / years, years)
    assert (found["beta"], found["half_life"]) == pytest.approx((0.03, np.log(2) / 0.03))
    assert found["r2"] == pytest.approx(1)
    assert found["beta_se"] == pytest.approx(0, abs=1e-9)


def test_beta_has_the_standard_error_of_least_squares():
    """Slope and error are those of the normal equations, β's by the delta method; who diverges never meets."""
    draws = np.random.default_rng(2)
    start, rate = draws.uniform(1, 9, 30), draws.normal(0.02, 0.01, 30) + 0.004 * np.arange(30) / 30
    found = regression(start, rate, 5.0)
    design = np.column_stack([np.ones(30), np.log(start)])
    fit, rest, *_ = np.linalg.lstsq(design, rate)
    error = np.sqrt(rest[0] / 28 * np.linalg.inv(design.T @ design)[1, 1])
    assert (found["slope"], found["slope_se"]) == pytest.approx((fit[1], error))
    assert found["beta_se"] == pytest.approx(error / (1 + 5 * fit[1]))
    assert regression(start, 0.01 * np.log(start), 5.0)["half_life"] == np.inf
    assert np.isnan(regression(start, -0.3 * np.log(start), 5.0)["beta"])
    assert np.isnan(regression(np.ones(4), rate[:4], 5.0)["beta"])


def test_moran_of_a_checkerboard():
    """Colours that alternate on a torus have I = −1; two halves are alike; what does not differ has no I."""
    row, column = np.divmod(np.arange(36), 6)
    steps = ((1, 0), (-1, 0), (0, 1), (0, -1))
    near = np.stack([(row + r) % 6 * 6 + (column + c) % 6 for r, c in steps], axis=1)
    weights = neighbour_weights(near)
    index, p = moran(((row + column) % 2).astype(float), weights)
    assert index == pytest.approx(-1)
    assert p < 1e-10
    halves = (row < 3).astype(float)
    assert moran(halves, weights)[0] == pytest.approx(1 - 2 / 6)  # of 6 rows 4 have half a neighbour of 2 across
    assert np.isnan(moran(np.ones(36), weights)).all()


def test_star_ring_and_complete_graph():
    """A star has one centre, its core, and no triangle; a ring has no centre; where all are linked all is clustered."""
    star = nx.to_numpy_array(nx.star_graph(9))
    ring = nx.to_numpy_array(nx.cycle_graph(10))
    full = nx.to_numpy_array(nx.complete_graph(10))
    assert centralisation(star.sum(1)) == pytest.approx(1)
    assert centralisation(ring.sum(1)) == centralisation(full.sum(1)) == 0
    assert core_periphery(star > 0) == (pytest.approx(1), 1)
    assert np.isnan(core_periphery(full > 0)[0])
    assert np.isnan(core_periphery(full < 0)[0])
    assert (clustering(star), clustering(ring), clustering(full)) == (0, 0, pytest.approx(1))
    assert clustering(np.zeros((3, 3))) == 0


def test_core_and_periphery_of_a_planted_core():
    """Three places linked with all, the others only with them, are found; else the fit is a plain correlation."""
    n = 12
    planted = np.zeros((n, n), bool)
    planted[:3] = planted[:, :3] = True
    np.fill_diagonal(planted, val=False)
    shuffled = np.random.default_rng(0).permutation(n)
    assert core_periphery(planted[np.ix_(shuffled, shuffled)]) == (pytest.approx(1), 3)
    noisy = nx.to_numpy_array(nx.gnp_random_graph(n, 0.4, seed=3)) > 0
    fit, size = core_periphery(noisy)
    order = np.argsort(-noisy.sum(1), kind="stable")
    fits = []
    for c in range(1, n - 1):
        core = np.isin(np.arange(n), order[:c])
        ideal = core[:, None] | core
        np.fill_diagonal(ideal, val=False)
        fits.append(np.corrcoef(squareform(ideal), squareform(noisy))[0, 1])
    assert fit == pytest.approx(max(fits))
    assert size == int(np.argmax(fits)) + 1


def test_clustering_is_the_libraries():
    """Clustering, with weights and without, is NetworkX's on a random network with loose ends."""
    draws = np.random.default_rng(1)
    weight = np.triu(draws.lognormal(size=(30, 30)) * (draws.random((30, 30)) < 0.2), 1)
    weight += weight.T
    weight[0] = weight[:, 0] = 0
    graph = nx.from_numpy_array(weight)
    assert clustering(weight) == pytest.approx(nx.average_clustering(graph, weight="weight"), rel=1e-12)
    assert clustering((weight > 0).astype(float)) == pytest.approx(nx.average_clustering(graph), rel=1e-12)


def test_links_are_flows_above_the_mean():
    """Both ways are added, what stays is left out, and a link has more than the mean pair."""
    flow = np.array([[9.0, 3, 0], [2, 0, 1], [0, 0, 0]])
    assert links(flow).tolist() == [[0, 5, 0], [5, 0, 0], [0, 0, 0]]  # pairs 5, 0, 1 with mean 2
    assert not links(np.zeros((3, 3))).any()


def test_intensity_inside_provinces_by_hand():
    """Two pairs inside with a mean of 6, four across with a mean of 1½: four times as much."""
    flow = np.array([[7.0, 8, 2], [4, 7, 1], [3, 0, 7]])
    inside = np.array([[True, True, False], [True, True, False], [False, False, True]])
    assert intensity(flow, inside) == pytest.approx(6 / 1.5)
    assert np.isnan(intensity(flow, np.ones((3, 3), bool)))


def test_integration_of_clusters_by_hand():
    """Of 10 that flow with members of the first cluster 6 are among them; the third has none; own flows are out."""
    flow = np.array([[50.0, 4, 1, 0, 0], [2, 50, 0, 0, 0], [0, 3, 0, 5, 0], [0, 0, 5, 0, 0], [0, 0, 0, 0, 8]])
    share = inside_share(flow, np.array([0, 0, 1, -1, 2]), 3)
    assert share[:2].tolist() == pytest.approx([6 / 10, 0])
    assert np.isnan(share[2])


def test_likeness_of_mixes():
    """Mixes alike overlap wholly, mixes apart not at all; one mix alone is like itself."""
    mixes = np.array([[1.0, 0], [1, 0], [0, 1]])
    assert likeness(mixes) == pytest.approx(1 / 3)
    assert likeness(mixes[:1]) == 1


def test_a_library_that_is_not_installed_is_told(monkeypatch):
    """One line names what is missing and how to get it."""

    def missing(name: str):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(declared, "import_module", missing)
    with pytest.raises(InputError, match=r"giddy: is not installed.*pip install 'nqpf\[analysis\]'"):
        declared.library("giddy")
