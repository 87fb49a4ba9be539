"""What a sweep will cost, from a short run of its first point on this machine."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.experiments.designs.outcomes import LOCAL, NATIONAL
from nqpf.experiments.designs.runs import points, tasks
from nqpf.model.recorder.columns import LEVELS

if TYPE_CHECKING:
    import pyarrow as pa

    from nqpf.experiments.designs.experiment import Experiment
    from nqpf.model.economy import RegionalEconomy

_QUARTERS = 4  # measured, after one that compiles


@dataclass(frozen=True, slots=True)
class Estimate:
    """Size, time and disk of a sweep; times are as measured, without what else the machine will do."""

    points: int
    seeds: int
    runs: int
    quarters: int  # of all runs together
    firms: int  # of the run measured
    workers: int  # that can work at once here
    start_seconds: float  # to make a first state
    copy_seconds: float  # to begin another run from a first state that exists
    quarter_seconds: float
    seconds: float  # all runs, on the workers
    quarter_bytes: float  # of a run's series, compressed
    bytes: float  # all series


def estimate(experiment: Experiment, workers: int) -> Estimate:
    """Measure one start and some quarters of the first run, and multiply; takes seconds."""
    from nqpf.model.economy import RegionalEconomy  # noqa: PLC0415 (Mesa and the markets, for this only)

    first = next(tasks(experiment))
    RegionalEconomy(first.scenario.with_changes(seed=first.seed ^ 1))  # loads what a process loads once
    begun = time.perf_counter()
    economy = RegionalEconomy(first.scenario)
    start = time.perf_counter() - begun
    begun = time.perf_counter()
    RegionalEconomy(first.scenario)
    copy = time.perf_counter() - begun
    economy.step()  # compiles
    series, times = [_series(experiment, economy)], []
    for _ in range(_QUARTERS):
        begun = time.perf_counter()
        economy.step()
        series.append(_series(experiment, economy))
        times.append(time.perf_counter() - begun)
    quarter = float(np.median(times))
    quarter_bytes = _stored(series) / len(series)
    quarters = _quarters(experiment) * len(experiment.seeds)
    working = max(1, min(workers, os.cpu_count() or 1, experiment.n_runs))
    # Runs that differ in policy alone share a first state, made by each worker for each seed.
    shared = not any(factor.target.moves_start for factor in experiment.factors)
    starts = min(working * len(experiment.seeds), experiment.n_runs) if shared else experiment.n_runs
    work = starts * start + (experiment.n_runs - starts) * copy + quarters * quarter
    return Estimate(
        points=experiment.n_points,
        seeds=len(experiment.seeds),
        runs=experiment.n_runs,
        quarters=quarters,
        firms=first.scenario.firms,
        workers=working,
        start_seconds=start,
        copy_seconds=copy,
        quarter_seconds=quarter,
        seconds=ceil(experiment.n_runs / working) * work / experiment.n_runs,
        quarter_bytes=quarter_bytes,
        bytes=quarter_bytes * quarters,
    )


def _quarters(experiment: Experiment) -> int:
    """Quarters of all points under one seed."""
    if len(experiment.scenarios) == 1:
        return experiment.n_points * experiment.scenario_named({}).quarters
    starts = Counter(str(point["scenario"]) for point in points(experiment))
    return sum(number * experiment.scenarios[name].quarters for name, number in starts.items())


def _series(experiment: Experiment, economy: RegionalEconomy) -> dict[str, Any]:
    """Everything of a quarter that a sweep keeps: numbers by level and measure."""
    if experiment.detail is None:
        levels = {outcome.level for outcome in experiment.outcomes}
        wanted = {level: [o.measure for o in experiment.outcomes if o.level == level] for level in levels}
        counts = {
            level: len({o.region for o in experiment.outcomes if o.level == level})
            for level in levels
            if all(o.is_single for o in experiment.outcomes if o.level == level)
        }
    else:
        cities = ("city",) * (experiment.detail == "city")
        wanted = {level: list(LOCAL) for level in (*LEVELS, *cities)}
        wanted["nation"] = list(NATIONAL)
        counts = {}
    values: dict[str, Any] = {}
    for level, names in wanted.items():
        measured = economy.observed(level)
        for name in names:
            values[f"{level}/{name}"] = np.atleast_1d(measured[name])[: counts.get(level)]
    return values


def _stored(series: list[dict[str, Any]]) -> int:
    """Bytes of quarters' columns as Parquet, each level a table; the footer is shared by many runs."""
    import pyarrow as pa  # noqa: PLC0415 (for this only)
    import pyarrow.parquet as pq  # noqa: PLC0415

    tables: dict[str, dict[str, pa.Array]] = {}
    for name in series[0]:
        level, measure = name.split("/")
        tables.setdefault(level, {})[measure] = pa.array(np.concatenate([quarter[name] for quarter in series]))
    total = 0
    for columns in tables.values():
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(columns), sink, compression="zstd", use_dictionary=False)
        group = pq.read_metadata(pa.BufferReader(sink.getvalue())).row_group(0)
        total += sum(group.column(i).total_compressed_size for i in range(group.num_columns))
    return total
