"""What a sweep may be gone on with: the same points, tables and model, whatever is to be analysed."""

import json
from concurrent.futures import Executor, Future
from pathlib import Path
from shutil import copy

import pytest

from nqpf.experiments import open_sweep, store, sweep
from nqpf.experiments.designs import Experiment
from nqpf.experiments.sweeping import folder as sweep_folder
from nqpf.model.errors import InputError
from nqpf.model.facts import DATA

LISTED = """
scenario = "china"
design = "list"
file = "points.csv"
seeds = 1
quarters = 1
firms = 500
outcomes = ["gdp"]
"""
GRID = """
scenario = "own.toml"
design = "grid"
seeds = [1, 2]
quarters = 1
firms = 500
outcomes = ["nqpf", "gdp"]
[factors]
equity_integration = { values = [0.0, 1.0] }
"""


class Here(Executor):
    """Makes runs at once, and does something after the second one."""

    def __init__(self, then) -> None:
        self.made, self.then = 0, then

    def submit(self, work, order):
        """Make the run."""
        future: Future = Future()
        try:
            result = work(order)
            self.made += 1
            if self.made == 2:
                self.then()
            future.set_result(result)
        except InputError as fault:
            future.set_exception(fault)
        return future


def _own(tmp_path: Path) -> Path:
    """An experiment on tables of one's own."""
    copy(DATA / "cities.csv", tmp_path / "own.csv")
    about = '[title]\nen = "own"\nzh = "own"\n[description]\nen = "x"\nzh = "x"\n[data]\ncities = "own.csv"\n'
    (tmp_path / "own.toml").write_text(f'name = "own"\nbase = "china"\n{about}', encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(GRID, encoding="utf-8")
    return path


def test_other_points_of_a_list_are_another_sweep(tmp_path: Path):
    """A list of as many points with other values is refused: its runs would stand beside those of the old points."""
    path = tmp_path / "mine.toml"
    path.write_text(LISTED, encoding="utf-8")
    (tmp_path / "points.csv").write_text("equity_integration\n0.1\n0.2\n", encoding="utf-8")
    first = Experiment.load(path)
    sweep(path, engine="serial", out=tmp_path / "x")
    (tmp_path / "points.csv").write_text("equity_integration\n0.10\n0.20\n", encoding="utf-8")
    assert sweep_folder.identity(Experiment.load(path)) == sweep_folder.identity(first)  # written otherwise
    (tmp_path / "points.csv").write_text("equity_integration\n0.1\n0.3\n", encoding="utf-8")
    assert sweep_folder.identity(Experiment.load(path)) != sweep_folder.identity(first)
    with pytest.raises(InputError, match="holds another sweep, which differs in listed"):
        sweep(path, engine="serial", out=tmp_path / "x", resume=True)


def test_a_table_that_changes_meanwhile_ends_the_sweep(tmp_path: Path):
    """No run is made of another table than the first; restored, the sweep goes on and says what it began with."""
    path = _own(tmp_path)
    table = (tmp_path / "own.csv").read_bytes()
    began = Experiment.load(path).record()
    changing = Here(lambda: (tmp_path / "own.csv").write_bytes(table + b"\n"))
    with pytest.raises(InputError, match=r"own\.csv: has changed since the sweep began; restore it and go on"):
        sweep(path, engine=changing, workers=1, out=tmp_path / "x")
    left = open_sweep(tmp_path / "x")
    assert left.runs["status"].tolist() == ["done", "done"]
    assert left.info["experiment"]["scenarios"] == began["scenarios"]
    with pytest.raises(InputError, match=r"differs in own\.toml\.data"):
        sweep(path, engine="serial", out=tmp_path / "x", resume=True)
    (tmp_path / "own.csv").write_bytes(table)
    assert sweep(path, engine="serial", out=tmp_path / "x", resume=True).info["done"] == 4


def test_a_model_that_behaves_otherwise_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Under the same version number, too: runs made before and after would not compare."""
    path = _own(tmp_path)

    def gone() -> None:
        raise InputError("the worker has gone")

    with pytest.raises(InputError, match="has gone"):
        sweep(path, engine=Here(gone), workers=1, out=tmp_path / "x")
    monkeypatch.setattr(sweep_folder, "fingerprint", lambda: "another")
    with pytest.raises(InputError, match="by a model that behaves otherwise"):
        sweep(path, engine="serial", out=tmp_path / "x", resume=True)
    monkeypatch.undo()
    assert sweep(path, engine="serial", out=tmp_path / "x", resume=True).info["done"] == 4


def test_what_is_to_be_analysed_may_change_when_all_is_done(tmp_path: Path):
    """A finished sweep takes in another [report] and nothing else: no run is made, no table changes."""
    path = _own(tmp_path)
    sweep(path, engine="serial", out=tmp_path / "x")
    runs = (tmp_path / "x" / "runs.parquet").stat().st_mtime_ns
    path.write_text(GRID + '[report]\npareto = ["nqpf", "gdp"]\n', encoding="utf-8")
    swept = sweep(path, engine="serial", out=tmp_path / "x", resume=True)
    assert swept.info["experiment"]["report"]["pareto"] == ["nqpf", "gdp"]
    assert swept.info["status"] == "finished"
    assert (tmp_path / "x" / "runs.parquet").stat().st_mtime_ns == runs


def test_a_lock_that_was_removed_locks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Who opened the lock before its holder removed it takes the new one: a third is refused."""
    first = store.claimed(tmp_path / "x", resume=False)
    first.__enter__()
    hold = store._hold

    def late(lock: int, folder: Path) -> None:
        monkeypatch.setattr(store, "_hold", hold)
        first.__exit__(None, None, None)
        hold(lock, folder)

    monkeypatch.setattr(store, "_hold", late)
    second, third = (store.claimed(tmp_path / "x", resume=True) for _ in range(2))
    with second, pytest.raises(InputError, match="another process is writing it"), third:
        pass


def test_a_folder_of_before_goes_on(tmp_path: Path):
    """A record without what is told since, and descriptions that are cut off, are completed when it is gone on with."""
    path = _own(tmp_path)
    sweep(path, engine="serial", out=tmp_path / "x")
    place = tmp_path / "x" / "sweep.json"
    info = json.loads(place.read_text(encoding="utf-8"))
    del info["model"], info["experiment"]["everywhere"], info["experiment"]["listed"]
    place.write_text(json.dumps(info), encoding="utf-8")
    whole = (tmp_path / "x" / "schema.json").read_text(encoding="utf-8")
    (tmp_path / "x" / "schema.json").write_text(whole[:100], encoding="utf-8")
    assert sweep(path, engine="serial", out=tmp_path / "x", resume=True).info["done"] == 4
    assert (tmp_path / "x" / "schema.json").read_text(encoding="utf-8") == whole
