"""Cities: where people live and firms produce."""

from __future__ import annotations

from nqpf.agents.window import Window


class City(Window):
    """One place of the network: its residents, its firms' totals, its prices.

    Attributes are the measures of level `city` (`talent`, `gdp`, `wage_talent`, …; see `nqpf.model.measures`).
    """

    level = "city"

    @property
    def province(self) -> int:
        """Row of its province."""
        return int(self.model.facts.places.province[self.row])

    @property
    def targets(self) -> tuple[str, ...]:
        """Ids of the sectors its government targets."""
        chosen = self.model.now.targets[self.row]
        return tuple(name for name, target in zip(self.model.facts.sectors.id, chosen, strict=True) if target)

    @property
    def cluster(self) -> str | None:
        """Id of its one city cluster, None outside of all."""
        regions = self.model.facts.regions
        position = int(regions.cluster[self.row])
        return None if position < 0 else str(regions.id[regions.of_level("cluster")[position]])
