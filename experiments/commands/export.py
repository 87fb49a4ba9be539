"""`nqpf export`: tables of a run or a sweep as files of another kind."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nqpf.experiments.commands.output import print_line


class _Form(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
    NETCDF = "netcdf"
    DUCKDB = "duckdb"
    XLSX = "xlsx"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A run or sweep directory, finished or not.")],
    form: Annotated[_Form, typer.Option("--format", help="csv and parquet are folders, the others one file.")],
    out: Annotated[Path, typer.Option(metavar="PATH", help="A folder, new or empty, or a file that does not exist.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar, no list of tables.")] = False,
) -> None:
    """Write the tables of a run or a sweep as CSV, Parquet, netCDF, DuckDB or Excel."""
    from nqpf.experiments.exporting import export as exported  # noqa: PLC0415 (help stays light)
    from nqpf.experiments.simulate import bar, stoppable  # noqa: PLC0415

    # A signal is acted on between two batches: libraries make faults of their own of one that comes in their midst.
    with stoppable() as stop, bar(shown=not quiet and sys.stderr.isatty(), what="rows") as shown:

        def after(written: int, asked: int) -> None:
            shown(written, asked)
            if stop.signal is not None:
                sys.stderr.write(f"nqpf: stopped; nothing is left at {out}\n")
                raise typer.Exit(stop.code)

        done = exported(directory, form.value, out, after=after)
    if done.unfinished:
        sys.stderr.write(f"nqpf: {directory}: {done.unfinished}\n")
    for table, why in done.left_out.items():
        sys.stderr.write(f"nqpf: {table} left out: {why}\n")
    if not quiet:
        for table, rows in done.rows.items():
            print_line(f"{table:<8} {rows:>11,} rows")
        print_line(f"\nwritten to {out}")
