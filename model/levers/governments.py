"""Levers of governments: what cities favour and subsidise, and how the centre spreads its money and land."""

from nqpf.model.levers.lever import Lever

GOVERNMENTS = (
    Lever(
        name="targeting_rule",
        title={"en": "How cities choose sectors", "zh": "城市产业选择规则"},
        choices={
            "none": {"en": "None favoured", "zh": "不设重点"},
            "related": {"en": "Related to what is there", "zh": "与现有产业相关"},
            "complex": {"en": "The most complex", "zh": "复杂度最高"},
            "copycat": {"en": "What peers favour", "zh": "跟随同类城市"},
        },
        default="copycat",
        driver="governments",
        measure="structural_similarity",
        expected_sign="+",
        source="peers of the same province and rank: Yu, Zhou and Zhu; promotion tournaments are disputed",
        explanation={
            "en": "Which strategic sectors the treated cities favour with subsidies and the guidance fund, out of "
            "their own budgets; they choose anew each January. Copying peers makes cities alike: the effect expected "
            "is that of copycat against the others.",
            "zh": "目标城市用自有财政的补贴和引导基金扶持哪些战略产业,每年一月重新选择。跟随同类城市使结构趋同;"
            "预期效应指跟随相对于其他规则。",
        },
    ),
    Lever(
        name="subsidy_cap",
        title={"en": "Cap on subsidies to firms", "zh": "企业补贴上限"},
        unit="share of the place's GDP",
        low=0.0,
        high=0.05,
        default=0.02,
        driver="governments",
        measure="sd_log_cell_return",
        expected_sign="+",
        source="DiPippo, Mazzocco and Kennedy 2022: industrial policy 1.7 % of GDP (recalled); peers: Yu, Zhou and Zhu",
        explanation={
            "en": "The most a treated city may give the sectors it targets. It pays out of its own budget: other "
            "public spending there falls by as much. Capital crowds into what is subsidised, and returns drift "
            "apart.",
            "zh": "目标城市对其重点产业补贴的上限,由当地财政支付,其他公共支出相应减少。资本涌向受补贴产业,回报率分化。",
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
        measure="theil_public_capital",
        expected_sign="-",
        source="Zhou and Gong: output has an interior optimum near 82 %",
        explanation={
            "en": "The part of the centre's transfers that provinces get by population; the rest goes by the tax "
            "they paid. One rate for the whole nation.",
            "zh": "中央转移支付中按人口分配的比例,其余按税收贡献分配;全国统一。",
        },
        places=("nation",),
    ),
    Lever(
        name="pole_share",
        title={"en": "Development money for growth poles", "zh": "增长极资金占比"},
        unit="share of the centre's development money",
        low=0.0,
        high=1.0,
        default=0.5,
        driver="governments",
        measure="theil_gdp_per_head",
        expected_sign="+",
        source="range assumed",
        explanation={
            "en": "The part of the centre's development money that goes to the growth poles (municipalities and "
            "sub-provincial cities); all places share the rest by residents. It is paid out of the centre's part "
            "of tax.",
            "zh": "中央发展资金中投向增长极(直辖市和副省级城市)的比例,其余按人口分给各地;资金来自中央税收。",
        },
        places=("nation",),
    ),
    Lever(
        name="switch_year",
        title={"en": "Turn from poles to coordination", "zh": "由增长极转向协调发展"},
        unit="years after the start",
        low=0.0,
        high=30.0,
        nullable=True,
        default=None,
        driver="governments",
        measure="theil_gdp_per_head",
        expected_sign="+",
        source="range assumed",
        explanation={
            "en": "When the centre turns from poles to coordination: from then on all places share its development "
            "money by residents. The later, the wider the gaps; never is the latest. The money is the same.",
            "zh": "中央何时由增长极转向协调发展:此后发展资金按人口分给各地。越晚差距越大,从不即最晚;资金总额不变。",
        },
        places=("nation",),
        step=1.0,
    ),
    Lever(
        name="land_tilt",
        title={"en": "Land quota for the hinterland", "zh": "用地指标向中西部倾斜"},
        unit="tilt of the land quota to the central and western hinterland",
        low=-1.0,
        high=1.0,
        default=0.0,
        driver="governments",
        measure="rent_gap",
        expected_sign="+",
        source="range assumed",
        explanation={
            "en": "Shifts the nation's quota of building land to the central and western hinterland (1) or away from "
            "it (−1); the total is the same. Rents fall where land is added and rise where it is taken, so the gap of "
            "rents outside and inside grows; people follow.",
            "zh": "将全国建设用地指标向中西部腹地倾斜(1)或相反(−1),总量不变。增地处租金下降,减地处上升,地租差扩大。",
        },
        places=("nation",),
    ),
)
