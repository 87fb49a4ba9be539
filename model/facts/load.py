"""All tables together: read, checked against each other, made into records."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nqpf.model.errors import DataError, nearest
from nqpf.model.facts.lists import make_hubs, make_industry_clusters
from nqpf.model.facts.places import make_pairs, make_places
from nqpf.model.facts.records import Facts
from nqpf.model.facts.regions import make_regions
from nqpf.model.facts.schema import SCHEMAS
from nqpf.model.facts.sectors import make_sectors
from nqpf.model.facts.start import make_start_year
from nqpf.model.facts.tables import read_table
from nqpf.model.quarters import parse_quarter

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = Path(__file__).resolve().parents[1] / "data"
"""Where the shipped tables are."""

TABLES = tuple(name for name in SCHEMAS if name != "actual")
"""Names a scenario's `[data]` may replace."""


def load_facts(start: str = "2024Q1", tables: Mapping[str, Path] | None = None) -> Facts:
    """Facts for a run that begins in the quarter `start`.

    Parameters
    ----------
    start
        First quarter; picks the shipped state at the end of the year before.
    tables
        Files that replace shipped tables, by name (see `TABLES`).

    Raises
    ------
    DataError
        If a table cannot be read, a cell is wrong, or tables do not fit together; one line that names file, line,
        column, fault and remedy.
    """
    given = dict(tables or {})
    for name in given:
        if name not in TABLES:
            raise DataError(f"{name}: no such table{nearest(name, TABLES) or f'; tables are {", ".join(TABLES)}'}")
    read = {
        name: read_table(name, Path(given[name]))
        if name in given
        else read_table(name, _shipped(name, start), shipped=True)
        for name in TABLES
    }
    digest = hashlib.sha256()
    for name, table in read.items():
        digest.update(f"{name}\0{len(table.content)}\0".encode())
        digest.update(table.content)
    places, provinces = make_places(read["cities"], read["provinces"], read["gates"], read["free_trade_zones"])
    sectors = make_sectors(read["sectors"], read["input_output"])
    return Facts(
        places=places,
        provinces=provinces,
        regions=make_regions(read["regions"], read["region_members"], read["provinces"], places, provinces),
        sectors=sectors,
        start=make_start_year(read["start"], places),
        hubs=make_hubs(read["computing_hubs"], places),
        industry_clusters=make_industry_clusters(read["industry_clusters"], places, sectors),
        rail_edges=make_pairs(read["rail_edges"], places),
        rail_times=make_pairs(read["rail_times"], places),
        digest=digest.hexdigest(),
    )


def load_actual() -> pd.DataFrame:
    """Observed GDP (CNY million a year, 2020 prices) and residents by city and year; for comparisons only."""
    return pd.DataFrame(read_table("actual", DATA / "actual.csv", shipped=True).columns)


def _shipped(name: str, start: str) -> Path:
    """Path of a shipped table; that of `start` is the state just before the quarter."""
    if name != "start":
        return DATA / f"{name}.csv"
    try:
        quarter = parse_quarter(start)
    except ValueError as error:
        raise DataError(f"start: {error}") from None
    years = sorted(path.stem.removeprefix("start_") for path in DATA.glob("start_*.csv"))
    year = f"{quarter // 4:04d}"
    if quarter % 4 or year not in years:
        known = ", ".join(f"{y}Q1" for y in years)
        raise DataError(f"start: no shipped state just before {start}; begin in {known} or give your own table 'start'")
    return DATA / f"start_{year}.csv"
