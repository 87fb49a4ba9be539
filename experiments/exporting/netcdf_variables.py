"""Variables of a netCDF file: numbers, text, moments, with what is declared of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from nqpf.experiments.exporting.source import BATCH_ROWS
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from nqpf.experiments.exporting.source import Extent
    from nqpf.experiments.sweeping.declared import Column

MISSING = -1  # of whole numbers
_SMALLER: dict[str, Any] = {"compression": "zlib", "complevel": 4, "shuffle": True}
_CACHE = 4 << 20  # bytes of a variable kept uncompressed while it is written; the library's own is sixteen times it


def plain(values: pa.Array, variable: Any) -> NDArray[Any]:
    """A column as its variable holds it: (n,) of numbers, (n, width) of characters; a missing text is empty."""
    if not pa.types.is_dictionary(values.type):
        return numbers(values)
    width = variable.shape[1]
    texts = [*(text.encode() for text in values.dictionary.to_pylist()), b""]
    codes = values.indices.fill_null(len(texts) - 1).to_numpy()
    return np.array(texts, f"S{width}")[codes].view("S1").reshape(len(values), width)


def numbers(values: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """Numbers as variables hold them, (n,): moments in milliseconds, a missing value by the mark of its type."""
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    fill = np.nan if pa.types.is_floating(values.type) else MISSING
    return np.asarray(values.fill_null(fill) if values.null_count else values)


def name_of(column: Column) -> str:
    """The column's name without what no variable may bear, and no list of coordinates."""
    name = re.sub(r"[\s/]+", "_", column.name)
    return name if re.match(r"\w", name) else f"_{name}"


def check_names(columns: Iterable[Column]) -> None:
    """Raise InputError if two columns would have one name."""
    known: dict[str, str] = {}
    for column in columns:
        other = known.setdefault(name_of(column), column.name)
        if other != column.name:
            raise InputError(
                f"{other!r} and {column.name!r} would have one name in netCDF; give --format parquet, or duckdb"
            )


def number_variable(
    group: Any,
    column: Column,
    along: tuple[str, ...],
    *,
    missing: bool = False,
    chunks: Sequence[int] | None = None,
    cache: int = _CACHE,
) -> Any:
    """Numbers or moments along some dimensions; `missing`: whether some are, which numbers with a point always may."""
    number = "f8" if column.type == "float64" else "i8"
    fill = np.nan if number == "f8" else MISSING if missing else None
    if along == ("row",):
        chunks = (_chunk(group),)
    variable = group.createVariable(name_of(column), number, along, fill_value=fill, chunksizes=chunks, **_SMALLER)
    variable.set_var_chunk_cache(cache)
    return _told(variable, column)


def text_variable(group: Any, column: Column, along: tuple[str, ...]) -> Any:
    """Text of any length, which the file keeps one by one."""
    return _told(group.createVariable(name_of(column), str, along), column)


def characters_variable(group: Any, column: Column, extent: Extent) -> Any:
    """Text along `row` as characters, which the file keeps as an array."""
    width = max(extent.bytes, 1)
    if f"text{width}" not in group.dimensions:
        group.createDimension(f"text{width}", width)
    chunks = _chunk(group), width
    variable = group.createVariable(name_of(column), "S1", ("row", f"text{width}"), chunksizes=chunks, **_SMALLER)
    variable.set_var_chunk_cache(_CACHE)
    _told(variable, column)
    variable.setncattr("_Encoding", "utf-8")
    variable.set_auto_chartostring(False)
    if extent.missing:
        variable.setncattr("missing", "empty")
    return variable


def _chunk(group: Any) -> int:
    """Rows compressed together."""
    return int(np.clip(len(group.dimensions["row"]), 1, BATCH_ROWS))


def _told(variable: Any, column: Column) -> Any:
    """The variable with what is declared of its column."""
    units = "milliseconds since 1970-01-01T00:00:00Z" if column.type == "time" else column.unit
    said = {"units": units, "long_name": column.meaning, "equation": column.equation, "source": column.source}
    variable.setncatts({key: text for key, text in said.items() if text})
    if variable.name != column.name:
        variable.setncattr("column", column.name)
    return variable
