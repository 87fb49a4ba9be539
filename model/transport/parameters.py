"""What it takes to travel: speeds, detours and the minutes spent around a trip."""

from __future__ import annotations

from nqpf.agents.typing import Strict, parameter


class Transport(Strict):
    """Door-to-door times by road and rail."""

    road_speed: float = parameter(
        80.0, 20.0, 130.0, "Speed on roads between places", "km/h", "assumed: tried on the data of 2010-2023"
    )
    road_detour: float = parameter(
        1.25, 1.0, 3.0, "Road length over great-circle distance", "ratio", "assumed; literature 1.2-1.4"
    )
    road_terminal: float = parameter(
        20.0,
        0.0,
        240.0,
        "Getting out of one place and into the other, both ends",
        "minutes",
        "assumed: tried on the data of 2010-2023",
    )
    rail_access: float = parameter(
        50.0,
        0.0,
        240.0,
        "To, through and from the stations, waiting included, both ends",
        "minutes",
        "assumed: tried on the data of 2010-2023",
    )
    rail_transfer: float = parameter(
        40.0,
        0.0,
        240.0,
        "Change between two trains, waiting included",
        "minutes",
        "assumed; half an hour's wait and the walk",
    )
    rail_detour: float = parameter(
        1.02,
        1.0,
        3.0,
        "Line length over the great-circle distances between the seats of the places it serves",
        "ratio",
        "median of 18 lines' published lengths",
    )
    rail_speed_share: float = parameter(
        0.72,
        0.1,
        1.0,
        "Speed from stop to stop over design speed, on lines without a timetable",
        "share",
        "median of half of the single-line pairs timed in March 2016",
    )
    rail_delay: float = parameter(
        0.0,
        0.0,
        100.0,
        "How late railway lines are that open after the first quarter, by quarters; 100: none opens",
        "years",
        "a counterfactual; lines open in their months",
    )
    local_speed: float = parameter(
        50.0, 5.0, 130.0, "Speed on roads inside a place", "km/h", "assumed: tried on the data of 2010-2023"
    )
    local_terminal: float = parameter(
        10.0,
        0.1,
        120.0,
        "Getting under way and parking inside a place",
        "minutes",
        "assumed: tried on the data of 2010-2023",
    )
