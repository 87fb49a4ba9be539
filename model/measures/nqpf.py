"""Measures of new quality productive forces: what the index is made of, the index, and how it is spread.

The indicators stand for those of the published indices as far as the model has them. It has neither venture capital nor
inventions; for breakthroughs it takes the productivity that firms have reached, which rises as they improve, imitate
and climb on new tracks, for the share of firms on new tracks is nought everywhere at the start and would alone get .4
to .5 of the index by its entropy, and ceilings rise with the frontier whatever firms do. Returns are held against the
nation's mean, for inside a place capital starts in proportion to sales. Data are not divided by people where they are
non-rival: small places of data-rich provinces would lead. How related a place's sectors are does not enter: it tells
places apart as the share of strategic sectors does, and depends on how many rows stand for firms.
"""

from __future__ import annotations

from nqpf.model.measures.measure import Measure, measure

_PUBLISHED = "Li Yang et al. (2024), Sustainability 16(24):11259"
_ENTROPY = f"Entropy weights: Shannon (1948); drivers: {_PUBLISHED}, Pan An (2024)"
_BEYOND = "0 and 1 are the lowest and highest of the baseline's places and quarters; a policy may leave them"
_ROWS = "with few firms the level is lower and inequality higher: compare runs of equally many"
_ZERO = f"the zero is the baseline's lowest, and inequality depends on it; {_ROWS}"

INDICATORS: tuple[Measure, ...] = (
    measure(
        "rd_intensity",
        "fraction",
        "R&D intensity",
        "研发强度",
        "Research and development over value added",
        "rd / value_added",
        "value_added",
        source=_PUBLISHED,
    ),
    measure(
        "knowledge_per_worker",
        "CNY million / person",
        "Knowledge per worker",
        "人均知识存量",
        "Stock of R&D, outdated by age, over people at work",
        "Σ_s K_cs / employment",
        "employment",
        source=f"Knowledge stock: Griliches (1979); {_PUBLISHED} counts inventions",
    ),
    measure(
        "technology_level",
        "log",
        "Level of technology",
        "技术水平",
        "Productivity that the place's firms have reached, over what the first track of their sector allowed at the "
        "start, mean by value added, log; it rises as they improve, imitate and climb on new tracks",
        "Σ_f v_f (ln A_f + lead of f's cell − ceiling of its sector's first track at the start) / Σ_f v_f",
        "value_added",
        source=f"In place of breakthroughs in {_PUBLISHED}",
    ),
    measure(
        "new_track_share",
        "fraction",
        "Share of new tracks",
        "新技术路线占比",
        "Value added of firms on a technology track opened in the run over all",
        "Σ_{f on new tracks} v_f / Σ_f v_f",
        "value_added",
    ),
    measure(
        "outside_collaboration",
        "fraction",
        "Collaboration with other provinces",
        "跨省合作存量占比",
        "Part of the place's network of joint projects, outdated by age, that leads to other provinces; 0 without any; "
        "of regions and the nation the mean of places by value added, not the part of their common network",
        "Σ_{j in other provinces} W_cj / Σ_j W_cj",
        "value_added",
        source=f"Cross-region co-invention in {_PUBLISHED}",
    ),
    measure(
        "talent_share",
        "fraction",
        "Talent share",
        "人才占比",
        "Residents with a college degree over all",
        "talent / population",
        "population",
        source=_PUBLISHED,
    ),
    measure(
        "allocation_efficiency",
        "log²",
        "Efficiency of allocation",
        "要素配置效率",
        "Minus the variance of log revenue productivity about the nation's mean that capital brings, over the place's "
        "cells by capital; labour is free inside a place. Capital too scarce counts as capital too abundant",
        "−α² Σ_s k_cs (ln(VA_cs / P_c K_cs) − nation's mean)², k_cs shares of the place's capital",
        "capital",
        source="Hsieh and Klenow (2009): losses of TFP are proportional to that variance",
    ),
    measure(
        "data_per_worker",
        "CNY million / person^(1−μ)",
        "Usable data per worker",
        "人均可用数据",
        "Own data per person at work and the pool within reach, with the weights of production; the pool is non-rival, "
        "so that no number of people divides it",
        "(D_c / employment)^{1−μ} (Σ_j A_cj D_j)^μ, in CNY million and persons",
        "employment",
        source=f"{_PUBLISHED}; non-rival data: Jones and Tonetti (2020)",
    ),
    measure(
        "strategic_share",
        "fraction",
        "Strategic sectors' share",
        "战略性新兴产业占比",
        "Value added of strategic emerging sectors over all value added",
        "strategic_value_added / value_added",
        "value_added",
        source=_PUBLISHED,
    ),
    measure(
        "digital_share",
        "fraction",
        "Digital share",
        "数字经济占比",
        "Digital value added over all value added",
        "digital_value_added / value_added",
        "value_added",
        source=_PUBLISHED,
    ),
    measure(
        "industrial_complexity",
        "index",
        "Industrial complexity",
        "产业复杂度",
        "Mean skill and research intensity of the place's sectors by value added",
        "Σ_s share_cs (skill_share_s + rd_share_s / γ_s)",
        "value_added",
        source="After Hidalgo and Hausmann (2009), by what sectors use",
    ),
)
"""What the index is made of, besides `compute` and `tfp`; `nqpf_index.INDICATORS` says what goes where."""

INDEX: tuple[Measure, ...] = (
    measure(
        "nqpf",
        "index",
        "NQPF index",
        "新质生产力指数",
        f"Level of new quality productive forces. {_BEYOND}; {_ROWS}",
        "Σ_j w_j x'_j, x' = (x − low)/(high − low), w_j = (1 − e_j)/Σ(1 − e), e_j = −Σ p ln p / ln(nT), p = x'/Σx'",
        "population",
        source=_ENTROPY,
    ),
    measure(
        "nqpf_technology",
        "index",
        "NQPF: technology",
        "新质生产力：技术革命性突破",
        f"Revolutionary technological breakthroughs. {_BEYOND}",
        "Σ_j w_j x'_j / Σ_j w_j over technology's indicators",
        "population",
        source=_ENTROPY,
    ),
    measure(
        "nqpf_factors",
        "index",
        "NQPF: factors",
        "新质生产力：生产要素创新性配置",
        f"Innovative allocation of production factors. {_BEYOND}",
        "Σ_j w_j x'_j / Σ_j w_j over factors' indicators",
        "population",
        source=_ENTROPY,
    ),
    measure(
        "nqpf_industry",
        "index",
        "NQPF: industry",
        "新质生产力：产业深度转型升级",
        f"Deep industrial transformation. {_BEYOND}",
        "Σ_j w_j x'_j / Σ_j w_j over industry's indicators",
        "population",
        source=_ENTROPY,
    ),
    measure(
        "nqpf_equal",
        "index",
        "NQPF index, equal weights",
        "新质生产力指数（等权）",
        f"The three drivers alike, and each driver's indicators alike. {_BEYOND}",
        "mean over drivers of the mean x' of their indicators",
        "population",
        source="OECD and JRC (2008), Handbook on Constructing Composite Indicators",
    ),
    measure(
        "nqpf_geometric",
        "index",
        "NQPF index, geometric",
        "新质生产力指数（几何）",
        f"Geometric mean of the three drivers, none below .01: a weak one is not made up for. {_BEYOND}",
        "(Π over drivers of max(score, .01))^{1/3}",
        "population",
        source="OECD and JRC (2008), Handbook on Constructing Composite Indicators",
    ),
)
"""The index of places; that of regions and the nation is the mean of their residents."""

NQPF_OF_NATION: tuple[Measure, ...] = (
    measure(
        "nqpf_gini",
        "fraction",
        "Gini of the NQPF index",
        "新质生产力基尼系数",
        f"Inequality over residents, each with the index of the place; an index below 0 counts as 0; {_ZERO}",
        "Σ_i Σ_j n_i n_j |x_i − x_j| / (2 x̄), n shares of residents",
        source="Gini (1912)",
    ),
    measure(
        "nqpf_theil",
        "nats",
        "Theil index of the NQPF index",
        "新质生产力泰尔指数",
        f"Inequality over residents, each with the index of the place; an index below 0 counts as 0; {_ZERO}",
        "Σ_i n_i (x_i / x̄) ln(x_i / x̄)",
        source="Theil (1967)",
    ),
    measure(
        "nqpf_theil_between_share",
        "fraction",
        "Between-region share of NQPF's Theil",
        "新质生产力区域间差距占比",
        f"Part of the Theil index of the NQPF index between macro-regions; {_ZERO}",
        "T_between / T",
        source="Shorrocks (1980)",
    ),
    measure(
        "nqpf_reach",
        "fraction",
        "Reach of NQPF",
        "新质生产力覆盖率",
        "Residents of places whose index is at least the baseline's national mean in its first quarter, over all; "
        f"{_ROWS}",
        "Σ_{x_i ≥ threshold} n_i",
    ),
)
