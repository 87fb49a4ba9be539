"""How numbers and names of a comparison are written, in the terminal and on the page alike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nqpf.experiments.comparison.deviations import by_key
from nqpf.experiments.comparison.money import NOTES
from nqpf.experiments.comparison.panels import MEASURES
from nqpf.experiments.paired.intervals import LEVEL
from nqpf.experiments.paired.scales import in_logs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from nqpf.experiments.comparison.result import Comparison

INTERVAL = f"{100 * LEVEL:g}\N{NO-BREAK SPACE}% interval"
_MISSING = "–"


SHORT = ("%", "pp")
"""Units of a sign or two, which need not be told apart from the number; a thousandth is as fine as anybody reads."""


def level(value: float) -> str:
    """A measure's value: millions as such, whole thousands with separators, four digits of what is small."""
    if math.isnan(value):
        return _MISSING
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.2f} M"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def scale(measure: str | None) -> tuple[float, str]:
    """Factor and unit with which deviations are shown: per cent, points of a fraction or a score; None as it is."""
    if measure is None:
        return 1.0, ""
    if in_logs(measure):
        return 1.0, "%"
    unit = MEASURES[measure].unit
    return {"fraction": (100.0, "pp"), "index": (1.0, "points")}.get(unit, (1.0, unit))


def in_units(measure: str) -> str:
    """A measure's title with the unit of its deviations."""
    return f"{title(measure)}, {scale(measure)[1]}"


def spelt(measure: str) -> str:
    """The unit of a measure's deviations in full."""
    unit = scale(measure)[1]
    return {"%": "per cent", "pp": "percentage points"}.get(unit, unit)


def signed(measure: str | None, value: float, *, unit: bool = True) -> str:
    """A deviation with sign and, if wanted, unit."""
    factor, of = scale(measure)
    return number(factor * value, _most(of)) + (f" {of}" if unit and of and not math.isnan(value) else "")


def points(value: float) -> str:
    """Log points of a mechanism, all to the same decimals: they are added up."""
    return f"{value:+.3f}".replace("-", "−")


def interval(measure: str, low: float, high: float) -> str:
    """Both ends of an interval on the scale of `signed`, with the unit."""
    factor, unit = scale(measure)
    return f"{between(factor * low, factor * high, _most(unit))} {unit}"


def between(low: float, high: float, most: int = 6) -> str:
    """Both ends of an interval, nothing if there is none."""
    return "" if math.isnan(low) else " to ".join(number(end, most) for end in (low, high))


def unsure(row: Any) -> bool:
    """Whether a row's interval takes in zero, or it has none."""
    return not (row.low > 0 or row.high < 0)


def half(measure: str | None, row: Any) -> str:
    """`±` half of a row's interval (`deviation`, `low`, `high`) as `signed` shows it; nothing if there is none."""
    factor, unit = scale(measure)
    return plus_minus(factor * row.deviation, factor * (row.high - row.low) / 2, _most(unit))


def plus_minus(value: float, half_interval: float, most: int = 6) -> str:
    """`±` half of an interval with the value's decimals, more if they showed nothing; empty if there is none."""
    if math.isnan(half_interval):
        return ""
    first = -math.floor(math.log10(half_interval)) if half_interval > 0 else 0
    return f"±{half_interval:,.{min(max(_decimals(value, most), first), most)}f}"


def number(value: float, most: int = 6) -> str:
    """A signed number of three digits or more, with so many decimals at most, none from a hundred on."""
    if math.isnan(value):
        return _MISSING
    return f"{value:+,.{_decimals(value, most)}f}".replace("-", "−")


def _decimals(value: float, most: int) -> int:
    return min(max(2 - math.floor(math.log10(abs(value))), 0), most) if value else 2


def _most(unit: str) -> int:
    """Decimals at most."""
    return 3 if unit in SHORT else 6


def title(measure: str) -> str:
    """English title of a measure."""
    return MEASURES[measure].title["en"]


def heading(c: Comparison) -> str:
    """Titles of both scenarios."""
    policy, baseline = c.policy.title.en or c.policy.name, c.baseline.title.en or c.baseline.name
    if policy == baseline:  # a title is passed on to what builds on it
        policy, baseline = c.policy.name, c.baseline.name
    return f"{policy} against {baseline}"


def setting(c: Comparison) -> str:
    """Seeds, firms, quarters and what intervals are."""
    n = len(c.pairs.seeds)
    seeds = f"{n} paired seeds ({ranges(c.pairs.seeds)})" if n > 1 else f"one seed ({c.pairs.seeds[0]}): no intervals"
    quarters = f"{len(c.pairs.quarters)} quarters, {c.pairs.quarters[0]} to {c.last}"
    return f"{seeds}, {c.baseline.firms:,} firms, {quarters}"


def ranges(seeds: Sequence[int]) -> str:
    """`1-4, 7`."""
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def notes(c: Comparison) -> tuple[str, ...]:
    """Lines to read before the numbers."""
    later = f"part of what differs begins in {c.begins}, after the quarters compared"
    return (*c.pairs.notes, *([later] if c.begins and c.moved else []))


def headline(c: Comparison) -> str:
    """What it came to, in a sentence."""
    if not c.moved:
        return _nothing(c)
    if c.pairs.same:
        return "Both sides are the same scenario, yet their numbers differ: the model that ran them does."
    last = by_key(c.at_end(c.nation), "measure")
    gdp, theil, b = last["gdp"], last["theil_gdp_per_head"], c.balance
    size = number(abs(gdp.deviation), 3)[1:]
    output = f"is {size} % {'above' if gdp.deviation > 0 else 'below'} the baseline"
    gap = f"{'rises' if theil.deviation > 0 else 'falls'} by {number(abs(theil.deviation))[1:]} nats"
    return (
        f"In {c.last} real GDP {_shown('gdp', gdp, output)}; the Theil index of provinces' GDP per head, "
        f"{theil.baseline:.4f} in the baseline, {_shown('theil_gdp_per_head', theil, gap)}; "
        f"{title(c.ranked_by)} gains in {b.gaining} of {len(c.ranked)} places, home to "
        f"{100 * b.residents_gaining:.0f} % of residents, and falls in {b.losing}"
        + (f"; {b.unclear} show no change." if c.certain else ": one seed, so by sign alone.")
    )


def _shown(measure: str, row: Any, change: str) -> str:
    """The change with its interval, or that none is shown."""
    if math.isnan(row.low):
        return change if row.deviation else "is unchanged"
    return f"{'shows no change' if unsure(row) else change} ({INTERVAL} {interval(measure, row.low, row.high)})"


def _nothing(c: Comparison) -> str:
    """Why no number differs."""
    if c.pairs.same:
        return "Both sides are the same scenario: every deviation is nought by construction."
    if c.treated.any():
        return f"Nothing moved: {reach(c)[:-1]}, yet every number up to {c.last} is the baseline's."
    if c.begins:
        return f"Nothing differs up to {c.last}: the policy begins in {c.begins}."
    return f"Nothing differs: up to {c.last} the policy sets no lever otherwise than the baseline in any place."


def counted(c: Comparison) -> str:
    """How many places gain and lose, and what that means."""
    b = c.balance
    return (
        f"{title(c.ranked_by)} in {c.last}: {b.gaining} places gain, home to {100 * b.residents_gaining:.1f} % of "
        f"residents; {b.losing} lose ({100 * b.residents_losing:.1f} %); {b.unclear} show no change. {certainty(c)}"
    )


def certainty(c: Comparison) -> str:
    """What gaining and losing mean in the counts of places."""
    if len(c.pairs.seeds) == 1:
        return "With one seed nothing tells a gain from chance: places are counted by sign alone."
    by_chance = (1 - LEVEL) * len(c.ranked)
    return (
        f"Places gain or lose where the {INTERVAL} lies wholly on one side of zero; of {len(c.ranked)} places about "
        f"{by_chance:.0f} would do so by chance."
    )


def no_money(c: Comparison) -> str:
    """That there is no multiplier anywhere."""
    moved = by_key(c.multipliers, "level")["nation"].outlays / 1e3
    followed = f"; outlays only followed the economy, by {number(moved)} CNY billion in the nation" if moved else ""
    return f"No lever that sets programme money differs, so there are no multipliers{followed}."


def notes_of_money(shown: pd.DataFrame) -> list[str]:
    """What the notes of these multipliers mean."""
    return [f"{note}: {meaning}" for note, meaning in NOTES.items() if (shown["note"] == note).any()]


def reach(c: Comparison) -> str:
    """How far the policy reaches."""
    n, places = int(c.treated.sum()), len(c.treated)
    if c.pairs.same:
        return "The policy is the baseline."
    if not n:
        return f"Nothing differs in any place up to {c.last}."
    if n == places:
        return f"Treated are all {n} places: own effect and spillover cannot be told apart."
    return f"Treated are {n} of {places} places."
