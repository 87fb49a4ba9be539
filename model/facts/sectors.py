"""Sectors and what they take from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.facts.records import Sectors
from nqpf.model.facts.tables import TOLERANCE, positions_by_id

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.model.facts.tables import Table


def make_sectors(table: Table, flows: Table) -> Sectors:
    """Sectors in table order, the local one last; inputs and value added of each use up its output."""
    kind = table.text("tradability")
    if kind.count("local") != 1 or kind[-1] != "local":
        raise table.fault(None, "tradability", "the last sector, and no other, has to be 'local'; reorder the rows")
    gdp_share = table.floats("gdp_share")
    if abs(gdp_share.sum() - 1) > TOLERANCE:
        raise table.fault(None, "gdp_share", f"adds to {gdp_share.sum():.4f}; it has to add to 1")
    uses = np.array([table.floats(f"final_{use}") for use in ("household", "government", "investment")])
    final = np.maximum(uses.sum(axis=0), 0.0)
    if not final.any():
        raise table.fault(None, "final_household", "no sector has final demand; give at least one")
    shares = _input_shares(table, flows)
    primary, secondary = table.floats("primary_part"), table.floats("secondary_part")
    for row in np.flatnonzero(primary + secondary > 1 + TOLERANCE):
        raise table.fault(int(row), "secondary_part", "with primary_part adds to more than 1; lower one of them")
    return Sectors(
        id=tuple(table.text("sector")),
        name_en=tuple(table.text("name_en")),
        name_zh=tuple(table.names_zh()),
        value_added_share=table.floats("value_added_share"),
        gdp_share=gdp_share / gdp_share.sum(),
        skill_share=table.floats("skill_share"),
        rd_share=table.floats("rd_share_of_output"),
        digital=table.floats("digital_intensity"),
        broad_parts=np.stack([primary, secondary, np.maximum(1 - primary - secondary, 0.0)], axis=1),
        final_demand=final,
        strategic=table.ints("strategic").astype(bool),
        kind=tuple(kind),
        input_shares=shares / shares.sum(axis=0),
    )


def _input_shares(table: Table, flows: Table) -> Floats:
    """Inputs per unit of the user's output, (n_sectors, n_sectors) supplier × user, each pair given once."""
    ids = table.text("sector")
    rows = positions_by_id(ids)
    shares = np.full((len(ids), len(ids)), np.nan)
    supplier, user = flows.positions("supplier", rows, "sector"), flows.positions("user", rows, "sector")
    shares[supplier, user] = flows.floats("share")
    for s, u in np.argwhere(np.isnan(shares)):
        fault = f"no row for supplier {ids[s]!r} and user {ids[u]!r}; add it, 0 if nothing flows"
        raise flows.fault(None, "share", fault)
    inputs = shares.sum(axis=0)
    for row in np.flatnonzero(np.abs(inputs + table.floats("value_added_share") - 1) > TOLERANCE):
        total = inputs[row] + table.floats("value_added_share")[row]
        fault = f"with the inputs of {ids[row]!r} in {flows.path.name} adds to {total:.4f}; they have to add to 1"
        raise table.fault(int(row), "value_added_share", fault)
    for row in np.flatnonzero(inputs <= 0):
        raise table.fault(int(row), "value_added_share", f"{ids[row]!r} takes no input; give it at least a little")
    return shares
