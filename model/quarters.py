"""Quarters as text (`2024Q1`) outside and as whole numbers inside."""

from __future__ import annotations

import re
from typing import NewType

Quarter = NewType("Quarter", int)
"""Quarters since year 0: `4·year + quarter − 1`."""

_PATTERN = re.compile(r"(\d{4})Q([1-4])")


def parse_quarter(text: str) -> Quarter:
    """`2024Q1` as a number; raises ValueError on anything else."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a quarter; write it as 2024Q1")
    return Quarter(4 * int(match[1]) + int(match[2]) - 1)


def opening_quarter(month: str) -> Quarter:
    """The first quarter in which what opened in a month (`2014-12`) counts as open, as a number.

    It counts once it is open for most of a quarter: opened in a quarter's first month, in that quarter; in the second
    or third month, from the next quarter on.
    """
    year, number = month.split("-")
    return Quarter((12 * int(year) + int(number) + 1) // 3)


def format_quarter(quarter: int) -> str:
    """A number as `2024Q1`."""
    return f"{quarter // 4:04d}Q{quarter % 4 + 1}"
