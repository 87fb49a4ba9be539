"""The report of a sweep: what was asked, what it showed, and how sure that is."""

from __future__ import annotations

from html import escape
from importlib.metadata import version
from textwrap import shorten, wrap
from typing import TYPE_CHECKING

import numpy as np

from nqpf.experiments.analysis.reports.absences import absences
from nqpf.experiments.analysis.reports.findings import Findings
from nqpf.experiments.analysis.reports.folders import Report
from nqpf.experiments.analysis.reports.wording import rows_of, seeds_table, share
from nqpf.experiments.comparison import words
from nqpf.experiments.pages.document import document
from nqpf.experiments.pages.markup import card, download, paragraph
from nqpf.experiments.paired.intervals import LEVEL
from nqpf.experiments.sweeping.reading import open_sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nqpf.experiments.analysis.study import Sweep

_COLUMNS = 80
_NAMED = 4  # factors in the title
_SHOWN = 6  # effects of an outcome in the terminal


def report(folder: Path) -> Report:
    """The report of a sweep's folder; raises InputError if nothing has finished."""
    return of_sweep(open_sweep(folder))


def of_sweep(sweep: Sweep) -> Report:
    """The report of an opened sweep."""
    findings = Findings(sweep)
    return Report(lambda: page(findings), tuple(lines(findings)))


def page(f: Findings) -> str:
    """The page's text."""
    # They draw; the terminal does not.
    from nqpf.experiments.analysis.reports import grid_sections as grids  # noqa: PLC0415
    from nqpf.experiments.analysis.reports import sweep_sections as sections  # noqa: PLC0415
    from nqpf.experiments.analysis.reports.place_sections import where  # noqa: PLC0415

    without = dict(absences(f))
    ordered: tuple[tuple[str, Callable[[Findings], str]], ...] = (
        ("Over time", sections.over_time),
        ("What each factor changes", sections.effects),
        ("Along each factor", grids.along),
        ("Two factors together", grids.together),
        ("Over time, by factor", grids.over_time_by_factor),
        ("Where", where),
        ("Sensitivity", sections.sensitivity),
        ("Where an outcome is high or low", sections.discovery),
        ("Trade-offs", sections.front),
        ("How many seeds are enough", sections.seeds),
    )
    parts = [_head(f), sections.design(f), sections.failures(f)]
    parts += [section(f) for title, section in ordered if title not in without]
    if without:
        items = "".join(f"<li><b>{escape(title)}</b>: {escape(why)}</li>" for title, why in without.items())
        parts.append(f"<h2>Not shown</h2><ul>{items}</ul>")
    links = "".join(f"<li>{download(*one)}</li>" for one in sections.downloads(f))
    parts.append(
        f"<h2>Data</h2><ul class='download'>{links}</ul>"
        + paragraph(f"Runs by nqpf {f.sweep.info['model_version']}, page by nqpf {version('nqpf')}.", "soft")
    )
    return document(title(f), parts)


def title(f: Findings) -> str:
    """What was swept."""
    names = [said["title"]["en"] or name for name, said in f.record["scenarios"].items()]
    shown = ", ".join(f.factors[:_NAMED]) + (f" and {len(f.factors) - _NAMED} more" * (len(f.factors) > _NAMED))
    return f"Sweep of {shown}; scenario: {', '.join(names)}"


def setting(f: Findings) -> str:
    """Design, points, seeds and runs in a sentence."""
    n = len(f.record["seeds"])
    failed = f", {len(f.failures):,} failed" if len(f.failures) else ""
    missing = f", {f.missing:,} not made" if f.missing else ""
    return (
        f"Design {f.record['design']}: {f.record['points']:,} points × {n} {'seed' if n == 1 else 'seeds'}; "
        f"{f.done:,} runs done{failed}{missing}."
    )


def headline(f: Findings) -> str:
    """What matters most for the first outcome, in a sentence."""
    outcome = f.outcomes[0]
    effects = f.effects[outcome].result
    if effects is None:
        return f"{f.title(outcome)} ranges from {_range(f, outcome)} over the points."
    row = effects.iloc[int(np.argmax(np.abs(effects["effect"].to_numpy())))]
    if not row["effect"]:
        return f"{f.title(outcome)} ranges from {_range(f, outcome)} over the points. No factor moves it."
    sure = (
        "" if np.isnan(row["low"]) else f" ({words.INTERVAL} {words.number(row['low'])} to {words.number(row['high'])})"
    )
    return (
        f"{f.title(outcome)} ranges from {_range(f, outcome)} over the points. {row['factor']} moves it most: "
        f"{row['change']} changes it by {words.number(row['effect'])}{sure}, {row['unit']}."
    )


def _range(f: Findings, outcome: str) -> str:
    mean = f.cases(outcome).mean
    return f"{words.level(float(mean.min()))} to {words.level(float(mean.max()))}"


def _head(f: Findings) -> str:
    known = {name: f.cases(name).mean for name in f.outcomes}
    cards = [
        card(words.level(float(np.median(mean))), f.title(name), f"median; {_range(f, name)}")
        for name, mean in list(known.items())[:5]
    ]
    return "".join(
        (
            f"<header><h1>{escape(title(f))}</h1>",
            paragraph(headline(f), "lead"),
            paragraph(setting(f), "soft"),
            f'<div class="cards">{"".join(cards)}</div></header>',
        )
    )


def lines(f: Findings) -> Iterator[str]:
    """The short form, 80 columns wide."""
    for text in (title(f), setting(f), *f.unused, headline(f)):
        yield from wrap(text, _COLUMNS)
    for outcome in f.outcomes:
        table = f.effects[outcome].result
        if table is None:
            continue
        yield ""
        yield shorten(", ".join(filter(None, (f.title(outcome), table["unit"].iloc[0]))), _COLUMNS, placeholder="…")
        order = np.argsort(-np.abs(table["effect"].to_numpy()), kind="stable")[:_SHOWN]
        for row in rows_of(table.iloc[order]):
            interval = "" if np.isnan(row.low) else f"{words.number(row.low)} to {words.number(row.high)}"
            what = shorten(f"{row.factor}: {row.change}", 44, placeholder="…")
            yield f"  {what:<44}{words.number(row.effect):>10}  {interval}".rstrip()
    for part in (_untold, _turns, _pairs, _places, _sobol, _morris, _boxes, _front, _seeds):
        shown = list(part(f))
        if shown:
            yield ""
            yield from shown
    for name, why in absences(f):
        yield from wrap(f"no {name.lower()}: {why}", _COLUMNS, subsequent_indent="  ")


def _untold(f: Findings) -> Iterator[str]:
    for name, why in f.untold.items():
        yield from _hanging(f"no effect of {name} is told: it {why}")


def _turns(f: Findings) -> Iterator[str]:
    for (factor, outcome), curve in (f.curves.result or {}).items():
        if curve.turn:
            yield from _hanging(f"{f.title(outcome)} has its {curve.turn} inside {factor}, at {curve.at:.3g}")


def _pairs(f: Findings) -> Iterator[str]:
    for outcome, pairs in (f.heat.result or {}).items():
        for pair in (pair for pair in pairs if pair.share >= 0.01 and not pair.p > 1 - LEVEL):
            yield from _hanging(
                f"{f.title(outcome)}: interaction of {pair.name}, {share(pair.share)} of the variance of their cells"
            )


def _places(f: Findings) -> Iterator[str]:
    for found in f.everywhere.result or ():
        title = f.title(found.measure)
        yield shorten(f"{title} in {found.quarter}, places that surely gain and lose", _COLUMNS, placeholder="…")
        for one in found.shifts[:_SHOWN]:
            sign = one.interval.sign
            what = shorten(f"{one.factor}: {one.change}", 54, placeholder="…")
            yield f"  {what:<54}{(sign > 0).sum():>10}{(sign < 0).sum():>10}"


def _hanging(text: str) -> Iterator[str]:
    yield from wrap(text, _COLUMNS, subsequent_indent="  ")


def _sobol(f: Findings) -> Iterator[str]:
    for outcome, (table, _) in (f.sobol.result or {}).items():
        yield shorten(f"Sobol's indices of {f.title(outcome)}: first, total", _COLUMNS, placeholder="…")
        for row in rows_of(table):
            total = "" if np.isnan(row.total) else f"{row.total:10.2f}"
            yield f"  {shorten(row.factor, 46, placeholder='…'):<46}{row.first:10.2f}{total}"


def _morris(f: Findings) -> Iterator[str]:
    for outcome, table in (f.morris.result or {}).items():
        yield shorten(f"Morris's indices of {f.title(outcome)}: μ*, σ", _COLUMNS, placeholder="…")
        for row in rows_of(table):
            what = shorten(row.factor, 46, placeholder="…")
            yield f"  {what:<46}{words.number(row.mu_star)[1:]:>10}{words.number(row.sigma)[1:]:>10}"


def _boxes(f: Findings) -> Iterator[str]:
    found = f.discovery.result
    if found is None:
        return
    side = "≥" if found.interest.above else "≤"
    yield f"{f.title(found.interest.known.outcome)} {side} {words.level(found.interest.threshold)}"
    for box in found.boxes:
        inside = "; ".join(limit.text for limit in box.limits)
        yield from wrap(
            f"box: {inside} (coverage {share(box.coverage)}, density {share(box.density)})",
            _COLUMNS,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    if not found.boxes:
        yield "  no box is denser than the whole"


def _front(f: Findings) -> Iterator[str]:
    found = f.pareto.result
    if found is not None:
        numbers = ", ".join(str(point) for point in found.loc[found["front"], "point"])
        text = f"{int(found['front'].sum())} of {len(found)} points are on the front: {numbers}"
        yield from wrap(shorten(text, 3 * _COLUMNS, placeholder=" …"), _COLUMNS, subsequent_indent="  ")


def _seeds(f: Findings) -> Iterator[str]:
    _, rows = seeds_table(f)
    if rows:
        yield f"{'seeds needed':<24}{'of a':<11}{'± now':>11}{'rough ±':>9}{'seeds':>8}{'fine ±':>9}{'seeds':>8}"
        for name, of, _, now, rough, few, fine, many, unit in rows:
            known, wide, narrow = (f"{value} %" if unit == "%" else value for value in (now, rough, fine))
            what = shorten(name, 21, placeholder="…")
            yield f"  {what:<22}{of:<11}{known:>11}{wide:>9}{few:>8}{narrow:>9}{many:>8}"
