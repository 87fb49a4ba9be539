"""Charts of a comparison as inline SVG: deviations over time with their bands, and the mechanisms behind them."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from nqpf.experiments.comparison import mechanisms, words
from nqpf.experiments.pages.charts import GAIN, INK, STYLE, WIDTH, YEARS, quarter_axis, stacked_bars, svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from nqpf.experiments.comparison.result import Comparison

_LETTERS = 100  # of a title as wide as the page


def fans(c: Comparison, panels: Sequence[tuple[str, str, pd.DataFrame]], *, shared: bool) -> str:
    """Charts side by side, each (title, measure, its rows by quarter): mean, interval and extremes of the seeds."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 2.5), layout="constrained")
        axes = figure.subplots(1, len(panels), sharey=shared, squeeze=False)[0]
        for at, (title, measure, rows) in zip(axes, panels, strict=True):
            _fan(at, measure, rows, GAIN if c.certain else INK)
            at.set_title("\n".join(wrap(title, _LETTERS // len(panels))))
            quarter_axis(at, c.pairs.quarters, 3 if len(panels) > 3 else YEARS)
        if shared:
            axes[0].set_ylabel(f"{words.spelt(panels[0][1])} of the baseline")
        return svg(figure)


def mechanism_bars(c: Comparison, regions: Sequence[tuple[str, str]]) -> str:
    """Effect on GDP by mechanism, one stacked bar a region; a mark is the sum."""
    table = c.mechanisms.pivot_table(values="deviation", index="region", columns="mechanism", sort=False)
    values = table.loc[[region for region, _ in regions], list(mechanisms.MECHANISMS)].to_numpy(float)
    parts = [mechanisms.title(name) for name in mechanisms.MECHANISMS]
    return stacked_bars(values, [name for _, name in regions], parts, "sum", "100 · log points of GDP")


def _fan(at: Axes, measure: str, rows: pd.DataFrame, colour: str) -> None:
    """Mean; where there are several seeds the interval and the extremes, too."""
    factor, _ = words.scale(measure)
    x = np.arange(len(rows))
    if rows["low"].notna().any():
        at.fill_between(x, factor * rows["low"], factor * rows["high"], color=colour, alpha=0.2, linewidth=0)
        for extreme in ("least", "most"):
            at.plot(x, factor * rows[extreme], color=colour, linewidth=0.8, linestyle=(0, (3, 2)))
    at.plot(x, factor * rows["deviation"], color=colour, linewidth=1.8)
    at.axhline(0, color=INK, linewidth=0.8)
    at.ticklabel_format(axis="y", style="plain", useOffset=False)
