"""What a sweep will cost, and how it ended, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nqpf.experiments.designs import Estimate
    from nqpf.experiments.sweeping.reading import Sweep

_MOST_FAULTS = 3  # kinds of failure that are shown


def forecast(estimate: Estimate) -> str:
    """What `--dry-run` prints: size, time and disk."""
    e = estimate
    firms = f"{e.quarters:,} quarters of {e.firms:,} firms"
    start = f"{_duration(e.start_seconds)} for a first state, {_duration(e.copy_seconds)} for another run from it"
    rows = {
        "points": f"{e.points:,}",
        "runs": f"{e.runs:,}: every point under {_several(e.seeds, 'seed')}; {firms}",
        "time": f"about {_duration(e.seconds)} with {_several(e.workers, 'worker')}: {start}, "
        f"{_duration(e.quarter_seconds)} a quarter, measured now",
        "disk": f"about {_size(e.bytes)}: {_size(e.quarter_bytes)} a quarter",
    }
    return "\n".join(f"{name:8}{text}" for name, text in rows.items())


def outcome(sweep: Sweep) -> str:
    """How a sweep ended: runs by status, the commonest faults, and where the tables are."""
    info, experiment = sweep.info, sweep.info["experiment"]
    size = f"{_several(experiment['points'], 'point')} under {_several(len(experiment['seeds']), 'seed')}"
    lines = [f"{_several(info['runs'], 'run')}, {size}: {info['done']:,} done, {info['failed']:,} failed"]
    faults = sweep.sql("SELECT error, count(*) AS runs FROM runs WHERE status = 'failed' GROUP BY 1 ORDER BY 2 DESC, 1")
    lines += [f"  {row.runs:,} × {row.error}" for row in faults.head(_MOST_FAULTS).itertuples()]
    lines.append(f"tables in {sweep.path}")
    return "\n".join(lines)


def failures(sweep: Sweep) -> str:
    """One line that says how many failed and why the first did; empty if none did."""
    failed = sweep.info["failed"]
    if not failed:
        return ""
    first = sweep.sql("SELECT run, error FROM runs WHERE status = 'failed' ORDER BY run LIMIT 1").iloc[0]
    return (
        f"{failed:,} of {_several(sweep.info['runs'], 'run')} failed, the first of them run {first['run']}: "
        f"{first['error']}; --resume tries them again"
    )


def _several(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _duration(seconds: float) -> str:
    for unit, length in (("days", 86_400.0), ("hours", 3_600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1e3 * seconds:.0f} ms"


def _size(count: float) -> str:
    for unit, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= length:
            return f"{count / length:.1f} {unit}"
    return f"{count:.0f} B"
