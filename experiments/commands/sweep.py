"""`nqpf sweep`: every run of an experiment."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from nqpf.experiments.commands.output import print_text

SOME_FAILED = 3


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sweep")(sweep)


def sweep(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="The path of an experiment's TOML file.")],
    engine: Annotated[
        str,
        typer.Option(metavar="ENGINE", help="processes, serial, dask, or dask=tcp://host:port: a scheduler there is."),
    ] = "processes",
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Runs at once; as many as processors, or Dask's workers.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The sweep's folder, new or empty; runs/… if not given.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the sweep in the folder, if any; failed runs are made again.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print points, runs, time and disk; run nothing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar, no summary.")] = False,
) -> None:
    """Make every run of an experiment and keep its outcomes."""
    from nqpf.experiments.designs import Experiment, estimate  # noqa: PLC0415 (help stays light)
    from nqpf.experiments.simulate import bar, stoppable  # noqa: PLC0415
    from nqpf.experiments.store import free_folder  # noqa: PLC0415
    from nqpf.experiments.sweeping.conduct import conduct  # noqa: PLC0415
    from nqpf.experiments.sweeping.engines import check_engine  # noqa: PLC0415
    from nqpf.experiments.sweeping.folder import FINISHED, identity  # noqa: PLC0415
    from nqpf.experiments.sweeping.machine import default_workers  # noqa: PLC0415
    from nqpf.experiments.sweeping.reading import open_sweep  # noqa: PLC0415
    from nqpf.experiments.sweeping.summary import failures, forecast, outcome  # noqa: PLC0415

    check_engine(engine, workers)
    loaded = Experiment.load(experiment)
    if dry_run:
        at_once = 1 if engine == "serial" else workers or default_workers()
        print_text(forecast(estimate(loaded, at_once)))
        return
    folder = free_folder(loaded.path.stem, identity(loaded)[:8], resume=resume) if out is None else out
    with stoppable() as stop, bar(shown=not quiet and sys.stderr.isatty(), what="runs") as after:
        conduct(
            loaded,
            folder,
            engine=engine,
            workers=workers,
            resume=resume,
            after=lambda done, asked: after(done, asked) or stop.signal is not None,
        )
    written = open_sweep(folder)
    if stop.signal is not None and written.info["status"] != FINISHED:
        made = written.info["done"] + written.info["failed"]
        sys.stderr.write(
            f"nqpf: stopped after {made:,} of {loaded.n_runs:,} runs, kept in {folder}; "
            "the same command with --resume goes on\n"
        )
        raise typer.Exit(stop.code)
    if not quiet:
        print_text(outcome(written))
    if fault := failures(written):
        sys.stderr.write(f"nqpf: {fault}\n")
        raise typer.Exit(SOME_FAILED)
