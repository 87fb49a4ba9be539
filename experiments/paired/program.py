"""What the programs of paired runs have in common as programs: arguments, one line for each fault, exit codes."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from nqpf.model.equilibrium import EquilibriumError
from nqpf.model.errors import AccountingError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class RunsFailed(Exception):  # noqa: N818 (the others went on)
    """Some runs broke off, each with its fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(f"{len(faults)} of the runs failed")
        self.faults = tuple(faults)


class Parser(argparse.ArgumentParser):
    """Arguments of `python -m nqpf.experiments.NAME`; bad input is one line."""

    def __init__(self, name: str, doc: str | None) -> None:
        description = (doc or "").partition("\n")[0]
        super().__init__(prog=f"python -m nqpf.experiments.{name}", description=description)
        self.name = name

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with 2."""
        sys.stderr.write(f"{self.name}: {message}\n")
        sys.exit(2)

    def add_size(self, *, seeds: int, quarters: tuple[int, int], firms: int) -> None:
        """How much to run: seeds, quarters (the least and the default), firms, processes."""
        least, usual = quarters
        self.add_argument("--seeds", type=number(2, 10_000), default=seeds, help="paired seeds, from 1 on")
        self.add_argument("--quarters", type=number(least, 400), default=usual, help="quarters of a run")
        self.add_argument("--firms", type=number(500, 1_000_000), default=firms, help="firms of a run")
        self.add_argument("--workers", type=number(1, 256), default=2, help="processes")

    def add_paths(self, out: str) -> None:
        """Where the page and the runs are kept."""
        self.add_argument("--out", type=Path, help=out)
        self.add_argument("--resume", type=Path, help="results to go on with; begun if it does not exist")


def number(low: int, high: int) -> Callable[[str], int]:
    """A type of argument: a whole number between bounds."""

    def checked(text: str) -> int:
        try:
            value = int(text.replace("_", ""))
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return value

    return checked


def ended(name: str, work: Callable[[], None], store: Path | None = None) -> int:
    """Do the work; what goes wrong is one line on standard error, and the exit code tells what kind it was."""
    go_on = f"; go on with --resume {store}" if store else ""
    try:
        work()
    except InputError as fault:
        sys.stderr.write(f"{name}: {fault}\n")
        return 2
    except OSError as fault:
        sys.stderr.write(f"{name}: {fault.filename}: cannot be written: {fault.strerror}\n")
        return 2
    except (AccountingError, EquilibriumError) as fault:
        sys.stderr.write(f"{name}: {fault}{go_on}\n")
        return 1
    except RunsFailed as failed:
        sys.stderr.write("".join(f"{name}: {fault}\n" for fault in (*failed.faults, f"{failed}{go_on}")))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"{name}: interrupted{go_on}\n")
        return 130
    return 0


def check_folder(out: Path | None) -> None:
    """Refuse a page that could not be written, before hours of runs."""
    if out and not out.parent.is_dir():
        raise InputError(f"{out}: there is no such folder; make it or give another --out")


def put(text: str, out: Path | None) -> None:
    """Write a page, or print it."""
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")


def start(main: Callable[[Sequence[str] | None], int]) -> NoReturn:
    """Run a program as the process that it is."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it also ends its workers
    sys.exit(main(None))
