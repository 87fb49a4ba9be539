"""Milliseconds a quarter by process and nanoseconds a firm, at several numbers of firms in one run.

`python -m nqpf.experiments.benchmarks.quarter [FIRMS ...]`. Sizes are measured in turn and turn again, so that a noisy
machine disturbs all alike; the table shows medians over quarters.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from nqpf.model.economy import RegionalEconomy
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (5_000, 20_000, 100_000, 463_000)
ROUNDS = 8


def measure(sizes: Sequence[int], rounds: int = ROUNDS) -> dict[int, dict[str, float]]:
    """Median milliseconds of a quarter by number of firms and process; `quarter` is the whole step."""
    economies = {n: RegionalEconomy(Scenario.load("china", firms=n)) for n in sizes}
    for economy in economies.values():
        economy.run_for(2)  # compilation and warm start
    times: dict[int, dict[str, list[float]]] = {n: defaultdict(list) for n in sizes}
    for _ in range(rounds):
        for n, economy in economies.items():
            before = dict(economy.timings)
            begun = time.perf_counter()
            economy.step()
            times[n]["quarter"].append(time.perf_counter() - begun)
            for process, total in economy.timings.items():
                times[n][process].append(total - before[process])
    return {n: {name: 1e3 * float(np.median(v)) for name, v in by.items()} for n, by in times.items()}


def main() -> None:
    """Print the table."""
    sizes = [int(a.replace("_", "")) for a in sys.argv[1:]] or list(SIZES)
    result = measure(sizes)
    table = Table("ms a quarter, median", *(f"{n:,} firms" for n in sizes))
    for process in result[sizes[0]]:
        table.add_row(process, *(f"{result[n][process]:.1f}" for n in sizes))
    console = Console()
    console.print(table)
    small, large = min(sizes), max(sizes)
    if large > small:
        slope = (result[large]["quarter"] - result[small]["quarter"]) * 1e6 / (large - small)
        console.print(f"{slope:.0f} ns a firm and quarter, from {small:,} to {large:,} firms")
    console.print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, all sizes together")


if __name__ == "__main__":
    main()
