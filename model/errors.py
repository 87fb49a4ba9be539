"""What can go wrong, and whose fault it is."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class InputError(ValueError):
    """Bad input: one line that says place, fault and remedy. The command exits with 2."""


class ScenarioError(InputError):
    """A scenario, lever or parameter cannot be taken as written."""


class DataError(InputError):
    """A table of facts cannot be taken as written."""


class AccountingError(ArithmeticError):
    """An identity broke: the run stops with its name, quarter and residual. The command exits with 1."""


def place(path: str | Path, line: int | None = None) -> str:
    """`file:line` as every message begins."""
    return f"{path}:{line}" if line else f"{path}"


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing if no known name is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
