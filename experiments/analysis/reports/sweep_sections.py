"""What the page of a sweep shows, section by section, as HTML; a section without result is said to be absent."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nqpf.experiments.analysis.cases import LOG_UNIT
from nqpf.experiments.analysis.pareto import column_of, goal
from nqpf.experiments.analysis.reports import sweep_charts
from nqpf.experiments.analysis.reports.wording import amount, changes, ends, over, rows_of, seeds_table, share, sided
from nqpf.experiments.analysis.shifts import REGRESSION
from nqpf.experiments.comparison import words
from nqpf.experiments.pages.markup import figure, folded, paragraph, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nqpf.experiments.analysis.discovery import Box
    from nqpf.experiments.analysis.reports.findings import Findings

_FAULTS = 10
_ROWS = 40  # of a table that is not folded
_NUMBERS = (2, 4, 8, 16, 32, 64, 128)


def design(f: Findings) -> str:
    """Factors with what they go over."""
    rows = []
    for factor in f.record["factors"]:
        if factor["values"] is not None:
            over = ", ".join("never" if value is None else str(value) for value in factor["values"])
        elif factor["low"] is None:
            known = f.runs[factor["name"]]
            over = f"{known.nunique(dropna=False)} values of a list"
        else:
            over = f"{factor['low']:g} to {factor['high']:g}" + (f" in {factor['steps']}" if factor["steps"] else "")
        rule = factor["rule"] or {}
        said = "; ".join(f"{key} {_said(value)}" for key, value in rule.items() if key != "value" and value is not None)
        rows.append((escape(factor["name"]), escape(over), f"<small>{escape(said)}</small>"))
    scenarios = ", ".join(f.record["scenarios"])
    some = next(iter(f.record["scenarios"].values()))
    more = f" {f.unseen} other outcomes were kept and are not analysed here." if f.unseen else ""
    return "".join(
        (
            "<h2>Design</h2>",
            table(("factor", "over", "rule"), rows),
            paragraph(
                f"Scenario {scenarios}: {some['quarters']} quarters from {some['start']}, {some['firms']:,} firms. "
                f"Every point runs under the seeds {words.ranges(sorted(f.record['seeds']))}: equal seeds share every "
                f"random draw.{more}",
                "soft",
            ),
        )
    )


def _said(value: Any) -> str:
    if isinstance(value, dict):
        regions = (f"{level} {_said(ids)}" for level, ids in value.items())
        return ", ".join(regions)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def failures(f: Findings) -> str:
    """Runs that failed, and those that nobody made yet."""
    if not len(f.failures) and not f.missing and not f.unused:
        return ""
    parts = ["<h2>Runs that are missing</h2>"]
    if f.missing:
        parts.append(
            paragraph(
                f"{f.missing:,} runs have not been made: nqpf sweep --resume goes on. What follows rests on points "
                "that ran under the same seeds.",
                "note",
            )
        )
    if f.unused:
        parts.append(paragraph(" ".join(f.unused), "note"))
    if len(f.failures):
        counts = f.failures["error"].fillna("unknown").value_counts().head(_FAULTS)
        rows = [(escape(str(error)), f"{number:,}") for error, number in counts.items()]
        parts.append(paragraph(f"{len(f.failures):,} runs failed.", "note"))
        parts.append(table(("error", "runs"), rows))
        shown = f.failures.head(_FAULTS)
        cells = [
            (str(row["run"]), str(row["seed"]), *(escape(_cell(row[name])) for name in f.factors))
            for _, row in shown.iterrows()
        ]
        parts.append(folded(f"The first {len(shown)}", table(("run", "seed", *f.factors), cells)))
    return "".join(parts)


def over_time(f: Findings) -> str:
    """Fans."""
    found = f.fans.result or {}
    drawn = sweep_charts.fans(
        {
            f.title(name) + f", from {start}" * (len(by_start) > 1): values
            for name, by_start in found.items()
            for start, values in by_start.items()
        }
    )
    return "<h2>Over time</h2>" + figure(
        drawn,
        "All runs that are done, by quarter: median, the middle half, and the middle nine tenths of them; scenarios "
        "that start apart have a chart each.",
    )


def effects(f: Findings) -> str:
    """Tornados."""
    found = {name: one.result for name, one in f.effects.items() if one.result is not None}
    drawn = sweep_charts.tornados(
        {f.title(name): rows for name, rows in found.items()},
        {f.title(name): changes(rows) for name, rows in found.items()},
        {f.title(name): rows["unit"].iloc[0] for name, rows in found.items()},
    )
    rows = [
        (
            escape(f.title(name)),
            escape(f"{row.factor}: {row.change}"),
            sided(row.effect, row.low, row.high),
            f"<small>{escape(row.unit)}</small>",
            f"<small>{escape(row.how)}, {row.pairs} sets; {escape(row.interval)}</small>",
        )
        for name, one in found.items()
        for row in rows_of(one)
    ]
    untold = " ".join(f"No effect of {name} is told: it {why}." for name, why in f.untold.items())
    regression = any((one["how"] == REGRESSION).any() for one in found.values())
    how = (
        "Where no runs differ in one factor alone, effects are coefficients of a linear regression on all factors; the "
        "table says which."
        if regression
        else "Effects are differences between runs that share the seed and all other factors, going from the lowest to "
        "the highest value of the factor."
    )
    intervals = over(how for one in found.values() for how in one["interval"])
    return "".join(
        (
            "<h2>What each factor changes</h2>",
            figure(drawn, f"{how} {intervals} {LOG_UNIT}: about per cent."),
            paragraph(untold, "note") if untold else "",
            folded("The same as a table", table(("outcome", "factor", "effect", "unit", "from"), rows)),
        )
    )


def sensitivity(f: Findings) -> str:
    """Sobol's or Morris's indices, whichever the design allows."""
    return "<h2>Sensitivity</h2>" + _sobol(f) + _morris(f)


def _sobol(f: Findings) -> str:
    found = f.sobol.result
    if found is None:
        return ""
    drawn = sweep_charts.sobol({f.title(name): first for name, (first, _) in found.items()})
    both = all(one["total"].notna().all() for one, _ in found.values())
    what = (
        "First index: the part of the variance that a factor explains alone; total: with its interactions."
        if both
        else "First index: the part of the variance that a factor explains alone, estimated from the points as they "
        'are (RBD-FAST); total indices need design = "saltelli".'
    )
    rows = [
        (
            escape(f.title(name)),
            escape(row.factor),
            ends(row.first, row.first_low, row.first_high),
            ends(row.total, row.total_low, row.total_high),
        )
        for name, (first, _) in found.items()
        for row in rows_of(first)
    ]
    pairs = [
        (escape(f.title(name)), escape(f"{row.factor} × {row.other}"), ends(row.second, row.low, row.high))
        for name, (_, second) in found.items()
        for row in rows_of(second.rename(columns={"index": "second"}))
    ]
    return "".join(
        (
            figure(drawn, f"{what} Lines: {words.INTERVAL}, bootstrap. Estimates can leave 0 to 1 by chance."),
            folded("The same as a table", table(("outcome", "factor", "first", "total"), rows)),
            folded("Interactions of pairs", table(("outcome", "factors", "second index"), pairs)) if pairs else "",
        )
    )


def _morris(f: Findings) -> str:
    found = f.morris.result
    if found is None:
        return ""
    drawn = sweep_charts.morris({f.title(name): one for name, one in found.items()})
    rows = [
        (
            escape(f.title(name)),
            escape(row.factor),
            words.number(row.mu),
            ends(row.mu_star, row.low, row.high),
            amount(row.sigma),
            f"<small>{escape(row.unit)}</small>",
        )
        for name, one in found.items()
        for row in rows_of(one)
    ]
    return figure(
        drawn,
        "Morris's elementary effects of going along the whole range, of a factor of values of a change of value: μ* is "
        "their mean size, σ how much they differ; above the dashes interaction or curvature outweighs the effect. "
        f"Lines: {words.INTERVAL}.",
    ) + folded("The same as a table", table(("outcome", "factor", "μ", "μ*", "σ", "unit"), rows))


def discovery(f: Findings) -> str:
    """Boxes and rules."""
    found = f.discovery.result
    if found is None:
        return ""
    interest = found.interest
    side = "at or above" if interest.above else "at or below"
    parts = [
        f"<h2>Where {escape(f.title(interest.known.outcome))} is {'high' if interest.above else 'low'}</h2>",
        paragraph(
            f"Of {len(interest.chosen)} points {int(interest.chosen.sum())} ({share(interest.density)}) are {side} "
            f"{words.level(interest.threshold)}, mean over seeds."
        ),
    ]
    if found.boxes:
        parts.append(
            figure(
                sweep_charts.boxes(found.boxes, interest.known.factors),
                "PRIM's boxes, one colour each in the order of the table: parts of the ranges inside which they lie; a "
                "factor without a bar of a colour is not restricted by that box.",
            )
        )
        parts.append(_boxes(found.boxes, "box", with_p=True))
    else:
        parts.append(paragraph("PRIM finds no part of the space that is denser in them than the whole.", "soft"))
    if len(found.leaves) > 1:
        parts.append("<h3>Rules</h3>" + _boxes(found.leaves, "leaf", with_p=False))
    parts.append(
        paragraph(
            "Coverage: share of all such points that lie inside; density: share of the points inside that are such; "
            "mass: share of all points; a point may lie in several boxes. Quasi-p: the largest of one-sided binomial "
            "tests, one for each limit, of the points that earlier boxes left.",
            "soft",
        )
    )
    return "".join(parts)


def _boxes(found: Sequence[Box], name: str, *, with_p: bool) -> str:
    rows = [
        (
            str(k + 1) + (f" <small>quasi-p {box.quasi_p:.2g}</small>" if with_p else ""),
            "<br>".join(escape(limit.text) for limit in box.limits) or "everywhere",
            share(box.coverage),
            share(box.density),
            share(box.mass),
        )
        for k, box in enumerate(found)
    ]
    return table((name, "limits", "coverage", "density", "mass"), rows)


def front(f: Findings) -> str:
    """The front and the policies on it."""
    found = f.pareto.result
    if found is None:
        return ""
    goals = [goal(objective) for objective in f.objectives]
    labels = [(name, f"{f.title(name)}, {'high' if sign > 0 else 'low'} is good") for name, sign in goals]
    best = found[found["front"]].sort_values(goals[0][0], ascending=False)
    sure = best["share"].notna().all()
    columns = ("point", *f.factors, *(f.title(name) for name, _ in goals), *(("sure",) if sure else ()))
    rows = [
        (
            str(row["point"]),
            *(escape(_cell(row[column_of(name)])) for name in f.factors),
            *(words.level(float(row[name])) for name, _ in goals),
            *((share(float(row["share"])),) if sure else ()),
        )
        for _, row in best.iterrows()
    ]
    shown = table(columns, rows)
    text = (
        f"{len(best)} of {len(found)} points are on the front: no other point betters one of them in an objective "
        "without falling behind in another. Means over seeds."
    )
    more = " Sure: in what part of resamples of the seeds a point is on the front." if sure else ""
    return "".join(
        (
            "<h2>Trade-offs</h2>",
            figure(sweep_charts.front(found, labels), text + more),
            shown if len(rows) <= _ROWS else folded(f"The {len(rows)} policies on the front", shown),
        )
    )


def seeds(f: Findings) -> str:
    """How many seeds are enough."""
    found = f.spreads.result or {}
    now = len(f.record["seeds"])
    curves = {
        f.title(name): (
            str(one["unit"].iloc[0]),
            dict(zip((f"{kind}" for kind in one["of"]), one["sd"], strict=True)),
            int(one["seeds"].iloc[0]),
        )
        for name, one in found.items()
    }
    columns, rows = seeds_table(f)
    numbers = sorted({*(n for n in _NUMBERS if n <= max(64, 2 * now))})
    return "".join(
        (
            "<h2>How many seeds are enough</h2>",
            figure(
                sweep_charts.seeds(curves, numbers),
                "Standard error of a point's mean, and of the difference between two points under common seeds, by the "
                "number of seeds; dots: the seeds there are.",
            ),
            table(columns, [[escape(cell) for cell in row] for row in rows]),
            paragraph(
                f"± is half of the {words.INTERVAL}. Rough and fine: of levels 1 % and 0.1 %; of others, in their own "
                "unit, a tenth and a hundredth of their standard deviation over points. The fewer seeds a standard "
                "deviation rests on, the worse it is known itself: with four seeds its own interval goes from half to "
                "six times its value.",
                "soft",
            ),
        )
    )


def downloads(f: Findings) -> list[tuple[str, pd.DataFrame, str]]:
    """Tables that the page holds."""
    kept = [*("run", "point", "seed", "status", "error"), *f.factors, *f.outcomes]
    found = [("runs", f.runs[kept], "every run with its factors and final outcomes")]
    tornado = [one.result.assign(outcome=name) for name, one in f.effects.items() if one.result is not None]
    if tornado:
        found.append(("effects", pd.concat(tornado, ignore_index=True), "effects with intervals"))
    if f.curves.result is not None:
        along = [curve.table.assign(outcome=name) for (_, name), curve in f.curves.result.items()]
        found.append(("curves", pd.concat(along, ignore_index=True), "changes along each factor"))
    if f.everywhere.result is not None:
        places = [one.table for one in f.everywhere.result]
        found.append(("places", pd.concat(places, ignore_index=True), "effects at every place"))
    if f.sobol.result is not None:
        first = [one.assign(outcome=name) for name, (one, _) in f.sobol.result.items()]
        found.append(("sobol", pd.concat(first, ignore_index=True), "Sobol's indices"))
    if f.morris.result is not None:
        every = [one.assign(outcome=name) for name, one in f.morris.result.items()]
        found.append(("morris", pd.concat(every, ignore_index=True), "Morris's indices"))
    if f.pareto.result is not None:
        found.append(("front", f.pareto.result, "points with objectives, and which are on the front"))
    return found


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "never" if np.isnan(value) else f"{value:.4g}"
    return "never" if value is None else str(value)
