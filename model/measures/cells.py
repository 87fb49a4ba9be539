"""Measures of cells and of technology tracks, and the flows between places."""

from __future__ import annotations

from nqpf.model.measures.measure import MONEY, PERSONS, Measure, measure

SECTOR: tuple[Measure, ...] = (
    measure("output", MONEY, "Gross output", "总产出", "Sales", "X_cs"),
    measure("value_added", MONEY, "Value added", "增加值", "Sales less inputs", "γ_s X_cs"),
    measure("employment", PERSONS, "Employment", "就业", "Labour and talent employed", "ργη((1−h)X/w_L + hX/w_H)"),
    measure("firms", "firms", "Firms", "企业数", "Firms at the end of the quarter", whole=True),
    measure(
        "rca",
        "ratio",
        "Revealed comparative advantage",
        "显性比较优势",
        "Sector's share of the place's value added over its share of the nation's",
        "(VA_cs / VA_c) / (VA_s / VA)",
        source="Balassa (1965)",
    ),
    measure("targeted", "0 or 1", "Targeted", "受扶持", "Whether its government targets the sector", whole=True),
    measure(
        "knowledge",
        "CNY million",
        "Knowledge",
        "知识存量",
        "Stock of R&D, outdated by age",
        "K' = (1−δ)K + R",
        source="Griliches (1979)",
    ),
    measure(
        "exports",
        MONEY,
        "Exports",
        "出口",
        "Sales to the rest of the world",
        "π_abroad,cs E_abroad,s",
        source="Eaton and Kortum (2002)",
    ),
)

TRACK: tuple[Measure, ...] = (
    measure(
        "ceiling",
        "log",
        "Ceiling",
        "技术上限",
        "Productivity that the track allows at most, log",
        "ln F + growth of the frontier",
    ),
    measure("firms", "firms", "Firms", "企业数", "Firms on the track", whole=True),
    measure("places", "places", "Places", "城市数", "Places with a firm on the track", whole=True),
    measure("provinces", "provinces", "Provinces", "省份数", "Provinces with a firm on the track", whole=True),
    measure("sales_share", "fraction", "Share of sales", "销售占比", "Sales of the track's firms over their sector's"),
)

FACTORS: dict[str, str] = {
    "talent": PERSONS,
    "labour": PERSONS,
    "capital": MONEY,
    "goods": MONEY,
    "data": MONEY,
    "collaboration": "projects",
}
"""Flows between places observed each quarter, with their units."""
