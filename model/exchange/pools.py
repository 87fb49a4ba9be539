"""Data pools: whose data a place can use, at what cost, and who pays whom.

Data are non-rival: a pool is the sum of what its members let in, each discounted by the cost of information, which
digital networks lower. Users pay providers a part of what the data are worth to them; an exchange keeps a part of it,
the smaller the more places share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.exchange.parameters import Data

SCOPES = ("city", "province", "cluster", "nation")
"""How far a place's data go; each scope holds those before it. Positions are the lever's."""


@dataclass(frozen=True, slots=True)
class DataNetwork:
    """Which data reach which place."""

    access: Floats  # A, (user, provider), 1 at home, 0 where the scope ends
    cost: Floats  # part of a user's payments that the exchange keeps, (n_places,)


def data_network(
    data: Data, scope: Ints, province: Ints, cluster: Ints, distance: Floats, intensity: Floats
) -> DataNetwork:
    """The network under each place's scope, (n_places,) positions in `SCOPES`; a pair is open if both ends allow it.

    province, cluster (−1: none) and intensity have shape (n_places,), distance (n_places, n_places), km.
    """
    n = len(province)
    same_province = province[:, None] == province
    same_cluster = (cluster[:, None] == cluster) & (cluster >= 0)
    widest = np.minimum(scope[:, None], scope)
    allowed = np.eye(n, dtype=np.bool_)
    allowed |= (widest >= SCOPES.index("province")) & same_province
    allowed |= (widest >= SCOPES.index("cluster")) & same_cluster
    allowed |= widest >= SCOPES.index("nation")
    loss = data.information_cost * (1 + distance / 1000) / (1 + intensity[:, None] + intensity)
    access = np.where(allowed, np.exp(-loss), 0.0)
    np.fill_diagonal(access, 1.0)
    return DataNetwork(access, data.exchange_cost / allowed.sum(1))


@dataclass(frozen=True, slots=True)
class DataTrade:
    """Shares of a quarter's payments for data."""

    pool: Floats  # data within reach, (n_places,)
    payment_rate: Floats  # paid over the worth of the pool in value added, (n_places,)
    exchange_cost: Floats  # part of it that the exchange keeps and spends where the user is, (n_places,)
    providers: Floats  # part of the rest that goes to each provider, (user, provider); rows add to one or nought


def data_trade(data: Data, network: DataNetwork, stock: Floats) -> DataTrade:
    """What each place can use of everybody's data `stock`, (n_places,), and where its payments go."""
    used = network.access * stock
    pool = used.sum(1)
    np.fill_diagonal(used, 0.0)
    others = used.sum(1)
    providers = np.divide(used, others[:, None], out=np.zeros_like(used), where=others[:, None] > 0)
    rate = data.price * (1 - stock / pool)
    return DataTrade(pool, np.where(others > 0, rate, 0.0), network.cost, providers)
