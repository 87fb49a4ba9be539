"""Which measures the page shows, and in what units people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nqpf.model import measures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nqpf.model.measures import Measure

CITY = (
    "nqpf", "gdp", "gdp_per_head", "population", "labour", "talent", "wage_labour", "wage_talent", "income",
    "investment", "capital", "capital_return", "output_per_worker", "rd", "firms", "entries", "exits", "price_level",
    "own_trade_share",
)  # fmt: skip
"""City measures sent with every frame, as far as the model has them."""
REGION_LEVELS = ("macro_region", "cluster", "province")
"""Levels whose regions can be followed beside the nation."""
HEADLINE = ("nqpf", "gdp")
COLOUR = ("nqpf", "gdp_per_head")
SIZE = ("gdp", "population")
SERIES = ("nqpf", "gdp", "gdp_per_head", "theil_gdp_per_head", "top10_population_share", "sd_log_return")
AREA_SERIES = ("nqpf", "gdp", "gdp_per_head", "talent", "wage_talent", "capital")
CHARTS = 5
"""Charts side by side."""

_UNITS: dict[str, tuple[float, dict[str, str]]] = {
    "CNY million": (1e6, {"en": "CNY", "zh": "元"}),
    "CNY million / quarter": (1e6, {"en": "CNY/quarter", "zh": "元/季"}),
    "CNY million / person / year": (1e6, {"en": "CNY/year", "zh": "元/年"}),
    "CNY million / person / quarter": (1e6, {"en": "CNY/quarter", "zh": "元/季"}),
    "persons": (1.0, {"en": "people", "zh": "人"}),
    "firms": (1.0, {"en": "firms", "zh": "家"}),
    "1 / quarter": (100.0, {"en": "% a quarter", "zh": "%/季"}),
    "nats": (1.0, {"en": "nats", "zh": "nats"}),
    "log": (1.0, {"en": "log points", "zh": "对数点"}),
}


def described(measure: Measure) -> dict[str, Any]:
    """A measure as the browser writes it: `value · factor` in `unit`, or a fraction as per cent."""
    written, _, _ = measure.unit.partition(",")
    factor, words = _UNITS.get(written, (1.0, {"en": written, "zh": written}))
    if written.startswith("index"):
        words = {"en": "index", "zh": "指数"}
    return {
        "name": measure.name,
        "title": measure.title,
        "unit": {"en": "", "zh": ""} if written == "fraction" else words,
        "percent": written == "fraction",
        "factor": factor,
        "meaning": f"{measure.meaning} ({measure.unit})",
        "extensive": measure.weight is None and written != "fraction",
    }


def _known(names: Iterable[str], available: Iterable[str]) -> list[str]:
    there = set(available)
    return [name for name in names if name in there]


def city_names() -> tuple[str, ...]:
    """City measures in a frame."""
    return tuple(_known(CITY, (m.name for m in measures.CITY)))


def region_names() -> tuple[str, ...]:
    """Measures of regions in a frame: those charted."""
    return tuple(_known(AREA_SERIES, city_names())[:CHARTS])


def nation_measures() -> list[Measure]:
    """The nation's own measures, and those it shares with its cities."""
    own = {m.name for m in measures.NATION}
    return [*measures.NATION, *(m for m in measures.CITY if m.name in city_names() and m.name not in own)]


def described_measures() -> dict[str, Any]:
    """Everything about measures that the browser is told."""
    by_name = {m.name: m for m in measures.CITY}
    city, nation = city_names(), [m.name for m in nation_measures()]
    return {
        "city": [described(by_name[name]) for name in city],
        "nation": [described(m) for m in nation_measures()],
        "factors": [{"name": name, "unit": unit} for name, unit in measures.FACTORS.items()],
        "defaults": {
            "measure": _known(COLOUR, city)[0],
            "size": _known(SIZE, city)[0],
            "headline": _known(HEADLINE, nation)[0],
            "flows": ["talent", "capital"],
            "series": _known(SERIES, nation)[:CHARTS],
            "areaSeries": list(region_names()),
        },
    }
