"""Charts of a sweep: fans, tornados, indices, fronts, boxes, and seeds; those of grids are in `grid_charts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from nqpf.experiments.analysis.cases import is_number
from nqpf.experiments.pages.charts import (
    COLOURS,
    FAINT,
    GAIN,
    INK,
    LOSS,
    STYLE,
    WIDTH,
    panels,
    quarter_axis,
    svg,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from nqpf.experiments.analysis.discovery import Box

_LARGE = 1e6


def fans(tables: Mapping[str, pd.DataFrame]) -> str:
    """Quantiles by quarter, three charts in a row: median, middle half, and nine tenths of the runs."""
    with mpl.rc_context(STYLE):
        figure, axes = panels(len(tables), 2.4)
        for at, (title, table) in zip(axes, tables.items(), strict=False):
            values = table.drop(columns="quarter")
            million = float(np.nanmax(np.abs(values.to_numpy()))) >= _LARGE
            values = values / (1e6 if million else 1.0)
            x = np.arange(len(table))
            at.fill_between(x, values["q5"], values["q95"], color=GAIN, alpha=0.15, linewidth=0)
            at.fill_between(x, values["q25"], values["q75"], color=GAIN, alpha=0.25, linewidth=0)
            at.plot(x, values["q50"], color=GAIN, linewidth=1.8)
            at.set_title(wrapped(title + ", million" * million))
            at.ticklabel_format(axis="y", style="plain", useOffset=False)
            quarter_axis(at, list(table["quarter"]), 4)
        return svg(figure)


def tornados(tables: Mapping[str, pd.DataFrame], labels: Mapping[str, Sequence[str]], units: Mapping[str, str]) -> str:
    """Effects with intervals, the largest on top; one chart an outcome, two in a row."""
    most = max(len(table) for table in tables.values())
    with mpl.rc_context({**STYLE, "axes.grid.axis": "x"}):
        figure, axes = panels(len(tables), 0.9 + 0.3 * most, columns=2)
        for at, (title, table) in zip(axes, tables.items(), strict=False):
            order = np.argsort(np.abs(table["effect"].to_numpy()), kind="stable")
            effect, low, high = (table[name].to_numpy()[order] for name in ("effect", "low", "high"))
            rows = np.arange(len(order))
            at.barh(rows, effect, height=0.62, color=np.where(effect >= 0, GAIN, LOSS), alpha=0.85)
            known = np.isfinite(low)
            at.hlines(rows[known], low[known], high[known], color=INK, linewidth=1.2)
            at.axvline(0, color=INK, linewidth=0.8)
            at.set_yticks(rows, [labels[title][k] for k in order], fontsize=8)
            at.set_title(wrapped(title, 44))
            at.set_xlabel(units[title])
            at.locator_params(axis="x", nbins=5)
        return svg(figure)


def sobol(tables: Mapping[str, pd.DataFrame]) -> str:
    """First and total indices with intervals, two charts in a row."""
    most = max(len(table) for table in tables.values())
    with mpl.rc_context({**STYLE, "axes.grid.axis": "x"}):
        figure, axes = panels(len(tables), 0.9 + 0.34 * most, columns=2)
        for at, (title, table) in zip(axes, tables.items(), strict=False):
            rows = np.arange(len(table))[::-1]
            both = bool(table["total"].notna().all())
            for name, colour, off in (("first", GAIN, 0.18 * both), ("total", COLOURS[5], -0.18)):
                if name == "total" and not both:
                    continue
                values = table[name].to_numpy()
                at.barh(rows + off, values, height=0.34, color=colour, label=f"{name} index")
                at.hlines(rows + off, table[f"{name}_low"], table[f"{name}_high"], color=INK, linewidth=1.2)
            at.axvline(0, color=INK, linewidth=0.8)
            at.set_yticks(rows, [wrapped(name, 26) for name in table["factor"]], fontsize=8)
            at.set_title(wrapped(title, 44))
            at.set_xlabel("share of the variance")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
        return svg(figure)


def morris(tables: Mapping[str, pd.DataFrame]) -> str:
    """μ* against σ, two charts in a row: to the right what matters, up what interacts or bends."""
    with mpl.rc_context(STYLE):
        figure, axes = panels(len(tables), 2.9, columns=2)
        for at, (title, table) in zip(axes, tables.items(), strict=False):
            at.errorbar(
                table["mu_star"],
                table["sigma"],
                xerr=[table["mu_star"] - table["low"], table["high"] - table["mu_star"]],
                fmt="o",
                color=GAIN,
                ecolor=FAINT,
                markersize=5,
            )
            for name, x, y in zip(table["factor"], table["mu_star"], table["sigma"], strict=True):
                at.annotate(str(name), (x, y), (4, 3), textcoords="offset points", fontsize=7.5)
            end = float(max(table["high"].max(), table["sigma"].max(), 1e-12)) * 1.1
            at.plot([0, end], [0, end], color=FAINT, linewidth=0.8, linestyle="--", zorder=0)
            at.set_xlim(left=0)
            at.set_ylim(0, max(float(table["sigma"].max()) * 1.25, 1e-12))
            at.set_title(wrapped(title, 44))
            at.set_xlabel(f"μ*, {table['unit'].iloc[0]}")
            at.set_ylabel("σ")
        return svg(figure)


def front(table: pd.DataFrame, names: Sequence[tuple[str, str]]) -> str:
    """Points of the first two objectives, each (column, label); those of the front joined and numbered."""
    (x, x_label), (y, y_label) = names[:2]
    with mpl.rc_context({**STYLE, "axes.grid.axis": "both"}):
        figure = Figure(figsize=(WIDTH, 3.6), layout="constrained")
        at = figure.subplots()
        best = table[table["front"]].sort_values(x)
        others = table[~table["front"]]
        at.scatter(others[x], others[y], s=14, color=FAINT, label="other points")
        if len(names) == 2:
            at.plot(best[x], best[y], color=GAIN, linewidth=1.0, zorder=2)
        at.scatter(best[x], best[y], s=30, color=GAIN, zorder=3, label="on the front")
        if len(best) <= 25:
            for (px, py), some in best.groupby([x, y], sort=False):
                label = ", ".join(str(point) for point in some["point"])
                at.annotate(label, (px, py), (4, 4), textcoords="offset points", fontsize=7.5)
        at.set_xlabel(x_label)
        at.set_ylabel(y_label)
        at.ticklabel_format(style="plain", useOffset=False)
        at.legend()
        return svg(figure)


def boxes(found: Sequence[Box], table: pd.DataFrame) -> str:
    """Each box as bars over the ranges of the factors that any box restricts."""
    names = [name for name in table.columns if any(limit.factor == name for box in found for limit in box.limits)]
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        figure = Figure(figsize=(WIDTH, 0.6 + 0.5 * len(names)), layout="constrained")
        at = figure.subplots()
        rows = np.arange(len(names))[::-1]
        at.barh(rows, np.ones(len(rows)), height=0.7, color="#eceeef")
        for k, box in enumerate(found):
            shift = 0.22 * (k - (len(found) - 1) / 2)
            for limit in box.limits:
                row = rows[names.index(limit.factor)] - shift
                column, colour = table[limit.factor], COLOURS[2 * k]
                if is_number(column):
                    low, high = float(column.min()), float(column.max())
                    ends = [low if limit.low is None else limit.low, high if limit.high is None else limit.high]
                    start, end = ((value - low) / (high - low) for value in ends)
                    at.barh(row, end - start, left=start, height=0.2, color=colour)
                else:
                    values = list(dict.fromkeys(column))
                    for value in limit.inside:
                        at.barh(row, 1 / len(values), left=values.index(value) / len(values), height=0.2, color=colour)
        for row, name in zip(rows, names, strict=True):
            column = table[name]
            if is_number(column):
                at.text(0.0, row + 0.36, f"{column.min():.3g}", fontsize=7, ha="left", va="bottom")
                at.text(1.0, row + 0.36, f"{column.max():.3g}", fontsize=7, ha="right", va="bottom")
            else:
                values = list(dict.fromkeys(column))
                for k, value in enumerate(values):
                    at.text((k + 0.5) / len(values), row + 0.36, str(value), fontsize=7, ha="center", va="bottom")
        at.set_yticks(rows, [wrapped(name, 34) for name in names])
        at.set_xticks([])
        at.set_xlim(0, 1)
        at.spines[["left", "bottom"]].set_visible(False)
        return svg(figure)


def seeds(curves: Mapping[str, tuple[str, Mapping[str, float], int]], numbers: Sequence[int]) -> str:
    """Standard error against the number of seeds, three in a row: title → unit, sd by kind, seeds there are."""
    with mpl.rc_context({**STYLE, "axes.grid.axis": "both"}):
        figure, axes = panels(len(curves), 2.4)
        for at, (title, (unit, spreads, now)) in zip(axes, curves.items(), strict=False):
            for (name, sd), colour, style in zip(spreads.items(), (GAIN, LOSS), ("-", "--"), strict=False):
                at.plot(numbers, sd / np.sqrt(np.array(numbers)), color=colour, linestyle=style, label=f"of a {name}")
            at.axvline(now, color=INK, linewidth=0.8, linestyle=":")
            at.set_xscale("log", base=2)
            at.set_xticks(list(numbers), [str(n) for n in numbers])
            at.minorticks_off()
            at.set_ylim(bottom=0)
            at.set_title(wrapped(title))
            at.set_ylabel(unit, fontsize=7)
        for at in axes[: len(curves)]:
            at.set_xlabel("seeds")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
        return svg(figure)
