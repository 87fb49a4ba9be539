"""Sweeps on disk, finished or not, as frames and as tables of SQL."""

from __future__ import annotations

import json
import re
import weakref
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from nqpf.experiments.sweeping.columns import TABLES
from nqpf.experiments.sweeping.declared import columns_of, document, from_document
from nqpf.experiments.sweeping.folder import DONE, SCHEMA_JSON, read_info
from nqpf.experiments.sweeping.tables import data_files, part_files
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

    from nqpf.experiments.sweeping.declared import Column

_MOST_TRIES = 20  # while somebody else puts parts together
_KEYS = {"runs": ("run",), "series": ("run",), "attempts": ("run", "attempt")}


class Sweep:
    """A sweep's folder; also of one that goes on, or was cut off. Frames are as of now, whenever asked for.

    Attributes
    ----------
    path
        The folder.
    """

    def __init__(self, path: Path, *, temporary: bool = False) -> None:
        self.path = path
        self.info: dict[str, Any] = read_info(path)
        """What `sweep.json` said when the sweep was opened."""
        if temporary:
            weakref.finalize(self, rmtree, path, ignore_errors=True)

    @property
    def runs(self) -> pd.DataFrame:
        """Every run that was made: run, point, seed, status, error, factors, outcomes of its last quarter."""
        return self._frame("SELECT * FROM runs ORDER BY run")

    @property
    def series(self) -> pd.DataFrame:
        """Outcomes of every run that is done by quarter, level and region; of large sweeps rather ask by `sql`."""
        return self._frame("SELECT * EXCLUDE (file_row_number) FROM rows_of_series ORDER BY run, file_row_number")

    @property
    def attempts(self) -> pd.DataFrame:
        """Every attempt at a run, when it started, and when it finished if it was not cut off."""
        return self._frame("SELECT * FROM attempts ORDER BY run, attempt")

    def sql(self, query: str) -> pd.DataFrame:
        """What a query finds in the tables `runs`, `series` and `attempts`, in DuckDB's SQL.

        Raises duckdb.Error.

        Examples
        --------
        >>> sweep.sql("SELECT quarter, avg(gdp) FROM series GROUP BY quarter ORDER BY quarter")  # doctest: +SKIP
        """
        return self._frame(query)

    def arrow(self, query: str) -> pa.Table:
        """What `sql` finds, as Arrow's table; moments of the attempts in microseconds."""
        import duckdb  # noqa: PLC0415 (opening a sweep needs none)

        for left in reversed(range(_MOST_TRIES)):
            try:
                self._look()
                return self._connection.sql(query).to_arrow_table()
            except duckdb.IOException:
                # A part has gone into its file between looking and reading.
                if not left:
                    raise
        raise AssertionError

    @cached_property
    def columns(self) -> dict[str, tuple[Column, ...]]:
        """Name, type, unit and meaning of every column, by table; raises InputError.

        Of a sweep that was made before folders described themselves, as they would be described now.
        """
        path = self.path / SCHEMA_JSON
        try:
            return from_document(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return columns_of(self.info["experiment"], *(self._fields(table) for table in ("runs", "series")))
        except (OSError, ValueError, TypeError, KeyError):
            raise InputError(f"{path}: is not what a sweep writes; restore it, or go on with --resume") from None

    @property
    def schema(self) -> dict[str, list[dict[str, Any]]]:
        """`columns` as plain data, as `schema.json` has them."""
        return document(self.columns)

    def __repr__(self) -> str:
        info = self.info
        return f"Sweep({str(self.path)!r}: {info['experiment']['design']}, {info['runs']} runs, {info['status']})"

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        import duckdb  # noqa: PLC0415 (opening a sweep needs none)

        return duckdb.connect()

    def _frame(self, query: str) -> pd.DataFrame:
        return self.arrow(query).to_pandas()

    def _fields(self, table: str) -> pa.Schema:
        import pyarrow.parquet as pq  # noqa: PLC0415 (opening a sweep needs none)

        for file in data_files(self.path, table):
            try:
                return pq.read_schema(file)
            except (OSError, ValueError):
                break
        raise self._missing(table)

    def _missing(self, table: str) -> InputError:
        return InputError(f"{self.path}: has no {table} (any more); restore it, or go on with --resume")

    def _look(self) -> None:
        """Tell the tables by the files there are; parts first, lest one go into a file that is read already."""
        for table in TABLES:
            parts = part_files(self.path, table)
            files = [file for file in data_files(self.path, table) if file.exists()]
            if not files:
                raise self._missing(table)
            rows = self._rows(files)
            if parts:
                fresh = self._rows(parts)
                rows = rows.join(fresh, ", ".join(_KEYS[table]), how="anti").union(fresh)
            if table == "series":  # rows of a run that its record does not tell of yet are not seen
                rows = rows.filter(f"run IN (SELECT run FROM runs WHERE status = '{DONE}')")  # noqa: S608 (a constant)
            rows.create_view(f"rows_of_{table}", replace=True)
            rows.project("* EXCLUDE (file_row_number)").create_view(table, replace=True)

    def _rows(self, files: list[Path]) -> duckdb.DuckDBPyRelation:
        # A star or bracket in a folder's name is none of a pattern.
        names = [re.sub(r"([*?\[])", r"[\1]", str(file)) for file in files]
        return self._connection.read_parquet(names, file_row_number=True)


def open_sweep(path: str | Path) -> Sweep:
    """Open a sweep's folder, also of one that goes on or was cut off; raises InputError."""
    return Sweep(Path(path))
