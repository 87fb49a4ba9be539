"""Levers of the second driver, factors: how people, capital, data and computing power reach places."""

from nqpf.model.levers.lever import Lever

FACTORS = (
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
            "A node may gain at the expense of the places the line passes by. It has no price tag in the model.",
            "zh": "缩短同一城市群内各地之间的出行时间,从而降低贸易成本。节点城市可能先受益,沿线被绕过的地方受损。"
            "模型不计费用。",
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
            "en": "Cuts travel times between places that share no city cluster, and with them the cost of trade. "
            "It has no price tag in the model.",
            "zh": "缩短不同城市群之间的出行时间,从而降低贸易成本。模型不计费用。",
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
        name="schooling",
        title={"en": "Schooling of labour", "zh": "人力资本培养"},
        unit="ratio to the status quo",
        low=0.5,
        high=3.0,
        default=1.0,
        driver="factors",
        measure="talent",
        expected_sign="+",
        source="assumed; human-capital policy of Eurace@Unibi: Dawid, Harting and Neugart",
        explanation={
            "en": "Scales how many of the treated places' labour graduate in a quarter and so become talent, at their "
            "own schools and universities; 1 is the status quo. Graduates elsewhere stay as many, but people move "
            "afterwards. It has no price tag in the model.",
            "zh": "调整目标地区每季度由普通劳动者毕业成为人才的人数:1 为现状。其他地区的毕业人数不变,但人才之后可以"
            "迁移。模型不计费用。",
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
        name="data_pool_scope",
        title={"en": "Reach of data pools", "zh": "数据共享范围"},
        choices={
            "city": {"en": "City", "zh": "本市"},
            "province": {"en": "Province", "zh": "本省"},
            "cluster": {"en": "City cluster", "zh": "城市群"},
            "nation": {"en": "Nation", "zh": "全国"},
        },
        default="province",
        driver="factors",
        measure="tfp",
        expected_sign="+",
        source="Lin, Liu and Zhou: a unified against a segmented data market adds 12.3 % to GDP at most",
        explanation={
            "en": "How far firms of the treated places share their data; both ends must allow it. A wider pool lets "
            "each firm use more data that others made, as far as its computing power goes. Who uses them pays who "
            "made them.",
            "zh": "目标地区企业数据的共享范围,须双方都允许。范围越广,企业可用的他人数据越多,但受算力限制;由使用者付费"
            "给提供者。",
        },
    ),
    Lever(
        name="compute_share_west",
        title={"en": "Computing capacity built in the west", "zh": "西部算力投资占比"},
        unit="share of the hubs' spending on capacity",
        low=0.0,
        high=0.8,
        default=0.2,
        driver="factors",
        measure="digital_value_added",
        expected_sign="+",
        source="ten hubs of East Data, West Computing; range assumed",
        explanation={
            "en": "The part of spending on computing capacity that goes to the western hubs: cheaper there, but far "
            "from most users. Spending stays the same and buys more; the other hubs get the rest. Watch the west.",
            "zh": "算力建设支出中投向西部枢纽的比例:西部更便宜,但离多数用户较远。总支出不变而所得算力更多。",
        },
        places=("nation",),
    ),
    Lever(
        name="digital_intensity",
        title={"en": "Digital networks", "zh": "数字基础设施强度"},
        unit="ratio to the start",
        low=1.0,
        high=3.0,
        default=1.0,
        driver="factors",
        measure="gdp",
        expected_sign="+",
        source="effect .03 in advanced, .11 in lagging places: Liu, Zhang and Cai; range assumed",
        explanation={
            "en": "Scales the digital networks of the treated places; 1 is the start's. They raise productivity, most "
            "in places that lag, and lower the costs of trade and information. The programme has no price tag in "
            "the model.",
            "zh": "调整目标地区的数字网络:1 为起始水平。它提升生产率(落后地区最多),并降低贸易和信息成本。模型不计该计"
            "划的费用。",
        },
    ),
    Lever(
        name="digital_allocation",
        title={"en": "Who gets digital networks first", "zh": "数字基础设施投放方式"},
        choices={
            "prorata": {"en": "All alike", "zh": "各地同比例"},
            "lagging": {"en": "Lagging places first", "zh": "落后地区优先"},
        },
        default="prorata",
        driver="factors",
        measure="gdp",
        expected_sign="+",
        source="Liu, Zhang and Cai: lagging places first adds 15.1 % to welfare, all alike 10.3 %",
        explanation={
            "en": "Where the networks go that `digital_intensity` adds: everywhere in the same ratio, or first to "
            "places that lag, where they raise productivity more. It has no price tag in the model.",
            "zh": "digital_intensity 新增的数字网络投向何处:各地同比例,或优先投向更能提升生产率的落后地区。模型不计费"
            "用。",
        },
        places=("nation",),
    ),
)
