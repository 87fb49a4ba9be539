"""Excel: a sheet for each table that fits, one on where it comes from and one on the columns, written row by row."""

from __future__ import annotations

import math
from datetime import UTC
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from nqpf.experiments.exporting.about import COLUMN_FIELDS, column_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from nqpf.experiments.exporting.source import Source, Table

MOST_ROWS = 1_048_576
"""Rows of a sheet, its head among them."""
MOST_CHARACTERS = 32_767
"""Characters of a cell."""


def left_out(tables: Iterable[Table]) -> dict[str, str]:
    """Tables that no sheet can hold, and why."""
    return {table.name: why for table in tables if (why := _too_much(table))}


def write(source: Source, tables: Sequence[Table], place: Path, wrote: Callable[[int], None]) -> None:
    """Write the workbook: `about` and `columns` first, then a sheet for each table."""
    book = Workbook(write_only=True)
    _listed(book.create_sheet("about"), ("key", "value"), source.about().items())
    _listed(book.create_sheet("columns"), COLUMN_FIELDS, column_rows(tables))
    try:
        for table in tables:
            _fill(book.create_sheet(table.name), table, wrote)
    except BaseException:
        for sheet in book.worksheets:  # else each complains when it is cleared away
            sheet.close()
        raise
    book.save(place)


def _fill(sheet: Any, table: Table, wrote: Callable[[int], None]) -> None:
    sheet.freeze_panes = "A2"  # the head stays in sight
    sheet.append(table.schema.names)
    cells = [_WRITTEN[column.type] for column in table.columns]
    for batch in table.batches():
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sheet.append([None if v is None else cell(sheet, v) for cell, v in zip(cells, row, strict=True)])
        wrote(batch.num_rows)


def _too_much(table: Table) -> str:
    if table.rows >= MOST_ROWS:
        return f"{table.rows:,} rows, and a sheet holds {MOST_ROWS - 1:,}; export it as parquet, duckdb or csv"
    longest = max(extent.characters for extent in table.extents().values())
    if longest > MOST_CHARACTERS:
        return f"a text of {longest:,} characters, and a cell holds {MOST_CHARACTERS:,}; export it as parquet or csv"
    return ""


def _listed(sheet: Any, fields: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A sheet of text."""
    sheet.append(fields)
    for row in rows:
        sheet.append([_text(sheet, text) for text in row])


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:MOST_CHARACTERS])
    cell.data_type = "s"  # also what begins like a formula
    return cell


def _number(sheet: Any, value: float) -> Any:
    """A number in as many digits as tell it from its neighbours: the library alone would write sixteen."""
    cell = WriteOnlyCell(sheet, repr(value))
    cell.data_type = "n" if math.isfinite(value) else "s"
    return cell


def _moment(sheet: Any, value: datetime) -> Any:
    """A moment as the date that it is in UTC: a sheet knows no zones."""
    cell = WriteOnlyCell(sheet, value.astimezone(UTC).replace(tzinfo=None))
    cell.number_format = "yyyy-mm-dd hh:mm:ss.000"
    return cell


_WRITTEN: dict[str, Callable[[Any, Any], Any]] = {
    "text": _text,
    "float64": _number,
    "int64": _number,
    "time": _moment,
}
