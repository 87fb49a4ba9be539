"""A search for policies on the front: NSGA-II (Deb and others 2002), by pymoo, over the factors of an experiment.

Each generation's points run under the experiment's seeds, the same for all, and are judged by the mean over them. Where
the search goes rests on nothing else than results and `sampling_seed`: begun anew with results kept in a folder it
takes the same way, runs nothing twice, and goes on where it was stopped. `points.csv` there is a list of all points as
a design reads it and `front.csv` one of those on the front, so that `nqpf sweep` can run what was found with other
seeds, more firms or more outcomes: the front was chosen for its results under these seeds, which flatters it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nqpf.experiments.analysis.cases import NEVER
from nqpf.experiments.analysis.pareto import goal, pareto_front, pymoo
from nqpf.experiments.designs import scenario_of
from nqpf.experiments.paired.fingerprint import fingerprint
from nqpf.experiments.paired.pool import run_all
from nqpf.experiments.paired.results import begin, write
from nqpf.model.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import IO

    from nqpf.agents.typing import Floats
    from nqpf.experiments.designs import Experiment
    from nqpf.experiments.designs.runs import Point
    from nqpf.experiments.paired.results import Results
    from nqpf.model.scenario import Scenario

POPULATION = 16
"""Points of a generation."""

STEPS = 200
"""Positions on every axis, so that a policy is one that can be written down, and comes up again."""

POINTS, FRONT, RESULTS = "points.csv", "front.csv", "results.jsonl"
_BARREN = 20  # generations without a new point: the space is searched


@dataclass(frozen=True)
class Trial:
    """A point under a seed."""

    point: Point
    seed: int
    experiment: Experiment

    @property
    def arm(self) -> str:
        """The point as text."""
        return json.dumps(self.point, ensure_ascii=False)

    @cached_property
    def scenario(self) -> Scenario:
        """What is run; raises ScenarioError."""
        return scenario_of(self.experiment, self.point, self.seed)


def search(
    experiment: Experiment,
    objectives: Sequence[str],
    budget: int,
    *,
    out: str | Path | None = None,
    workers: int = 1,
    population: int = POPULATION,
    measure: Callable[[Trial], dict[str, float]] | None = None,
) -> pd.DataFrame:
    """Look for policies on the front.

    Parameters
    ----------
    experiment
        Its factors are what is chosen, its seeds what every point runs under; its design is not used.
    objectives
        Outcomes of the experiment to be high, or low with `-` before.
    budget
        Points to run at most.
    out
        A folder that keeps results; with results of the same search in it, it goes on.
    workers
        Processes that run at once.
    population
        Points of a generation.
    measure
        What a trial comes to, outcome → value; the final outcomes of its run if not given.

    Returns
    -------
    DataFrame
        As `pareto_front`: every point that was run, and which are on the front.

    Raises
    ------
    InputError
        If an objective is no outcome, a factor has no range, or the folder holds something else.
    """
    names = [goal(objective)[0] for objective in objectives]
    _check(experiment, names, budget, population)
    with _kept(experiment, names, out) as store:
        results, file = store
        seen: dict[str, Point] = {}
        for generation in _generations(experiment, objectives, population, results):
            for point in generation:
                if len(seen) < budget:
                    seen.setdefault(json.dumps(point, ensure_ascii=False), point)
            _run(experiment, list(seen.values()), results, file, workers, measure or final_outcomes)
            if out is not None:
                _write_points(Path(out) / POINTS, experiment, list(seen.values()))
            if len(seen) >= budget:
                break
    factors = [factor.name for factor in experiment.factors]
    found = pareto_front(_table(seen, experiment, results), objectives, factors)
    if out is not None:
        points = list(seen.values())
        _write_points(Path(out) / FRONT, experiment, [points[k] for k in found.loc[found["front"], "point"]])
    return found


def check_folder(folder: Path, *, resume: bool) -> None:
    """Refuse a folder that holds something, unless it is to be gone on with; raises InputError."""
    if not resume and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"--out {folder}: is not empty; give --resume to go on with it, or another folder")


def final_outcomes(trial: Trial) -> dict[str, float]:
    """Run a trial as a sweep does and give its final outcomes; none if the run failed."""
    # Mesa and the markets, for runs only.
    from nqpf.experiments.sweeping.columns import readings  # noqa: PLC0415
    from nqpf.experiments.sweeping.work import Order, run_one  # noqa: PLC0415

    experiment = trial.experiment
    order = Order(0, 0, trial.scenario, readings(experiment), experiment.finals, version("nqpf"))
    return {name: float(value) for name, value in run_one(order).final.items()}


def _check(experiment: Experiment, names: list[str], budget: int, population: int) -> None:
    known = [outcome.name for outcome in experiment.finals]
    for name in names:
        if name not in known:
            hint = nearest(name, known) or f"; there are {', '.join(known)}"
            raise InputError(f"{experiment.path}: {name} is not among the outcomes{hint}")
    for factor in experiment.factors:
        if factor.axis is None:
            raise InputError(f"{experiment.path}: {factor.name} has no range; give low and high, or values")
    if population < 4 or budget < population:
        raise InputError(
            f"a budget of {budget} and {population} a generation; give 4 or more a generation, one or more"
        )


def _generations(
    experiment: Experiment, objectives: Sequence[str], population: int, results: Results
) -> Iterator[list[Point]]:
    """Points of one generation after the other; results of each must be there before the next is asked for."""
    d, signs = len(experiment.factors), np.array([goal(objective)[1] for objective in objectives])
    names = [goal(objective)[0] for objective in objectives]
    space: Any = pymoo("core.problem").Problem(n_var=d, n_obj=len(objectives), xl=0.0, xu=1.0)
    algorithm: Any = pymoo("algorithms.moo.nsga2").NSGA2(
        pop_size=population, sampling=pymoo("operators.sampling.lhs").LHS()
    )
    never = pymoo("termination").get_termination("n_gen", 10**9)
    algorithm.setup(space, termination=never, seed=experiment.sampling_seed + 1, verbose=False)
    seen: set[str] = set()
    barren = 0
    while barren < _BARREN:
        infills = algorithm.ask()
        points = [_point(experiment, position) for position in infills.get("X")]
        new = {json.dumps(point, ensure_ascii=False) for point in points} - seen
        barren = 0 if new else barren + 1
        seen |= new
        yield points
        costs = np.array([_costs(experiment, point, names, results) for point in points]) * -signs
        failed = ~np.isfinite(costs)
        costs = np.where(failed, np.max(costs, axis=0, where=~failed, initial=0.0) + 1.0, costs)  # worse than any other
        fixed = pymoo("problems.static").StaticProblem(space, F=costs)
        pymoo("core.evaluator").Evaluator().eval(fixed, infills)
        algorithm.tell(infills=infills)


def _point(experiment: Experiment, position: Floats) -> Point:
    snapped = np.rint(position * STEPS) / STEPS
    return {
        factor.name: factor.axis.at(snapped[k : k + 1])[0]
        for k, factor in enumerate(experiment.factors)
        if factor.axis is not None
    }


def _costs(experiment: Experiment, point: Point, names: list[str], results: Results) -> list[float]:
    """Means over seeds; NaN of a point beyond the budget."""
    arm = json.dumps(point, ensure_ascii=False)
    rows = [results.get((arm, seed), {}) for seed in experiment.seeds]
    return [float(np.mean([row.get(name, np.nan) for row in rows])) for name in names]


def _run(
    experiment: Experiment,
    points: list[Point],
    results: Results,
    file: IO[str],
    workers: int,
    measure: Callable[[Trial], dict[str, float]],
) -> None:
    """Run what has no result yet."""
    trials = [Trial(point, seed, experiment) for seed in experiment.seeds for point in points]
    missing = [trial for trial in trials if (trial.arm, trial.seed) not in results]

    def keep(trial: Trial, values: dict[str, float]) -> None:
        results[trial.arm, trial.seed] = values
        write(file, trial.arm, trial.seed, values)

    run_all(missing, measure, workers, keep)


@contextmanager
def _kept(experiment: Experiment, names: list[str], out: str | Path | None) -> Iterator[tuple[Results, IO[str]]]:
    """Results there are, and where new ones are written."""
    if out is None:
        yield {}, io.StringIO()
        return
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        results, file = begin(folder / RESULTS, _head(experiment, names), resume=True)
    except OSError as fault:
        raise InputError(f"{folder}: cannot be written: {fault.strerror}; choose another folder") from None
    except InputError:
        raise InputError(f"{folder / RESULTS}: holds results of something else; choose another folder") from None
    with file:
        yield results, file


def _head(experiment: Experiment, names: list[str]) -> dict[str, Any]:
    """What results rest on."""
    record = experiment.record()
    said = {key: record[key] for key in ("factors", "scenarios", "seeds")}
    return {
        "objectives": names,
        "experiment": hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16],
        "nqpf": version("nqpf"),
        "model": fingerprint(),
    }


def _write_points(file: Path, experiment: Experiment, points: list[Point]) -> None:
    """Points as a list that a design reads."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([factor.name for factor in experiment.factors])
    rows.writerows([NEVER if value is None else value for value in point.values()] for point in points)
    file.write_text(text.getvalue(), encoding="utf-8")


def _table(seen: dict[str, Point], experiment: Experiment, results: Results) -> pd.DataFrame:
    """A table as a sweep's `runs`."""
    rows = [
        {"point": k, "seed": seed, "status": "done", **point, **results[arm, seed]}
        for k, (arm, point) in enumerate(seen.items())
        for seed in experiment.seeds
        if (arm, seed) in results
    ]
    return pd.DataFrame(rows)
