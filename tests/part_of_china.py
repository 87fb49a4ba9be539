"""Thirty real places of China cut out of the shipped tables, with few enough people that every binomial is exact."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd

from nqpf.model.facts import Facts, load_facts
from nqpf.model.quarters import parse_quarter

CODES = (
    "310000",  # Shanghai: municipality, eastern hub, seaport, zone, clusters
    *("320100", "320200", "320300", "320400", "320500", "320600", "320700", "321200"),  # Jiangsu
    *("420100", "420300", "420500", "420600", "420700"),  # Hubei
    *("440100", "440200", "440300", "440400", "440600", "440800"),  # Guangdong; two gates on land and at sea
    "500000",  # Chongqing: municipality, western hub
    *("510100", "510400", "510500", "510600", "510700", "511300"),  # Sichuan
    "620100",  # Lanzhou: alone in its province and in its tier
    *("653100", "654000"),  # Xinjiang: zones that open in 2024, gates on land
)
"""Eight provinces of three macro-regions; two of them are municipalities."""

LARGEST = 2600
"""Residents of the largest place: so few that counts of people have variances far below that of an expansion."""

_DELAYED = {
    "hub": {"chongqing": "2024Q2", "yrd_demonstration_zone": "2024Q3", "shaoguan": "2024Q4", "tianfu": "2025Q1"},
    "zone": {"654000": "2024Q3"},
    "cluster": {("321200", "equipment"): "2025Q1"},
    "line": {("440800", "440600"): "2024-11"},
}
"""What begins later than it did, so that each kind begins during a run of twelve quarters from 2024Q1."""


def part_of_china(start: str = "2024Q1") -> Facts:
    """Facts of the places in `CODES`: everything a head as in the tables, regions without a member dropped."""
    whole = load_facts(start)
    kept = np.array([whole.places.index(code) for code in CODES])
    place = {int(old): new for new, old in enumerate(kept)}
    old_provinces = np.unique(whole.places.province[kept])
    province = {int(old): new for new, old in enumerate(old_provinces)}
    places = _rows(whole.places, kept)
    zone_opened = places.zone_opened.copy()
    for code, quarter in _DELAYED["zone"].items():
        zone_opened[places.index(code)] = parse_quarter(quarter)
    return Facts(
        places=replace(
            places,
            province=np.array([province[int(p)] for p in whole.places.province[kept]]),
            zone_opened=zone_opened,
        ),
        provinces=_provinces(whole, old_provinces, place),
        regions=_regions(whole, kept),
        sectors=whole.sectors,
        start=_fewer_people(_rows(whole.start, kept)),
        hubs=_hubs(whole, place),
        industry_clusters=_industry_clusters(whole, place),
        rail_edges=_edges(_among(whole.rail_edges)),
        rail_times=_among(whole.rail_times),
        digest=f"part of {whole.digest}",
    )


def _rows(record, rows):
    """The same record with some rows of every column, in this order."""
    chosen = {}
    for field in fields(record):
        value = getattr(record, field.name)
        chosen[field.name] = value[rows] if isinstance(value, np.ndarray) else tuple(value[int(r)] for r in rows)
    return replace(record, **chosen)


def _provinces(whole, old, place):
    """Provinces with their capitals' new rows; another place stands for a capital that was left out."""
    provinces = _rows(whole.provinces, old)
    first = {int(p): place[int(i)] for i in reversed(list(place)) for p in [whole.places.province[i]]}
    capital = [place.get(int(c), first[int(p)]) for c, p in zip(provinces.capital, old, strict=True)]
    return replace(provinces, capital=np.array(capital))


def _regions(whole, kept):
    """Regions that have a member, and the new position of each place's primary cluster among them."""
    old = whole.regions
    alive = np.flatnonzero(old.member[:, kept].any(axis=1))
    position = {int(c): new for new, c in enumerate(c for c in old.of_level("cluster") if c in alive)}
    clusters = old.of_level("cluster")
    regions = replace(
        _without_places(old, alive), member=old.member[alive][:, kept], partial=old.partial[alive][:, kept]
    )
    cluster = [-1 if c < 0 else position[int(clusters[c])] for c in old.cluster[kept]]
    return replace(regions, cluster=np.array(cluster))


def _without_places(regions, alive):
    """Some regions' columns; those that run over places are left to the caller."""
    by_region = ("id", "level", "name_en", "name_zh", "tier_plan")
    columns = {name: tuple(getattr(regions, name)[int(r)] for r in alive) for name in by_region}
    return replace(regions, **columns, state_council=regions.state_council[alive])


def _fewer_people(start):
    """Everything of a place in proportion to its residents, of whom the largest place has `LARGEST`."""
    population = np.rint(start.population * (LARGEST / start.population.max())).astype(np.int64)
    factor = population / start.population
    return replace(start, population=population, gdp=start.gdp * factor, capital=start.capital * factor)


def _hubs(whole, place):
    """Hubs of the places, each with all of its weight in them."""
    hubs = _rows(whole.hubs, [row for row, city in enumerate(whole.hubs.city) if int(city) in place])
    total = {name: hubs.weight[[i == name for i in hubs.id]].sum() for name in hubs.id}
    opened = [parse_quarter(_DELAYED["hub"][name]) for name in hubs.id]
    return replace(
        hubs,
        city=np.array([place[int(city)] for city in hubs.city]),
        weight=hubs.weight / np.array([total[name] for name in hubs.id]),
        opened=np.array(opened),
    )


def _industry_clusters(whole, place):
    """Designated clusters in these places."""
    old = whole.industry_clusters
    clusters = _rows(old, [row for row, city in enumerate(old.city) if int(city) in place])
    since = clusters.since.copy()
    for row, (city, sector) in enumerate(zip(clusters.city, clusters.sector, strict=True)):
        key = whole.places.code[city], whole.sectors.id[sector]
        if key in _DELAYED["cluster"]:
            since[row] = parse_quarter(_DELAYED["cluster"][key])
    return replace(clusters, city=np.array([place[int(city)] for city in clusters.city]), since=since)


def _among(pairs):
    """Rows of a table of pairs whose two ends are kept."""
    return pairs[pairs["origin"].isin(CODES) & pairs["destination"].isin(CODES)].reset_index(drop=True)


def _edges(edges):
    """Lines, and one more that opens during a run."""
    ((ends, opened),) = _DELAYED["line"].items()
    extra = {
        "line": "Opens during a run",
        "origin": ends[0],
        "destination": ends[1],
        "opened": opened,
        "speed_kmh": 350.0,
        "distance_km": 340.0,
        "high_speed": 1,
    }
    return pd.concat([edges, pd.DataFrame([extra])], ignore_index=True)
