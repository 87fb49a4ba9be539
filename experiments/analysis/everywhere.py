"""Effects of factors on a measure at every place, in the last quarter: what a map of a sweep shows.

The formula is that of `effects`, place by place: differences between runs that share the seed and all other factors, or
coefficients of a regression where the design has no such runs. Of the series only the last quarter is read, a run's
places as one list: n_runs × n_places numbers are held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nqpf.experiments.analysis.cases import balanced, scaled, settings_of
from nqpf.experiments.analysis.effects import FIXED_DESIGNS
from nqpf.experiments.analysis.resampling import Interval
from nqpf.experiments.analysis.shifts import Shift, shifts
from nqpf.experiments.analysis.study import Design
from nqpf.experiments.designs.outcomes import LOCAL
from nqpf.experiments.paired.intervals import LEVEL
from nqpf.model.errors import InputError
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nqpf.agents.typing import Bools, Floats
    from nqpf.experiments.analysis.study import Sweep

WITH_DETAIL = ("gdp", "nqpf")
"""Measures that are looked at if a sweep kept all of every place."""


@dataclass(frozen=True, slots=True)
class PlaceEffects:
    """What each change of a factor does to a measure, place by place."""

    measure: str
    quarter: str  # the last
    unit: str  # of effects
    places: tuple[str, ...]  # codes
    shifts: tuple[Shift, ...]  # arrays (n_places,); those that differ most between places first

    @property
    def table(self) -> pd.DataFrame:
        """One row a change and place: measure, quarter, factor, change, place, effect, low, high, unit."""
        parts = [
            pd.DataFrame(
                {
                    "measure": self.measure,
                    "quarter": self.quarter,
                    "factor": shift.factor,
                    "change": shift.change,
                    "place": self.places,
                    "effect": shift.effect,
                    "low": shift.interval.low,
                    "high": shift.interval.high,
                    "unit": self.unit,
                }
            )
            for shift in self.shifts
        ]
        return pd.concat(parts, ignore_index=True)


def measures_everywhere(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Columns of series that an experiment's record keeps of all cities, in order."""
    named = [name.partition("@") for name in record.get("everywhere") or []]
    of_cities = tuple(column for column, _, level in named if level == "city")
    return of_cities or (WITH_DETAIL if record["detail"] == "city" else ())


def effects_everywhere(sweep: Sweep, measure: str, *, level: float = LEVEL) -> PlaceEffects:
    """Effects of every factor on a measure at each city in the last quarter.

    Parameters
    ----------
    sweep
        As `open_sweep` opens it.
    measure
        A column of `series`, kept of all cities.

    Raises
    ------
    InputError
        If the sweep kept no such measure, scenarios end in different quarters, nothing has finished, or no effect can
        be told.
    """
    record = sweep.info["experiment"]
    kept = LOCAL if record["detail"] == "city" else measures_everywhere(record)
    if measure not in kept:
        raise InputError(f'the sweep kept no {measure} of all cities; add "{measure}@city" to outcomes')
    design, quarter = Design.of_record(record), last_quarter(record)
    factors, values, places = _read(sweep, design, measure, quarter)
    known = np.isfinite(values).all((0, 1))
    compared, unit = scaled(measure, values[..., known])
    with one_blas_thread():
        found = list(
            shifts(
                factors,
                compared,
                design.names,
                design.references,
                fixed=design.design in FIXED_DESIGNS,
                level=level,
            )
        )
    if not found:
        raise InputError(
            f"{measure}: no two runs differ in one factor alone, and no regression tells the factors apart"
        )
    found.sort(key=lambda shift: -float(shift.effect.std()))
    return PlaceEffects(measure, quarter, unit, places, tuple(_widened(shift, known) for shift in found))


def last_quarter(record: Mapping[str, Any]) -> str:
    """In which the runs of an experiment's record end; raises InputError if scenarios differ in it."""
    ends = {parse_quarter(one["start"]) + one["quarters"] - 1 for one in record["scenarios"].values()}
    if len(ends) > 1:
        raise InputError("scenarios end in different quarters; give them one start, and quarters")
    return format_quarter(ends.pop())


def _read(sweep: Sweep, design: Design, measure: str, quarter: str) -> tuple[pd.DataFrame, Floats, tuple[str, ...]]:
    """Factors of the points that are balanced, values (n_points, n_seeds, n_places), and the places' codes."""
    where = f"level = 'city' AND quarter = '{quarter}'"
    rows = sweep.sql(
        f'SELECT run, list("{measure}" ORDER BY region) AS places FROM series '  # noqa: S608 (checked names)
        f"WHERE {where} GROUP BY run ORDER BY run"
    )
    if rows.empty:
        raise InputError(f"{measure}: no run has cities in {quarter}; go on with nqpf sweep --resume")
    codes = sweep.sql(f"SELECT DISTINCT region FROM series WHERE {where} ORDER BY region")["region"]  # noqa: S608
    if (rows["places"].map(len) != len(codes)).any():
        raise InputError(f"{measure}: runs have different cities; map scenarios of the same tables")
    runs = sweep.runs.set_index("run").loc[rows["run"]]
    order = balanced(runs[["point", "seed"]].assign(row=np.arange(len(rows))), "row")
    values = np.stack(rows["places"].to_list()).astype(np.float64)
    at = order.to_numpy(np.int64)
    return settings_of(runs, order.index, design.names), values[at], tuple(codes)


def _widened(shift: Shift, known: Bools) -> Shift:
    """A shift at all places; not a number where the measure is none."""

    def wide(values: Floats) -> Floats:
        full = np.full(len(known), np.nan)
        full[known] = values
        return full

    interval = Interval(wide(shift.interval.low), wide(shift.interval.high), shift.interval.how)
    return Shift(shift.factor, shift.start, shift.end, wide(shift.effect), interval, shift.how, shift.sets)
