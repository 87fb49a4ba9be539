"""What happened in a quarter that is no measure: values of policy that changed, firms that came and went."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.policy import Schedule

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.economy import RegionalEconomy

Event = tuple[str, int, int, str]
"""Kind, row of the city, row of the sector (−1: none is meant), detail as JSON."""


class Watch:
    """Finds a quarter's events.

    It keeps a schedule of its own: the economy's tells by the identity of arrays whether anything changed, and asking
    it for another quarter would disturb that.
    """

    def __init__(self, economy: RegionalEconomy) -> None:
        self._schedule = Schedule(economy.scenario, economy.facts)
        self._n_sectors = economy.n_sectors

    def policies(self, quarter: int) -> list[Event]:
        """Levers and shocks whose value is another than in the quarter before.

        One event for the nation if all places changed alike, else one for each place that changed.
        """
        before, now = self._schedule.at(quarter - 1), self._schedule.at(quarter)
        events: list[Event] = []
        for lever, values in now.items():
            events += _changes("policy", {"lever": lever}, before[lever], values)
        losses = self._schedule.supply_loss(quarter - 1), self._schedule.supply_loss(quarter)
        return events + _changes("shock", {"kind": "supply"}, *losses)

    def firms(self, kind: str, counts: Ints) -> list[Event]:
        """Entries or exits: one event for each cell that has any; counts (n_cells,)."""
        cells = np.flatnonzero(counts)
        return [
            (kind, *divmod(cell, self._n_sectors), f'{{"count": {count}}}')
            for cell, count in zip(cells.tolist(), counts[cells].tolist(), strict=True)
        ]


def _changes(kind: str, what: dict[str, str], before: Floats, now: Floats) -> list[Event]:
    changed = np.flatnonzero(before != now)
    pairs = [(float(before[i]), float(now[i])) for i in changed]
    if len(changed) == len(now) and len(set(pairs)) == 1:
        return [(kind, -1, -1, _detail(what, pairs[0]))]
    return [(kind, int(i), -1, _detail(what, pair)) for i, pair in zip(changed, pairs, strict=True)]


def _detail(what: dict[str, Any], pair: tuple[float, float]) -> str:
    return json.dumps({**what, "from": pair[0], "to": pair[1]})
