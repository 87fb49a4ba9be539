"""Process 5: data and compute are exchanged, and what that gives each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.exchange.compute import compute_over_need
from nqpf.model.exchange.pools import data_trade

if TYPE_CHECKING:
    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.typing import Floats
    from nqpf.model.exchange.parameters import Data
    from nqpf.model.exchange.pools import DataNetwork, DataTrade
    from nqpf.model.facts import Facts
    from nqpf.model.markets.technology import SectorTechnology


@dataclass(frozen=True, slots=True)
class Exchange:
    """A quarter's data and compute."""

    trade: DataTrade
    compute: Floats  # over need, (n_places,)
    productivity: Floats  # log gain of each cell, (n_places, n_sectors)


def exchange(
    data: Data,
    sectors: SectorTechnology,
    network: DataNetwork,
    facts: Facts,
    distance: Floats,
    stock: Floats,
    value_added: Floats,
    west_share: float,
    quarter: int,
) -> Exchange:
    """Pool everybody's data, share out compute by last quarter's need, and add up what cells gain.

    stock of data (n_places,); value_added (n_places, n_sectors) of the last quarter; distance in km.
    """
    trade = data_trade(data, network, stock)
    need = value_added @ facts.sectors.digital
    compute = compute_over_need(data, facts.hubs, distance, need, west_share, quarter)
    return Exchange(trade, compute, exchange_gain(sectors, trade.pool, compute))


def exchange_gain(sectors: SectorTechnology, pool: Floats, compute: Floats) -> Floats:
    """Log gain of each cell, (n_places, n_sectors), from data within reach and compute over need, (n_places,) both."""
    return np.outer(np.log(pool), sectors.pool_data) + np.outer(np.log(compute), sectors.compute_data)


def aged_data(data: Data, firms: Firms, digital: Floats, sector_digital: Floats, value_added: Floats) -> Floats:
    """Firms' own data after a quarter, (n_firms,): what is left of the old, and digitised value added.

    digital (n_places,) intensity; sector_digital (n_sectors,); value_added by firm.
    """
    city, sector = np.divmod(firms.cell, len(sector_digital))
    return (1 - data.ageing) * firms.data + sector_digital[sector] * digital[city] * value_added
