"""How much city clusters are wholes: of what flows between a member and another place, the part among members.

Places belong to their primary cluster. Money between places is recorded in fourth quarters alone, so the mean over
kinds of flow is known only then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.indices.declared import declared
from nqpf.experiments.indices.reading import Tables
from nqpf.model.measures.measure import measure
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.experiments.indices.declared import Index
    from nqpf.experiments.indices.reading import Reading
    from nqpf.experiments.store import Run

_FLOWS = {
    "people": (("labour", "talent"), "moves of people", "人口流动"),
    "capital": (("capital",), "capital", "资本"),
    "goods": (("goods",), "goods", "商品"),
    "collaboration": (("collaboration",), "collaboration", "创新合作"),
}


def inside_share(flow: Floats, cluster: Ints, n_clusters: int) -> Floats:
    """Of flows (n, n) with an end in a cluster, those with both, (n_clusters,); NaN if it has none. No place's own.

    cluster (n,) is the number of each place's cluster, −1 if it is in none.
    """
    between = flow.copy()
    np.fill_diagonal(between, 0.0)
    member = cluster[:, None] == np.arange(n_clusters)
    inside = np.einsum("ic,ij,jc->c", member, between, member, optimize=True)
    touching = member.T @ (between.sum(0) + between.sum(1)) - inside
    return np.divide(inside, touching, out=np.full(n_clusters, np.nan), where=touching > 0)


def cluster_integration(run: Run, quarter: str | None = None) -> pd.DataFrame:
    """Integration of each city cluster in a quarter, or the last: a row a cluster.

    Columns people, capital, goods, collaboration are NaN where a flow is not recorded or a cluster has none of it;
    `mean` is over those that are known.
    """
    tables = Tables(run)
    with one_blas_thread():
        return _integration(tables.at(quarter or run.info["last_quarter"]))


def _integration(reading: Reading) -> pd.DataFrame:
    regions = reading.facts.regions
    rows = regions.of_level("cluster")
    found = pd.DataFrame(index=pd.Index([regions.id[row] for row in rows], name="cluster"))
    for name, (factors, _, _) in _FLOWS.items():
        flows = [flow for factor in factors if (flow := reading.flow(factor)) is not None]
        recorded = len(flows) == len(factors)
        found[name] = inside_share(np.sum(flows, 0), regions.cluster, len(rows)) if recorded else np.nan
    found["mean"] = found.mean(axis=1)
    return found


def _clusters(reading: Reading) -> dict[str, float]:
    by_flow = _integration(reading)[list(_FLOWS)].mean()
    return {
        "cluster_integration": float(by_flow.mean(skipna=False)),
        **{f"cluster_integration_{name}": float(value) for name, value in by_flow.items()},
    }


CLUSTERS: tuple[Index, ...] = declared(
    "flows",
    _clusters,
    (
        measure(
            "cluster_integration",
            "fraction",
            "Integration of city clusters",
            "城市群一体化程度",
            "Mean over kinds of flow of the share of members' flows that stays among members; in fourth quarters",
            "mean of people, capital, goods, collaboration",
        ),
        *(
            measure(
                f"cluster_integration_{name}",
                "fraction",
                f"Integration of city clusters: {en}",
                f"城市群一体化程度：{zh}",
                f"Mean over clusters: of {en} between members and other places, what is among members",
                "Σ_{i≠j∈c} F_ij / Σ_{i≠j, i or j∈c} F_ij",
            )
            for name, (_, en, zh) in _FLOWS.items()
        ),
    ),
)
