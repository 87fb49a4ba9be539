"""Random numbers of a decision, a quarter and an entity, and what is made of them by inverse CDF."""

from __future__ import annotations

import hashlib

from scipy import special, stats

_MASK = (1 << 64) - 1


def uniform(seed: int, decision: str, quarter: int, entity: int) -> float:
    """SplitMix64's output function applied twice to key + id · golden gamma, as a number on (0, 1)."""
    key = hashlib.blake2b(f"{seed}/{decision}/{quarter}".encode(), digest_size=8).digest()
    z = (int.from_bytes(key, "little") + entity * 0x9E3779B97F4A7C15) & _MASK
    for _ in range(2):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        z ^= z >> 31
    return min(((z >> 11) + 0.5) / 2**53, 1 - 2.0**-53)


def binomial(n: int, p: float, u: float) -> int:
    """Smallest count whose cumulative probability reaches u."""
    return int(stats.binom.ppf(u, n, p)) if n > 0 else 0


def poisson(mean: float, u: float) -> int:
    """Smallest count whose cumulative probability reaches u."""
    return int(stats.poisson.ppf(u, mean)) if mean > 0 else 0


def beta(u: float) -> float:
    """Quantile of Beta(2, 4)."""
    return float(special.betaincinv(2.0, 4.0, u))


def normal(u: float) -> float:
    """Quantile of the standard normal distribution."""
    return float(special.ndtri(u))


def pick(odds: list[float], u: float) -> int:
    """Position drawn with these odds: the first at which their running sum exceeds u times their total."""
    wanted, level, last = u * sum(odds), 0.0, 0
    for position, weight in enumerate(odds):
        level += weight
        if weight > 0:
            last = position
            if level > wanted:
                return position
    return last
