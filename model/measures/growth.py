"""Growth of places by mechanism, as `model.growth` splits it: in every place and quarter the parts add up to it."""

from __future__ import annotations

from nqpf.model.measures.measure import Measure, measure

_UNIT = "log points / quarter"
_LMDI = "LMDI-I: Ang 2005, 2015"
_TURNOVER = "Foster, Haltiwanger and Krizan 2001; Baldwin 1995"
_WEIGHTS = "Σ_s w_cs"
_FIRMS = "Σ_s w_cs Σ_f L(z'_f, z_f) / L(Z', Z)"

GROWTH: tuple[Measure, ...] = (
    measure(
        "growth",
        _UNIT,
        "Growth of real GDP",
        "实际GDP增长",
        "Log growth of the place's real GDP since the quarter before; the mechanisms add up to it",
        "ln(gdp' / gdp)",
        source=_LMDI,
    ),
    measure(
        "own_tfp",
        _UNIT,
        "Own research",
        "自主研发",
        "The rest of firms' productivity: what their own push, without knowledge around, improved within what the "
        "tracks of the start and the frontier allow",
        f"{_FIRMS} · (Δ ln A − spillover − breakthrough)",
        source=_LMDI,
    ),
    measure(
        "spillover",
        _UNIT,
        "Spillover and imitation",
        "知识溢出与模仿",
        "Productivity from others: imitation, and of improvements the share of their intensity that knowledge around "
        "brought, which is the chance that an improvement is its doing",
        f"{_FIRMS} · (improvement · (1 − 1/pull) + imitation)",
        source=_LMDI,
    ),
    measure(
        "breakthrough",
        _UNIT,
        "New technology tracks",
        "突破性技术路线",
        "Productivity that the same draws would not have given under the ceiling of the sector's first track",
        f"{_FIRMS} · max(gain − gain under the first track's ceiling, 0)",
        source=_LMDI,
    ),
    measure(
        "turnover",
        _UNIT,
        "Turnover of firms",
        "企业更替",
        "Firms that came less those that left, by entry, exit and moves, and capital passed between them and others",
        f"{_WEIGHTS} ((Σ_new z' − Σ_gone z) / (κ L(Z', Z)) − (1 − v)(1/κ − α − d) Δ ln n) + "
        f"{_FIRMS} · α ln(K' / K invested)",
        source=_TURNOVER,
    ),
    measure(
        "capital",
        _UNIT,
        "Capital",
        "资本积累",
        "Investment, less depreciation, of firms that stayed",
        f"{_FIRMS} · α ln(K invested / K)",
        source=_LMDI,
    ),
    measure(
        "people",
        _UNIT,
        "People and agglomeration",
        "人口与集聚",
        "Labour and talent in each sector, also by moving between sectors of the place, and what their density gives",
        f"{_WEIGHTS} (η Δ ln N_cs + φ_H Δ ln H_c + φ_L Δ ln L_c)",
        source=_LMDI,
    ),
    measure(
        "data",
        _UNIT,
        "Data and compute",
        "数据与算力",
        "Firms' own data, data within reach, and compute",
        f"{_FIRMS} · d Δ ln D + {_WEIGHTS} (ζ_s μ Δ ln Pool_c + ζ_s · compute_weight · Δ ln κ_c)",
        source=_LMDI,
    ),
    measure(
        "digital",
        _UNIT,
        "Digital networks",
        "数字基础设施",
        "Digital networks of the place",
        f"{_WEIGHTS} Δ G(digital_c)",
        source=_LMDI,
    ),
    measure(
        "public",
        _UNIT,
        "Public capital",
        "公共资本",
        "Public capital of the place",
        f"{_WEIGHTS} φ_G Δ ln public_capital_c",
        source=_LMDI,
    ),
    measure(
        "clusters",
        _UNIT,
        "Externalities of clusters",
        "产业集群外部性",
        "Own-sector externalities in designated clusters and industry areas",
        f"{_WEIGHTS} Δ x_cs",
        source=_LMDI,
    ),
    measure(
        "shocks",
        _UNIT,
        "Shocks and reserve",
        "冲击与战略备份",
        "Supply shocks, and capacity held in reserve or released",
        f"{_WEIGHTS} Δ (ln(1 − loss_c) + α ln(1 − idle_cs))",
        source=_LMDI,
    ),
    measure(
        "trade",
        _UNIT,
        "Prices of what is sold",
        "销售价格与市场准入",
        "What the place's products fetch over the nation's deflator: market access, demand and rivals",
        f"{_WEIGHTS} (1/γ_s) Δ ln(p_cs / D)",
        source=_LMDI,
    ),
    measure(
        "chains",
        _UNIT,
        "Supply chains",
        "供应链",
        "Inputs that become cheaper over the nation's deflator",
        f"−{_WEIGHTS} ((1 − γ_s)/γ_s) Δ ln(P_M,cs / D)",
        source=_LMDI,
    ),
)
"""Measures of the table `growth`, by place."""
