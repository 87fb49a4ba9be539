"""`nqpf search`: policies that no other betters in one objective without falling behind in another."""

from pathlib import Path
from typing import Annotated

import typer

from nqpf.experiments.commands.output import print_line, print_table

_BUDGET = 200
_SHOWN = 20  # points of the front in the terminal


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("search")(search)


def search(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="The path of an experiment's TOML file.")],
    points: Annotated[int, typer.Option(metavar="N", help="Points to run at most, each under every seed.")] = _BUDGET,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Runs at once; as many as processors.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The search's folder, new or empty; runs/… if not given.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the search in the folder, if any.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no table at the end.")] = False,
) -> None:
    """Look for policies on the front of an experiment's objectives, `pareto` under [report]."""
    from nqpf.experiments.analysis.searching import FRONT, POPULATION, check_folder  # noqa: PLC0415 (help stays light)
    from nqpf.experiments.analysis.searching import search as found  # noqa: PLC0415
    from nqpf.experiments.comparison import words  # noqa: PLC0415
    from nqpf.experiments.designs import Experiment  # noqa: PLC0415
    from nqpf.experiments.store import free_folder  # noqa: PLC0415
    from nqpf.experiments.sweeping.engines import check_engine  # noqa: PLC0415
    from nqpf.experiments.sweeping.folder import identity  # noqa: PLC0415
    from nqpf.experiments.sweeping.machine import default_workers  # noqa: PLC0415
    from nqpf.model.errors import InputError  # noqa: PLC0415

    check_engine("processes", workers)
    loaded = Experiment.load(experiment)
    objectives = loaded.report.pareto or []
    if len(objectives) < 2:
        what = "names no two objectives"
        raise InputError(f'{experiment}: report.pareto: {what}; add pareto = ["nqpf", "-theil"] under [report]')
    if points < POPULATION:
        raise InputError(f"--points {points}: is less than a generation; give {POPULATION} or more")
    folder = out or free_folder(f"{loaded.path.stem}-search", identity(loaded)[:8], resume=resume)
    check_folder(folder, resume=resume)
    table = found(loaded, objectives, points, out=folder, workers=workers or default_workers())
    if quiet:
        return
    first = objectives[0]
    best = table[table["front"]].sort_values(first.removeprefix("-"), ascending=first.startswith("-"))
    columns = [column for column in best.columns if column not in {"point", "front"}]
    rows = [
        [words.level(value) if isinstance(value, float) else str(value) for value in row]
        for row in best[columns].itertuples(index=False)
    ]
    print_table(columns, rows[:_SHOWN])
    more = f", {_SHOWN} of them above" if len(best) > _SHOWN else ""
    print_line(f"\n{len(best)} of {len(table)} points are on the front{more}; share: of resamples of the seeds")
    print_line(f"{folder / FRONT}: these points as a list; a sweep of design list runs them under other seeds")
