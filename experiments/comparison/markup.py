"""How a deviation stands on the page."""

from __future__ import annotations

from html import escape
from typing import Any

from nqpf.experiments.comparison import words


def deviation(measure: str | None, row: Any, *, unit: bool = True) -> str:
    """A deviation coloured by its sign, with half its interval behind; grey where this takes in zero or is missing."""
    kind = "unsure" if words.unsure(row) else "up" if row.deviation > 0 else "down"
    shown, half = words.signed(measure, row.deviation, unit=unit), words.half(measure, row)
    return f'<span class="{kind}">{escape(shown)}</span>' + (f" <small>{escape(half)}</small>" if half else "")
