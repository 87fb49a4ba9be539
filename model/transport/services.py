"""Rides by rail with the quarter each begins, from lines and timetables.

A timetable is one day's observation. Switched on at its date, it would let the whole country jump that day;
left on before, it would run trains on lines not yet built. So a timed ride begins in the quarter in which the
last line on its way opened, the way being the fastest on the lines open on the timetable's day, over older lines
where no line of the table goes. A ride never changes its minutes and never ends. Hence times fall only when a
line opens, and an opening lengthens none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import floyd_warshall, shortest_path

from nqpf.model.quarters import opening_quarter
from nqpf.model.transport.lines import Edges, Rides, line_rides, paces, positions, read_edges

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.transport.parameters import Transport

HIGH_SPEED_SNAPSHOTS = {"high_speed_2016": "2016-02", "high_speed_2021": "2020-12"}
"""Timetables of high-speed trains, with the last month whose openings they can hold."""
CONVENTIONAL_SNAPSHOTS = {"conventional_2021": "2020-12"}
"""The same of conventional trains."""

ALWAYS = 0
"""Opening quarter of what was there before any line of the table."""

_CONVENTIONAL_LINE = 200.0  # km/h; conventional trains run on lines of this design speed or less
_OLD_LINES = 60.0  # km/h over great-circle distance, on lines not in the table; the conventional timetable's median: 56
_OLD_LINES_BEST = 100.0  # the same of the best trains there, when it is asked whether a time can be true
_WAY_SHARE = 0.7  # of design speed; no parameter, for how fast trains are does not change which way they once went
_AS_GOOD = 1.25  # of the fastest line's minutes: trains were first timed on the older of two such lines side by side
_OLDER_FIRST = 0.01  # of the minutes, for each year younger: the same for whole ways
_TOP_SHARE = 0.85  # of design speed, over great-circle distance, that trains on a line reach at most
_IMPLAUSIBLE = 0.55  # of the way's minutes: so fast a train is another city's, or calls far from the seat


def rail_rides(
    edge_table: pd.DataFrame, time_table: pd.DataFrame, code: tuple[str, ...], distance: Floats, transport: Transport
) -> tuple[Edges, Rides]:
    """Edges at their lines' paces, and all rides, ordered by opening.

    Parameters
    ----------
    edge_table, time_table
        Tables `rail_edges` and `rail_times`; either may be empty.
    code
        Codes of the places.
    distance
        Great-circle distances, (n_places, n_places), km.
    transport
        Parameters.

    Raises
    ------
    DataError
        If a table names a city that is no place.
    """
    high_speed = {column: _timed(time_table, column, code) for column in HIGH_SPEED_SNAPSHOTS}
    edges, found = _line_rides(read_edges(edge_table, code, transport), high_speed, distance, transport)
    every, conventional = np.ones_like(edges.high_speed), edges.speed <= _CONVENTIONAL_LINE
    timed = [(high_speed[column], every, month) for column, month in HIGH_SPEED_SNAPSHOTS.items()]
    timed += [(_timed(time_table, column, code), conventional, m) for column, m in CONVENTIONAL_SNAPSHOTS.items()]
    rides = [
        found,
        *(_timed_rides(minutes, edges, usable, opening_quarter(m), distance) for minutes, usable, m in timed),
    ]
    opened = np.concatenate([r.opened for r in rides])
    order = np.argsort(opened, kind="stable")
    return edges, Rides(
        np.concatenate([r.origin for r in rides])[order],
        np.concatenate([r.destination for r in rides])[order],
        np.concatenate([r.minutes for r in rides])[order],
        opened[order],
    )


def _timed(table: pd.DataFrame, column: str, code: tuple[str, ...]) -> Floats:
    """Minutes between stations by a timetable, (n_places, n_places), symmetric; inf where it has no train."""
    rows = table[table[column].notna()]
    origin, destination = (positions(rows[end], code, "rail_times") for end in ("origin", "destination"))
    begins = np.full(len(rows), ALWAYS)
    return Rides(origin, destination, rows[column].to_numpy(dtype=np.float64), begins).fastest(len(code), ALWAYS)


def _line_rides(
    edges: Edges, high_speed: dict[str, Floats], distance: Floats, transport: Transport
) -> tuple[Edges, Rides]:
    """Edges and rides along lines, at paces the timetables of high-speed trains teach."""
    if not len(edges.line):
        return edges, edges.rides
    line, rides = line_rides(edges)
    observed = np.full(len(line), np.nan)
    for column, month in HIGH_SPEED_SNAPSHOTS.items():
        minutes = high_speed[column][rides.origin, rides.destination]
        seen = np.isfinite(minutes) & (rides.opened <= opening_quarter(month))
        observed = np.fmin(observed, np.where(seen, minutes, np.nan))
    pace = paces(line, rides, observed, edges, limit=transport.rail_speed_share)
    # Trains seen between two of its stops since it opened are the line's own if it allows their speed. If it does
    # not, they took a faster line; still nothing on this one beats them.
    allowed = 60 * distance[rides.origin, rides.destination] / (_TOP_SHARE * edges.top_speed[line])
    minutes = np.where(observed >= allowed, observed, np.fmax(pace[line] * rides.minutes, observed))
    hops = replace(edges.rides, minutes=pace[edges.line] * edges.rides.minutes)
    edges = replace(edges, rides=hops)
    return edges, replace(rides, minutes=minutes)


def _timed_rides(timed: Floats, edges: Edges, usable: Bools, last: int, distance: Floats) -> Rides:
    """Rides of a timetable (n_places, n_places), each from the quarter its way was complete."""
    origin, destination = np.nonzero(np.triu(np.isfinite(timed), 1))
    minutes = timed[origin, destination]
    open_then = usable & (edges.rides.opened <= last)
    best = floyd_warshall(_network(edges, open_then, 60 * distance / _OLD_LINES_BEST)[0], directed=False)
    keep = minutes > _IMPLAUSIBLE * best[origin, destination]
    origin, destination, minutes = origin[keep], destination[keep], minutes[keep]
    hops, opened = _network(edges, open_then, 60 * distance / _OLD_LINES)
    _, before = shortest_path(hops, method="FW", directed=False, return_predecessors=True)
    return Rides(origin, destination, minutes, _latest(origin, destination, before, opened))


def _network(edges: Edges, usable: Bools, elsewhere: Floats) -> tuple[Floats, Ints]:
    """Minutes and opening quarter of hops between any two places, (n_places, n_places): lines, else `elsewhere`.

    Of lines side by side the first that came near the fastest; the minutes (upper triangle) carry the bonus of age.
    """
    minutes = np.triu(elsewhere)
    opened = np.full(elsewhere.shape, ALWAYS, dtype=np.int64)
    rides = edges.rides
    hops = pd.DataFrame(
        {
            "low": np.minimum(rides.origin, rides.destination),
            "high": np.maximum(rides.origin, rides.destination),
            "minutes": 60 * edges.distance / (_WAY_SHARE * edges.speed),
            "opened": rides.opened,
        }
    )[usable]
    near = hops.minutes <= _AS_GOOD * hops.groupby(["low", "high"]).minutes.transform("min")
    hops = hops[near].sort_values("opened", kind="stable").drop_duplicates(["low", "high"])
    age = (hops.opened - hops.opened.min()) / 4
    pair = hops.low.to_numpy(), hops.high.to_numpy()
    minutes[pair], opened[pair] = hops.minutes * (1 + _OLDER_FIRST * age), hops.opened
    return minutes, np.maximum(opened, opened.T)


def _latest(origin: Ints, destination: Ints, before: Ints, opened: Ints) -> Ints:
    """Latest opening on the way of each pair, (n_pairs,); `before` are the shortest paths' predecessors."""
    latest = np.full(len(origin), ALWAYS, dtype=np.int64)
    here = destination.astype(np.int64)
    while (here != origin).any():
        there = np.where(here == origin, origin, before[origin, here])
        latest = np.where(here == origin, latest, np.maximum(latest, opened[there, here]))
        here = there
    return latest
