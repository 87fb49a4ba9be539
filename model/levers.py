"""The levers of policy: each declared once; checks, command, page and documentation derive from this table.

Nothing but the standard library is imported here: the command's help and the page read it before any array exists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nqpf.model.errors import ScenarioError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVELS = ("nation", "macro_region", "strategy", "cluster", "province", "city", "industry_area")
"""What a rule's `where` may name; ids of `city` are adcodes, all others stand in `regions.csv`."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One instrument of policy."""

    name: str
    title: dict[str, str]
    unit: str
    low: float
    high: float
    default: float  # the status quo
    driver: Literal["technology", "factors", "industry", "governments"]
    measure: str  # name of the outcome that the paired test looks at, as in model/measures.py
    expected_sign: Literal["+", "-"]  # of that outcome as the lever rises
    source: str
    explanation: dict[str, str]
    places: tuple[str, ...] = LEVELS
    kind: Literal["number", "choice"] = "number"
    values: tuple[str, ...] | None = None  # of a choice

    def check(self, value: object) -> float:
        """The value as a float; raises ScenarioError if it is no number or out of range."""
        bounds = f"{self.low:g} to {self.high:g}"
        if isinstance(value, bool) or not hasattr(value, "__float__"):
            raise ScenarioError(f"{brief(value)} is not a number; give one from {bounds}")
        try:
            number = float(value)
        except (OverflowError, TypeError, ValueError):
            number = math.nan
        if not self.low <= number <= self.high:
            raise ScenarioError(f"{brief(value)} is out of range; give a number from {bounds}")
        return number + 0.0  # −0.0 is 0.0: two spellings of one policy share a hash

    def record(self) -> dict[str, object]:
        """What `nqpf levers --json` prints: keys that do not apply are null."""
        return {
            "name": self.name,
            "title": self.title,
            "unit": self.unit,
            "kind": self.kind,
            "low": self.low,
            "high": self.high,
            "default": self.default,
            "values": None if self.values is None else list(self.values),
            "places": list(self.places),
            "driver": self.driver,
            "measure": self.measure,
            "expected_sign": self.expected_sign,
            "source": self.source,
        }


def brief(value: object, width: int = 60) -> str:
    """A value as an error message shows it: quoted, never longer than `width`."""
    try:
        text = repr(value)
    except ValueError:  # whole numbers of more digits than Python prints
        return "the number"
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _table(levers: Iterable[Lever]) -> dict[str, Lever]:
    return {lever.name: lever for lever in levers}


LEVERS: dict[str, Lever] = _table(
    (
        Lever(
            name="transport_gain.within",
            title={"en": "Faster travel within clusters", "zh": "城市群内交通提速"},
            unit="share of travel time saved",
            low=0.0,
            high=0.6,
            default=0.0,
            driver="factors",
            measure="absorption_volume",
            expected_sign="+",
            source="range assumed; high-speed rail halves times at most",
            explanation={
                "en": "Cuts travel times between places of one city cluster, and with them the cost of trade. "
                "A node may gain at the expense of the places the line passes by.",
                "zh": "缩短同一城市群内各地之间的出行时间,从而降低贸易成本。节点城市可能先受益,沿线被绕过的地方受损。",
            },
        ),
        Lever(
            name="transport_gain.across",
            title={"en": "Faster travel across clusters", "zh": "跨城市群交通提速"},
            unit="share of travel time saved",
            low=0.0,
            high=0.6,
            default=0.0,
            driver="factors",
            measure="absorption_volume",
            expected_sign="+",
            source="range assumed; high-speed rail halves times at most",
            explanation={
                "en": "Cuts travel times between places that share no city cluster, and with them the cost of trade.",
                "zh": "缩短不同城市群之间的出行时间,从而降低贸易成本。",
            },
        ),
        Lever(
            name="hukou_easing.labour",
            title={"en": "Registration easing, labour", "zh": "户籍放宽(普通劳动者)"},
            unit="share of the barrier removed",
            low=0.0,
            high=1.0,
            default=0.0,
            driver="factors",
            measure="gdp",
            expected_sign="+",
            source="barriers: Ma and Tang; effect: Tombe and Zhu 2019",
            explanation={
                "en": "Removes this share of the household-registration barrier that labour from other provinces meets "
                "in the treated places. People and GDP concentrate; national GDP rises.",
                "zh": "按此比例取消外省普通劳动者在目标地区面临的户籍壁垒。人口与产出更集中,全国产出上升。",
            },
        ),
        Lever(
            name="hukou_easing.talent",
            title={"en": "Registration easing, talent", "zh": "户籍放宽(人才)"},
            unit="share of the barrier removed",
            low=0.0,
            high=1.0,
            default=0.0,
            driver="factors",
            measure="gdp",
            expected_sign="+",
            source="barriers: Ma and Tang; effect: Tombe and Zhu 2019",
            explanation={
                "en": "Removes this share of the household-registration barrier that college graduates from other "
                "provinces meet in the treated places.",
                "zh": "按此比例取消外省大专及以上人才在目标地区面临的户籍壁垒。",
            },
        ),
        Lever(
            name="talent_subsidy",
            title={"en": "Subsidy to talent", "zh": "人才补贴"},
            unit="share of the wage after tax",
            low=0.0,
            high=0.3,
            default=0.0,
            driver="factors",
            measure="talent",
            expected_sign="+",
            source="range assumed: cities' talent programmes",
            explanation={
                "en": "The treated places top up talent's wages out of their own budgets: other public spending there "
                "falls by as much. Draws talent from places without it.",
                "zh": "由目标地区财政按工资比例补贴人才,当地其他公共支出相应减少;会从未补贴地区吸引人才。",
            },
        ),
        Lever(
            name="equity_integration",
            title={"en": "Integration of equity markets", "zh": "股权市场一体化"},
            unit="share of frictions removed",
            low=0.0,
            high=1.0,
            default=0.0,
            driver="factors",
            measure="sd_log_return",
            expected_sign="-",
            source="Zhao et al. 2025: GDP +3.1 %, dispersion of returns −4.8 % at full integration",
            explanation={
                "en": "Removes this share of every friction of investing in the treated places: distance, provincial "
                "border, home bias and their own wedge. Savings follow returns more closely.",
                "zh": "按此比例消除对目标地区投资的距离、省界、本地偏好等摩擦,使储蓄更贴近回报率流动。",
            },
        ),
        Lever(
            name="border_capital",
            title={"en": "Provincial border for capital", "zh": "资本的省际壁垒"},
            unit="ratio to the status quo",
            low=0.0,
            high=1.0,
            default=1.0,
            driver="factors",
            measure="cross_province_investment",
            expected_sign="-",
            source="Zhao et al. 2025: provincial borders matter and grow",
            explanation={
                "en": "Scales the provincial border that investors from elsewhere meet in the treated places; "
                "1 is today's, 0 is none.",
                "zh": "调整外省投资者进入目标地区时的省界摩擦:1 为现状,0 为没有。",
            },
        ),
        Lever(
            name="protection",
            title={"en": "Protection of local sellers", "zh": "地方保护"},
            unit="level, the status quo is 0.5",
            low=0.0,
            high=1.0,
            default=0.5,
            driver="governments",
            measure="own_trade_share",
            expected_sign="+",
            source="own-trade share .62: Ma and Tang; scale assumed",
            explanation={
                "en": "How much the treated places favour their own sellers: all of the provincial trade border and a "
                "part of the local one scale with it. Less of it means more trade and a higher GDP.",
                "zh": "目标地区偏向本地卖家的程度:省际贸易壁垒全部、本地壁垒部分随之变化。降低则贸易与产出上升。",
            },
        ),
        Lever(
            name="transfer_equalisation",
            title={"en": "Equalisation of transfers", "zh": "转移支付均等化"},
            unit="share of transfers by population",
            low=0.0,
            high=1.0,
            default=0.4,
            driver="governments",
            measure="theil_gdp_per_head",
            expected_sign="-",
            source="Zhou and Gong: output has an interior optimum near 82 %",
            explanation={
                "en": "The part of the centre's transfers that provinces get by population; the rest goes by the tax "
                "they paid. One rate for the whole nation.",
                "zh": "中央转移支付中按人口分配的比例,其余按税收贡献分配;全国统一。",
            },
            places=("nation",),
        ),
    )
)
"""Leaf name → lever. A group such as `hukou_easing` is the part before the dot and stands for all its leaves."""


def lever_names() -> list[str]:
    """Every name a rule or `--set` may use: leaves and groups, in the order of declaration."""
    names: dict[str, None] = {}
    for leaf in LEVERS:
        names.setdefault(leaf.partition(".")[0])
        names.setdefault(leaf)
    return list(names)


def resolve_lever(name: str) -> list[str]:
    """The leaves a name sets: itself, or all of a bare name; the prefix `policy.` is optional.

    Raises ScenarioError with the nearest known name.
    """
    bare = name.removeprefix("policy.")
    leaves = [leaf for leaf in LEVERS if bare in {leaf, leaf.partition(".")[0]}]
    if not leaves:
        hint = nearest(bare, lever_names()) or "; `nqpf levers` lists them"
        raise ScenarioError(f"unknown lever {brief(name)}{hint}")
    return leaves
