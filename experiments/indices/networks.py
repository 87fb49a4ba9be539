"""The networks that flows make between places: talent, capital and goods of a quarter, and joint projects so far.

Of collaboration it is the model's own network: projects up to the quarter, outdated by age, on what the start
remembers, for a quarter alone has few. Both directions of a pair are added. Two places are linked if the flow between
them is above the mean over all pairs, so that one rule serves joint projects, which few pairs have, and goods, which
all exchange; a link's weight is the flow. Core and periphery (Borgatti and Everett 2000): the best correlation of links
with an ideal in which every pair with a member in the core is linked and no other. Cores are sought among the c places
of highest degree, for every c: the usual heuristic, as there are too many cores to try all.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.indices.declared import declared
from nqpf.experiments.indices.reading import Tables
from nqpf.model.errors import InputError, nearest
from nqpf.model.measures.measure import measure
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    import networkx as nx

    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.experiments.indices.declared import Index
    from nqpf.experiments.indices.reading import Reading
    from nqpf.experiments.store import Run
    from nqpf.model.measures import Measure

FACTORS = {
    "collaboration": ("collaboration", "创新合作"),
    "talent": ("talent", "人才流动"),
    "capital": ("capital", "资本流动"),
    "goods": ("goods", "商品贸易"),
}
"""Flows that are looked at as networks, with their names."""


def flow_network(run: Run, factor: str, quarter: str | None = None) -> nx.Graph:
    """Linked places of a quarter, or of the last in which the flow is recorded, as a graph of all places.

    Nodes are city codes; edges have weight, the flow both ways, of collaboration the projects so far, outdated
    by age. InputError for an unknown factor or a quarter in which
    flows of money between places are not recorded.
    """
    if factor not in FACTORS:
        raise InputError(f"unknown flow {factor!r}{nearest(factor, FACTORS) or f'; there are {", ".join(FACTORS)}'}")
    tables = Tables(run)
    for candidate in [quarter] if quarter else reversed(tables.quarters):
        reading = tables.at(candidate)
        flow = _between(reading, factor)
        if flow is not None:
            return graph(flow, reading.facts.places.code)
    raise InputError(f"{run.path}: {factor} between places is recorded in fourth quarters; name one, or run longer")


def links(flow: Floats) -> Floats:
    """Weights of links (n, n), symmetric, diagonal 0: flows both ways where above the mean over pairs, else 0."""
    both = flow + flow.T
    np.fill_diagonal(both, 0.0)
    n = len(both)
    return np.where(both > both.sum() / max(n * (n - 1), 1), both, 0.0)


def graph(flow: Floats, names: tuple[str, ...]) -> nx.Graph:
    """Links of a flow (n, n) as a graph of all places."""
    import networkx as nx  # noqa: PLC0415  # indices alone need it not

    return nx.relabel_nodes(nx.from_numpy_array(links(flow)), dict(enumerate(names)))


def clustering(weight: Floats) -> float:
    """Mean over places of Σ_jk (w_ij w_jk w_ki)^⅓ / (max w · k_i(k_i − 1)), 0 of places with less than two links.

    With links of weight 1 the usual coefficient. NetworkX's `average_clustering`, as products of matrices: fifty times
    as fast on networks as dense as that of goods.
    """
    if not weight.any():
        return 0.0
    root = np.cbrt(weight / weight.max())
    degree = (weight > 0).sum(1)
    triangles = (root @ root * root).sum(1)
    return float(np.divide(triangles, degree * (degree - 1), out=np.zeros(len(root)), where=degree > 1).mean())


def centralisation(degree: Floats | Ints) -> float:
    """Freeman's centralisation of degrees (n,): Σ (max − k_i) / ((n−1)(n−2)); 1 for a star, 0 if all are alike."""
    n = len(degree)
    return float((degree.max() - degree).sum() / ((n - 1) * (n - 2))) if n > 2 else 0.0


def core_periphery(linked: Bools) -> tuple[float, int]:
    """Best correlation of links (n, n) with an ideal core and periphery, and the core's size.

    All pairs are 0 or 1, so the correlation follows from how many are linked, ideal, and both. NaN and 0 if all pairs
    or none are linked.
    """
    n = len(linked)
    order = np.argsort(-linked.sum(1), kind="stable")
    upper = np.triu(linked[np.ix_(order, order)], 1)
    pairs, total = n * (n - 1) / 2, float(upper.sum())
    size = np.arange(1, n - 1)  # a periphery of one place has no pair of its own
    both = np.cumsum(upper.sum(1))[size - 1]
    ideal = pairs - (n - size) * (n - size - 1) / 2
    spread = np.sqrt(total * (pairs - total) * ideal * (pairs - ideal))
    if not total or total == pairs or not len(size):
        return np.nan, 0
    fit = (pairs * both - total * ideal) / spread
    best = int(fit.argmax())
    return float(fit[best]), int(size[best])


def intensity(flow: Floats, inside: Bools) -> float:
    """Mean flow of a pair inside a province over that of a pair of two provinces; NaN if no flow crosses."""
    other = ~np.eye(len(flow), dtype=bool)
    near, far = flow[inside & other], flow[~inside]
    return float(near.mean() / far.mean()) if len(near) and len(far) and far.sum() > 0 else np.nan


def network(flow: Floats, inside: Bools) -> dict[str, float]:
    """All indices of one flow (n, n) between places, `inside` telling pairs of one province; by kind."""
    weight = links(flow)
    linked, strength = weight > 0, flow.sum(0) + flow.sum(1)
    n = len(weight)
    return {
        "density": float(linked.sum() / (n * (n - 1))) if n > 1 else 0.0,
        "mean_degree": float(linked.sum(1).mean()),
        "clustering": clustering(linked.astype(np.float64)),
        "weighted_clustering": clustering(weight),
        "centralisation": centralisation(linked.sum(1)),
        "core_periphery": core_periphery(linked)[0],
        "province_intensity": intensity(flow, inside),
        "top_share": float(strength.max() / flow.sum()) if flow.any() else np.nan,
    }


def networks(run: Run, quarter: str | None = None) -> pd.DataFrame:
    """Networks of a quarter, or the last: a row a flow that is recorded, with its indices, core's size, first place."""
    tables = Tables(run)
    reading = tables.at(quarter or run.info["last_quarter"])
    rows = {}
    for factor in FACTORS:
        flow = _between(reading, factor)
        if flow is None:
            continue
        with one_blas_thread():
            rows[factor] = network(flow, reading.same_province) | {
                "core": core_periphery(links(flow) > 0)[1],
                "top": reading.facts.places.code[int((flow.sum(0) + flow.sum(1)).argmax())],
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("factor")


def _between(reading: Reading, factor: str) -> Floats | None:
    return reading.network() if factor == "collaboration" else reading.flow(factor)


def _network(reading: Reading, factor: str) -> dict[str, float]:
    flow = _between(reading, factor)
    if flow is None:
        return {m.name: np.nan for m in _measures(factor)}
    return {f"{factor}_{kind}": value for kind, value in network(flow, reading.same_province).items()}


_KINDS = {
    # unit, title in both languages, meaning, equation, source
    "density": ("fraction", "density", "密度", "Linked pairs of places over all pairs", "2m / n(n−1)", ""),
    "mean_degree": ("links", "mean degree", "平均度", "Links a place has on average", "2m / n", ""),
    "clustering": (
        *("fraction", "clustering", "聚类系数", "Mean share of a place's partners that are linked themselves"),
        *("mean of 2 triangles_i / k_i(k_i − 1)", "Watts and Strogatz (1998)"),
    ),
    "weighted_clustering": (
        *(
            "fraction",
            "weighted clustering",
            "加权聚类系数",
            "Clustering, each triangle by the geometric mean of its flows",
        ),
        *("mean of Σ (w_ij w_jk w_ki)^⅓ / (max w · k_i(k_i − 1))", "Onnela et al. (2005)"),
    ),
    "centralisation": (
        *(
            "fraction",
            "degree centralisation",
            "度中心势",
            "1 if all links are those of one place, 0 if all have as many",
        ),
        *("Σ (max k − k_i) / (n−1)(n−2)", "Freeman (1978)"),
    ),
    "core_periphery": (
        *("correlation", "core and periphery", "核心—边缘拟合度"),
        *("Correlation of links with the best ideal core and periphery", "max_c corr(a_ij, i or j among the c first)"),
        "Borgatti and Everett (2000)",
    ),
    "province_intensity": (
        *("ratio", "intensity inside provinces", "省内外强度比"),
        *("Mean flow of a pair inside a province over that of a pair across", "mean F_in / mean F_out", ""),
    ),
    "top_share": (
        *("fraction", "share of the first place", "首位城市占比"),
        *("Flows with the place that has most over all flows", "max_i (F_i· + F_·i) / Σ F", ""),
    ),
}


def _measures(factor: str) -> tuple[Measure, ...]:
    en, zh = FACTORS[factor]
    what = "joint projects so far, outdated by age," if factor == "collaboration" else en
    return tuple(
        measure(
            f"{factor}_{kind}",
            unit,
            f"Network of {en}: {title}",
            f"{zh}网络{title_zh}",
            f"{meaning}; {what} between places",
            equation,
            source=source,
        )
        for kind, (unit, title, title_zh, meaning, equation, source) in _KINDS.items()
    )


NETWORKS: tuple[Index, ...] = tuple(
    index for factor in FACTORS for index in declared("flows", partial(_network, factor=factor), _measures(factor))
)
