"""Value added by place and sector at the start, and the firms that make it.

Only value added by broad class (primary, secondary, tertiary), employment shares and national totals by sector are
known. A seed matrix from the shares is balanced by RAS (Stone 1961; Bacharach 1970) to places' GDP and sectors' totals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.facts import Facts

_TALENT_TILT = 0.7
_TILT_RANGE = (0.3, 4.0)
_DIGITAL_RANGE = (0.2, 5.0)
_RAS_STEPS = 500
_RAS_CONVERGED = 1e-12


def seed_mix(facts: Facts) -> Floats:
    """Value added by place and sector up to a factor a sector, (n_places, n_sectors).

    A sector's share follows its broad classes; strategic sectors and business services lean to places with talent,
    digital services to places with IT employment.
    """
    start, sectors = facts.start, facts.sectors
    broad = np.stack([start.primary_share, start.secondary_share, start.tertiary_share], 1)
    mix = broad @ sectors.broad_parts.T
    people = start.population
    tilt = np.clip(start.talent_share / np.average(start.talent_share, weights=people), *_TILT_RANGE) ** _TALENT_TILT
    it_mean = np.average(start.it_employment_share, weights=people)
    it = start.it_employment_share / it_mean if it_mean > 0 else np.ones(len(people))
    tilts = np.where(sectors.strategic, tilt[:, None], 1.0)
    services = np.array([kind == "services" for kind in sectors.kind])
    tilts[:, services] = tilt[:, None]
    digital = services & sectors.strategic
    tilts[:, digital] = np.clip(it, *_DIGITAL_RANGE)[:, None]
    return start.gdp[:, None] * np.maximum(mix, 1e-6) * tilts


def balance(seed: Floats, rows: Floats, columns: Floats) -> Floats:
    """RAS: the matrix nearest to the seed with these totals; rows hold exactly, columns as far as zeros allow."""
    table = seed.copy()
    for _ in range(_RAS_STEPS):
        sums = table.sum(0)
        table *= np.divide(columns, sums, out=np.ones_like(sums), where=sums > 0)
        sums = table.sum(1)
        table *= (rows / sums)[:, None]
        if np.abs(table.sum(0) - columns).max() < _RAS_CONVERGED * columns.max():
            break
    return table


def start_mix(facts: Facts) -> Floats:
    """Value added by place and sector in a quarter of the start's year, (n_places, n_sectors), CNY million."""
    gdp = facts.start.gdp / 4
    return balance(seed_mix(facts), gdp, facts.sectors.gdp_share / facts.sectors.gdp_share.sum() * gdp.sum())


def firm_counts(value_added: Floats, local: Bools, firms: int) -> Ints:
    """Firms by place and sector, (n_places, n_sectors), by largest remainders of value added.

    Every place keeps one local-services firm and one in its largest tradable sector: without a seller of local services
    a market has no price, without a tradable sector a place cannot pay for what it buys. So at least two a place,
    whatever was asked.
    """
    floor = np.zeros(value_added.shape, np.int64)
    floor[:, local] = 1
    floor[np.arange(len(floor)), np.where(local, -1.0, value_added).argmax(1)] = 1
    spare = max(firms - int(floor.sum()), 0)
    wanted = value_added / value_added.sum() * firms
    excess = np.maximum(wanted - floor, 0.0)
    extra = excess / excess.sum() * spare if excess.sum() > 0 else excess
    counts = np.floor(extra).astype(np.int64)
    left = spare - int(counts.sum())
    largest = np.argsort(-(extra - counts), axis=None, kind="stable")[:left]
    counts.ravel()[largest] += 1
    return floor + counts
