"""Outcomes: a measure of the nation by its name, of a region or city as `measure@id`, of a level as `gdp@city`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nqpf.model.errors import ScenarioError, nearest
from nqpf.model.levers import brief
from nqpf.model.measures import CITY, NATION
from nqpf.model.recorder.columns import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from nqpf.model.facts import Facts

LOCAL = tuple(measure.name for measure in CITY)
NATIONAL = (*LOCAL, *(measure.name for measure in NATION))
"""Measures of every place, and all that the nation has."""

ALIASES = {"theil": "theil_gdp_per_head"}
"""Shorter names of measures; an outcome keeps the one that the file has."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is read off a run in every quarter; the last one's value is the run's, if there is one value."""

    measure: str
    level: str = "nation"  # of its region: nation, macro_region, …, province, city
    region: str = ""  # id; none of the nation, nor of all regions of another level
    alias: str = ""  # the measure's other name, if the file has that

    @property
    def column(self) -> str:
        """The measure as the file has it, and its column in series."""
        return self.alias or self.measure

    @property
    def is_single(self) -> bool:
        """Whether it has one value in a quarter, and so a column in the table of runs."""
        return bool(self.region) or self.level == "nation"

    @property
    def name(self) -> str:
        """As the file has it, and the column in the table of runs if it has one there."""
        return f"{self.column}@{self.region or self.level}" if self.region or not self.is_single else self.column


def outcome_of(text: str, facts: Callable[[], Facts]) -> Outcome:
    """The outcome of a name; raises ScenarioError with the nearest known one."""
    said, at, region = text.partition("@")
    measure = ALIASES.get(said, said)
    alias = said if said in ALIASES else ""
    if measure not in NATIONAL:
        hint = nearest(measure, (*NATIONAL, *ALIASES)) or "; docs/odd.md lists them"
        raise ScenarioError(f"unknown measure {brief(measure)}{hint}")
    if not at:
        return Outcome(measure, alias=alias)
    if measure not in LOCAL:
        raise ScenarioError(f"only the nation has {measure}; leave out @{region}")
    if region in (*LEVELS, "city"):
        return Outcome(measure, region, alias=alias)
    levels = _levels(facts())
    if region not in levels:
        hint = (
            nearest(region, levels)
            or "; give an id of regions.csv or cities.csv, or a level such as city for all of it"
        )
        raise ScenarioError(f"unknown region {brief(region)}{hint}")
    return Outcome(measure, levels[region], region, alias)


def _levels(facts: Facts) -> dict[str, str]:
    """Every region's level by its id, and the cities'; the nation needs no id."""
    regions = zip(facts.regions.id, facts.regions.level, strict=True)
    return {region: level for region, level in regions if level != "nation"} | dict.fromkeys(facts.places.code, "city")
