"""What a policy does that its baseline does not: rules, shocks and settings, and the places they reach."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.experiments.comparison.places import region_names
from nqpf.model.levers import LEVERS, written
from nqpf.model.policy import Schedule
from nqpf.model.quarters import parse_quarter
from nqpf.model.rules import SHOCKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nqpf.agents.typing import Bools
    from nqpf.model.facts import Facts
    from nqpf.model.rules import PolicyRule, Shock
    from nqpf.model.scenario import Scenario

SETTINGS = "settings"
"""What parameters and the demography are called among the levers that differ."""

_SHOWN = 4  # places or regions of a rule named before the rest is counted


def differing(baseline: Scenario, policy: Scenario, facts: Facts) -> tuple[str, ...]:
    """What sets the policy apart, a line each: rules and shocks that only one of them has, then settings."""
    names = region_names(facts)
    added = _only(policy.policy, baseline.policy), _only(policy.shock, baseline.shock)
    dropped = _only(baseline.policy, policy.policy), _only(baseline.shock, policy.shock)
    return (
        *_grouped(_rule(rule, names) for rule in added[0]),
        *(_shock(shock, names) for shock in added[1]),
        *(f"without {line}" for line in _grouped(_rule(rule, names) for rule in dropped[0])),
        *(f"without {_shock(shock, names)}" for shock in dropped[1]),
        *_settings(baseline, policy),
    )


def reached(baseline: Scenario, policy: Scenario, facts: Facts, quarters: Sequence[str]) -> dict[str, Bools]:
    """Lever or kind of shock that differs in any of the quarters → the places where it does, (n_places,).

    Under `SETTINGS`, if parameters or the demography differ, all places: these hold everywhere.
    """
    before, after = Schedule(baseline, facts), Schedule(policy, facts)
    places = {name: np.zeros(len(facts.places), np.bool_) for name in (*LEVERS, *SHOCKS)}
    for quarter in map(parse_quarter, quarters):
        was, now = before.at(quarter), after.at(quarter)
        for lever in LEVERS:
            places[lever] |= was[lever] != now[lever]
        for kind in SHOCKS:
            places[kind] |= before.shock(kind, quarter) != after.shock(kind, quarter)
    if (baseline.parameters, baseline.demography) != (policy.parameters, policy.demography):
        places[SETTINGS] = np.ones(len(facts.places), np.bool_)
    return {name: where for name, where in places.items() if where.any()}


def anywhere(reached_by: Iterable[Bools], n_places: int) -> Bools:
    """Places that any of these reach, (n_places,)."""
    return np.logical_or.reduce([np.zeros(n_places, np.bool_), *reached_by])


def begins_later(baseline: Scenario, policy: Scenario, last: str) -> str | None:
    """The first quarter after the last compared in which a rule or shock begins that only one of the two has."""
    rules = *_only(policy.policy, baseline.policy), *_only(baseline.policy, policy.policy)
    shocks = *_only(policy.shock, baseline.shock), *_only(baseline.shock, policy.shock)
    after = {
        window.from_
        for window in (*rules, *shocks)
        if window.from_ and parse_quarter(window.from_) > parse_quarter(last)
    }
    return min(after, key=parse_quarter, default=None)


def _only[Rule: (PolicyRule, Shock)](these: Iterable[Rule], those: Iterable[Rule]) -> list[Rule]:
    """Rules of the first that the second lacks, each as often as it has more of it."""
    known = Counter(rule.model_dump_json() for rule in those)
    alone = []
    for rule in these:
        if known[rule.model_dump_json()]:
            known[rule.model_dump_json()] -= 1
        else:
            alone.append(rule)
    return alone


def _rule(rule: PolicyRule, names: dict[str, str]) -> tuple[str, str]:
    """Lever, and the rest of the line."""
    ramp = f", reached over {rule.ramp} quarters" if rule.ramp else ""
    return rule.lever, f"= {written(rule.value)}{_window(rule, names)}{ramp}"


def _shock(shock: Shock, names: dict[str, str]) -> str:
    return f"{shock.kind} shock of {shock.size:g}{_window(shock, names)}"


def _window(window: PolicyRule | Shock, names: dict[str, str]) -> str:
    ((_, ids),) = (window.where or {"": ()}).items()
    shown = ", ".join(names.get(i, i) for i in ids[:_SHOWN]) + (f" and {len(ids) - _SHOWN} more" * (len(ids) > _SHOWN))
    time = (f" from {window.from_}" if window.from_ else "") + (f" until {window.until}" if window.until else "")
    return (f" in {shown}" if ids else "") + time


def _grouped(rules: Iterable[tuple[str, str]]) -> list[str]:
    """Lines of rules; the bare name where every leaf of a lever has the same."""
    by_rest: dict[tuple[str, str], list[str]] = {}
    for lever, rest in rules:
        by_rest.setdefault((lever.partition(".")[0], rest), []).append(lever)
    lines = []
    for (bare, rest), leaves in by_rest.items():
        whole = set(leaves) == {leaf for leaf in LEVERS if leaf.partition(".")[0] == bare}
        lines += [f"{name} {rest}" for name in ([bare] if whole else leaves)]
    return lines


def _settings(baseline: Scenario, policy: Scenario) -> list[str]:
    was, now = _flat(baseline), _flat(policy)
    return [f"{name} = {written(now[name])} instead of {written(was[name])}" for name in was if was[name] != now[name]]


def _flat(scenario: Scenario) -> dict[str, Any]:
    groups = scenario.parameters.model_dump()
    parameters = {f"{group}.{name}": value for group, values in groups.items() for name, value in values.items()}
    return {"demography": scenario.demography, **parameters}
