"""Which runs are compared with which: one of each side for every seed they share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nqpf.experiments.store import Run, open_run
from nqpf.model.errors import InputError
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.model.recorder import RUN_JSON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NATION = "nation"

type Source = str | Path | Run | Iterable[Run]
"""A run directory, a folder whose sub-folders are such, or what `run` and `open_run` return."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Runs by seed, baseline and policy in the same order, and what has to be said about them."""

    seeds: tuple[int, ...]
    baseline: tuple[Run, ...]
    policy: tuple[Run, ...]
    quarters: tuple[str, ...]  # those that all of them have
    same: bool  # both sides are one scenario
    notes: tuple[str, ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        """All of them."""
        return self.baseline + self.policy


def pair(a: Source, b: Source) -> Pairs:
    """Runs of the baseline `a` and the policy `b`, paired by seed; raises InputError if they cannot be compared."""
    baseline, policy = _by_seed(a, "baseline"), _by_seed(b, "policy")
    seeds = tuple(sorted(baseline.keys() & policy.keys()))
    if not seeds:
        has = f"the baseline has seed {_listed(baseline)}, the policy {_listed(policy)}"
        raise InputError(f"{_where(policy)}: shares no seed with {_where(baseline)}: {has}; run both with the same")
    first = tuple(baseline[seed] for seed in seeds)
    second = tuple(policy[seed] for seed in seeds)
    _comparable(first[0], second[0])
    hashes = [_content(run) for run in (first[0], second[0])]
    return Pairs(
        seeds=seeds,
        baseline=first,
        policy=second,
        quarters=_common_quarters(first + second),
        same=hashes[0] == hashes[1],
        notes=(
            *_left_out("baseline", baseline, seeds),
            *_left_out("policy", policy, seeds),
            *_versions(first + second),
            *_lengths(first + second),
        ),
    )


def _by_seed(source: Source, side: str) -> dict[int, Run]:
    """One run for each seed, all of one scenario."""
    found: dict[int, Run] = {}
    for run in _opened(source):
        seed = int(run.info["seed"])
        if seed in found:
            raise InputError(
                f"{run.path}: is a second {side} run with seed {seed} beside {found[seed].path}; leave one"
            )
        if run.info["detail"] == _NATION:
            raise InputError(
                f"{run.path}: has no places: it was made with --detail nation; run again with --detail city"
            )
        if not run.info["quarters"]:
            raise InputError(f"{run.path}: has no quarter yet; run it, or name another")
        found[seed] = run
    first = next(iter(found.values()))
    for run in found.values():
        if _content(run) != _content(first):
            raise InputError(
                f"{run.path}: holds another scenario than {first.path}; keep each scenario in its own folder"
            )
    return found


def _opened(source: Source) -> list[Run]:
    if isinstance(source, Run):
        return [source]
    if not isinstance(source, str | Path):
        runs = list(source)
        if not runs:
            raise InputError("no runs were given; give at least one for each side")
        return runs
    folder = Path(source)
    if folder.is_dir() and not (folder / RUN_JSON).exists():
        inside = sorted(path.parent for path in folder.glob(f"*/{RUN_JSON}"))
        if not inside:
            raise InputError(f"{folder}: is no run directory and holds none; name one, or a folder of them")
        return [open_run(path) for path in inside]
    return [open_run(folder)]


def _content(run: Run) -> str:
    """Hash of all that decides the run's numbers but its seed and its length."""
    return run.scenario.model_copy(update={"quarters": 1}).content_hash


def _comparable(a: Run, b: Run) -> None:
    """Refuse two scenarios that differ in more than what is done in them."""
    asked: tuple[tuple[str, Callable[[Run], object], str], ...] = (
        ("starts in", lambda run: run.scenario.start, "run both from one start"),
        ("has a number of firms of", lambda run: run.scenario.firms, "run both with the same --firms"),
        ("rests on facts", lambda run: str(run.info["facts"])[:12], "run both with the same [data] and version"),
    )
    for what, read, remedy in asked:
        if read(a) != read(b):
            raise InputError(f"{b.path}: {what} {read(b)}, the baseline {a.path} {read(a)}; {remedy}")


def _common_quarters(runs: tuple[Run, ...]) -> tuple[str, ...]:
    """From the start, which they share, to the end of the shortest."""
    first = parse_quarter(runs[0].info["first_quarter"])
    last = min(parse_quarter(run.info["last_quarter"]) for run in runs)
    return tuple(format_quarter(quarter) for quarter in range(first, last + 1))


def _left_out(side: str, runs: dict[int, Run], seeds: tuple[int, ...]) -> list[str]:
    alone = runs.keys() - set(seeds)
    return [f"left out, without a partner: {side} seed {_listed(alone)}"] if alone else []


def _versions(runs: tuple[Run, ...]) -> list[str]:
    versions = sorted({str(run.info["model_version"]) for run in runs})
    notes = [f"made by different versions of nqpf: {', '.join(versions)}"] if len(versions) > 1 else []
    scales = {run.info.get("nqpf_index", {}).get("version") for run in runs}
    return [*notes, "their NQPF index has different constants: it cannot be compared"] if len(scales) > 1 else notes


def _lengths(runs: tuple[Run, ...]) -> list[str]:
    ends = sorted({str(run.info["last_quarter"]) for run in runs}, key=parse_quarter)
    return [f"runs end between {ends[0]} and {ends[-1]}: compared up to {ends[0]}"] if len(ends) > 1 else []


def _listed(seeds: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(seeds)))


def _where(runs: dict[int, Run]) -> Path:
    """The folder that a message names."""
    paths = [run.path for run in runs.values()]
    return paths[0] if len(paths) == 1 else paths[0].parent
