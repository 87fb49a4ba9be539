"""Networks of an economy as graphs: collaboration between places, flows between city clusters."""

import networkx as nx
import numpy as np
import pytest

from nqpf.model import measures
from nqpf.model.networks import cluster_network, collaboration_network
from nqpf.model.parameters import Parameters


@pytest.fixture(scope="module")
def economy(economies, country):
    """Three quarters of the small country, in which many firms work together."""
    values = Parameters().model_dump()
    values["collaboration"]["rate"] = 1.0
    economy = economies.small_economy(country, parameters=Parameters.model_validate(values))
    for _ in range(3):
        economy.step()
    return economy


def test_collaboration_is_a_graph_of_places(economy):
    """Nodes are all places with name, province and knowledge; edges the network's weights, a project at home once."""
    graph = collaboration_network(economy)
    facts, network = economy.facts, economy.now.network
    assert tuple(graph.nodes) == facts.places.code
    node = graph.nodes["110200"]
    assert (node["name_en"], node["name_zh"], node["province"]) == ("City 1", "City 1", "11")
    assert node["knowledge"] == pytest.approx(economy.now.knowledge[1].sum())
    weights = nx.to_numpy_array(graph, nodelist=facts.places.code)
    expected = network.copy()
    np.fill_diagonal(expected, np.diag(network) / 2)
    np.testing.assert_allclose(weights, expected)
    assert graph.number_of_edges() == (np.triu(network) > 0).sum()


@pytest.mark.parametrize("factor", measures.FACTORS)
def test_flows_between_clusters_are_the_cities_put_together(economy, factor):
    """Places in no cluster are one node of their own; totals equal the cities', row by row and column by column."""
    graph = cluster_network(economy, factor)
    assert list(graph.nodes) == ["delta", "outside"]
    assert graph.nodes["delta"]["members"] == ["110100", "110200", "120100"]
    assert graph.nodes["outside"]["members"] == ["110300", "120200", "120300"]
    assert graph.nodes["delta"]["name_zh"] == "群"
    flows = economy.flows(factor).astype(float)
    inside = economy.facts.regions.cluster == 0
    got = nx.to_numpy_array(graph, nodelist=["delta", "outside"])
    expected = [[flows[np.ix_(a, b)].sum() for b in (inside, ~inside)] for a in (inside, ~inside)]
    np.testing.assert_allclose(got, expected)
    assert got.sum() == pytest.approx(flows.sum())
    if factor != "collaboration":
        assert flows.sum() > 0


def test_an_unknown_factor_is_refused(economy):
    """Only what flows has a network."""
    with pytest.raises(KeyError, match="rain"):
        cluster_network(economy, "rain")


def test_networks_leave_the_economy_as_it_was(economy):
    """Graphs are copies: nothing of the state changes."""
    before = {name: np.array(values) for name, values in economy.state().items()}
    collaboration_network(economy)
    for factor in measures.FACTORS:
        cluster_network(economy, factor)
    for name, values in economy.state().items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)
