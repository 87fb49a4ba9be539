"""What a worker does: one run from an order to a result, in memory; the folder is its customer's affair.

So a worker needs no disk that it shares with others, and nothing of a run is seen before all of it is.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from nqpf.experiments.sweeping.columns import now, regions_of, series_schema
from nqpf.experiments.sweeping.tables import as_parquet
from nqpf.model.economy import RegionalEconomy
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from nqpf.experiments.designs.outcomes import Outcome
    from nqpf.experiments.sweeping.columns import Reading
    from nqpf.model.facts import Facts
    from nqpf.model.scenario import Scenario

type Number = float | int
type Observed = Mapping[str, Mapping[str, NDArray[np.generic]]]
"""Measures by level and name, (n_regions,) each."""

# The limit to one thread in products of matrices is the process's: of two runs at once, the first to end would lift it.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Order:
    """A run to be made, complete in itself."""

    run: int
    point: int
    scenario: Scenario  # with its seed
    readings: tuple[Reading, ...]
    outcomes: tuple[Outcome, ...]
    model_version: str
    tables: Mapping[str, str] = field(default_factory=dict)  # the scenario's own: SHA-256 when the sweep began


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a run."""

    run: int
    started: datetime
    finished: datetime
    error: str | None = None  # of a run that failed
    series: bytes = field(default=b"", repr=False)  # Parquet
    final: Mapping[str, Number] = field(default_factory=dict)  # outcomes in the last quarter


def run_one(order: Order) -> Result:
    """Make a run; whatever goes wrong in it is its result.

    Raises InputError if this worker has another version of the model, or other tables than the sweep began with.
    """
    mine = version("nqpf")
    if mine != order.model_version:
        raise InputError(f"a worker has nqpf {mine}, this is {order.model_version}; install one version everywhere")
    for table, there in order.scenario.resolved()["data"].items() if order.tables else ():
        if there["sha256"] != order.tables[table]:
            raise InputError(f"{there['path']}: has changed since the sweep began; restore it and go on with --resume")
    with _ONE_AT_A_TIME:
        started = now()
        try:
            series, final = _simulated(order)
        except Exception as fault:  # noqa: BLE001 (a run that fails is a record, whatever it failed of)
            return Result(order.run, started, now(), error=one_line(fault))
        return Result(order.run, started, now(), series=series, final=final)


def one_line(fault: BaseException) -> str:
    """A fault as the tables hold it."""
    return f"{type(fault).__name__}: {' '.join(str(fault).split())}"


def _simulated(order: Order) -> tuple[bytes, dict[str, Number]]:
    economy = RegionalEconomy(order.scenario)
    quarters = order.scenario.quarters
    rows = _Rows(order.readings, economy.facts, quarters)
    names = []
    for q in range(quarters):
        economy.step()
        rows.add(q, {reading.level: economy.observed(reading.level) for reading in order.readings})
        names.append(economy.quarter_name)
    position = {
        (level, region): i for level in rows.levels for i, region in enumerate(regions_of(economy.facts, level))
    }
    nation = regions_of(economy.facts, "nation")[0]
    last = {reading.level: economy.observed(reading.level) for reading in order.readings}
    final = {
        o.name: np.asarray(last[o.level][o.measure])[position[o.level, o.region or nation]].item()
        for o in order.outcomes
    }
    return as_parquet(rows.table(order, names)), final


class _Rows:
    """A run's rows of `series`: by quarter, in each of them by level and region."""

    def __init__(self, read: Sequence[Reading], facts: Facts, quarters: int) -> None:
        self._readings = read
        self.schema = series_schema(read)
        self.levels = [reading.level for reading in read]
        self._ids = [reading.ids(facts) for reading in read]
        self._rows = [
            np.array([regions_of(facts, reading.level).index(region) for region in ids])
            for reading, ids in zip(read, self._ids, strict=True)
        ]
        ends = np.cumsum([len(ids) for ids in self._ids]).tolist()
        self._at = [slice(end - len(ids), end) for ids, end in zip(self._ids, ends, strict=True)]
        self._width = ends[-1]
        columns = [pair for reading in read for pair in reading.columns]
        self._values = {
            column: np.zeros((quarters, self._width), self.schema.field(column).type.to_pandas_dtype())
            for column, _ in columns
        }
        self._known = {column: np.zeros(self._width, bool) for column, _ in columns}

    def add(self, quarter: int, observed: Observed) -> None:
        """A quarter's measures."""
        for reading, rows, at in zip(self._readings, self._rows, self._at, strict=True):
            measured = observed[reading.level]
            for column, measure in reading.columns:
                self._values[column][quarter, at] = np.asarray(measured[measure])[rows]
                self._known[column][at] = True

    def table(self, order: Order, quarters: Sequence[str]) -> pa.Table:
        """All rows; a measure that a level does not have, or that nobody asked for there, is missing."""
        n, width = len(quarters), self._width
        whole = {"run": order.run, "point": order.point, "seed": order.scenario.seed}
        levels = np.repeat(self.levels, [len(ids) for ids in self._ids])
        texts = {
            "quarter": np.repeat(quarters, width),
            "level": np.tile(levels, n),
            "region": np.tile([region for ids in self._ids for region in ids], n),
        }
        columns = [pa.array(np.full(n * width, value), pa.int64()) for value in whole.values()]
        columns += [pa.array(values.tolist(), pa.string()) for values in texts.values()]
        for column, values in self._values.items():
            known = self._known[column]
            mask = None if known.all() else np.tile(~known, n)
            columns.append(pa.array(values.ravel(), self.schema.field(column).type, mask=mask))
        return pa.table(columns, schema=self.schema)
