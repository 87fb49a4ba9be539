"""City clusters: groups of cities that integrate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.window import Window

if TYPE_CHECKING:
    from nqpf.agents.typing import Ints


_COORDINATING = (
    *("transport_gain.within", "collaboration_friction.within", "hukou_easing.labour", "hukou_easing.talent"),
    *("equity_integration", "border_capital"),
)


class CityCluster(Window):
    """One of the plan's city clusters; attributes are the measures of level `cluster`."""

    level = "cluster"

    @property
    def members(self) -> Ints:
        """Rows of its member cities, (n_members,)."""
        regions = self.model.facts.regions
        return np.flatnonzero(regions.member[regions.index(self.code)])

    @property
    def coordination(self) -> dict[str, float]:
        """Mean over its members of the levers that integrate a cluster, by name."""
        return {lever: float(self.model.levers[lever][self.members].mean()) for lever in _COORDINATING}

    @property
    def shared_data(self) -> float:
        """Part of the pairs of its members whose data reach each other; 1 for a cluster of one."""
        members = self.members
        pairs = len(members) * (len(members) - 1)
        reach = self.model.data_access[np.ix_(members, members)] > 0
        return float(reach.sum() - len(members)) / pairs if pairs else 1.0
