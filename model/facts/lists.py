"""What plans list city by city: data-centre clusters and industry clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.facts.places import place_names
from nqpf.model.facts.records import Hubs, IndustryClusters
from nqpf.model.facts.tables import TOLERANCE, positions_by_id

if TYPE_CHECKING:
    from nqpf.agents.typing import Ints
    from nqpf.model.facts.records import Places, Sectors
    from nqpf.model.facts.tables import Table


def make_hubs(table: Table, places: Places) -> Hubs:
    """Data-centre clusters, a row for each city of each; the weights of a cluster add to one."""
    ids, weight = table.text("hub"), table.floats("weight")
    rows = positions_by_id(list(dict.fromkeys(ids)))
    hub = np.array([rows[name] for name in ids], dtype=np.int64)
    total = np.bincount(hub, weights=weight, minlength=len(rows))[hub]
    for row in np.flatnonzero(np.abs(total - 1) > TOLERANCE):
        raise table.fault(int(row), "weight", f"weights of {ids[row]!r} add to {total[row]:.4f}; they have to add to 1")
    return Hubs(
        id=tuple(ids),
        city=_cities(table, places),
        weight=weight / total,
        opened=table.quarters("opened"),
        west=table.ints("west").astype(bool),
    )


def make_industry_clusters(table: Table, places: Places, sectors: Sectors) -> IndustryClusters:
    """Industry clusters, a row for each city of each, with the sector they belong to."""
    names = dict(zip(sectors.name_zh, sectors.id, strict=True)) | dict(zip(sectors.name_en, sectors.id, strict=True))
    return IndustryClusters(
        city=_cities(table, places),
        sector=table.positions("sector", positions_by_id(sectors.id), "sector", names),
        since=table.quarters("since"),
    )


def _cities(table: Table, places: Places) -> Ints:
    return table.positions("city", positions_by_id(places.code), "city", place_names(places))
