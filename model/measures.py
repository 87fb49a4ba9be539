"""What is observed each quarter: every measure declared once, with unit and meaning; tables, schema and pages follow.

A measure with a `weight` is a mean by that measure when places are put together; one without adds up.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of an output table."""

    name: str
    unit: str
    title: dict[str, str]
    meaning: str
    equation: str = ""
    weight: str | None = None
    whole: bool = False  # whole numbers


def _m(
    name: str,
    unit: str,
    en: str,
    zh: str,
    meaning: str,
    equation: str = "",
    weight: str | None = None,
    *,
    whole: bool = False,
) -> Measure:
    return Measure(name, unit, {"en": en, "zh": zh}, meaning, equation, weight, whole)


_MONEY = "CNY million / quarter, base quarter's final prices"
_PERSONS = "persons"

CITY: tuple[Measure, ...] = (
    _m(
        "population",
        _PERSONS,
        "Population",
        "常住人口",
        "Residents at the end of the quarter",
        "labour + talent",
        whole=True,
    ),
    _m(
        "labour",
        _PERSONS,
        "Labour",
        "普通劳动者",
        "Residents without a college degree",
        "L' = L + births − deaths − graduates + arrivals − departures",
        whole=True,
    ),
    _m(
        "talent",
        _PERSONS,
        "Talent",
        "人才",
        "Residents with a college degree",
        "H' = H − deaths + graduates + arrivals − departures",
        whole=True,
    ),
    _m(
        "employed_labour",
        _PERSONS,
        "Employed labour",
        "就业劳动者",
        "Labour at work",
        "technology.employed_labour_share · L",
    ),
    _m(
        "employed_talent",
        _PERSONS,
        "Employed talent",
        "就业人才",
        "Talent at work",
        "technology.employed_talent_share · H",
    ),
    _m(
        "employment",
        _PERSONS,
        "Employment",
        "就业人数",
        "Labour and talent at work",
        "employed_labour + employed_talent",
    ),
    _m("births", _PERSONS, "Births", "出生", "Born in the quarter", whole=True),
    _m("deaths", _PERSONS, "Deaths", "死亡", "Died in the quarter", whole=True),
    _m("graduates", _PERSONS, "Graduates", "毕业生", "Labour that became talent in the quarter", whole=True),
    _m("arrivals", _PERSONS, "Arrivals", "迁入", "Moved in from other places in the quarter", whole=True),
    _m("departures", _PERSONS, "Departures", "迁出", "Moved out to other places in the quarter", whole=True),
    _m(
        "gdp",
        "CNY million / quarter, 2020 prices",
        "GDP",
        "地区生产总值",
        "Real GDP: value added over the nation's chained Fisher deflator; places add up to the nation",
        "Σ_s γ_s X_cs · gdp_volume / Σ VA, gdp_volume chained Fisher over V_cs at prices γX/V",
    ),
    _m(
        "value_added",
        _MONEY,
        "Value added",
        "增加值",
        "Value added in money of the numéraire, in which all incomes and spending below close",
        "Σ_s γ_s X_cs",
    ),
    _m(
        "gdp_per_head",
        "CNY million / person / year, 2020 prices",
        "GDP per head",
        "人均地区生产总值",
        "Annualised GDP over residents",
        "4 · gdp / population",
        "population",
    ),
    _m(
        "wage_labour",
        "CNY million / person / quarter, 2020 prices",
        "Wage of labour",
        "普通工资",
        "Wage before tax per employed labourer",
        "Σ ργη(1−h)X / employed",
        "employed_labour",
    ),
    _m(
        "wage_talent",
        "CNY million / person / quarter, 2020 prices",
        "Wage of talent",
        "人才工资",
        "Wage before tax and subsidy per employed talent",
        "Σ ργηhX / employed",
        "employed_talent",
    ),
    _m(
        "income",
        _MONEY,
        "Household income",
        "居民收入",
        "Wages after tax, subsidies and dividends",
        "(1−t)W + subsidy + dividends",
    ),
    _m("consumption", _MONEY, "Consumption", "居民消费", "Households' spending", "(1−s) · income"),
    _m(
        "investment",
        _MONEY,
        "Investment",
        "投资",
        "Savings from anywhere and retained surplus invested here",
        "Σ_n S_ni saving_n + ret · NS_i",
    ),
    _m(
        "public_spending",
        _MONEY,
        "Public spending",
        "公共支出",
        "The city's budget less subsidies to talent",
        "budget − subsidy",
    ),
    _m("tax", _MONEY, "Tax", "税收", "Tax on value added", "t · VA"),
    _m(
        "talent_subsidy",
        _MONEY,
        "Talent subsidy",
        "人才补贴",
        "Paid to talent out of the city's budget",
        "rate · (1−t) · talent's wages",
    ),
    _m("rd", _MONEY, "R&D", "研发支出", "Research and development of firms", "Σ rd_s X_cs"),
    _m(
        "absorption",
        _MONEY,
        "Absorption",
        "国内吸收",
        "Final spending: consumption, government, R&D, investment",
        "C + G + R&D + I",
    ),
    _m(
        "price_level",
        "index, nation's base = 1",
        "Price level",
        "价格水平",
        "Price index of final spending",
        "Π_s P_cs^β_s",
        "absorption",
    ),
    _m(
        "capital",
        "CNY million, 2020 prices",
        "Capital",
        "资本存量",
        "Physical capital at its base-quarter price",
        "K' = (1−δ)K + I / P",
    ),
    _m(
        "capital_return",
        "1 / quarter",
        "Return on capital",
        "资本回报率",
        "Net surplus over the value of capital",
        "NS / (P K)",
        "capital",
    ),
    _m(
        "output_per_worker",
        "CNY million / person / year, 2020 prices",
        "Output per worker",
        "劳动生产率",
        "Annualised GDP over people at work",
        "4 · gdp / employment",
        "employment",
    ),
    _m("firms", "firms", "Firms", "企业数", "Firms at the end of the quarter", whole=True),
    _m("entries", "firms", "Entries", "新设企业", "Firms born in the quarter", whole=True),
    _m("exits", "firms", "Exits", "退出企业", "Firms that left in the quarter", whole=True),
    _m(
        "own_trade_share",
        "fraction",
        "Own-place share of purchases",
        "本地采购占比",
        "Goods and services bought from sellers of the place over all bought",
        "Σ_s π_jj,s E_js / Σ_s E_js",
        "absorption",
    ),
)

NATION: tuple[Measure, ...] = (
    _m(
        "absorption_volume",
        _MONEY,
        "Real absorption",
        "实际国内吸收",
        "Chained Fisher volume of final spending",
        "Fisher over F_c at P_c",
    ),
    _m(
        "theil_gdp_per_head",
        "nats",
        "Theil index of GDP per head, provinces",
        "省际人均GDP泰尔指数",
        "Inequality of provinces' GDP per head, weighted by GDP share",
        "Σ y_p ln(y_p / n_p)",
    ),
    _m(
        "theil_between",
        "fraction",
        "Between-region share of Theil",
        "区域间泰尔占比",
        "Part of the Theil index between macro-regions",
        "T_between / T",
    ),
    _m(
        "gini_gdp",
        "fraction",
        "Gini of places' GDP",
        "城市GDP基尼系数",
        "Concentration of GDP over places",
        "Σ (2i − n − 1) y_i / (n Σ y)",
    ),
    _m(
        "top10_gdp_share",
        "fraction",
        "GDP share of the ten largest places",
        "前十城市GDP占比",
        "GDP of the ten largest places over the nation's",
    ),
    _m(
        "top10_population_share",
        "fraction",
        "Population share of the ten largest places",
        "前十城市人口占比",
        "Residents of the ten most populous places over the nation's",
    ),
    _m(
        "sd_log_return",
        "log",
        "Dispersion of returns",
        "回报率离散度",
        "Standard deviation over places of the log return on capital",
    ),
    _m(
        "cross_province_investment",
        "fraction",
        "Cross-province investment",
        "跨省投资占比",
        "Savings invested in another province over all savings",
    ),
    _m(
        "cross_province_trade",
        "fraction",
        "Trade between provinces",
        "省际贸易占比",
        "Purchases from other provinces over all purchases from the nation's sellers",
    ),
    _m("exports", _MONEY, "Exports", "出口", "Sales to the rest of the world"),
    _m(
        "inter_provincial_moves",
        _PERSONS,
        "Moves between provinces",
        "跨省迁移",
        "People who moved to another province in the quarter",
        whole=True,
    ),
    _m(
        "solver_iterations",
        "steps",
        "Solver steps",
        "求解步数",
        "Steps of the equilibrium solver",
        whole=True,
    ),
)

SECTOR: tuple[Measure, ...] = (
    _m("output", _MONEY, "Gross output", "总产出", "Sales", "X_cs"),
    _m("value_added", _MONEY, "Value added", "增加值", "Sales less inputs", "γ_s X_cs"),
    _m("employment", _PERSONS, "Employment", "就业", "Labour and talent employed", "ργη((1−h)X/w_L + hX/w_H)"),
    _m("firms", "firms", "Firms", "企业数", "Firms at the end of the quarter", whole=True),
    _m(
        "rca",
        "ratio",
        "Revealed comparative advantage",
        "显性比较优势",
        "Sector's share of the place's value added over its share of the nation's (Balassa 1965)",
    ),
)

FACTORS: dict[str, str] = {
    "talent": _PERSONS,
    "labour": _PERSONS,
    "capital": _MONEY,
    "goods": _MONEY,
}
"""Flows between places observed each quarter, with their units."""
