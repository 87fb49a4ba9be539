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
    from collections.abc import Sequence

    from nqpf.agents.typing import Bools, Floats, Ints

NEVER = "never"
"""How a factor's null is called: an off switch in time."""

LOG_UNIT = "100 · log points"


@dataclass(frozen=True, slots=True)
class Cases:
    """An outcome over points and seeds; every point has a run under every seed."""

    outcome: str
    points: Ints  # (n_points,)
    seeds: Ints  # (n_seeds,)
    factors: pd.DataFrame  # (n_points, n_factors): numbers, or text of what is none
    results: Floats  # (n_points, n_seeds)
    left_out: int  # runs that failed, or lack a partner under another seed

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
        )


def cases(runs: pd.DataFrame, outcome: str, factors: Sequence[str]) -> Cases:
    """Cases of a sweep's table `runs`; raises InputError if it has no such column or no finished run.

    Of a sweep that was cut off, seeds under which less than half the points ran are left out first, then points that
    did not run under every other seed: means over seeds are of the same seeds for every point.
    """
    for name in (outcome, *factors):
        if name not in runs.columns:
            hint = nearest(name, runs.columns) or f"; there are {', '.join(map(str, runs.columns))}"
            raise InputError(f"runs: have no column {name!r}{hint}")
    done = runs[(runs["status"] == "done") & runs[outcome].notna()] if "status" in runs.columns else runs
    if done.empty:
        raise InputError(f"runs: none has finished with a value of {outcome}; go on with nqpf sweep --resume")
    table = done.pivot_table(values=outcome, index="point", columns="seed", sort=True)
    finished = table.notna().sum()
    table = table.loc[:, finished >= finished.max() / 2]
    table = table[table.notna().all(axis=1)]
    if table.empty:
        raise InputError("runs: no point has finished under every seed; go on with nqpf sweep --resume")
    settings = done.drop_duplicates("point").set_index("point").loc[table.index, list(factors)]
    return Cases(
        outcome=outcome,
        points=table.index.to_numpy(np.int64),
        seeds=table.columns.to_numpy(np.int64),
        factors=pd.DataFrame({name: plain(settings[name]) for name in factors}, index=settings.index).reset_index(
            drop=True
        ),
        results=table.to_numpy(np.float64),
        left_out=len(runs) - table.size,
    )


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
    measure = measure_of(outcome)
    if measure in UNITS and in_logs(measure) and (values > 0).all():
        return 100 * np.log(values), LOG_UNIT
    return values, unit_of(outcome)
