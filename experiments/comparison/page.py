"""A comparison as one self-contained HTML page: nothing is loaded, and it prints."""

from __future__ import annotations

from html import escape
from importlib.metadata import version
from typing import TYPE_CHECKING

import pandas as pd

from nqpf.experiments.comparison import money, places, sections, words
from nqpf.experiments.comparison.deviations import by_key
from nqpf.experiments.pages.document import document
from nqpf.experiments.pages.markup import card, download, listed, paragraph

if TYPE_CHECKING:
    from nqpf.experiments.comparison.result import Comparison

_SECTIONS = (
    sections.where,
    sections.when,
    sections.why,
    sections.public_money,
    sections.own_and_spillover,
    sections.who,
    sections.nation,
    sections.by_region,
)


def page(c: Comparison) -> str:
    """The page's text."""
    return document(words.heading(c), (_head(c), *(section(c) for section in _SECTIONS if c.moved), _data(c)))


def _head(c: Comparison) -> str:
    chinese = " 对比 ".join(scenario.title.zh for scenario in (c.policy, c.baseline) if scenario.title.zh)
    small = f"<small>{escape(chinese)}</small>" if chinese and c.policy.title.zh != c.baseline.title.zh else ""
    lines = c.differences or ("nothing that the scenarios say",)
    return "".join(
        (
            f"<header><h1>{escape(words.heading(c))}{small}</h1>",
            paragraph(words.headline(c), "lead"),
            paragraph(f"{words.setting(c)}. Both runs of a pair share every random draw.", "soft"),
            *(paragraph(note, "note") for note in words.notes(c)),
            "<h3>What the policy has that the baseline lacks</h3>",
            listed(lines),
            paragraph(words.reach(c), "soft") + _cards(c) if c.moved else "",
            "</header>",
        )
    )


def _cards(c: Comparison) -> str:
    last = by_key(c.at_end(c.nation), "measure")
    short = {name: words.scale(name)[1] in words.SHORT for name in c.measures}
    cards = [
        card(
            words.signed(name, last[name].deviation, unit=short[name]),
            words.title(name) if short[name] else words.in_units(name),
            words.half(name, last[name]) or f"in {c.last}",
        )
        for name in ("gdp", "nqpf", "nqpf_reach", "theil_gdp_per_head")
        if name in c.measures
    ]
    b = c.balance
    where = f"{b.gaining} places; {b.losing} lose"
    cards.append(card(f"{100 * b.residents_gaining:.0f} %", f"Residents where {words.title(c.ranked_by)} gains", where))
    whole = by_key(c.multipliers, "level")["nation"]
    if not whole.note:
        sure = words.between(whole.low, whole.high) or f"both in {money.PRICES}"
        cards.append(card(words.number(whole.multiplier), "GDP for a yuan of programme money", sure))
    return f'<div class="cards">{"".join(cards)}</div>'


def _data(c: Comparison) -> str:
    links = (
        download("nation", c.nation, "the nation, all measures and quarters"),
        download("regions", c.regions, "regions of all levels, headline measures and all quarters"),
        download("places", _named(c, c.at_end(c.cities)), f"places, headline measures in {c.last}"),
        download("multipliers", c.multipliers, "output for public money by region"),
        *([] if c.mechanisms.empty else [download("mechanisms", c.mechanisms, "effect on GDP by mechanism")]),
    )
    runs = ", ".join(sorted({str(run.info["model_version"]) for run in c.pairs.runs}))
    return "".join(
        (
            "<h2>Data and reading</h2><ul class='download'>",
            *(f"<li>{link}</li>" for link in links),
            "</ul>",
            paragraph(
                "Deviation: 100 · (policy / baseline − 1) per cent for positive levels; the difference for shares (pp: "
                "percentage points), scores, indices in logs or nats and counts of rare events. "
                + _seeds(c)
                + "All quarters of all places: nqpf compare … --out FILE.parquet.",
                "soft",
            ),
            paragraph(
                f"Baseline {c.baseline.name}, {c.baseline.content_hash[:12]}; policy {c.policy.name}, "
                f"{c.policy.content_hash[:12]}; runs by nqpf {runs}, page by nqpf {version('nqpf')}. "
                f"Winners and losers are told by {c.ranked_by}; --by takes {', '.join(places.RANKED_BY)}.",
                "soft",
            ),
        )
    )


def _seeds(c: Comparison) -> str:
    """What is shown of chance."""
    if not c.certain:
        return "One seed: no intervals, and no colours, which would say that an effect is more than chance. "
    return (
        f"Means over seeds, one paired deviation each; ± is half of Student's {words.INTERVAL}; colour says that it "
        "lies on one side of zero, grey that it does not. "
    )


def _named(c: Comparison, cities: pd.DataFrame) -> pd.DataFrame:
    """Places with their names."""
    places_of = pd.DataFrame({"city": c.facts.places.code, "name_en": c.facts.places.name_en})
    named = cities.merge(places_of.assign(name_zh=c.facts.places.name_zh), on="city", how="left", validate="m:1")
    first = ["quarter", "city", "name_en", "name_zh"]
    return named[[*first, *(column for column in cities if column not in first)]]
