"""Prices and productivity that make the start's sales an equilibrium: Sinkhorn's balancing, then prices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.equilibrium import EquilibriumError, log_prices

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.model.equilibrium import Market

_STEPS = 20_000
_CONVERGED = 1e-13


def sellers_weights(kernel: Floats, sales: Floats, spending: Floats) -> Floats:
    """Weights q = p^−θ, (n_nodes, n_sectors), at which X_i = q_i Σ_j k_ij E_j / Φ_j with Φ_j = Σ_i k_ij q_i.

    Each sector's level is free: the last node's is one.
    """
    weights = sales.copy()
    weights /= weights[-1]
    for _ in range(_STEPS):
        new = sales / (kernel @ (spending / (kernel.T @ weights)))
        new /= new[-1]
        change = np.abs(new - weights)[weights > 0] / weights[weights > 0]
        weights = new
        if change.max() < _CONVERGED:
            return weights
    raise EquilibriumError(f"prices of the start did not settle: last change {change.max():.1e}")


def invert_prices(market: Market, sales: Floats) -> tuple[Floats, Floats]:
    """Ln P and productivity B, (n_nodes, n_sectors) each, at which these sales clear the market.

    Local services' productivity is normalised to one; B is zero in empty cells.
    """
    t, trade = market.technology, market.trade
    spending = market.spending(sales)
    weights = np.ones_like(sales)
    for kernel, kind in ((trade.goods, trade.is_goods), (trade.services, trade.is_services)):
        weights[:, kind] = sellers_weights(kernel, sales[:, kind], spending[:, kind])
    sells = sales > 0
    flat = replace(market, productivity=sells.astype(float))
    log_p = np.where(sells, -np.log(np.where(sells, weights, 1.0)) / trade.elasticity, 0.0)
    index = trade.log_price_index(trade.competition(np.where(sells, weights, 0.0)), log_p)
    # Local services use one another: their price solves p = p₀(index of the rest) + (1 − γ) a_ll p.
    index[:, t.local] = 0.0
    own = log_prices(flat, sales, index)[:, t.local]
    use = ((1 - t.value_added_share) * np.diag(t.input_shares))[t.local]
    index[:, t.local] = own / (1 - use)
    log_b = (log_prices(flat, sales, index) - np.where(t.local, index, log_p)) / t.value_added_share
    log_b[:, t.local] = 0.0
    return index, np.where(sells, np.exp(log_b), 0.0)
