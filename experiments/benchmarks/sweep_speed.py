"""How long one sweep takes on each engine, one BLAS thread in all of them.

`python -m nqpf.experiments.benchmarks.sweep_speed [--runs 16] [--firms 20000] [--quarters 20] [--workers 2] …`.
*Span*: from the first run's start to the last one's end, without what loads before. *Overhead*: the part of the span in
which a worker had no run, 1 − Σ durations / (workers × span). *Speed*: the first engine's span over this one's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nqpf.experiments import open_sweep
from nqpf.experiments.benchmarks.sweep_kills import command, differing, experiment

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def main() -> int:
    """Print the table; exit code 1 if the engines' tables differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, usual in (("runs", 16), ("firms", 20_000), ("quarters", 20), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--engines", nargs="+", default=["serial", "processes", "dask"])
    asked = parser.parse_args()
    table = Table("engine", "wall", "span", "a run", "overhead", "speed")
    first, different = 0.0, []
    with tempfile.TemporaryDirectory(prefix="nqpf-") as name:
        folder = Path(name)
        path = experiment(folder, runs=asked.runs, quarters=asked.quarters, firms=asked.firms)
        for engine in asked.engines:
            workers = 1 if engine == "serial" else asked.workers
            begun = time.perf_counter()
            line = command(path, folder / engine, engine, workers)
            subprocess.run(line, check=True, env=os.environ | dict.fromkeys(_THREADS, "1"))  # noqa: S603 (our own)
            wall = time.perf_counter() - begun
            attempts = open_sweep(folder / engine).attempts
            span = (attempts["finished"].max() - attempts["started"].min()).total_seconds()
            lengths = (attempts["finished"] - attempts["started"]).dt.total_seconds()
            first = first or span
            overhead = 1 - lengths.sum() / (workers * span)
            cells = (
                f"{wall:.1f} s",
                f"{span:.1f} s",
                f"{lengths.mean():.2f} s",
                f"{overhead:.1%}",
                f"{first / span:.2f}",
            )
            table.add_row(engine, *cells)
            different += differing(folder / asked.engines[0], folder / engine)
    Console().print(table)
    sys.stdout.write(f"{asked.runs} runs, {asked.quarters} quarters, {asked.firms:,} firms; ")
    sys.stdout.write(f"files that differ: {', '.join(different) or 'none'}\n")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
