"""One table: read once, its header and rows checked, faults named by file, line and column."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.errors import DataError, nearest, place
from nqpf.model.facts.cells import read_column, shown
from nqpf.model.facts.schema import SCHEMAS
from nqpf.model.quarters import opening_quarter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.facts.schema import Schema

TOLERANCE = 2e-3  # of shares that have to add to one: rounding, not error


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose cells are each in order; whether it fits the others is for the makers of records."""

    name: str
    path: Path
    shipped: bool
    content: bytes
    lines: tuple[int, ...]
    columns: dict[str, Any]  # text as list[str], numbers as Floats or Ints

    def text(self, column: str) -> list[str]:
        """A column of text."""
        return list(self.columns[column])

    def names_zh(self) -> list[str]:
        """Chinese names; the English one where there is no other."""
        return [zh or en for zh, en in zip(self.text("name_zh"), self.text("name_en"), strict=True)]

    def floats(self, column: str) -> Floats:
        """A column of numbers; NaN where a cell may be empty and is."""
        return np.asarray(self.columns[column], dtype=np.float64)

    def ints(self, column: str) -> Ints:
        """A column of whole numbers or 0/1."""
        return np.asarray(self.columns[column], dtype=np.int64)

    def quarters(self, column: str) -> Ints:
        """A column of months, each as the first quarter that counts as after it."""
        return np.array([opening_quarter(month) for month in self.text(column)], dtype=np.int64)

    def fault(self, row: int | None, column: str, fault: str) -> DataError:
        """The error to raise for a row (None: the whole table)."""
        line = 1 if row is None else self.lines[row]
        return DataError(f"{place(self.path, line)}: column {column!r}: {fault}")

    def positions(
        self, column: str, known: Mapping[str, int], what: str, names: Mapping[str, str] | None = None
    ) -> Ints:
        """Each cell as its position among the `known` ids.

        An unknown id is a DataError that names the nearest one, or the one of that name. If the table is the shipped
        one, the ids were replaced and it has to be replaced too.
        """
        cells = self.text(column)
        for row, cell in enumerate(cells):
            if cell in known:
                continue
            if self.shipped:
                remedy = f"; the shipped table does not fit yours: give your own {self.name!r} too"
            elif cell in (names or {}):
                remedy = f"; did you mean {(names or {})[cell]!r}?"
            else:
                remedy = nearest(cell, known) or "; add it to its own table or remove this row"
            raise self.fault(row, column, f"unknown {what} {shown(cell)}{remedy}")
        return np.array([known[cell] for cell in cells], dtype=np.int64)


def positions_by_id(ids: Sequence[str]) -> dict[str, int]:
    """Position of each id."""
    return {name: row for row, name in enumerate(ids)}


def ordered(cells: Sequence[str], order: Ints) -> tuple[str, ...]:
    """Cells in another order."""
    return tuple(cells[row] for row in order)


def read_table(name: str, path: Path, *, shipped: bool = False) -> Table:
    """Read and check one table; `name` says which schema it follows.

    Raises
    ------
    DataError
        If the file is missing, not UTF-8, empty, has a wrong header, a row of the wrong length, a cell that is
        empty, not a number or out of range, or two rows with one key.
    """
    schema = SCHEMAS[name]
    content = _content(path)
    header, rows, lines = _rows(path, content, schema)
    cells = dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else {}
    empty = ("",) * len(rows)
    columns = {c.name: read_column(path, lines, c, list(cells.get(c.name, empty))) for c in schema.columns}
    table = Table(name, path, shipped, content, tuple(lines), columns)
    _check_key(table, schema)
    return table


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; correct the path or leave it out to use the shipped table") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); it has to be a readable file") from None


def _rows(path: Path, content: bytes, schema: Schema) -> tuple[list[str], list[list[str]], list[int]]:
    """Header, cells by row, and the line each row ends on; blank lines are passed over."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(f"{place(path, line)}: not UTF-8; save the table as UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            if not any(cells):
                continue
            if not header:
                header = cells
                _check_header(path, reader.line_num, header, schema)
            elif len(cells) != len(header):
                fault = f"{len(cells)} cells, the header has {len(header)}; add or remove commas, or quote the text"
                raise DataError(f"{place(path, reader.line_num)}: {fault}")
            else:
                rows.append(cells)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(f"{place(path, reader.line_num)}: {error}; check quotes and commas") from None
    if not header:
        raise DataError(f"{place(path, 1)}: empty; the first line has to be {','.join(c.name for c in schema.columns)}")
    if not rows and not schema.may_be_empty:
        raise DataError(f"{place(path, 1)}: no row under the header; add at least one")
    return header, rows, lines


def _check_header(path: Path, line: int, header: list[str], schema: Schema) -> None:
    known = [c.name for c in schema.columns]
    for name in header:
        if name not in known:
            hint = nearest(name, [k for k in known if k not in header]) or f"; columns are {', '.join(known)}"
            raise DataError(f"{place(path, line)}: column {shown(name)}: unknown{hint}")
        if header.count(name) > 1:
            raise DataError(f"{place(path, line)}: column {name!r}: stands twice; remove one")
    for column in schema.columns:
        if column.name not in header and not column.optional:
            raise DataError(f"{place(path, line)}: column {column.name!r}: missing; add it to the header and every row")


def _check_key(table: Table, schema: Schema) -> None:
    """No two rows may have the same key."""
    seen: dict[tuple[Any, ...], int] = {}
    for row, key in enumerate(zip(*(table.columns[c] for c in schema.key), strict=True)):
        if key in seen:
            what = " → ".join(str(part) for part in key)
            fault = f"{shown(what)} stands on line {table.lines[seen[key]]} already; remove one of the two"
            raise table.fault(row, ", ".join(schema.key), fault)
        seen[key] = row
