"""Regions and who belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.facts.places import place_names
from nqpf.model.facts.records import Regions
from nqpf.model.facts.schema import LEVELS, LISTED_LEVELS
from nqpf.model.facts.tables import ordered, positions_by_id

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Ints
    from nqpf.model.facts.records import Places, Provinces
    from nqpf.model.facts.tables import Table


def make_regions(table: Table, members: Table, province_table: Table, places: Places, provinces: Provinces) -> Regions:
    """Regions with their members.

    The nation has every place, a province its places, a macro-region those of its provinces; strategies, clusters
    and industry areas have those that `region_members` lists. No region is empty. The nation comes first.
    """
    member = _administrative(table, province_table, places, provinces)
    partial, cluster = _listed(table, members, places, member)
    for row in np.flatnonzero(~member.any(axis=1)):
        fault = f"{table.text('region')[row]!r} has no member; list its cities in {members.path.name} or remove it"
        raise table.fault(int(row), "region", fault)
    order = _order(table)
    return Regions(
        id=ordered(table.text("region"), order),
        level=ordered(table.text("level"), order),
        name_en=ordered(table.text("name_en"), order),
        name_zh=ordered(table.names_zh(), order),
        tier_plan=ordered(table.text("tier_plan"), order),
        state_council=table.ints("state_council").astype(bool)[order],
        member=member[order],
        partial=partial[order],
        cluster=cluster,
    )


def _order(table: Table) -> Ints:
    """By level, the nation first; provinces by code as in `Provinces`, the others as the table has them."""
    ids, levels = table.text("region"), table.text("level")

    def rank(row: int) -> tuple[int, str, int]:
        return LEVELS.index(levels[row]), ids[row] if levels[row] == "province" else "", row

    return np.array(sorted(range(len(ids)), key=rank), dtype=np.int64)


def _administrative(table: Table, province_table: Table, places: Places, provinces: Provinces) -> Bools:
    """Members of nation, provinces and macro-regions, (n_regions, n_places)."""
    ids, levels = table.text("region"), table.text("level")
    if levels.count("nation") != 1:
        raise table.fault(None, "level", f"{levels.count('nation')} rows of level 'nation'; there has to be one")
    member = np.zeros((len(ids), len(places)), dtype=bool)
    member[levels.index("nation")] = True
    for column, level in (("province", "province"), ("macro_region", "macro_region")):
        of_level = {region: row for row, region in enumerate(ids) if levels[row] == level}
        rows = province_table.positions(column, of_level, f"region of level {level!r}")
        number = [provinces.code.index(code) for code in province_table.text("province")]
        for row, province in zip(rows, number, strict=True):
            member[row] |= places.province == province
    return member


def _listed(table: Table, members: Table, places: Places, member: Bools) -> tuple[Bools, Ints]:
    """Enter the listed members; which of them are partial, and each place's primary cluster (−1: none)."""
    ids, levels = table.text("region"), table.text("level")
    regions = members.positions("region", positions_by_id(ids), "region")
    cities = members.positions("city", positions_by_id(places.code), "city", place_names(places))
    primary, part = members.ints("primary"), members.ints("partial")
    clusters = [row for row, level in enumerate(levels) if level == "cluster"]
    partial = np.zeros_like(member)
    cluster = np.full(len(places), -1, dtype=np.int64)
    for row, (region, city) in enumerate(zip(regions, cities, strict=True)):
        if levels[region] not in LISTED_LEVELS:
            fault = f"members of level {levels[region]!r} follow from cities and provinces; remove this row"
            raise members.fault(row, "region", fault)
        if primary[row] and levels[region] != "cluster":
            raise members.fault(row, "primary", f"{ids[region]!r} is not a cluster; write 0")
        if primary[row] and cluster[city] >= 0:
            other = ids[clusters[cluster[city]]]
            fault = f"{places.code[city]!r} has the primary cluster {other!r} already; write 0 in one of the two"
            raise members.fault(row, "primary", fault)
        if primary[row]:
            cluster[city] = clusters.index(int(region))
        member[region, city] = True
        partial[region, city] = bool(part[row])
    return partial, cluster
