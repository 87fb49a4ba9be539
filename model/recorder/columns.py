"""Every column of every output table, declared once: the tables, `schema.json` and the readers derive from it.

Keys are declared here; measures come from `model.measures`, firms' columns from `agents.firms.columns`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from nqpf.agents.firms.columns import Firms
from nqpf.model import measures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nqpf.model.measures import Measure

Detail = Literal["nation", "city", "firm"]

DETAILS: dict[Detail, tuple[str, ...]] = {
    "nation": ("regions", "events", "nation"),
    "city": ("flows", "sectors", "cities", "growth", "tracks", "regions", "events", "nation"),
    "firm": ("firms", "flows", "sectors", "cities", "growth", "tracks", "regions", "events", "nation"),
}
"""Tables written at each level of detail, in the order in which a quarter's parts appear on disk."""

LEVELS = ("macro_region", "strategy", "cluster", "province")
"""Levels of `regions`."""

_ARROW = {"text": pa.string(), "int64": pa.int64(), "float64": pa.float64()}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an output table."""

    name: str
    type: Literal["text", "int64", "float64"]
    unit: str
    meaning: str
    equation: str = ""
    source: str = ""

    @property
    def arrow(self) -> pa.DataType:
        """The type as Arrow has it."""
        return _ARROW[self.type]


def _text(name: str, meaning: str) -> Column:
    return Column(name, "text", "", meaning)


def _measured(declared: Iterable[Measure]) -> tuple[Column, ...]:
    return tuple(
        Column(m.name, "int64" if m.whole else "float64", m.unit, m.meaning, m.equation, m.source) for m in declared
    )


def _of_firms() -> tuple[Column, ...]:
    return tuple(
        Column(
            "firm" if f.name == "id" else f.name,
            "int64" if f.type == "Ints" else "float64",
            f.metadata["unit"],
            f.metadata["meaning"],
        )
        for f in fields(Firms)
        if f.name != "cell"  # its city and sector stand as keys
    )


_QUARTER = _text("quarter", "Quarter, year and number: 2024Q1")
_CITY = _text("city", "Place: six-digit administrative code")
_SECTOR = _text("sector", "Sector: its id in sectors.csv")

TABLES: dict[str, tuple[Column, ...]] = {
    "nation": (_QUARTER, *_measured((*measures.CITY, *measures.NATION))),
    "regions": (
        _QUARTER,
        _text("level", f"Kind of region: {', '.join(LEVELS)}"),
        _text("region", "Region: its id in regions.csv"),
        *_measured(measures.CITY),
    ),
    "cities": (_QUARTER, _CITY, *_measured(measures.CITY)),
    "growth": (_QUARTER, _CITY, *_measured(measures.GROWTH)),
    "sectors": (_QUARTER, _CITY, _SECTOR, *_measured(measures.SECTOR)),
    "flows": (
        _QUARTER,
        _text("level", "Kind of origin and destination: city, or province"),
        _text("factor", f"What flows: {', '.join(measures.FACTORS)}"),
        _text("origin", "Place or province it comes from"),
        _text("destination", "Place or province it goes to; the origin itself for what stays"),
        Column(
            "amount",
            "float64",
            "; ".join(f"{factor}: {unit}" for factor, unit in measures.FACTORS.items()),
            "Flow of the quarter. People: every pair of cities with a move; collaboration: every pair with a project; "
            "capital, goods and payments for data (from their provider to their user): all pairs of provinces, and of "
            "cities in fourth quarters",
        ),
    ),
    "events": (
        _QUARTER,
        _text(
            "kind",
            "policy or shock (a value changed), entry or exit (firms of a cell, counted), relocation (of a firm), "
            "attempt (at a breakthrough, failed), breakthrough (a technology track opened)",
        ),
        _text("city", "Place; missing if the whole nation is meant"),
        _text("sector", "Sector; missing if none is meant"),
        Column("firm", "int64", "id", "Firm; missing if none is meant"),
        _text(
            "detail",
            "JSON: lever, from, to of a policy (numbers, words, null); kind, from, to of a shock; count of entries or "
            "exits; from (city) of a relocation; chance, partners (component, city, firm) and track of attempts and "
            "breakthroughs",
        ),
    ),
    "tracks": (
        _QUARTER,
        Column("track", "int64", "number", "Technology track, in the order in which they were opened"),
        _SECTOR,
        _text("city", "Place where it was opened; missing for the tracks of the start"),
        _text("opened", "Quarter in which it was opened; the one before the start for the tracks of the start"),
        *_measured(measures.TRACK),
    ),
    "firms": (_QUARTER, _CITY, _SECTOR, *_of_firms()),
}
"""Columns by table, in order."""

DESCRIPTIONS: dict[str, str] = {
    "nation": "Measures of the nation by quarter",
    "regions": "Measures of macro-regions, strategies, city clusters and provinces by quarter",
    "cities": "Measures of places by quarter",
    "growth": "Growth of places' real GDP by mechanism and quarter",
    "sectors": "Measures of places and sectors by quarter",
    "flows": "Flows of people, capital, goods, data and collaboration between places and provinces by quarter",
    "events": "Changes of policy, shocks, firms that come, go and move, breakthroughs and consortia by quarter",
    "tracks": "Technology tracks and how far each has spread, by quarter",
    "firms": "Every firm at the end of each quarter",
}
"""What each table holds."""


def arrow_schema(table: str) -> pa.Schema:
    """A table's schema as files hold it: text is plain text, stored by dictionary."""
    return pa.schema([(column.name, column.arrow) for column in TABLES[table]])


def columns_of(table: str, kind: str) -> list[str]:
    """Names of a table's columns of one type; text is what is stored by dictionary."""
    return [column.name for column in TABLES[table] if column.type == kind]


def schema_document(tables: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """What `schema.json` says: every column's name, type, unit, meaning, equation and source, by table."""
    return {table: [asdict(column) for column in TABLES[table]] for table in sorted(tables)}
