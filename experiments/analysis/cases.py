"""Runs of a sweep as cases: an outcome of every point under every seed, what failed or lacks a partner left out.

Positive levels are compared by logarithms, 100 · ln, so that a difference is about a per cent; shares, indices and
counts of rare events as they are. `paired.scales` says which is which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.designs.outcomes import ALIASES
from nqpf.experiments.paired.scales import UNITS, in_logs
from nqpf.model.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nqpf.agents.typing import Bools, Floats, Ints

NEVER = "never"
"""How a factor's null is called: an off switch in time."""

LOG_UNIT = "100 · log points"

_FEW_VALUES = 12  # of numbers drawn by chance every point has its own


@dataclass(frozen=True, slots=True)
class Cases:
    """An outcome over points and seeds; every point has a run under every seed."""

    outcome: str
    points: Ints  # (n_points,)
    seeds: Ints  # (n_seeds,)
    factors: pd.DataFrame  # (n_points, n_factors): numbers, or text of what is none
    results: Floats  # (n_points, n_seeds)
    left_out: int  # runs that failed, or lack a partner under another seed
    unused: int = 0  # of them those that are done
    vanished: tuple[str, ...] = ()  # values of factors, `x = 1`, of which no run is among the cases

    @property
    def mean(self) -> Floats:
        """Of each point over seeds, (n_points,)."""
        return self.results.mean(1)

    def at(self, point: int) -> int:
        """A point's row; raises InputError if it is not among the cases."""
        rows = np.flatnonzero(self.points == point)
        if not len(rows):
            raise InputError(f"point {point}: has no finished run under every seed; choose another point")
        return int(rows[0])

    def only(self, chosen: Bools | Ints) -> Cases:
        """Some of the points."""
        return Cases(
            self.outcome,
            self.points[chosen],
            self.seeds,
            self.factors.iloc[chosen if chosen.dtype != np.bool_ else np.flatnonzero(chosen)].reset_index(drop=True),
            self.results[chosen],
            self.left_out,
            self.unused,
            self.vanished,
        )


def cases(runs: pd.DataFrame, outcome: str, factors: Sequence[str]) -> Cases:
    """Cases of a sweep's table `runs`; raises InputError if it has no such column or no finished run.

    Where runs are missing, points and seeds are left out as `balanced` does: means over seeds are of the same seeds for
    every point.
    """
    for name in (outcome, *factors):
        if name not in runs.columns:
            hint = nearest(name, runs.columns) or f"; there are {', '.join(map(str, runs.columns))}"
            raise InputError(f"runs: have no column {name!r}{hint}")
    done = runs[(runs["status"] == "done") & runs[outcome].notna()] if "status" in runs.columns else runs
    if done.empty:
        raise InputError(f"runs: none has finished with a value of {outcome}; go on with nqpf sweep --resume")
    table = balanced(done, outcome)
    return Cases(
        outcome=outcome,
        points=table.index.to_numpy(np.int64),
        seeds=table.columns.to_numpy(np.int64),
        factors=settings_of(done, table.index, factors),
        results=table.to_numpy(np.float64),
        left_out=len(runs) - table.size,
        unused=len(done) - table.size,
        vanished=tuple(_vanished(runs, table.index, factors)),
    )


def balanced(done: pd.DataFrame, column: str) -> pd.DataFrame:
    """A column of runs by point and seed, (n_points, n_seeds), without gaps.

    Seeds are given up one by one, each time the one without which most points are whole; kept are the seeds with which
    seeds × whole points, that is runs, are most.
    """
    table = done.pivot_table(values=column, index="point", columns="seed", sort=True)
    gap = table.isna().to_numpy()
    seeds = list(range(gap.shape[1]))
    most, kept = -1, seeds
    while seeds:
        gaps = gap[:, seeds].sum(1)
        runs = len(seeds) * int((gaps == 0).sum())
        if runs > most:
            most, kept = runs, list(seeds)
        without = (gaps[:, None] == gap[:, seeds]).sum(0)  # points whole if a seed were given up
        seeds.pop(max(range(len(seeds)), key=lambda k: (without[k], gap[:, seeds[k]].sum())))
    return table.loc[~gap[:, kept].any(1), table.columns[kept]]


def _vanished(runs: pd.DataFrame, points: pd.Index, factors: Sequence[str]) -> Iterator[str]:
    """Values of factors, as text, that runs have but none at these points; of factors of few values."""
    known = pd.Index(runs["point"].unique())
    every, kept = settings_of(runs, known, factors), known.isin(points)
    for name in factors:
        values = every[name].unique()
        if len(values) <= _FEW_VALUES:
            yield from (f"{name} = {_text(value)}" for value in values if not (every[name][kept] == value).any())


def settings_of(runs: pd.DataFrame, points: pd.Index, factors: Sequence[str]) -> pd.DataFrame:
    """Factors of these points, (n_points, n_factors), as `Cases` has them."""
    known = runs.drop_duplicates("point").set_index("point").loc[points, list(factors)]
    return pd.DataFrame({name: plain(known[name]) for name in factors}, index=known.index).reset_index(drop=True)


def plain(column: pd.Series) -> pd.Series:
    """Numbers as such if all are; else text, null being `never`."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        if column.notna().all():
            return column.astype(np.float64)
        column = column.astype(object)
    return pd.Series([_text(value) for value in column], index=column.index, dtype=object)


def _text(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 (NaN)
        return NEVER
    return f"{value:g}" if isinstance(value, float) else str(value)


def is_number(column: pd.Series) -> bool:
    """Whether a factor of the cases is one of numbers."""
    return bool(pd.api.types.is_numeric_dtype(column.dtype))


def unit_of(outcome: str) -> str:
    """Unit of an outcome's values; text as its measure declares it, nothing if it is of no known measure."""
    return UNITS.get(measure_of(outcome), "")


def measure_of(outcome: str) -> str:
    """The measure of an outcome, which may have another name, and name a region behind it."""
    name = outcome.partition("@")[0]
    return ALIASES.get(name, name)


def scaled(outcome: str, values: Floats) -> tuple[Floats, str]:
    """Values on the scale on which they are compared, and the unit of their differences."""
    if is_level(outcome) and (values > 0).all():
        return 100 * np.log(values), LOG_UNIT
    return values, unit_of(outcome)


def is_level(outcome: str) -> bool:
    """Whether the outcome is compared by logarithms where it is positive."""
    measure = measure_of(outcome)
    return measure in UNITS and in_logs(measure)
