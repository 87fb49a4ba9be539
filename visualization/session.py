"""One visitor: a baseline, perhaps a scenario beside it, and their histories, append-only."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from nqpf.visualization.record import Record
from nqpf.visualization.source import Change, Order
from nqpf.visualization.workers import BusyError, Pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from nqpf.model.levers import LeverValue

CHUNK_BYTES = 400_000
"""Largest answer to one request of the browser."""
PACE = 0.15
"""Seconds between two notices to the browser: more would queue up behind a slow one."""
RETRY = 1.0
"""Seconds until a visitor who found the server busy tries again."""


class Session:
    """The runs of one visitor.

    Parameters
    ----------
    pool
        Where runs are computed.
    order
        Baseline, with the changes of a link if it names any.
    """

    def __init__(self, pool: Pool, order: Order) -> None:
        self.pool = pool
        self.lock = threading.RLock()
        self.news = threading.Event()
        self.left = threading.Event()
        self.a: Record | None = None
        self.b: Record | None = None
        self.first, self.all = 0, 0
        self.gesture: tuple[str, int, int] | None = None
        self.order = Order(order.scenario, order.seed)
        self.wanted = order.changes

    # ---- what the visitor does ----

    def begin(self) -> None:
        """Start the baseline, and the scenario a link brought; waits its turn if the server is busy."""
        with self.lock:
            if self.left.is_set() or self.a is not None:
                return
            try:
                self.a = self._start(self.order)
                if self.wanted:
                    self.b = self._start(Order(self.order.scenario, self.order.seed, self.wanted))
                    self.wanted = ()
            except BusyError:
                pass
        self.news.set()

    def reset(self, seed: int) -> None:
        """Another baseline with `seed`; the scenario is dropped."""
        with self.lock:
            self._drop("a")
            self._drop("b")
            self.order = Order(self.order.scenario, seed)
            self.wanted = ()
        self.begin()

    def clear(self) -> None:
        """Drop the scenario, keep the baseline."""
        with self.lock:
            self._drop("b")
        self.news.set()

    def change(self, lever: str, value: LeverValue, frame: int, gesture: int) -> None:
        """Fork at the frame shown. One gesture (a drag) is one change, from the frame where it began."""
        with self.lock:
            if self.a is None:
                return
            if self.gesture and self.gesture[:2] == (lever, gesture):
                frame = self.gesture[2]
            parent = self.b or self.a
            frame = min(frame, len(parent.frames) - 1)
            if frame < 0:
                return
            self.gesture = (lever, gesture, frame)
            order = parent.order.changed(Change(lever, value, self.first + frame))
            fork = Record(0, order, parent.frames[: frame + 1], parent.number, frame + 1)
            try:
                fork.number = self.pool.fork(parent.number, frame, order, self._listener(fork))
            except KeyError:
                # The parent's process is gone, and its checkpoints with it: the run starts over.
                fork = self._start(order)
            self._drop("b")
            self.b = fork
        self.news.set()

    def leave(self) -> None:
        """Stop everything; nothing of this visitor is computed after the quarter in hand."""
        self.left.set()
        self.news.set()
        with self.lock:
            self._drop("a")
            self._drop("b")

    # ---- what the browser is told ----

    def head(self) -> dict[str, Any]:
        """How far each run is: small, so that it can be sent often."""
        with self.lock:
            records = [r for r in (self.a, self.b) if r is not None]
            failed = next((r for r in records if r.state == "failed"), None)
            if self.a is None:
                state = "waiting"
            elif not self.all:
                state = "starting"
            elif failed:
                state = "failed"
            else:
                state = "done" if all(r.state == "done" for r in records) else "computing"
            return {
                "scenario": self.order.scenario,
                "seed": self.order.seed,
                "state": state,
                "error": failed.error if failed else "",
                "first": self.first,
                "a": self.a.summary(self.all) if self.a and self.all else None,
                "b": self.b.summary(self.all) if self.b and self.all else None,
                "forks": self.changes(),
            }

    def changes(self) -> list[dict[str, Any]]:
        """The levers moved, as the browser shows them."""
        with self.lock:
            moved = self.b.order.changes if self.b else ()
            return [{"lever": c.lever, "value": c.value, "quarter": c.quarter} for c in moved]

    def chunk(self, run: int, start: int) -> tuple[int, bytes] | None:
        """Frames of a run from `start` on, as many as one answer may hold; None if the run is gone."""
        with self.lock:
            record = next((r for r in (self.a, self.b) if r is not None and r.number == run), None)
            if record is None or not 0 <= start < len(record.frames):
                return None
            most = max(1, CHUNK_BYTES // len(record.frames[0]))
            return start, b"".join(record.frames[start : start + most])

    def watch(self, tell: Callable[[], None]) -> None:
        """Call `tell` when there is news, at most once in `PACE` seconds, until the visitor leaves."""
        while not self.left.is_set():
            heard = self.news.wait(RETRY)
            self.news.clear()
            if self.left.is_set():
                return
            if self.a is None:
                self.begin()
            if heard:
                tell()
                self.left.wait(PACE)

    # ---- inside ----

    def _start(self, order: Order) -> Record:
        record = Record(0, order)
        record.number = self.pool.start(order, self._listener(record))
        return record

    def _listener(self, record: Record) -> Callable[[str, Any], None]:
        def listen(kind: str, payload: Any) -> None:
            with self.lock:
                if kind == "opened":
                    self.first, self.all = payload
                elif kind == "frame":
                    record.frames.append(payload[1])
                elif kind == "failed":
                    record.state, record.error = "failed", str(payload)
                else:
                    record.state = "done"
            self.news.set()

        return listen

    def _drop(self, which: str) -> None:
        record: Record | None = getattr(self, which)
        if record is not None:
            self.pool.cancel(record.number)
            setattr(self, which, None)
