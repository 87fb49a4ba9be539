"""A bounded pool of processes that compute runs, a quarter of each in turn, and stream the frames back.

A thread of the server would starve the other visitors; a process a run would starve the machine. So a few processes
take turns among all open runs: everybody advances, and a cancelled run costs nothing from its next quarter on.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from nqpf.visualization.source import Order, Producer, Source

    Listener = Callable[[str, Any], None]

OPEN_RUNS = 12
"""Runs a process holds open; beyond that a visitor waits."""
CHECKPOINTS = 16
"""Checkpoints a run keeps; when there are more, every other one goes."""


class BusyError(RuntimeError):
    """Every process holds as many runs as it may."""


@dataclass(slots=True)
class Job:
    """A run inside a worker."""

    order: Order
    producer: Producer
    at: int = 0
    """Frame the producer stands at."""
    send_from: int = 0
    """Frames before this one are known to whoever asked."""
    every: int = 4
    checkpoints: dict[int, dict[str, Any]] = field(default_factory=dict)

    def keep(self) -> None:
        """Remember where the run stands, now and then."""
        if self.at % self.every == 0:
            self.checkpoints[self.at] = self.producer.checkpoint()
        if len(self.checkpoints) > CHECKPOINTS:
            self.every *= 2
            self.checkpoints = {at: state for at, state in self.checkpoints.items() if at % self.every == 0}


class Worker:
    """The loop of one process."""

    def __init__(self, source: Source, connection: Connection) -> None:
        self.source = source
        self.connection = connection
        self.jobs: dict[int, Job] = {}
        self.active: deque[int] = deque()

    def loop(self) -> None:
        """Serve until the other end closes."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                # Requests come first: a lever should not wait for the runs in hand.
                while self.connection.poll(0 if self.active else None):
                    self.handle(*self.connection.recv())
                if self.active:
                    self.advance(self.active.popleft())

    def handle(self, request: str, run: int, *rest: Any) -> None:
        """Take one request."""
        try:
            if request == "start":
                (order,) = rest
                self.begin(run, Job(order, self.source.open(order)))
            elif request == "fork":
                self.fork(run, *rest)
            elif request == "warm":
                self.warm(*rest)
            elif request == "cancel":
                self.jobs.pop(run, None)
        except (EOFError, OSError):
            raise
        except Exception as fault:  # noqa: BLE001 (whatever went wrong belongs to this run alone)
            self.drop(run, fault)

    def warm(self, order: Order) -> None:
        """Load and compile what the first visitor would wait for."""
        producer = self.source.open(order)
        producer.advance()
        producer.frame()
        self.connection.send(("warm", 0, None))

    def fork(self, run: int, parent: int, frame: int, order: Order) -> None:
        """Open a run that shares the parent's frames up to `frame`."""
        past = self.jobs[parent].checkpoints
        at = max((k for k in past if k <= frame), default=None)
        producer = self.source.open(order) if at is None else self.source.resume(order, past[at])
        shared = {k: state for k, state in past.items() if k <= frame}
        job = Job(order, producer, at or 0, frame + 1, self.jobs[parent].every, shared)
        while job.at < frame:
            producer.advance()
            job.at += 1
        self.begin(run, job)

    def begin(self, run: int, job: Job) -> None:
        """Announce a run, send its first frame and queue it."""
        self.jobs[run] = job
        self.connection.send(("opened", run, (job.producer.first, job.producer.frames)))
        if job.send_from == 0:
            self.connection.send(("frame", run, (0, job.producer.frame())))
            job.keep()
        self.active.appendleft(run)

    def advance(self, run: int) -> None:
        """Compute one quarter of a run, unless it was cancelled, and put it at the end of the queue."""
        job = self.jobs.get(run)
        if job is None:
            return
        if job.at + 1 >= job.producer.frames:
            self.connection.send(("done", run, None))
            return
        try:
            job.producer.advance()
            job.at += 1
            self.connection.send(("frame", run, (job.at, job.producer.frame())))
            job.keep()
        except (EOFError, OSError):
            raise
        except Exception as fault:  # noqa: BLE001 (the same)
            self.drop(run, fault)
            return
        self.active.append(run)

    def drop(self, run: int, fault: Exception) -> None:
        """Tell why a run ends here; it can still be forked before that quarter."""
        self.connection.send(("failed", run, f"{type(fault).__name__}: {fault}"))


def work(source: Source, connection: Connection) -> None:
    """Body of a worker process."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 (only here, where the libraries it limits are loaded)

    # Ctrl-C goes to the whole group; the server decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with threadpool_limits(1):
        Worker(source, connection).loop()


@dataclass(slots=True)
class Process:
    """A worker as the server sees it."""

    process: Any
    connection: Connection
    runs: set[int] = field(default_factory=set)
    warm: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, *request: object) -> None:
        """Send a request; a dead process is noticed by its reader."""
        with self.lock, contextlib.suppress(OSError):
            self.connection.send(request)


class Pool:
    """The worker processes, shared by all visitors of a server.

    Parameters
    ----------
    source
        What makes the runs.
    order
        The run a process opens once and drops, so that its first visitor finds everything loaded.
    size
        Number of processes; by default the machine's, four at most.
    """

    def __init__(self, source: Source, order: Order, size: int | None = None) -> None:
        self.source = source
        self.order = order
        self.size = size or max(1, min(4, os.cpu_count() or 1))
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.where: dict[int, Process] = {}
        self.listeners: dict[int, Listener] = {}
        self.closed = False
        # One is enough for the first visitor; the others would slow down the start.
        self.processes = [self._spawn()]

    def fill(self) -> None:
        """Start the processes that are still missing."""
        with self.lock:
            while len(self.processes) < self.size and not self.closed:
                self.processes.append(self._spawn())

    def _spawn(self) -> Process:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=work, args=(self.source, there), daemon=True, name="nqpf-worker")
        process.start()
        there.close()
        worker = Process(process, here)
        worker.send("warm", 0, self.order)
        threading.Thread(target=self._read, args=(worker,), daemon=True, name="nqpf-reader").start()
        return worker

    def _read(self, worker: Process) -> None:
        """Hand on what a worker sends; replace it should it die."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                kind, run, payload = worker.connection.recv()
                worker.warm = worker.warm or kind == "warm"
                listener = self.listeners.get(run)
                if listener:
                    listener(kind, payload)
        if self.closed:
            return
        for run in list(worker.runs):
            listener = self.listeners.get(run)
            self.cancel(run)
            if listener:
                listener("failed", "the process computing this run ended")
        with self.lock:
            if not self.closed:
                self.processes[self.processes.index(worker)] = self._spawn()

    def start(self, order: Order, listener: Listener) -> int:
        """Open a run; its news go to `listener(kind, payload)`, in a thread of the pool.

        Raises
        ------
        BusyError
            If no process may take one more.
        """
        with self.lock:
            # A process that is still loading would keep its visitor waiting longer than a busier one.
            worker = min(self.processes, key=lambda p: (len(p.runs) >= OPEN_RUNS, len(p.runs) + (0 if p.warm else 3)))
            if len(worker.runs) >= OPEN_RUNS:
                raise BusyError
            run = self._enter(worker, listener)
        worker.send("start", run, order)
        return run

    def fork(self, parent: int, frame: int, order: Order, listener: Listener) -> int:
        """Open a run that shares `parent`'s frames up to `frame`; only later ones are sent."""
        with self.lock:
            worker = self.where[parent]
            run = self._enter(worker, listener)
        worker.send("fork", run, parent, frame, order)
        return run

    def _enter(self, worker: Process, listener: Listener) -> int:
        run = next(self.numbers)
        worker.runs.add(run)
        self.where[run] = worker
        self.listeners[run] = listener
        return run

    def cancel(self, run: int) -> None:
        """Stop a run and forget it; unknown runs are no fault."""
        with self.lock:
            self.listeners.pop(run, None)
            worker = self.where.pop(run, None)
            if worker:
                worker.runs.discard(run)
        if worker:
            worker.send("cancel", run)

    def open_runs(self) -> int:
        """Runs open over all processes."""
        with self.lock:
            return len(self.where)

    def close(self) -> None:
        """End every process."""
        with self.lock:
            self.closed = True
        for worker in self.processes:
            worker.connection.close()
            worker.process.terminate()
            worker.process.join(5)
