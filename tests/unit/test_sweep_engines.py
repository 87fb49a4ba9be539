"""Sweeps of the real China on processes and on Dask, while workers and the command itself are killed."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nqpf.experiments import open_sweep, sweep
from nqpf.experiments.sweeping.tables import part_files
from nqpf.model.errors import InputError

COMMAND = [sys.executable, "-m", "nqpf.experiments.cli", "sweep"]
TWELVE = """
scenario = "china"
design = "lhs"
samples = 6
seeds = [1, 2]
quarters = 3
firms = 500
outcomes = ["gdp", "nqpf", "gdp@west"]
[factors]
equity_integration = { low = 0.0, high = 1.0 }
targeting_rule = { values = ["related", "copycat"] }
"""
PATIENCE = 120

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    """The experiment's file."""
    file = tmp_path_factory.mktemp("sweep") / "twelve.toml"
    file.write_text(TWELVE, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def whole(path) -> dict[str, bytes]:
    """The tables of a sweep that nothing disturbed, made in this process."""
    return tables_of(sweep(path, engine="serial", out=path.parent / "whole").path)


def tables_of(folder: Path) -> dict[str, bytes]:
    """All files of a finished sweep but the one with times."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.name != "attempts.parquet"]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(files)}


def started(path: Path, folder: Path, engine: str) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    arguments = [str(path), "--engine", engine, "--out", str(folder), "--resume", "--quiet"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*COMMAND, *arguments], text=True, start_new_session=True, **pipes)


def wait_for(folder: Path, runs: int, process: subprocess.Popen[str]) -> None:
    """Until so many runs are in the folder; then reads it while it is written."""
    deadline = time.monotonic() + PATIENCE
    while len(part_files(folder, "runs")) + _merged(folder) < runs:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len(open_sweep(folder).runs) >= runs


def _merged(folder: Path) -> int:
    file = folder / "runs.parquet"
    return pq.read_metadata(file).num_rows if file.exists() else 0


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def children(pid: int) -> list[int]:
    """Processes of a process that run Python's workers."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [int(p) for p in listed if "spawn_main" in Path(f"/proc/{p}/cmdline").read_text(encoding="utf-8")]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are found in /proc")
def test_killed_and_interrupted_it_ends_with_the_same_tables(path, whole, tmp_path):
    """A worker is killed, then the command, then Ctrl-C sent to all of Dask's: nothing lost, made in vain, or left."""
    folder, cores = tmp_path / "x", len(os.sched_getaffinity(0))
    process = started(path, folder, "processes")
    wait_for(folder, 2, process)
    workers = children(process.pid)
    os.kill(workers[0], signal.SIGKILL)
    wait_for(folder, 4, process)
    workers += children(process.pid)
    process.kill()
    assert ended(process)[:2] == (-signal.SIGKILL, "")  # Python's own clean-up may have a word to say on stderr
    deadline = time.monotonic() + PATIENCE
    while any(_alive(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process = started(path, folder, "dask")
    wait_for(folder, 7, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers go on, the command waits for them
    code, out, err = ended(process)
    assert (code, out) == (130, "")
    assert re.fullmatch(
        r"nqpf: stopped after \d+ of 12 runs, kept in .*; the same command with --resume goes on\n", err
    )
    assert tables_of(sweep(path, engine="serial", out=folder, resume=True).path) == whole
    attempts = open_sweep(folder).attempts
    assert len(attempts) <= 12 + 2 * cores  # and what was at work at each kill
    assert attempts.groupby("run")["finished"].last().notna().all()


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_dask_gives_a_lost_workers_runs_to_another(path, whole, tmp_path):
    """A scheduler and two workers on the loopback, one killed in mid-sweep: the tables of every other engine."""
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    file = tmp_path / "scheduler.json"
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    worker = ["worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    processes = [subprocess.Popen([*dask, *scheduler], **quiet)]
    try:
        processes += [subprocess.Popen([*dask, *worker, "--host", "127.0.0.1"], **quiet) for _ in range(2)]
        deadline = time.monotonic() + PATIENCE
        while not file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        address = re.search(r"tcp://127\.0\.0\.1:\d+", file.read_text(encoding="utf-8"))[0]
        process = started(path, tmp_path / "x", f"dask={address}")
        wait_for(tmp_path / "x", 2, process)
        processes[1].kill()
        assert ended(process) == (0, "", "")
        assert tables_of(tmp_path / "x") == whole
    finally:
        for one in processes:
            one.kill()
            one.wait()


def test_no_scheduler_is_one_line(path, tmp_path, monkeypatch):
    """Where nobody listens, or no certificate is at hand, exit code 2 and what to do; nothing hangs."""
    pytest.importorskip("distributed")
    monkeypatch.setattr("nqpf.experiments.sweeping.cluster._PATIENCE", 2)
    with pytest.raises(InputError, match="no scheduler answers there; start one, or give another address"):
        sweep(path, engine="dask=tcp://127.0.0.1:9", out=tmp_path / "x")
    with pytest.raises(InputError, match="certificates are missing"):
        sweep(path, engine="dask=tls://127.0.0.1:9", out=tmp_path / "y")
