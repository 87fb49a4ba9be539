"""Railway lines: what runs on each, how fast, and from which quarter.

A line's minutes between two of its stops are 60 · detour · km / (share · design speed), the share being common to lines
nobody timed and a line's own where a timetable knows it. Trains of a line run through all its stops; changing lines is
changing trains unless a timetable knows a direct one (`services`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from nqpf.model.errors import DataError, nearest
from nqpf.model.quarters import opening_quarter

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.transport.parameters import Transport

_PRIOR_PAIRS = 3.0
"""Timed pairs at which a line's own pace weighs as much as the common one."""


@dataclass(frozen=True, slots=True)
class Rides:
    """What can be ridden without changing; a column has shape (n_rides,)."""

    origin: Ints  # place
    destination: Ints  # place
    minutes: Floats  # station to station
    opened: Ints  # first quarter it can be used

    def fastest(self, n_places: int, quarter: int) -> Floats:
        """Minutes of the fastest ride open in a quarter, (n_places, n_places), symmetric; inf where there is none."""
        minutes = np.full((n_places, n_places), np.inf)
        usable = self.opened <= quarter
        np.minimum.at(minutes, (self.origin[usable], self.destination[usable]), self.minutes[usable])
        return np.minimum(minutes, minutes.T)

    def delayed(self, after: int, quarters: int) -> Rides:
        """The same, those that begin after a quarter by so many later."""
        return replace(self, opened=np.where(self.opened > after, self.opened + quarters, self.opened))


@dataclass(frozen=True, slots=True)
class Edges:
    """Stretches of line between neighbouring stops; a column has shape (n_edges,)."""

    line: Ints  # index into lines
    lines: tuple[str, ...]
    rides: Rides
    speed: Floats  # km/h, design
    distance: Floats  # km, great circle
    high_speed: Bools

    @property
    def top_speed(self) -> Floats:
        """The fastest design speed on each line, (n_lines,), km/h."""
        top = np.zeros(len(self.lines))
        np.maximum.at(top, self.line, self.speed)
        return top


def opening_quarters(months: pd.Series) -> Ints:
    """The first quarter in which each line opened in a month (`2014-12`) counts as open, as a number; (n,)."""
    return np.array([opening_quarter(month) for month in months], dtype=np.int64)


def positions(codes: pd.Series, code: tuple[str, ...], table: str) -> Ints:
    """Rows of places given by code, (n,); raises DataError on a code that is no place."""
    rows = codes.map({c: row for row, c in enumerate(code)})
    for unknown in codes[rows.isna()]:
        raise DataError(f"{table}: unknown city {unknown!r}{nearest(str(unknown), code) or '; add it to cities'}")
    return np.asarray(rows, dtype=np.int64)


def read_edges(table: pd.DataFrame, code: tuple[str, ...], transport: Transport) -> Edges:
    """Edges of the table `rail_edges`, at the common pace; `code` are the places'."""
    line, lines = pd.factorize(table["line"])
    speed = table["speed_kmh"].to_numpy(dtype=np.float64)
    km = table["distance_km"].to_numpy(dtype=np.float64)
    rides = Rides(
        positions(table["origin"], code, "rail_edges"),
        positions(table["destination"], code, "rail_edges"),
        60 * transport.rail_detour * km / (transport.rail_speed_share * speed),
        opening_quarters(table["opened"]),
    )
    high_speed = table["high_speed"].to_numpy(dtype=np.bool_)
    return Edges(line.astype(np.int64), tuple(lines), rides, speed, km, high_speed)


def line_rides(edges: Edges) -> tuple[Ints, Rides]:
    """Rides between any two stops of one line, and the line of each, (n_rides,).

    Where a line opened in stages, each stage is a line made of all that is open by then.
    """
    table = pd.DataFrame({"line": edges.line, "opened": edges.rides.opened, "row": np.arange(len(edges.line))})
    stages = table[["line", "opened"]].drop_duplicates().assign(stage=lambda t: range(len(t)))
    hops = table.merge(stages, on="line", suffixes=("", "_stage")).query("opened <= opened_stage")
    rows, stage = hops["row"].to_numpy(), hops["stage"].to_numpy()
    stages_line, stages_opened = stages["line"].to_numpy(), stages["opened"].to_numpy()

    # One node for each stop of each stage, so that no path leaves its line.
    stops = np.concatenate([edges.rides.origin[rows], edges.rides.destination[rows]])
    keys, node = np.unique(np.stack([np.tile(stage, 2), stops]), axis=1, return_inverse=True)
    tail, head = np.split(node.ravel(), 2)
    # Of parallel edges the fastest: a sparse array would add them up.
    hop = pd.DataFrame({"a": np.minimum(tail, head), "b": np.maximum(tail, head), "m": edges.rides.minutes[rows]})
    hop = hop.groupby(["a", "b"], as_index=False).min()
    graph = csr_array((hop["m"], (hop["a"], hop["b"])), shape=(keys.shape[1], keys.shape[1]))
    minutes = dijkstra(graph, directed=False)
    a, b = np.nonzero(np.triu(np.isfinite(minutes), 1))
    of = keys[0, a]
    return stages_line[of], Rides(keys[1, a], keys[1, b], minutes[a, b], stages_opened[of])


def paces(line: Ints, rides: Rides, timed: Floats, edges: Edges, limit: float) -> Floats:
    """Each line's minutes over those at the common pace, (n_lines,).

    The median of timed over computed minutes of the line's rides (`timed` (n_rides,), nan where nobody timed them after
    the line opened), drawn to one where few were timed. Never below `limit`: design speed.
    """
    ratio = pd.Series(np.log(np.maximum(timed / rides.minutes, limit))).dropna()
    by_line = ratio.groupby(line[ratio.index])
    count = by_line.size()
    pace = np.ones(len(edges.lines))
    pace[count.index] = np.exp(by_line.median() * count / (count + _PRIOR_PAIRS))
    return pace
