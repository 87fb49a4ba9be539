"""The economy as Mesa's own tools like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nqpf.model.economy import RegionalEconomy

if TYPE_CHECKING:
    from nqpf.model.scenario import Scenario


class WatchedEconomy(RegionalEconomy):
    """A `RegionalEconomy` for `mesa.batch_run` and `SolaraViz`.

    Its `datacollector` has the base quarter and every quarter since, not only those in which somebody looked. Its
    `scenario` is None: Mesa's page takes whatever stands there for a scenario of Mesa's kind, and makes another of it
    when it starts anew.
    """

    def __init__(self, scenario: Scenario | str | None = None, *, rng: int | None = None, **levers: Any) -> None:
        super().__init__(scenario, rng=rng, **levers)
        self._look()

    @property
    def scenario(self) -> Any:
        """None, see above."""
        return None

    @scenario.setter
    def scenario(self, value: Any) -> None:
        self._scenario = value

    def step(self) -> None:
        """Advance one quarter, and collect."""
        super().step()
        self._look()

    def _look(self) -> None:
        _ = self.datacollector
