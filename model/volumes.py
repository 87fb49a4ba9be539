"""Quantities between two quarters: chained Fisher indices of value added and of real absorption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats


@dataclass(frozen=True, slots=True)
class Basket:
    """Values and quantities of a quarter."""

    value: Floats  # value added by place and sector, current, (n_places, n_sectors)
    quantity: Floats  # V of the same cells
    final: Floats  # final spending by place, current, (n_places,)
    final_price: Floats  # its price index, (n_places,)


def fisher(value_0: Floats, value_1: Floats, quantity_0: Floats, quantity_1: Floats) -> Floats:
    """Fisher quantity index summed over the last axis, (...,); cells empty in either quarter are left out.

    sqrt(Laspeyres · Paasche), with Laspeyres Σ v₀ q₁/q₀ / Σ v₀ and Paasche Σ v₁ / Σ v₁ q₀/q₁.
    """
    both = (value_0 > 0) & (value_1 > 0)
    ratio = np.where(both, np.divide(quantity_1, quantity_0, out=np.ones_like(value_0), where=both), 1.0)
    v_0, v_1 = np.where(both, value_0, 0.0), np.where(both, value_1, 0.0)
    laspeyres = (v_0 * ratio).sum(-1) / v_0.sum(-1)
    paasche = v_1.sum(-1) / (v_1 / ratio).sum(-1)
    return np.asarray(np.sqrt(laspeyres * paasche))


def gdp_growth(before: Basket, after: Basket) -> tuple[Floats, float]:
    """Growth factors of real GDP, (n_places,) and the nation's; V is value added's volume: double deflation exactly."""
    args = before.value, after.value, before.quantity, after.quantity
    return fisher(*args), float(fisher(*(a.ravel() for a in args)))


def absorption_growth(before: Basket, after: Basket) -> float:
    """Growth factor of the nation's real absorption: all final spending."""
    return float(fisher(before.final, after.final, before.final / before.final_price, after.final / after.final_price))


def log_growth(before: Basket, after: Basket) -> Floats:
    """Log growth of each cell's quantity of value added, (n_places, n_sectors); 0 where either quarter has none."""
    both = (before.quantity > 0) & (after.quantity > 0)
    ratio = np.divide(after.quantity, before.quantity, out=np.ones_like(after.quantity), where=both)
    return np.log(ratio)
