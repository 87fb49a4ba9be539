"""Random numbers that belong to a decision, a quarter and an entity, and to nothing else.

A uniform is a hash of (seed, decision, quarter) and the entity's stable id, so a policy that changes one place's
rate leaves every other entity's draw untouched, whatever the order, the number of threads or processes
(common random numbers). A stream per decision is not enough: one changed count shifts all draws behind it.

The hash is SplitMix64's output function (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number
generators", OOPSLA), applied twice to key + id · golden gamma.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nqpf.agents.typing import Floats, Ints

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64 bits, in place."""
    z ^= z >> np.uint64(30)
    z *= _M1
    z ^= z >> np.uint64(27)
    z *= _M2
    z ^= z >> np.uint64(31)
    return z


@dataclass(frozen=True, slots=True)
class Draws:
    """The random numbers of a run with one seed."""

    seed: int

    def key(self, decision: str, quarter: int) -> np.uint64:
        """Sixty-four bits that name a block of draws."""
        text = f"{self.seed}/{decision}/{quarter}".encode()
        return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))

    def uniform(self, decision: str, quarter: int, entity: Ints) -> Floats:
        """One uniform on (0, 1) for each entity id, same shape; never 0 or 1, so inverse CDFs are finite."""
        z = np.asarray(entity).astype(np.uint64)
        z *= _GAMMA
        z += self.key(decision, quarter)
        _mix(_mix(z))
        # The middle of one of 2^53 cells; 2^53 − 1 + ½ would round up to 1.
        return np.minimum(((z >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53, 1 - 2.0**-53)
