"""Indices of a run, computed by libraries from its tables; each declared once: name, unit, meaning, equation, source.

`indices(run)` gives a frame of quarters × indices; `INDICES` says what each is. What is by place, by cluster or over
the whole run are frames of their own. PySAL and econcomplex do what they can; what neither has is the model's own, or
written here and tested against closed forms. They are optional (`pip install 'nqpf[analysis]'`), and loaded when an
index needs them. All indices take about half a second of processor time a quarter; loading the libraries takes 6 s
more, once.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pandas as pd

from nqpf.experiments.indices.clusters import CLUSTERS, cluster_integration
from nqpf.experiments.indices.concentration import CONCENTRATION
from nqpf.experiments.indices.convergence import CONVERGENCE, beta_convergence, club_mobility, rank_mobility
from nqpf.experiments.indices.declared import Index
from nqpf.experiments.indices.inequality import INEQUALITY
from nqpf.experiments.indices.networks import NETWORKS, flow_network, networks
from nqpf.experiments.indices.reading import Tables
from nqpf.experiments.indices.space import SPACE
from nqpf.experiments.indices.structure import STRUCTURE, complexity, location_quotients
from nqpf.model.errors import InputError, nearest
from nqpf.model.recorder import DETAILS
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nqpf.experiments.store import Run

__all__ = [
    "INDICES",
    "Index",
    "beta_convergence",
    "club_mobility",
    "cluster_integration",
    "complexity",
    "flow_network",
    "indices",
    "location_quotients",
    "networks",
    "rank_mobility",
]

INDICES: dict[str, Index] = {
    index.name: index for index in (*INEQUALITY, *CONVERGENCE, *SPACE, *CONCENTRATION, *STRUCTURE, *CLUSTERS, *NETWORKS)
}
"""Every index by name, in the order of the columns of `indices`."""


def indices(
    run: Run, quarters: str | Iterable[str] | None = None, names: str | Iterable[str] | None = None
) -> pd.DataFrame:
    """Indices of a run: a row a quarter, a column an index, NaN where a quarter has not what an index needs.

    Parameters
    ----------
    quarters
        As text, one or several; by default the first, the last and every fourth quarter of a year, in which all flows
        are recorded.
    names
        Of `INDICES`, `gini_*` naming several; by default all that rest on tables the run has.

    Raises
    ------
    InputError
        If a name or a quarter is unknown, the run lacks a table that a name needs, or a library is not installed.
    """
    chosen = _chosen(run, names)
    tables = Tables(run)
    families = dict.fromkeys(INDICES[name].family for name in chosen)
    asked = tables.usual_quarters if quarters is None else _several(quarters)
    rows = {}
    for quarter in asked:
        reading = tables.at(quarter)
        with one_blas_thread():
            found = {name: value for family in families for name, value in family(reading).items()}
        rows[quarter] = [found[name] for name in chosen]
    return pd.DataFrame.from_dict(rows, orient="index", columns=chosen, dtype="float64").rename_axis("quarter")


def _several(given: str | Iterable[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _chosen(run: Run, names: str | Iterable[str] | None) -> list[str]:
    written = DETAILS[run.info["detail"]]
    if names is None:
        return [name for name, index in INDICES.items() if set(index.tables) <= set(written)]
    chosen: dict[str, None] = {}
    for given in _several(names):
        matching = [name for name in INDICES if fnmatchcase(name, given)]
        if not matching:
            raise InputError(
                f"unknown index {given!r}{nearest(given, INDICES) or '; nqpf.experiments.indices.INDICES'}"
            )
        chosen.update(dict.fromkeys(matching))
    for name in chosen:
        for table in set(INDICES[name].tables) - set(written):
            detail = run.info["detail"]
            raise InputError(
                f"{run.path}: {name} needs {table}, and the run has --detail {detail}; run again with city"
            )
    return list(chosen)
