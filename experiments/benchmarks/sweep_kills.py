"""Whether a sweep that is killed at random moments ends with the tables of one that is not.

`python -m nqpf.experiments.benchmarks.sweep_kills [--runs 200] [--kills 20] [--firms 2000] [--quarters 20] …`. The
command itself is killed with SIGKILL and started again with `--resume`. Says how many attempts that took; at most the
runs, and for each kill those at work, are allowed. Exit code 1 if the tables differ or the attempts are too many.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nqpf.experiments import open_sweep
from nqpf.experiments.sweeping.folder import SWEEP_JSON

_EXPERIMENT = """
scenario = "china"
design = "lhs"
samples = {points}
seeds = {seeds}
quarters = {quarters}
firms = {firms}
outcomes = ["nqpf", "gdp", "theil", "gdp@west"]
[factors]
equity_integration = {{ low = 0.0, high = 1.0 }}
targeting_rule = {{ values = ["related", "copycat"] }}
"""
_SEEDS = 4


def experiment(folder: Path, *, runs: int, quarters: int, firms: int) -> Path:
    """An experiment's file of so many runs."""
    seeds = _SEEDS if runs % _SEEDS == 0 and runs > _SEEDS else 1
    path = folder / "experiment.toml"
    text = _EXPERIMENT.format(points=runs // seeds, seeds=seeds, quarters=quarters, firms=firms)
    path.write_text(text, encoding="utf-8")
    return path


def command(path: Path, out: Path, engine: str, workers: int) -> list[str]:
    """The command that makes the sweep or goes on with it."""
    size = [] if engine == "serial" else ["--workers", str(workers)]
    nqpf = [sys.executable, "-m", "nqpf.experiments.cli", "sweep", str(path)]
    return [*nqpf, "--engine", engine, *size, "--out", str(out), "--resume", "--quiet"]


def killed(line: list[str], moments: list[float]) -> int:
    """Start the command again and again, killing it after so many seconds; kills it took, without those too late."""
    for number, seconds in enumerate(moments):
        process = subprocess.Popen(line)  # noqa: S603 (our own command)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        else:
            return number
    subprocess.run(line, check=True)  # noqa: S603
    return len(moments)


def differing(one: Path, other: Path) -> list[str]:
    """Files that are not the same to the byte, but the one with times."""
    files = {file.relative_to(folder) for folder in (one, other) for file in folder.rglob("*") if file.is_file()}
    same = {file for file in files if (one / file).exists() and (other / file).exists()}
    same = {file for file in same if (one / file).read_bytes() == (other / file).read_bytes()}
    return sorted(str(file) for file in files - same if file.name != "attempts.parquet")


def main() -> int:
    """Make both sweeps and compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, usual in (("runs", 200), ("kills", 20), ("firms", 2000), ("quarters", 20), ("workers", 2), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--engine", default="processes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nqpf-") as name:
        folder = Path(name)
        path = experiment(folder, runs=asked.runs, quarters=asked.quarters, firms=asked.firms)
        whole, broken = folder / "whole", folder / "broken"
        begun = time.time()
        subprocess.run(command(path, whole, asked.engine, asked.workers), check=True)  # noqa: S603
        attempts = open_sweep(whole).attempts
        loading = attempts["started"].min().timestamp() - begun
        work = time.time() - begun - loading
        # Some while it loads; on average each life does less than its part, so that there is something to kill.
        longest = loading + 1.6 * work / asked.kills
        moments = [random.Random(f"{asked.seed}/{i}").uniform(0, longest) for i in range(asked.kills)]  # noqa: S311
        kills = killed(command(path, broken, asked.engine, asked.workers), moments)
        swept = open_sweep(broken)
        tries, allowed = len(swept.attempts), asked.runs + kills * (1 if asked.engine == "serial" else asked.workers)
        different = differing(whole, broken)
        sys.stdout.write(
            f"unbroken: {work:.1f} s after {loading:.1f} s of loading; killed {kills} times of {asked.kills}\n"
            f"attempts: {tries} for {asked.runs} runs, {allowed} allowed; {swept.info['done']} done\n"
            f"files that differ ({SWEEP_JSON} and all tables compared): {', '.join(different) or 'none'}\n"
        )
    return int(bool(different) or tries > allowed or kills < asked.kills)


if __name__ == "__main__":
    sys.exit(main())
