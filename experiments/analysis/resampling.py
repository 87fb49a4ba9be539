"""Intervals of means over seeds, and over points where a design has drawn them by chance.

Of eight seeds or more the bootstrap's interval is taken (bias-corrected and accelerated: Efron 1987); of fewer
Student's: resampling a handful of values never leaves their range, and falls short of its level. Where points and seeds
were both drawn, both are resampled, independently (Owen 2007: the pigeonhole bootstrap, rather too wide).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from nqpf.experiments.paired.intervals import LEVEL, half_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nqpf.agents.typing import Floats

RESAMPLES = 2000
FEW = 8
"""Fewer seeds than so many get Student's interval."""

BY_SEEDS, STUDENT, BY_POINTS, NONE = "bootstrap over seeds", "Student over seeds", "bootstrap over points", "none"
BY_BOTH = "bootstrap over points and seeds"


@dataclass(frozen=True, slots=True)
class Interval:
    """Ends of an interval, and how they were found."""

    low: float
    high: float
    how: str

    @property
    def sign(self) -> int:
        """1 or −1 if it lies wholly above or below zero, else 0."""
        return int(self.low > 0) - int(self.high < 0)


def of_seeds(values: Floats, level: float = LEVEL) -> Interval:
    """Interval of the mean over seeds, one value each, (n_seeds,); none of a single seed."""
    mean = float(values.mean())
    if len(values) < 2:
        return Interval(np.nan, np.nan, NONE)
    if len(values) < FEW or np.ptp(values) <= 1e-12 * np.abs(values).max():
        half = float(half_width(values, level))
        return Interval(mean - half, mean + half, STUDENT)
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, confidence_level=level, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    return Interval(float(found.low), float(found.high), BY_SEEDS)


def resamples(n_seeds: int, n_points: int, number: int) -> Iterator[tuple[Floats, Floats]]:
    """How often each seed, (n_seeds,), and each point, (n_points,), comes up in every resample; one seed is kept."""
    rng = np.random.default_rng(1)
    for _ in range(number):
        seeds = np.bincount(rng.integers(n_seeds, size=n_seeds), minlength=n_seeds).astype(float)
        points = np.bincount(rng.integers(n_points, size=n_points), minlength=n_points).astype(float)
        yield seeds, points


def of_draws(drawn: Floats, n_seeds: int, level: float = LEVEL) -> Interval:
    """Percentiles of a statistic's resamples, (n_resamples,)."""
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return Interval(np.nan, np.nan, NONE)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), BY_BOTH if n_seeds > 1 else BY_POINTS)
