"""What is exported: a run's tables as batches of rows, with the columns that `schema.json` declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nqpf.model.errors import InputError
from nqpf.model.recorder import DETAILS, TABLES, table_files
from nqpf.model.recorder.columns import Column

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nqpf.experiments.store import Run

BATCH_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Extent:
    """What a column's values need: bytes and characters of the longest text, and how many values are missing."""

    bytes: int
    characters: int
    missing: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a run directory, in one file or, while the run goes on, in several."""

    name: str
    columns: tuple[Column, ...]
    files: tuple[Path, ...]
    rows: int

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""
        return pa.schema([(column.name, column.arrow) for column in self.columns])

    @property
    def texts(self) -> list[str]:
        """Names of the columns of text."""
        return [column.name for column in self.columns if column.type == "text"]

    def batches(self, *, coded: bool = False) -> Iterator[pa.RecordBatch]:
        """All rows in order, (≤ BATCH_ROWS, n_columns) at a time; text as codes into a dictionary if `coded`."""
        for file in self.files:
            try:
                if pq.read_schema(file).names != self.schema.names:
                    raise InputError(f"{file}: its columns are not those of schema.json; restore both")
                with pq.ParquetFile(file, read_dictionary=self.texts if coded else None) as opened:
                    yield from opened.iter_batches(BATCH_ROWS, use_threads=False)
            except FileNotFoundError:
                # A run that ends meanwhile puts its parts together.
                raise InputError(f"{file}: has gone while it was read; export again when the run has ended") from None
            except (OSError, pa.ArrowException) as fault:
                raise _unreadable(file, fault) from None

    def extents(self) -> dict[str, Extent]:
        """What the values of each column need."""
        most = {column.name: Extent(0, 0, 0) for column in self.columns}
        for batch in self.batches(coded=True):
            for name, values in zip(batch.schema.names, batch.columns, strict=True):
                known, texts = most[name], values.dictionary if pa.types.is_dictionary(values.type) else None
                most[name] = Extent(
                    max(known.bytes, _largest(pc.binary_length, texts)),
                    max(known.characters, _largest(pc.utf8_length, texts)),
                    known.missing + values.null_count,
                )
        return most


def tables_of(run: Run) -> list[Table]:
    """Tables of a run up to the last quarter that is whole, the nation's first; raises InputError."""
    if not run.info["quarters"]:
        raise InputError(f"{run.path}: no quarter is finished yet; run on")
    try:
        declared = {name: tuple(Column(**column) for column in columns) for name, columns in run.schema.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        raise InputError(f"{run.path / 'schema.json'}: is not what a run writes; restore it, or run again") from None
    return [_table(run, name, declared) for name in TABLES if name in DETAILS[run.info["detail"]]]


def _table(run: Run, name: str, declared: dict[str, tuple[Column, ...]]) -> Table:
    files = tuple(table_files(run.path, name, run.info["last_quarter"]))
    if not files:
        raise InputError(f"{run.path / name}.parquet: is missing; restore it, or run again")
    if name not in declared:
        raise InputError(f"{run.path / 'schema.json'}: does not declare {name}; restore it, or run again")
    try:
        rows = sum(pq.read_metadata(file).num_rows for file in files)
    except (OSError, pa.ArrowException) as fault:
        raise _unreadable(run.path / f"{name}.parquet", fault) from None
    return Table(name, declared[name], files, rows)


def _unreadable(file: Path, fault: Exception) -> InputError:
    return InputError(f"{file}: cannot be read: {' '.join(str(fault).split())}; restore it, or run again")


def _largest(length: pc.Function, texts: pa.Array | None) -> int:
    return 0 if texts is None else pc.max(length(texts)).as_py() or 0
