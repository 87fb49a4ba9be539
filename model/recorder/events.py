"""What happened in a quarter that is no measure: values of policy that changed, firms that came and went."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.levers import LEVERS
from nqpf.model.policy import Schedule
from nqpf.model.rules import SHOCKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from nqpf.agents.typing import Ints
    from nqpf.model.economy import RegionalEconomy
    from nqpf.model.processes.breakthroughs import Consortia
    from nqpf.model.processes.turnover import Turnover

KINDS = ("policy", "shock", "entry", "exit", "relocation", "attempt", "breakthrough")
"""Every kind of event; an attempt that succeeds is a breakthrough."""

Event = tuple[str, int, int, int, str]
"""Kind, row of the city, row of the sector, firm's id (−1: none is meant), detail as JSON."""


class Watch:
    """Finds a quarter's events.

    It keeps a schedule of its own: the economy's tells by the identity of arrays whether anything changed, and asking
    it for another quarter would disturb that.
    """

    def __init__(self, economy: RegionalEconomy) -> None:
        self._schedule = Schedule(economy.scenario, economy.facts)
        self._n_sectors = economy.n_sectors
        self._code = economy.facts.places.code
        self._sector = economy.facts.sectors.id

    def policies(self, quarter: int) -> list[Event]:
        """Levers and shocks whose value is another than in the quarter before.

        One event for the nation if all places changed alike, else one for each place that changed.
        """
        before, now = self._schedule.at(quarter - 1), self._schedule.at(quarter)
        events: list[Event] = []
        for lever, values in now.items():
            events += _changes("policy", {"lever": lever}, before[lever], values, LEVERS[lever].decode)
        for kind in SHOCKS:
            losses = self._schedule.shock(kind, quarter - 1), self._schedule.shock(kind, quarter)
            events += _changes("shock", {"kind": kind}, *losses, float)
        return events

    def firms(self, kind: str, counts: Ints) -> list[Event]:
        """Entries or exits: one event for each cell that has any; counts (n_cells,)."""
        cells = np.flatnonzero(counts)
        return [
            (kind, *divmod(cell, self._n_sectors), -1, f'{{"count": {count}}}')
            for cell, count in zip(cells.tolist(), counts[cells].tolist(), strict=True)
        ]

    def moves(self, turnover: Turnover) -> list[Event]:
        """Relocations: one event for each firm, where it arrived."""
        events: list[Event] = []
        for firm, old, new in zip(*(a.tolist() for a in _moved(turnover)), strict=True):
            city, sector = divmod(new, self._n_sectors)
            events.append(("relocation", city, sector, firm, json.dumps({"from": self._code[old // self._n_sectors]})))
        return events

    def consortia(self, consortia: Consortia) -> list[Event]:
        """Attempts at a breakthrough and those that succeeded, with every partner of the consortium."""
        events: list[Event] = []
        for k, track in enumerate(consortia.track.tolist()):
            partners = [
                {"component": self._sector[component], "city": self._code[city], "firm": firm}
                for component, city, firm in zip(
                    consortia.component[k].tolist(),
                    consortia.partner_city[k].tolist(),
                    consortia.partner_firm[k].tolist(),
                    strict=True,
                )
                if component >= 0
            ]
            detail: dict[str, Any] = {"chance": consortia.chance[k].item(), "partners": partners}
            if track >= 0:
                detail["track"] = track
            kind = "breakthrough" if track >= 0 else "attempt"
            place = int(consortia.city[k]), int(consortia.sector[k]), int(consortia.firm[k])
            events.append((kind, *place, json.dumps(detail, allow_nan=False)))
        return events


def _moved(turnover: Turnover) -> tuple[Ints, Ints, Ints]:
    return turnover.moved, turnover.moved_from, turnover.moved_to


def _changes(
    kind: str, what: dict[str, str], before: NDArray[Any], now: NDArray[Any], decode: Callable[[Any], object]
) -> list[Event]:
    changed = np.flatnonzero(before != now)
    pairs = [(decode(before[i]), decode(now[i])) for i in changed]
    if len(changed) == len(now) and len(set(pairs)) == 1:
        return [(kind, -1, -1, -1, _detail(what, pairs[0]))]
    return [(kind, int(i), -1, -1, _detail(what, pair)) for i, pair in zip(changed, pairs, strict=True)]


def _detail(what: dict[str, Any], pair: tuple[object, object]) -> str:
    return json.dumps({**what, "from": pair[0], "to": pair[1]}, allow_nan=False)
