"""Mean differences of paired runs with their intervals, and what they show of an expected sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from nqpf.experiments.paired.scales import per_cent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nqpf.agents.typing import Floats

LEVEL = 0.99
INTERVAL = f"{100 * LEVEL:g} % interval"
"""Head of a column."""

AS_EXPECTED, OPPOSITE, NOT_SHOWN = "as expected", "opposite", "no effect shown"


def half_width(differences: Floats, level: float = LEVEL) -> Floats:
    """Half of Student's interval of a mean over seeds, (…): t_{n−1} · s / √n of differences (n_seeds, …)."""
    n = len(differences)
    quantile = float(stats.t.ppf((1 + level) / 2, n - 1))
    return np.asarray(quantile * differences.std(axis=0, ddof=1) / np.sqrt(n))


@dataclass(frozen=True, slots=True)
class Effect:
    """A mean paired difference with its interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, differences: Sequence[float] | Floats, level: float = LEVEL) -> Effect:
        """Student's interval over seeds, one difference each; a single point if all are the same."""
        d = np.asarray(differences, dtype=float)
        if len(d) < 2:
            raise ValueError("an interval needs two seeds")
        half = float(half_width(d, level))
        return cls(float(d.mean()), float(d.mean()) - half, float(d.mean()) + half)

    def verdict(self, sign: str) -> str:
        """Whether the interval lies on the side of zero that the sign expects."""
        low, high = (self.low, self.high) if sign == "+" else (-self.high, -self.low)
        if low > 0:
            return AS_EXPECTED
        return OPPOSITE if high < 0 else NOT_SHOWN

    def shown(self, *, log: bool) -> tuple[str, str]:
        """Mean and interval as text: differences of logs in per cent, others with four digits."""
        mean, low, high = (_text(value, log=log) for value in (self.mean, self.low, self.high))
        return mean + " %" * log, f"{low} to {high}"


def _text(value: float, *, log: bool) -> str:
    return f"{per_cent(value):+.3f}" if log else f"{value:+.4g}"


def ratio(numerators: Floats, denominators: Floats) -> Effect | None:
    """Ratio of two means over the same seeds with Fieller's interval; None if the denominator may be zero.

    Ratios ρ whose mean(a − ρ b) a t-test does not reject lie between the roots of
    (b̄² − t² s_bb) ρ² − 2 (āb̄ − t² s_ab) ρ + ā² − t² s_aa, s the covariances of the means.
    """
    a, b = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    t2 = float(stats.t.ppf((1 + LEVEL) / 2, len(a) - 1)) ** 2
    (s_aa, s_ab), (_, s_bb) = np.cov(a, b, ddof=1) / len(a)
    square = b.mean() ** 2 - t2 * s_bb
    if square <= 0:
        return None
    half = a.mean() * b.mean() - t2 * s_ab
    root = float(np.sqrt(max(half**2 - square * (a.mean() ** 2 - t2 * s_aa), 0.0)))
    return Effect(float(a.mean() / b.mean()), float((half - root) / square), float((half + root) / square))
