"""An experiment with nothing left open: its scenarios, factors, points' design, seeds and outcomes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import lcm, prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from nqpf.experiments.designs.axes import Choice
from nqpf.experiments.designs.factors import make_factor
from nqpf.experiments.designs.file import read_entry, read_file
from nqpf.experiments.designs.listed import read_points
from nqpf.experiments.designs.outcomes import NATIONAL, Outcome, outcome_of
from nqpf.experiments.designs.overlaps import meetings, where_of
from nqpf.experiments.designs.targets import SCENARIO, SWITCH, Rule
from nqpf.model.errors import ScenarioError
from nqpf.model.levers import brief, lever_names
from nqpf.model.policy import treated_places
from nqpf.model.scenario import Scenario
from nqpf.model.scenario_file import find_scenario, located
from nqpf.model.toml_source import read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nqpf.experiments.designs.axes import Value
    from nqpf.experiments.designs.factors import Factor
    from nqpf.experiments.designs.file import Design, ExperimentFile, Report
    from nqpf.model.facts import Facts
    from nqpf.model.toml_source import Key, TomlSource

MOST_POINTS = 1_000_000
LEVELS = 4
"""Levels of Morris's trajectories if the file gives none."""

RESERVED = ("run", "point", "seed", "status", "error", "quarter", "level", "region", "attempt", "started", "finished")
"""Columns of a sweep's tables that are neither factors nor outcomes."""

_OF_DUCKDB = ("filename", "file_row_number")  # its names for what it adds to a file's columns


@dataclass(frozen=True)
class Experiment:
    """What a sweep runs; `load` reads one."""

    path: Path
    scenarios: dict[str, Scenario]  # by name; more than one if `scenario` is a factor
    design: Design
    factors: tuple[Factor, ...]
    seeds: tuple[int, ...]
    outcomes: tuple[Outcome, ...]
    detail: str | None  # `nation`, `city`: series of every measure at all levels up to it; None: of the outcomes only
    report: Report
    samples: int = 0  # of lhs, sobol, saltelli; trajectories of morris
    levels: int = LEVELS
    second_order: bool = True  # whether saltelli can tell interactions of pairs
    sampling_seed: int = 0
    listed: tuple[tuple[Value, ...], ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """An experiment by its file's path.

        Raises InputError: one line that says file, line, key, fault and remedy.
        """
        source = read_toml(Path(path))
        file = read_file(source)
        declared = {
            name: make_factor(source, name, read_entry(source, name, entry), file.design)
            for name, entry in file.factors.items()
        }
        factors = tuple(declared.values())
        listed: tuple[tuple[Value, ...], ...] = ()
        if file.design == "list":
            factors, listed = read_points(_list_path(source, file), declared, source.path.parent)
        scenarios = _scenarios(source, file, factors, listed)
        facts = _facts_of(scenarios.values())
        _check_places(source, factors, facts)
        experiment = cls(
            path=source.path,
            scenarios=scenarios,
            design=file.design,
            factors=factors,
            seeds=tuple(file.seeds),
            outcomes=tuple(
                _outcome(source, ("outcomes", i), text, facts) for i, text in enumerate(file.outcomes or NATIONAL)
            ),
            detail=file.detail,
            report=file.report,
            samples=file.samples or file.trajectories or 0,
            levels=file.levels or LEVELS,
            second_order=file.second_order is not False,
            sampling_seed=file.sampling_seed or 0,
            listed=listed,
        )
        experiment._check(source, facts)
        experiment.record()  # now: a table that changes later is not what was asked for
        return experiment

    @property
    def n_points(self) -> int:
        """Points of the design."""
        d = len(self.factors)
        if self.design == "grid":
            return prod(len(factor.axis.grid) for factor in self.factors if factor.axis is not None)
        by_design = {
            "list": len(self.listed),
            "morris": self.samples * (d + 1),
            "saltelli": self.samples * (2 * d + 2 if self.second_order else d + 2),
        }
        return by_design.get(self.design, self.samples)

    @property
    def n_runs(self) -> int:
        """Runs: every point under every seed."""
        return self.n_points * len(self.seeds)

    @property
    def finals(self) -> tuple[Outcome, ...]:
        """Outcomes of which each run's last quarter is kept beside its factors."""
        return tuple(outcome for outcome in self.outcomes if outcome.is_single)

    def scenario_named(self, point: Mapping[str, Value]) -> Scenario:
        """The scenario that a point starts from."""
        return self.scenarios[str(point[SCENARIO])] if SCENARIO in point else next(iter(self.scenarios.values()))

    def record(self) -> dict[str, Any]:
        """The experiment as plain data that JSON can hold, tables of its own with their hash when it was loaded."""
        return dict(self._record)

    @cached_property
    def _record(self) -> dict[str, Any]:
        return {
            "design": self.design,
            "samples": self.samples or None,
            "levels": self.levels if self.design == "morris" else None,
            "second_order": self.second_order if self.design == "saltelli" else None,
            "sampling_seed": self.sampling_seed,
            "points": self.n_points,
            "listed": self._hash_of_list() if self.design == "list" else None,
            "seeds": list(self.seeds),
            "factors": [factor.record() for factor in self.factors],
            "outcomes": [outcome.name for outcome in self.finals],
            "everywhere": [outcome.name for outcome in self.outcomes if not outcome.is_single],
            "detail": self.detail,
            "report": self.report.model_dump(mode="json"),
            "scenarios": {name: scenario.resolved() for name, scenario in self.scenarios.items()},
        }

    def _hash_of_list(self) -> str:
        """SHA-256 of the listed points."""
        names = [factor.name for factor in self.factors]
        return hashlib.sha256(json.dumps([names, self.listed]).encode()).hexdigest()

    def _check(self, source: TomlSource, facts: tuple[Callable[[], Facts], ...]) -> None:
        """Raise ScenarioError if the parts, each in order, do not go together."""
        if self.n_points > MOST_POINTS:
            fault = f"gives {self.n_points:,} points; at most {MOST_POINTS:,} are possible: take fewer"
            raise located(source, ("design",), fault)
        self._check_names(source)
        self._check_switch(source)
        if self.design == "morris":
            self._check_levels(source)
        report = self.report
        names: list[tuple[Key, str]] = [
            (("report", "pareto", i), text.removeprefix("-")) for i, text in enumerate(report.pareto or [])
        ]
        if report.discovery is not None:
            names.append((("report", "discovery", "outcome"), report.discovery.outcome))
        if not self.finals:
            raise located(source, ("outcomes",), 'has none of one value a run; add "nqpf", or another of the nation')
        known = [outcome.name for outcome in self.finals]
        for key, name in names:
            meant = _outcome(source, key, name, facts)
            if not meant.is_single:
                raise located(source, key, f"{brief(name)} has many values a run; name one region, or none")
            if name not in known:
                same = [o.name for o in self.finals if (o.measure, o.region) == (meant.measure, meant.region)]
                remedy = f"write {brief(same[0])}, as there" if same else "add it there"
                raise located(source, key, f"{brief(name)} is not among the outcomes; {remedy}")

    def _check_names(self, source: TomlSource) -> None:
        """Factors and outcomes stand side by side in one table."""
        # DuckDB does not tell a from A; a column of series may stand beside factors, too.
        outcomes = {text.casefold() for outcome in self.outcomes for text in (outcome.name, outcome.column)}
        names: set[str] = set()
        for factor in self.factors:
            key: Key = ("factors", factor.name)
            name = factor.name.casefold()
            if name in (*RESERVED, *_OF_DUCKDB) or name in names:
                raise located(source, key, "is the name of another column; choose another name")
            names.add(name)
            if name in outcomes:
                remedy = f'"policy.{factor.name}"' if factor.name in lever_names() else "another name"
                raise located(source, key, f"is the name of an outcome, too; write {remedy} for the factor")

    def _check_switch(self, source: TomlSource) -> None:
        """What waits for the switch year must know it: the one that holds everywhere and always."""
        rules = [dict(rule.model_dump(by_alias=True)) for one in self.scenarios.values() for rule in one.policy]
        rules += [factor.target.said for factor in self.factors if isinstance(factor.target, Rule)]
        passing = [rule for rule in rules if rule["lever"].removeprefix("policy.") == SWITCH]
        for factor in self.factors if any(rule.get("from") or rule.get("until") for rule in passing) else ():
            if factor.target.awaits_switch:
                fault = "waits for the switch year, which another rule sets for some time only; name a quarter"
                raise located(source, ("factors", factor.name), fault)

    def _check_levels(self, source: TomlSource) -> None:
        """Each value of a factor stands for as many levels as the others."""
        counts = [len(factor.axis.values) for factor in self.factors if isinstance(factor.axis, Choice)]
        needed = lcm(2, *counts)
        if any(self.levels % count for count in counts):
            fault = f"{self.levels} levels cannot stand for {', '.join(map(str, counts))} values alike; give {needed}"
            raise located(source, ("levels",), fault)


def _facts_of(scenarios: Iterable[Scenario]) -> tuple[Callable[[], Facts], ...]:
    """Facts that the scenarios start from, each loaded when first asked for."""
    distinct = {(scenario.start, *sorted(scenario.data.items())): scenario for scenario in scenarios}

    def loading(scenario: Scenario) -> Callable[[], Facts]:
        @cache
        def load() -> Facts:
            from nqpf.model.facts import load_facts  # noqa: PLC0415 (tables take pandas; many files need none here)

            return load_facts(scenario.start, scenario.data)

        return load

    return tuple(loading(scenario) for scenario in distinct.values())


def _list_path(source: TomlSource, file: ExperimentFile) -> Path:
    path = source.path.parent / str(file.file)
    if "\0" in str(file.file) or not path.is_file():
        raise located(source, ("file",), f"there is no file {brief(file.file)}; paths start at this file's folder")
    return path


def _scenarios(
    source: TomlSource, file: ExperimentFile, factors: tuple[Factor, ...], listed: tuple[tuple[Value, ...], ...]
) -> dict[str, Scenario]:
    """Every scenario that runs start from, by the name the file has for it, at the size asked for."""
    names = [name for name in [file.scenario] if name is not None]
    for i, factor in enumerate(factors):
        if factor.name == SCENARIO:
            if names:
                raise located(source, ("scenario",), "is a column of the list, too; remove one of the two")
            values = factor.axis.grid if factor.axis is not None else [point[i] for point in listed]
            names = list(dict.fromkeys(str(value) for value in values))
    if not names:
        raise located(source, ("scenario",), 'is missing; add scenario = "china", or another')
    scenarios: dict[str, Scenario] = {}
    for name in names:
        try:
            path = find_scenario(name, source.path.parent)
        except ScenarioError as fault:
            raise located(source, ("scenario",), str(fault)) from None
        loaded = Scenario.load(path)
        for key in ("quarters", "firms"):
            value = getattr(file, key)
            try:
                loaded = loaded.with_changes(**{key: value})
            except ScenarioError as fault:
                raise located(source, (key,), str(fault).removeprefix(f"{key}={value}: ")) from None
        scenarios[name] = loaded
    return scenarios


def _check_places(source: TomlSource, factors: tuple[Factor, ...], facts: tuple[Callable[[], Facts], ...]) -> None:
    """Raise ScenarioError if a place does not exist, or two factors meet somewhere."""
    for factor in factors:
        where = where_of(factor)
        try:
            for load in facts if where else ():
                treated_places(where, load())
        except ScenarioError as fault:
            raise located(source, ("factors", factor.name, "where"), str(fault)) from None
    for one, other, leaf in meetings(factors, facts):
        met = f"sets {leaf}, as {one.name} does; remove one of the two, or part their places"
        raise located(source, ("factors", other.name), met)


def _outcome(source: TomlSource, key: Key, text: str, facts: tuple[Callable[[], Facts], ...]) -> Outcome:
    try:
        return [outcome_of(text, load) for load in facts][0]  # noqa: RUF015 (all are to be tried)
    except ScenarioError as fault:
        raise located(source, key, str(fault)) from None
