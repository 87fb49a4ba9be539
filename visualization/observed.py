"""Which measures the page shows, and in what units people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nqpf.model import measures
from nqpf.visualization.topics import TOPIC_OF, TOPICS

if TYPE_CHECKING:
    from nqpf.model.measures import Measure

REGION_LEVELS = ("macro_region", "cluster", "province")
"""Levels whose regions can be followed beside the nation."""
HEADLINE = "gdp"
COLOUR = "nqpf"
SIZE = "gdp"
FLOWS = ("talent", "capital")
SERIES = ("gdp", "nqpf", "nqpf_reach", "theil_gdp_per_head", "breakthroughs")
"""The nation's charts, until a visitor chooses others."""
AREA_SERIES = ("gdp", "nqpf", "gdp_per_head", "talent", "wage_talent")
"""Charts where regions or a place are followed, until a visitor chooses others."""
KEY = (
    "nqpf", "gdp", "gdp_per_head", "population", "talent", "tfp", "strategic_value_added", "digital", "data",
    "public_capital", "rd", "breakthroughs",
)  # fmt: skip
"""What the panel of a place shows first."""
REGION = (
    *AREA_SERIES, "capital", "tfp", "population", "rd", "data", "strategic_value_added", "public_capital", "firms",
)  # fmt: skip
"""Measures of regions in a frame."""

_UNITS: dict[str, tuple[float, dict[str, str]]] = {
    "CNY million": (1e6, {"en": "CNY", "zh": "元"}),
    "CNY million / quarter": (1e6, {"en": "CNY/quarter", "zh": "元/季"}),
    "CNY million / person / year": (1e6, {"en": "CNY/year", "zh": "元/年"}),
    "CNY million / person / quarter": (1e6, {"en": "CNY/quarter", "zh": "元/季"}),
    "CNY million / km² / quarter": (1.0, {"en": "CNY/m²/quarter", "zh": "元/平方米/季"}),
    "persons": (1.0, {"en": "people", "zh": "人"}),
    "firms": (1.0, {"en": "firms", "zh": "家"}),
    "events": (1.0, {"en": "so far", "zh": "累计"}),
    "projects": (1.0, {"en": "projects", "zh": "项"}),
    "tracks": (1.0, {"en": "tracks", "zh": "条"}),
    "ratio": (1.0, {"en": "ratio", "zh": "比值"}),
    "1 / quarter": (100.0, {"en": "% a quarter", "zh": "%/季"}),
    "nats": (1.0, {"en": "nats", "zh": "nats"}),
    "log": (1.0, {"en": "log points", "zh": "对数点"}),
}
_DIRECTIONS: dict[str, dict[str, str]] = {
    "capital": {"en": "from the savers to where they invest", "zh": "由储蓄地流向投资地"},
    "goods": {"en": "from the seller to the buyer", "zh": "由卖方流向买方"},
    "data": {"en": "from the provider to the user, who pays", "zh": "由提供方流向付费的使用方"},
    "collaboration": {"en": "from the firm that leads to its partner", "zh": "由牵头企业所在地指向合作方"},
}
_MOVES = {"en": "from the old home to the new", "zh": "由迁出地流向迁入地"}


def written_unit(unit: str) -> tuple[float, dict[str, str]]:
    """By what the model's number is multiplied, and the unit the product is read in."""
    written, _, _ = unit.partition(",")
    if written.startswith("index"):
        return 1.0, {"en": "index", "zh": "指数"}
    return _UNITS.get(written, (1.0, {"en": written, "zh": written}))


def described(measure: Measure) -> dict[str, Any]:
    """A measure as the browser writes it: `value · factor` in `unit`, or a fraction as per cent.

    A quarter has few events, and most places none: the browser adds them up since the start.
    """
    factor, words = written_unit(measure.unit)
    fraction, summed = measure.unit == "fraction", measure.unit == "events"
    return {
        "name": measure.name,
        "topic": TOPIC_OF[measure.name],
        "title": measure.title,
        "unit": {"en": "", "zh": ""} if fraction else words,
        "percent": fraction,
        "whole": measure.whole,
        "summed": summed,
        "factor": factor,
        "meaning": f"{measure.meaning} ({measure.unit}{'; here: since the start' if summed else ''})",
        "extensive": measure.weight is None and not fraction,
    }


def described_factor(name: str, unit: str) -> dict[str, Any]:
    """What flows, in what unit and which way."""
    factor, words = written_unit(unit)
    # People are counted by the quarter as money is, though their unit does not say so.
    per = {"en": "/quarter", "zh": "/季"} if "/" not in words["en"] else {"en": "", "zh": ""}
    return {
        "name": name,
        "unit": {lang: text + per[lang] for lang, text in words.items()},
        "factor": factor,
        "direction": _DIRECTIONS.get(name, _MOVES),
    }


def city_names() -> tuple[str, ...]:
    """City measures in a frame, topic by topic."""
    return tuple(name for topic in TOPICS.values() for name in topic.city)


def nation_measures() -> list[Measure]:
    """The nation's measures by topic: those it shares with its cities, then its own."""
    by_name = {m.name: m for m in (*measures.CITY, *measures.NATION)}
    return [by_name[name] for topic in TOPICS.values() for name in (*topic.city, *topic.nation)]


def described_measures() -> dict[str, Any]:
    """Everything about measures that the browser is told."""
    by_name = {m.name: m for m in measures.CITY}
    return {
        "topics": [{"name": name, "title": topic.title} for name, topic in TOPICS.items()],
        "city": [described(by_name[name]) for name in city_names()],
        "nation": [described(m) for m in nation_measures()],
        "region": list(REGION),
        "factors": [described_factor(name, unit) for name, unit in measures.FACTORS.items()],
        "defaults": {
            "measure": COLOUR,
            "size": SIZE,
            "headline": HEADLINE,
            "flows": list(FLOWS),
            "series": list(SERIES),
            "areaSeries": list(AREA_SERIES),
            "key": list(KEY),
        },
    }
