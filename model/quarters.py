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


def format_quarter(quarter: int) -> str:
    """A number as `2024Q1`."""
    return f"{quarter // 4:04d}Q{quarter % 4 + 1}"
