"""What an export says of every column, and of where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nqpf.experiments.exporting.source import Source, Table

COLUMN_FIELDS = ("table", "column", "type", "unit", "meaning", "equation", "source")
"""Fields of the list of all columns that single files carry."""


def column_rows(tables: Iterable[Table]) -> list[tuple[str, ...]]:
    """`COLUMN_FIELDS` of every column of these tables."""
    return [
        (table.name, c.name, c.type, c.unit, c.meaning, c.equation, c.source) for table in tables for c in table.columns
    ]


def readme(source: Source, tables: Iterable[Table], reading: str) -> str:
    """A page on the source and its columns, as Markdown; `reading`: how the files are read."""
    said = source.about()
    lines = [f"# {said['title']}", "", *(f"- {key}: {value}" for key, value in said.items() if value), "", reading, ""]
    for table in tables:
        lines += [f"## {table.name}", "", f"{table.description}; {table.rows} rows.", ""]
        lines += [_row(COLUMN_FIELDS[1:]), _row(["---"] * (len(COLUMN_FIELDS) - 1))]
        lines += [*(_row(row[1:]) for row in column_rows([table])), ""]
    return "\n".join(lines)


def _row(cells: Iterable[Any]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
