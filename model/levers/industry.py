"""Levers of the third driver, industry: where money goes among sectors, what is traded abroad, what is kept back."""

from nqpf.model.levers.lever import Lever

INDUSTRY = (
    Lever(
        name="guidance_fund",
        title={"en": "Guidance fund for targeted sectors", "zh": "产业引导基金"},
        unit="share of the city's budget",
        low=0.0,
        high=0.05,
        default=0.01,
        driver="industry",
        measure="targeted_share",
        expected_sign="+",
        source="range assumed: cities' industrial guidance funds",
        explanation={
            "en": "The treated cities invest this share of their budgets in the sectors they target; other public "
            "spending there falls by as much.",
            "zh": "目标城市将财政预算的这一比例投资于其重点产业,当地其他公共支出相应减少。",
        },
    ),
    Lever(
        name="free_trade_zones",
        title={"en": "Depth of free-trade zones", "zh": "自贸区开放深度"},
        unit="log foreign-trade cost, added to the zones' depth",
        low=0.0,
        high=0.3,
        default=0.0,
        driver="industry",
        measure="exports",
        expected_sign="+",
        source="range assumed; the zones are the actual ones",
        explanation={
            "en": "Cuts the cost of foreign trade in those treated places that have a zone, on top of what the zone "
            "saves already. Exports and the places' GDP rise; it has no price tag in the model.",
            "zh": "在已有自贸区的目标地区进一步降低对外贸易成本。出口和当地产出上升;模型不计费用。",
        },
    ),
    Lever(
        name="hinterland_share",
        title={"en": "Reserve capacity in the hinterland", "zh": "腹地备份产能"},
        unit="share of capacity kept in reserve",
        low=0.0,
        high=0.4,
        default=0.1,
        driver="industry",
        measure="gdp",
        expected_sign="-",
        source="range assumed",
        explanation={
            "en": "The part of the goods sectors' capacity in hinterland provinces that stands idle; a supply shock "
            "anywhere brings as much of it to work as it takes. Without a shock it costs output, and its owners bear "
            "that; after a shock on the coast the loss of output is smaller.",
            "zh": "腹地省份货物部门产能中平时闲置的比例,遭遇供给冲击时按损失大小启用。没有冲击时减少产出,由所有者"
            "承担;沿海受冲击后产出损失较小。",
        },
    ),
)
