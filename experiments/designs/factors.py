"""Factors: what varies between the points of an experiment, under what name, along which axis.

A name of `[factors]` is a lever or a group of them, a parameter, `scenario`, or any name beside `lever = …`:

    equity_integration = { low = 0.0, high = 1.0 }                      everywhere, from the start on
    targeting_rule = { values = ["related", "copycat"] }
    switch_year = { values = [2, 4, 8, "never"] }
    "parameters.migration.taste" = { low = 1.0, high = 3.0 }            `steps = 5` besides, in a grid
    scenario = { values = ["china", "hukou-easing"] }                   in place of the key of this name
    west = { lever = "subsidy_cap", low = 0.0, high = 0.05, where = { macro_region = "west" }, from = "2026Q1" }
    first = { lever = "equity_integration", value = 0.6, where = { macro_region = ["east", "west"] } }
    then = { lever = "equity_integration", low = 0.0, high = 1.0, from = "switch_year" }

`low` and `high`, or `values`, vary the value, where and when the rest says; one `value` with several regions tries the
value in one region after the other: the factor is the place. `from = "switch_year"` is the quarter in which
coordination follows the growth poles at that point of the experiment, never if `switch_year` is never;
`until = "switch_year"` is the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from nqpf.experiments.designs.axes import Choice, Range
from nqpf.experiments.designs.targets import SCENARIO, SWITCH, Rule, Setting, Start, setting_names
from nqpf.model.errors import ScenarioError, nearest
from nqpf.model.faults import first_fault
from nqpf.model.levers import LEVERS, brief, lever_names, resolve_lever
from nqpf.model.rules import PolicyRule
from nqpf.model.scenario_file import located

if TYPE_CHECKING:
    from pathlib import Path

    from nqpf.experiments.designs.axes import Axis, Value
    from nqpf.experiments.designs.file import FactorEntry
    from nqpf.experiments.designs.targets import Target
    from nqpf.model.toml_source import Key, TomlSource

_RULE_KEYS = ("lever", "value", "where", "from", "until", "ramp")


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that varies; its name is its column in every table."""

    name: str
    target: Target
    axis: Axis | None  # None: a table lists the points

    def record(self) -> dict[str, Any]:
        """The factor as plain data."""
        return {
            "name": self.name,
            "is_text": self.target.is_text,
            "low": self.axis.low if isinstance(self.axis, Range) else None,
            "high": self.axis.high if isinstance(self.axis, Range) else None,
            "steps": self.axis.steps if isinstance(self.axis, Range) else None,
            "values": list(self.axis.values) if isinstance(self.axis, Choice) else None,
            "rule": dict(self.target.said) if isinstance(self.target, Rule) else None,
            "level": self.target.level or None if isinstance(self.target, Rule) else None,
        }


def make_factor(source: TomlSource, name: str, entry: FactorEntry, design: str) -> Factor:
    """A factor of the file; raises ScenarioError at what does not fit."""
    key = ("factors", name)
    said = entry.model_dump(exclude_none=True, by_alias=True)
    target = _target(source, key, name, said)
    axis_keys = [word for word in ("low", "high", "steps", "values") if word in said]
    if isinstance(target, Rule) and target.regions:
        if axis_keys:
            raise located(source, (*key, axis_keys[0]), "stands beside `value`; leave one of the two out")
        return Factor(name, target, Choice(target.regions))
    if design == "list":
        if axis_keys:
            raise located(source, (*key, axis_keys[0]), "stands here and in the list of points; leave it out here")
        return Factor(name, target, None)
    return Factor(name, target, _axis(source, key, target, said, design))


def factor_of_name(name: str, folder: Path) -> Factor:
    """A factor that a name alone tells, of a list of points; raises ScenarioError with the nearest."""
    return Factor(name, _plain_target(name, folder), None)


def _target(source: TomlSource, key: Key, name: str, said: dict[str, Any]) -> Target:
    rule_keys = [word for word in _RULE_KEYS if word in said]
    try:
        if not rule_keys:
            return _plain_target(name, source.path.parent)
        if "lever" not in said and name.removeprefix("policy.") not in lever_names():
            _plain_target(name, source.path.parent)
            raise ScenarioError(f"{rule_keys[0]} is for levers only; leave it out")  # noqa: TRY301 (located below)
        if "lever" in said:
            _check_label(name, said["lever"])
    except ScenarioError as fault:
        raise located(source, key, str(fault)) from None
    rule = {"lever": name, **{word: said[word] for word in rule_keys}}
    waiting = [word for word in ("from", "until") if rule.get(word) == SWITCH]
    if waiting and rule["lever"].removeprefix("policy.") == SWITCH:
        raise located(source, (*key, waiting[0]), "waits for itself; name a quarter")
    try:
        fixed = {word: value for word, value in rule.items() if word not in waiting}
        checked = PolicyRule.model_validate({**fixed, "value": _some_value(rule)})
    except ValidationError as error:
        where, clause = first_fault(error, PolicyRule)
        raise located(source, (*key, *where), clause) from None
    if "value" not in rule:
        return Rule({**rule, "where": checked.where})
    rule.pop("where", None)
    for level, regions in (checked.where or {}).items():
        if len(regions) > 1:
            return Rule(rule, level, regions)
        single = "has one region, which varies nothing; add another, or vary the value"
        raise located(source, (*key, "where"), single)
    raise located(source, (*key, "value"), "has no regions to be tried in; add where, or give low and high")


def _some_value(rule: dict[str, Any]) -> object:
    """The rule's value, or any that its lever takes: those of the axis are checked one by one."""
    if "value" in rule:
        return rule["value"]
    try:
        return LEVERS[resolve_lever(rule["lever"])[0]].default
    except ScenarioError:
        return None  # of no lever: that is the fault to be told


def _plain_target(name: str, folder: Path) -> Target:
    if name == SCENARIO:
        return Start(folder)
    known = setting_names()
    if name.removeprefix("policy.") in lever_names() or name in known:
        return Setting(name)
    remedy = nearest(name, known) or "; `nqpf levers` and `nqpf describe` list what can vary, or add lever = …"
    raise ScenarioError(f"unknown name{remedy}")


def _check_label(name: str, lever: str) -> None:
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise ScenarioError(f"{brief(name)} is no name; write one line of 1 to 100 characters")
    if name in setting_names() and name.removeprefix("policy.") != lever.removeprefix("policy."):
        raise ScenarioError(f"is the name of something else than {lever}; choose a name of your own")


def _axis(source: TomlSource, key: Key, target: Target, said: dict[str, Any], design: str) -> Axis:
    bounds = [word for word in ("low", "high") if word in said]
    if ("values" in said) == bool(bounds) or len(bounds) == 1:
        raise located(source, key, "takes low and high, or values; give { low = …, high = … } or { values = […] }")
    if "values" in said:
        if "steps" in said:
            raise located(source, (*key, "steps"), "is for low and high; leave it out")
        return _values(source, key, target, said["values"])
    low, high = (_checked(source, (*key, word), target, said[word]) for word in bounds)
    if not isinstance(low, float | int) or not isinstance(high, float | int):
        raise located(source, key, "has names for values; give { values = […] }")
    if high <= low:
        raise located(source, (*key, "high"), f"{high:g} is not above low, {low:g}; exchange them or give values")
    steps = said.get("steps")
    if (steps is None) == (design == "grid"):
        fault = "is missing; a grid needs to know how many" if steps is None else f"is for grids, not {design}; remove"
        raise located(source, (*key, "steps"), fault)
    if isinstance(target, Setting) and target.whole:
        return _whole(source, key, int(low), int(high), steps)
    return Range(float(low), float(high), steps)


def _whole(source: TomlSource, key: Key, low: int, high: int, steps: int | None) -> Choice:
    """Whole numbers from low to high: all, or some at equal distances."""
    step, left = (1, 0) if steps is None else divmod(high - low, steps - 1)
    if left or not step:
        raise located(source, (*key, "steps"), f"{steps} do not give whole numbers; give {high - low + 1}, or values")
    return Choice(tuple(range(low, high + 1, step)))


def _values(source: TomlSource, key: Key, target: Target, values: list[Any]) -> Choice:
    checked = tuple(_checked(source, (*key, "values", i), target, value) for i, value in enumerate(values))
    if len(checked) < 2:
        raise located(source, (*key, "values"), "has one value, which varies nothing; add another")
    if len(set(checked)) < len(checked):
        raise located(source, (*key, "values"), "has two values that mean the same; remove one")
    return Choice(checked)


def _checked(source: TomlSource, key: Key, target: Target, value: object) -> Value:
    try:
        return target.check(value)
    except ScenarioError as fault:
        raise located(source, key, str(fault)) from None
