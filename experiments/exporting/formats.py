"""The formats, and the one call that writes any of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nqpf.experiments.exporting.of_run import RunSource
from nqpf.experiments.exporting.target import staged
from nqpf.experiments.store import Run, open_run
from nqpf.experiments.sweeping.folder import SWEEP_JSON
from nqpf.experiments.sweeping.reading import Sweep, open_sweep
from nqpf.model.errors import InputError, nearest
from nqpf.model.recorder import RUN_JSON

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nqpf.experiments.exporting.source import Source

    After = Callable[[int, int], Any]
    """Called with rows written and rows to write."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write tables.

    Attributes
    ----------
    module
        Of this package, with `write(source, tables, place, wrote)`, which calls `wrote(rows)` as it goes; one that
        cannot hold every table also has `left_out(tables)`, the reason by table.
    folder
        Whether it is a folder rather than one file.
    """

    module: str
    folder: bool = False


FORMATS: dict[str, Format] = {
    "csv": Format("csv_folder", folder=True),
    "parquet": Format("parquet_folder", folder=True),
    "netcdf": Format("netcdf_file"),
    "duckdb": Format("duckdb_file"),
    "xlsx": Format("workbook"),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes
    ----------
    path
        Where.
    unfinished
        How far the run or sweep has come, if it has not come to its end.
    rows
        Of each table written.
    left_out
        Why a table was not written, by name.
    """

    path: Path
    unfinished: str
    rows: Mapping[str, int]
    left_out: Mapping[str, str]


def export(what: Run | Sweep | str | Path, form: str, out: str | Path, *, after: After | None = None) -> Exported:
    """Write the tables of a run or a sweep as files of another kind.

    Parameters
    ----------
    what
        A run, a sweep or the directory of one, finished or not: quarters and runs that are whole are written.
    form
        One of `FORMATS`.
    out
        A folder, new or empty, for csv and parquet; else a file that does not exist.
    after
        Called with rows written and rows to write, now and then.

    Raises
    ------
    InputError
        If it cannot be read or `out` not be written; nothing is left at `out` then.

    Examples
    --------
    >>> export("runs/china", "netcdf", "china.nc").rows  # doctest: +SKIP
    """
    if form not in FORMATS:
        raise InputError(f"unknown format {form!r}{nearest(form, FORMATS)}; give {', '.join(FORMATS)}")
    opened = what if isinstance(what, Run | Sweep) else opened_at(Path(what))
    chosen = FORMATS[form]
    try:
        writer = import_module(f"nqpf.experiments.exporting.{chosen.module}")
    except ModuleNotFoundError as fault:
        raise InputError(f"{fault.name}: is not installed, and {form} needs it; pip install 'nqpf[analysis]'") from None
    with staged(Path(out), folder=chosen.folder) as place:
        source = source_of(opened)
        tables = source.tables()
        left_out = writer.left_out(tables) if hasattr(writer, "left_out") else {}
        kept = [table for table in tables if table.name not in left_out]
        asked, done = sum(table.rows for table in kept), 0

        def wrote(rows: int) -> None:
            nonlocal done
            done += rows
            if after is not None:
                after(done, asked)

        wrote(0)
        writer.write(source, kept, place, wrote)
    return Exported(Path(out), source.unfinished(), {table.name: table.rows for table in kept}, left_out)


def opened_at(path: Path) -> Run | Sweep:
    """The run or sweep of a directory; raises InputError."""
    if not path.is_dir():
        raise InputError(f"{path}: no such folder; name a run directory or a sweep's")
    if (path / SWEEP_JSON).exists():
        return open_sweep(path)
    if not (path / RUN_JSON).exists():
        names = f"{RUN_JSON} or {SWEEP_JSON}"
        raise InputError(f"{path}: is neither a run directory nor a sweep's, it has no {names}; name another folder")
    return open_run(path)


def source_of(opened: Run | Sweep) -> Source:
    """What is exported of a run or sweep; raises InputError."""
    if isinstance(opened, Run):
        return RunSource(opened)
    from nqpf.experiments.exporting.of_sweep import SweepSource  # noqa: PLC0415 (runs need no DuckDB)

    return SweepSource(opened)
