"""How long one sweep takes on each engine, one BLAS thread in all of them.

`python -m nqpf.experiments.benchmarks.sweep_speed [--runs 8] [--repeats 5] [--firms 20000] [--quarters 40] …`.
The engines take turns, as often as there are repeats; medians are printed. *Span*: from the first run's start to the
last one's end, without what loads before. *Idle*: the part of the span in which a worker had no run, 1 − Σ durations /
(workers × span). *Speed*: the first engine's span over this one's in the same turn. *A minute*: runs in one, of span.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from nqpf.experiments import open_sweep
from nqpf.experiments.benchmarks.sweep_kills import command, differing, experiment

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Taken(NamedTuple):
    """Seconds of one sweep on one engine."""

    wall: float
    span: float
    run: float
    idle: float


def measured(path: Path, out: Path, engine: str, workers: int) -> Taken:
    """Make the sweep by the command."""
    begun = time.perf_counter()
    line = command(path, out, engine, workers)
    subprocess.run(line, check=True, env=os.environ | dict.fromkeys(_THREADS, "1"))  # noqa: S603 (our own)
    wall = time.perf_counter() - begun
    attempts = open_sweep(out).attempts
    span = (attempts["finished"].max() - attempts["started"].min()).total_seconds()
    lengths = (attempts["finished"] - attempts["started"]).dt.total_seconds()
    return Taken(wall, span, lengths.mean(), 1 - lengths.sum() / (workers * span))


def main() -> int:
    """Print the table; exit code 1 if the engines' tables differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    usual = {"runs": 8, "repeats": 5, "firms": 20_000, "quarters": 40, "workers": 2}
    for name, default in usual.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--engines", nargs="+", default=["serial", "processes", "dask"])
    asked = parser.parse_args()
    taken: dict[str, list[Taken]] = {engine: [] for engine in asked.engines}
    different: list[str] = []
    with tempfile.TemporaryDirectory(prefix="nqpf-") as name:
        folder = Path(name)
        path = experiment(folder, runs=asked.runs, quarters=asked.quarters, firms=asked.firms)
        for repeat in range(asked.repeats):
            for engine in asked.engines:
                workers = 1 if engine == "serial" else asked.workers
                out = folder / f"{engine}-{repeat}"
                taken[engine].append(measured(path, out, engine, workers))
                different += differing(folder / f"{asked.engines[0]}-0", out)
    table = Table("engine", "wall", "span", "a run", "idle", "speed", "speeds", "a minute")
    first = taken[asked.engines[0]]
    for engine, sweeps in taken.items():
        wall, span, run, idle = (median(values) for values in zip(*sweeps, strict=True))
        speeds = [one.span / other.span for one, other in zip(first, sweeps, strict=True)]
        table.add_row(
            engine,
            f"{wall:.1f} s",
            f"{span:.1f} s",
            f"{run:.2f} s",
            f"{idle:.1%}",
            f"{median(speeds):.2f}",
            " ".join(f"{speed:.2f}" for speed in speeds),
            f"{60 * asked.runs / span:.1f}",
        )
    Console(width=120).print(table)
    sys.stdout.write(f"{asked.runs} runs, {asked.quarters} quarters, {asked.firms:,} firms, {asked.repeats} times; ")
    sys.stdout.write(f"files that differ: {', '.join(different) or 'none'}\n")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
