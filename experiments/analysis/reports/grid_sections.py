"""Sections of a sweep's page that grids alone have, or lists with runs alike in all else."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from nqpf.experiments.analysis.cases import LOG_UNIT
from nqpf.experiments.analysis.reports import grid_charts
from nqpf.experiments.analysis.reports.wording import over, rows_of, share, sided
from nqpf.experiments.analysis.resampling import NONE
from nqpf.experiments.analysis.shifts import written
from nqpf.experiments.comparison import words
from nqpf.experiments.pages.markup import figure, folded, paragraph, table
from nqpf.experiments.paired.intervals import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nqpf.experiments.analysis.curves import Curve
    from nqpf.experiments.analysis.reports.findings import Findings
    from nqpf.experiments.analysis.together import Pair


def along(f: Findings) -> str:
    """Curves, and their numbers behind a line."""
    found = f.curves.result or {}
    factors, left = _moving([(factor, bool(curve.table["effect"].any())) for (factor, _), curve in found.items()])
    drawn = grid_charts.curves(
        [(_turned(f.title(name), curve), curve) for (factor, name), curve in found.items() if factor in factors]
    )
    intervals = over(how for curve in found.values() for how in curve.table["interval"])
    rows = [
        (
            escape(f"{factor}: {written(curve.start)} → {written(row.value)}"),
            escape(f.title(name)),
            sided(row.effect, row.low, row.high),
            f"<small>{escape(row.unit)}</small>",
            f"<small>{row.pairs} sets; {escape(row.interval)}</small>",
        )
        for (factor, name), curve in found.items()
        for row in rows_of(curve.table)
    ]
    return "".join(
        (
            "<h2>Along each factor</h2>",
            figure(
                drawn,
                "Change from the first value (open dot) to each other, between runs that share the seed and all other "
                f"factors, one value at a time. {intervals} A peak or trough is named where the value "
                "inside differs from both ends by more than its intervals; being picked out, it is a little less sure "
                f"than they say. {LOG_UNIT}: about per cent.{left}",
            ),
            folded("The same as a table", table(("factor", "outcome", "change", "unit", "from"), rows)),
        )
    )


def _moving(found: Sequence[tuple[str, bool]]) -> tuple[list[str], str]:
    """Of factors, and whether an outcome moves with them, those that move any; and a sentence about the others."""
    factors = list(dict.fromkeys(factor for factor, moves in found if moves))
    still = list(dict.fromkeys(factor for factor, _ in found if factor not in factors))
    return factors, f" Not drawn, as nothing moves with it: {', '.join(still)}." if still else ""


def _turned(title: str, curve: Curve) -> str:
    return f"{title}: {curve.turn} at {written(curve.at)}" if curve.turn else title


def together(f: Findings) -> str:
    """Heat maps: of two factors one an outcome, of more the pairs that interact most."""
    found = f.heat.result or {}
    head = "<h2>Two factors together</h2>"
    if len(f.factors) == 2:
        drawn = grid_charts.heat_maps({f.title(name): pairs[0] for name, pairs in found.items()})
        first = next(iter(found.values()))[0]
        caption = f"Means over seeds, as difference from {first.reference}. {_gaps([first])}"
        parts = [figure(drawn, caption.rstrip())]
    else:
        parts = [
            f"<h3>{escape(f.title(name))}</h3>"
            + figure(grid_charts.heat_map_rows(pairs, [*map(_title, pairs)]), "")
            + (paragraph(_gaps(pairs), "note") if _gaps(pairs) else "")
            for name, pairs in found.items()
        ]
        parts.append(paragraph(_PAIRS, "soft"))
    rows = [
        (
            escape(pair.name),
            escape(f.title(name)),
            "–" if np.isnan(pair.interaction) else f"{pair.interaction:.3g}",
            share(pair.share),
            "–" if np.isnan(pair.p) else f"{pair.p:.2g}",
            f"<small>{escape(pair.unit)}</small>",
        )
        for name, pairs in found.items()
        for pair in pairs
    ]
    columns = ("factors", "outcome", "interaction", "of the variance", "p", "unit")
    return "".join((head, *parts, folded("How far they interact", table(columns, rows))))


_PAIRS = (
    "Each cell is a mean over all other factors and the seeds, as difference from the pair's first cell, at the lower "
    "left; the strongest interaction first. Interaction: the standard deviation of what both main effects leave of the "
    "cells, and its part of their variance; p: how probable so much is by chance, told by how it differs between seeds."
)


def _gaps(pairs: Sequence[Pair]) -> str:
    """What is told of cells without runs, in sentences; nothing if there are none."""
    if not any(pair.cells.isna().any(axis=None) for pair in pairs):
        return ""
    later = [f"{pair.name} is compared with {pair.reference}." for pair in pairs if any(pair.first)]
    return " ".join((*later, "A blank cell has no runs, and without it no interaction is told."))


def _title(pair: Pair) -> str:
    if np.isnan(pair.interaction):
        return "a cell is missing: no interaction told"
    if not pair.interaction > 0:
        return "no interaction"
    part = "< 1 %" if pair.share < 0.01 else share(pair.share)
    size = f"interaction {pair.interaction:.2g}, {part} of the variance"
    return f"{size}\nmay be chance (p = {pair.p:.2g})" if pair.p > 1 - LEVEL else size


def over_time_by_factor(f: Findings) -> str:
    """Paths, a factor a row."""
    found = f.paths.result or {}
    factors, left = _moving([(factor, bool(one.change.any())) for (factor, _), one in found.items()])
    rows = [[(f.title(name), one) for (factor, name), one in found.items() if factor == this] for this in factors]
    known = any(one.interval.how != NONE for one in found.values())
    sure = (
        f"solid where the {words.INTERVAL} over seeds leaves out zero, dashed elsewhere"
        if known
        else "all dashed, as one seed tells no interval"
    )
    return "<h2>Over time, by factor</h2>" + figure(
        grid_charts.paths(rows),
        "Mean over runs by quarter for each value of a factor, as difference from its first value under the same "
        f"seeds; only settings of the other factors that ran with every value; {sure}. {LOG_UNIT}: about per "
        f"cent.{left}",
    )
