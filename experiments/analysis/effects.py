"""Effects of factors on an outcome: differences between runs that share the seed and all else.

Of a factor of numbers the effect is what going from its lowest to its highest value changes on average: the slope
through every set of runs alike in all but the factor, put together,

    β = Σ_g Σ_i (x_gi − x̄_g)(y_gi − ȳ_g) / Σ_g Σ_i (x_gi − x̄_g)²,   effect = β · (high − low),

g a set of points alike in all other factors, under one seed. Of a factor of values it is the mean difference between
each value and the first, over sets that have both. Grids, Morris's and Saltelli's designs hold such sets. Latin
hypercubes and Sobol's points do not: there the effects are the coefficients of a linear regression on all factors,
seed by seed, and say so. Factors that a regression cannot tell from others have none: `without_effect` says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from nqpf.experiments.analysis.cases import Cases, cases, is_number, scaled
from nqpf.experiments.analysis.regression import Regression
from nqpf.experiments.analysis.resampling import of_seeds
from nqpf.experiments.analysis.shifts import PAIRS, shifts, steps, written
from nqpf.experiments.paired.intervals import LEVEL
from nqpf.model.errors import InputError
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nqpf.experiments.analysis.shifts import Shift

FIXED_DESIGNS = ("grid", "list")
"""Designs whose points were chosen: an effect is one over these points; of others over what they were drawn from."""

COLUMNS = ("factor", "change", "effect", "low", "high", "unit", "how", "interval", "pairs")
STEPS = ("factor", "value", *COLUMNS[2:])


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
        Of a grid or a list the points are what is asked about, and intervals are over seeds, none of one seed; points
        of another design are draws, and intervals are over them as well.
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
        _check(name, factors)
    values, unit = scaled(outcome, known.results)
    fixed = design in FIXED_DESIGNS
    with one_blas_thread():
        found = list(shifts(known.factors, values[..., None], chosen, references or {}, fixed=fixed, level=level))
    return pd.DataFrame([(s.factor, s.change, *_numbers(s), unit, *_source(s)) for s in found], columns=list(COLUMNS))


def without_effect(
    runs: pd.DataFrame,
    outcome: str,
    factors: Sequence[str],
    *,
    design: str = "grid",
    references: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Why `paired_effects`, which takes the same parameters, has no row of a factor or change; by its name.

    Raises
    ------
    InputError
        As `paired_effects`.
    """
    known = cases(runs, outcome, factors)
    values = known.results[..., None]
    fixed = design in FIXED_DESIGNS
    with one_blas_thread():
        fitted = Regression(known.factors, references or {}, values)
        told = {
            (s.factor, s.end)
            for s in shifts(known.factors, values, factors, references or {}, fixed=fixed, level=LEVEL)
        }
    untold = {column: why for column, why in fitted.reasons.items() if (column[0], column[1][1]) not in told}
    whole = {name for name, _ in untold if not any(name == other for other, _ in told)}
    return {
        name if name in whole else f"{name}: {written(start)} → {written(end)}": why
        for (name, (start, end)), why in untold.items()
    }


def paired_steps(
    runs: pd.DataFrame,
    outcome: str,
    factors: Sequence[str],
    factor: str,
    *,
    reference: float | None = None,
    design: str = "grid",
    level: float = LEVEL,
) -> pd.DataFrame:
    """Change of an outcome from one value of a factor of numbers to each other, over sets of runs that have both.

    What a slope hides, such as an inverted U. Parameters as of `paired_effects`.

    Parameters
    ----------
    reference
        The value with which others are compared; the lowest if not given.

    Returns
    -------
    DataFrame
        `STEPS`, a row a value in rising order, the reference without one; no rows if no runs are alike in all else.

    Raises
    ------
    InputError
        If a column is missing, nothing has finished, or the factor is none of numbers or never has the reference.
    """
    known = cases(runs, outcome, factors)
    _check(factor, factors)
    column = known.factors[factor]
    if not is_number(column):
        raise InputError(f"factor {factor!r}: has values that are no numbers; use paired_effects")
    start = float(column.min()) if reference is None else reference
    if not (column == start).any():
        raise InputError(
            f"factor {factor!r}: is never {start:g}; give one of {', '.join(map(written, column.unique()))}"
        )
    values, unit = scaled(outcome, known.results)
    fixed = design in FIXED_DESIGNS
    with one_blas_thread():
        found = list(steps(known.factors, values[..., None], factor, start, fixed=fixed, level=level))
    return pd.DataFrame([(factor, s.end, *_numbers(s), unit, *_source(s)) for s in found], columns=list(STEPS))


def _check(factor: str, factors: Sequence[str]) -> None:
    if factor not in factors:
        raise InputError(f"factor {factor!r}: is not among the factors; give one of {', '.join(factors)}")


def _numbers(one: Shift) -> tuple[float, float, float]:
    return float(one.effect[0]), float(one.interval.low[0]), float(one.interval.high[0])


def _source(one: Shift) -> tuple[str, str, int]:
    return one.how, one.interval.how, one.sets


def _against(known: Cases, baseline: int, level: float) -> pd.DataFrame:
    """Differences of each point from the baseline point, a row a point."""
    values, unit = scaled(known.outcome, known.results)
    home = known.at(baseline)
    rows = []
    for row in (row for row in range(len(known.points)) if row != home):
        differences = values[row] - values[home]
        interval = of_seeds(differences, level)
        rows.append(
            (
                int(known.points[row]),
                float(differences.mean()),
                float(interval.low),
                float(interval.high),
                unit,
                PAIRS,
                interval.how,
            )
        )
    return pd.DataFrame(rows, columns=["point", "effect", "low", "high", "unit", "how", "interval"])
