"""netCDF-4: one file with a group for each table, which `xarray.open_datatree` opens, or `open_dataset(…, group=…)`.

Measures of places, sectors and regions are arrays over quarter and these; a group with many rows to a quarter (flows,
events, tracks, firms) is a long table: every column along `row`, text as characters. Of a sweep `netcdf_sweep` writes
runs and series. Values are compressed as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np
import pyarrow as pa

from nqpf.experiments.exporting.netcdf_sweep import write_runs, write_series
from nqpf.experiments.exporting.netcdf_variables import characters_variable, number_variable, plain, text_variable
from nqpf.experiments.exporting.of_run import StoredTable
from nqpf.experiments.exporting.of_sweep import HeldTable, SeriesTable
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from nqpf.experiments.exporting.source import Source, Table

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "nation": (),
    "regions": ("region",),
    "cities": ("city",),
    "growth": ("city",),
    "sectors": ("city", "sector"),
}
"""Dimensions besides the quarter of the tables that have as many rows each quarter; the others are long."""

_LABELS = {"level": "region"}  # text that belongs to a dimension


def write(source: Source, tables: Sequence[Table], place: Path, wrote: Callable[[int], None]) -> None:
    """Write the file."""
    groups = f"a group a table; open with xarray.open_datatree, or open_dataset(file, group='{_example(tables)}')"
    with netCDF4.Dataset(place, "w", format="NETCDF4") as file:
        file.setncatts({**source.about(), "groups": groups})
        for table in tables:
            group = file.createGroup(table.name)
            group.setncattr("title", table.description)
            if isinstance(table, StoredTable) and table.name in DIMENSIONS:
                _dense(group, table, wrote)
            elif isinstance(table, SeriesTable):
                write_series(group, table, wrote)
            elif isinstance(table, HeldTable) and table.name == "runs":
                write_runs(group, table, wrote)
            else:
                _long(group, table, wrote)


def _example(tables: Sequence[Table]) -> str:
    """A group, as whoever reads the file may ask for it."""
    series = [table for table in tables if isinstance(table, SeriesTable)]
    return "series/nation" if series else tables[-1].name


def _dense(group: Any, table: StoredTable, wrote: Callable[[int], None]) -> None:
    """Measures (n_quarters, …), compressed, with their labels as coordinates."""
    names, n_rows = DIMENSIONS[table.name], table.rows // table.quarters
    measures = [column for column in table.columns if column.type != "text"]
    keys: dict[str, list[str]] = {}
    shape: tuple[int, ...] = ()
    group.createDimension("quarter", table.quarters)
    quarters = text_variable(group, table.columns[0], ("quarter",))
    for at, rows in enumerate(_by_quarter(table, n_rows)):
        columns = {name: rows[name].to_pylist() for name in table.texts}
        quarter = columns.pop("quarter")
        if at == 0:
            keys = columns
            shape = _dimensions(group, table, keys)
            beside = " ".join(name for name in keys if name in _LABELS)
            for column in measures:
                variable = number_variable(group, column, ("quarter", *names))
                if beside:
                    variable.setncattr("coordinates", beside)
        if columns != keys or len(set(quarter)) != 1:
            raise InputError(f"{table.files[0]}: a quarter's rows are not those of the first; restore it, or run again")
        quarters[at] = quarter[0]
        for column in measures:
            group[column.name][at] = rows[column.name].to_numpy().reshape(shape)
        wrote(n_rows)


def _dimensions(group: Any, table: StoredTable, keys: dict[str, list[str]]) -> tuple[int, ...]:
    """Make the dimensions of a quarter's rows, with their labels; their lengths."""
    names = DIMENSIONS[table.name]
    labels = {name: list(dict.fromkeys(keys[name])) for name in names}
    shape = tuple(len(values) for values in labels.values())
    grid = np.meshgrid(*labels.values(), indexing="ij") if names else []
    if any(axis.ravel().tolist() != keys[name] for name, axis in zip(names, grid, strict=True)):
        raise InputError(f"{table.files[0]}: rows are not in the order of their keys; restore it, or run again")
    for name, values in labels.items():
        group.createDimension(name, len(values))
    for column in table.columns[1:]:
        if column.type == "text":
            of = _LABELS.get(column.name, column.name)
            variable = text_variable(group, column, (of,))
            variable[:] = np.array(keys[column.name] if column.name != of else labels[of], dtype=object)
    return shape


def _by_quarter(table: StoredTable, n_rows: int) -> Iterator[pa.Table]:
    """Rows of each quarter, all quarters having `n_rows`."""
    waiting = table.schema.empty_table()
    for batch in table.batches():
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while waiting.num_rows >= n_rows:
            yield waiting.slice(0, n_rows)
            waiting = waiting.slice(n_rows)


def _long(group: Any, table: Table, wrote: Callable[[int], None]) -> None:
    """Every column along `row`: numbers, and text (n_rows, width) of characters in UTF-8."""
    group.createDimension("row", table.rows)
    extents = table.extents()
    for column in table.columns:
        if column.type == "text":
            characters_variable(group, column, extents[column.name])
        else:
            number_variable(group, column, ("row",), missing=extents[column.name].missing > 0)
    start = 0
    for batch in table.batches(coded=True):
        end = start + batch.num_rows
        for column in table.columns:
            group[column.name][start:end] = plain(batch.column(column.name), group[column.name])
        start = end
        wrote(batch.num_rows)
