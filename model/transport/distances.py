"""Distances between places, and times by road."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats
    from nqpf.model.transport.parameters import Transport

EARTH_RADIUS = 6371.0
"""Kilometres, mean."""


def great_circle(latitude: Floats, longitude: Floats) -> Floats:
    """Great-circle distances in km, (n, n), of places at latitude and longitude (n,) in degrees: haversine."""
    north, east = np.radians(latitude), np.radians(longitude)
    half = (
        np.sin((north[:, None] - north) / 2) ** 2
        + np.cos(north[:, None]) * np.cos(north) * np.sin((east[:, None] - east) / 2) ** 2
    )
    distance: Floats = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return distance


def road_minutes(distance: Floats, transport: Transport) -> Floats:
    """Door to door by road, minutes: terminal + detour · distance / speed; shape of distance (km)."""
    return transport.road_terminal + 60 * transport.road_detour * distance / transport.road_speed


def inside_minutes(area: Floats, road: Floats, transport: Transport) -> Floats:
    """A trip inside each place, (n,), minutes: terminal + detour · (2/3)·√(area/π) / local speed.

    2/3 of the radius is the mean way to the centre of a disc of `area` (n,) km². No longer than the way by `road`
    (n, n) to the nearest other place: in vast prefectures people live near a few towns, not all over the disc.
    """
    reach = 2 / 3 * np.sqrt(area / np.pi)
    minutes: Floats = transport.local_terminal + 60 * transport.road_detour * reach / transport.local_speed
    if len(area) > 1:
        minutes = np.minimum(minutes, np.where(np.eye(len(area), dtype=np.bool_), np.inf, road).min(1))
    return minutes


def neighbours(distance: Floats) -> Bools:
    """Gabriel graph of places, (n, n): i and j are neighbours if no place is inside the circle between them.

    d_ij² ≤ d_ik² + d_jk² for every other k. It is connected, and as sparse as a map of main roads.
    """
    squared = distance**2
    near = np.empty(distance.shape, dtype=np.bool_)
    for i, row in enumerate(squared):
        through = row + squared
        through[:, i] = np.inf
        np.fill_diagonal(through, np.inf)
        near[i] = row <= through.min(1)
    np.fill_diagonal(near, val=False)
    return near
