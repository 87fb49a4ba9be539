"""The machine: its processors, and processes that leave signals to the one that started them."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def default_workers() -> int:
    """Processors that this process may use."""
    allowed: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(allowed(0)) if allowed else os.cpu_count() or 1


@contextmanager
def deaf(*signals: signal.Signals) -> Iterator[None]:
    """Processes and threads started meanwhile never hear these signals, which go to all that a terminal or a job runs.

    What is blocked stays so in a new process, from before it has loaded anything. This process hears them afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):  # not on every system
        yield
        return
    resource_tracker.ensure_running()  # which, when it starts with the first process, lifts the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
