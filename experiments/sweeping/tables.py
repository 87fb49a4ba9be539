"""Tables of a sweep's folder: files that are read by anybody, and parts, one a run, that are not in them yet.

`runs.parquet` and `attempts.parquet` are single files, `series/` holds files of so many runs each; all are in the order
of runs, cut into row groups by run number, so that their bytes depend on what they hold and not on how it came. Parts
lie in `parts/<table>/` and take the place of the same run (of the same attempt) in the file: whoever reads takes a run
from its part if there is one. Files and parts are replaced as a whole, and a part is deleted only when the file that
holds it is in place, so a kill at any moment leaves nothing missing and nothing double.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from nqpf.agents.typing import Bools, Ints

PARTS = "parts"
_GROUP_VALUES = 1 << 22  # numbers of a row group; what is held in memory while parts are put together
_FILE_GROUPS = 4  # row groups of a file of `series`


@dataclass(frozen=True)
class Table:
    """One table of a sweep's folder."""

    folder: Path
    name: str
    schema: pa.Schema
    rows: int = 1  # of a run
    keys: tuple[str, ...] = ("run",)  # what a part stands for
    divided: bool = False  # into several files

    @property
    def group_runs(self) -> int:
        """Runs of a row group."""
        return max(1, _GROUP_VALUES // (self.rows * len(self.schema)))

    @property
    def parts(self) -> Path:
        """The folder of its parts."""
        return self.folder / PARTS / self.name

    def create(self) -> None:
        """Make its folders, and a first file without rows: there is something to read from the start."""
        self.parts.mkdir(parents=True, exist_ok=True)
        for cut_off in self.parts.glob(".*.new"):
            cut_off.unlink()
        first = self._file(0)
        first.parent.mkdir(exist_ok=True)
        if not first.exists():
            self._write(first, [])

    def put(self, run: int, rows: bytes, *, attempt: int | None = None) -> None:
        """Write a part, or replace it."""
        stem = f"{run:08d}" if attempt is None else f"{run:08d}-{attempt}"
        with replaced(self.parts / f"{stem}.parquet") as file:
            file.write(rows)

    def merge(self, keep: Callable[[int], bool] | None = None) -> None:
        """Put the parts into the files, but those of runs that are not to be kept; afterwards there are none."""
        parts = part_files(self.folder, self.name)
        kept = [part for part in parts if keep is None or keep(run_of(part))]
        per_file = self.group_runs * _FILE_GROUPS
        for number, some in groupby(kept, lambda part: run_of(part) // per_file if self.divided else 0):
            self._write(self._file(number), list(some))
        for part in parts:
            part.unlink()

    def _file(self, number: int) -> Path:
        return self.folder / self.name / f"{number:06d}.parquet" if self.divided else file_of(self.folder, self.name)

    def _write(self, target: Path, parts: Sequence[Path]) -> None:
        with replaced(target) as file, pq.ParquetWriter(file, self.schema, **_options(self.schema)) as writer:
            for group in self._groups(target, parts):
                writer.write_table(group, row_group_size=max(group.num_rows, 1))

    def _groups(self, target: Path, parts: Sequence[Path]) -> Iterator[pa.Table]:
        """Row groups of a file with these parts in it, one after the other."""
        fresh = {n: list(some) for n, some in groupby(parts, lambda part: run_of(part) // self.group_runs)}
        if not target.exists():
            for some in fresh.values():
                yield self._together([self._read(part) for part in some])
            return
        with pq.ParquetFile(target) as file:
            first = [file.metadata.row_group(i).column(0).statistics for i in range(file.num_row_groups)]
            old = {statistics.min // self.group_runs: i for i, statistics in enumerate(first)}
            for n in sorted({*old, *fresh}):
                pieces = [self._read(part) for part in fresh.get(n, [])]
                if n in old:
                    before = file.read_row_group(old[n], use_threads=False)
                    pieces.insert(0, before.filter(pa.array(~_among(before, pieces, self.keys))))
                yield self._together(pieces)

    def _read(self, part: Path) -> pa.Table:
        with pq.ParquetFile(part) as opened:
            return opened.read(use_threads=False)

    def _together(self, pieces: Sequence[pa.Table]) -> pa.Table:
        rows = pa.concat_tables([piece.cast(self.schema) for piece in pieces])
        order = np.lexsort([rows[key].to_numpy() for key in reversed(self.keys)])  # stable: a run's rows stay in order
        return rows.take(pa.array(order)).combine_chunks()


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file to write, in place once it is whole and on the disk; whoever reads meanwhile sees the old one."""
    passing = path.with_name(f".{path.name}.new")
    try:
        with passing.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
    except BaseException:
        passing.unlink(missing_ok=True)
        raise


def as_parquet(rows: pa.Table) -> bytes:
    """Rows as the bytes of a part."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, **_options(rows.schema))
    return sink.getvalue().to_pybytes()


def file_of(folder: Path, name: str) -> Path:
    """The file of a table that is not divided."""
    return folder / f"{name}.parquet"


def data_files(folder: Path, name: str) -> list[Path]:
    """A table's files, in the order of runs."""
    return sorted((folder / name).glob("[0-9]*.parquet")) if (folder / name).is_dir() else [file_of(folder, name)]


def part_files(folder: Path, name: str) -> list[Path]:
    """A table's parts, in the order of runs and attempts."""
    parts = (folder / PARTS / name).glob("[0-9]*.parquet")
    return sorted(parts, key=lambda part: [int(number) for number in part.stem.split("-")])


def run_of(part: Path) -> int:
    """The run that a part holds."""
    return int(part.stem.partition("-")[0])


def _options(schema: pa.Schema) -> dict[str, Any]:
    numbers = [field.name for field in schema if pa.types.is_float64(field.type)]
    return {
        "compression": "zstd",
        "use_dictionary": [field.name for field in schema if field.name not in numbers],
        # Split into their bytes, numbers compress in half the time to nine tenths of the size.
        "column_encoding": dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
        "write_statistics": ["run"],
        "store_schema": False,
    }


def _among(rows: pa.Table, others: Sequence[pa.Table], keys: Sequence[str]) -> Bools:
    """Which rows bear a key that the others have."""
    if not others:
        return np.zeros(rows.num_rows, bool)
    sizes = [1 + max(int(np.max(piece[key].to_numpy(), initial=0)) for piece in (rows, *others)) for key in keys]

    def codes(piece: pa.Table) -> Ints:
        return np.ravel_multi_index(tuple(piece[key].to_numpy() for key in keys), sizes).astype(np.int64)

    return np.isin(codes(rows), np.concatenate([codes(piece) for piece in others]))
