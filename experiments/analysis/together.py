"""Two factors of a grid together: cell means over all other factors and seeds, and how far the two interact.

Of cells m_ij, rows and columns of equal weight, the interaction is what both main effects leave,

    r_ij = m_ij − m_i· − m_·j + m_··,    σ² = mean r_ij²,    share = σ² / mean (m_ij − m_··)².

Whether it may be chance is told by how far it differs between seeds, which are blocks: with r_ijs of seed s, n seeds
and d = (I − 1)(J − 1),

    F = n Σ r_ij² (n − 1) / Σ (r_ijs − r_ij)²    with d and d (n − 1) degrees of freedom

(Fisher's analysis of variance of a randomised block design; it takes all contrasts of the interaction to be as noisy).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.experiments.analysis.cases import is_number, scaled
from nqpf.experiments.analysis.shifts import in_whole_sets, written

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.experiments.analysis.cases import Cases

_ROUNDING = 1e-12  # smaller parts of means are none


@dataclass(frozen=True, slots=True)
class Pair:
    """Cell means of two factors, as differences from the first cell of which there are runs."""

    cells: pd.DataFrame  # (n_values, n_values), axes bear the factors' names; not a number without runs
    unit: str
    first: tuple[int, int]  # row and column of the cell with which others are compared
    interaction: float  # σ, in the unit; not a number if a cell is missing
    share: float  # of the variance between cells; not a number if they do not differ, or one is missing
    p: float  # how probable so large an interaction is by chance; not a number with one seed

    @property
    def name(self) -> str:
        """Both factors."""
        return f"{self.cells.index.name} × {self.cells.columns.name}"

    @property
    def reference(self) -> str:
        """The cell with which others are compared, `x = 0.5, y = 1`."""
        axes = zip((self.cells.index, self.cells.columns), self.first, strict=True)
        return ", ".join(f"{axis.name} = {written(axis[k])}" for axis, k in axes)


def pairs_together(known: Cases) -> list[Pair]:
    """Of each pair of factors of a grid, the strongest interaction first.

    Points whose set, alike in all but the two, lacks a combination are left out, so that cells are means over the same
    settings of the others; where no set is whole, as in a cut-off grid of two factors, cells are of what there is.
    """
    values, unit = scaled(known.outcome, known.results)
    of_seed = pd.DataFrame(values)
    found = []
    for row, column in combinations(known.factors.columns, 2):
        whole = in_whole_sets(known.factors, [row, column])
        used = whole if whole.any() else np.ones(len(values), np.bool_)
        means = of_seed[used].groupby([known.factors[name][used] for name in (row, column)], sort=False).mean()
        axes = [
            pd.Index(sorted(axis) if is_number(known.factors[name]) else axis, name=name)
            for name in (row, column)
            for axis in [means.index.unique(name)]
        ]
        every = means.reindex(pd.MultiIndex.from_product(axes)).to_numpy(float)
        found.append(_pair(every.reshape(len(axes[0]), len(axes[1]), -1), axes, unit))
    return sorted(found, key=lambda pair: -np.nan_to_num(pair.interaction))


def _pair(by_seed: Floats, axes: list[pd.Index], unit: str) -> Pair:
    """Of cell means (n_rows, n_columns, n_seeds)."""
    m = by_seed.mean(2)
    row, column = np.unravel_index(int(np.isfinite(m).argmax()), m.shape)
    cells = pd.DataFrame(m - m[row, column], axes[0], axes[1])
    left = by_seed - by_seed.mean(0) - by_seed.mean(1, keepdims=True) + by_seed.mean((0, 1))
    left[np.abs(left) <= _ROUNDING * np.nanmax(np.abs(by_seed))] = 0.0
    r = left.mean(2)
    variance = float(((m - m.mean()) ** 2).mean())
    square = float((r**2).mean())
    share = square / variance if variance > 0 else np.nan
    return Pair(cells, unit, (int(row), int(column)), float(np.sqrt(square)), share, _by_chance(left))


def _by_chance(left: Floats) -> float:
    """Of the interaction of each seed, (n_rows, n_columns, n_seeds), the probability of F or more."""
    n_rows, n_columns, n = left.shape
    freedom = (n_rows - 1) * (n_columns - 1)
    if n < 2 or not freedom or not np.isfinite(left).all():
        return np.nan
    r = left.mean(2)
    above, below = n * float((r**2).sum()), float(((left - r[..., None]) ** 2).sum()) / (n - 1)
    if not below:
        return 0.0 if above else 1.0
    return float(stats.f.sf(above / below, freedom, freedom * (n - 1)))
