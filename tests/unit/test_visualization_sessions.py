"""Workers and sessions: one visitor's runs in a pool of processes."""

import threading
from dataclasses import dataclass

import numpy as np
import pytest

from nqpf.visualization.session import Session
from nqpf.visualization.source import Order
from nqpf.visualization.worker import Job, Worker
from nqpf.visualization.workers import BusyError

LEVER = {"name": "easing", "kind": "number", "low": 0.0, "high": 1.0}
CHOICE = {"name": "rule", "kind": "choice", "values": ["none", "related"]}
START = 8095  # 2023Q4


# ---- workers and sessions ----


@dataclass
class Counter:
    """A run whose frame is the sum of the levers in force so far."""

    order: Order
    at: int = 0
    value: float = 0.0
    first: int = START
    frames: int = 12

    def frame(self):
        """Two numbers."""
        return np.array([self.at, self.value], "<f4").tobytes()

    def advance(self):
        """Add what holds."""
        if self.order.seed == 666:
            raise ArithmeticError("broken")
        self.at += 1
        self.value += self.order.seed + sum(c.value for c in self.order.changes if START + self.at > c.quarter)

    def checkpoint(self):
        """Both numbers."""
        return {"at": self.at, "value": self.value}


class Counters:
    """Their source."""

    def open(self, order):
        """From the start."""
        return Counter(order)

    def resume(self, order, checkpoint):
        """From a checkpoint."""
        return Counter(order, **checkpoint)


class Pipe:
    """A connection that keeps what is sent."""

    def __init__(self):
        self.sent = []

    def send(self, message):
        """Keep it."""
        self.sent.append(message)


class InlinePool:
    """A pool whose one worker runs when asked, in this thread."""

    def __init__(self, places=9):
        self.worker = Worker(Counters(), Pipe())
        self.listeners, self.places, self.number = {}, places, 0

    def start(self, order, listener):
        """Open a run if there is a place."""
        if len(self.listeners) >= self.places:
            raise BusyError
        return self._ask("start", listener, order)

    def fork(self, parent, frame, order, listener):
        """Open a run that shares a past."""
        return self._ask("fork", listener, parent, frame, order)

    def _ask(self, request, listener, *rest):
        self.number += 1
        self.listeners[self.number] = listener
        self.worker.handle(request, self.number, *rest)
        return self.number

    def cancel(self, run):
        """Forget a run."""
        self.listeners.pop(run, None)
        self.worker.handle("cancel", run)

    def run(self, steps=1000):
        """Work, then deliver."""
        while self.worker.active and steps:
            self.worker.advance(self.worker.active.popleft())
            steps -= 1
        for kind, run, payload in self.worker.connection.sent:
            if run in self.listeners:
                self.listeners[run](kind, payload)
        self.worker.connection.sent.clear()


def values(record):
    """Second number of each frame."""
    return [float(np.frombuffer(frame, "<f4")[1]) for frame in record.frames]


def test_a_session_computes_a_baseline():
    """Every quarter arrives once, in order, and the head says so."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    pool.run()
    assert values(session.a) == [2.0 * k for k in range(12)]
    head = session.head()
    assert (head["state"], head["a"]["computed"], head["a"]["all"], head["b"]) == ("done", 12, 12, None)


@pytest.mark.parametrize("frame", [0, 3, 4, 7, 10])
def test_a_fork_equals_the_run_with_the_rule_from_the_start(frame):
    """Going on from a checkpoint gives what computing everything anew would."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    pool.run()
    session.change("a", 5.0, frame, 1)
    pool.run()
    assert values(session.b) == [2.0 * k + 5.0 * max(0, k - frame) for k in range(12)]
    assert session.head()["b"]["shared"] == frame + 1


def test_one_drag_is_one_change():
    """Values on the way to where a drag rests leave no trace, though time went on meanwhile."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    pool.run()
    for value, frame in ((1.0, 3), (2.0, 4), (5.0, 5)):
        session.change("a", value, frame, 1)
        pool.run()
    assert session.changes() == [{"lever": "a", "value": 5.0, "quarter": START + 3}]
    session.change("b", 1.0, 8, 2)
    pool.run()
    assert values(session.b)[-1] == 2.0 * 11 + 5.0 * 8 + 1.0 * 3


def test_leaving_stops_the_runs():
    """After a visitor left nothing is open, and nothing more is computed."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    session.leave()
    pool.run()
    assert pool.listeners == {}
    assert pool.worker.jobs == {}


def test_a_visitor_waits_for_a_place():
    """A busy server says so, and the run starts when another leaves."""
    pool = InlinePool(places=1)
    first, second = Session(pool, Order("china", 1)), Session(pool, Order("china", 2))
    first.begin()
    second.begin()
    assert second.head()["state"] == "waiting"
    first.leave()
    second.begin()
    pool.run()
    assert second.head()["state"] == "done"


def test_a_fault_of_a_run_is_told_to_its_visitor_alone():
    """The message arrives; other runs of the process go on."""
    pool = InlinePool()
    bad, good = Session(pool, Order("china", 666)), Session(pool, Order("china", 2))
    bad.begin()
    good.begin()
    pool.run()
    assert (bad.head()["state"], bad.head()["error"]) == ("failed", "ArithmeticError: broken")
    assert good.head()["state"] == "done"


def test_chunks_cover_the_history():
    """Asked from any frame the rest comes, in bounded pieces; unknown runs and frames give nothing."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    pool.run()
    start, data = session.chunk(session.a.number, 5)
    assert (start, len(data)) == (5, 7 * 8)
    assert session.chunk(session.a.number, 12) is None
    assert session.chunk(99, 0) is None


def test_watching_ends_when_the_visitor_leaves():
    """The visitor's thread is gone soon after."""
    session = Session(InlinePool(), Order("china", 2))
    told = threading.Event()
    thread = threading.Thread(target=session.watch, args=(told.set,))
    thread.start()
    assert told.wait(5)
    session.leave()
    thread.join(5)
    assert not thread.is_alive()


def test_a_long_run_keeps_few_checkpoints():
    """Checkpoints thin out as the run grows."""
    job = Job(Order("china", 1), Counter(Order("china", 1), frames=1000))
    for job.at in range(1000):
        job.keep()
    assert 8 <= len(job.checkpoints) <= 16
    assert all(at % job.every == 0 for at in job.checkpoints)
