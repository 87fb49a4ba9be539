"""What is read of each run, and the columns of a sweep's tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from nqpf.experiments.designs.outcomes import LOCAL, NATIONAL
from nqpf.experiments.designs.targets import Setting
from nqpf.model.facts import load_facts
from nqpf.model.measures import CITY, NATION
from nqpf.model.recorder.columns import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nqpf.experiments.designs import Experiment
    from nqpf.experiments.designs.factors import Factor
    from nqpf.model.facts import Facts

TABLES = ("runs", "series", "attempts")

_WHOLE = {measure.name for measure in (*CITY, *NATION) if measure.whole}
_KEYS = [("run", pa.int64()), ("point", pa.int64()), ("seed", pa.int64())]

TIME = pa.timestamp("ms", tz="UTC")
"""Type of moments."""

ATTEMPTS = pa.schema([("run", pa.int64()), ("attempt", pa.int64()), ("started", TIME), ("finished", TIME)])
"""Every attempt to make a run; one that was cut off has not finished."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of a level in every quarter."""

    level: str
    columns: tuple[tuple[str, str], ...]  # column of the table, measure
    regions: tuple[str, ...] = ()  # ids; none: all of the level

    def ids(self, facts: Facts) -> tuple[str, ...]:
        """The regions it reads, in order."""
        return self.regions or regions_of(facts, self.level)


def readings(experiment: Experiment) -> tuple[Reading, ...]:
    """What is read of a run, level by level from the nation down."""
    if experiment.detail is not None:
        cities = ("city",) * (experiment.detail == "city")
        national = Reading("nation", tuple((name, name) for name in NATIONAL))
        return national, *(Reading(level, tuple((name, name) for name in LOCAL)) for level in (*LEVELS, *cities))
    found = []
    for level in ("nation", *LEVELS, "city"):
        of_level = [outcome for outcome in experiment.outcomes if outcome.level == level]
        if of_level:
            columns = dict.fromkeys((outcome.column, outcome.measure) for outcome in of_level)
            regions = dict.fromkeys(outcome.region for outcome in of_level if outcome.region)
            if not all(outcome.is_single for outcome in of_level):
                regions = {}
            found.append(Reading(level, tuple(columns), tuple(regions)))
    return tuple(found)


def regions_of(facts: Facts, level: str) -> tuple[str, ...]:
    """Ids of a level's regions, in the order of measures."""
    if level == "city":
        return tuple(facts.places.code)
    return tuple(facts.regions.id[row] for row in facts.regions.of_level(level))


def rows_of_a_run(experiment: Experiment) -> int:
    """Rows of a run in `series`; of the longest if scenarios differ."""
    scenario = max(experiment.scenarios.values(), key=lambda one: one.quarters)
    facts = load_facts(scenario.start, scenario.data)
    return scenario.quarters * sum(len(reading.ids(facts)) for reading in readings(experiment))


def series_schema(read: Iterable[Reading]) -> pa.Schema:
    """Columns of `series`: keys, then measures in the order in which they are first read."""
    measures = dict.fromkeys(pair for reading in read for pair in reading.columns)
    texts = [(name, pa.string()) for name in ("quarter", "level", "region")]
    return pa.schema([*_KEYS, *texts, *((column, type_of(measure)) for column, measure in measures)])


def runs_schema(experiment: Experiment) -> pa.Schema:
    """Columns of `runs`: keys, how it ended, factors, final outcomes."""
    factors = [(factor.name, _type_of_factor(factor)) for factor in experiment.factors]
    finals = [(outcome.name, type_of(outcome.measure)) for outcome in experiment.finals]
    return pa.schema([*_KEYS, ("status", pa.string()), ("error", pa.string()), *factors, *finals])


def now() -> datetime:
    """The time, as attempts record it."""
    return datetime.now(UTC)


def type_of(measure: str) -> pa.DataType:
    """As in the tables of a run."""
    return pa.int64() if measure in _WHOLE else pa.float64()


def _type_of_factor(factor: Factor) -> pa.DataType:
    if factor.target.is_text:
        return pa.string()
    return pa.int64() if isinstance(factor.target, Setting) and factor.target.whole else pa.float64()
