"""The state at the end of the year before the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.facts.places import place_names
from nqpf.model.facts.records import StartYear
from nqpf.model.facts.tables import TOLERANCE, ordered, positions_by_id

if TYPE_CHECKING:
    from nqpf.model.facts.records import Places
    from nqpf.model.facts.tables import Table


def make_start_year(table: Table, places: Places) -> StartYear:
    """One row a place, in the order of the places; the shares of value added add to one."""
    position = table.positions("city", positions_by_id(places.code), "city", place_names(places))
    absent = np.setdiff1d(np.arange(len(places)), position)
    if absent.size:
        raise table.fault(None, "city", f"no row for {places.code[absent[0]]!r}; every city needs one")
    order = np.argsort(position)
    shares = np.array([table.floats(f"{s}_share") for s in ("primary", "secondary", "tertiary")])
    total = shares.sum(axis=0)
    for row in np.flatnonzero(np.abs(total - 1) > TOLERANCE):
        fault = f"the three shares of value added add to {total[row]:.4f}; they have to add to 1"
        raise table.fault(int(row), "primary_share", fault)
    primary, secondary, tertiary = (shares / total)[:, order]
    return StartYear(
        population=table.ints("population")[order],
        talent_share=table.floats("talent_share")[order],
        gdp=table.floats("gdp")[order],
        primary_share=primary,
        secondary_share=secondary,
        tertiary_share=tertiary,
        it_employment_share=table.floats("it_employment_share")[order],
        capital=table.floats("capital")[order],
        birth_rate=table.floats("birth_rate")[order],
        death_rate=table.floats("death_rate")[order],
        net_migration_rate=table.floats("net_migration_rate")[order],
        flags=ordered(table.text("flags"), order),
    )
