"""A sweep from an experiment to its folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from nqpf.experiments.designs import Experiment, tasks
from nqpf.experiments.simulate import bar, kept
from nqpf.experiments.sweeping.engines import DEFAULT, check_engine, opened
from nqpf.experiments.sweeping.flight import Flight
from nqpf.experiments.sweeping.folder import opened as opened_folder
from nqpf.experiments.sweeping.reading import Sweep
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from nqpf.experiments.simulate import After
    from nqpf.experiments.sweeping.engines import Engine
    from nqpf.experiments.sweeping.folder import SweepFolder

MOST_RUNS = 10_000_000
_PATIENCE = 0.5  # seconds after which somebody who wants it stopped is heard


def sweep(
    experiment: Experiment | str | Path,
    *,
    engine: str | Executor = DEFAULT,
    workers: int | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    progress: bool = False,
) -> Sweep:
    """Make every run of an experiment and open what was written.

    Parameters
    ----------
    experiment
        A file's path, or a loaded experiment.
    engine
        `processes`, `serial`, `dask`, `dask=tcp://host:port`, or any `concurrent.futures.Executor` whose workers can
        import nqpf and make one run at a time; the tables are the same with all.
    workers
        Runs at once; as many as there are processors, or as the cluster has workers.
    out
        The sweep's folder; without one a temporary folder that lasts as long as the `Sweep` returned.
    resume
        Go on with the sweep in `out` if there is one: with what is not finished, and what has failed.
    progress
        Show a bar with the time left on standard error.

    Raises
    ------
    InputError
        If experiment, engine or folder cannot be taken as given. A run that fails is a row with status `failed`.
    """
    loaded = experiment if isinstance(experiment, Experiment) else Experiment.load(experiment)
    folder = Path(tempfile.mkdtemp(prefix="nqpf-") if out is None else out)
    try:
        with bar(shown=progress, what="runs") as after:
            conduct(loaded, folder, engine=engine, workers=workers, resume=resume, after=after)
    except BaseException:
        if out is None:
            rmtree(folder, ignore_errors=True)
        raise
    return Sweep(folder, temporary=out is None)


def conduct(
    experiment: Experiment,
    folder: Path,
    *,
    engine: str | Executor,
    workers: int | None,
    resume: bool,
    after: After,
) -> None:
    """Make the runs of an experiment that its folder does not have; see `sweep`.

    When `after` asks for it no other run begins, and those at work are waited for.
    """
    if isinstance(engine, str):
        check_engine(engine, workers)
    if experiment.n_runs > MOST_RUNS:
        fault = f"gives {experiment.n_runs:,} runs; at most {MOST_RUNS:,} are possible"
        raise InputError(f"{experiment.path}: {fault}: take fewer points or seeds")
    with kept(folder), opened_folder(folder, experiment, resume=resume) as store:
        if store is None:
            return
        with opened(engine, workers) as opened_engine:
            try:
                _make(experiment, opened_engine, store, after)
            except OSError:
                raise  # nothing can be written: parts stay parts
            except BaseException:
                store.close()
                raise
        store.close()


def _make(experiment: Experiment, engine: Engine, store: SweepFolder, after: After) -> None:
    waiting = (task for task in tasks(experiment) if not store.is_done(task.run))
    flight = Flight(experiment, engine, store)
    total, stopped = experiment.n_runs, False
    while True:
        stopped = after(store.done + store.failed, total) or stopped
        if stopped:
            flight.recall()
        else:
            flight.fill(waiting)
        if not flight:
            break
        flight.land(_PATIENCE)
        store.merge_if_due()
    after(store.done + store.failed, total)
