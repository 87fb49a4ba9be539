"""What every column of every table may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "whole", "flag", "month", "choice"]

LEVELS = ("nation", "macro_region", "strategy", "cluster", "province", "industry_area")
LISTED_LEVELS = ("strategy", "cluster", "industry_area")
"""Levels whose members `region_members` lists; the others follow from `cities` and `provinces`."""
GATES = ("seaport", "land")
TRADABILITY = ("goods", "services", "local")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, between which bounds, and whether a cell or the column may be absent."""

    name: str
    kind: Kind = "text"
    low: float = float("-inf")
    high: float = float("inf")
    positive: bool = False  # excludes the lower bound
    choices: tuple[str, ...] = ()
    blank: bool = False  # a cell may be empty: NaN, or empty text
    optional: bool = False  # the column may be absent: as if every cell were empty


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns of a table, the columns that identify a row, and whether the table may have no row."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    may_be_empty: bool = False


def _share(name: str) -> Column:
    return Column(name, "number", 0, 1)


def _positive(name: str, high: float = float("inf")) -> Column:
    return Column(name, "number", 0, high, positive=True)


def _minutes(name: str) -> Column:
    return Column(name, "number", 0, 10_000, positive=True, blank=True)


_FLAGS = Column("flags", blank=True, optional=True)
_NAMES = (Column("name_en"), Column("name_zh", blank=True, optional=True))

SCHEMAS: dict[str, Schema] = {
    "cities": Schema(
        (
            Column("city"),
            *_NAMES,
            Column("province"),
            Column("tier"),
            Column("latitude", "number", -90, 90),
            Column("longitude", "number", -180, 180),
            _positive("area_km2", 1e8),
            Column("universities", "number", 0, 10_000),
            _FLAGS,
        ),
        key=("city",),
    ),
    "provinces": Schema(
        (
            Column("province"),
            *_NAMES,
            Column("macro_region"),
            Column("capital_city"),
            Column("hinterland", "flag", optional=True, blank=True),
        ),
        key=("province",),
    ),
    "regions": Schema(
        (
            Column("region"),
            Column("level", "choice", choices=LEVELS),
            *_NAMES,
            Column("tier_plan", blank=True, optional=True),
            Column("state_council", "flag", blank=True, optional=True),
        ),
        key=("region",),
    ),
    "region_members": Schema(
        (
            Column("region"),
            Column("city"),
            Column("primary", "flag"),
            Column("partial", "flag", optional=True, blank=True),
        ),
        key=("region", "city"),
        may_be_empty=True,
    ),
    "start": Schema(
        (
            Column("city"),
            Column("population", "whole", 0, 1e10, positive=True),
            Column("talent_share", "number", 0, 0.999, positive=True),
            _positive("gdp", 1e12),
            _share("primary_share"),
            _share("secondary_share"),
            _share("tertiary_share"),
            _share("it_employment_share"),
            _positive("capital", 1e13),
            Column("birth_rate", "number", 0, 0.1),
            Column("death_rate", "number", 0, 0.1),
            Column("net_migration_rate", "number", -0.2, 0.2),
            _FLAGS,
        ),
        key=("city",),
    ),
    "sectors": Schema(
        (
            Column("sector"),
            *_NAMES,
            Column("value_added_share", "number", 0, 1, positive=True),
            _share("gdp_share"),
            Column("skill_share", "number", 0, 0.999, positive=True),
            Column("rd_share_of_output", "number", 0, 0.9),
            _positive("digital_intensity", 100),
            Column("tradability", "choice", choices=TRADABILITY),
            _share("primary_part"),
            _share("secondary_part"),
            Column("strategic", "flag"),
            Column("final_household", "number", -1e13, 1e13),
            Column("final_government", "number", -1e13, 1e13),
            Column("final_investment", "number", -1e13, 1e13),
        ),
        key=("sector",),
    ),
    "input_output": Schema((Column("supplier"), Column("user"), _share("share")), key=("supplier", "user")),
    "rail_edges": Schema(
        (
            Column("line"),
            Column("origin"),
            Column("destination"),
            Column("opened", "month"),
            _positive("speed_kmh", 1500),
            _positive("distance_km", 20_100),
            Column("high_speed", "flag"),
        ),
        key=("line", "origin", "destination"),
        may_be_empty=True,
    ),
    "rail_times": Schema(
        (
            Column("origin"),
            Column("destination"),
            _minutes("high_speed_2016"),
            _minutes("high_speed_2021"),
            _minutes("conventional_2021"),
        ),
        key=("origin", "destination"),
        may_be_empty=True,
    ),
    "gates": Schema(
        (Column("gate"), Column("city"), Column("kind", "choice", choices=GATES), _share("weight")),
        key=("gate", "city"),
        may_be_empty=True,
    ),
    "free_trade_zones": Schema(
        (Column("zone"), *_NAMES, Column("area_en"), Column("city"), Column("opened", "month")),
        key=("zone", "area_en", "city"),
        may_be_empty=True,
    ),
    "computing_hubs": Schema(
        (
            Column("hub"),
            *_NAMES,
            Column("city"),
            _share("weight"),
            Column("opened", "month"),
            Column("west", "flag"),
        ),
        key=("hub", "city"),
        may_be_empty=True,
    ),
    "industry_clusters": Schema(
        (Column("cluster"), *_NAMES, Column("sector"), Column("city"), Column("since", "month")),
        key=("cluster", "city"),
        may_be_empty=True,
    ),
    "actual": Schema(
        (
            Column("city"),
            Column("year", "whole", 1900, 2200),
            _positive("gdp", 1e12),
            Column("population", "whole", 0, 1e10, positive=True, blank=True),
            _FLAGS,
        ),
        key=("city", "year"),
        may_be_empty=True,
    ),
}
