"""Intervals of means over seeds, and of estimates over points where a design has drawn them by chance.

Over seeds: of eighty seeds or more the bootstrap's interval is taken (bias-corrected and accelerated: Efron 1987); of
fewer Student's: resampling a few values falls short of its level. Of normal values an interval of 99 % missed the mean
in 6, 5, 2, 1.7, 1.7 and 1.4 of 100 samples of 8, 10, 20, 40, 60 and 80, Student's in 1; of exponential ones in 2.5, 1.9
and 1.4 of 40, 60 and 80, Student's in 3.0, 2.0 and 1.8.

Over drawn points and seeds: the half-width is √(t_s² v_s + t_p² v_p), v_s the variance over seeds of the estimate seed
by seed / n_seeds, v_p the one that the points alone give it, t Student's of either's degrees of freedom. It never falls
short of its level where both are normal (Banerjee 1960), as Satterthwaite's degrees of freedom do with two seeds: of
two seeds and 64 sets 3 to 8 of 100 missed. What both share counts twice: rather too wide (Owen 2007). One seed has no
v_s: what other seeds would show is not in it. Measured misses in 100 of pairs: 1.2, 1.4 and 1.0 of 3, 10 and 40 sets
with one seed; 0.2 to 1.0 of 64 sets × 2 seeds, 0.3 to 0.9 of 10 × 3, 0.4 to 0.9 of 20 × 5. From eighty sets and eighty
seeds (or one) on percentiles of resamples of both are taken: 1.3 to 1.6 of 100 × 80.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from nqpf.experiments.paired.intervals import LEVEL, half_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nqpf.agents.typing import Floats, Ints

RESAMPLES = 2000
_BATCH = 100
FEW = 80
"""Fewer seeds, or sets of points, than so many get Student's interval."""

BY_SEEDS, BY_POINTS, BY_BOTH = "bootstrap over seeds", "bootstrap over points", "bootstrap over points and seeds"
STUDENT, OF_POINTS, OF_BOTH = "Student over seeds", "Student over points", "Student over points and seeds"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Interval:
    """Ends of an interval, or of one for each of several outcomes, (…), and how they were found."""

    low: Floats
    high: Floats
    how: str

    @property
    def sign(self) -> Ints:
        """1 or −1 where it lies wholly above or below zero, else 0, as where there is none; (…)."""
        return (np.asarray(self.low) > 0).astype(np.int64) - (np.asarray(self.high) < 0)


def of_seeds(values: Floats, level: float = LEVEL) -> Interval:
    """Interval of the mean over seeds, (…), of values (n_seeds, …); none of a single seed."""
    mean = values.mean(0)
    if len(values) < 2:
        return no_interval(mean)
    half = half_width(values, level)
    low, high = np.array(mean - half), np.array(mean + half)
    varies = np.ptp(values, axis=0) > 1e-12 * np.abs(values).max(0)
    if len(values) < FEW or not varies.any():
        return Interval(low, high, STUDENT)
    found = stats.bootstrap(
        (values[..., varies] if varies.ndim else values,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=_BATCH,  # of many outcomes all resamples at once would fill the memory
        confidence_level=level,
        method="BCa",
        rng=np.random.default_rng(1),
    ).confidence_interval
    low[varies], high[varies] = found.low, found.high
    return Interval(low, high, BY_SEEDS)


def no_interval(estimate: Floats) -> Interval:
    """Not a number, of the shape of an estimate, (…)."""
    nothing = np.full(np.shape(estimate), np.nan)
    return Interval(nothing, nothing, NONE)


def are_plenty(n_points: int, n_seeds: int) -> bool:
    """Whether points, or sets of them, and seeds if several, are enough for percentiles of resamples."""
    return n_points >= FEW and (n_seeds == 1 or n_seeds >= FEW)


def of_both(by_seed: Floats, points: Floats, freedom: int, level: float = LEVEL) -> Interval:
    """Interval over points and seeds, (…), as the module says.

    Parameters
    ----------
    by_seed
        The estimate seed by seed, (n_seeds, …).
    points
        Variance of its mean over seeds by the points alone, (…).
    freedom
        Degrees of freedom of the points: their number, or that of their sets, less what is estimated from them.
    """
    n_seeds, estimate = len(by_seed), by_seed.mean(0)
    square = points * _quantile(level, freedom) ** 2
    if n_seeds > 1:
        square = square + half_width(by_seed, level) ** 2
    half = np.sqrt(square)
    return Interval(estimate - half, estimate + half, OF_BOTH if n_seeds > 1 else OF_POINTS)


def _quantile(level: float, freedom: int) -> float:
    return float(stats.t.ppf((1 + level) / 2, freedom))


def resamples(n_seeds: int, n_points: int, number: int) -> Iterator[tuple[Floats, Floats]]:
    """How often each seed, (n_seeds,), and each point, (n_points,), comes up in every resample; one seed is kept."""
    rng = np.random.default_rng(1)
    for _ in range(number):
        seeds = np.bincount(rng.integers(n_seeds, size=n_seeds), minlength=n_seeds).astype(float)
        points = np.bincount(rng.integers(n_points, size=n_points), minlength=n_points).astype(float)
        yield seeds, points


def of_draws(drawn: Floats, n_seeds: int, level: float = LEVEL) -> Interval:
    """Percentiles, (…), of a statistic's resamples, (n_resamples, …); those without any number are left out."""
    known = drawn[np.isfinite(drawn).reshape(len(drawn), -1).any(1)]
    if not len(known):
        return no_interval(np.empty(drawn.shape[1:]))
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Interval(low, high, BY_BOTH if n_seeds > 1 else BY_POINTS)
