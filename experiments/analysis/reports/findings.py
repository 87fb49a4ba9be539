"""What a sweep shows, each analysis done once: its result, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.experiments.analysis.cases import Cases, cases, measure_of
from nqpf.experiments.analysis.curves import STEPS_SHOWN, Curve, curve_of
from nqpf.experiments.analysis.discovery import Box, Interest, boxes_of, leaves_of, of_interest
from nqpf.experiments.analysis.effects import FIXED_DESIGNS, paired_effects, without_effect
from nqpf.experiments.analysis.everywhere import PlaceEffects, effects_everywhere, measures_everywhere
from nqpf.experiments.analysis.pareto import goal, pareto_front
from nqpf.experiments.analysis.paths import Paths, paths_by, quantiles_by_quarter
from nqpf.experiments.analysis.seeds import spread
from nqpf.experiments.analysis.sensitivity import morris_indices, sobol_indices, sobol_interactions
from nqpf.experiments.analysis.study import Design, Sweep
from nqpf.experiments.analysis.together import Pair, pairs_together
from nqpf.experiments.comparison.panels import HEADLINE
from nqpf.experiments.designs.file import Threshold
from nqpf.model.errors import InputError
from nqpf.model.facts import load_facts
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from nqpf.model.facts import Facts

MOST_OUTCOMES = 8
"""Outcomes that are analysed; of a sweep with more those that the report names, then headlines, then the first."""

FEW_OUTCOMES = 3
"""Of which curves and pairs of several factors are shown."""

MOST_PAIRS = 6
MOST_LINES = 8
"""Values of a factor by which paths are shown."""

MOST_MEASURES = 2
"""On maps."""

_BASIC = ("nqpf", "gdp", "theil_gdp_per_head")


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

    def _effects(self, outcome: str) -> pd.DataFrame:
        table = paired_effects(
            self.runs, outcome, self.factors, design=self.record["design"], references=self.design.references
        )
        if table.empty:
            whys = without_effect(
                self.runs, outcome, self.factors, design=self.record["design"], references=self.design.references
            )
            said = "; ".join(f"{name} {why}" for name, why in whys.items())
            raise InputError(f"{outcome}: {said}; sweep factors one by one, or with more samples")
        return table

    @cached_property
    def untold(self) -> dict[str, str]:
        """Why a factor, or a change of one, has no effect on the first outcome that has effects; by its name."""
        told = [name for name, one in self.effects.items() if one.result is not None]
        if not told:
            return {}
        design = self.record["design"]
        return without_effect(self.runs, told[0], self.factors, design=design, references=self.design.references)

    @cached_property
    def unused(self) -> list[str]:
        """What runs that are done are left out as other seeds or points lack theirs, in sentences."""
        said: dict[tuple[int, tuple[str, ...]], list[str]] = {}
        for name in self.outcomes:
            known = self.cases(name)
            said.setdefault((known.unused, known.vanished), []).append(self.title(name))
        sentences = []
        for (number, vanished), names in said.items():
            of = f" of {', '.join(names)}" if len(said) > 1 else ""
            if number:
                few = "run that is done is" if number == 1 else "runs that are done are"
                sentences.append(f"{number:,} {few} left out{of}, so that every point has the same seeds.")
            if vanished:
                sentences.append(f"No run is left{of} with {', '.join(vanished)}.")
        return sentences

    @cached_property
    def heat(self) -> Finding[dict[str, list[Pair]]]:
        """Of a grid each outcome's cell means over pairs of factors, the strongest interaction first."""
        return Finding.of(self._heat)

    def _heat(self) -> dict[str, list[Pair]]:
        n = len(self.factors)
        if self.record["design"] != "grid" or n < 2:
            raise InputError(
                f"a heat map needs a grid of two factors or more; this is {self.record['design']} with {n}"
            )
        chosen = self.outcomes if n == 2 else self.outcomes[:FEW_OUTCOMES]
        return {name: pairs_together(self.cases(name))[:MOST_PAIRS] for name in chosen}

    @cached_property
    def curves(self) -> Finding[dict[tuple[str, str], Curve]]:
        """Of a grid or list the change along factors of three numbers or more, by factor and outcome."""
        return Finding.of(self._curves)

    def _curves(self) -> dict[tuple[str, str], Curve]:
        found = {}
        if self.record["design"] in FIXED_DESIGNS:
            for factor in self.factors:
                for name in self.outcomes[:FEW_OUTCOMES]:
                    curve = curve_of(self.runs, name, self.factors, factor, design=self.record["design"])
                    if curve is not None:
                        found[factor, name] = curve
        if not found:
            least, most = STEPS_SHOWN
            raise InputError(
                "a curve needs a grid, or a list with runs alike in all else, and a factor of "
                f'{least} to {most} numbers; give it steps = 5 and design = "grid"'
            )
        if not any(curve.table["effect"].any() for curve in found.values()):
            raise InputError("no outcome changes along any of the factors; look at others, or at wider ranges")
        return found

    @cached_property
    def paths(self) -> Finding[dict[tuple[str, str], Paths]]:
        """Of a grid the first outcomes by quarter and value of each factor."""
        return Finding.of(self._paths)

    def _paths(self) -> dict[tuple[str, str], Paths]:
        factors = [name for name in self.factors if 2 <= self.runs[name].nunique(dropna=False) <= MOST_LINES]
        if self.record["design"] != "grid" or not factors:
            raise InputError(
                f"paths by value need a grid, which alone sets nothing else apart, and a factor of {MOST_LINES} values "
                f"or fewer; this is {self.record['design']}"
            )
        found = {(factor, name): paths_by(self.sweep, name, factor) for factor in factors for name in self.outcomes[:2]}
        if not any(one.change.any() for one in found.values()):
            raise InputError("no outcome differs by any factor in any quarter; look at others, or at wider ranges")
        return found

    @cached_property
    def everywhere(self) -> Finding[tuple[PlaceEffects, ...]]:
        """Effects at every city on up to two measures."""
        return Finding.of(self._everywhere)

    def _everywhere(self) -> tuple[PlaceEffects, ...]:
        measures = measures_everywhere(self.record)[:MOST_MEASURES]
        if not measures:
            raise InputError('the sweep kept no measure of all cities; add "gdp@city" to outcomes')
        found = tuple(effects_everywhere(self.sweep, measure) for measure in measures)
        if {*found[0].places} != {*self.facts.places.code}:
            raise InputError("the cities are not those of the tables here; make the page with the nqpf of the sweep")
        if not any(np.nanstd(shift.effect) > 0 for one in found for shift in one.shifts):
            raise InputError("no effect differs between cities; look at other measures, or at wider ranges")
        return found

    @cached_property
    def facts(self) -> Facts:
        """Places of the first scenario; raises InputError if a table that it replaced is no longer the same."""
        scenario = Scenario.from_resolved(next(iter(self.record["scenarios"].values())))
        return load_facts(scenario.start, scenario.data)

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
    def fans(self) -> Finding[dict[str, dict[str, pd.DataFrame]]]:
        """Quantiles of each outcome over all runs by quarter and start: as `quantiles_by_quarter`."""
        return Finding.of(lambda: self._each(lambda name: quantiles_by_quarter(self.sweep, name)))

    def title(self, outcome: str) -> str:
        """English title of an outcome, with its region if it names one, and its name if another has the same title."""
        title = _title(outcome)
        shared = any(_title(other) == title for other in self.outcomes if other != outcome)
        return f"{title} ({outcome})" if shared else title


def _title(outcome: str) -> str:
    from nqpf.experiments.comparison import words  # noqa: PLC0415 (together with the measures)

    region = outcome.partition("@")[2]
    try:
        name = words.title(measure_of(outcome))
    except KeyError:
        return outcome
    return f"{name}, {region}" if region else name


def _limit(said: Any) -> Any:
    """A threshold as JSON keeps it."""
    return Threshold(**said) if isinstance(said, dict) else said
