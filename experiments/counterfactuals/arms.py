"""What is run and what is read off it: scenarios of the library with settings, and measures of some places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from nqpf.experiments.paired.readings import TREATED, Reading
from nqpf.experiments.paired.scales import in_logs
from nqpf.model.quarters import parse_quarter
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from nqpf.agents.typing import Floats
    from nqpf.experiments.paired.readings import How

    Values = Callable[["Arm", "Quantity"], Floats]
    """What was read, on the scale of its differences, one number a seed."""

QUARTERS_A_YEAR = 4


@dataclass(frozen=True, slots=True)
class Arm:
    """A scenario of the library, with settings as `--set` takes them."""

    library: str
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """As the file of results and the page have it."""
        return ", ".join([self.library, *(f"{key}={value}" for key, value in self.settings)])

    def scenario(self, seed: int, firms: int, quarters: int) -> Scenario:
        """The scenario to run."""
        return Scenario.load(
            self.library, seed=seed, firms=firms, quarters=quarters, settings=dict(self.settings) or None
        )

    def with_settings(self, **settings: float) -> Arm:
        """The same with further levers; their names are words."""
        return Arm(self.library, (*self.settings, *((key, f"{value:g}") for key, value in settings.items())))


@cache
def acts_by(arm: Arm) -> int:
    """Quarters until every rule has been in full force and every shock is over."""
    scenario = Scenario.load(arm.library, settings=dict(arm.settings) or None)
    start = parse_quarter(scenario.start)
    needs = [1]
    for rule in scenario.policy:
        needs.append((parse_quarter(rule.from_) - start if rule.from_ else 0) + max(rule.ramp, 1))
        if rule.lever == "switch_year" and isinstance(rule.value, float):
            needs.append(int(QUARTERS_A_YEAR * rule.value) + 1)
    needs += [parse_quarter(shock.until) - start + 1 for shock in scenario.shock if shock.until]
    return max(needs)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measure of the nation or a region; `against` is a region whose value is taken off."""

    measure: str
    region: str = "nation"
    against: str = ""
    how: How = "last"
    year: int | None = None  # read after so many years; at the end if None

    def at(self, year: int) -> Quantity:
        """The same after so many years."""
        return Quantity(self.measure, self.region, self.against, self.how, year)

    def readings(self, quarters: int) -> tuple[Reading, ...]:
        """What is read off each run."""
        last = quarters if self.year is None else QUARTERS_A_YEAR * self.year
        regions = (self.region, self.against) if self.against else (self.region,)
        return tuple(Reading(self.measure, region, self.how, last) for region in regions)

    @property
    def log(self) -> bool:
        """Whether differences are those of logs."""
        return in_logs(self.measure)

    @property
    def name(self) -> str:
        """As rows of the page begin."""
        of = "" if self.region == "nation" else f" of {_shown(self.region)}"
        return self.measure + of + (f" less that of {_shown(self.against)}" if self.against else "")

    @property
    def when(self) -> str:
        """When it is read, in words."""
        return {"total": "sum of quarters", "mean": "mean of quarters"}.get(
            self.how, "last quarter" if self.year is None else f"end of year {self.year}"
        )


def _shown(region: str) -> str:
    return f"places in {region.removeprefix(TREATED)}" if region.startswith(TREATED) else region
