"""Where savings go: destination shares by return and friction, and the ownership they build.

S_ni ∝ K_i a_i (r_i / r̄)^{κ_I} g_ni (Zhao et al. 2025): K_i the host's capital, a_i its wedge, r_i last quarter's net
surplus per capital value, g_ni a friction of distance, provincial border and home bias. Levers act on g and a.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.parameters import Capital

_DISTANCE_SCALE_KM = 500.0


def friction(capital: Capital, distance: Floats, province: Ints, border: Floats, equity: Floats) -> Floats:
    """g_ni of home n and host i, (n_places, n_places); 1 at home.

    border (n_places,) scales the provincial border a host's investors meet; equity (n_places,) is the integration of
    its equity market: 1 removes every friction of investing there.
    """
    other_province = province[:, None] != province
    log_g = -capital.distance * np.log1p(distance / _DISTANCE_SCALE_KM) - capital.home_bias
    log_g = log_g - capital.province_border * border * other_province
    np.fill_diagonal(log_g, 0.0)
    g: Floats = np.exp(capital.elasticity * (1 - equity) * log_g)
    return g


def destination_shares(g: Floats, mass: Floats) -> Floats:
    """S_ni, (home, host), rows sum to one; mass (n_places,) = K a (r / r̄)^{κ_I}."""
    shares = g * mass
    return shares / shares.sum(1, keepdims=True)


def attraction(stock: Floats, wedge: Floats, rate: Floats, equity: Floats, elasticity: float) -> Floats:
    """Mass of each host, (n_places,): K a^{1−equity} (r / r̄)^{κ_I}, r̄ the capital-weighted mean return."""
    mean = np.average(rate, weights=stock)
    return stock * wedge ** (1 - equity) * (rate / mean) ** elasticity


def accumulate(
    ownership: Floats,
    saving: Floats,
    destinations: Floats,
    reinvested: Floats,
    fund: Floats,
    price: Floats,
    depreciation: float,
) -> tuple[Floats, Floats]:
    """Next quarter's ownership O' = (1 − δ)O + J/P and the investment J, both (home, host), J in current CNY million.

    ownership in units of capital; saving, reinvested and fund (guidance funds, owned at home) (n_places,) in CNY
    million; price of capital goods (n_places,).
    """
    held = ownership / ownership.sum(0)
    investment = saving[:, None] * destinations + held * reinvested
    investment[np.diag_indices_from(investment)] += fund
    return (1 - depreciation) * ownership + investment / price, investment
