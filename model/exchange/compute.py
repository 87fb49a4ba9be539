"""Compute: capacity at the hubs, shared by need and nearness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.model.exchange.parameters import Data
    from nqpf.model.facts import Hubs


def compute_over_need(
    data: Data, hubs: Hubs, distance: Floats, need: Floats, west_share: float, quarter: int
) -> Floats:
    """Compute each place gets over what it needs, (n_places,), near one.

    Places spend on compute what they need, a part of it at hubs. Western hubs, cheaper, get `west_share` of that; a
    hub's capacity goes to users by need · exp(−distance / range). Before any hub is open everybody computes at home.
    need (n_places,) in any unit; distance (n_places, n_places), km.
    """
    hub_open = hubs.opened <= quarter
    if not hub_open.any():
        return np.ones(len(need))
    sides = hubs.west & hub_open, ~hubs.west & hub_open
    west = west_share if sides[0].any() and sides[1].any() else float(sides[0].any())
    capacity = np.zeros(len(hubs.city))
    for side, share, price in zip(sides, (west, 1 - west), (data.price_west, 1.0), strict=True):
        if side.any():
            capacity[side] = share / price * hubs.weight[side] / hubs.weight[side].sum()
    pull = need[:, None] * np.exp(-distance[:, hubs.city] / data.latency_range)
    used = pull / pull.sum(0)
    from_hubs = data.hub_share * need.sum() * (used @ capacity)
    return np.asarray(1 - data.hub_share + from_hubs / need)
