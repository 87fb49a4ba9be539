"""Effects of a linear regression on all factors, for any number of outcomes at once, and which it cannot tell.

Of factors that vary only together least squares finds some split of their effect, by chance of the method. A column is
told only if no other mixture of columns makes up for it: with P the projector on the null space of the design, if
P_kk = 0; else the columns j with P_kj ≠ 0 are those it varies with.

The variance that points give a coefficient is the jackknife's, Σ_p (c_kp e_p / (1 − h_p))², e the residuals, h the
leverages, c the rows of the design's inverse (HC3: MacKinnon and White 1985): it needs neither a true line nor equal
noise. Resamples of few points often lack a value of a factor, and their intervals were ten times too wide.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nqpf.experiments.analysis.cases import is_number
from nqpf.experiments.analysis.resampling import Interval, are_plenty, of_both, of_draws, of_seeds, resamples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from nqpf.agents.typing import Floats

_RESAMPLES = 400  # each a regression
_ROUNDING = 1e-9  # smaller parts of the null space are none

type Ends = tuple[float | str, float | str]
"""The values of a factor from which and to which it goes."""


def order(column: pd.Series, first: str | None) -> list[str]:
    """Values of a factor of text, that with which others are compared in front."""
    return sorted(dict.fromkeys(column), key=lambda value: value != first)


class Regression:
    """Least squares on a constant and every factor: numbers as they are, values as indicators of all but the first."""

    def __init__(self, factors: pd.DataFrame, references: Mapping[str, str], values: Floats) -> None:
        self._values = values  # (n_points, n_seeds, n_outcomes)
        self._columns: list[tuple[str, Ends]] = []
        parts = [np.ones(len(factors))]
        for name in map(str, factors):
            column = factors[name]
            if is_number(column):
                x = column.to_numpy(float)
                self._columns.append((name, (float(x.min()), float(x.max()))))
                parts.append((x - x.min()) / (float(np.ptp(x)) or 1.0))
                continue
            first, *rest = order(column, references.get(name))
            for value in rest or [first]:
                self._columns.append((name, (first, value)))
                parts.append((column == value).to_numpy().astype(np.float64) * (value != first))
        self._design = np.column_stack(parts)  # (n_points, 1 + n_columns)

    @cached_property
    def reasons(self) -> dict[tuple[str, Ends], str]:
        """Why no effect is told, of each change of a factor of which none is."""
        found = {}
        for k, column in enumerate(self._columns, 1):
            others = np.flatnonzero(np.abs(self._null[k]) > _ROUNDING)
            names = dict.fromkeys(self._columns[j - 1][0] for j in others if j)
            if not self._design[:, k].any():
                found[column] = "does not vary"
            elif len(self._design) <= self._rank:
                found[column] = (
                    f"has no runs alike in all else, and {len(self._design)} points are too few to regress on"
                )
            elif len(others):
                found[column] = f"varies only together with {', '.join(name for name in names if name != column[0])}"
        return found

    def effects(self, name: str, *, fixed: bool, level: float) -> Iterator[tuple[Ends, Floats, Interval]]:
        """A factor's coefficients, (n_outcomes,), with their intervals.

        Over seeds if points are fixed, else over points, and seeds if there are several.
        """
        n_points, n_seeds, _ = self._values.shape
        freedom = n_points - self._rank
        for k in (k for k, column in enumerate(self._columns, 1) if column[0] == name and column not in self.reasons):
            by_seed = self._by_seed[k]
            if fixed:
                interval = of_seeds(by_seed, level)
            elif are_plenty(freedom, n_seeds):
                interval = of_draws(self._drawn[:, k], n_seeds, level)
            else:
                interval = of_both(by_seed, self._variance(k), freedom, level)
            yield self._columns[k - 1][1], by_seed.mean(0), interval

    @cached_property
    def _inverse(self) -> Floats:
        """Of the design, (1 + n_columns, n_points)."""
        return np.linalg.pinv(self._design, rcond=_ROUNDING)

    @cached_property
    def _by_seed(self) -> Floats:
        """Coefficients seed by seed, (1 + n_columns, n_seeds, n_outcomes)."""
        return np.tensordot(self._inverse, self._values, (1, 0))

    def _variance(self, k: int) -> Floats:
        """HC3 of a coefficient of the mean over seeds, (n_outcomes,)."""
        left = self._values.mean(1) - self._design @ self._by_seed.mean(1)
        free = 1 - np.einsum("pk,kp->p", self._design, self._inverse)
        weight = np.divide(self._inverse[k], free, out=np.zeros_like(free), where=free > _ROUNDING)  # else e_p is 0
        return weight**2 @ left**2

    @cached_property
    def _drawn(self) -> Floats:
        """Coefficients of resamples of points, and of seeds if several, (n_resamples, 1 + n_columns, n_outcomes)."""
        n_points, n_seeds, _ = self._values.shape
        drawn = []
        for s, p in resamples(n_seeds, n_points, _RESAMPLES):
            weighted = self._design * p[:, None]
            y = np.tensordot(s / s.sum(), self._values, (0, 1))
            drawn.append(np.linalg.lstsq(self._design.T @ weighted, weighted.T @ y, rcond=None)[0])
        return np.array(drawn)

    @cached_property
    def _squared(self) -> tuple[Floats, Floats]:
        """Singular values and right singular vectors of the design, (n,) and (1 + n_columns, 1 + n_columns)."""
        _, size, vectors = np.linalg.svd(np.linalg.qr(self._design, mode="r"))
        return size, vectors

    @property
    def _rank(self) -> int:
        size, _ = self._squared
        return int((size > _ROUNDING * size.max()).sum())

    @cached_property
    def _null(self) -> Floats:
        """The projector on what the design does not see, (1 + n_columns, 1 + n_columns)."""
        unseen = self._squared[1][self._rank :]
        return unseen.T @ unseen
