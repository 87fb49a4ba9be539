"""A sweep to be analysed: its folder as opened, and its design as its `sweep.json` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from nqpf.experiments.analysis.cases import plain
from nqpf.experiments.designs.axes import Choice, Range
from nqpf.experiments.designs.samplers import on_axis, positions, problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from nqpf.agents.typing import Floats
    from nqpf.experiments.designs.axes import Axis

SAMPLED = ("lhs", "sobol", "morris", "saltelli")
"""Designs whose points were drawn, and can be drawn again."""


class Sweep(Protocol):
    """A sweep's folder, as `open_sweep` opens it."""

    path: Path
    info: dict[str, Any]

    @property
    def runs(self) -> pd.DataFrame:
        """The table of runs."""

    def sql(self, query: str) -> pd.DataFrame:
        """What a query finds in the tables."""


@dataclass(frozen=True, slots=True)
class StudyFactor:
    """A factor of the record; no axis if a list holds its values."""

    name: str
    axis: Axis | None


@dataclass(frozen=True, slots=True)
class Design:
    """A design as `Experiment` has it, from its record: enough to draw its points again and to analyse them."""

    design: str
    factors: tuple[StudyFactor, ...]
    samples: int
    levels: int
    second_order: bool
    sampling_seed: int

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Self:
        """Of `Experiment.record()`."""
        return cls(
            design=record["design"],
            factors=tuple(StudyFactor(factor["name"], _axis(factor)) for factor in record["factors"]),
            samples=record["samples"] or 0,
            levels=record["levels"] or 0,
            second_order=record["second_order"] is not False,
            sampling_seed=record["sampling_seed"],
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(factor.name for factor in self.factors)

    @property
    def references(self) -> dict[str, str]:
        """Of factors of values the first one, with which others are compared."""
        return {
            factor.name: plain(_series(factor.axis.grid[:1]))[0]
            for factor in self.factors
            if isinstance(factor.axis, Choice)
        }

    @property
    def positions(self) -> Floats:
        """Positions of the points, (n_points, n_factors)."""
        drawn: Any = self  # the samplers ask for no more than is here
        return positions(drawn)

    @property
    def problem(self) -> dict[str, Any]:
        """The factors as SALib knows them."""
        drawn: Any = self
        return problem(drawn)

    def is_drawn(self, drawn: Floats, factors: pd.DataFrame, points: Sequence[int]) -> bool:
        """Whether points of a table are those drawn: another version of a sampler may draw others."""
        if len(points) and max(points) >= len(drawn):
            return False
        own: Any = self
        for k, factor in enumerate(self.factors):
            if factor.axis is None:
                return False
            values = factor.axis.at(on_axis(own, factor.axis, drawn[:, k]))
            wanted = [values[point] for point in points]
            column = factors[factor.name]
            if column.dtype == object:
                if list(column) != list(plain(_series(wanted))):
                    return False
            elif not np.allclose(column.to_numpy(float), np.asarray(wanted, dtype=float), rtol=1e-9, atol=1e-12):
                return False
        return True


def _series(values: Sequence[object]) -> pd.Series:
    import pandas as pd  # noqa: PLC0415 (typing only elsewhere)

    return pd.Series(list(values), dtype=object)


def _axis(factor: Mapping[str, Any]) -> Axis | None:
    if factor["values"] is not None:
        return Choice(tuple(factor["values"]))
    if factor["low"] is None:
        return None
    return Range(factor["low"], factor["high"], factor["steps"])
