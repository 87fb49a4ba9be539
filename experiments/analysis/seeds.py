"""How many seeds are enough: the standard error of a mean against the number of replications.

With s the standard deviation of an outcome over seeds at a point (root of its mean square over points), the mean over n
seeds is known to ± t_{n−1} · s / √n. Of the difference between two points the same holds with √2 times the standard
deviation of what is left of an outcome less its point's and its seed's mean: common seeds take out what all points
share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from nqpf.experiments.analysis.cases import cases, scaled
from nqpf.experiments.paired.intervals import LEVEL
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nqpf.agents.typing import Floats

MOST_SEEDS = 1_000_000
LEVEL_OF, DIFFERENCE = "level", "difference"


def spread(runs: pd.DataFrame, outcome: str, factors: Sequence[str], *, level: float = LEVEL) -> pd.DataFrame:
    """Standard deviation over seeds of an outcome at a point, and of paired differences between points.

    A row for `level` and, of several points, one for `difference`: columns of, sd, its interval low to high, the unit
    of both, seeds, points.

    Raises
    ------
    InputError
        If there are fewer than two seeds.
    """
    known = cases(runs, outcome, factors)
    if len(known.seeds) < 2:
        raise InputError(f"{outcome}: one seed shows no spread; sweep with seeds = 2 or more")
    values, unit = scaled(outcome, known.results)
    size = float(np.abs(values).max())
    rows = [(LEVEL_OF, *_spread(values, size, level), unit, len(known.seeds), len(values))]
    if len(values) > 1:
        left = values - values.mean(0)  # less what a seed does to all points
        share = len(values) / (len(values) - 1)  # of the variance: the mean over points took some out
        differences = np.sqrt(2 * share) * left
        rows.append((DIFFERENCE, *_spread(differences, size, level), unit, len(known.seeds), len(values)))
    return pd.DataFrame(rows, columns=["of", "sd", "low", "high", "unit", "seeds", "points"])


def _spread(values: Floats, size: float, level: float) -> tuple[float, float, float]:
    """Root of the mean variance over points, (n_points, n_seeds), and its interval.

    Seeds are common to all points, so that points do not add freedom: χ² has that of the seeds alone.
    """
    variance, freedom = float(values.var(axis=1, ddof=1).mean()), values.shape[1] - 1
    variance *= variance > (1e-12 * size) ** 2  # or it is rounding
    ends = stats.chi2.ppf([(1 + level) / 2, (1 - level) / 2], freedom)
    low, high = np.sqrt(freedom * variance / ends)
    return float(np.sqrt(variance)), float(low), float(high)


def half_width_of(sd: float, n: int, level: float = LEVEL) -> float:
    """± t_{n−1} · sd / √n; without bound of one seed."""
    return float(stats.t.ppf((1 + level) / 2, n - 1) * sd / np.sqrt(n)) if n > 1 else float("inf")


def number_of_seeds(sd: float, half_width: float, level: float = LEVEL) -> int:
    """The smallest number of seeds whose interval is no wider than ± half_width; raises InputError beyond a million."""
    if half_width <= 0:
        raise InputError(f"a half-width of {half_width:g} is never reached; give one above 0")
    if sd == 0:
        return 2
    low, high = 1, 2
    while half_width_of(sd, high, level) > half_width:
        low, high = high, 2 * high
        if high > MOST_SEEDS:
            raise InputError(f"± {half_width:g} needs more than a million seeds; ask for a wider interval")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if half_width_of(sd, middle, level) > half_width else (low, middle)
    return high


def seeds_needed(
    runs: pd.DataFrame, outcome: str, factors: Sequence[str], half_width: float, *, level: float = LEVEL
) -> pd.DataFrame:
    """Seeds for an interval of ± half_width, on the scale of `unit`: per cent of levels.

    Columns of `level` and `difference`: as `spread`, then `needed`, and `now`, the half-width with the seeds there are.
    """
    table = spread(runs, outcome, factors, level=level)
    table["needed"] = [number_of_seeds(sd, half_width, level) for sd in table["sd"]]
    table["now"] = [half_width_of(sd, n, level) for sd, n in zip(table["sd"], table["seeds"], strict=True)]
    return table


def standard_errors(sd: float, numbers: Sequence[int]) -> pd.DataFrame:
    """Standard error s/√n by number of seeds: columns seeds, error."""
    return pd.DataFrame({"seeds": list(numbers), "error": [sd / np.sqrt(n) for n in numbers]})
