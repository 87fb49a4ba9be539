"""A sweep as it is exported: the runs that were made when the export began, whatever is written meanwhile.

Runs and attempts have a row a run: they are read once and held. Series are asked for so many runs at a time, each time
of the files and parts that there are then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nqpf.experiments.exporting import source
from nqpf.experiments.exporting.source import Source, Table, of_batches, unreadable
from nqpf.experiments.sweeping.crating import crate_of_files
from nqpf.experiments.sweeping.declared import DESCRIPTIONS
from nqpf.experiments.sweeping.folder import DONE, FAILED, FINISHED, SWEEP_JSON
from nqpf.model.errors import InputError
from nqpf.model.recorder.crate import LICENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nqpf.agents.typing import Ints
    from nqpf.experiments.sweeping.reading import Sweep

_ASKED_VALUES = 1 << 22  # numbers of series in memory; as many as its files have in a row group


@dataclass(frozen=True)
class HeldTable(Table):
    """A table of which all rows are held.

    Attributes
    ----------
    factors
        Columns that say what was set.
    """

    held: pa.Table
    factors: tuple[str, ...] = ()

    def batches(self, *, coded: bool = False) -> Iterator[pa.RecordBatch]:
        """See `Table.batches`."""
        yield from of_batches(iter(self.held.to_batches(source.BATCH_ROWS)), coded=coded)


@dataclass(frozen=True)
class SeriesTable(Table):
    """Series of the runs that were done when the export began.

    Attributes
    ----------
    runs
        The table of runs.
    made
        Numbers of the runs that have rows, rising, (n,).
    lengths
        How many rows each of them has, (n,).
    """

    sweep: Sweep
    runs: HeldTable
    made: Ints
    lengths: Ints

    def batches(self, *, coded: bool = False) -> Iterator[pa.RecordBatch]:
        """See `Table.batches`; in the order of runs; raises InputError."""
        yield from of_batches(self._batches(), coded=coded)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        asked = max(1, _ASKED_VALUES // len(self.columns))  # rows
        at = np.cumsum(self.lengths) // asked
        for one in np.unique(at):
            runs = self.made[at == one]
            within = f"run BETWEEN {runs[0]} AND {runs[-1]}"
            query = f"FROM rows_of_series WHERE {within} ORDER BY run, file_row_number"
            rows = _read(self.sweep, f"SELECT * EXCLUDE (file_row_number) {query}").cast(self.schema)
            rows = rows.filter(pa.array(np.isin(rows["run"].to_numpy(), runs)))
            if len(rows) != self.lengths[at == one].sum():
                raise InputError(f"{self.sweep.path}: was changed while it was read; export again")
            yield from rows.combine_chunks().to_batches(source.BATCH_ROWS)


class SweepSource(Source):
    """A sweep, finished or not."""

    record_name = SWEEP_JSON

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._runs = _held(sweep, "runs", "run")
        self._attempts = _held(sweep, "attempts", "run, attempt")
        done, failed = (np.asarray(pc.equal(self._runs.held["status"], how)) for how in (DONE, FAILED))
        self.record = {**sweep.info, "done": int(done.sum()), "failed": int(failed.sum())}
        self._done = self._runs.held["run"].to_numpy()[done]

    def tables(self) -> list[Table]:
        """See `Source.tables`."""
        if not self._runs.rows:
            raise InputError(f"{self._sweep.path}: no run is finished yet; go on with --resume")
        counts = _read(self._sweep, "SELECT run, count(*) AS n FROM rows_of_series GROUP BY run ORDER BY run")
        runs, lengths = (counts[name].to_numpy().astype(np.int64) for name in ("run", "n"))
        known = np.isin(runs, self._done)
        runs, lengths = runs[known], lengths[known]
        if len(runs) < len(self._done):
            raise InputError(f"{self._sweep.path}: has no series of some runs that are done; restore them")
        columns, rows = self._sweep.columns["series"], int(lengths.sum())
        series = SeriesTable("series", columns, rows, DESCRIPTIONS["series"], self._sweep, self._runs, runs, lengths)
        _check_columns(self._sweep, "series", _read(self._sweep, "FROM series LIMIT 0"), series.schema)
        return [self._runs, series, self._attempts]

    def about(self) -> dict[str, str]:
        """See `Source.about`."""
        info, experiment = self.record, self.record["experiment"]
        scenarios = experiment["scenarios"].values()
        names = [factor["name"] for factor in experiment["factors"]]
        runs = f"{info['runs']} runs, {experiment['points']} points under {len(experiment['seeds'])} seeds"
        return {
            "title": f"Sweep of {', '.join(names)}",
            "design": experiment["design"],
            "scenario": ", ".join(experiment["scenarios"]),
            "runs": f"{runs}: {info['done']} done, {info['failed']} failed",
            "seeds": ", ".join(map(str, experiment["seeds"])),
            "firms": _span(scenario["firms"] for scenario in scenarios),
            "quarters": _span(scenario["quarters"] for scenario in scenarios),
            "status": self.unfinished() or info["status"],
            "experiment_hash": info["hash"],
            "source": f"nqpf {info['model_version']}, an agent-based simulation; no observations",
            "license": LICENCE,
        }

    def unfinished(self) -> str:
        """See `Source.unfinished`."""
        info = self.record
        if info["status"] == FINISHED:
            return ""
        return f"{info['status']}: {self._runs.rows} of {info['runs']} runs are made"

    def crate(self, files: Mapping[str, str]) -> dict[str, Any]:
        """See `Source.crate`."""
        started, finished = (self._attempts.held[name] for name in ("started", "finished"))
        times = pc.min(started).as_py(), pc.max(pc.coalesce(finished, started)).as_py()
        first, last = (moment.isoformat(timespec="seconds") for moment in times)
        return crate_of_files(self.record, files, (first, last))


def _held(sweep: Sweep, name: str, order: str) -> HeldTable:
    columns = sweep.columns[name]
    rows = _read(sweep, f"FROM {name} ORDER BY {order}")
    schema = pa.schema([(column.name, column.arrow) for column in columns])
    _check_columns(sweep, name, rows, schema)
    held = rows.cast(schema).combine_chunks()
    factors = {factor["name"] for factor in sweep.info["experiment"]["factors"]}
    among = tuple(name for name in schema.names if name in factors)
    return HeldTable(name, columns, len(held), DESCRIPTIONS[name], held, among)


def _check_columns(sweep: Sweep, name: str, rows: pa.Table, schema: pa.Schema) -> None:
    if rows.schema.names != schema.names:
        raise InputError(f"{sweep.path}: columns of {name} are not those of schema.json; restore both")


def _read(sweep: Sweep, query: str) -> pa.Table:
    try:
        return sweep.arrow(query)
    except duckdb.Error as fault:
        raise InputError(unreadable(sweep.path, fault, "go on with --resume")) from None


def _span(numbers: Iterator[int]) -> str:
    some = sorted(set(numbers))
    return str(some[0]) if len(some) == 1 else f"{some[0]} to {some[-1]}"
