"""Anderson acceleration of a fixed-point map (Walker and Ni 2011, SIAM J. Numer. Anal. 49, algorithm AA)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats


class Anderson:
    """Remembers the last few steps of x ↦ g(x) and proposes the next x.

    SciPy's `optimize.anderson` searches lines and owns the loop; here the loop belongs to the caller, who renormalises
    between steps.
    """

    def __init__(self, memory: int = 5, longest_step: float = 3.0, rcond: float = 1e-12) -> None:
        self._dg: deque[Floats] = deque(maxlen=memory)
        self._df: deque[Floats] = deque(maxlen=memory)
        self._last: tuple[Floats, Floats] | None = None
        self._longest_step = longest_step
        self._rcond = rcond

    def next(self, x: Floats, g: Floats) -> Floats:
        """The next iterate from x and g(x), both (n,); falls back to g(x), forgetting, when the step is too long."""
        f = g - x
        if self._last is not None:
            self._dg.append(g - self._last[0])
            self._df.append(f - self._last[1])
        self._last = (g, f)
        if not self._df:
            return g
        weights = np.linalg.lstsq(np.array(self._df).T, f, rcond=self._rcond)[0]
        proposal: Floats = g - weights @ np.array(self._dg)
        if np.abs(proposal - x).max() > self._longest_step:
            self._dg.clear()
            self._df.clear()
            return g
        return proposal
