"""Levers of the first driver, technology: who researches together, and what the centre pays for."""

from nqpf.model.levers.lever import Lever

TECHNOLOGY = (
    Lever(
        name="collaboration_friction.within",
        title={"en": "Friction of joint research within clusters", "zh": "城市群内协同创新摩擦"},
        unit="ratio to the status quo",
        low=0.3,
        high=1.0,
        default=1.0,
        driver="technology",
        measure="breakthroughs",
        expected_sign="-",
        source="city pairs work together 4.74 within against 0.69 across provinces (224 cities); range assumed",
        explanation={
            "en": "Scales what it costs firms of one city cluster to work together on research and to learn from each "
            "other; 1 is today's. Less of it brings better partners within reach, and more breakthroughs.",
            "zh": "调整同一城市群内企业合作研发、相互学习的摩擦:1 为现状。摩擦降低,可及的伙伴更好,突破更多。",
        },
    ),
    Lever(
        name="collaboration_friction.across",
        title={"en": "Friction of joint research across clusters", "zh": "跨城市群协同创新摩擦"},
        unit="ratio to the status quo",
        low=0.3,
        high=1.0,
        default=1.0,
        driver="technology",
        measure="breakthroughs",
        expected_sign="-",
        source="city pairs work together 4.74 within against 0.69 across provinces (224 cities); range assumed",
        explanation={
            "en": "The same between places that share no city cluster. A breakthrough needs the best partner for each "
            "component, wherever it is.",
            "zh": "不同城市群之间的同类摩擦。突破需要每个关键环节的最佳伙伴,无论身在何处。",
        },
    ),
    Lever(
        name="mission_fund",
        title={"en": "Mission fund for breakthroughs", "zh": "重大攻关专项基金"},
        unit="share of GDP",
        low=0.0,
        high=0.01,
        default=0.001,
        driver="technology",
        measure="breakthroughs",
        expected_sign="+",
        source="range assumed",
        explanation={
            "en": "What the centre spends on research at firms that attempt breakthroughs. It is paid out of the "
            "centre's part of tax: less is left for development money and transfers.",
            "zh": "中央用于突破性攻关的研发支出,从中央税收中列支,可用于发展资金和转移支付的部分相应减少。",
        },
        places=("nation",),
    ),
)
