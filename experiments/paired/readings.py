"""What is read off a run: a measure of the nation or of some places, in its quarters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from nqpf.model.economy import RegionalEconomy
from nqpf.model.measures import CITY
from nqpf.model.policy import treated_places
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nqpf.agents.typing import Bools
    from nqpf.model.facts import Facts

    How = Literal["last", "total", "mean", "shock"]
    """In the last quarter; summed or meant over the run; summed over the quarters of the shock."""

SHOCK_QUARTERS = (9, 12)
"""First and last quarter of the run in which the coast's supply fails in a lever's trial."""

TREATED = "treated:"
"""Before a library scenario's name: the places that its rules treat."""

_WEIGHTS = {m.name: m.weight for m in CITY}
_NODES = ("municipality", "sub_provincial", "sub_provincial_capital", "provincial_capital")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number read off a run."""

    measure: str
    region: str  # `nation`, a key of GROUPS, `treated:` and a scenario, or an id of the regions
    how: How
    quarters: int  # read after so many

    @property
    def name(self) -> str:
        """The key in the file of results."""
        return f"{self.measure}/{self.region}/{self.how}/{self.quarters}"

    def is_read(self, quarter: int) -> bool:
        """Whether the measure's value in a quarter, counted from 1, enters."""
        first, last = {
            "last": (self.quarters, self.quarters),
            "shock": SHOCK_QUARTERS,
        }.get(self.how, (1, self.quarters))
        return first <= quarter <= last


def read(scenario: Scenario, readings: Iterable[Reading]) -> dict[str, float]:
    """Run a scenario as long as the readings need it, and read it off: reading's name → value."""
    economy = RegionalEconomy(scenario)
    series: dict[Reading, list[float]] = {reading: [] for reading in readings}
    for quarter in range(1, max(reading.quarters for reading in series) + 1):
        economy.step()
        for reading, values in series.items():
            if reading.is_read(quarter):
                values.append(_value(economy, reading))
    return {
        reading.name: float(np.mean(values) if reading.how == "mean" else np.sum(values))
        for reading, values in series.items()
    }


def _value(economy: RegionalEconomy, reading: Reading) -> float:
    """The measure now; of places their sum, or their mean by the measure's weight."""
    if reading.region == "nation":
        return float(economy.nation_measures()[reading.measure])
    places = places_of(economy.facts, reading.region, economy.quarter)
    measures = economy.city_measures()
    values, weight = measures[reading.measure][places], _WEIGHTS[reading.measure]
    if weight is None:
        return float(values.sum())
    weights = measures[weight][places]
    return float(values @ weights / weights.sum())


def places_of(facts: Facts, region: str, quarter: int) -> Bools:
    """Members of a reading's region in a quarter, (n_places,)."""
    if region in GROUPS:
        return GROUPS[region](facts, quarter)
    if region.startswith(TREATED):
        chosen = np.zeros(len(facts.places), dtype=np.bool_)
        for rule in _library(region.removeprefix(TREATED)).policy:
            chosen |= treated_places(rule.where, facts)
        return chosen
    return facts.regions.member[facts.regions.index(region)]


@cache
def _library(name: str) -> Scenario:
    return Scenario.load(name)


def _zones(facts: Facts, quarter: int) -> Bools:
    return facts.places.zone_opened <= quarter


def _connected(facts: Facts, after: str, until: str) -> Bools:
    """Places whose first high-speed line opened in these months, (n_places,)."""
    lines = facts.rail_edges[facts.rail_edges["high_speed"] == 1]
    first: dict[str, str] = {}
    for end in ("origin", "destination"):
        for place, opened in lines.groupby(end)["opened"].min().items():
            first[str(place)] = min(first.get(str(place), opened), opened)
    return np.array([after <= first.get(code, "") <= until for code in facts.places.code])


def _newly_connected(facts: Facts, _quarter: int) -> Bools:
    return _connected(facts, "2010-01", "2019-12")


def _bypassed(facts: Facts, _quarter: int) -> Bools:
    return ~_connected(facts, "0000-00", "2019-12")


def _nodes(facts: Facts, _quarter: int) -> Bools:
    return np.isin(np.array(facts.places.tier), _NODES) & ~_bypassed(facts, _quarter)


GROUPS: dict[str, Callable[[Facts, int], Bools]] = {
    "zones": _zones,  # places with a free-trade zone open by the quarter
    "newly connected": _newly_connected,  # first high-speed line in 2010 to 2019
    "bypassed": _bypassed,  # no high-speed line by the end of 2019
    "nodes": _nodes,  # municipalities, sub-provincial cities and capitals on a high-speed line by then
}
"""Places that readings name besides the regions, (n_places,) from facts and quarter."""
