"""The schedule: policy rules and shocks as each quarter's lever values, place by place.

The effective value of a lever starts at its default everywhere. Rules apply in the order in which they are written,
each where and while it holds, so that a later rule overrides an earlier one. A ramp is linear from what held in the
quarter before the rule began:

    v(q) = v(from − 1) + min(1, (q − from + 1) / ramp) · (value − v(from − 1)),    from ≤ q ≤ until.

After `until` what the other rules say, or the default, holds again at once. A choice stands in the arrays as its
position in the lever's `values`, a null as infinity; neither has a ramp.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.errors import ScenarioError, nearest
from nqpf.model.levers import LEVERS, brief
from nqpf.model.quarters import parse_quarter
from nqpf.model.rules import SHOCKS, PolicyRule, Shock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from nqpf.agents.typing import Bools, Floats
    from nqpf.model.facts import Facts
    from nqpf.model.rules import Window
    from nqpf.model.scenario import Scenario

__all__ = ["PolicyRule", "Schedule", "Shock", "treated_places"]

_NEVER = 10**9


class Schedule:
    """Every lever's value and the shocks, by quarter and place.

    Raises ScenarioError if a rule names a place that the facts lack.
    """

    def __init__(self, scenario: Scenario, facts: Facts) -> None:
        self._n = len(facts.places)
        start = parse_quarter(scenario.start)
        self._rules: dict[str, list[_Dated]] = {leaf: [] for leaf in LEVERS}
        for rule in chain.from_iterable(rule.leaves() for rule in scenario.policy):
            value = LEVERS[rule.lever].encode(rule.value)
            self._rules[rule.lever].append(_Dated.of(rule, value, start, facts, ramp=rule.ramp))
        self._shocks: dict[str, list[_Dated]] = {kind: [] for kind in SHOCKS}
        for shock in scenario.shock:
            self._shocks[shock.kind].append(_Dated.of(shock, shock.size, start, facts))
        for leaf, rules in self._rules.items():
            # What a ramp starts from needs only rules that began before it.
            for dated in sorted(rules, key=lambda rule: rule.first):
                dated.before = self._value(leaf, dated.first - 1)
        self._latest = {leaf: self._value(leaf, start - 1) for leaf in LEVERS}
        self._latest_loss = {kind: self._loss(kind, start - 1) for kind in SHOCKS}

    def at(self, quarter: int) -> dict[str, NDArray[Any]]:
        """Leaf lever → value, (n_places,), read-only: float64, or int64 positions in a choice's `values`.

        A lever whose values are those of the last call comes back as the same array object: `is` tells whether anything
        has to be computed again.
        """
        for leaf in LEVERS:
            self._latest[leaf] = _same_or(self._latest[leaf], self._value(leaf, quarter))
        return dict(self._latest)

    def shock(self, kind: str, quarter: int) -> Floats:
        """Share lost to shocks of a kind of `SHOCKS`, (n_places,), read-only: 1 − Π(1 − size) over those that hold.

        The same array object as in the last call for the kind if nothing has changed, as with `at`.
        """
        self._latest_loss[kind] = _same_or(self._latest_loss[kind], self._loss(kind, quarter))
        return self._latest_loss[kind]

    def _value(self, leaf: str, quarter: int) -> NDArray[Any]:
        lever = LEVERS[leaf]
        kind = np.int64 if lever.kind == "choice" else np.float64
        value = np.full(self._n, lever.encode(lever.default), dtype=kind)
        for rule in self._rules[leaf]:
            if rule.first <= quarter <= rule.last:
                np.copyto(value, rule.reached(quarter), where=rule.places)
        return value

    def _loss(self, kind: str, quarter: int) -> Floats:
        kept = np.ones(self._n)
        for shock in self._shocks[kind]:
            if shock.first <= quarter <= shock.last:
                kept[shock.places] *= 1 - shock.value
        return 1 - kept


@dataclass(slots=True)
class _Dated:
    """A rule or shock with quarters as numbers and places as a mask."""

    value: float
    first: int
    last: int
    ramp: int
    places: Bools
    before: Floats = field(default_factory=lambda: np.zeros(0))  # v(from − 1), (n_places,)

    @classmethod
    def of(cls, window: Window, value: float, start: int, facts: Facts, ramp: int = 0) -> _Dated:
        first = start if window.from_ is None else parse_quarter(window.from_)
        last = _NEVER if window.until is None else parse_quarter(window.until)
        return cls(value, first, last, ramp, treated_places(window.where, facts))

    def reached(self, quarter: int) -> Floats | float:
        """The rule's value in a quarter in which it holds, exact once the ramp is over."""
        done = quarter - self.first + 1
        if done >= self.ramp:
            return self.value
        on_the_way = self.before + done / self.ramp * (self.value - self.before)
        # Rounding must not carry it past either end, and so out of the lever's range.
        return np.clip(on_the_way, np.minimum(self.before, self.value), np.maximum(self.before, self.value))


def _same_or[Array: NDArray[Any]](latest: Array, value: Array) -> Array:
    if np.array_equal(latest, value):
        latest.flags.writeable = False
        return latest
    value.flags.writeable = False
    return value


def treated_places(where: Mapping[str, Iterable[str]] | None, facts: Facts) -> Bools:
    """Places that a `where` names, (n_places,); raises ScenarioError on an id that does not exist."""
    if where is None:
        return np.ones(len(facts.places), dtype=np.bool_)
    chosen = np.zeros(len(facts.places), dtype=np.bool_)
    for level, ids in where.items():
        if level == "city":
            known, names = facts.places.code, facts.places.name_en
            rows = dict(zip(known, np.eye(len(known), dtype=np.bool_), strict=True))
        else:
            at = [i for i, name in enumerate(facts.regions.level) if name == level]
            known, names = tuple(facts.regions.id[i] for i in at), tuple(facts.regions.name_en[i] for i in at)
            rows = {facts.regions.id[i]: facts.regions.member[i] for i in at}
        for region in ids:
            if region not in rows:
                raise ScenarioError(f"unknown {level} {brief(region)}{_near_region(region, known, names)}")
            chosen |= rows[region]
    return chosen


def _near_region(text: str, ids: Iterable[str], names: Iterable[str]) -> str:
    """A hint that also understands English names: people write `Shenzhen` where `440300` is meant."""
    by_name = {name.casefold(): (region, name) for region, name in zip(ids, names, strict=True)}
    region, name = by_name.get(text.casefold(), ("", ""))
    if not region:
        hint = nearest(text, ids)
        if hint:
            return hint
        near = nearest(text.casefold(), by_name).partition("'")[2].partition("'")[0]
        region, name = by_name.get(near, ("", ""))
    return f"; did you mean {region!r}, {name}?" if region else "; the ids stand in regions.csv and cities.csv"
