"""Charts of a run: series, and of what inequality is made."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from nqpf.experiments.pages.charts import COLOURS, GAIN, STYLE, WIDTH, quarter_axis, svg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nqpf.agents.typing import Floats

_LARGE = 1e6  # what is larger is drawn in millions
_LETTERS = 34  # of a title or a unit to a line
_MARKS = ("-", "--", "-.", ":")


def series(panels: Sequence[tuple[str, str, Mapping[str, Floats]]], quarters: Sequence[str]) -> str:
    """Charts, three in a row, each (title, unit, values by quarter of one or several lines with their names)."""
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 2.4 * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for at, (title, unit, lines) in zip(axes, panels, strict=False):
            million = max(float(np.nanmax(np.abs(values))) for values in lines.values()) >= _LARGE
            for k, (name, values) in enumerate(lines.items()):
                colour = GAIN if len(lines) == 1 else COLOURS[(k * 2) % len(COLOURS)]
                style = _MARKS[0] if len(lines) == 1 else _MARKS[k % len(_MARKS)]
                at.plot(values / 1e6 if million else values, color=colour, linewidth=1.8, linestyle=style, label=name)
            at.set_title("\n".join(wrap(title, _LETTERS)))
            at.set_ylabel("\n".join(wrap(("million " if million else "") + unit, _LETTERS)), fontsize=7)
            quarter_axis(at, quarters, 4)
            at.ticklabel_format(axis="y", style="plain", useOffset=False)
        for at in axes[len(panels) :]:
            at.set_axis_off()
        if any(len(lines) > 1 for _, _, lines in panels):
            handles, labels = next(a.get_legend_handles_labels() for a in axes if len(a.lines) > 1)
            figure.legend(handles, labels, loc="outside lower center", ncols=6)
        return svg(figure)


def layers(title: str, parts: Mapping[str, Floats], quarters: Sequence[str]) -> str:
    """Parts that add up, one upon the other."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 2.4), layout="constrained")
        at = figure.subplots()
        at.stackplot(
            np.arange(len(quarters)), list(parts.values()), labels=list(parts), colors=[COLOURS[0], COLOURS[3]]
        )
        at.set_title(title)
        quarter_axis(at, quarters, 8)
        figure.legend(loc="outside lower center", ncols=4)
        return svg(figure)
