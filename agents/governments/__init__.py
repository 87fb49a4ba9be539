"""Governments: who taxes, transfers and spends."""

from __future__ import annotations

from nqpf.agents.window import Window


class RegionalGovernment(Window):
    """A province's government: it subsidises the more, the further it falls behind its macro-region.

    Attributes are the measures of level `province` (`gdp`, `industry_subsidy`, …); its rules stand in
    `nqpf.agents.governments.rules`.
    """

    level = "province"

    @property
    def effort(self) -> float:
        """Part of the allowed subsidy rate its cities pay, 0 to 1."""
        return float(self.model.now.effort[self.row])

    @property
    def targets(self) -> dict[str, int]:
        """How many of its cities target each sector, by sector id."""
        facts = self.model.facts
        count = self.model.now.targets[facts.places.province == self.row].sum(axis=0)
        return {name: int(n) for name, n in zip(facts.sectors.id, count, strict=True) if n}


class CentralGovernment(Window):
    """The centre: takes its share of tax; pays the mission, develops poles, gives back by residents and by tax.

    Attributes are the measures of level `nation`.
    """

    level = "nation"
