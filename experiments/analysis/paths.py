"""An outcome quarter by quarter: its spread over all runs, and by the values of one factor of a grid.

By value v of a factor the path is the mean over runs, as difference from the first value v₀ under the same seed,

    d_s(v, t) = mean_p y_ps(v, t) − mean_p y_ps(v₀, t),

p the settings of all other factors that have every value of the factor; the mean over seeds s with its interval. Means
are taken by DuckDB: n_values × n_seeds × n_quarters numbers are held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.experiments.analysis.cases import LOG_UNIT, cases, is_level, is_number, plain, unit_of
from nqpf.experiments.analysis.regression import order
from nqpf.experiments.analysis.resampling import Interval, of_seeds
from nqpf.experiments.analysis.shifts import in_whole_sets
from nqpf.experiments.analysis.study import Design
from nqpf.experiments.paired.intervals import LEVEL
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from nqpf.agents.typing import Floats
    from nqpf.experiments.analysis.study import Sweep

_ROUNDING = 1e-12  # smaller differences of means are none
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Paths:
    """Change of an outcome from the first value of a factor to the others, by quarter."""

    factor: str
    quarters: tuple[str, ...]
    settings: tuple[float | str, ...]  # of the factor; the first is what others are compared with
    change: Floats  # (n_settings − 1, n_quarters)
    interval: Interval  # of the same shape
    unit: str
    points: int  # over which means are taken, of all values together


def quantiles_by_quarter(sweep: Sweep, outcome: str) -> dict[str, pd.DataFrame]:
    """Quantiles over the runs that are done, by the quarter in which they start: columns quarter and q5 to q95.

    Scenarios that start apart have a table each: pooled, a quarter would show others than the one before it. Raises
    InputError if there is no series.
    """
    column, where = _where(outcome)
    asked = ", ".join(f"quantile_cont({column}, {q}) AS q{round(100 * q)}" for q in QUANTILES)
    starts = {name: one["start"] for name, one in sweep.info["experiment"]["scenarios"].items()}
    found = {}
    for start in sorted(set(starts.values())):
        named = ", ".join(_text(name) for name, other in starts.items() if other == start)
        own = "" if len(set(starts.values())) == 1 else f" AND r.scenario IN ({named})"
        table = sweep.sql(
            f"SELECT s.quarter, {asked} FROM series s JOIN runs r ON s.run = r.run WHERE {where}{own} "  # noqa: S608
            "GROUP BY s.quarter ORDER BY s.quarter"
        )
        if not table.empty:
            found[start] = table
    if not found:
        raise InputError(f"{outcome}: the sweep kept no series of it")
    return found


def paths_by(sweep: Sweep, outcome: str, factor: str, *, level: float = LEVEL) -> Paths:
    """Paths of an outcome by the values of a factor of a grid.

    Raises
    ------
    InputError
        If nothing has finished, there is no series of the outcome, or no setting of the others has every value.
    """
    design = Design.of_record(sweep.info["experiment"])
    known = cases(sweep.runs, outcome, design.names)
    whole = in_whole_sets(known.factors, [factor])
    if not whole.any():
        raise InputError(f"{factor}: no setting of the others has run with every value; go on with nqpf sweep --resume")
    column, where = _where(outcome)
    kept = "".join(
        f" AND s.{key} IN ({', '.join(map(str, chosen))})"
        for key, chosen in (("point", known.points[whole]), ("seed", known.seeds))
        if known.left_out or not whole.all()
    )
    rows = sweep.sql(
        f"SELECT r.{_name(factor)} AS value, s.seed, s.quarter, avg({column}) AS plain, min({column}) AS least, "  # noqa: S608
        f"avg(CASE WHEN {column} > 0 THEN 100 * ln({column}) END) AS logs FROM series s JOIN runs r ON s.run = r.run "
        f"WHERE {where}{kept} GROUP BY ALL"
    )
    if rows.empty:
        raise InputError(f"{outcome}: the sweep kept no series of it")
    in_logs = is_level(outcome) and bool((rows["least"] > 0).all())
    rows["value"] = plain(rows["value"])
    means = rows.pivot_table(values="logs" if in_logs else "plain", index=["seed", "value"], columns="quarter")
    means = means.dropna(axis=1)
    if means.empty:
        raise InputError(f"{factor}: its values have no quarter in common; give the scenarios one start")
    setting = known.factors[factor]
    values = sorted(setting.unique()) if is_number(setting) else order(setting, design.references.get(factor))
    by_value = np.stack([means.xs(value, level="value").to_numpy() for value in values])  # value, seed, quarter
    change = np.moveaxis(by_value[1:] - by_value[0], 1, 0)
    change[np.abs(change) <= _ROUNDING * np.abs(by_value).max()] = 0.0
    return Paths(
        factor=factor,
        quarters=tuple(map(str, means.columns)),
        settings=tuple(values),
        change=change.mean(0),
        interval=of_seeds(change, level),
        unit=LOG_UNIT if in_logs else unit_of(outcome),
        points=int(whole.sum()),
    )


def _where(outcome: str) -> tuple[str, str]:
    """An outcome's column in `series s`, and what chooses its rows."""
    column, _, region = outcome.partition("@")
    name = f"s.{_name(column)}"
    return name, (f"s.region = {_text(region)}" if region else "s.level = 'nation'") + f" AND {name} IS NOT NULL"


def _name(column: str) -> str:
    """A column's name as SQL quotes it."""
    return '"' + column.replace('"', '""') + '"'


def _text(value: str) -> str:
    """Text as SQL quotes it."""
    return "'" + value.replace("'", "''") + "'"
