"""What it takes to travel: speeds, detours and the minutes spent around a trip."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from nqpf.agents.typing import Strict


def _p(default: float, low: float, high: float, meaning: str, unit: str, source: str) -> Any:
    """A parameter: default, inclusive bounds, meaning, unit, source."""
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra={"unit": unit, "source": source})


class Transport(Strict):
    """Door-to-door times by road and rail."""

    road_speed: float = _p(80.0, 20.0, 130.0, "Speed on roads between places", "km/h", "assumed: prototype")
    road_detour: float = _p(
        1.25, 1.0, 3.0, "Road length over great-circle distance", "ratio", "assumed: prototype; literature 1.2-1.4"
    )
    road_terminal: float = _p(
        20.0, 0.0, 240.0, "Getting out of one place and into the other, both ends", "minutes", "assumed: prototype"
    )
    rail_access: float = _p(
        50.0,
        0.0,
        240.0,
        "To, through and from the stations, waiting included, both ends",
        "minutes",
        "assumed: prototype",
    )
    rail_transfer: float = _p(
        40.0,
        0.0,
        240.0,
        "Change between two trains, waiting included",
        "minutes",
        "assumed; half an hour's wait and the walk",
    )
    rail_detour: float = _p(
        1.02,
        1.0,
        3.0,
        "Line length over the great-circle distances between the seats of the places it serves",
        "ratio",
        "median of 18 lines' published lengths",
    )
    rail_speed_share: float = _p(
        0.72,
        0.1,
        1.0,
        "Speed from stop to stop over design speed, on lines without a timetable",
        "share",
        "median of half of the single-line pairs timed in March 2016",
    )
    local_speed: float = _p(50.0, 5.0, 130.0, "Speed on roads inside a place", "km/h", "assumed: prototype")
    local_terminal: float = _p(
        10.0, 0.1, 120.0, "Getting under way and parking inside a place", "minutes", "assumed: prototype"
    )
