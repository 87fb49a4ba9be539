"""What a sweep shows, each analysis done once: its result, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from nqpf.experiments.analysis.cases import Cases, cases, measure_of, plain, scaled
from nqpf.experiments.analysis.discovery import Box, Interest, boxes_of, leaves_of, of_interest
from nqpf.experiments.analysis.effects import paired_effects
from nqpf.experiments.analysis.pareto import goal, pareto_front
from nqpf.experiments.analysis.seeds import spread
from nqpf.experiments.analysis.sensitivity import morris_indices, sobol_indices, sobol_interactions
from nqpf.experiments.analysis.study import Design
from nqpf.experiments.comparison.panels import HEADLINE
from nqpf.experiments.designs.file import Threshold
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_OUTCOMES = 8
"""Outcomes that are analysed; of a sweep with more those that the report names, then headlines, then the first."""

_BASIC = ("nqpf", "gdp", "theil_gdp_per_head")


class Sweep(Protocol):
    """A sweep's folder, as `open_sweep` opens it."""

    path: Path
    info: dict[str, Any]

    @property
    def runs(self) -> pd.DataFrame:
        """The table of runs."""

    def sql(self, query: str) -> pd.DataFrame:
        """What a query finds in the tables."""


@dataclass(frozen=True)
class Finding[T]:
    """A result, or why it is absent."""

    result: T | None
    absent: str = ""

    @classmethod
    def of(cls, work: Callable[[], T]) -> Finding[T]:
        """What some work gives; InputError says why it gives nothing."""
        try:
            return cls(work())
        except InputError as fault:
            return cls(None, str(fault))


@dataclass(frozen=True, slots=True)
class Discovery:
    """Where an outcome is beyond a threshold."""

    interest: Interest
    boxes: list[Box]
    leaves: list[Box]


class Findings:
    """Of one sweep; everything is computed when first asked for."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.record: dict[str, Any] = sweep.info["experiment"]
        self.design = Design.of_record(self.record)
        self.runs = sweep.runs
        if not (self.runs["status"] == "done").any():
            raise InputError(f"{sweep.path}: no run has finished yet; go on with nqpf sweep --resume")

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors."""
        return self.design.names

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that are analysed."""
        known = list(self.record["outcomes"])
        asked = self.record["report"]
        named = [goal(objective)[0] for objective in asked.get("pareto") or []]
        if asked.get("discovery"):
            named.append(asked["discovery"]["outcome"])
        if len(known) > MOST_OUTCOMES:
            likely = [name for name in (*named, *_BASIC, *HEADLINE) if name in known]
            known = list(dict.fromkeys((*likely, *known)))[:MOST_OUTCOMES]
        return tuple(known)

    @property
    def unseen(self) -> int:
        """Outcomes that are not analysed."""
        return len(self.record["outcomes"]) - len(self.outcomes)

    def cases(self, outcome: str) -> Cases:
        """An outcome's cases."""
        return cases(self.runs, outcome, self.factors)

    @cached_property
    def done(self) -> int:
        """Runs that are done."""
        return int((self.runs["status"] == "done").sum())

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Runs that failed."""
        return self.runs[self.runs["status"] == "failed"]

    @property
    def missing(self) -> int:
        """Runs that nobody has made yet."""
        return int(self.record["points"] * len(self.record["seeds"]) - len(self.runs))

    @cached_property
    def effects(self) -> dict[str, Finding[pd.DataFrame]]:
        """Effects of factors by outcome."""
        return {
            name: Finding.of(lambda name=name: self._effects(name))  # type: ignore[misc]
            for name in self.outcomes
        }

    @property
    def _references(self) -> dict[str, str]:
        """The first value that the experiment gives, of factors of values."""
        return {
            factor["name"]: plain(pd.Series(factor["values"][:1], dtype=object))[0]
            for factor in self.record["factors"]
            if factor["values"]
        }

    def _effects(self, outcome: str) -> pd.DataFrame:
        table = paired_effects(
            self.runs, outcome, self.factors, design=self.record["design"], references=self._references
        )
        if table.empty:
            raise InputError(
                f"{outcome}: no two runs differ in one factor alone, and they are too few for a regression"
            )
        return table

    @cached_property
    def heat(self) -> Finding[dict[str, tuple[pd.DataFrame, str]]]:
        """Of a grid of two factors each outcome's differences from the first point, and their unit."""
        return Finding.of(self._heat)

    def _heat(self) -> dict[str, tuple[pd.DataFrame, str]]:
        if self.record["design"] != "grid" or len(self.factors) != 2:
            raise InputError(
                f"a heat map needs a grid of two factors; this is {self.record['design']} with {len(self.factors)}"
            )
        found = {}
        for name in self.outcomes:
            known = self.cases(name)
            values, unit = scaled(name, known.results)
            change = values.mean(1) - values.mean(1)[0]
            table = known.factors.assign(change=change)
            row, column = self.factors
            found[name] = table.pivot_table(values="change", index=row, columns=column, sort=False), unit
        return found

    @cached_property
    def sobol(self) -> Finding[dict[str, tuple[pd.DataFrame, pd.DataFrame]]]:
        """Sobol's indices by outcome: of each factor, and of pairs."""
        return Finding.of(
            lambda: self._each(
                lambda name: (
                    sobol_indices(self.design, self.runs, name),
                    sobol_interactions(self.design, self.runs, name),
                )
            )
        )

    @cached_property
    def morris(self) -> Finding[dict[str, pd.DataFrame]]:
        """Morris's indices by outcome."""
        return Finding.of(lambda: self._each(lambda name: morris_indices(self.design, self.runs, name)))

    def _each[T](self, work: Callable[[str], T]) -> dict[str, T]:
        """Of every outcome that allows it; the first reason if none does."""
        found = {name: Finding.of(lambda name=name: work(name)) for name in self.outcomes}  # type: ignore[misc]
        if all(one.result is None for one in found.values()):
            raise InputError(next(iter(found.values())).absent)
        return {name: one.result for name, one in found.items() if one.result is not None}

    @cached_property
    def discovery(self) -> Finding[Discovery]:
        """Boxes and rules, if the experiment asks for them."""
        return Finding.of(self._discovery)

    def _discovery(self) -> Discovery:
        asked = self.record["report"].get("discovery")
        if not asked:
            raise InputError(
                'the experiment asks for none; add discovery = { outcome = "nqpf", above = "p90" } under [report]'
            )
        limits = {side: _limit(asked[side]) for side in ("above", "below") if asked.get(side) is not None}
        interest = of_interest(self.runs, self.factors, asked["outcome"], **limits)
        return Discovery(interest, boxes_of(interest), leaves_of(interest))

    @cached_property
    def pareto(self) -> Finding[pd.DataFrame]:
        """Points and which are on the front, if the experiment names objectives."""
        return Finding.of(self._pareto)

    def _pareto(self) -> pd.DataFrame:
        objectives = self.objectives
        if not objectives:
            raise InputError('the experiment names no objectives; add pareto = ["nqpf", "-theil"] under [report]')
        return pareto_front(self.runs, objectives, self.factors)

    @property
    def objectives(self) -> list[str]:
        """Objectives of the front."""
        return list(self.record["report"].get("pareto") or [])

    @cached_property
    def spreads(self) -> Finding[dict[str, pd.DataFrame]]:
        """How much each outcome differs between seeds."""
        return Finding.of(lambda: self._each(lambda name: spread(self.runs, name, self.factors)))

    @cached_property
    def fans(self) -> Finding[dict[str, pd.DataFrame]]:
        """Quantiles of each outcome over all runs by quarter: columns quarter and those of `QUANTILES`."""
        return Finding.of(lambda: self._each(self._fan))

    def _fan(self, outcome: str) -> pd.DataFrame:
        column, _, region = outcome.partition("@")
        where = f"region = '{_quoted(region)}'" if region else "level = 'nation'"
        quantiles = ", ".join(f'quantile_cont("{column}", {q}) AS q{round(100 * q)}' for q in QUANTILES)
        table = self.sweep.sql(
            f'SELECT quarter, {quantiles} FROM series WHERE {where} AND "{column}" IS NOT NULL '  # noqa: S608 (checked names)
            "GROUP BY quarter ORDER BY quarter"
        )
        if table.empty:
            raise InputError(f"{outcome}: the sweep kept no series of it")
        return table

    def title(self, outcome: str) -> str:
        """English title of an outcome, with its region if it names one."""
        from nqpf.experiments.comparison import words  # noqa: PLC0415 (together with the measures)

        region = outcome.partition("@")[2]
        try:
            name = words.title(measure_of(outcome))
        except KeyError:
            return outcome
        return f"{name}, {region}" if region else name


QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def _limit(said: Any) -> Any:
    """A threshold as JSON keeps it."""
    return Threshold(**said) if isinstance(said, dict) else said


def _quoted(text: str) -> str:
    return text.replace("'", "''")
