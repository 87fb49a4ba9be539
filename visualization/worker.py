"""What a worker process does: a quarter of each of its runs in turn, and the frames sent back."""

from __future__ import annotations

import contextlib
import signal
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from nqpf.visualization.source import Order, Producer, Source

CHECKPOINTS = 16
"""Checkpoints a run keeps; when there are more, every other one goes."""


@dataclass(slots=True)
class Job:
    """A run inside a worker."""

    order: Order
    producer: Producer | None
    at: int = 0
    """Frame the producer stands at."""
    send_from: int = 0
    """Frames before this one are known to whoever asked."""
    every: int = 4
    checkpoints: dict[int, dict[str, Any]] = field(default_factory=dict)

    def keep(self) -> None:
        """Remember where the run stands, now and then."""
        if self.producer and self.at % self.every == 0:
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
                producer = self.source.open(order)
                self.begin(run, Job(order, producer), producer)
            elif request == "fork":
                self.fork(run, *rest)
            elif request == "warm":
                self.warm(*rest)
            elif request == "describe":
                self.connection.send(("described", run, (self.source.facts(), self.source.levers())))
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
        self.begin(run, job, producer)

    def begin(self, run: int, job: Job, producer: Producer) -> None:
        """Announce a run, send its first frame and queue it."""
        self.jobs[run] = job
        self.connection.send(("opened", run, (producer.first, producer.frames)))
        if job.send_from == 0:
            self.connection.send(("frame", run, (0, producer.frame())))
            job.keep()
        self.active.appendleft(run)

    def advance(self, run: int) -> None:
        """Compute one quarter of a run, unless it was cancelled, and put it at the end of the queue."""
        job = self.jobs.get(run)
        if job is None or job.producer is None:
            return
        if job.at + 1 >= job.producer.frames:
            self.connection.send(("done", run, None))
            job.producer = None  # forks go on from the checkpoints; an economy is large
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
