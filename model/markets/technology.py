r"""How a city-sector cell turns capital, people and inputs into goods.

Firm f makes value added v_f = Z_f N_f^η, Z_f = A_f · K_f^α · D_f^{own data}, η = 1 − α − ζ; varieties of a cell form
V = (Σ v_f^ρ)^{1/ρ} = S^{1/κ} N^η with ρ = (σ − 1)/σ, κ = ρ/(1 − ρη), S = Σ Z_f^κ: firms aggregate exactly.
Competitive assembly with inputs (Caliendo and Parro 2015), Q = V^γ M^{1−γ}: the markup falls on value added only.
With B = S^{1/κ} and sales X the price of a cell is

    ln p = γ(1 − η) ln X − γ ln B + γη (ln ω − ln ργη) + (1 − γ)(ln P_M − ln(1 − γ)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats


@dataclass(frozen=True, slots=True)
class SectorTechnology:
    """Coefficients of the sectors; a vector has shape (n_sectors,)."""

    value_added_share: Floats  # γ, share of gross output
    skill_share: Floats  # h, talent's share of the wage bill
    input_shares: Floats  # a, (supplier, user): share of a supplier in the user's inputs; columns sum to one
    research_share: Floats  # R&D per unit of gross output
    local: Bools  # sold only where made
    services: Bools  # tradable services
    own_data: Floats  # exponent of a firm's own data in Z
    pool_data: Floats  # of the data pool within reach
    compute_data: Floats  # of compute over its need
    labour_exponent: float  # η
    variety_elasticity: float  # σ

    @property
    def rho(self) -> float:
        """ρ = (σ − 1)/σ."""
        return (self.variety_elasticity - 1) / self.variety_elasticity

    @property
    def kappa(self) -> float:
        """κ = ρ/(1 − ρη): exponent with which firms' Z add up."""
        return self.rho / (1 - self.rho * self.labour_exponent)

    @property
    def wage_share(self) -> Floats:
        """ργη: wage bill over sales, (n_sectors,)."""
        return self.rho * self.labour_exponent * self.value_added_share

    @property
    def labour_wage_share(self) -> Floats:
        """ργη(1 − h): labour's wages over sales, (n_sectors,)."""
        return self.wage_share * (1 - self.skill_share)

    @property
    def talent_wage_share(self) -> Floats:
        """ργηh: talent's wages over sales, (n_sectors,)."""
        return self.wage_share * self.skill_share

    @property
    def input_requirements(self) -> Floats:
        """a(1 − γ): spending on the supplier per unit of the user's sales, (supplier, user)."""
        return self.input_shares * (1 - self.value_added_share)

    def log_wage_bundle(self, log_wage_labour: Floats, log_wage_talent: Floats) -> Floats:
        """Ln ω = (1 − h) ln w_L + h ln w_H + entropy of h, (n_nodes, n_sectors), from wages of shape (n_nodes,)."""
        h = self.skill_share
        return np.outer(log_wage_labour, 1 - h) + np.outer(log_wage_talent, h) + _entropy(h)

    def log_input_price(self, log_price_index: Floats) -> Floats:
        """Ln P_M of each user's inputs, (n_nodes, n_sectors): P_M = Π (P_s / a_s)^{a_s}."""
        a = self.input_shares
        return log_price_index @ a - np.sum(a * np.log(np.where(a > 0, a, 1.0)), axis=0)

    def log_input_term(self) -> Floats:
        """ln(1 − γ), 0 where nothing is bought, (n_sectors,)."""
        bought = 1 - self.value_added_share
        return np.log(np.where(bought > 0, bought, 1.0))


def _entropy(h: Floats) -> Floats:
    """−(1 − h) ln(1 − h) − h ln h, with 0 ln 0 = 0."""
    inside = (h > 0) & (h < 1)
    x = np.where(inside, h, 0.5)
    return np.where(inside, -(1 - x) * np.log(1 - x) - x * np.log(x), 0.0)
