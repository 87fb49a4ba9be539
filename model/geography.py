"""Where places are and how long it takes from one to another, quarter by quarter.

Times are door to door, in minutes. By road: terminal + detour · distance / speed. By rail: access + the shortest
chain of rides, each change costing a transfer. Then the shortest chain of both, T_ij = min_k T_ik + T_kj, so that a
place without a station drives to one. Rides begin when their lines open (`nqpf.model.transport.services`), so times
change only then.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import floyd_warshall

from nqpf.model.transport.distances import great_circle, inside_minutes, neighbours, road_minutes
from nqpf.model.transport.parameters import Transport
from nqpf.model.transport.services import rail_rides

if TYPE_CHECKING:
    from collections.abc import Callable

    import networkx as nx

    from nqpf.agents.typing import Bools, Floats
    from nqpf.model.facts import Facts

_KEPT = 64
"""Matrices kept, of the latest sets of open lines asked for, 0.9 MB each for 336 places: enough for 2010 to 2025."""


class Geography:
    """Distances, the transport network and travel times between the places of `facts`.

    Every array it returns is shared and read-only. Lines that open after the quarter `start`, the first simulated, are
    late by `rail_delay`.
    """

    def __init__(self, facts: Facts, transport: Transport | None = None, start: int = 0) -> None:
        self.transport = transport or Transport()
        self._facts = facts
        places = facts.places
        self.distance: Floats = _shared(great_circle(places.latitude, places.longitude))
        """Great-circle distances, (n_places, n_places), km."""
        self._road = road_minutes(self.distance, self.transport)
        self._inside = inside_minutes(places.area_km2, self._road, self.transport)
        edges, rides = rail_rides(facts.rail_edges, facts.rail_times, places.code, self.distance, self.transport)
        # Only now, for timetables tell paces and ways by the months in which lines did open.
        late = round(4 * self.transport.rail_delay)
        self._edges, self._rides = replace(edges, rides=edges.rides.delayed(start, late)), rides.delayed(start, late)
        cluster = facts.regions.cluster
        self._same_cluster: Bools = (cluster[:, None] == cluster) & (cluster >= 0)
        self._openings = np.unique(self._rides.opened)
        self._cache: OrderedDict[tuple[object, ...], Floats] = OrderedDict()

    def opened(self, quarter: int) -> int:
        """Last quarter up to `quarter` in which a ride began (0 if none did): times differ only where this differs."""
        begun = self._openings[self._openings <= quarter]
        return int(begun[-1]) if len(begun) else 0

    def rail_time(self, quarter: int) -> Floats:
        """Minutes from station to station with changes, (n_places, n_places); inf where no train goes, 0 diagonal."""
        return self._kept("rail", self.opened(quarter), self._rail)

    def travel_time(self, quarter: int, gain_within: Floats | float = 0.0, gain_across: Floats | float = 0.0) -> Floats:
        """Minutes from door to door, (n_places, n_places): symmetric, positive, its diagonal the time inside a place.

        Parameters
        ----------
        quarter
            Whose open lines count.
        gain_within, gain_across
            Share of the time saved between places of one primary cluster, and between all others; a number, or one for
            each place, (n_places,), in [0, 1).

        Returns
        -------
        Floats
            T_ij · (1 − (g_i + g_j) / 2): a pair gains the mean of its two ends, so that a region that improves its own
            ends alone gets half, and two that both do get all. Times inside a place stay.

        Raises
        ------
        ValueError
            If a gain is outside [0, 1) or has another shape.
        """
        n, opened = len(self.distance), self.opened(quarter)
        within, across = _gain(gain_within, n), _gain(gain_across, n)
        if not within.any() and not across.any():
            return self._kept("door", opened, self._door)
        key = within.tobytes() + across.tobytes()
        return self._kept("gain", opened, lambda o: self._gained(self.travel_time(o), within, across), key)

    def high_speed(self, quarter: int) -> Bools:
        """Whether a place is on an open high-speed line, (n_places,)."""
        edges, on_line = self._edges, np.zeros(len(self.distance), dtype=np.bool_)
        usable = edges.high_speed & (edges.rides.opened <= quarter)
        on_line[edges.rides.origin[usable]] = on_line[edges.rides.destination[usable]] = True
        return on_line

    def graph(self, quarter: int) -> nx.Graph:
        """Lines open in a quarter and roads between neighbouring places, as a frozen graph.

        Nodes are city codes with name_en, name_zh, province (code), tier, latitude, longitude; edges have mode
        (high_speed, rail or road), minutes (station to station, or on the road), distance_km, line and opened (the
        first quarter, as a number; both None for roads). Of parallel lines the fastest; a line hides the road beside
        it. Direct trains of the timetables, which `travel_time` knows, are not edges.
        """
        import networkx as nx  # noqa: PLC0415  # a run that draws no network need not load it

        opened = max((int(q) for q in self._edges.rides.opened if q <= quarter), default=0)
        if opened not in self._graphs:
            self._graphs[opened] = nx.freeze(self._build_graph(nx.Graph(), opened))
        return self._graphs[opened]

    @cached_property
    def _graphs(self) -> dict[int, nx.Graph]:
        return {}

    @cached_property
    def _roads(self) -> Bools:
        return neighbours(self.distance)

    def _build_graph(self, graph: nx.Graph, opened: int) -> nx.Graph:
        places, edges, code = self._facts.places, self._edges, self._facts.places.code
        for row, city in enumerate(code):
            graph.add_node(
                city,
                name_en=places.name_en[row],
                name_zh=places.name_zh[row],
                province=self._facts.provinces.code[places.province[row]],
                tier=places.tier[row],
                latitude=float(places.latitude[row]),
                longitude=float(places.longitude[row]),
            )
        for a, b in np.argwhere(np.triu(self._roads)):
            minutes = float(self._road[a, b] - self.transport.road_terminal)
            km = float(self.distance[a, b])
            graph.add_edge(code[a], code[b], mode="road", minutes=minutes, distance_km=km, line=None, opened=None)
        usable = np.flatnonzero(edges.rides.opened <= opened)
        for row in usable[np.argsort(-edges.rides.minutes[usable], kind="stable")]:  # the fastest is written last
            a, b = edges.rides.origin[row], edges.rides.destination[row]
            graph.add_edge(
                code[a],
                code[b],
                mode="high_speed" if edges.high_speed[row] else "rail",
                minutes=float(edges.rides.minutes[row]),
                distance_km=float(self.distance[a, b]),
                line=edges.lines[edges.line[row]],
                opened=int(edges.rides.opened[row]),
            )
        return graph

    def _rail(self, opened: int) -> Floats:
        rides = self._rides.fastest(len(self.distance), opened)
        if np.isinf(rides).all():
            np.fill_diagonal(rides, 0.0)
            return rides
        # Every ride pays a transfer and the chain gets one back: k rides have k − 1 changes.
        change = self.transport.rail_transfer
        chained = floyd_warshall(rides + change, directed=False) - change
        np.fill_diagonal(chained, 0.0)
        return chained

    def _door(self, opened: int) -> Floats:
        minutes = np.minimum(self._road, self._rail(opened) + self.transport.rail_access)
        chained: Floats = floyd_warshall(minutes, directed=False)
        np.fill_diagonal(chained, self._inside)
        return chained

    def _gained(self, minutes: Floats, within: Floats, across: Floats) -> Floats:
        end = np.where(self._same_cluster, within[:, None], across[:, None])
        factor = 1 - (end + end.T) / 2
        np.fill_diagonal(factor, 1.0)
        return minutes * factor

    def _kept(self, what: str, opened: int, make: Callable[[int], Floats], key: bytes = b"") -> Floats:
        """A matrix made once for a set of open lines (and gains), and kept while it is among the last used."""
        found = self._cache.get((what, opened, key))
        if found is None:
            found = self._cache[what, opened, key] = _shared(make(opened))
        self._cache.move_to_end((what, opened, key))
        while len(self._cache) > _KEPT:
            self._cache.popitem(last=False)
        return found


def _shared(array: Floats) -> Floats:
    array.flags.writeable = False
    return array


def _gain(gain: Floats | float, n_places: int) -> Floats:
    """One gain for each place, checked."""
    gains = np.asarray(gain, dtype=np.float64)
    if gains.shape not in {(), (n_places,)}:
        raise ValueError(f"a gain has shape {gains.shape}; give a number or one for each of {n_places} places")
    if not ((gains >= 0) & (gains < 1)).all():
        raise ValueError(f"a gain of {gains.min():g} to {gains.max():g} is outside [0, 1)")
    return np.broadcast_to(gains, (n_places,))
