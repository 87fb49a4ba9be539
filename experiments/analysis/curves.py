"""An outcome along a factor of numbers, value by value: what a slope hides, such as an inverted U.

Each value is compared with the first over sets of runs alike in all else, as `paired_steps` does. A turn is told where
the best (worst) value lies inside, and its differences from both ends have intervals above (below) zero; the value was
chosen for being best, so that the intervals of a turn are somewhat too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.experiments.analysis.cases import cases, is_number
from nqpf.experiments.analysis.effects import paired_steps
from nqpf.experiments.paired.intervals import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

STEPS_SHOWN = (3, 12)
"""Fewest and most values of a curve."""

PEAK, TROUGH = "peak", "trough"


@dataclass(frozen=True, slots=True)
class Curve:
    """Change of an outcome from the first value of a factor."""

    factor: str
    start: float  # the first value
    table: pd.DataFrame  # as `paired_steps`: other values in rising order
    turn: str  # PEAK, TROUGH or nothing
    at: float  # where it turns, else not a number

    @property
    def unit(self) -> str:
        """Of changes."""
        return str(self.table["unit"].iloc[0])


def curve_of(
    runs: pd.DataFrame, outcome: str, factors: Sequence[str], factor: str, *, design: str, level: float = LEVEL
) -> Curve | None:
    """The curve along a factor; None if it has no 3 to 12 numbers, or no runs are alike in all else."""
    column = cases(runs, outcome, factors).factors[factor]
    least, most = STEPS_SHOWN
    if not is_number(column) or not least <= column.nunique() <= most:
        return None
    up = paired_steps(runs, outcome, factors, factor, design=design, level=level)
    if len(up) < least - 1:
        return None
    end = float(column.max())
    down = paired_steps(runs, outcome, factors, factor, reference=end, design=design, level=level)
    turn, at = _turn(up, down.set_index("value"), end)
    return Curve(factor, float(column.min()), up, turn, at)


def _turn(up: pd.DataFrame, down: pd.DataFrame, end: float) -> tuple[str, float]:
    """Peak or trough inside, and where."""
    inside = up[(up["value"] < end) & up["value"].isin(down.index)]
    if inside.empty:
        return "", np.nan
    values, effect = inside["value"].to_numpy(float), inside["effect"].to_numpy(float)
    back = down.loc[values]
    for turn, k, sign in ((PEAK, int(effect.argmax()), 1), (TROUGH, int(effect.argmin()), -1)):
        if _sign(inside, k) == _sign(back, k) == sign:
            return turn, float(values[k])
    return "", np.nan


def _sign(rows: pd.DataFrame, k: int) -> int:
    """Of the side of zero on which a row's interval lies; nought if it takes it in."""
    low, high = (float(rows[end].to_numpy()[k]) for end in ("low", "high"))
    return int(low > 0) - int(high < 0)
