"""The formats, and the one call that writes any of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nqpf.experiments.exporting.source import tables_of
from nqpf.experiments.exporting.target import staged
from nqpf.experiments.store import Run, open_run
from nqpf.model.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    After = Callable[[int, int], Any]
    """Called with rows written and rows to write."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a run.

    Attributes
    ----------
    module
        Of this package, with `write(run, tables, place, wrote)`, which calls `wrote(rows)` as it goes; one that cannot
        hold every table also has `left_out(tables)`, the reason by table.
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
    rows
        Of each table written.
    left_out
        Why a table was not written, by name.
    """

    run: Run
    path: Path
    rows: Mapping[str, int]
    left_out: Mapping[str, str]


def export(run: Run | str | Path, form: str, out: str | Path, *, after: After | None = None) -> Exported:
    """Write a run's tables as files of another kind.

    Parameters
    ----------
    run
        A run or its directory, finished or not: the quarters that are whole are written.
    form
        One of `FORMATS`.
    out
        A folder, new or empty, for csv and parquet; else a file that does not exist.
    after
        Called with rows written and rows to write, now and then.

    Raises
    ------
    InputError
        If the run cannot be read or `out` not be written; nothing is left at `out` then.

    Examples
    --------
    >>> export("runs/china", "netcdf", "china.nc").rows  # doctest: +SKIP
    """
    if form not in FORMATS:
        raise InputError(f"unknown format {form!r}{nearest(form, FORMATS)}; give {', '.join(FORMATS)}")
    opened = run if isinstance(run, Run) else open_run(run)
    chosen = FORMATS[form]
    try:
        writer = import_module(f"nqpf.experiments.exporting.{chosen.module}")
    except ModuleNotFoundError as fault:
        raise InputError(f"{fault.name}: is not installed, and {form} needs it; pip install 'nqpf[analysis]'") from None
    with staged(Path(out), folder=chosen.folder) as place:
        tables = tables_of(opened)
        left_out = writer.left_out(tables) if hasattr(writer, "left_out") else {}
        kept = [table for table in tables if table.name not in left_out]
        asked, done = sum(table.rows for table in kept), 0

        def wrote(rows: int) -> None:
            nonlocal done
            done += rows
            if after is not None:
                after(done, asked)

        wrote(0)
        writer.write(opened, kept, place, wrote)
    return Exported(opened, Path(out), {table.name: table.rows for table in kept}, left_out)
