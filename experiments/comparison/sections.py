"""What a comparison's page shows, section by section, as HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from nqpf.experiments.comparison import figures, mechanisms, money, words
from nqpf.experiments.comparison.atlas import deviation_map
from nqpf.experiments.comparison.deviations import by_key
from nqpf.experiments.comparison.markup import deviation
from nqpf.experiments.comparison.panels import MEASURES
from nqpf.experiments.comparison.places import ends, region_names
from nqpf.experiments.pages.atlas import CREDIT
from nqpf.experiments.pages.markup import figure, folded, listed, paragraph, table
from nqpf.model.recorder.columns import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nqpf.experiments.comparison.result import Comparison

_MAPPED = ("gdp", "nqpf")
_CHARTED = ("gdp", "nqpf", "theil_gdp_per_head")
_BY_REGION = ("gdp", "gdp_per_head", "nqpf")
_LEVEL_TITLES = {
    "strategy": "Strategies",
    "cluster": "Clusters",
    "province": "Provinces",
}
_YEARS = 12  # columns of a table by year at most, the last ones


def where(c: Comparison) -> str:
    """Maps of places."""
    drawn = [
        figure(
            deviation_map(c, name),
            f"{words.title(name)} of every place in {c.last}: deviation from the baseline{_over_seeds(c)}, "
            f"{words.spelt(name)}; area of a dot: the baseline's GDP"
            + (f"; a dotted rim: the {words.INTERVAL} takes in zero" if c.certain else "; one seed: all may be chance")
            + f". The scale ends where 98 % of places lie inside. {CREDIT}",
        )
        for name in _MAPPED
        if name in c.measures
    ]
    return "<h2>Where</h2>" + "".join(drawn)


def when(c: Comparison) -> str:
    """Charts of the nation and of macro-regions by quarter."""
    nation = [
        (words.in_units(name), name, c.nation[c.nation["measure"] == name]) for name in _CHARTED if name in c.measures
    ]
    gdp = c.regions[c.regions["measure"] == "gdp"]
    regions = [(name, "gdp", gdp[gdp["region"] == region]) for region, name in c.macro_regions]
    bands = (
        f"Line: mean over seeds; band: its {words.INTERVAL}; dashes: lowest and highest seed."
        if c.certain
        else "One seed: no bands."
    )
    return "".join(
        (
            "<h2>Over time</h2>",
            figure(
                figures.fans(c, nation, shared=False), f"The nation: deviation from the baseline by quarter. {bands}"
            ),
            figure(
                figures.fans(c, regions, shared=True) if regions else "",
                f"GDP of the macro-regions: deviation from the baseline by quarter, per cent. {bands}",
            ),
        )
    )


def why(c: Comparison) -> str:
    """Mechanisms, as bars and as a table; nothing if the runs have no accounts of growth."""
    if c.mechanisms.empty:
        return ""
    regions, effects = c.nation_and_macro_regions, by_key(c.mechanisms, "region", "mechanism")
    rows = [
        (
            f"{escape(mechanisms.title(name))} <small>{escape(mechanisms.title(name, 'zh'))}</small>",
            *(deviation(None, effects[region, name]) for region, _ in regions),
        )
        for name in (mechanisms.ALL, *mechanisms.MECHANISMS)
    ]
    return "".join(
        (
            "<h2>Why</h2>",
            figure(
                figures.mechanism_bars(c, regions),
                f"Effect on GDP in {c.last} by mechanism, 100 · log points{_over_seeds(c)}: what each added to growth "
                "since the start under the policy, less what it added in the baseline. The parts add up to the "
                "logarithm of GDP under the policy over GDP in the baseline.",
            ),
            folded(
                "The same as a table" + ", with intervals" * c.certain,
                table(("mechanism", *(n for _, n in regions)), rows, whole=1),
            ),
        )
    )


def public_money(c: Comparison) -> str:
    """Multipliers, if a lever of programme money differs anywhere."""
    head = "<h2>For a yuan of public money</h2>"
    if c.multipliers["note"].isin((money.NOTHING, money.FOLLOWED)).all():
        return head + paragraph(words.no_money(c))
    names, shown = region_names(c.facts), by_key(c.multipliers, "region")

    def rows(regions: Sequence[str]) -> list[tuple[str, ...]]:
        return [(escape(names[region]), *_multiplier(shown[region])) for region in regions]

    columns = "", "Δ GDP, CNY billion", "Δ outlays, CNY billion", "multiplier", "note"
    main = [region for region, _ in c.nation_and_macro_regions]
    others = [region for region in shown if region not in main]
    outlays = ", ".join(words.title(name).lower() for name in money.OUTLAYS)
    return "".join(
        (
            head,
            table(columns, rows(main), whole=1),
            folded("Strategies, clusters, provinces", table(columns, rows(others))),
            paragraph(
                f"Differences summed from {c.pairs.quarters[0]} to {c.last}, both in {money.PRICES}. "
                f"Outlays: {outlays}; what a programme takes from other public spending is not subtracted. "
                "A region's multiplier is its own GDP over its own money"
                + f", with Fieller's {words.INTERVAL}" * c.certain
                + ".",
                "soft",
            ),
            listed(words.notes_of_money(c.multipliers)),
        )
    )


def _multiplier(row: Any) -> tuple[str, str, str, str]:
    sums = words.number(row.gdp / 1e3), words.number(row.outlays / 1e3)
    sure = words.between(row.low, row.high)
    found = f"{words.number(row.multiplier)} <small>{sure}</small>" if sure else words.number(row.multiplier)
    return (*sums, found, f'<span class="unsure">{escape(row.note)}</span>')


def own_and_spillover(c: Comparison) -> str:
    """Treated places and the others; nothing if they cannot be told apart."""
    if c.treated.all() or not c.treated.any():
        return ""
    rows = [
        (
            "Treated: own effect" if row.group == "treated" else "Others: spillover",
            str(row.places),
            escape(words.title(row.measure)),
            deviation(row.measure, row),
        )
        for row in by_key(c.effects, "group", "measure").values()
    ]
    return (
        "<h2>Own effect and spillover</h2>"
        + table(("", "places", "measure", f"deviation in {c.last}"), rows)
        + paragraph(
            "Treated are places where a lever or a shock differs in any quarter compared; effects are on them, and on "
            "all others, put together.",
            "soft",
        )
    )


def who(c: Comparison) -> str:
    """Winners and losers."""
    by = c.ranked_by
    blocks = []
    for label, chosen in ends(c.ranked):
        rows = [
            (f"{escape(r.name_en)} {escape(r.name_zh)} <small>{escape(r.province)}</small>", deviation(by, r))
            for r in by_key(chosen, "city").values()
        ]
        head = f"Largest {label}"
        shown = table((head, words.title(by)), rows) if rows else paragraph(f"{head}: none.")
        blocks.append(f"<div>{shown}</div>")
    return f"<h2>Who gains, who loses</h2>{paragraph(words.counted(c))}<div class='pair'>{''.join(blocks)}</div>"


def nation(c: Comparison) -> str:
    """Every measure in the last quarter."""
    last = by_key(c.at_end(c.nation), "measure")

    def rows(names: Sequence[str]) -> list[tuple[str, ...]]:
        return [
            (
                f"{escape(words.title(name))} <small>{escape(MEASURES[name].title['zh'])}</small>",
                words.level(row.baseline),
                words.level(row.policy),
                deviation(name, row),
                f'<small class="unit">{escape(MEASURES[name].unit)}</small>',
            )
            for name, row in ((name, last[name]) for name in names)
        ]

    columns = "", "baseline", "policy", "deviation", "unit of the level"
    others = [name for name in last if name not in c.measures]
    return (
        f"<h2>The nation in {c.last}</h2>"
        + table(columns, rows(c.measures))
        + folded(f"All other measures ({len(others)})", table(columns, rows(others)))
    )


def by_region(c: Comparison) -> str:
    """Deviations by region in the fourth quarters and the last."""
    years = [quarter for quarter in c.pairs.quarters if quarter.endswith("Q4")]
    quarters = (years if c.last in years else [*years, c.last])[-_YEARS:]
    parts = ["<h2>By region and year</h2>"]
    for name in (name for name in _BY_REGION if name in c.measures):
        parts.append(f"<h3>{escape(words.title(name))}: deviation from the baseline, {escape(words.spelt(name))}</h3>")
        for level in LEVELS:
            shown = _by_quarter(c, name, quarters, level)
            parts.append(shown if level == LEVELS[0] else folded(_LEVEL_TITLES[level], shown))
    return "".join(parts)


def _by_quarter(c: Comparison, measure: str, quarters: Sequence[str], level: str) -> str:
    """A row a region; under macro-regions the nation first."""
    of_level = c.regions[(c.regions["measure"] == measure) & (c.regions["level"] == level)]
    known, names = by_key(of_level, "region", "quarter"), region_names(c.facts)
    rows = [
        (escape(names[region]), *(deviation(measure, known[region, quarter], unit=False) for quarter in quarters))
        for region in of_level["region"].unique()
    ]
    if level != LEVELS[0]:
        return table(("", *quarters), rows, kind="years")
    whole = by_key(c.nation[c.nation["measure"] == measure], "quarter")
    first = (
        escape(c.facts.regions.name_en[0]),
        *(deviation(measure, whole[quarter], unit=False) for quarter in quarters),
    )
    return table(("", *quarters), [first, *rows], whole=1, kind="years")


def _over_seeds(c: Comparison) -> str:
    return ", mean over seeds" * c.certain
