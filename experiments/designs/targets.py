"""What a factor sets in a scenario.

A lever or parameter by its name takes the place of all that the scenario says of it, from the start on and everywhere,
as `--set` does. A rule, which says where or when as well, comes after the scenario's own rules and overrides them there
and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError

from nqpf.model.errors import ScenarioError, nearest
from nqpf.model.faults import first_fault
from nqpf.model.levers import LEVERS, brief, lever_names, resolve_lever
from nqpf.model.parameters import Parameters
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.model.rules import PolicyRule
from nqpf.model.scenario_file import find_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from nqpf.experiments.designs.axes import Value
    from nqpf.model.scenario import Scenario

PARAMETERS = "parameters."
SCENARIO = "scenario"
"""The factor whose values are scenarios."""

SWITCH = "switch_year"
"""In place of a quarter, that in which coordination follows the growth poles: the lever of this name says when."""


@dataclass(frozen=True, slots=True)
class Start:
    """The scenario itself, by name or path; all other factors change the one chosen."""

    folder: Path  # where relative paths start

    leaves: ClassVar[tuple[str, ...]] = ()
    is_text: ClassVar[bool] = True
    moves_start: ClassVar[bool] = True
    awaits_switch: ClassVar[bool] = False

    def check(self, value: object) -> Value:
        """The name if there is such a scenario; raises ScenarioError with the nearest."""
        if not isinstance(value, str):
            raise ScenarioError(f"{brief(value)} is not the name of a scenario; write it in quotes")
        find_scenario(value, self.folder)
        return value

    def applied(self, scenario: Scenario, value: Value) -> Scenario:  # noqa: ARG002 (as every target)
        """The scenario as it is: it was chosen before."""
        return scenario


@dataclass(frozen=True, slots=True)
class Setting:
    """A lever with all its leaves, or a parameter."""

    name: str
    awaits_switch: ClassVar[bool] = False

    @property
    def leaves(self) -> tuple[str, ...]:
        """Levers it sets; none of a parameter."""
        return () if self.moves_start else tuple(resolve_lever(self.name))

    @property
    def is_text(self) -> bool:
        """Whether its values are names."""
        return any(LEVERS[leaf].kind == "choice" for leaf in self.leaves)

    @property
    def moves_start(self) -> bool:
        """Whether it is a parameter: runs that differ in one do not share their first state."""
        return self.name.startswith(PARAMETERS)

    @property
    def whole(self) -> bool:
        """Whether only whole numbers can be set."""
        if not self.moves_start:
            return False
        _, group, key = self.name.split(".")
        return isinstance(getattr(getattr(Parameters(), group), key), int)

    def check(self, value: object) -> Value:
        """The value as the scenario holds it; raises ScenarioError with the bounds."""
        if not self.moves_start:
            return next(iter([LEVERS[leaf].check(value) for leaf in self.leaves]))
        _, group, key = self.name.split(".")
        try:
            checked = Parameters.model_validate({group: {key: value}}, strict=True)
        except ValidationError as error:
            raise ScenarioError(first_fault(error, Parameters)[1]) from None
        return getattr(getattr(checked, group), key)

    def applied(self, scenario: Scenario, value: Value) -> Scenario:
        """The scenario with this value."""
        return scenario.with_changes(levers={self.name: value})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of policy of which the value varies, or with `level` the region."""

    said: dict[str, Any]  # all of it that does not vary
    level: str = ""
    regions: tuple[str, ...] = ()  # of the level, to be tried in turn
    moves_start: ClassVar[bool] = False

    @property
    def leaves(self) -> tuple[str, ...]:
        """Levers it sets."""
        return tuple(resolve_lever(self.said["lever"]))

    @property
    def is_text(self) -> bool:
        """Whether its values are names: of regions, or of a choice."""
        return bool(self.regions) or any(LEVERS[leaf].kind == "choice" for leaf in self.leaves)

    @property
    def awaits_switch(self) -> bool:
        """Whether it begins or ends with the switch year, which other factors may set."""
        return SWITCH in (self.said.get("from"), self.said.get("until"))

    @property
    def where(self) -> dict[str, tuple[str, ...]] | None:
        """All places that it ever treats, as rules say it; None is everywhere."""
        where: dict[str, tuple[str, ...]] | None = self.said.get("where")
        return {self.level: self.regions} if self.regions else where

    def rule(self, value: Value) -> PolicyRule:
        """The rule with this value, or in this region; raises ValidationError."""
        varies = {"where": {self.level: value}} if self.regions else {"value": value}
        return PolicyRule.model_validate({**self.said, **varies})

    def check(self, value: object) -> Value:
        """The value as the rule holds it; raises ScenarioError."""
        if self.regions:
            if value not in self.regions:
                hint = nearest(str(value), self.regions) or f"; give one of {', '.join(self.regions)}"
                raise ScenarioError(f"{brief(value)} is not in the factor's `where`{hint}")
            return str(value)
        return next(iter([LEVERS[leaf].check(value) for leaf in self.leaves]))

    def applied(self, scenario: Scenario, value: Value) -> Scenario:
        """The scenario with this rule after its own; without it if it would hold at no time."""
        window = self._window(scenario)
        if window is None:
            return scenario
        rule = Rule({**self.said, **window}, self.level, self.regions).rule(value)
        return scenario.model_copy(update={"policy": (*scenario.policy, *rule.leaves())})

    def _window(self, scenario: Scenario) -> dict[str, str | None] | None:
        """First and last quarter, the switch year's put in; None if it holds at no time."""
        begin, end = (self.said.get(key) for key in ("from", "until"))
        switch, start = switch_quarter(scenario), parse_quarter(scenario.start)
        if begin == SWITCH:
            if switch is None:
                return None
            begin = format_quarter(switch)
        if end == SWITCH:
            end = None if switch is None else format_quarter(switch - 1)
        if end is not None and parse_quarter(end) < max(start, parse_quarter(begin) if begin else start):
            return None
        return {"from": begin, "until": end}


def switch_quarter(scenario: Scenario) -> int | None:
    """The quarter in which a scenario switches from growth poles to coordination; None is never."""
    years = LEVERS[SWITCH].default
    for rule in scenario.policy:
        if rule.lever == SWITCH:
            years = rule.value
    return None if years is None else parse_quarter(scenario.start) + ceil(4 * float(years))


def setting_names() -> list[str]:
    """Names a factor may have of itself: levers and groups of them, parameters, and `scenario`."""
    groups = Parameters().model_dump()
    return [*lever_names(), *(f"{PARAMETERS}{group}.{key}" for group, keys in groups.items() for key in keys), SCENARIO]


Target = Start | Setting | Rule
