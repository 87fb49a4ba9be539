"""What kind of folder it is, and who reports on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIX = ".html"


@dataclass(frozen=True, slots=True)
class Report:
    """A page, and what the terminal says."""

    page: Callable[[], str]
    lines: tuple[str, ...]


def report(path: str | Path) -> Report:
    """The report of a run directory or a sweep's; raises InputError if it is neither, or has nothing yet."""
    folder = Path(path)
    if (folder / "sweep.json").is_file():
        from nqpf.experiments.analysis.reports import sweep_report  # noqa: PLC0415 (of the two only what is needed)

        return sweep_report.report(folder)
    if (folder / "run.json").is_file():
        from nqpf.experiments.analysis.reports import run_report  # noqa: PLC0415 (the same)

        return run_report.report(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; name a run or sweep directory")
    raise InputError(f"{folder}: holds neither run.json nor sweep.json; name a run or sweep directory")


def check_target(path: Path) -> None:
    """Refuse a file that is not a page; raises InputError."""
    if path.suffix.lower() not in {SUFFIX, ".htm"}:
        raise InputError(f"--out {path}: a report is a page; give a name that ends in {SUFFIX}")


def write(made: Report, path: Path) -> None:
    """Write the page; raises InputError if it cannot be written."""
    check_target(path)
    text = made.page()
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise InputError(f"{path}: cannot be written: {fault.strerror or fault}; choose another file") from None
