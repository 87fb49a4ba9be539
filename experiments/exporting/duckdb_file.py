"""DuckDB: one database with a table for each, comments on all of them and their columns, and the same as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from nqpf.experiments.exporting.about import COLUMN_FIELDS, column_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from nqpf.experiments.exporting.source import Source, Table

_TYPES = {"text": "VARCHAR", "int64": "BIGINT", "float64": "DOUBLE", "time": "TIMESTAMPTZ"}
_SETTINGS: dict[str, Any] = {"autoinstall_known_extensions": False, "memory_limit": "1GB"}


def write(source: Source, tables: Sequence[Table], place: Path, wrote: Callable[[int], None]) -> None:
    """Write the database; its tables `about` and `columns` say what the run and every column is."""
    try:
        with duckdb.connect(str(place), config=_SETTINGS) as database:
            database.begin()  # one commit instead of one for each comment
            _listed(database, "about", ("key", "value"), list(source.about().items()))
            _listed(database, "columns", COLUMN_FIELDS, column_rows(tables))
            for table in tables:
                _declare(database, table)
            database.commit()
            for table in tables:
                _fill(database, table, wrote)
    except duckdb.IOException as fault:
        raise OSError(str(fault)) from fault


def _fill(database: duckdb.DuckDBPyConnection, table: Table, wrote: Callable[[int], None]) -> None:
    """All rows in one statement, which takes them batch by batch: a statement each would keep all in memory."""
    faults: list[BaseException] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for batch in table.batches():
                yield batch
                wrote(batch.num_rows)
        except BaseException as fault:  # noqa: BLE001 (DuckDB would make it one of its own)
            faults.append(fault)

    database.register("rows", pa.RecordBatchReader.from_batches(table.schema, batches()))
    database.execute(f'INSERT INTO "{table.name}" SELECT * FROM rows')  # noqa: S608 (our own names)
    database.unregister("rows")
    if faults:
        raise faults[0]


def _declare(database: duckdb.DuckDBPyConnection, table: Table) -> None:
    """An empty table with its comments."""
    declared = ", ".join(f"{_quoted(column.name)} {_TYPES[column.type]}" for column in table.columns)
    database.execute(f'CREATE TABLE "{table.name}" ({declared})')
    _comment(database, f'TABLE "{table.name}"', table.description)
    for column in table.columns:
        unit = f" [{column.unit}]" if column.unit else ""
        _comment(database, f'COLUMN "{table.name}".{_quoted(column.name)}', column.meaning + unit)


def _listed(
    database: duckdb.DuckDBPyConnection, name: str, fields: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """A table of text."""
    database.execute(f"CREATE TABLE {name} ({', '.join(f'"{field}" VARCHAR' for field in fields)})")
    database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(fields))})", rows)  # noqa: S608 (our own)


def _quoted(name: str) -> str:
    """A name as SQL has it; a factor may bear any."""
    return '"' + name.replace('"', '""') + '"'


def _comment(database: duckdb.DuckDBPyConnection, what: str, text: str) -> None:
    quoted = text.replace("'", "''")
    database.execute(f"COMMENT ON {what} IS '{quoted}'")
