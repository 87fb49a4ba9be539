"""Runs of an experiment, in an order of which any beginning is worth having.

First come all points under the first seed, then all under the second, and so on. A sweep that is cut off has seen the
whole space under some seeds and can compare all points draw by draw under each of them, where seed after seed of one
point would have seen a corner of the space well and the rest not at all. Runs of one seed that differ only in policy
also share their first state, which each process makes once.

Within a seed Sobol's, Saltelli's and Morris's points keep their order, which fills the space evenly and keeps whole
what is analysed as a whole; so does a Latin hypercube, whose order is random. Grids and lists are laid anew: each point
is the one that makes the values seen so far most equally frequent.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from nqpf.experiments.designs.samplers import on_axis, positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nqpf.agents.typing import Ints
    from nqpf.experiments.designs.axes import Value
    from nqpf.experiments.designs.experiment import Experiment
    from nqpf.model.scenario import Scenario

type Point = dict[str, Value]
"""A value for each factor."""

_CHOICE = 1024  # points among which the next one is chosen


@dataclass(frozen=True)
class Task:
    """One run of an experiment."""

    run: int  # position in the order of runs, from 0
    point: int  # position in the design, from 0
    seed: int
    values: Point
    experiment: Experiment = field(repr=False, compare=False)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario to run, made when asked for; raises ScenarioError."""
        return scenario_of(self.experiment, self.values, self.seed)

    @cached_property
    def identity(self) -> str:
        """SHA-256 of the scenario, the seed and the model's version: equal for equal results."""
        text = f"{self.scenario.content_hash}/{self.seed}/{_version()}"
        return hashlib.sha256(text.encode()).hexdigest()


def points(experiment: Experiment) -> list[Point]:
    """Every point of the design, in its order: factor's name → value."""
    names = [factor.name for factor in experiment.factors]
    if experiment.design == "list":
        rows: Iterator[tuple[Value, ...]] = iter(experiment.listed)
    elif experiment.design == "grid":
        rows = itertools.product(*(factor.axis.grid for factor in experiment.factors if factor.axis is not None))
    else:
        columns = [
            factor.axis.at(on_axis(experiment, factor.axis, position))
            for factor, position in zip(experiment.factors, positions(experiment).T, strict=True)
            if factor.axis is not None
        ]
        rows = zip(*columns, strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def scenario_of(experiment: Experiment, point: Mapping[str, Value], seed: int) -> Scenario:
    """The scenario of a point under a seed, with nothing left open.

    Factors apply in the order of the file, those that wait for the switch year after the others.
    """
    scenario = experiment.scenario_named(point).with_changes(seed=seed)
    for factor in sorted(experiment.factors, key=lambda factor: factor.target.awaits_switch):
        scenario = factor.target.applied(scenario, point[factor.name])
    return scenario


def tasks(experiment: Experiment) -> Iterator[Task]:
    """Every run, in order."""
    design = points(experiment)
    order = list(range(len(design)))
    if experiment.design in {"grid", "list"}:
        order = balanced([list(point.values()) for point in design], experiment.sampling_seed)
    run = itertools.count()
    for seed in experiment.seeds:
        for number in order:
            yield Task(next(run), number, seed, design[number], experiment)


def balanced(rows: list[list[Value]], seed: int) -> list[int]:
    """Rows shuffled, each then the one, of the next 1,024, whose values were seen least often.

    How often is told by the sum over factors of the count of the row's value.
    """
    codes = np.stack([_codes(column) for column in zip(*rows, strict=True)], axis=1)
    shuffled = np.random.default_rng(seed).permutation(len(rows))
    window, waiting = shuffled[:_CHOICE], iter(shuffled[_CHOICE:])
    factors = np.arange(codes.shape[1])
    seen = np.zeros((codes.shape[1], codes.max() + 1))
    order: list[int] = []
    while len(window):
        best = int(np.argmin(seen[factors, codes[window]].sum(axis=1)))
        row = int(window[best])
        order.append(row)
        seen[factors, codes[row]] += 1
        following = next(waiting, None)
        if following is None:
            window = np.delete(window, best)
        else:
            window[best] = following
    return order


def _codes(column: tuple[Value, ...]) -> Ints:
    """Each value's number."""
    number = {value: i for i, value in enumerate(dict.fromkeys(column))}
    return np.array([number[value] for value in column], dtype=np.int64)


@cache
def _version() -> str:
    return version("nqpf")
