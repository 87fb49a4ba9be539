"""What a lever is: its range or choices, and what may be written for its value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from nqpf.model.errors import ScenarioError, nearest

LEVELS = ("nation", "macro_region", "strategy", "cluster", "province", "city", "industry_area")
"""What a rule's `where` may name; ids of `city` are adcodes, all others stand in `regions.csv`."""

NEVER = ("never", "null", "none")
"""Words for a nullable lever's null where none can be written, as in TOML or after `--set`; the first is shown."""

LeverValue = float | str | None
"""A number, a choice by its name, or null: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One instrument of policy: a number from `low` to `high`, or one of `choices`."""

    name: str
    title: dict[str, str]
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: dict[str, dict[str, str]] | None = None  # value → its title; of a choice
    nullable: bool = False  # null is never, as of a year in which something begins
    default: Any  # the status quo, a LeverValue of the lever's kind
    driver: Literal["technology", "factors", "industry", "governments"]
    measure: str  # name of the outcome that the paired test looks at, as in model/measures
    expected_sign: Literal["+", "-"]  # of that outcome as the lever rises, or as its choices go on
    source: str
    explanation: dict[str, str]
    places: tuple[str, ...] = LEVELS
    step: float | None = None  # of a slider, where a hundredth of the range would be no number people use

    @property
    def kind(self) -> Literal["number", "choice"]:
        """Whether it is a number or one of some names."""
        return "number" if self.choices is None else "choice"

    @property
    def values(self) -> tuple[str, ...] | None:
        """Names of a choice, in order; None of a number."""
        return None if self.choices is None else tuple(self.choices)

    @property
    def bounds(self) -> str:
        """What may be written: `0 to 1`, `0 to 30, or never`, `none, related, complex`."""
        if self.choices is not None:
            return ", ".join(self.choices)
        return f"{written(self.low)} to {written(self.high)}" + f", or {NEVER[0]}" * self.nullable

    def check(self, value: object) -> LeverValue:
        """The value as a number, a choice's name or None for never; raises ScenarioError if it cannot be one."""
        if self.choices is not None:
            return self._choice(value)
        if self.nullable and (value is None or (isinstance(value, str) and value.casefold() in NEVER)):
            return None
        return self._number(value)

    def encode(self, value: LeverValue) -> float:
        """A checked value as arrays hold it: a choice by its position in `values`, never as infinity."""
        if isinstance(value, str):
            return (self.values or ()).index(value)
        return math.inf if value is None else value

    def decode(self, code: float) -> LeverValue:
        """The value that `encode` made a number of."""
        if self.values is not None:
            return self.values[int(code)]
        return None if self.nullable and math.isinf(code) else float(code)

    def record(self) -> dict[str, object]:
        """What `nqpf levers --json` prints: keys that do not apply are null."""
        return {
            "name": self.name,
            "title": self.title,
            "unit": self.unit or None,
            "kind": self.kind,
            "low": self.low,
            "high": self.high,
            "default": self.default,
            "values": None if self.values is None else list(self.values),
            "places": list(self.places),
            "driver": self.driver,
            "measure": self.measure,
            "expected_sign": self.expected_sign,
            "source": self.source,
        }

    def _choice(self, value: object) -> str:
        if not isinstance(value, str) or value not in (self.choices or {}):
            hint = nearest(value, self.choices or {}) if isinstance(value, str) else ""
            raise ScenarioError(f"{brief(value)} is not one of the values{hint or f'; give one of {self.bounds}'}")
        return str(value)

    def _number(self, value: object) -> float:
        if isinstance(value, bool) or not hasattr(value, "__float__"):
            raise ScenarioError(f"{brief(value)} is not a number; give one from {self.bounds}")
        try:
            number = float(value)
        except (OverflowError, TypeError, ValueError):
            number = math.nan
        if self.low is None or self.high is None or not self.low <= number <= self.high:
            raise ScenarioError(f"{brief(value)} is out of range; give a number from {self.bounds}")
        return number + 0.0  # −0.0 is 0.0: two spellings of one policy share a hash


def written(value: LeverValue) -> str:
    """A value as tables show it."""
    if value is None:
        return NEVER[0]
    return value if isinstance(value, str) else f"{value:g}"


def brief(value: object, width: int = 60) -> str:
    """A value as an error message shows it: quoted, never longer than `width`."""
    try:
        text = repr(value)
    except ValueError:  # whole numbers of more digits than Python prints
        return "the number"
    return text if len(text) <= width else f"{text[: width - 1]}…"
