"""Charts of what a grid shows: two factors together, curves along one, and paths by its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.colors import Normalize

from nqpf.experiments.analysis.shifts import written
from nqpf.experiments.pages.charts import COLOURS, DIVERGING, GAIN, INK, STYLE, panels, quarter_axis, svg, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.image import AxesImage

    from nqpf.agents.typing import Floats
    from nqpf.experiments.analysis.curves import Curve
    from nqpf.experiments.analysis.paths import Paths
    from nqpf.experiments.analysis.together import Pair

_MOST_NUMBERS = 64  # cells in which the number is written
_TICK_LETTERS = 16  # of a value beside an axis
_SMALL = 7.5
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def heat_maps(tables: Mapping[str, Pair]) -> str:
    """One map a title, two in a row, each with its own colours."""
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        rows = len(next(iter(tables.values())).cells)
        figure, axes = panels(len(tables), max(2.2, 0.8 + 0.34 * rows), columns=2)
        for at, (title, pair) in zip(axes, tables.items(), strict=False):
            at.set_title(wrapped(title, 40))
            bar = figure.colorbar(_cells(at, pair, _limit([pair])), ax=at, shrink=0.9, pad=0.02)
            bar.outline.set_visible(False)
            bar.set_label(_scaled_unit(pair.unit, _limit([pair])))
        return svg(figure)


def heat_map_rows(pairs: Sequence[Pair], titles: Sequence[str]) -> str:
    """Pairs of factors, three in a row, on one scale of colours."""
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        height = max(2.3, 1.2 + 0.3 * max(len(pair.cells) for pair in pairs))
        figure, axes = panels(len(pairs), height)
        limit = _limit(pairs)
        for at, pair, title in zip(axes, pairs, titles, strict=False):
            image = _cells(at, pair, limit)
            at.set_title(title, fontsize=8, fontweight="normal")
        bar = figure.colorbar(image, ax=axes, location="bottom", shrink=0.4, aspect=40, pad=0.02)
        bar.outline.set_visible(False)
        bar.ax.locator_params(nbins=5)
        bar.set_label(_scaled_unit(pairs[0].unit, limit))
        return svg(figure)


def _power(limit: float) -> int:
    """Of ten by which numbers are multiplied to be read: those of small scores only."""
    return -int(np.floor(np.log10(limit))) if limit < 0.1 else 0


def _scaled_unit(unit: str, limit: float) -> str:
    power = _power(limit)
    return f"10⁻{str(power).translate(_RAISED)} {unit}" if power else unit


def _limit(pairs: Sequence[Pair]) -> float:
    return float(np.nanmax([np.nanmax(np.abs(pair.cells.to_numpy(float))) for pair in pairs])) or 1.0


def _cells(at: Axes, pair: Pair, limit: float) -> AxesImage:
    """The cells with their numbers, if they are few."""
    power = 10.0 ** _power(limit)
    values, limit = power * pair.cells.to_numpy(float), power * limit
    image = at.imshow(values, cmap=DIVERGING, norm=Normalize(-limit, limit), aspect="auto", origin="lower")
    for axis, known, count in (
        (at.xaxis, pair.cells.columns, values.shape[1]),
        (at.yaxis, pair.cells.index, len(values)),
    ):
        shown = range(0, count, -(-count // 8) if axis is at.xaxis else -(-count // 16))
        axis.set_ticks(list(shown), [wrapped(written(known[k]), _TICK_LETTERS) for k in shown], fontsize=_SMALL)
        axis.set_label_text(wrapped(str(known.name), 34), fontsize=8)
    if values.size <= _MOST_NUMBERS:
        decimals = max(0, 2 - int(np.floor(np.log10(limit))))
        for (i, k), value in np.ndenumerate(values):
            if np.isnan(value):
                continue
            text = f"{value:+.{decimals}f}".replace("-", "−") if round(value, decimals) else "0"
            colour = "white" if abs(value) >= 0.65 * limit else INK
            at.text(k, i, text, ha="center", va="center", fontsize=6.5, color=colour)
    return image


def curves(found: Sequence[tuple[str, Curve]]) -> str:
    """Changes from the first value with their intervals, each (title, curve), three in a row."""
    with mpl.rc_context(STYLE):
        figure, axes = panels(len(found), 2.5)
        for at, (title, curve) in zip(axes, found, strict=False):
            table = curve.table
            at.axhline(0, color=INK, linewidth=0.8)
            x = np.array([curve.start, *table["value"]])
            y = np.array([0.0, *table["effect"]])
            at.plot(x, y, color=GAIN, linewidth=1.4, marker="o", markersize=3.5)
            known = np.isfinite(table["low"].to_numpy())
            at.errorbar(
                table["value"][known],
                table["effect"][known],
                [(table["effect"] - table["low"])[known], (table["high"] - table["effect"])[known]],
                fmt="none",
                ecolor=GAIN,
                elinewidth=1.0,
                capsize=2.5,
            )
            at.plot(curve.start, 0, "o", color="white", markeredgecolor=GAIN, markersize=4.5, zorder=4)
            at.set_title(wrapped(title))
            at.set_xlabel(wrapped(curve.factor, 40), fontsize=8)
            at.set_ylabel(curve.unit, fontsize=7)
            at.set_xticks(x if len(x) <= 6 else x[:: -(-len(x) // 6)])
            at.set_xticklabels([written(float(value)) for value in at.get_xticks()], fontsize=_SMALL)
        return svg(figure)


def paths(found: Sequence[Sequence[tuple[str, Paths]]]) -> str:
    """Paths by a factor's values, a factor a row, each (title, paths); dashed where the interval takes in zero."""
    columns = len(found[0])
    with mpl.rc_context(STYLE):
        figure, axes = panels(len(found) * columns, 2.3, columns)
        for k, (title, one) in enumerate(pair for row in found for pair in row):
            at = axes[k]
            colours = _colours(one.settings[1:])
            at.axhline(0, color=INK, linewidth=0.8, label=f"{written(one.settings[0])} (compared with)")
            for value, change, sign, colour in zip(
                one.settings[1:], one.change, one.interval.sign, colours, strict=True
            ):
                at.plot(change, color=colour, linewidth=1.0, linestyle=(0, (3, 2)))
                at.plot(_where(sign != 0, change), color=colour, linewidth=1.9, label=written(value))
            at.set_title(wrapped(title, 44))
            at.set_ylabel(one.unit, fontsize=7)
            at.ticklabel_format(axis="y", style="plain", useOffset=False)
            quarter_axis(at, one.quarters, 6)
            if k % columns == columns - 1:
                at.legend(
                    title=wrapped(one.factor, 22),
                    title_fontsize=8,
                    fontsize=8,
                    loc="center left",
                    bbox_to_anchor=(1.0, 0.5),
                    alignment="left",
                )
        return svg(figure)


def _where(kept: Floats, values: Floats) -> Floats:
    return np.where(kept, values, np.nan)


def _colours(values: Sequence[float | str]) -> list[str | tuple[float, ...]]:
    """From pale to dark of numbers, apart of names."""
    if any(isinstance(value, str) for value in values):
        return [COLOURS[(3 * k) % len(COLOURS)] for k in range(len(values))]
    ramp: Colormap = mpl.colormaps["viridis_r"]
    return [ramp(0.15 + 0.8 * k / max(len(values) - 1, 1)) for k in range(len(values))]
