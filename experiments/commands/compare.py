"""`nqpf compare`: a policy's runs against a baseline's."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nqpf.experiments.commands.output import print_line


class _RankedBy(StrEnum):
    GDP = "gdp"
    GDP_PER_HEAD = "gdp_per_head"
    NQPF = "nqpf"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    run_a: Annotated[
        Path, typer.Argument(metavar="RUN_A", help="The baseline: a run directory, or a folder of them, one a seed.")
    ],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="The policy, likewise; paired with RUN_A by seed.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write a page (.html), or all numbers (.csv, .parquet)."),
    ] = None,
    by: Annotated[_RankedBy, typer.Option(help="What winners and losers are told by.")] = _RankedBy.GDP,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing; --out is written all the same.")] = False,
) -> None:
    """Show what a policy changes, seed by seed, with intervals."""
    from nqpf.experiments.comparison import compare as compared  # noqa: PLC0415 (help stays light)
    from nqpf.experiments.comparison.files import check_target, write  # noqa: PLC0415
    from nqpf.experiments.comparison.terminal import show  # noqa: PLC0415

    if out is not None:
        check_target(out)  # before the work
    comparison = compared(run_a, run_b, rank_by=by.value)
    if out is not None:
        write(comparison, out)  # first: whoever reads the text may leave early
    if not quiet:
        show(comparison)
        if out is not None:
            print_line(f"\nwritten to {out}")
