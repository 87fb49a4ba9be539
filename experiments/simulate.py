"""One run from a scenario to its directory."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from nqpf.experiments.store import Run, check_same, claimed
from nqpf.model.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from nqpf.model.recorder import Detail
    from nqpf.model.scenario import Scenario

    After = Callable[[int, int], bool]
    """Called with quarters done and asked for, before the first and after each; true stops the run."""


def run(
    scenario: Scenario | str | Path,
    *,
    quarters: int | None = None,
    seed: int | None = None,
    firms: int | None = None,
    levers: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    detail: Detail = "city",
    resume: bool = False,
    progress: bool = False,
) -> Run:
    """Run a scenario and open what it wrote.

    Parameters
    ----------
    scenario
        A name in the library, a file's path, or a loaded scenario.
    quarters, seed, firms, levers
        Replace the scenario's; levers by name, from the first quarter on, everywhere.
    out
        The run directory; without one a temporary folder that lasts as long as the `Run` returned.
    detail
        `nation`, `city` or `firm`: which tables are written.
    resume
        Go on with the run in `out` if there is one.
    progress
        Show a bar with the time left on standard error.

    Raises
    ------
    InputError
        If scenario, levers or folder cannot be taken as given.
    AccountingError
        If an identity breaks; the quarters before stay.

    Examples
    --------
    >>> run("china", quarters=40, levers={"equity_integration": 0.6}).cities  # doctest: +SKIP
    """
    from nqpf.model.scenario import Scenario  # noqa: PLC0415 (the command's help needs none)

    loaded = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    chosen = loaded.with_changes(quarters=quarters, seed=seed, firms=firms, levers=levers)
    folder = Path(tempfile.mkdtemp(prefix="nqpf-") if out is None else out)
    try:
        with bar(shown=progress) as after:
            simulate(chosen, folder, detail=detail, resume=resume, after=after)
    except BaseException:
        if out is None:
            rmtree(folder, ignore_errors=True)
        raise
    return Run(folder, temporary=out is None)


def simulate(scenario: Scenario, folder: Path, *, detail: Detail, resume: bool, after: After) -> None:
    """Step the economy of a scenario to its end and record it in a folder; see `run`."""
    from nqpf.model.recorder import DETAILS, Recorder  # noqa: PLC0415 (the command's help needs none)

    if detail not in DETAILS:
        raise InputError(f"unknown detail {detail!r}{nearest(detail, DETAILS)}; give {', '.join(DETAILS)}")
    with claimed(folder, resume=resume) as info:
        if info is not None:
            check_same(folder, info, scenario, detail)
            if info["status"] == "finished" and info["quarters"] == scenario.quarters:
                return
        economy, notes = _economy(scenario, folder)
        done = economy.quarter - economy.first_quarter + 1
        with kept(folder), Recorder(economy, folder, detail, notes) as recorder:
            while not after(done, scenario.quarters) and done < scenario.quarters:
                economy.step()
                recorder.record()
                done += 1


def _economy(scenario: Scenario, folder: Path) -> tuple[Any, dict[str, Any] | None]:
    """The economy at the folder's last checkpoint and what the run remembers, or at its start and None."""
    from nqpf.model.economy import RegionalEconomy  # noqa: PLC0415 (the command's help needs none)
    from nqpf.model.recorder import load_checkpoint  # noqa: PLC0415

    saved = load_checkpoint(folder)
    if saved is None:
        return RegionalEconomy(scenario), None
    state, notes = saved
    return RegionalEconomy.from_state(scenario, state), notes


@contextmanager
def kept(folder: Path) -> Iterator[None]:
    """What the disk refuses becomes one line."""
    try:
        yield
    except OSError as fault:
        raise InputError(
            f"{fault.filename or folder}: cannot be written: {fault.strerror or fault}; "
            "what was finished is kept: make room and go on with --resume"
        ) from fault


@contextmanager
def bar(*, shown: bool, what: str = "quarters") -> Iterator[After]:
    """A progress bar with the time left, on standard error; `what` is counted."""
    if not shown:
        yield lambda _done, _asked: False
        return
    from rich.console import Console  # noqa: PLC0415 (nothing but this needs it)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"))
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task = progress.add_task("", total=None)

        def after(done: int, asked: int) -> bool:
            if progress.tasks[0].total is None:
                # What an earlier run did says nothing about the speed of this one.
                progress.reset(task, total=asked, completed=done)
            progress.update(task, completed=done)
            return False

        yield after


class Stop:
    """Whether the user or the system asked to stop, and with which signal."""

    signal: int | None = None

    @property
    def code(self) -> int:
        """The shell's exit code for it; 0 if nobody asked."""
        return 0 if self.signal is None else 128 + self.signal


@contextmanager
def stoppable() -> Iterator[Stop]:
    """While this lasts, the first SIGINT or SIGTERM is noted, to stop after the quarter; the second acts at once."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, _frame: FrameType | None) -> None:
        stop.signal = number
        restore()

    for number in before:
        signal.signal(number, note)
    try:
        yield stop
    finally:
        restore()
