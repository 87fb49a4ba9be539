"""What hypotheses are made of: differences that have a predicted sign, and tables of further ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nqpf.experiments.counterfactuals.arms import QUARTERS_A_YEAR, acts_by
from nqpf.experiments.paired.markdown import sign_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nqpf.experiments.counterfactuals.arms import Arm, Quantity
    from nqpf.experiments.counterfactuals.differences import Contrast, Difference

    Sign = Literal["+", "-", ""]
    """Predicted; none: only reported."""

_LEAST_QUARTERS = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """A difference, and the sign predicted of it."""

    sign: Sign
    what: Difference
    case: str = ""  # what tells it from another outcome of the same quantity

    @property
    def name(self) -> str:
        """As the table and the explanations have it; unlike any other of its hypothesis."""
        return self.what.quantity.name + (f", {self.case}" if self.case else "")

    @property
    def predicted(self) -> str:
        """The sign in words."""
        if self.sign and self.what.than:
            return {"+": "above", "-": "below"}[self.sign] + f" {self.what.than}"
        return sign_shown(self.sign) or "none"


@dataclass(frozen=True, slots=True)
class Curve:
    """A table of differences below a hypothesis."""

    title: str
    along: str  # what the rows go along
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Contrast, ...]], ...]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a policy must do, as the literature has it."""

    number: int
    title: str
    statement: str
    source: str
    outcomes: tuple[Outcome, ...]
    curves: tuple[Curve, ...] = ()
    note: str = ""
    more: int = 1  # times the seeds, where the outcome is a rare event

    def needs(self) -> Iterator[tuple[Arm, Quantity]]:
        """What has to be read off which arm."""
        for outcome in self.outcomes:
            yield from outcome.what.needs()
        for curve in self.curves:
            for _, cells in curve.rows:
                for cell in cells:
                    yield from cell.needs()

    @property
    def least(self) -> int:
        """Quarters that runs need: every rule has come into force, every shock is over, every year read is reached."""
        reached = [QUARTERS_A_YEAR * quantity.year for _, quantity in self.needs() if quantity.year]
        return max(_LEAST_QUARTERS, *map(acts_by, {arm for arm, _ in self.needs()}), *reached)
