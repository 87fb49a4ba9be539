"""Goods: who buys from whom, at what price, across all frictions (Eaton and Kortum 2002; Armington's form).

With k = τ^{−θ} a buyer's price index is P_j = Φ_j^{−1/θ}, Φ_j = Σ_i k_ij p_i^{−θ}; a seller's market access is
M_i = Σ_j k_ij E_j / Φ_j, and its sales X_i = p_i^{−θ} M_i. Local services are sold where they are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats


@dataclass(frozen=True, slots=True)
class TradeNetwork:
    """Accessibility k = τ^{−θ} of destination j from origin i, for goods and for services, (n_nodes, n_nodes)."""

    goods: Floats
    services: Floats
    is_goods: Bools  # (n_sectors,)
    is_services: Bools
    is_local: Bools
    elasticity: float  # θ

    def supply_weights(self, log_price: Floats, sells: Bools) -> Floats:
        """Q = p^{−θ}, 0 in empty cells, (n_nodes, n_sectors)."""
        return np.where(sells, np.exp(-self.elasticity * log_price), 0.0)

    def competition(self, weights: Floats) -> Floats:
        """Φ_js = Σ_i k_ij q_is, (n_nodes, n_sectors); 1 for local services."""
        phi = np.ones_like(weights)
        phi[:, self.is_goods] = self.goods.T @ weights[:, self.is_goods]
        phi[:, self.is_services] = self.services.T @ weights[:, self.is_services]
        return phi

    def log_price_index(self, phi: Floats, log_price: Floats) -> Floats:
        """Ln P_js of what is bought in j, (n_nodes, n_sectors)."""
        return np.where(self.is_local, log_price, -np.log(phi) / self.elasticity)

    def market_access(self, spending: Floats, phi: Floats) -> Floats:
        """M_is = Σ_j k_ij E_js / Φ_js, (n_nodes, n_sectors); the place's own spending for local services."""
        access = np.empty_like(spending)
        demand = spending / phi
        access[:, self.is_goods] = self.goods @ demand[:, self.is_goods]
        access[:, self.is_services] = self.services @ demand[:, self.is_services]
        access[:, self.is_local] = spending[:, self.is_local]
        return access

    def flows(self, weights: Floats, spending: Floats, phi: Floats, sectors: Bools | None = None) -> Floats:
        """Value sold from i to j over the tradable sectors (or those given), (n_nodes, n_nodes)."""
        total = np.zeros_like(self.goods)
        chosen = np.ones_like(self.is_local) if sectors is None else sectors
        for kernel, kind in ((self.goods, self.is_goods), (self.services, self.is_services)):
            cells = kind & chosen
            total += kernel * (weights[:, cells] @ (spending[:, cells] / phi[:, cells]).T)
        own = self.is_local & chosen
        total[np.diag_indices_from(total)] += spending[:, own].sum(1)
        return total
