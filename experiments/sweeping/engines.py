"""Who makes the runs: this process, others on this machine, or a cluster; all are `concurrent.futures.Executor`s."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection
from typing import TYPE_CHECKING, Any, Protocol, override

from nqpf.experiments.sweeping.machine import deaf, default_workers
from nqpf.experiments.sweeping.work import run_one
from nqpf.model.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nqpf.experiments.sweeping.work import Order, Result

ENGINES = ("processes", "serial", "dask")
DEFAULT = ENGINES[0]
MOST_WORKERS = 10_000


class Engine(Protocol):
    """Takes orders; hands out futures of results."""

    @property
    def slots(self) -> int:
        """Runs that are made at once."""

    @property
    def ahead(self) -> int:
        """Orders that may wait besides, so that no worker has to."""

    def submit(self, order: Order) -> Future[Result]:
        """Take an order."""

    def restart(self) -> None:
        """Begin anew with other workers, after some have died."""


@contextmanager
def opened(engine: str | Executor, workers: int | None) -> Iterator[Engine]:
    """The engine of a name, or an executor as one, while this lasts; raises InputError."""
    if isinstance(engine, Executor):
        yield _Given(engine, workers or default_workers())
        return
    kind, _, address = check_engine(engine, workers).partition("=")
    if kind == "serial":
        yield _Given(_Here(), 1, ahead=0)
    elif kind == "processes":
        with _processes(workers or default_workers()) as processes:
            yield processes
    else:
        from nqpf.experiments.sweeping.cluster import opened_cluster  # noqa: PLC0415 (an extra, and slow to load)

        with opened_cluster(address, workers) as cluster:
            yield cluster


def check_engine(engine: str, workers: int | None) -> str:
    """The engine's name if there is such a one; raises InputError."""
    kind, equals, _ = engine.partition("=")
    if kind not in ENGINES:
        hint = nearest(kind, ENGINES) or f"; give {', '.join(ENGINES)} or dask=tcp://host:port"
        raise InputError(f"--engine {engine}: there is no such engine{hint}")
    if equals and kind != "dask":
        raise InputError(f"--engine {engine}: takes no address; give --engine {kind}")
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise InputError(f"--workers {workers}: is out of range; give 1 to {MOST_WORKERS:,}")
    if kind == "serial" and workers not in {None, 1}:
        raise InputError(f"--workers {workers}: serial is one; leave it out, or give --engine processes")
    return engine


class _Here(Executor):
    """Does what it is given at once, in this process."""

    @override
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as fault:  # noqa: BLE001 (the future's to tell; what ends this process goes through)
            future.set_exception(fault)
        return future


class _Given:
    """An executor as an engine; its workers are somebody else's to replace."""

    def __init__(self, executor: Executor, slots: int, ahead: int | None = None) -> None:
        self._executor = executor
        self.slots = slots
        self.ahead = slots if ahead is None else ahead

    def submit(self, order: Order) -> Future[Result]:
        return self._executor.submit(run_one, order)

    def restart(self) -> None:
        raise InputError("the executor's workers have ended; what was finished is kept: go on with resume")


class _Processes:
    """Processes on this machine; they end with this one, however it ends.

    They hold the reading end of a pipe whose writing end this process has: when it closes, by a kill too, they are
    gone. Otherwise they would wait for orders for ever.
    """

    def __init__(self, workers: int) -> None:
        self.slots = self.ahead = workers
        self._context = multiprocessing.get_context("spawn")
        self._begin()

    def submit(self, order: Order) -> Future[Result]:
        with deaf(signal.SIGINT):  # it is for this process to end them; some are started here
            return self._pool.submit(run_one, order)

    def restart(self) -> None:
        self.end(at_once=True)
        self._begin()

    def end(self, *, at_once: bool) -> None:
        if at_once:
            self._leash.close()
        self._pool.shutdown(cancel_futures=True)
        self._leash.close()
        self._collar.close()

    def _begin(self) -> None:
        self._collar, self._leash = self._context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(self.slots, self._context, _on_leash, (self._collar,))


@contextmanager
def _processes(workers: int) -> Iterator[_Processes]:
    processes = _Processes(workers)
    at_once = True
    try:
        yield processes
        at_once = False
    finally:
        processes.end(at_once=at_once)


def _on_leash(collar: connection.Connection) -> None:
    """What a worker does first."""
    threading.Thread(target=_end_with, args=(collar,), daemon=True).start()


def _end_with(collar: connection.Connection) -> None:
    connection.wait([collar])
    os._exit(1)
