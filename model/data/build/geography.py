"""Places, provinces, regions and gates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

    from nqpf.model.data.build.source import Source

EARTH_RADIUS = 6371.0  # km
AREA_TOLERANCE = 0.15  # a yearbook area further from the outline is of other boundaries or a misprint

MACRO_REGIONS = {
    "east": ("East", "东部"),
    "central": ("Central", "中部"),
    "west": ("West", "西部"),
    "northeast": ("Northeast", "东北"),
}
HINTERLAND = ("central", "west")  # the plan names central and western provinces without a list
STRATEGIES = {
    "yangtze_economic_belt": ("strategy_yreb", "Yangtze Economic Belt", "长江经济带"),
    "yangtze_delta_integration": ("strategy_yrd_integration", "Yangtze River Delta integration", "长三角一体化"),
    "beijing_tianjin_hebei": ("strategy_bth", "Beijing-Tianjin-Hebei coordination", "京津冀协同发展"),
    "yellow_river_basin": ("strategy_yellow_river_basin", "Yellow River basin", "黄河流域"),
    "greater_bay_area": ("strategy_gba", "Guangdong-Hong Kong-Macao Greater Bay Area", "粤港澳大湾区"),
    "western_development": ("strategy_western_development", "Western development", "西部大开发"),
    "northeast_revitalisation": ("strategy_northeast_revitalisation", "Northeast revitalisation", "东北振兴"),
    "central_rise": ("strategy_central_rise", "Rise of the central region", "中部崛起"),
}
INDUSTRY_AREAS = {
    "industry_yangtze_delta": ("yrd", "Yangtze River Delta industry area", "长三角产业区"),
    "industry_pearl_delta": ("prd", "Pearl River Delta industry area", "珠三角产业区"),
    "industry_bohai_rim": ("bohai", "Bohai Rim industry area", "环渤海产业区"),
    "industry_upper_middle_yangtze": ("umyr", "Upper and middle Yangtze industry area", "长江中上游产业区"),
}
CLUSTER_NAMES = {
    # The two whose listed names carry a second name; Hong Kong and Macao are outside the model.
    "gba": ("Pearl River Delta", "珠三角城市群"),
    "gfz": ("Guangdong-Fujian-Zhejiang coast", "粤闽浙沿海城市群"),
}

ALSO_PARTIAL = {("gzp", "140800")}  # Yuncheng, partly in Guanzhong; its primary cluster is the Central Plains


def cities(source: Source) -> pd.DataFrame:
    """Table `cities`: namesakes get their province, areas without a figure the outline's."""
    places = source.places
    twice = places.name_en.duplicated(keep=False)
    name = places.name_en.where(~twice, places.name_en + " (" + places.province + ")")
    outline = outline_areas(source.outlines())
    drawn = pd.Series(outline).reindex(places.index)
    inland = ~places.index.isin(of_kind(source, "seaport").city)  # outlines of ports take in water
    wrong = ((places.area_km2 / drawn - 1).abs() > AREA_TOLERANCE) & inland
    replaced = places.area_km2.isna() | wrong
    area = places.area_km2.mask(replaced, drawn)
    flags = np.where(replaced, "area_km2:outline", "")
    recalled = places.coord_source != "geonames"
    position = np.where(recalled, "latitude:recalled;longitude:recalled", "")
    return pd.DataFrame(
        {
            "city": places.index,
            "name_en": name,
            "name_zh": places.short_zh,
            "province": places.province_code,
            "tier": places.admin_tier,
            "latitude": places.latitude.round(4),
            "longitude": places.longitude.round(4),
            "area_km2": area.round(0).astype(int),
            "universities": places.double_first_class_univ_2022.astype(int),
            "flags": [";".join(filter(None, pair)) for pair in zip(position, flags, strict=True)],
        },
    )


def outline_areas(path: Path) -> dict[str, float]:
    """Area of every prefecture's outline, km²: the spherical polygon formula on simplified arcs."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    scale, shift = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]

    def ring(indices: list[int]) -> float:
        points = np.vstack([arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices])
        longitude, latitude = np.radians(points).T
        turn = (np.roll(longitude, -1) - longitude) * (2 + np.sin(latitude) + np.sin(np.roll(latitude, -1)))
        return abs(float(turn.sum())) / 2 * EARTH_RADIUS**2

    areas: dict[str, float] = {}
    (layer,) = topology["objects"].values()
    for shape in layer["geometries"]:
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        outer_less_holes = sum(ring(rings[0]) - sum(map(ring, rings[1:])) for rings in polygons)
        code = str(shape["properties"]["adcode"])
        areas[code] = areas.get(code, 0.0) + outer_less_holes
    return areas


def provinces(source: Source) -> pd.DataFrame:
    """Table `provinces`."""
    table = source.provinces
    return pd.DataFrame(
        {
            "province": table.index,
            "name_en": table.province,
            "name_zh": table.province_zh,
            "macro_region": table.macro_region,
            "capital_city": table.capital_adcode,
            "hinterland": table.macro_region.isin(HINTERLAND).astype(int),
        },
    )


def regions(source: Source) -> pd.DataFrame:
    """Table `regions`: nation, macro-regions, strategies, clusters, provinces, industry areas."""
    rows: list[tuple[Any, ...]] = [("CN", "nation", "China", "全国", "", 0)]
    rows += [(i, "macro_region", en, zh, "", 0) for i, (en, zh) in MACRO_REGIONS.items()]
    rows += [(i, "strategy", en, zh, "", 0) for i, (_, en, zh) in STRATEGIES.items()]
    for cluster in source.records("clusters"):
        en, zh = CLUSTER_NAMES.get(cluster["cluster_id"], (cluster["name_en"], cluster["name_zh"]))
        rows.append((cluster["cluster_id"], "cluster", en, zh, cluster["fyp14_tier"], cluster["in_state_council_10"]))
    names = source.provinces[["province", "province_zh"]]
    rows += [(code, "province", en, zh, "", 0) for code, en, zh in names.itertuples()]
    rows += [(i, "industry_area", en, zh, "", 0) for i, (_, en, zh) in INDUSTRY_AREAS.items()]
    return pd.DataFrame(rows, columns=["region", "level", "name_en", "name_zh", "tier_plan", "state_council"])


def region_members(source: Source) -> pd.DataFrame:
    """Table `region_members`; units that are not places (Xiantao, Hong Kong …) are left out of their clusters."""
    places = source.places
    rows: list[tuple[Any, ...]] = []
    for region, (column, _, _) in STRATEGIES.items():
        rows += [(region, city, 0, 0) for city in places.index[places[column] == 1]]
    for cluster in source.records("clusters"):
        region = cluster["cluster_id"]
        for city in sorted(set(cluster["member_adcodes"].split(";")) & set(places.index)):
            primary = places.city_cluster[city] == region
            # The raw flag is one a unit and speaks of its primary cluster.
            partial = (bool(places.city_cluster_partial[city]) and primary) or (region, city) in ALSO_PARTIAL
            rows.append((region, city, int(primary), int(partial)))
    for region, (label, _, _) in INDUSTRY_AREAS.items():
        rows += [(region, city, 0, 0) for city in places.index[places.sei_cluster == label]]
    return pd.DataFrame(rows, columns=["region", "city", "primary", "partial"])


def gates(source: Source) -> pd.DataFrame:
    """Table `gates`: seaports, then border crossings on land whatever goes through them."""
    return pd.concat([of_kind(source, "seaport"), of_kind(source, "land")])


def of_kind(source: Source, kind: str) -> pd.DataFrame:
    """Gates whose raw kind begins with `kind`; their weights add to one."""
    table = source.table("gates")
    chosen = table[table.kind.str.startswith(kind) & table.adcode.isin(source.places.index)]
    weight = chosen.weight_within_kind / chosen.weight_within_kind.sum()
    return pd.DataFrame({"gate": chosen.gate, "city": chosen.adcode, "kind": kind, "weight": weight.round(5)})
