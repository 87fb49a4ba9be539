"""What plans list city by city: data-centre clusters, free-trade zones, industry clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from nqpf.model.data.build.source import Source

FIELD_SECTORS = {
    "IT": "it_electronics",
    "equipment": "equipment",
    "materials": "new_materials",
    "biomedicine": "biomedicine",
    "consumer": "consumer_goods",
    "vehicles": "nev_transport",
}
OTHER_SECTORS = {
    # Listed under IT: software is a service, household appliances are consumer goods.
    6: "digital_services",  # Nanjing, software and information services
    9: "digital_services",  # Chengdu, software and information services
    8: "consumer_goods",  # Qingdao, smart home appliances
    # Listed under equipment: electrical apparatus goes with electricity; turbines and engines are equipment.
    17: "new_energy_environment",  # Nanjing, smart grid
    19: "new_energy_environment",  # Wenzhou (Yueqing), electrical equipment
    23: "new_energy_environment",  # Baoding, power and new-energy equipment
    # Listed under materials: refining is no new material, batteries are electrical apparatus.
    32: "traditional_manufacturing",  # Ningbo, green petrochemicals
    33: "new_energy_environment",  # Ningde, power batteries
}
"""Clusters whose products the table of 153 counts to another sector than their field."""
BATCH_MONTHS = {1: "2021-03", 2: "2022-11"}  # winners of two rounds 2019-2021, taken together; list of November 2022


def slug(name: str) -> str:
    """An id of a name: small letters, digits and underscores."""
    return "_".join(name.lower().replace("'", "").replace("-", " ").split())


def computing_hubs(source: Source) -> pd.DataFrame:
    """Table `computing_hubs`: the cities of a cluster share it evenly."""
    table = source.table("computing_hubs")
    hub = table.datacentre_cluster_en.map(slug)
    macro_region = table.adcode.map(source.province).map(source.provinces.macro_region)
    return pd.DataFrame(
        {
            "hub": hub,
            "name_en": table.datacentre_cluster_en,
            "name_zh": table.datacentre_cluster_zh,
            "city": table.adcode,
            "weight": (1 / hub.groupby(hub).transform("size")).round(5),
            "opened": table.approved,
            "west": (macro_region == "west").astype(int),
        },
    )


def free_trade_zones(source: Source) -> pd.DataFrame:
    """Table `free_trade_zones`: an area for each city it lies in."""
    table = source.table("ftz_areas")
    return pd.DataFrame(
        {
            "zone": table.zone_en.map(slug),
            "name_en": table.zone_en,
            "name_zh": table.zone_zh,
            "area_en": table.area_en,
            "city": table.adcode,
            "opened": table.area_open,
        },
    )


def industry_clusters(source: Source) -> pd.DataFrame:
    """Table `industry_clusters`: one row for each city of each cluster."""
    table = source.table("adv_mfg_clusters")
    wide = pd.DataFrame(
        {
            "cluster": table.n.map("{:02d}".format),
            "name_en": table.name_en,
            "name_zh": table.name_zh,
            "sector": table.n.map(OTHER_SECTORS).fillna(table.field_assigned.map(FIELD_SECTORS)),
            "city": table.adcodes.astype(str).str.split(";"),
            "since": table.batch.map(BATCH_MONTHS),
        },
    )
    return wide.explode("city")
