"""Runs and series of a sweep in netCDF: what comes out as data, what was set as coordinates of the run.

`runs` lies along `run`. `series` has a group for each level, with arrays over run, quarter and region (the nation's
without the last), of the runs that are done. Quarters that a run does not have are missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nqpf.experiments.exporting.netcdf_variables import (
    MISSING,
    check_names,
    name_of,
    number_variable,
    numbers,
    text_variable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from nqpf.experiments.exporting.of_sweep import HeldTable, SeriesTable
    from nqpf.experiments.sweeping.declared import Column

_CHUNK_VALUES = 1 << 15  # compressed together; a sweep of all measures has hundreds of variables that are open at once
_KEYS = ("run", "point", "seed")
_PLACE = ("quarter", "level", "region")


@dataclass
class _Level:
    """Regions of a level, and how many values each measure has there."""

    regions: dict[str, None] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    rows: int = 0


def write_runs(group: Any, table: HeldTable, wrote: Callable[[int], None]) -> None:
    """All columns along the run; raises InputError if two would have one name."""
    check_names(table.columns)
    group.createDimension("run", table.rows)
    beside = " ".join(name_of(column) for column in table.columns if column.name in (*_KEYS[1:], *table.factors))
    for column in table.columns:
        variable = _along_runs(group, column, table.held[column.name])
        if column.name not in (*_KEYS, *table.factors):
            variable.setncattr("coordinates", beside)
    wrote(table.rows)


def write_series(group: Any, table: SeriesTable, wrote: Callable[[int], None]) -> None:
    """A group for each level."""
    levels, quarters = _seen(table)
    measures = [column for column in table.columns if column.name not in (*_KEYS, *_PLACE)]
    known = {name: [m for m in measures if level.values[m.name]] for name, level in levels.items()}
    for name, level in levels.items():
        _declare(group.createGroup(name), table, name, level, quarters, known[name])
    for rows in _whole_runs(table):
        at = np.searchsorted(table.made, rows["run"].to_numpy())
        at_quarter = np.asarray(pc.index_in(rows["quarter"], pa.array(quarters)))
        for name, level in levels.items():
            here = np.flatnonzero(np.asarray(pc.equal(rows["level"], name)))
            mine = rows.take(pa.array(here))
            at_region = np.asarray(pc.index_in(mine["region"], pa.array(list(level.regions))))
            place = at[here] - at[0], at_quarter[here], at_region
            shape = int(at[-1] - at[0]) + 1, len(quarters), len(level.regions)
            for measure in known[name]:
                block = _block(shape, place, numbers(mine[measure.name]))
                variable = group[name][name_of(measure)]
                variable[at[0] : at[-1] + 1] = block[..., 0] if variable.ndim == 2 else block
        wrote(rows.num_rows)


def _declare(
    group: Any, table: SeriesTable, name: str, level: _Level, quarters: list[str], measures: list[Column]
) -> None:
    """Dimensions, coordinates, and variables yet to be filled."""
    keys = {column.name: column for column in table.columns}
    along = {"run": len(table.made), "quarter": len(quarters), "region": len(level.regions)}
    if name == "nation":
        del along["region"]
    for dimension, length in along.items():
        group.createDimension(dimension, length)
    text_variable(group, keys["quarter"], ("quarter",))[:] = np.array(quarters, object)
    if "region" in along:
        text_variable(group, keys["region"], ("region",))[:] = np.array(list(level.regions), object)
    runs = table.runs.held.filter(pc.is_in(table.runs.held["run"], pa.array(table.made)))
    coordinates = [c for c in table.runs.columns if c.name in (*_KEYS, *table.runs.factors)]
    check_names([*coordinates, *measures])
    for column in coordinates:
        _along_runs(group, column, runs[column.name])
    chunks = _chunks(tuple(along.values()))
    for measure in measures:
        whole = level.values[measure.name] == int(np.prod(list(along.values())))
        cache = 2 * 8 * int(np.prod(chunks))
        variable = number_variable(group, measure, tuple(along), missing=not whole, chunks=chunks, cache=cache)
        variable.setncattr("coordinates", " ".join(name_of(c) for c in coordinates if c.name != "run"))


def _along_runs(group: Any, column: Column, values: pa.ChunkedArray) -> Any:
    """A variable along the run with all its values; a missing text is empty."""
    if column.type != "text":
        variable = number_variable(group, column, ("run",), missing=values.null_count > 0)
        variable[:] = numbers(values)
        return variable
    variable = text_variable(group, column, ("run",))
    variable[:] = np.array(values.fill_null("").to_pylist(), object)
    if values.null_count:
        variable.setncattr("missing", "empty")
    return variable


def _seen(table: SeriesTable) -> tuple[dict[str, _Level], list[str]]:
    """Levels in the order in which they come, and quarters in time's."""
    measures = [column.name for column in table.columns if column.name not in (*_KEYS, *_PLACE)]
    levels: dict[str, _Level] = {}
    quarters: set[str] = set()
    for batch in table.batches():
        quarters.update(pc.unique(batch["quarter"]).to_pylist())
        grouped = pa.Table.from_batches([batch]).group_by(["level", "region"], use_threads=False)
        for found in grouped.aggregate([("run", "count"), *((name, "count") for name in measures)]).to_pylist():
            level = levels.setdefault(found["level"], _Level(values=dict.fromkeys(measures, 0)))
            level.regions[found["region"]] = None
            level.rows += found["run_count"]
            for name in measures:
                level.values[name] += found[f"{name}_count"]
    return levels, sorted(quarters)


def _whole_runs(table: SeriesTable) -> Iterator[pa.Table]:
    """Rows of some runs at a time, of each of them all."""
    waiting = table.schema.empty_table()
    for batch in table.batches():
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        runs = waiting["run"].to_numpy()
        whole = int(np.searchsorted(runs, runs[-1]))
        if whole:
            yield waiting.slice(0, whole)
            waiting = waiting.slice(whole)
    if waiting.num_rows:
        yield waiting


def _block(shape: tuple[int, ...], place: tuple[NDArray[Any], ...], values: NDArray[Any]) -> NDArray[Any]:
    """Values (n,) as an array (n_runs, n_quarters, n_regions); what has no value is missing."""
    block = np.full(shape, np.nan if values.dtype.kind == "f" else MISSING, values.dtype)
    block[place] = values
    return block


def _chunks(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Extents of what is compressed together: whole regions, then quarters, then runs, as many as there is room for."""
    room = _CHUNK_VALUES
    chunks: list[int] = []
    for length in reversed(shape):
        chunks.insert(0, int(np.clip(room, 1, max(length, 1))))
        room //= max(length, 1)
    return tuple(chunks)
