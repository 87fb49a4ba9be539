"""A run cut off anywhere stays readable, and goes on to the very tables of an unbroken one."""

import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nqpf.model.economy as economy_module
from nqpf.experiments.simulate import simulate
from nqpf.experiments.store import open_run
from nqpf.model.errors import AccountingError, InputError
from nqpf.model.recorder import DETAILS
from nqpf.model.scenario import Scenario

QUARTERS = 6
DETAIL = "firm"
TABLES = DETAILS[DETAIL]


class Killed(BaseException):
    """The process is gone: not to be handled."""


@contextmanager
def killed_after(operations: int):
    """Once so many changes of names on disk are done, every further one fails: what a kill there leaves behind."""
    left = operations

    def mortal(change):
        def changed(*arguments, **options):
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return change(*arguments, **options)

        return changed

    with pytest.MonkeyPatch.context() as patch:
        for name in ("replace", "unlink", "mkdir", "write_text"):
            patch.setattr(Path, name, mortal(getattr(Path, name)))
        patch.setattr(shutil, "rmtree", mortal(shutil.rmtree))
        yield


pytestmark = pytest.mark.usefixtures("small_economies")


def play(folder: Path, quarters: int = QUARTERS, *, resume: bool = True, stop_after: int | None = None) -> None:
    """Simulate into the folder; asked to stop after so many quarters, if given."""
    scenario = Scenario.load("china", quarters=quarters)
    simulate(scenario, folder, detail=DETAIL, resume=resume, after=lambda done, _: done == stop_after)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """Tables of a run nobody disturbed."""
    folder = tmp_path_factory.mktemp("unbroken")
    play(folder, resume=False)
    return {table: pd.read_parquet(folder / f"{table}.parquet") for table in TABLES}


def check_equal(table: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Equal to the bit.

    A column of whole numbers that may be missing is one of floats only where one is missing, and without rows pandas
    cannot tell.
    """
    if len(table) and "firm" in table:
        table = table.astype({"firm": expected["firm"].dtype})
    pd.testing.assert_frame_equal(
        table, expected.reset_index(drop=True), check_dtype=len(expected) > 0, check_exact=True
    )


def check_beginning(folder: Path, unbroken) -> None:
    """Whatever stands in the folder is a beginning of the unbroken run, whole quarters only."""
    if not (folder / "run.json").exists():
        return
    run = open_run(folder)
    for table in TABLES:
        expected = unbroken[table]
        check_equal(run.read(table), expected[expected["quarter"] <= (run.info["last_quarter"] or "")])
        path = folder / f"{table}.parquet"
        if path.is_file() or any(path.glob("*.parquet")):
            plain = pd.read_parquet(path)
            check_equal(plain, expected[expected["quarter"] <= plain["quarter"].max()] if len(plain) else expected[:0])


@settings(max_examples=12, deadline=None)
@given(kills=st.lists(st.integers(0, 130), min_size=1, max_size=4))
def test_a_killed_run_goes_on_as_if_nothing_had_happened(unbroken, kills):
    """Killed at any change on disk, again and again, a run is readable each time and ends with equal tables."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        for operations in kills:
            with killed_after(operations), suppress(Killed):
                play(folder)
            check_beginning(folder, unbroken)
        play(folder)
        run = open_run(folder)
        assert run.info["status"] == "finished"
        assert run.info["rows"] == {table: len(unbroken[table]) for table in TABLES}
        for table in TABLES:
            check_equal(pd.read_parquet(folder / f"{table}.parquet"), unbroken[table])
        assert {path.name for path in folder.iterdir()} == {
            *(f"{table}.parquet" for table in TABLES),
            *("run.json", "schema.json", "ro-crate-metadata.json", "checkpoint"),
        }


@settings(max_examples=6, deadline=None)
@given(stops=st.lists(st.integers(0, QUARTERS), min_size=1, max_size=4).map(sorted))
def test_a_run_stopped_between_quarters_is_put_together(unbroken, stops):
    """Asked to stop, a run leaves single files of the quarters so far, and goes on from there."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        for stop in stops:
            play(folder, stop_after=stop)
            run = open_run(folder)
            assert run.info["quarters"] == stop
            assert run.info["status"] == ("finished" if stop == QUARTERS else "interrupted")
            for table in TABLES:
                assert (folder / f"{table}.parquet").is_file()
            check_beginning(folder, unbroken)
        play(folder)
        for table in TABLES:
            check_equal(pd.read_parquet(folder / f"{table}.parquet"), unbroken[table])


def test_a_finished_run_can_be_made_longer(unbroken, tmp_path):
    """More quarters than a run has are added to it; fewer are refused."""
    play(tmp_path, 2)
    play(tmp_path, QUARTERS)
    assert all(pd.read_parquet(tmp_path / f"{table}.parquet").equals(unbroken[table]) for table in TABLES)
    with pytest.raises(InputError, match="holds 6 quarters already, 4 are asked for"):
        play(tmp_path, 4)


def test_what_is_going_on_reads_the_same_everywhere(unbroken, tmp_path):
    """Between two quarters pandas, polars, DuckDB and `open_run` see the quarters so far under one name."""
    seen = []

    def look(done: int, _asked: int) -> bool:
        if done == 3:
            for table in ("cities", "flows", "nation"):
                path = tmp_path / f"{table}.parquet"
                rows = len(pd.read_parquet(path))
                assert rows == pl.read_parquet(path).height == len(open_run(tmp_path).read(table))
                assert rows == len(duckdb.read_parquet(f"{path}/*.parquet").fetchall())
                assert rows == (unbroken[table]["quarter"] <= "2024Q3").sum()
                seen.append(table)
        return False

    simulate(Scenario.load("china", quarters=4), tmp_path, detail=DETAIL, resume=False, after=look)
    assert len(seen) == 3


def test_an_exception_in_the_middle_of_a_quarter_loses_only_that_quarter(unbroken, tmp_path, monkeypatch):
    """A broken identity ends the run with the quarters before, and `run.json` says why; it can go on from there."""
    step = economy_module.RegionalEconomy._innovate

    def breaks(economy):
        step(economy)
        if economy.quarter_name == "2024Q4":
            raise AccountingError("2024Q4: identity 'goods' broke")

    with monkeypatch.context() as patch:
        patch.setattr(economy_module.RegionalEconomy, "_innovate", breaks)
        with pytest.raises(AccountingError):
            play(tmp_path)
    run = open_run(tmp_path)
    assert (run.info["status"], run.info["quarters"], run.info["last_quarter"]) == ("failed", 3, "2024Q3")
    assert "identity 'goods' broke" in run.info["error"]
    check_beginning(tmp_path, unbroken)
    play(tmp_path)
    assert open_run(tmp_path).cities.equals(unbroken["cities"])
    assert "error" not in open_run(tmp_path).info


def test_residuals_and_quarters_survive_a_break(tmp_path):
    """`run.json` of a resumed run counts all its quarters and the largest residual of all."""
    play(tmp_path / "a", stop_after=3)
    play(tmp_path / "a")
    play(tmp_path / "b")
    a, b = (open_run(tmp_path / name).info for name in "ab")
    for key in ("quarters", "first_quarter", "last_quarter", "residuals", "rows", "firms", "hash", "scenario", "facts"):
        assert a[key] == b[key], key
    assert set(a["milliseconds_per_quarter"]) == set(b["milliseconds_per_quarter"])
