"""Under which heading the page offers each measure, in the order of its lists; what stands in none is not sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One heading of the page's lists."""

    title: dict[str, str]
    city: tuple[str, ...]
    nation: tuple[str, ...] = ()
    """Measures of the nation that no city has."""


TOPICS: dict[str, Topic] = {
    "nqpf": Topic(
        {"en": "New quality productive forces", "zh": "新质生产力"},
        ("nqpf", "nqpf_technology", "nqpf_factors", "nqpf_industry"),
        ("nqpf_gini", "nqpf_theil", "nqpf_theil_between_share", "nqpf_reach"),
    ),
    "output": Topic(
        {"en": "Output and incomes", "zh": "产出与收入"},
        (
            "gdp", "gdp_per_head", "output_per_worker", "tfp", "income", "consumption", "wage_labour",
            "wage_talent", "price_level", "rent", "exports",
        ),
        (
            "absorption_volume", "theil_gdp_per_head", "theil_between", "theil_within", "sigma_gdp_per_head",
            "tfp_dispersion", "gini_gdp", "gdp_herfindahl", "top10_gdp_share", "rent_gap", "cross_province_trade",
        ),
    ),
    "people": Topic(
        {"en": "People", "zh": "人口与人才"},
        ("population", "labour", "talent", "graduates", "arrivals", "departures"),
        ("top10_population_share", "inter_provincial_moves"),
    ),
    "factors": Topic(
        {"en": "Capital, data, compute", "zh": "资本、数据与算力"},
        ("capital", "capital_return", "investment", "data", "data_paid", "data_received", "compute", "digital"),
        ("sd_log_return", "sd_log_cell_return", "cross_province_investment"),
    ),
    "innovation": Topic(
        {"en": "Innovation", "zh": "创新"},
        ("rd", "breakthroughs", "attempts", "collaborations", "new_track_firms"),
        ("rd_top3_share", "tracks", "cross_province_consortia", "cross_province_collaboration"),
    ),
    "industry": Topic(
        {"en": "Industry and firms", "zh": "产业与企业"},
        (
            "strategic_share", "strategic_value_added", "digital_value_added", "targeted_value_added", "input_exposure",
            "own_trade_share", "firms", "entries", "exits", "moved_in", "moved_out",
        ),
        ("manufacturing_share", "targeted_share", "structural_similarity", "turnover_rate"),
    ),
    "public": Topic(
        {"en": "Public money", "zh": "公共资金"},
        ("public_spending", "public_capital", "industry_subsidy", "guidance_fund", "talent_subsidy", "mission"),
        ("theil_public_capital",),
    ),
}  # fmt: skip

UNSHOWN = (
    "births", "deaths", "employed_labour", "employed_talent", "employment", "value_added", "tax", "absorption",
    "solver_iterations", "nqpf_equal", "nqpf_geometric", "rd_intensity", "knowledge_per_worker", "technology_level",
    "new_track_share", "outside_collaboration", "talent_share", "allocation_efficiency", "data_per_worker",
    "digital_share", "industrial_complexity",
)  # fmt: skip
"""Left to the tables: they move with one that is shown, are parts of an index, or the model's working; every number
costs each frame."""

TOPIC_OF = {name: topic for topic, listed in TOPICS.items() for name in (*listed.city, *listed.nation)}
