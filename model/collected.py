"""The `datacollector` that Mesa's own tools ask a model for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mesa import DataCollector

if TYPE_CHECKING:
    from nqpf.model.economy import RegionalEconomy


class Collected:
    """Part of an economy that has a `datacollector`, as `mesa.batch_run` and Mesa's plots read it."""

    _collector: DataCollector | None = None
    _collected: float | None = None
    """Mesa's time at which it was last looked at; None if it is the user's own."""

    @property
    def datacollector(self) -> DataCollector:
        """One's own if it was set, else one of all measures of the nation in the quarters in which it was looked at.

        Looking is what collects, for most runs have no use for what measuring every quarter costs.
        """
        economy: Any = self
        if self._collector is None:
            names = economy.nation_measures()
            self._collector = DataCollector(model_reporters={name: partial(_of_nation, name=name) for name in names})
            self._collected = -1.0
        if self._collected is not None and self._collected != economy.time:
            self._collected = economy.time
            self._collector.collect(economy)
        return self._collector

    @datacollector.setter
    def datacollector(self, value: DataCollector) -> None:
        self._collector, self._collected = value, None


def _of_nation(economy: RegionalEconomy, name: str) -> float:
    return economy.nation_measures()[name]
