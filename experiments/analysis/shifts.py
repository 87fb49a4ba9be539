"""How outcomes shift with a factor, for any number of outcomes at once: the arithmetic behind `effects`.

`effects` says what is computed. Values are (n_points, n_seeds, n_outcomes) on the scale on which they are compared;
outcomes may be the places of a map, and nothing here loops over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

import numpy as np

from nqpf.experiments.analysis.cases import is_number
from nqpf.experiments.analysis.regression import Regression, order
from nqpf.experiments.analysis.resampling import (
    RESAMPLES,
    Interval,
    are_plenty,
    no_interval,
    of_both,
    of_draws,
    of_seeds,
    resamples,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from nqpf.agents.typing import Bools, Floats, Ints

PAIRS, REGRESSION = "pairs", "regression"

_ROUNDING = 1e-12  # smaller parts of a sum are none
_AT_ONCE = 1 << 22  # weights of resamples held in memory


@dataclass(frozen=True, slots=True)
class Shift:
    """What going from one value of a factor to another changes, by outcome, (n_outcomes,)."""

    factor: str
    start: float | str
    end: float | str
    effect: Floats
    interval: Interval
    how: str  # PAIRS or REGRESSION
    sets: int

    @property
    def change(self) -> str:
        """From what to what."""
        return f"{written(self.start)} → {written(self.end)}"


def written(value: float | str) -> str:
    """A factor's value as text, numbers with three digits."""
    return value if isinstance(value, str) else f"{value:.3g}"


def alike(factors: pd.DataFrame, names: Sequence[str]) -> Ints:
    """Sets of points that differ in these factors alone, by number, (n_points,)."""
    others = [name for name in factors.columns if name not in names]
    if not others:
        return np.zeros(len(factors), np.int64)
    return np.asarray(factors.groupby(others, sort=False).ngroup(), dtype=np.int64)


def in_whole_sets(factors: pd.DataFrame, names: Sequence[str]) -> Bools:
    """Points of sets that have every combination of these factors' values, (n_points,): means over sets are fair."""
    sets = alike(factors, names)
    whole: Bools = np.bincount(sets) == int(np.prod([factors[name].nunique() for name in names]))
    return whole[sets]


def shifts(
    factors: pd.DataFrame,
    values: Floats,
    chosen: Sequence[str],
    references: Mapping[str, str],
    *,
    fixed: bool,
    level: float,
) -> Iterator[Shift]:
    """Effects of the chosen factors: from sets of points alike in all else, or of a regression if there are none.

    Of drawn points a single set is as good as none: nothing tells how far another would differ.
    """
    fitted = Regression(factors, references, values)
    for name in chosen:
        found = list(_pairs(factors, values, name, references.get(name), fixed=fixed, level=level))
        if not any(fixed or one.sets > 1 for one in found):
            found = [
                Shift(name, *ends, effect, interval, REGRESSION, len(factors))
                for ends, effect, interval in fitted.effects(name, fixed=fixed, level=level)
            ] or found
        yield from found


def steps(
    factors: pd.DataFrame, values: Floats, name: str, reference: float, *, fixed: bool, level: float
) -> Iterator[Shift]:
    """Of a factor of numbers the shift from one value to each other, over sets that have both, in rising order."""
    x = factors[name].to_numpy(float)
    for value in np.unique(x[x != reference]).tolist():
        yield from _between(factors, values, name, (reference, value), fixed=fixed, level=level)


def _pairs(
    factors: pd.DataFrame, values: Floats, name: str, reference: str | None, *, fixed: bool, level: float
) -> Iterator[Shift]:
    """Effects from sets of points alike in all but the factor; none if there are no such sets."""
    column = factors[name]
    if is_number(column):
        x = column.to_numpy(float)
        if np.ptp(x) > 0:
            ends = float(x.min()), float(x.max())
            yield from _made(_line(x, values, alike(factors, [name])), np.ptp(x), (name, *ends), fixed, level)
        return
    first, *rest = order(column, reference)
    for value in rest:
        yield from _between(factors, values, name, (first, value), fixed=fixed, level=level)


def _between[V: (float, str)](
    factors: pd.DataFrame, values: Floats, name: str, ends: tuple[V, V], *, fixed: bool, level: float
) -> Iterator[Shift]:
    """The mean difference between two values, over sets that have both."""
    chosen = factors[name].isin(ends).to_numpy()
    x = (factors[name][chosen] == ends[1]).to_numpy().astype(np.float64)
    sets = alike(factors, [name])[chosen]
    yield from _made(_line(x, values[chosen], sets), 1.0, (name, *ends), fixed, level)


def _line(x: Floats, values: Floats, group: Ints) -> tuple[Floats, Floats]:
    """Σ (x − x̄)(y − ȳ) by set, seed and outcome, and Σ (x − x̄)² by set, of sets in which x varies."""
    _, group, size = np.unique(group, return_inverse=True, return_counts=True)
    away = x - (np.bincount(group, x) / size)[group]
    square = np.bincount(group, away**2)
    together = np.argsort(group, kind="stable")
    firsts = np.concatenate([[0], np.cumsum(size)[:-1]])
    product = np.add.reduceat(away[together, None, None] * values[together], firsts, axis=0)
    largest = np.abs(values).max((0, 1), initial=0.0) * np.abs(away).max(initial=0.0)
    product[np.abs(product) <= _ROUNDING * largest] = 0.0
    varies = square > _ROUNDING * max(np.abs(x).max(initial=0.0), 1e-300) ** 2
    return product[varies], square[varies]


def _made[V: (float, str)](
    line: tuple[Floats, Floats], span: float, change: tuple[str, V, V], fixed: bool, level: float
) -> Iterator[Shift]:
    product, square = line
    n_sets, n_seeds, _ = product.shape
    if not n_sets:
        return
    by_seed = span * product.sum(0) / square.sum()
    if fixed:
        interval = of_seeds(by_seed, level)
    elif n_sets == 1:
        interval = no_interval(by_seed[0])
    elif are_plenty(n_sets, n_seeds):
        interval = of_draws(_resampled(product, square, span), n_seeds, level)
    else:
        left = product.mean(1) - square[:, None] * by_seed.mean(0) / span
        points = (span / square.sum()) ** 2 * (left**2).sum(0) * n_sets / (n_sets - 1)  # of a ratio of sums over sets
        interval = of_both(by_seed, points, n_sets - 1, level)
    yield Shift(*change, by_seed.mean(0), interval, PAIRS, n_sets)


def _resampled(product: Floats, square: Floats, span: float) -> Floats:
    """The effect of every resample of seeds and sets, (n_resamples, n_outcomes)."""
    n_sets, n_seeds, _ = product.shape
    found = []
    for drawn in batched(resamples(n_seeds, n_sets, RESAMPLES), max(1, _AT_ONCE // n_sets)):
        seeds, sets = (np.stack(part) for part in zip(*drawn, strict=True))
        above = sum(seeds[:, s, None] * (sets @ product[:, s]) for s in range(n_seeds))
        found.append(span * np.asarray(above) / (seeds.sum(1) * (sets @ square))[:, None])
    return np.concatenate(found)
