"""Where a sweep's factors act: maps of their effects by place."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import Normalize

from nqpf.experiments.analysis.cases import LOG_UNIT
from nqpf.experiments.comparison import words
from nqpf.experiments.pages.atlas import CREDIT, place_map
from nqpf.experiments.pages.charts import DIVERGING, WIDTH, wrapped
from nqpf.experiments.pages.markup import figure, paragraph, table
from nqpf.experiments.paired.intervals import LEVEL

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.experiments.analysis.everywhere import PlaceEffects
    from nqpf.experiments.analysis.reports.findings import Findings
    from nqpf.experiments.analysis.shifts import Shift

MOST_CHANGES = 6
_ENDS = 5
_INSIDE = 0.98  # of places within the scale of colours


def where(f: Findings) -> str:
    """Maps, two in a row: measures side by side, or one measure's changes."""
    found = f.everywhere.result or ()
    first, n_places = found[0], len(f.facts.places)
    shown = _widest(found)
    chance = (1 - LEVEL) * n_places
    sure = np.isfinite(first.shifts[0].interval.low).any()
    rims = (
        f"A dotted rim: the {words.INTERVAL} takes in zero; of {n_places} places about {chance:.0f} would leave it out "
        "by chance."
        if sure
        else "With one seed nothing tells an effect from chance."
    )
    more = len(first.shifts) - len({(shift.factor, shift.change) for _, shift in shown})
    left = f" Changes not drawn, as they differ less or not at all between places: {more}." if more else ""
    what = (
        f"Effects in {first.quarter} at every place, as those of the nation above. The area of a dot is the place's "
        f"GDP at the start; each map has its own scale of colours. {rims} {LOG_UNIT}: about per cent.{left} {CREDIT}"
    )
    return "".join(
        ("<h2>Where</h2>", '<div class="pair">', *(_one(f, *one) for one in shown), "</div>", paragraph(what, "soft"))
    )


def _widest(found: tuple[PlaceEffects, ...]) -> list[tuple[PlaceEffects, Shift]]:
    """Maps in order: changes that differ most between places first, relative to the largest of the measure."""
    by_change: dict[tuple[str, str], list[tuple[PlaceEffects, Shift]]] = {}
    spread: dict[tuple[str, str], float] = {}
    for one in found:
        sizes = [float(np.nanstd(shift.effect)) for shift in one.shifts]
        for shift, size in zip(one.shifts, sizes, strict=True):
            key = shift.factor, shift.change
            by_change.setdefault(key, []).append((one, shift))
            spread[key] = max(spread.get(key, 0.0), size / (max(sizes) or 1.0))
    ranked = sorted((key for key in by_change if spread[key] > 0), key=lambda key: -spread[key])[:MOST_CHANGES]
    return [shown for key in ranked for shown in by_change[key]]


def _one(f: Findings, one: PlaceEffects, shift: Shift) -> str:
    """A map with its ends."""
    places = f.facts.places
    names = list(zip(places.name_en, places.name_zh, strict=True))
    at = [one.places.index(code) for code in places.code]
    effect, low, high = shift.effect[at], shift.interval.low[at], shift.interval.high[at]
    known = bool(np.isfinite(low).any())
    limit = _limit(effect)
    title = f"{f.title(one.measure)}: {shift.factor}, {shift.change}"
    drawn = place_map(
        f.facts,
        effect,
        f.facts.start.gdp,
        [_tip(" ".join(name), *row) for name, *row in zip(names, effect, low, high, strict=True)],
        colours=DIVERGING,
        norm=Normalize(-limit, limit),
        label=wrapped(f"{f.title(one.measure)} in {one.quarter}, {one.unit}", 60),
        unsure=shift.interval.sign[at] == 0 if known else None,
        width=0.55 * WIDTH,
    )
    return (
        f"<div><h3>{escape(title)}</h3>{figure(drawn, '')}{_ends(names, effect, shift.interval.sign[at], known)}</div>"
    )


def _limit(values: Floats) -> float:
    """End of the colour scale: nearly all places lie inside it."""
    limit = float(np.nanquantile(np.abs(values), _INSIDE))
    return limit if limit > 0 else 1.0


def _tip(name: str, effect: float, low: float, high: float) -> str:
    interval = words.between(low, high)
    return f"{name}: {words.number(effect)}" + f" ({words.INTERVAL} {interval})" * bool(interval)


def _ends(names: list[tuple[str, str]], effect: Floats, sign: Ints, known: bool) -> str:
    """The places with the highest and the lowest effects."""
    order = np.argsort(-np.nan_to_num(effect, nan=0.0), kind="stable")

    def cells(i: int) -> tuple[str, str]:
        kind = "unsure" if known and not sign[i] else "up" if effect[i] > 0 else "down"
        english, chinese = map(escape, names[i])
        return f"{english} <span>{chinese}</span>", f'<span class="{kind}">{escape(words.number(effect[i]))}</span>'

    rows = [(*cells(high), *cells(low)) for high, low in zip(order[:_ENDS], order[::-1][:_ENDS], strict=True)]
    return table(("highest", "", "lowest", ""), rows, kind="ends")
