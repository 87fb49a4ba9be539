"""Places, provinces and what joins pairs of places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.model.facts.records import NEVER, Places, Provinces
from nqpf.model.facts.tables import ordered, positions_by_id

if TYPE_CHECKING:
    from nqpf.agents.typing import Ints
    from nqpf.model.facts.tables import Table


def make_places(cities: Table, table: Table, gates: Table, zones: Table) -> tuple[Places, Provinces]:
    """Places and provinces, each ordered by code; every province has a city and its capital lies in it."""
    order = np.argsort(np.array(cities.text("city"), dtype=object))
    code = ordered(cities.text("city"), order)
    names = by_name(cities)
    province_order = np.argsort(np.array(table.text("province"), dtype=object))
    province_code = ordered(table.text("province"), province_order)
    province_rows = positions_by_id(province_code)
    province = cities.positions("province", province_rows, "province", by_name(table, "province"))[order]
    capital = table.positions("capital_city", positions_by_id(code), "city", names)[province_order]
    for number, place in enumerate(capital):
        row = int(province_order[number])
        if not (province == number).any():
            fault = f"{province_code[number]!r} has no city; remove it or give it one in {cities.path.name}"
            raise table.fault(row, "province", fault)
        if province[place] != number:
            fault = f"{code[place]!r} lies in province {province_code[province[place]]!r}; name a city of this one"
            raise table.fault(row, "capital_city", fault)
    gate_city = gates.positions("city", positions_by_id(code), "city", names)
    gate_kind = np.array(gates.text("kind"), dtype=object)
    places = Places(
        code=code,
        name_en=ordered(cities.text("name_en"), order),
        name_zh=ordered(cities.names_zh(), order),
        province=province,
        tier=ordered(cities.text("tier"), order),
        latitude=cities.floats("latitude")[order],
        longitude=cities.floats("longitude")[order],
        area_km2=cities.floats("area_km2")[order],
        universities=cities.floats("universities")[order],
        seaport=np.isin(np.arange(len(code)), gate_city[gate_kind == "seaport"]),
        land_gate=np.isin(np.arange(len(code)), gate_city[gate_kind == "land"]),
        zone_opened=_zone_opened(zones, code, names),
    )
    return places, Provinces(
        code=province_code,
        name_en=ordered(table.text("name_en"), province_order),
        name_zh=ordered(table.names_zh(), province_order),
        macro_region=ordered(table.text("macro_region"), province_order),
        capital=capital,
        hinterland=table.ints("hinterland").astype(bool)[province_order],
    )


def _zone_opened(zones: Table, code: tuple[str, ...], names: dict[str, str]) -> Ints:
    """First quarter in which an area of a free-trade zone is open, (n_places,); NEVER where none is."""
    first = np.full(len(code), NEVER, dtype=np.int64)
    np.minimum.at(first, zones.positions("city", positions_by_id(code), "city", names), zones.quarters("opened"))
    return first


def by_name(table: Table, column: str = "city") -> dict[str, str]:
    """Id by name, for whoever writes names where ids belong."""
    ids = table.text(column)
    return dict(zip(table.names_zh(), ids, strict=True)) | dict(zip(table.text("name_en"), ids, strict=True))


def place_names(places: Places) -> dict[str, str]:
    """Code by name."""
    return dict(zip(places.name_zh, places.code, strict=True)) | dict(zip(places.name_en, places.code, strict=True))


def make_pairs(table: Table, places: Places) -> pd.DataFrame:
    """A table of pairs of places, as a frame; a pair of a place with itself is a fault."""
    rows, names = positions_by_id(places.code), place_names(places)
    origin = table.positions("origin", rows, "city", names)
    destination = table.positions("destination", rows, "city", names)
    for row in np.flatnonzero(origin == destination):
        raise table.fault(int(row), "destination", "equals the origin; remove this row")
    return pd.DataFrame(table.columns)
