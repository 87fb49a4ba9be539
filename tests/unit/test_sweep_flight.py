"""Runs on their way: how many at once, and what becomes of them when workers die."""

import weakref
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest

from nqpf.experiments import open_sweep
from nqpf.experiments.designs import Experiment, tasks
from nqpf.experiments.sweeping.columns import now, series_schema
from nqpf.experiments.sweeping.conduct import conduct
from nqpf.experiments.sweeping.flight import Flight
from nqpf.experiments.sweeping.folder import opened
from nqpf.experiments.sweeping.tables import as_parquet
from nqpf.experiments.sweeping.work import Order, Result
from nqpf.model.errors import InputError

N_RUNS = 40


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    """Forty points under one seed."""
    path = tmp_path / "forty.toml"
    path.write_text(
        'scenario = "china"\ndesign = "grid"\nseeds = [4]\nquarters = 1\nfirms = 500\noutcomes = ["gdp"]\n'
        f"[factors]\nprotection = {{ low = 0.0, high = 0.5, steps = {N_RUNS} }}\n",
        encoding="utf-8",
    )
    return Experiment.load(path)


def made(order: Order) -> Result:
    """A run without its work."""
    series = as_parquet(series_schema(order.readings).empty_table())
    return Result(order.run, now(), now(), series=series, final={"gdp": float(order.run)})


class Watched(Executor):
    """Threads; counts what they were given and somebody still holds."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(2)
        self.held: weakref.WeakSet[Future[Result]] = weakref.WeakSet()
        self.most = 0

    def submit(self, _work, order):
        """Pretend to make the run."""
        future = self.pool.submit(made, order)
        self.held.add(future)
        self.most = max(self.most, len(self.held))
        return future


def test_few_runs_are_on_their_way_however_many_there_are(experiment, tmp_path):
    """With two workers at most four runs, or their results, are in memory."""
    watched = Watched()
    conduct(experiment, tmp_path / "x", engine=watched, workers=2, resume=False, after=lambda *_: False)
    assert open_sweep(tmp_path / "x").info["done"] == N_RUNS
    assert 2 <= watched.most <= 4


class Mortal:
    """An engine of two workers; with a deadly run all of them die."""

    slots = ahead = 2

    def __init__(self, deadly: frozenset[int]) -> None:
        self.deadly = deadly
        self.lives = 0
        self.made: list[int] = []
        self.restart()

    def submit(self, order: Order) -> Future[Result]:
        """Take an order, unless the workers are dead already."""
        if self.dead:
            raise BrokenExecutor
        return self.pool.submit(self._work, order)

    def restart(self) -> None:
        """New workers."""
        self.lives += 1
        self.dead = False
        self.pool = ThreadPoolExecutor(1)

    def _work(self, order: Order) -> Result:
        self.dead = self.dead or order.run in self.deadly
        if self.dead:
            raise BrokenExecutor
        self.made.append(order.run)
        return made(order)


def fly(experiment: Experiment, folder: Path, engine) -> None:
    """Make all runs that are not done."""
    with opened(folder, experiment, resume=True) as store:
        flight = Flight(experiment, engine, store)
        waiting = (task for task in tasks(experiment) if not store.is_done(task.run))
        flight.fill(waiting)
        while flight:
            flight.land(1.0)
            flight.fill(waiting)
        store.close()


def test_a_run_that_kills_workers_fails_and_no_other_does(experiment, tmp_path):
    """Each run that was at work is made again alone: the deadly ones are recorded as such, all others are done once."""
    engine = Mortal(frozenset({7, 8, 30}))
    fly(experiment, tmp_path / "x", engine)
    runs = open_sweep(tmp_path / "x").runs
    assert runs["run"].tolist() == list(range(N_RUNS))
    assert runs.loc[runs["status"] == "failed", "run"].tolist() == [7, 8, 30]
    assert runs["error"].dropna().str.contains("its worker ended with it, alone too").all()
    assert sorted(engine.made) == [run for run in range(N_RUNS) if run not in engine.deadly]
    attempts = open_sweep(tmp_path / "x").attempts
    assert attempts["finished"].isna().sum() <= 2 * engine.lives
    assert not attempts.duplicated(["run", "attempt"]).any()


def test_workers_that_always_die_end_the_sweep(experiment, tmp_path):
    """When no run comes to an end it is not the runs' fault: one line, instead of a table full of failures."""
    with pytest.raises(InputError, match="workers end before their run does, 3 in a row"):
        fly(experiment, tmp_path / "x", Mortal(frozenset(range(N_RUNS))))
    assert open_sweep(tmp_path / "x").runs["status"].tolist() == ["failed"] * 2


def test_an_engine_that_drops_runs_ends_the_sweep(experiment, tmp_path):
    """A scheduler that is gone takes its runs with it: one line that says how to go on."""

    class Gone(Executor):
        def submit(self, _work, _order):
            future: Future[Result] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    with pytest.raises(InputError, match="the engine has dropped its runs; what was finished is kept"):
        conduct(experiment, tmp_path / "x", engine=Gone(), workers=1, resume=False, after=lambda *_: False)
    assert open_sweep(tmp_path / "x").info["status"] == "interrupted"


def test_what_waits_is_taken_back(experiment, tmp_path):
    """Stopped, an engine keeps the runs at work, and the attempts that have begun are these."""

    class Slow(Executor):
        def __init__(self) -> None:
            self.futures: list[Future[Result]] = []

        def submit(self, _work, order):
            self.futures.append(Future())
            self.futures[-1].order = order
            return self.futures[-1]

    slow, asked = Slow(), []

    def after(done: int, _total: int) -> bool:
        asked.append(done)
        if len(asked) == 2:
            for future in slow.futures[:2]:
                future.set_result(made(future.order))
        return len(asked) > 1

    conduct(experiment, tmp_path / "x", engine=slow, workers=2, resume=False, after=after)
    assert [future.cancelled() for future in slow.futures] == [False, False, True, True]
    left = open_sweep(tmp_path / "x")
    assert left.runs["run"].tolist() == left.attempts["run"].tolist() == [0, 1]
    assert left.info["status"] == "interrupted"


def test_stopped_while_workers_die_it_ends(experiment, tmp_path, monkeypatch):
    """What was at work when they died is not made again if somebody wants the sweep to end."""
    engine, asked = Mortal(frozenset(range(N_RUNS))), []
    monkeypatch.setattr("nqpf.experiments.sweeping.conduct.opened", lambda *_: nullcontext(engine))

    def after(done: int, _total: int) -> bool:
        asked.append(done)
        return len(asked) > 1

    conduct(experiment, tmp_path / "x", engine="processes", workers=2, resume=False, after=after)
    assert engine.lives == 2
    left = open_sweep(tmp_path / "x")
    assert (left.info["status"], len(left.runs)) == ("interrupted", 0)


def test_what_workers_cannot_do_is_told_apart_from_what_runs_do(experiment, tmp_path):
    """A run with which Dask has lost several workers has failed; workers without the model end the sweep in a line."""
    killed = type("KilledWorker", (Exception,), {})

    class Faulty(Executor):
        def __init__(self, fault: Exception) -> None:
            self.fault = fault

        def submit(self, _work, order):
            future: Future[Result] = Future()
            if order.run == 3:
                future.set_exception(self.fault)
            else:
                future.set_result(made(order))
            return future

    lost = {"engine": Faulty(killed("attempted to run 3 times")), "workers": 1, "resume": False}
    conduct(experiment, tmp_path / "x", after=lambda *_: False, **lost)
    runs = open_sweep(tmp_path / "x").runs
    assert runs.loc[runs["status"] == "failed", "error"].to_dict() == {3: "KilledWorker: attempted to run 3 times"}
    bare = {"engine": Faulty(ModuleNotFoundError("No module named 'nqpf'")), "workers": 1, "resume": False}
    with pytest.raises(InputError, match="a worker cannot work: ModuleNotFoundError: No module named 'nqpf'; what was"):
        conduct(experiment, tmp_path / "y", after=lambda *_: False, **bare)
    assert open_sweep(tmp_path / "y").runs["run"].tolist() == [0, 1, 2]
