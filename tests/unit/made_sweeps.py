"""A sweep whose runs cost nothing, as a folder: finished, or as a kill leaves it."""

from concurrent.futures import Executor, Future
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from nqpf.experiments.designs import Experiment
from nqpf.experiments.sweeping import folder as folders
from nqpf.experiments.sweeping.columns import series_schema
from nqpf.experiments.sweeping.conduct import conduct
from nqpf.experiments.sweeping.tables import as_parquet
from nqpf.experiments.sweeping.work import Result

TABLES = ("runs", "series", "attempts")
QUARTERS = ("2024Q1", "2024Q2", "2024Q3")
FAILS, SHORT = 3, 1  # a run that fails, and one without the last quarter
EXPERIMENT = """
design = "lhs"
samples = 12
seeds = [4, 2]
quarters = 3
firms = 500
outcomes = ["gdp", "theil", "population", "gdp@west", "population@110000", "nqpf@macro_region"]
[factors]
scenario = { values = ["china", "hukou-easing"] }
switch_year = { values = [2, "never"] }
hukou_easing = { values = [0.25, 1.0] }
"parameters.migration.taste" = { values = [1.5, 2.5] }
"west, later" = { lever = "subsidy_cap", values = [0.01, 0.02], where = { macro_region = "west" }, from = "2026Q1" }
there = { lever = "protection", value = 0.2, where = { macro_region = ["east", "west"] }, until = "switch_year" }
"""
STOPPED_AFTER = 20


class Workers(Executor):
    """Gives back results that cost nothing and depend on the run alone; some numbers no text of few digits holds."""

    failing = frozenset({FAILS})

    def submit(self, _work, order):
        """Series of the nation, two macro-regions and a city."""
        future: Future[Result] = Future()
        moment = datetime(2026, 1, 2, 3, 4, 5, 678_000 + order.run, UTC)
        if order.run in self.failing:
            future.set_result(Result(order.run, moment, moment, error='ArithmeticError: "bad", very bad'))
            return future
        quarters = QUARTERS[: 2 if order.run == SHORT else 3]
        places = [("nation", "CN"), ("macro_region", "east"), ("macro_region", "west"), ("city", "110000")]
        rows = [self.row(order, q, level, region) for q in quarters for level, region in places]
        series = as_parquet(pa.Table.from_pylist(rows, schema=series_schema(order.readings)))
        last = {"gdp": order.run / 3, "theil": 5e-324, "population": 2**53 - 1 - order.run}
        final = {**last, "gdp@west": -0.0, "population@110000": order.run}
        future.set_result(Result(order.run, moment, moment, series=series, final=final))
        return future

    def row(self, order, quarter, level, region):
        """Measures that were asked for at the level; others are missing there."""
        number = order.run + 0.1 * int(quarter[-1]) + (0.01 if region == "west" else 0.003)
        asked = {
            "nation": {"gdp": number, "theil": 1 / (1 + number), "population": order.run * 1000},
            "macro_region": {"gdp": number / 7, "nqpf": number / 9},
            "city": {"population": order.run},
        }[level]
        keys = {"run": order.run, "point": order.point, "seed": order.scenario.seed}
        return {**keys, "quarter": quarter, "level": level, "region": region, **asked}


def go(path: Path, out: Path, stop_after: int | None = None):
    """Make the sweep, or go on with it; the workers' name decides nothing."""
    conduct(
        Experiment.load(path),
        out,
        engine=Workers(),
        workers=1,
        resume=True,
        after=lambda done, _asked: stop_after is not None and done >= stop_after,
    )
    return out


def leave_killed(path: Path, out: Path) -> Path:
    """A sweep that was killed: some runs in files, some in parts, one in both."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folders.SweepFolder, "close", lambda _store: None)  # as a kill leaves it
        patch.setattr(folders.SweepFolder, "merge_if_due", _merge_once)
        patch.setattr(folders.Table, "merge", _merge_and_leave_one(folders.Table.merge))
        go(path, out, STOPPED_AFTER)
    assert list((out / "parts" / "series").iterdir())
    return out


def _merge_once(store):
    if store.done == 8:
        store.merge()


def _merge_and_leave_one(merge):
    """As if it was killed when all but one of the parts were deleted."""

    def cut_off(table, *arguments):
        parts = sorted(table.parts.iterdir())
        left = {part: part.read_bytes() for part in parts[2:3]}
        merge(table, *arguments)
        for part, held in left.items():
            part.write_bytes(held)

    return cut_off
