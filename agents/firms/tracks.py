"""Technology tracks: each sector starts on one, breakthroughs open others with higher ceilings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints


@dataclass(slots=True)
class Tracks:
    """Every track ever opened, in that order; a column has shape (n_tracks,)."""

    sector: Ints
    ceiling: Floats  # ln F at the start; all ceilings rise with the frontier
    origin: Ints  # place, −1 for the tracks of the start
    opened: Ints  # quarter

    def __len__(self) -> int:
        return len(self.sector)

    @classmethod
    def of_start(cls, ceiling: Floats, quarter: int) -> Tracks:
        """One track a sector, (n_sectors,) ceilings."""
        n = len(ceiling)
        return cls(np.arange(n), ceiling.copy(), np.full(n, -1), np.full(n, quarter))

    def open(self, sector: int, jump: float, origin: int, quarter: int) -> int:
        """A new track above all others of the sector; its number."""
        highest = self.ceiling[self.sector == sector].max()
        self.sector = np.append(self.sector, sector)
        self.ceiling = np.append(self.ceiling, highest + jump)
        self.origin = np.append(self.origin, origin)
        self.opened = np.append(self.opened, quarter)
        return len(self.sector) - 1
