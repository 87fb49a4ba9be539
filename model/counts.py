"""Whole people and firms by inverse CDF: binomials, Poisson counts and multinomials, a uniform per cell.

A multinomial is drawn as a chain of conditional binomials, one uniform per (origin, destination). Two policies that
differ in one origin share every draw of the others, and small changes of odds move few people.
"""

from __future__ import annotations

from math import erfc, exp, log, sqrt
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.draws import Draws

_EXACT_BELOW = 40.0
"""Variance below which a binomial is summed term by term; above it the expansion errs by less than a person."""


@numba.njit(cache=True)
def _normal_quantile(u: float) -> float:
    """Φ⁻¹(u) by Acklam's rational approximation and one step of Halley's method: within 1e-8."""
    if u < 0.02425 or u > 1 - 0.02425:
        q = sqrt(-2 * log(min(u, 1 - u)))
        x = (
            (
                (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734)
                * q
                + 4.374664141464968
            )
            * q
            + 2.938163982698783
        ) / (
            (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q
            + 1
        )
        if u > 0.5:
            x = -x
    else:
        q = u - 0.5
        r = q * q
        x = (
            (
                (
                    (
                        ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
                        + 1.383577518672690e02
                    )
                    * r
                    - 3.066479806614716e01
                )
                * r
                + 2.506628277459239
            )
            * q
        ) / (
            (
                (
                    ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                    + 6.680131188771972e01
                )
                * r
                - 1.328068155288572e01
            )
            * r
            + 1
        )
    e = 0.5 * erfc(-x / sqrt(2.0)) - u
    step = e * sqrt(2.0 * np.pi) * exp(x * x / 2.0)
    return x - step / (1.0 + x * step / 2.0)


@numba.njit(cache=True)
def _binomial_quantile(n: int, p: float, u: float) -> int:
    """Smallest k with P(Binomial(n, p) ≤ k) ≥ u.

    Large variances use the Cornish-Fisher expansion to second order (Abramowitz and Stegun 26.2.49), which is a
    step function of the same u, so coupling is kept.
    """
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if u <= 1.0 - n * p:
        return 0  # (1 − p)^n ≥ 1 − np: most pairs of places end here
    variance = n * p * (1.0 - p)
    if variance > _EXACT_BELOW:
        z = _normal_quantile(u)
        sd = sqrt(variance)
        skewness = (1.0 - 2.0 * p) / sd
        excess = (1.0 - 6.0 * p * (1.0 - p)) / variance
        x = (
            z
            + skewness * (z * z - 1.0) / 6.0
            + excess * (z**3 - 3.0 * z) / 24.0
            - skewness**2 * (2.0 * z**3 - 5.0 * z) / 36.0
        )
        return min(max(int(np.floor(n * p + sd * x + 0.5)), 0), n)
    flip = p > 0.5
    if flip:
        p = 1.0 - p
        # P(n − k' ≤ k) ≥ u asks for the upper quantile of k'.
        u = 1.0 - u
    term = exp(n * np.log1p(-p))
    total = term
    odds = p / (1.0 - p)
    k = 0
    while total < u and k < n:
        k += 1
        term *= (n - k + 1) / k * odds
        total += term
        if term < 1e-18 and k > n * p:
            break
    return n - k if flip else k


@numba.njit(cache=True)
def _mix(z: Any) -> Any:
    """SplitMix64's output function; the same as in `draws`."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@numba.njit(cache=True)
def _uniform(key: Any, entity: int) -> float:
    """The uniform `Draws.uniform` gives to this entity."""
    z = _mix(_mix(np.uint64(key) + np.uint64(entity) * np.uint64(0x9E3779B97F4A7C15)))
    return min((float(z >> np.uint64(11)) + 0.5) * 2.0**-53, 1 - 2.0**-53)


@numba.njit(cache=True)
def _moves(people: Ints, odds: Floats, key: int, out: Ints) -> None:
    """Fill out[i, j] with people of i who go to j; rows of odds sum to one."""
    n = odds.shape[0]
    for i in range(n):
        left = people[i]
        rest = 1.0
        # Staying is by far the likeliest and goes first: what follows are small binomials, cheap and exact.
        for step in range(n):
            j = i if step == 0 else (step - 1 if step - 1 < i else step)
            if left == 0:
                out[i, j] = 0
                continue
            if step == n - 1:
                out[i, j] = left
                break
            p = min(1.0, odds[i, j] / rest) if rest > 1e-15 else 1.0
            k = _binomial_quantile(left, p, _uniform(key, i * n + j))
            out[i, j] = k
            left -= k
            rest -= odds[i, j]


@numba.njit(cache=True)
def _binomials(n: Ints, p: Floats, u: Floats, out: Ints) -> None:
    for i in range(n.shape[0]):
        out[i] = _binomial_quantile(n[i], p[i], u[i])


@numba.njit(cache=True)
def _poisson_quantile(mean: float, u: float) -> int:
    """Smallest k with P(Poisson(mean) ≤ k) ≥ u; large means by the same expansion."""
    if mean > _EXACT_BELOW:
        z = _normal_quantile(u)
        sd = sqrt(mean)
        x = z + (z * z - 1.0) / (6.0 * sd) + (z**3 - 3.0 * z) / (24.0 * mean) - (2.0 * z**3 - 5.0 * z) / (36.0 * mean)
        return max(int(np.floor(mean + sd * x + 0.5)), 0)
    term = exp(-mean)
    total = term
    k = 0
    while total < u:
        k += 1
        term *= mean / k
        total += term
        if term < 1e-18 and k > mean:
            break
    return k


@numba.njit(cache=True)
def _poissons(mean: Floats, u: Floats, out: Ints) -> None:
    for i in range(mean.shape[0]):
        out[i] = _poisson_quantile(mean[i], u[i])


def poisson(mean: Floats, u: Floats) -> Ints:
    """Poisson counts by inverse CDF; both of shape (k,), u uniform on (0, 1)."""
    out = np.empty(mean.shape, np.int64)
    _poissons(np.ascontiguousarray(mean), u, out)
    return out


def binomial(n: Ints, p: Floats, u: Floats) -> Ints:
    """Binomial counts by inverse CDF; all of shape (k,), u uniform on (0, 1)."""
    out = np.empty(n.shape, np.int64)
    _binomials(np.ascontiguousarray(n), np.broadcast_to(p, n.shape).astype(np.float64), u, out)
    return out


def coupled_moves(people: Ints, odds: Floats, draws: Draws, decision: str, quarter: int) -> Ints:
    """Destinations of whole people, (n, n), row i adding up to people[i]; odds (n, n) with rows summing to one."""
    out = np.empty(odds.shape, np.int64)
    _moves(np.ascontiguousarray(people), np.ascontiguousarray(odds), draws.key(decision, quarter), out)
    return out
