"""City clusters: groups of cities that integrate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.window import Window

if TYPE_CHECKING:
    from nqpf.agents.typing import Ints


class CityCluster(Window):
    """One of the plan's city clusters; attributes are the measures of level `cluster`."""

    level = "cluster"

    @property
    def members(self) -> Ints:
        """Rows of its member cities, (n_members,)."""
        regions = self.model.facts.regions
        return np.flatnonzero(regions.member[regions.index(self.code)])
