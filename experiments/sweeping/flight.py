"""Runs on their way: as many as keep the workers busy and no more, however many there are."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING

from nqpf.experiments.designs.targets import SCENARIO
from nqpf.experiments.sweeping.columns import now, readings
from nqpf.experiments.sweeping.work import Order, Result, one_line
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nqpf.experiments.designs import Experiment, Task
    from nqpf.experiments.sweeping.engines import Engine
    from nqpf.experiments.sweeping.folder import SweepFolder

_MOST_DEATHS = 3  # of workers in a row with one run each, none of which came to an end


class Flight:
    """The runs that an engine has been given and has not given back.

    The oldest of them are at work, as many as the engine makes at once: their attempts have begun. If workers die, each
    run that was at work is made again alone: the one with which a worker dies again has failed, the others have not.
    """

    def __init__(self, experiment: Experiment, engine: Engine, folder: SweepFolder) -> None:
        self._engine, self._folder = engine, folder
        self._readings, self._outcomes = readings(experiment), experiment.finals
        self._version = version("nqpf")
        self._tables = {
            name: {table: said["sha256"] for table, said in scenario["data"].items()}
            for name, scenario in experiment.record()["scenarios"].items()
        }
        self._sent: dict[Future[Result], Task] = {}  # in the order of sending
        self._again: deque[Task] = deque()
        self._suspects: deque[Task] = deque()
        self._alone = False
        self._deaths = 0

    def __len__(self) -> int:
        return len(self._sent) + len(self._again) + len(self._suspects)

    def fill(self, tasks: Iterator[Task]) -> None:
        """Send runs until enough are on their way."""
        if self._suspects:
            if not self._sent:
                self._alone = True
                self._send(self._suspects.popleft())
            return
        if self._sent and self._alone:
            return
        self._alone = False
        while len(self._sent) < self._engine.slots + self._engine.ahead:
            task = self._again.popleft() if self._again else next(tasks, None)
            if task is None or not self._send(task):
                return

    def land(self, patience: float) -> None:
        """Keep what has come back, waiting so many seconds if nothing has."""
        wait(self._sent, timeout=patience, return_when=FIRST_COMPLETED)
        try:
            for future in [future for future in self._sent if future.done()]:
                self._keep(self._sent[future], _result(self._sent[future], future))
                del self._sent[future]
                del future  # with its result: only what is on its way stays in memory
        except BrokenExecutor:
            self._bury()
        except CancelledError:
            raise InputError(
                "the engine has dropped its runs; what was finished is kept: go on with --resume"
            ) from None
        self._begin()

    def recall(self) -> None:
        """Take back what is not at work, and send nothing any more."""
        self._again.clear()
        self._suspects.clear()
        for future, task in list(self._sent.items()):
            if not self._folder.has_begun(task.run) and future.cancel():
                del self._sent[future]

    def _send(self, task: Task) -> bool:
        """Whether the engine took it; what cannot be run at all is a failure without it."""
        begun = now()
        try:
            order = Order(
                task.run,
                task.point,
                task.scenario,
                self._readings,
                self._outcomes,
                self._version,
                self._tables[str(task.values.get(SCENARIO, next(iter(self._tables))))],
            )
        except InputError as fault:
            self._folder.end(task, Result(task.run, begun, now(), error=one_line(fault)))
            return True
        if len(self._sent) < self._engine.slots:
            self._folder.begin(task.run)
        try:
            self._sent[self._engine.submit(order)] = task
        except BrokenExecutor:
            self._folder.lose(task.run)
            self._again.appendleft(task)
            self._bury()
            return False
        return True

    def _begin(self) -> None:
        for task in islice(self._sent.values(), self._engine.slots):
            self._folder.begin(task.run)

    def _keep(self, task: Task, result: Result) -> None:
        self._deaths = 0
        self._folder.end(task, result)

    def _bury(self) -> None:
        """Workers have died, and all that was sent is lost but what came back before."""
        wait(self._sent)
        for future, task in list(self._sent.items()):
            if future.exception() is None:
                self._keep(task, future.result())
            elif self._alone:
                self._condemn(task)
            elif self._folder.has_begun(task.run):
                self._folder.lose(task.run)
                self._suspects.append(task)
            else:
                self._again.append(task)
        self._sent.clear()
        self._engine.restart()

    def _condemn(self, task: Task) -> None:
        self._deaths += 1
        if self._deaths >= _MOST_DEATHS:
            raise InputError(
                f"workers end before their run does, {_MOST_DEATHS} in a row; is there enough memory? "
                "What was finished is kept: go on with --resume"
            )
        ended = "its worker ended with it, alone too; is there enough memory?"
        self._folder.end(task, Result(task.run, now(), now(), error=f"WorkerEnded: {ended}"))


def _result(task: Task, future: Future[Result]) -> Result:
    """What came back; raises what is not the run's fault."""
    try:
        return future.result()
    except (BrokenExecutor, CancelledError, InputError):
        raise
    except Exception as fault:
        if type(fault).__name__ == "KilledWorker":  # Dask's, after it has lost several workers with this run
            return Result(task.run, now(), now(), error=one_line(fault))
        told = f"a worker cannot work: {one_line(fault)}"
        raise InputError(f"{told}; what was finished is kept: go on with --resume") from fault
