"""The look of charts, and their text as inline SVG."""

from __future__ import annotations

import io
import re
import warnings
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from nqpf.agents.typing import Floats

INK, FAINT, GAIN, LOSS = "#26323a", "#c9d1d5", "#1f6f8b", "#b8561b"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text, in the reader's own fonts
    "text.parse_math": False,  # names may have a $ in them
    "svg.hashsalt": "nqpf",  # the same page twice is the same bytes
    "font.size": 9.0,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "text.color": INK,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#e6eaec",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "legend.frameon": False,
}
"""The look of all figures."""

WIDTH = 9.4
"""Inches of a figure across the page."""

COLOURS = (
    "#1f6f8b", "#5aa3b8", "#8cc7c4", "#c3b58b", "#b8561b", "#e0a458", "#6a4c93", "#a58bc4",
    "#4f772d", "#90a955", "#8a8f94", "#d1495b", "#2b4a6f",
)  # fmt: skip
"""Of things told apart by colour, in order."""

DIVERGING = LinearSegmentedColormap.from_list("change", [LOSS, "#f0b98a", "#f4f2ee", "#8fc3d4", "#155a73"])
"""From loss to gain."""

YEARS = 6
"""Labels on an axis of time at most."""

_UNSAID = {"Date": None, "Creator": None, "Format": None, "Type": None}


def panels(number: int, height: float, columns: int = 3) -> tuple[Figure, list[Axes]]:
    """A figure across the page of so many charts, each so many inches high; what is left over of a row is blank."""
    columns = min(columns, max(number, 1))
    rows = -(-number // columns)
    figure = Figure(figsize=(WIDTH, height * rows), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).ravel())
    for at in axes[number:]:
        at.set_axis_off()
    return figure, axes


def wrapped(text: str, letters: int = 30) -> str:
    """Text in lines of so many letters."""
    return "\n".join(wrap(text, letters))


def quarter_axis(at: Axes, quarters: Sequence[str], most: int) -> None:
    """Years under the axis, at their first quarters."""
    firsts = [k for k, quarter in enumerate(quarters) if quarter.endswith("Q1")] or [0]
    chosen = firsts[:: -(-len(firsts) // most)]
    at.set_xticks(chosen, [quarters[k][:4] if quarters[k].endswith("Q1") else quarters[k] for k in chosen])
    at.set_xlim(-0.3, len(quarters) - 0.7)


def stacked_bars(values: Floats, rows: Sequence[str], parts: Sequence[str], total: str, unit: str) -> str:
    """Values (n_rows, n_parts) as one bar a row, its parts by colour, losses to the left; a mark is the row's sum."""
    with mpl.rc_context({**STYLE, "axes.grid.axis": "x"}):
        figure = Figure(figsize=(WIDTH, 0.55 * len(rows) + 1.3), layout="constrained")
        at = figure.subplots()
        height = np.arange(len(rows))[::-1]
        gains, losses = np.zeros(len(rows)), np.zeros(len(rows))
        for colour, part, column in zip(COLOURS[: len(parts)], parts, values.T, strict=True):
            at.barh(height, column, left=np.where(column >= 0, gains, losses), height=0.62, color=colour, label=part)
            gains += np.maximum(column, 0)
            losses += np.minimum(column, 0)
        at.plot(values.sum(1), height, "D", color="white", markeredgecolor=INK, markersize=5.5, label=total, zorder=5)
        at.axvline(0, color=INK, linewidth=0.8)
        at.set_yticks(height, list(rows))
        at.set_xlabel(unit)
        figure.legend(loc="outside lower center", ncols=5, fontsize=8)
        return svg(figure)


def svg(figure: Figure) -> str:
    """The figure's SVG element, as wide as its column; coordinates to a tenth of a point."""
    out = io.StringIO()
    with warnings.catch_warnings():
        if mpl.rcParams["svg.fonttype"] == "none":  # the reader's fonts may have what matplotlib's lack
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(out, format="svg", transparent=True, metadata=_UNSAID)
    text = out.getvalue()
    head, rest = text[text.index("<svg") :].strip().split(">", 1)
    head = re.sub(r' (width|height)="[^"]*"', "", head)
    return head + ">" + re.sub(r' d="[^"]*"', _shorter, rest)


def _shorter(path: re.Match[str]) -> str:
    return re.sub(r"\s+", " ", re.sub(r"(\.\d)\d+", r"\1", path[0]))
