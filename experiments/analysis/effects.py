"""Effects of factors on an outcome: differences between runs that share the seed and all else.

Of a factor of numbers the effect is what going from its lowest to its highest value changes on average: the slope
through every set of runs alike in all but the factor, put together,

    β = Σ_g Σ_i (x_gi − x̄_g)(y_gi − ȳ_g) / Σ_g Σ_i (x_gi − x̄_g)²,   effect = β · (high − low),

g a set of points alike in all other factors, under one seed. Of a factor of values it is the mean difference between
each value and the first, over sets that have both. Grids, Morris's and Saltelli's designs hold such sets. Latin
hypercubes and Sobol's points do not: there the effects are the coefficients of a linear regression on all factors,
seed by seed, and say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.analysis.cases import Cases, cases, is_number, scaled
from nqpf.experiments.analysis.resampling import RESAMPLES, Interval, of_draws, of_seeds, resamples
from nqpf.experiments.paired.intervals import LEVEL
from nqpf.model.errors import InputError
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nqpf.agents.typing import Floats

PAIRS, REGRESSION = "pairs", "regression"
FIXED_DESIGNS = ("grid", "list")
"""Designs whose points were chosen: an effect is one over these points; of others over what they were drawn from."""

_ROUNDING = 1e-12  # smaller parts of a sum are none
_REGRESSIONS = 400  # resamples of a regression
COLUMNS = ("factor", "change", "effect", "low", "high", "unit", "how", "interval", "pairs")


def paired_effects(
    runs: pd.DataFrame,
    outcome: str,
    factors: Sequence[str],
    *,
    factor: str | None = None,
    baseline_point: int | None = None,
    design: str = "grid",
    references: Mapping[str, str] | None = None,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Effects on an outcome with their intervals.

    Parameters
    ----------
    runs
        A sweep's table: point, seed, status, a column for each factor and outcome.
    factors
        Names of the columns that are factors.
    factor
        Only this one's effect; of every factor if neither it nor a point is given.
    baseline_point
        Compare every other point with this one instead, seed by seed; a row a point.
    design
        Of a grid or a list the points are what is asked about, and intervals are over seeds; points of another design
        are draws, and intervals are over them as well.
    references
        Of factors of text the value with which others are compared; the first one met if not given.

    Returns
    -------
    DataFrame
        `COLUMNS`; with `baseline_point` a column `point` in place of `factor` and `change`.

    Raises
    ------
    InputError
        If a column is missing or nothing has finished.
    """
    known = cases(runs, outcome, factors)
    if baseline_point is not None:
        return _against(known, baseline_point, level)
    chosen = list(factors) if factor is None else [factor]
    for name in chosen:
        if name not in factors:
            raise InputError(f"factor {name!r}: is not among the factors; give one of {', '.join(factors)}")
    values, unit = scaled(outcome, known.results)
    fixed = design in FIXED_DESIGNS
    first = references or {}
    rows = []
    with one_blas_thread():
        fitted = _Regression.of(known, values, first)
        for name in chosen:
            found = list(_pairs(known, values, name, first.get(name), fixed=fixed, level=level))
            how = PAIRS
            if not found:
                how, found = REGRESSION, list(fitted.effects(name, level))
            rows += [
                (name, e.change, e.effect, e.interval.low, e.interval.high, unit, how, e.interval.how, e.sets)
                for e in found
            ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _against(known: Cases, baseline: int, level: float) -> pd.DataFrame:
    """Differences of each point from the baseline point, a row a point."""
    values, unit = scaled(known.outcome, known.results)
    home = known.at(baseline)
    rows = []
    for row in (row for row in range(len(known.points)) if row != home):
        differences = values[row] - values[home]
        interval = of_seeds(differences, level)
        rows.append(
            (int(known.points[row]), float(differences.mean()), interval.low, interval.high, unit, PAIRS, interval.how)
        )
    return pd.DataFrame(rows, columns=["point", "effect", "low", "high", "unit", "how", "interval"])


@dataclass(frozen=True, slots=True)
class _Effect:
    change: str
    effect: float
    interval: Interval
    sets: int


def _order(column: pd.Series, first: str | None) -> list[str]:
    """Values of a factor of text, that with which others are compared in front."""
    values = list(dict.fromkeys(column))
    return sorted(values, key=lambda value: value != first)


def _pairs(
    known: Cases, values: Floats, name: str, reference: str | None, *, fixed: bool, level: float
) -> Iterator[_Effect]:
    """Effects from sets of points alike in all but the factor; none if there are no such sets."""
    others = known.factors.drop(columns=name)
    sets = others.groupby(list(others.columns), sort=False).ngroup().to_numpy() if len(others.columns) else None
    group = np.zeros(len(known.points), np.int64) if sets is None else sets
    column = known.factors[name]
    if is_number(column):
        x = column.to_numpy(float)
        if np.ptp(x) > 0:
            yield from _made(_line(x, values, group), np.ptp(x), f"{x.min():.3g} → {x.max():.3g}", fixed, level)
        return
    first, *rest = _order(column, reference)
    for value in rest:
        chosen = column.isin([first, value]).to_numpy()
        x = (column[chosen] == value).to_numpy().astype(np.float64)
        yield from _made(_line(x, values[chosen], group[chosen]), 1.0, f"{first} → {value}", fixed, level)


def _line(x: Floats, values: Floats, group: np.ndarray) -> tuple[Floats, Floats]:
    """Σ (x − x̄)(y − ȳ) by seed and set, (n_seeds, n_sets), and Σ (x − x̄)² by set, of sets in which x varies."""
    _, group = np.unique(group, return_inverse=True)
    size = np.bincount(group)
    away = x - (np.bincount(group, x) / size)[group]
    square = np.bincount(group, away**2)
    product = np.stack([np.bincount(group, away * y) for y in values.T])
    product[np.abs(product) <= _ROUNDING * np.abs(values).max() * np.abs(away).max()] = 0.0
    varies = square > _ROUNDING * max(np.abs(x).max(), 1e-300) ** 2
    return product[:, varies], square[varies]


def _made(line: tuple[Floats, Floats], span: float, change: str, fixed: bool, level: float) -> Iterator[_Effect]:
    product, square = line
    n_seeds, n_sets = product.shape
    if not n_sets:
        return
    by_seed = span * product.sum(1) / square.sum()
    if (fixed and n_seeds > 1) or n_sets == 1:
        interval = of_seeds(by_seed, level)
    else:
        drawn = [span * (s @ product @ p) / (s.sum() * (square @ p)) for s, p in resamples(n_seeds, n_sets, RESAMPLES)]
        interval = of_draws(np.array(drawn), n_seeds, level)
    yield _Effect(change, float(by_seed.mean()), interval, n_sets)


@dataclass(frozen=True, slots=True)
class _Regression:
    """y on a constant and every factor: numbers as they are, values as indicators of all but the first."""

    known: Cases
    values: Floats  # (n_points, n_seeds)
    design: Floats  # (n_points, 1 + n_columns)
    columns: tuple[tuple[str, str], ...]  # factor and change

    @classmethod
    def of(cls, known: Cases, values: Floats, references: Mapping[str, str]) -> _Regression:
        columns, parts = [], [np.ones(len(known.points))]
        for name in known.factors:
            column = known.factors[name]
            if is_number(column):
                x = column.to_numpy(float)
                span = float(np.ptp(x)) or 1.0
                columns.append((str(name), f"{x.min():.3g} → {x.max():.3g}"))
                parts.append((x - x.min()) / span)
                continue
            first, *rest = _order(column, references.get(str(name)))
            for value in rest:
                columns.append((str(name), f"{first} → {value}"))
                parts.append((column == value).to_numpy().astype(np.float64))
        return cls(known, values, np.column_stack(parts), tuple(columns))

    def effects(self, name: str, level: float) -> Iterator[_Effect]:
        """A factor's coefficients; intervals by resampling points, and seeds if there are several."""
        n_points, n_seeds = self.values.shape
        if n_points <= self.design.shape[1]:
            return
        chosen = [k for k, (factor, _) in enumerate(self.columns) if factor == name]
        fit = self._fit(np.ones(n_points), self.values.mean(1))
        drawn = np.array(
            [self._fit(p, self.values @ s / s.sum()) for s, p in resamples(n_seeds, n_points, _REGRESSIONS)]
        )
        for k in chosen:
            yield _Effect(self.columns[k][1], float(fit[1 + k]), of_draws(drawn[:, 1 + k], n_seeds, level), n_points)

    def _fit(self, weights: Floats, y: Floats) -> Floats:
        weighted = self.design * weights[:, None]
        return np.linalg.lstsq(self.design.T @ weighted, weighted.T @ y, rcond=None)[0]
