"""Along what a factor varies: a range of numbers, or values of which each is as frequent as the others.

A position on an axis is a number u from 0 to 1. A range is followed evenly, low + u (high − low); values by the inverse
of their distribution, the i-th of k for u from i/k on, so that uniform positions make every value equally frequent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nqpf.agents.typing import Floats

type Value = float | int | str | None
"""A factor's value: a number, a name, or null: never."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`; `steps` of them in a grid."""

    low: float
    high: float
    steps: int | None = None

    def at(self, position: Floats) -> Sequence[Value]:
        """The number at each position, both ends included, (n,)."""
        numbers = self.low + position * (self.high - self.low)
        return np.clip(numbers, self.low, self.high).tolist()  # rounding must not carry it past an end

    @property
    def grid(self) -> Sequence[Value]:
        """Evenly spaced numbers, both ends included."""
        return np.linspace(self.low, self.high, self.steps or 2).tolist()


@dataclass(frozen=True, slots=True)
class Choice:
    """Some values, in order."""

    values: tuple[Value, ...]

    def at(self, position: Floats) -> Sequence[Value]:
        """The value at each position, (n,)."""
        k = len(self.values)
        return [self.values[i] for i in np.minimum((position * k).astype(np.int64), k - 1).tolist()]

    @property
    def grid(self) -> Sequence[Value]:
        """All of them."""
        return self.values


Axis = Range | Choice
