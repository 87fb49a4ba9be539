"""What is exported: tables as batches of rows, with their columns, and what is said of them all.

`of_run` and `of_sweep` are the two kinds there are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nqpf.experiments.sweeping.declared import Column

BATCH_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Extent:
    """What a column's values need: bytes and characters of the longest text, and how many values are missing."""

    bytes: int
    characters: int
    missing: int


@dataclass(frozen=True)
class Table(ABC):
    """A table to be exported."""

    name: str
    columns: Sequence[Column]
    rows: int
    description: str

    @abstractmethod
    def batches(self, *, coded: bool = False) -> Iterator[pa.RecordBatch]:
        """All rows in order, (≤ BATCH_ROWS, n_columns) at a time; text as codes into a dictionary if `coded`."""

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""
        return pa.schema([(column.name, column.arrow) for column in self.columns])

    @property
    def texts(self) -> list[str]:
        """Names of the columns of text."""
        return [column.name for column in self.columns if column.type == "text"]

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


class Source(ABC):
    """A run or a sweep, as it is to be exported."""

    record_name: ClassVar[str]
    """Of the file that says what made it."""
    record: dict[str, Any]
    """What that file says."""

    @abstractmethod
    def tables(self) -> list[Table]:
        """Its tables, as far as they are whole; raises InputError."""

    @abstractmethod
    def about(self) -> dict[str, str]:
        """What it is, as text by key."""

    @abstractmethod
    def unfinished(self) -> str:
        """How far it has come, if it has not come to its end."""

    @abstractmethod
    def crate(self, files: Mapping[str, str]) -> dict[str, Any]:
        """Metadata of a folder with these files, description by name."""


def of_batches(batches: Iterator[pa.RecordBatch], *, coded: bool) -> Iterator[pa.RecordBatch]:
    """Batches whose text is plain, with codes in its place if asked for."""
    for batch in batches:
        if not coded:
            yield batch
            continue
        columns = [pc.dictionary_encode(c) if pa.types.is_string(c.type) else c for c in batch.columns]
        yield pa.RecordBatch.from_arrays(columns, batch.schema.names)


def unreadable(file: Path, fault: Exception, remedy: str) -> str:
    """A fault as one line."""
    return f"{file}: cannot be read: {' '.join(str(fault).split())}; restore it, or {remedy}"


def _largest(length: pc.Function, texts: pa.Array | None) -> int:
    return 0 if texts is None else pc.max(length(texts)).as_py() or 0
