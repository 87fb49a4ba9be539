"""Tables that grow by a quarter at a time and are readable at any moment.

While a run goes on a table is a folder, `cities.parquet/2024Q1.parquet` and so on, one part for each quarter: a Parquet
file cannot be read before its footer is written, and the folder is what pandas, polars and DuckDB read under the same
name as a single file. When the run ends, for whatever reason it can still act on, parts are put together into the
single file `cities.parquet`. A run that goes on makes that file the first part of a new folder.

Everything is written under `.work` first and renamed into place, so a process killed at any moment leaves whole parts
only; `recover` finishes what a kill between two renames left undone. A quarter counts once the last of its parts is in
place: the nation's.
"""

from __future__ import annotations

import itertools
import os
import shutil
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nqpf.model.recorder.columns import arrow_schema, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

WORK = ".work"
MARK = "nation"  # the table whose part makes a quarter count: written last
_GROUP_ROWS = 1 << 17  # parts are put together into row groups of about as many
_LARGEST_GROUP = 1 << 20
_SMALL = 1 << 10  # rows below which compression costs more than it saves


class Parts:
    """The tables of one run directory.

    Parameters
    ----------
    folder
        The run directory.
    tables
        Names of its tables, in the order in which a quarter's parts are to appear.
    """

    def __init__(self, folder: Path, tables: Iterable[str]) -> None:
        self.folder = folder
        self.tables = tuple(tables)
        self.rows = dict.fromkeys(self.tables, 0)
        self._work = folder / WORK

    def open(self, last: str | None) -> None:
        """Make the tables folders that hold the quarters up to `last`, none if it is None, and no later ones."""
        self.recover()
        self._work.mkdir(exist_ok=True)
        for table in reversed(self.tables):  # quarters to be dropped no longer count before the first part goes
            target = self._path(table)
            if target.is_file():
                self._unmerge(table)
            target.mkdir(exist_ok=True)
            self._drop_after(table, last)
            self.rows[table] = sum(pq.read_metadata(part).num_rows for part in part_files(target))

    def append(self, quarter: str, tables: Mapping[str, pa.Table]) -> None:
        """Write a quarter's parts; all are written before the first is seen."""
        for table in self.tables:
            with (self._work / table).open("wb") as file:
                write_table(file, table, tables[table])
        for table in self.tables:
            (self._work / table).replace(self._path(table) / f"{quarter}.parquet")
            self.rows[table] += tables[table].num_rows

    def merge(self, last: str | None) -> None:
        """Put every table's parts up to `last` together into one file; one that is a file already stays."""
        for table in self.tables:
            target, staged, aside = self._path(table), self._staged(table), self._work / f"{table}.parts"
            if target.is_file():
                continue
            self._drop_after(table, last)
            whole = self._work / f"{table}.whole"
            with whole.open("wb") as file:
                self.rows[table] = _merge(table, part_files(target), file)
                file.flush()
                os.fsync(file.fileno())  # it replaces its parts: a power cut must not lose both
            whole.replace(staged)
            target.replace(aside)
            staged.replace(target)
        shutil.rmtree(self._work)

    def recover(self) -> None:
        """Finish what a kill between two renames left undone, and forget what was only begun."""
        for table in self.tables:
            if not self._path(table).exists() and self._staged(table).exists():
                self._staged(table).replace(self._path(table))
        shutil.rmtree(self._work, ignore_errors=True)

    def _unmerge(self, table: str) -> None:
        target, staged = self._path(table), self._staged(table)
        quarters = _quarters(target)
        staged.mkdir()
        if quarters:
            target.replace(staged / f"{quarters[0]}.parquet")
        else:
            target.unlink()
        staged.replace(target)

    def _drop_after(self, table: str, last: str | None) -> None:
        parts = part_files(self._path(table))
        while parts and (last is None or parts[-1].stem > last):  # the latest first: never a gap between quarters
            parts.pop().unlink()
        if parts and last is not None and max(_quarters(parts[-1]), default=last) > last:
            # Only the last part can hold later quarters: one put together from several.
            with pq.ParquetFile(parts[-1], read_dictionary=columns_of(table, "text")) as opened:
                rows = opened.read()
            with (self._work / table).open("wb") as file:
                write_table(file, table, rows.filter(pc.less_equal(rows["quarter"].cast(pa.string()), last)))
            (self._work / table).replace(parts[-1])

    def _path(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"

    def _staged(self, table: str) -> Path:
        return self._work / f"{table}.parquet"


def table_files(folder: Path, table: str, last: str | None = None) -> list[Path]:
    """The files that hold a table of a run directory, in order, whatever its state; only parts up to `last`."""
    for path in (folder / f"{table}.parquet", folder / WORK / f"{table}.parquet"):
        if path.is_dir():
            return [part for part in part_files(path) if last is None or part.stem <= last]
        if path.is_file():
            return [path]
    return []


def recorded(folder: Path, tables: Iterable[str]) -> tuple[list[str], dict[str, int]]:
    """Quarters that count in a run directory, in order, and rows of each table up to the last of them."""
    quarters = [quarter for file in table_files(folder, MARK) for quarter in _quarters(file)]
    last = quarters[-1] if quarters else ""
    sizes = {
        table: sum(pq.read_metadata(file).num_rows for file in table_files(folder, table, last)) for table in tables
    }
    return quarters, sizes


def part_files(folder: Path) -> list[Path]:
    """A table's parts in the order of their quarters; each is named after its first."""
    return sorted(folder.glob("*.parquet"))


def write_table(file: BinaryIO, table: str, rows: pa.Table) -> None:
    """Write rows as Parquet with plain text columns, stored by dictionary; extremes only of the quarter."""
    with _writer(file, table, rows) as writer:
        writer.write_table(rows, row_group_size=_LARGEST_GROUP)


def _writer(file: BinaryIO, table: str, first: pa.Table) -> pq.ParquetWriter:
    options: dict[str, Any] = {
        "compression": "none" if first.num_rows < _SMALL else "zstd",
        "use_dictionary": columns_of(table, "text"),
        # Split into their bytes, numbers compress in half the time to nine tenths of the size.
        "column_encoding": dict.fromkeys(columns_of(table, "float64"), "BYTE_STREAM_SPLIT"),
        "write_statistics": ["quarter"],
        "store_schema": False,
    }
    return pq.ParquetWriter(file, first.schema, **options)


def _merge(table: str, parts: Iterable[Path], file: BinaryIO) -> int:
    """Put the rows of all parts into one file, a few parts in memory at a time; rows written."""
    batches = _batches(table, parts)
    first = next(batches, arrow_schema(table).empty_table())
    with _writer(file, table, first) as writer:
        rows = 0
        for batch in itertools.chain([first], batches):
            writer.write_table(batch, row_group_size=_LARGEST_GROUP)
            rows += batch.num_rows
    return rows


def _batches(table: str, parts: Iterable[Path]) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    for part in parts:
        with pq.ParquetFile(part, read_dictionary=columns_of(table, "text")) as opened:
            waiting.append(opened.read(use_threads=False))
        if sum(rows.num_rows for rows in waiting) >= _GROUP_ROWS:
            yield pa.concat_tables(waiting).unify_dictionaries()
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting).unify_dictionaries()


def _quarters(file: Path) -> list[str]:
    with pq.ParquetFile(file, read_dictionary=["quarter"]) as opened:
        return sorted(opened.read(["quarter"])["quarter"].unique().to_pylist())
