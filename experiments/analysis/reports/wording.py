"""How numbers of a sweep's analysis are written, on the page and in the terminal alike."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.experiments.analysis.cases import LOG_UNIT
from nqpf.experiments.analysis.seeds import MOST_SEEDS, half_width_of, number_of_seeds
from nqpf.experiments.comparison import words
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from nqpf.experiments.analysis.reports.findings import Findings

TARGETS = (1.0, 0.1)
"""Half-widths, per cent, for which needed seeds are told."""


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


def seeds_table(f: Findings) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Half-width with the seeds there are, and seeds for `TARGETS`, by outcome."""
    columns = ("outcome", "of a", "seeds", "± now", *(f"seeds for ±{target:g} %" for target in TARGETS))
    rows = []
    for name, one in (f.spreads.result or {}).items():
        size = float(np.abs(f.cases(name).mean).mean())
        for row in rows_of(one):
            per_cent = 1.0 if row.unit == LOG_UNIT else size / 100
            now = half_width_of(row.sd, row.seeds)
            shown = f"{amount(now / per_cent)} %" if per_cent else "–"
            needed = [_needed(row.sd, target * per_cent) for target in TARGETS]
            rows.append((f.title(name), str(row.of), str(row.seeds), shown, *needed))
    return columns, rows


def _needed(sd: float, half_width: float) -> str:
    try:
        return f"{number_of_seeds(sd, half_width):,}"
    except InputError:
        return f"> {MOST_SEEDS:,}" if half_width > 0 else "–"
