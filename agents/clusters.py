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

    @property
    def coordination(self) -> dict[str, float]:
        """How deeply its members are integrated, factor by factor, as policy has it: 0 the status quo, 1 the most.

        For data the status quo is a pool by province: the share of pairs of members whose data reach each other.
        """
        levers, members = self.model.levers, self.members
        data = self.model.data_access[np.ix_(members, members)] > 0
        pairs = len(members) * (len(members) - 1)
        return {
            "transport": float(levers["transport_gain.within"][members].mean()),
            "labour": float(levers["hukou_easing.labour"][members].mean()),
            "talent": float(levers["hukou_easing.talent"][members].mean()),
            "capital": float(levers["equity_integration"][members].mean()),
            "collaboration": 1 - float(levers["collaboration_friction.within"][members].mean()),
            "data": float(data.sum() - len(members)) / pairs if pairs else 1.0,
        }
