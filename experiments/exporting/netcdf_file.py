"""netCDF-4: one file with a group for each table, which `xarray.open_datatree` opens, or `open_dataset(…, group=…)`.

Measures of places, sectors and regions are arrays over quarter and these; a group with many rows to a quarter (flows,
events, tracks, firms) is a long table: every column along `row`, text as characters. Values are compressed as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np
import pyarrow as pa

from nqpf.experiments.exporting.about import about, description
from nqpf.experiments.exporting.source import BATCH_ROWS
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nqpf.experiments.exporting.source import Extent, Table
    from nqpf.experiments.store import Run
    from nqpf.model.recorder.columns import Column

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "nation": (),
    "regions": ("region",),
    "cities": ("city",),
    "growth": ("city",),
    "sectors": ("city", "sector"),
}
"""Dimensions besides the quarter of the tables that have as many rows each quarter; the others are long."""

_LABELS = {"level": "region"}  # text that belongs to a dimension
_MISSING = -1  # of whole numbers
_SMALLER: dict[str, Any] = {"compression": "zlib", "complevel": 4, "shuffle": True}
_CACHE = (
    4 << 20
)  # bytes of a variable kept uncompressed while it is written; the library's own cache is sixteen times it


def write(run: Run, tables: Sequence[Table], place: Path, wrote: Callable[[int], None]) -> None:
    """Write the file."""
    groups = "a group a table; open with xarray.open_datatree, or open_dataset(file, group='cities')"
    with netCDF4.Dataset(place, "w", format="NETCDF4") as file:
        file.setncatts({**about(run), "groups": groups})
        for table in tables:
            group = file.createGroup(table.name)
            group.setncattr("title", description(table))
            if table.name in DIMENSIONS:
                _dense(group, table, run.info["quarters"], wrote)
            else:
                _long(group, table, wrote)


def _dense(group: Any, table: Table, n_quarters: int, wrote: Callable[[int], None]) -> None:
    """Measures (n_quarters, …), compressed, with their labels as coordinates."""
    names, n_rows = DIMENSIONS[table.name], table.rows // n_quarters
    measures = [column for column in table.columns if column.type != "text"]
    keys: dict[str, list[str]] = {}
    shape: tuple[int, ...] = ()
    group.createDimension("quarter", n_quarters)
    quarters = _text_variable(group, table.columns[0], ("quarter",))
    for at, rows in enumerate(_by_quarter(table, n_rows)):
        columns = {name: rows[name].to_pylist() for name in table.texts}
        quarter = columns.pop("quarter")
        if at == 0:
            keys = columns
            shape = _dimensions(group, table, keys)
            beside = " ".join(name for name in keys if name in _LABELS)
            for column in measures:
                variable = _number_variable(group, column, ("quarter", *names))
                if beside:
                    variable.setncattr("coordinates", beside)
        if columns != keys or len(set(quarter)) != 1:
            raise InputError(f"{table.files[0]}: a quarter's rows are not those of the first; restore it, or run again")
        quarters[at] = quarter[0]
        for column in measures:
            group[column.name][at] = rows[column.name].to_numpy().reshape(shape)
        wrote(n_rows)


def _dimensions(group: Any, table: Table, keys: dict[str, list[str]]) -> tuple[int, ...]:
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
            variable = _text_variable(group, column, (of,))
            variable[:] = np.array(keys[column.name] if column.name != of else labels[of], dtype=object)
    return shape


def _by_quarter(table: Table, n_rows: int) -> Iterator[pa.Table]:
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
            _characters_variable(group, column, extents[column.name])
        else:
            _number_variable(group, column, ("row",), missing=extents[column.name].missing > 0)
    start = 0
    for batch in table.batches(coded=True):
        end = start + batch.num_rows
        for column in table.columns:
            group[column.name][start:end] = _plain(batch.column(column.name), group[column.name])
        start = end
        wrote(batch.num_rows)


def _plain(values: pa.Array, variable: Any) -> NDArray[Any]:
    """A column as its variable holds it: (n,) of numbers, (n, width) of characters; a missing text is empty."""
    if not pa.types.is_dictionary(values.type):
        return (values.fill_null(_MISSING) if values.null_count else values).to_numpy()
    width = variable.shape[1]
    texts = [*(text.encode() for text in values.dictionary.to_pylist()), b""]
    codes = values.indices.fill_null(len(texts) - 1).to_numpy()
    return np.array(texts, f"S{width}")[codes].view("S1").reshape(len(values), width)


def _chunk(group: Any) -> int:
    """Rows compressed together."""
    return int(np.clip(len(group.dimensions["row"]), 1, BATCH_ROWS))


def _number_variable(group: Any, column: Column, along: tuple[str, ...], *, missing: bool = False) -> Any:
    number = "f8" if column.type == "float64" else "i8"
    fill = np.nan if number == "f8" else _MISSING if missing else None
    chunks = (_chunk(group),) if along == ("row",) else None
    variable = group.createVariable(column.name, number, along, fill_value=fill, chunksizes=chunks, **_SMALLER)
    variable.set_var_chunk_cache(_CACHE)
    return _told(variable, column)


def _text_variable(group: Any, column: Column, along: tuple[str, ...]) -> Any:
    return _told(group.createVariable(column.name, str, along), column)


def _characters_variable(group: Any, column: Column, extent: Extent) -> Any:
    width = max(extent.bytes, 1)
    if f"text{width}" not in group.dimensions:
        group.createDimension(f"text{width}", width)
    chunks = _chunk(group), width
    variable = group.createVariable(column.name, "S1", ("row", f"text{width}"), chunksizes=chunks, **_SMALLER)
    variable.set_var_chunk_cache(_CACHE)
    _told(variable, column)
    variable.setncattr("_Encoding", "utf-8")
    variable.set_auto_chartostring(False)
    if extent.missing:
        variable.setncattr("missing", "empty")
    return variable


def _told(variable: Any, column: Column) -> Any:
    """The variable with what is declared of its column."""
    said = {"units": column.unit, "long_name": column.meaning, "equation": column.equation, "source": column.source}
    variable.setncatts({key: text for key, text in said.items() if text})
    return variable
