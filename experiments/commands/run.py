"""`nqpf run`: one run from start to end."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nqpf.experiments.commands.options import ScenarioArgument, SetOption, read_settings
from nqpf.experiments.commands.output import print_text


class _Detail(StrEnum):
    NATION = "nation"
    CITY = "city"
    FIRM = "firm"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    scenario: ScenarioArgument,
    quarters: Annotated[int | None, typer.Option(metavar="N", help="Quarters to simulate.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="S", help="Seed of all random draws.")] = None,
    firms: Annotated[int | None, typer.Option(metavar="N", help="Firms that stand for the whole economy.")] = None,
    set_: SetOption = None,
    detail: Annotated[_Detail, typer.Option(help="The finest tables to write.")] = _Detail.CITY,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Run directory, new or empty; runs/… if not given.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the directory, if any.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar, no summary.")] = False,
) -> None:
    """Run a scenario and write its tables."""
    from nqpf.experiments.simulate import bar, simulate, stoppable  # noqa: PLC0415 (help stays light)
    from nqpf.experiments.store import default_folder, open_run  # noqa: PLC0415
    from nqpf.experiments.summary import summary  # noqa: PLC0415
    from nqpf.model.scenario import Scenario  # noqa: PLC0415

    chosen = Scenario.load(scenario, quarters=quarters, seed=seed, firms=firms, settings=read_settings(set_))
    folder = default_folder(chosen, resume=resume) if out is None else out
    with stoppable() as stop, bar(shown=not quiet and sys.stderr.isatty()) as after:
        simulate(
            chosen,
            folder,
            detail=detail.value,
            resume=resume,
            after=lambda done, asked: after(done, asked) or stop.signal is not None,
        )
    written = open_run(folder)
    if stop.signal is not None and written.info["status"] != "finished":
        sys.stderr.write(
            f"nqpf: stopped after {written.info['quarters']} of {chosen.quarters} quarters, kept in {folder}; "
            "the same command with --resume goes on\n"
        )
        raise typer.Exit(stop.code)
    if not quiet:
        print_text(summary(written))
