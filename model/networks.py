"""Networks of the economy as networkx graphs, for whoever wants to look: collaboration, and city clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import networkx as nx

    from nqpf.model.economy import RegionalEconomy


def collaboration_network(economy: RegionalEconomy) -> nx.Graph:
    """Joint projects between places so far, outdated by age, as a graph.

    Nodes are city codes with name_en, name_zh, province (code) and knowledge (CNY million); edges have weight, projects
    remembered. A project inside a place is a loop.
    """
    import networkx as nx  # noqa: PLC0415  # a run that draws no network need not load it

    facts, state = economy.facts, economy.now
    graph = nx.Graph()
    for row, code in enumerate(facts.places.code):
        graph.add_node(
            code,
            name_en=facts.places.name_en[row],
            name_zh=facts.places.name_zh[row],
            province=facts.provinces.code[facts.places.province[row]],
            knowledge=float(state.knowledge[row].sum()),
        )
    for i, j in np.argwhere(np.triu(state.network) > 0):
        weight = state.network[i, j] if i != j else state.network[i, j] / 2
        graph.add_edge(facts.places.code[i], facts.places.code[j], weight=float(weight))
    return graph


def cluster_network(economy: RegionalEconomy, factor: str) -> nx.DiGraph:
    """Flows of a factor in the last quarter between city clusters, by places' primary cluster, as a directed graph.

    Nodes are cluster ids with name_en, name_zh and members (city codes), and `outside` for places in none; edges have
    weight, the flow in its unit (`measures.FACTORS`). What stays inside a cluster is a loop. KeyError for an unknown
    factor.
    """
    import networkx as nx  # noqa: PLC0415

    facts = economy.facts
    rows = facts.regions.of_level("cluster")
    cluster = facts.regions.cluster
    ids = [*(facts.regions.id[row] for row in rows), "outside"]
    names = [(facts.regions.name_en[row], facts.regions.name_zh[row]) for row in rows]
    graph = nx.DiGraph()
    for k, (name, (en, zh)) in enumerate(zip(ids, [*names, ("Outside of all", "群外")], strict=True)):
        here = cluster == (k if k < len(rows) else -1)
        members = [facts.places.code[i] for i in np.flatnonzero(here)]
        graph.add_node(name, name_en=en, name_zh=zh, members=members)
    member = np.stack([cluster == k for k in [*range(len(rows)), -1]]).astype(np.float64)
    total = member @ economy.flows(factor) @ member.T
    for i, j in np.argwhere(total > 0):
        graph.add_edge(ids[i], ids[j], weight=float(total[i, j]))
    return graph
