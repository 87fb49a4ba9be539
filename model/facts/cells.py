"""Cells of one column: text, choices, months, numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.errors import DataError, nearest, place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nqpf.agents.typing import Bools, Floats
    from nqpf.model.facts.schema import Column

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_LONGEST_SHOWN = 40


def shown(cell: str) -> str:
    """A cell as quoted in a message: one line, cut if long."""
    return repr(cell if len(cell) <= _LONGEST_SHOWN else cell[:_LONGEST_SHOWN] + "…")


def read_column(path: Path, lines: Sequence[int], column: Column, cells: list[str]) -> Any:
    """Cells of a column checked: text as a list, numbers as an array, NaN where a number may be empty and is.

    Raises
    ------
    DataError
        At the first cell that is empty, of the wrong form or out of range.
    """

    def check(wrong: Bools | Sequence[bool], fault: str) -> None:
        if np.any(wrong):
            row = int(np.flatnonzero(wrong)[0])
            value = shown(cells[row])
            raise DataError(f"{place(path, lines[row])}: column {column.name!r}: {fault.format(value=value)}")

    if not column.blank:
        check([not cell for cell in cells], "empty; give a value")
    if column.kind == "text":
        return cells
    if column.kind == "choice":
        wrong = [cell not in column.choices for cell in cells]
        first = cells[wrong.index(True)] if any(wrong) else ""
        hint = nearest(first, column.choices) or f"; it is one of {', '.join(column.choices)}"
        check(wrong, "unknown value {value}" + hint)
        return cells
    if column.kind == "month":
        check([not _MONTH.fullmatch(cell) for cell in cells], "{value} is not a month; write it as 2024-01")
        return cells
    remedy = "write digits and a point, no separators, units or signs of a missing value"
    check([bool(cell) and not _NUMBER.fullmatch(cell) for cell in cells], "{value} is not a number; " + remedy)
    values: Floats = np.array([float(cell) if cell else np.nan for cell in cells], dtype=np.float64)
    low, high = (0.0, 1.0) if column.kind == "flag" else (column.low, column.high)
    # Comparisons with NaN are false: an empty cell that may be empty is never out of range.
    check(values == np.inf, "{value} is too large; give a number within range")
    if column.kind in {"whole", "flag"}:
        fault = "{value} is not a whole number; " + ("write 0 or 1" if column.kind == "flag" else "round it")
        check(~np.isnan(values) & (values != np.round(values)), fault)
    outside = (values < low) | (values > high) | ((values <= low) if column.positive else False)
    check(outside, "{value} is out of range; it has to be " + _range(column, low, high))
    if column.kind == "flag":
        return np.nan_to_num(values).astype(np.int64)
    return values.astype(np.int64) if column.kind == "whole" and not column.blank else values


def _range(column: Column, low: float, high: float) -> str:
    lower = f"above {low:g}" if column.positive else f"at least {low:g}"
    return f"{lower} and at most {high:g}" if np.isfinite(high) else lower
