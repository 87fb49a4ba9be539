"""Sectors and the input-output table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from nqpf.model.data.build.source import Source

COLLEGE_PREMIUM = 1.7  # pay of a college graduate over that of others; assumed, 1.4-2.1

NAMES = {
    "agriculture_resources": ("Agriculture and resources", "农业与资源"),
    "traditional_manufacturing": ("Traditional manufacturing", "传统制造"),
    "consumer_goods": ("Consumer goods", "消费品"),
    "new_materials": ("New materials", "新材料"),
    "it_electronics": ("IT and electronics", "新一代信息技术"),
    "equipment": ("High-end equipment", "高端装备"),
    "nev_transport": ("Vehicles and new-energy vehicles", "汽车与新能源汽车"),
    "biomedicine": ("Biomedicine", "生物医药"),
    "new_energy_environment": ("New energy and environment", "新能源与节能环保"),
    "digital_services": ("Digital services", "数字服务"),
    "business_services": ("Business services", "生产性服务"),
    "local_services_construction": ("Local services and construction", "本地服务与建筑"),
}
TRADABILITY = {
    "tradable_goods": "goods",
    "mixed_grid_bound": "goods",
    "tradable_services": "services",
    "local": "local",
}
STRATEGIC = set(list(NAMES)[3:10])


PRIMARY, SECONDARY = 5, 108  # last product numbers of agriculture and of construction in the table of 153


def broad_parts(source: Source) -> pd.DataFrame:
    """Parts of each sector's output that count as primary and as secondary industry."""
    products = source.table("industry_map").query("scheme == 'nbs_io_2020_153'")
    code = products.code.astype(int)
    classes = {"primary": code <= PRIMARY, "secondary": (code > PRIMARY) & (code <= SECONDARY)}
    return pd.DataFrame(
        {
            name: products.share_within_sector.where(chosen, 0.0).groupby(products.sector).sum()
            for name, chosen in classes.items()
        }
    )


def tables(source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables `sectors` and `input_output`: columns of shares and the value-added share add to one exactly."""
    raw = source.table("sectors").set_index("sector").loc[list(NAMES)]
    flows = source.table("input_output_12")
    flows["share"] = flows.share_of_gross_output_2020.round(6)
    intermediate = flows.groupby("using_sector").share.sum()[raw.index]
    use = flows.groupby("supplying_sector").flow_2020_100m_cny.sum()[raw.index] / raw.use_share_intermediate
    college = raw.college_share_of_employment_2020
    gdp_share = (raw.value_added_2020_100m_cny / raw.value_added_2020_100m_cny.sum()).round(6)
    gdp_share.iloc[-1] += 1 - gdp_share.sum()
    broad = broad_parts(source).loc[raw.index]
    sectors = pd.DataFrame(
        {
            "sector": raw.index,
            "name_en": [NAMES[s][0] for s in raw.index],
            "name_zh": [NAMES[s][1] for s in raw.index],
            "value_added_share": (1 - intermediate).round(6),
            "gdp_share": gdp_share.round(6),
            "skill_share": (college * COLLEGE_PREMIUM / (1 + college * (COLLEGE_PREMIUM - 1))).round(4),
            "rd_share_of_output": raw.rd_share_of_output,
            "digital_intensity": raw.digital_total_requirement,
            "tradability": raw.tradability.map(TRADABILITY),
            "primary_part": broad.primary.round(4),
            "secondary_part": broad.secondary.round(4),
            "strategic": [int(s in STRATEGIC) for s in raw.index],
            "final_household": (100 * use * raw.use_share_household).round(0).astype(int),
            "final_government": (100 * use * raw.use_share_government).round(0).astype(int),
            "final_investment": (100 * use * raw.use_share_investment).round(0).astype(int),
        },
    )
    shares = flows.set_index(["supplying_sector", "using_sector"]).share
    order = pd.MultiIndex.from_product([list(NAMES), list(NAMES)], names=["supplier", "user"])
    return sectors, shares.reindex(order).reset_index()
