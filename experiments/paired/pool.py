"""Runs on one or several processes: a bar where somebody looks, and an end when asked for one."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def run_all[Job, Result](
    jobs: Sequence[Job], work: Callable[[Job], Result], workers: int, keep: Callable[[Job, Result], None]
) -> None:
    """Hand each job's result to `keep` as soon as it is there; a fault or an interruption ends the workers, too.

    A single worker is this process: nothing has to be imported again.
    """
    if workers == 1:
        for job, result in _watched(((job, work(job)) for job in jobs), len(jobs)):
            keep(job, result)
        return
    if not jobs:
        return
    context = multiprocessing.get_context("spawn")
    # Ctrl-C reaches the workers, too: it is for this process to say when they end.
    with ProcessPoolExecutor(workers, context, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        waiting = {pool.submit(work, job): job for job in jobs}
        try:
            for future in _watched(as_completed(waiting), len(jobs)):
                keep(waiting[future], future.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)  # with those at work it waits: they end in seconds
            raise


def _watched(futures: Iterator[Any], total: int) -> Iterator[Any]:
    """The same with a bar, where somebody looks."""
    if not sys.stderr.isatty():
        yield from futures
        return
    from rich.console import Console  # noqa: PLC0415 (only a terminal needs it)
    from rich.progress import track  # noqa: PLC0415

    yield from track(futures, "runs", total=total, console=Console(stderr=True), transient=True)
