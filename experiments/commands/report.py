"""`nqpf report`: a page about a run or a sweep."""

from pathlib import Path
from typing import Annotated

import typer

from nqpf.experiments.commands.output import print_line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN_OR_SWEEP_DIR", help="A run directory, or a sweep's.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a self-contained page (.html) with figures.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing; --out is written all the same.")] = False,
) -> None:
    """Tell what a run or a sweep shows."""
    from nqpf.experiments.analysis.reports import report as reported  # noqa: PLC0415 (help stays light)
    from nqpf.experiments.analysis.reports.folders import check_target, write  # noqa: PLC0415

    if out is not None:
        check_target(out)  # before the work
    made = reported(folder)
    if out is not None:
        write(made, out)  # first: whoever reads the text may leave early
    if not quiet:
        for line in made.lines:
            print_line(line)
        if out is not None:
            print_line(f"\nwritten to {out}")
