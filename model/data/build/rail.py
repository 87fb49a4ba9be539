"""Railways: lines by opening month, and timetables."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nqpf.model.data.build.geography import EARTH_RADIUS

if TYPE_CHECKING:
    from nqpf.model.data.build.source import Source


def great_circle(source: Source, stops: list[str]) -> float:
    """Kilometres along a list of units."""
    latitude = np.radians(source.units.latitude)
    longitude = np.radians(source.units.longitude)
    total = 0.0
    for a, b in pairwise(stops):
        half = (
            np.sin((latitude[b] - latitude[a]) / 2) ** 2
            + np.cos(latitude[a]) * np.cos(latitude[b]) * np.sin((longitude[b] - longitude[a]) / 2) ** 2
        )
        total += float(2 * EARTH_RADIUS * np.arcsin(np.sqrt(half)))
    return total


def rail_edges(source: Source) -> pd.DataFrame:
    """Table `rail_edges`: a stop that is not a place is passed through, so the line does not break there."""
    rows: list[tuple[Any, ...]] = []
    places = set(source.places.index)
    passed: list[str] = []  # stops since the last place, that place first
    line = ""
    for hop in sorted(source.records("hsr_edges"), key=lambda h: (h["line_id"], h["seq"])):
        start, end = hop["from_adcode"], hop["to_adcode"]
        if hop["line_id"] != line or not passed or passed[-1] != start:
            line, passed = hop["line_id"], [start]
        passed = [*passed, end] if passed[0] in places else [end]
        if len(passed) > 1 and end in places:
            length = round(great_circle(source, passed), 1)
            high_speed = int(hop["kind"] != "conv160")
            rows.append((line, passed[0], end, hop["open_month"], hop["design_speed_kmh"], length, high_speed))
            passed = [end]
    columns = ["line", "origin", "destination", "opened", "speed_kmh", "distance_km", "high_speed"]
    return pd.DataFrame(rows, columns=columns)


CHIFENG = "150400"


def rail_times(source: Source) -> pd.DataFrame:
    """Table `rail_times`: one row a pair, the faster direction, minutes."""
    times = source.table("rail_travel_times")
    times = times[times.from_adcode.isin(source.places.index) & times.to_adcode.isin(source.places.index)]
    # Trains of 2016 at a place whose line opened in 2020: stations of another place were taken for its own.
    wrong = times.from_adcode.eq(CHIFENG) | times.to_adcode.eq(CHIFENG)
    times = times.assign(min_minutes_hs_2016=times.min_minutes_hs_2016.mask(wrong))
    times = times.dropna(
        subset=["min_minutes_hs_2016", "min_minutes_hs_2021", "min_minutes_conventional_2021"], how="all"
    )
    ends = np.sort(times[["from_adcode", "to_adcode"]].to_numpy(dtype=str), axis=1)
    table = pd.DataFrame(
        {
            "origin": ends[:, 0],
            "destination": ends[:, 1],
            "high_speed_2016": times.min_minutes_hs_2016.to_numpy(),
            "high_speed_2021": times.min_minutes_hs_2021.to_numpy(),
            "conventional_2021": times.min_minutes_conventional_2021.to_numpy(),
        },
    )
    return (
        table.groupby(["origin", "destination"], as_index=False).min().astype(dict.fromkeys(table.columns[2:], "Int64"))
    )
