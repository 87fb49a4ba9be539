"""How numbers of a sweep's analysis are written, on the page and in the terminal alike."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from nqpf.experiments.analysis.cases import LOG_UNIT
from nqpf.experiments.analysis.resampling import BY_POINTS, NONE, OF_POINTS
from nqpf.experiments.analysis.seeds import half_width_of, number_of_seeds
from nqpf.experiments.comparison import words
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from nqpf.experiments.analysis.reports.findings import Findings

TARGETS = (1.0, 0.1)
"""Half-widths for which needed seeds are told: of levels in per cent."""

PARTS = (0.1, 0.01)
"""Of other outcomes: as parts of their standard deviation over points."""


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples."""
    return table.itertuples(index=False)


def share(value: float) -> str:
    """A fraction as per cent."""
    return "–" if math.isnan(value) else f"{100 * value:.0f} %"


def amount(value: float) -> str:
    """A size without sign, three digits."""
    return words.number(abs(value))[1:] if not math.isnan(value) else "–"


def ends(value: float, low: float, high: float) -> str:
    """An estimate and its interval as HTML; a dash if there is none."""
    if math.isnan(value):
        return "–"
    return f"{value:.3g} <small>{low:.3g} to {high:.3g}</small>"


def sided(value: float, low: float, high: float) -> str:
    """An effect coloured by its sign as HTML, grey where its interval takes in zero, with the interval behind."""
    unsure = low <= 0 <= high or not value
    kind = "unsure" if unsure or math.isnan(low) else "up" if value > 0 else "down"
    interval = "" if math.isnan(low) else f"{words.number(low)} to {words.number(high)}"
    return f'<span class="{kind}">{escape(words.number(value))}</span> <small>{escape(interval)}</small>'


def changes(rows: pd.DataFrame) -> list[str]:
    """The factor, and under it from what to what, a text for each row."""
    return [f"{row.factor}\n{row.change}" for row in rows_of(rows)]


def over(hows: Iterable[str]) -> str:
    """What intervals are of and over, in a sentence, from how each was found."""
    known = [how for how in dict.fromkeys(hows) if how != NONE]
    if not known:
        return "There are no intervals: nothing tells an effect from chance."
    alone = " With one seed they leave out what other seeds would show." if {OF_POINTS, BY_POINTS} & {*known} else ""
    return f"Lines: {words.INTERVAL}, {' or '.join(known)}.{alone}"


def seeds_table(f: Findings) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Half-width with the seeds there are, and seeds for a rough and a fine one, by outcome.

    Of levels in per cent. Others may have no zero, as indices, or both signs: theirs are in their own unit.
    """
    columns = ("outcome", "of a", "seeds", "± now", "rough ±", "seeds", "fine ±", "seeds", "unit")
    rows = []
    for name, one in (f.spreads.result or {}).items():
        means = f.cases(name).mean
        size = float(means.std(ddof=1)) if len(means) > 1 else 0.0
        for row in rows_of(one):
            in_logs = row.unit == LOG_UNIT
            targets = TARGETS if in_logs else [part * size for part in PARTS]
            needed = [
                text for target in targets for text in (amount(target) if target else "–", _needed(row.sd, target))
            ]
            now = amount(half_width_of(row.sd, row.seeds))
            rows.append((f.title(name), str(row.of), str(row.seeds), now, *needed, "%" if in_logs else row.unit))
    return columns, rows


def _needed(sd: float, half_width: float) -> str:
    try:
        return f"{number_of_seeds(sd, half_width):,}"
    except InputError:
        return "> 10⁶" if half_width > 0 else "–"
