"""A run as it is exported: its tables up to the last quarter that is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from nqpf.experiments.exporting.source import BATCH_ROWS, Source, Table, unreadable
from nqpf.model.errors import InputError
from nqpf.model.recorder import DETAILS, RUN_JSON, TABLES, table_files
from nqpf.model.recorder.columns import DESCRIPTIONS, Column
from nqpf.model.recorder.crate import LICENCE, crate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nqpf.experiments.store import Run

_REMEDY = "run again"


@dataclass(frozen=True)
class StoredTable(Table):
    """A table of a run directory, in one file or, while the run goes on, in several."""

    files: tuple[Path, ...]
    quarters: int

    def batches(self, *, coded: bool = False) -> Iterator[pa.RecordBatch]:
        """See `Table.batches`; raises InputError."""
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
                raise InputError(unreadable(file, fault, _REMEDY)) from None


class RunSource(Source):
    """A run, finished or not."""

    record_name = RUN_JSON

    def __init__(self, run: Run) -> None:
        self._run = run
        self.record = run.info

    def tables(self) -> list[Table]:
        """See `Source.tables`; the nation's first."""
        run = self._run
        if not run.info["quarters"]:
            raise InputError(f"{run.path}: no quarter is finished yet; run on")
        try:
            declared = {name: tuple(Column(**column) for column in columns) for name, columns in run.schema.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            fault = "is not what a run writes; restore it, or run again"
            raise InputError(f"{run.path / 'schema.json'}: {fault}") from None
        return [_table(run, name, declared) for name in TABLES if name in DETAILS[run.info["detail"]]]

    def about(self) -> dict[str, str]:
        """See `Source.about`."""
        info = self._run.info
        scenario = info["scenario"]
        return {
            "title": scenario["title"]["en"],
            "title_zh": scenario["title"]["zh"],
            "description": scenario["description"]["en"],
            "scenario": scenario["name"],
            "scenario_hash": info["hash"],
            "seed": str(info["seed"]),
            "firms": str(info["firms"]["asked"]),
            "quarters": f"{info['first_quarter']} to {info['last_quarter']}",
            "status": self.unfinished() or info["status"],
            "source": f"nqpf {info['model_version']}, an agent-based simulation; no observations",
            "license": LICENCE,
        }

    def unfinished(self) -> str:
        """See `Source.unfinished`."""
        info = self._run.info
        if info["status"] == "finished":
            return ""
        return f"{info['status']}: {info['quarters']} of {info['scenario']['quarters']} quarters are finished"

    def crate(self, files: Mapping[str, str]) -> dict[str, Any]:
        """See `Source.crate`."""
        return crate(self._run.info, files, in_parts=False)


def _table(run: Run, name: str, declared: dict[str, tuple[Column, ...]]) -> Table:
    files = tuple(table_files(run.path, name, run.info["last_quarter"]))
    if not files:
        raise InputError(f"{run.path / name}.parquet: is missing; restore it, or run again")
    if name not in declared:
        raise InputError(f"{run.path / 'schema.json'}: does not declare {name}; restore it, or run again")
    try:
        rows = sum(pq.read_metadata(file).num_rows for file in files)
    except (OSError, pa.ArrowException) as fault:
        raise InputError(unreadable(run.path / f"{name}.parquet", fault, _REMEDY)) from None
    return StoredTable(name, declared[name], rows, DESCRIPTIONS[name], files, run.info["quarters"])
