"""What every lever does: paired seeds with common random numbers, an interval for each effect, and one table.

`python -m nqpf.experiments.effects [--seeds N] [--quarters N] [--firms N] [--workers N] [--levers A,B] [--out FILE]
[--resume FILE]`. The numbers behind the table stand beside it as JSON lines, one for each run of an arm under a seed:
what was stopped goes on with `--resume`, and what is in the file is not run again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import numpy as np

from nqpf.experiments.effects_table import page
from nqpf.experiments.trials import EQUALISATION, SHOCK_QUARTERS, TRIALS, Arm, Reading, Trial
from nqpf.model.economy import RegionalEconomy
from nqpf.model.equilibrium import EquilibriumError
from nqpf.model.errors import AccountingError, InputError
from nqpf.model.levers import resolve_lever
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nqpf.experiments.effects_table import Results

OUT = Path("docs/levers.md")
SCENARIO = "china"


@dataclass(frozen=True, slots=True)
class Task:
    """One run: an arm under a seed, and what is read off it."""

    arm: Arm
    seed: int
    readings: tuple[Reading, ...]


def tasks(trials: Iterable[Trial], seeds: int, quarters: int) -> list[Task]:
    """Every run that trials need, by seed, each arm once a seed: baselines are shared."""
    wanted: dict[tuple[int, Arm], dict[Reading, None]] = {}
    for trial in trials:
        arms = trial.arms()
        if trial.lever == "transfer_equalisation":
            arms += tuple(trial.arm(value) for value in EQUALISATION)
        for seed in range(1, seeds * trial.more + 1):
            for arm in arms:
                of_run = wanted.setdefault((seed, arm), {})
                for outcome in trial.outcomes:
                    if outcome.loss or not arm.shock:
                        of_run |= dict.fromkeys(outcome.readings(quarters * trial.longer))
    # Workers keep the start of a seed and size.
    by_seed = sorted(wanted.items(), key=lambda item: (item[0][0], item[0][1].finer))
    return [Task(arm, seed, tuple(readings)) for (seed, arm), readings in by_seed]


def measure(task: Task, firms: int) -> dict[str, float]:
    """Run the arm and read it off: reading's name → value."""
    scenario = Scenario.load(SCENARIO, seed=task.seed, firms=firms * task.arm.finer)
    economy = RegionalEconomy(task.arm.scenario(scenario))
    last = max(reading.quarters for reading in task.readings)
    series: dict[Reading, list[float]] = {reading: [] for reading in task.readings}
    for quarter in range(1, last + 1):
        economy.step()
        for reading, values in series.items():
            if _is_read(reading, quarter):
                values.append(_value(economy, reading))
    return {
        reading.name: float(np.mean(values) if reading.how == "mean" else np.sum(values))
        for reading, values in series.items()
    }


def _is_read(reading: Reading, quarter: int) -> bool:
    first, last = {
        "last": (reading.quarters, reading.quarters),
        "shock": SHOCK_QUARTERS,
    }.get(reading.how, (1, reading.quarters))
    return first <= quarter <= last


def _value(economy: RegionalEconomy, reading: Reading) -> float:
    """The measure now; of regions the sum over their places."""
    if reading.region == "nation":
        return float(economy.nation_measures()[reading.measure])
    facts = economy.facts
    if reading.region == "zones":
        places = facts.places.zone_opened <= economy.quarter
    else:
        places = facts.regions.member[facts.regions.index(reading.region)]
    return float(economy.city_measures()[reading.measure][places].sum())


def _job(task: Task, firms: int) -> tuple[Task, dict[str, float]]:
    try:
        return task, measure(task, firms)
    except (AccountingError, EquilibriumError) as fault:
        raise type(fault)(f"{task.arm.name}, seed {task.seed}: {fault}") from None


def head(firms: int) -> dict[str, Any]:
    """What results rest on besides arms and seeds: two files with one head may be put together."""
    scenario = Scenario.load(SCENARIO, firms=firms)
    source = hashlib.sha256()
    for package in ("nqpf.agents", "nqpf.model"):
        root = Path(str(files(package)))
        for path in sorted(p for p in root.rglob("*") if p.suffix in {".py", ".csv", ".toml"}):
            source.update(path.read_bytes())
    return {
        "scenario": SCENARIO,
        "start": scenario.start,
        "firms": firms,
        "content": scenario.status_quo().content_hash[:16],
        "engine": source.hexdigest()[:16],
    }


def read_results(path: Path) -> tuple[dict[str, Any], Results]:
    """Head and finished runs of a file; a last line that was cut off is none. Raises InputError."""
    results: Results = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines.pop()
        first, *rest = (json.loads(line) for line in lines)
        for row in rest:
            results.setdefault((row["arm"], row["seed"]), {}).update(row["values"])
    except OSError as fault:
        raise InputError(f"{path}: cannot be read: {fault.strerror}") from None
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        raise InputError(f"{path}: not results of this program; give another --resume") from None
    return first, results


def run(todo: Sequence[Task], firms: int, workers: int, results: Results, out: IO[str]) -> None:
    """Run what is left, write each run down when it is finished, and add it to results."""
    left = [task for task in todo if not _has(results, task)]
    context = multiprocessing.get_context("spawn")
    # Ctrl-C reaches the workers, too: it is for this process to say when they end.
    with ProcessPoolExecutor(workers, context, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        waiting = [pool.submit(_job, task, firms) for task in left]
        try:
            for future in _watched(as_completed(waiting), len(left)):
                task, values = future.result()
                row = {"arm": task.arm.name, "seed": task.seed, "values": values}
                out.write(json.dumps(row) + "\n")
                out.flush()
                results.setdefault((task.arm.name, task.seed), {}).update(values)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # with those at work it waits: they end in seconds
            raise


def _has(results: Results, task: Task) -> bool:
    known = results.get((task.arm.name, task.seed), {})
    return all(reading.name in known for reading in task.readings)


def _watched(futures: Iterator[Any], total: int) -> Iterator[Any]:
    """The same with a bar, where somebody looks."""
    if not sys.stderr.isatty():
        yield from futures
        return
    from rich.console import Console  # noqa: PLC0415 (only a terminal needs it)
    from rich.progress import track  # noqa: PLC0415

    yield from track(futures, "runs", total=total, console=Console(stderr=True), transient=True)


class _Parser(argparse.ArgumentParser):
    """Bad input is one line."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"effects: {message}\n")
        sys.exit(2)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m nqpf.experiments.effects", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=_number(2, 10_000), default=20, help="paired seeds, from 1 on")
    parser.add_argument("--quarters", type=_number(SHOCK_QUARTERS[1], 400), default=20, help="quarters of a run")
    parser.add_argument("--firms", type=_number(500, 1_000_000), default=2_000, help="firms of a run")
    parser.add_argument("--workers", type=_number(1, 256), default=2, help="processes")
    parser.add_argument("--levers", type=_trials, default=TRIALS, help="names, between commas; all if absent")
    parser.add_argument("--out", type=Path, help=f"{OUT}; with --levers the table is printed if absent")
    parser.add_argument("--resume", type=Path, help="results to go on with; begun if it does not exist")
    return parser.parse_args(arguments)


def _number(low: int, high: int) -> Any:
    def checked(text: str) -> int:
        try:
            value = int(text.replace("_", ""))
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return value

    return checked


def _trials(text: str) -> tuple[Trial, ...]:
    try:
        named = {leaf for name in text.split(",") for leaf in resolve_lever(name.strip())}
    except InputError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None
    return tuple(trial for trial in TRIALS if trial.lever in named)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, write and say where; the exit code."""
    given = _arguments(arguments)
    out: Path | None = given.out or (OUT if given.levers == TRIALS else None)
    store: Path = given.resume or (out or OUT.with_stem("levers-part")).with_suffix(".jsonl")
    try:
        results = _effects(given, store)
        text = page(given.levers, results, head(given.firms), given.seeds, given.quarters)
        if out is None:
            sys.stdout.write(text)
        else:
            out.write_text(text, encoding="utf-8")
    except InputError as fault:
        sys.stderr.write(f"effects: {fault}\n")
        return 2
    except OSError as fault:
        sys.stderr.write(f"effects: {fault.filename}: cannot be written: {fault.strerror}\n")
        return 2
    except (AccountingError, EquilibriumError) as fault:
        sys.stderr.write(f"effects: {fault}; go on with --resume {store}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"effects: interrupted; go on with --resume {store}\n")
        return 130
    return 0


def _effects(given: argparse.Namespace, store: Path) -> Results:
    """Results of all runs asked for, those in the store and those run now."""
    results: Results = {}
    mine = head(given.firms)
    if given.out and not given.out.parent.is_dir():
        raise InputError(f"{given.out}: there is no such folder; make it or give another --out")
    if given.resume and store.exists():
        theirs, results = read_results(store)
        if theirs != mine:
            differs = ", ".join(key for key in mine if theirs.get(key) != mine[key])
            raise InputError(f"{store}: results of another {differs}; give another --resume")
        whole = store.read_text(encoding="utf-8")
        store.write_text(whole[: whole.rfind("\n") + 1], encoding="utf-8")  # less a line that was cut off
    else:
        store.write_text(json.dumps(mine) + "\n", encoding="utf-8")
    with store.open("a", encoding="utf-8") as opened:
        run(tasks(given.levers, given.seeds, given.quarters), given.firms, given.workers, results, opened)
    return results


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it also ends its workers
    sys.exit(main())
