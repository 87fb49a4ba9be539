"""How a measure is declared."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of an output table."""

    name: str
    unit: str
    title: dict[str, str]
    meaning: str
    equation: str = ""
    weight: str | None = None
    whole: bool = False  # whole numbers
    source: str = ""  # literature that defines it


def measure(
    name: str,
    unit: str,
    en: str,
    zh: str,
    meaning: str,
    equation: str = "",
    weight: str | None = None,
    *,
    whole: bool = False,
    source: str = "",
) -> Measure:
    """Declare a measure with its title in both languages."""
    return Measure(name, unit, {"en": en, "zh": zh}, meaning, equation, weight, whole, source)


MONEY = "CNY million / quarter, base quarter's final prices"
PERSONS = "persons"
