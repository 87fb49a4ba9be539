"""Firms of the start: sizes, capital, productivity, and how far each is from its track's ceiling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.firms.columns import Firms
from nqpf.agents.firms.entry_exit import starting_ages, starting_sizes

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.draws import Draws
    from nqpf.model.markets.technology import SectorTechnology
    from nqpf.model.parameters import Parameters

_CEILING_QUANTILE = 0.95


def starting_firms(
    parameters: Parameters,
    sectors: SectorTechnology,
    counts: Ints,
    value_added: Floats,
    stock: Floats,
    data: Floats,
    draws: Draws,
    quarter: int,
) -> Firms:
    """Firms of every cell, Pareto in size, with capital and data in proportion to sales.

    counts, value_added and data (n_places, n_sectors), stock of capital (n_places,) in units. Productivity is what
    gives a firm its share: ln A = ln share / κ − α ln K − d ln D, demeaned in the cell; the cell's level is the
    fundamental's.
    """
    n_cells = counts.size
    cell = np.repeat(np.arange(n_cells), counts.ravel())
    order = np.arange(len(cell)) - np.repeat(np.cumsum(counts.ravel()) - counts.ravel(), counts.ravel())
    ids = order * n_cells + cell
    size = starting_sizes(parameters.firms, draws.uniform("size", quarter, ids))
    share = size / np.bincount(cell, size, n_cells)[cell]
    stock_by_cell = stock[:, None] * value_added / value_added.sum(1, keepdims=True)
    capital = stock_by_cell.ravel()[cell] * share
    own_data = data.ravel()[cell] * share
    log_a = np.log(share) / sectors.kappa - parameters.technology.capital_share * np.log(capital)
    log_a -= sectors.own_data[cell % counts.shape[1]] * np.log(own_data)
    number = np.maximum(counts.ravel(), 1)
    log_a -= (np.bincount(cell, log_a, n_cells) / number)[cell]
    age = starting_ages(parameters.firms, draws.uniform("age", quarter, ids))
    zero = np.zeros(len(cell))
    return Firms(
        id=ids,
        cell=cell,
        age=age,
        log_productivity=log_a,
        capital=capital,
        sales=zero,
        labour=zero.copy(),
        talent=zero.copy(),
        data=own_data,
        performance=zero.copy(),
        track=cell % counts.shape[1],
    )


def track(
    parameters: Parameters, sectors: SectorTechnology, firms: Firms, log_fundamental: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """Lead of each cell (n_cells,) and ceiling ln F of each sector (n_sectors,).

    A part of a tradable cell's lead over its sector's mean place is technology already near the ceiling; the ceiling
    stands at a multiple of the sector's 95th percentile. weights (n_places,) average places.
    """
    known = np.isfinite(log_fundamental)
    level = np.where(known, log_fundamental, 0.0)
    weight = np.where(known, weights[:, None], 0.0)
    mean = (level * weight).sum(0) / np.maximum(weight.sum(0), 1e-300)
    lead = np.where(known & ~sectors.local, parameters.research.place_gap * (level - mean), 0.0).ravel()
    reached = firms.log_productivity + lead[firms.cell]
    sector = firms.cell % len(sectors.skill_share)
    ceiling = np.zeros(len(sectors.skill_share))
    for s in np.unique(sector):
        ceiling[s] = np.quantile(reached[sector == s], _CEILING_QUANTILE) + np.log(parameters.research.ceiling)
    return lead, ceiling
