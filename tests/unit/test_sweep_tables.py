"""Tables of a sweep: parts override files, whatever moment a kill comes at; and what reads them."""

import json
from concurrent.futures import Executor, Future
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nqpf.experiments import open_sweep
from nqpf.experiments.designs import Experiment
from nqpf.experiments.sweeping import folder as folders
from nqpf.experiments.sweeping import tables
from nqpf.experiments.sweeping.columns import now, series_schema
from nqpf.experiments.sweeping.conduct import conduct
from nqpf.experiments.sweeping.tables import Table, as_parquet, data_files, part_files
from nqpf.experiments.sweeping.work import Result
from nqpf.model.errors import InputError

SCHEMA = pa.schema([("run", pa.int64()), ("region", pa.string()), ("gdp", pa.float64())])
QUARTERS = 2


def part(run: int, values: list[float], region: str = "east") -> bytes:
    """Rows of one run."""
    return as_parquet(pa.table([[run] * len(values), [region] * len(values), values], schema=SCHEMA))


def contents(table: Table) -> list[tuple[int, float]]:
    """Run and value of every row of the files, in order."""
    rows = pa.concat_tables([pq.read_table(file) for file in data_files(table.folder, table.name)])
    return list(zip(rows["run"].to_pylist(), rows["gdp"].to_pylist(), strict=True))


@pytest.fixture
def divided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Table:
    """A table of two rows a run, with two runs in a row group and four in a file."""
    monkeypatch.setattr(tables, "_GROUP_VALUES", 2 * 2 * len(SCHEMA))
    monkeypatch.setattr(tables, "_FILE_GROUPS", 2)
    table = Table(tmp_path, "series", SCHEMA, rows=2, divided=True)
    table.create()
    return table


def test_files_hold_runs_in_order_however_they_come(divided: Table):
    """Rows lie by run in files of four and groups of two; rows of a run stay as they were; no part is left."""
    for run in (9, 0, 3, 4):
        divided.put(run, part(run, [run + 0.5, run + 0.2]))
    divided.merge()
    divided.put(1, part(1, [1.5, 1.2]))
    divided.merge()
    expected = [(run, run + d) for run in (0, 1, 3, 4, 9) for d in (0.5, 0.2)]
    assert contents(divided) == expected
    files = data_files(divided.folder, "series")
    assert [file.stem for file in files] == ["000000", "000001", "000002"]
    assert [pq.read_metadata(file).num_row_groups for file in files] == [2, 1, 1]
    assert part_files(divided.folder, "series") == []


def test_bytes_depend_on_contents_only(divided: Table, tmp_path: Path):
    """Merged one by one in any order, or all at once, or with a run written twice: the same files."""
    other = Table(tmp_path / "other", "series", SCHEMA, rows=2, divided=True)
    other.create()
    for run in range(7):
        other.put(run, part(run, [run, run / 3], f"r{run}"))
    other.merge()
    for run in (6, 2, 5, 2, 0, 1, 4, 3):
        divided.put(run, part(run, [run, run / 3], f"r{run}"))
        divided.merge()
    mine, theirs = (data_files(table.folder, "series") for table in (divided, other))
    assert [file.read_bytes() for file in mine] == [file.read_bytes() for file in theirs]


def test_a_part_takes_the_place_of_its_run(divided: Table):
    """A run that is made again replaces its rows, were it in a file already; what is not to be kept is dropped."""
    for run in range(3):
        divided.put(run, part(run, [0.0, 0.0]))
    divided.merge()
    divided.put(1, part(1, [7.0]))
    divided.put(2, part(2, [8.0]))
    divided.merge(keep=lambda run: run != 2)
    assert contents(divided) == [(0, 0.0), (0, 0.0), (1, 7.0), (2, 0.0), (2, 0.0)]


def test_a_file_that_is_cut_off_is_never_seen(divided: Table):
    """If writing fails the old file stays, nothing else does, and the parts are there to try again."""
    divided.put(0, part(0, [1.0]))
    divided.merge()
    divided.put(1, part(1, [2.0]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", _full)
        with pytest.raises(OSError, match="No space left"):
            divided.merge()
        with pytest.raises(OSError, match="No space left"):
            divided.put(2, part(2, [3.0]))
    assert contents(divided) == [(0, 1.0)]
    assert [p.stem for p in part_files(divided.folder, "series")] == ["00000001"]
    assert not list(divided.folder.rglob(".*.new"))
    divided.merge()
    assert contents(divided) == [(0, 1.0), (1, 2.0)]


def _full(_descriptor: int) -> None:
    raise OSError(28, "No space left on device")


class Dead(BaseException):
    """The process was killed."""


class Workers(Executor):
    """Gives back results that cost nothing; a run may fail."""

    def __init__(self, failing: frozenset[int] = frozenset()) -> None:
        self.failing = failing
        self.made: list[int] = []

    def submit(self, _work, order):
        """A series of two quarters; what it holds depends on the run alone."""
        self.made.append(order.run)
        future: Future[Result] = Future()
        if order.run in self.failing:
            future.set_result(Result(order.run, now(), now(), error="ArithmeticError: bad luck"))
            return future
        rows = {
            "run": [order.run] * QUARTERS,
            "point": [order.point] * QUARTERS,
            "seed": [order.scenario.seed] * QUARTERS,
            "quarter": ["2024Q1", "2024Q2"],
            "level": ["nation"] * QUARTERS,
            "region": ["CN"] * QUARTERS,
            "gdp": [order.run + 0.1, order.run + 0.2],
        }
        series = as_parquet(pa.table(rows, schema=series_schema(order.readings)))
        future.set_result(Result(order.run, now(), now(), series=series, final={"gdp": order.run + 0.2}))
        return future


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    """Two points under one seed."""
    path = tmp_path / "two.toml"
    path.write_text(
        'scenario = "china"\ndesign = "grid"\nseeds = [4]\nquarters = 2\nfirms = 500\noutcomes = ["gdp"]\n'
        "[factors]\nprotection = { values = [0.0, 0.5] }\n",
        encoding="utf-8",
    )
    return Experiment.load(path)


def go(experiment: Experiment, folder: Path, workers: Workers) -> None:
    """Make the sweep, or go on with it."""
    conduct(experiment, folder, engine=workers, workers=1, resume=True, after=lambda _done, _asked: False)


def tables_of(folder: Path) -> dict[str, bytes]:
    """What has to be the same whatever happened: all but the times."""
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return {name: (folder / name).read_bytes() for name in sorted(names) if name != "attempts.parquet"}


def die_at(patch: pytest.MonkeyPatch, moment: int) -> list[str]:
    """From the so-many-th change of the disk on nothing is changed any more."""
    changes: list[str] = []

    def mortal(name: str):
        alive = getattr(Path, name)

        def change(*arguments, **options):
            if len(changes) >= moment:
                raise Dead
            changes.append(name)
            return alive(*arguments, **options)

        return change

    for name in ("replace", "unlink", "rmdir", "mkdir"):
        patch.setattr(Path, name, mortal(name))
    return changes


@pytest.mark.slow
def test_a_kill_before_any_change_of_the_disk_loses_and_doubles_nothing(experiment, tmp_path, monkeypatch):
    """Killed before the 1st, 2nd, … change, read as it lies, and resumed: the tables of an unbroken sweep, to the byte.

    A run fails in the first life and not in the second; parts are put together after every run.
    """
    monkeypatch.setattr(folders, "_LEAST_BETWEEN", 0.0)
    monkeypatch.setattr(folders, "_MERGING_SHARE", np.inf)
    go(experiment, tmp_path / "whole", Workers())
    expected = tables_of(tmp_path / "whole")
    for moment in range(1000):
        folder = tmp_path / str(moment)
        with pytest.MonkeyPatch.context() as patch:
            die_at(patch, moment)
            try:
                go(experiment, folder, Workers(frozenset({0})))
                break
            except Dead:
                pass
        lying = _read_as_it_lies(folder)
        again = Workers()
        go(experiment, folder, again)
        assert tables_of(folder) == expected, moment
        assert set(again.made) == {0, 1} - lying, moment
        attempts = pq.read_table(folder / "attempts.parquet").to_pandas()
        assert len(attempts) <= 2 + 1 + 1, moment  # runs, the one that failed, the one that was cut off
        assert not attempts.duplicated(["run", "attempt"]).any()
        assert (attempts.groupby("run")["finished"].last().notna()).all()
    assert moment > 30


def _read_as_it_lies(folder: Path) -> set[int]:
    """Runs that are done in a folder that was left behind; every one has its series, and no other."""
    try:
        left = open_sweep(folder)
        runs, series = left.runs, left.series
    except InputError:  # killed before there was anything
        return set()
    assert not runs["run"].duplicated().any()
    done = set(runs.loc[runs["status"] == "done", "run"])
    assert series["run"].tolist() == [run for run in sorted(done) for _ in range(QUARTERS)]
    return done


def test_a_finished_sweep_is_left_alone(experiment, tmp_path):
    """Resumed when all is done, nothing is made and no byte changes."""
    go(experiment, tmp_path / "x", Workers())
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "x").rglob("*") if path.is_file()}
    again = Workers()
    go(experiment, tmp_path / "x", again)
    assert again.made == []
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "x").rglob("*") if path.is_file()}


def test_what_failed_is_made_again(experiment, tmp_path):
    """A failing run is a row with its error and no series; resumed it is made anew, and only it."""
    go(experiment, tmp_path / "x", Workers(frozenset({1})))
    opened = open_sweep(tmp_path / "x")
    assert (opened.info["status"], opened.info["done"], opened.info["failed"]) == ("finished", 1, 1)
    assert opened.runs["status"].tolist() == ["done", "failed"]
    assert opened.runs["error"].tolist()[1] == "ArithmeticError: bad luck"
    assert np.isnan(opened.runs["gdp"].tolist()[1])
    assert set(opened.series["run"]) == {0}
    again = Workers()
    go(experiment, tmp_path / "x", again)
    assert again.made == [1]
    opened = open_sweep(tmp_path / "x")
    assert opened.runs["status"].tolist() == ["done", "done"]
    assert opened.attempts["attempt"].tolist() == [1, 1, 2]


def test_a_full_disk_is_one_line_and_keeps_what_is_finished(experiment, tmp_path, monkeypatch):
    """Refused by the disk, the sweep stops with a remedy; with room again it goes on with what is missing."""

    class FillsUp(Workers):
        def submit(self, work, order):
            if order.run == 1:
                monkeypatch.setattr("os.fsync", _full)
            return super().submit(work, order)

    with pytest.raises(InputError, match="No space left on device; what was finished is kept: make room and go on"):
        go(experiment, tmp_path / "x", FillsUp())
    monkeypatch.undo()
    left = open_sweep(tmp_path / "x")
    assert left.info["status"] == "running"
    made = set(left.runs["run"])
    again = Workers()
    go(experiment, tmp_path / "x", again)
    assert set(again.made) == {0, 1} - made
    assert open_sweep(tmp_path / "x").runs["status"].tolist() == ["done", "done"]


def test_sql_sees_parts_and_files(experiment, tmp_path):
    """Queries find the same in a folder with parts as in one without, under whatever name the folder has."""
    folder = tmp_path / "a[1]*'b"
    go(experiment, folder, Workers())
    whole = open_sweep(folder)
    asked = "SELECT quarter, sum(s.gdp) AS gdp FROM series AS s JOIN runs USING (run) GROUP BY quarter ORDER BY quarter"
    assert whole.sql(asked)["gdp"].tolist() == pytest.approx([1.2, 1.4])
    rows = pq.read_table(folder / "runs.parquet").slice(1)
    parts = folder / "parts" / "runs"
    parts.mkdir(parents=True)
    failed = rows.set_column(3, "status", pa.array(["failed"]))
    (parts / "00000001.parquet").write_bytes(as_parquet(failed))
    assert open_sweep(folder).sql(asked)["gdp"].tolist() == pytest.approx([0.1, 0.2])
    assert whole.runs["status"].tolist() == ["done", "failed"]


def test_folders_that_are_no_sweeps_are_refused(experiment, tmp_path):
    """No folder, another kind of folder, another format, a table taken away: one line each."""
    for said, prepare in {
        "no such folder": lambda _: None,
        "is no sweep's folder": lambda folder: folder.mkdir(),
        "is not what a sweep writes": lambda folder: _written(folder, "[1]"),
        "its format is 0, this nqpf reads 1": lambda folder: _written(folder, json.dumps({"format": 0})),
    }.items():
        folder = tmp_path / said.split()[1] / said.split()[-1]
        folder.parent.mkdir(exist_ok=True)
        prepare(folder)
        with pytest.raises(InputError, match=said):
            open_sweep(folder)
    go(experiment, tmp_path / "x", Workers())
    (tmp_path / "x" / "runs.parquet").unlink()
    with pytest.raises(InputError, match="has no runs"):
        _ = open_sweep(tmp_path / "x").runs


def _written(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "sweep.json").write_text(text, encoding="utf-8")
