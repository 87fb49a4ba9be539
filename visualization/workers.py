"""A bounded pool of processes that compute runs, a quarter of each in turn, and stream the frames back.

A thread of the server would starve the other visitors; a process a run would starve the machine. So a few processes
take turns among all open runs: everybody advances, and a cancelled run costs nothing from its next quarter on.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import threading
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from nqpf.model.errors import InputError
from nqpf.visualization.worker import work

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from nqpf.visualization.source import Order, Source

    Listener = Callable[[str, Any], None]

OPEN_RUNS = 12
"""Runs a process holds open; beyond that a visitor waits."""


class BusyError(RuntimeError):
    """Every process holds as many runs as it may."""


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
        self.described: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        # One is enough for the first visitor; the others would slow down the start.
        self.processes = [self._spawn(self._tell_described)]

    def describe(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Facts and levers, read by the first process while this one loads what it serves with; to be asked once.

        Raises
        ------
        InputError
            If the source cannot tell them.
        """
        kind, payload = self.described.get()
        if kind != "described":
            raise InputError(str(payload).removeprefix("DataError: "))
        facts, levers = payload
        return facts, levers

    def _tell_described(self, kind: str, payload: Any) -> None:
        self.described.put((kind, payload))

    def fill(self) -> None:
        """Start the processes that are still missing."""
        with self.lock:
            while len(self.processes) < self.size and not self.closed:
                self.processes.append(self._spawn())

    def _spawn(self, described: Listener | None = None) -> Process:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=work, args=(self.source, there), daemon=True, name="nqpf-worker")
        process.start()
        there.close()
        worker = Process(process, here)
        if described:
            worker.send("describe", self._enter(worker, described))
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
                if kind == "described":
                    self.cancel(run)
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
