"""People: who considers moving, where they go, who is born, dies and graduates. Whole persons throughout.

Odds of going from i to j are (V_j / μ_ij)^κ, staying included (μ_ii = 1); V is the real wage after tax, dearer where
land is scarce, times amenity; μ grows with distance, a provincial border and the destination's registration barrier
(Tombe and Zhu 2019).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.facts import Places
    from nqpf.model.parameters import Migration

SKILLS = ("labour", "talent")


def living_value(
    migration: Migration, wage: Floats, price: Floats, residents: Ints, consumption: Floats, area: Floats
) -> Floats:
    """V without amenity, (n_places,): w P^{−(1−rent)} · residents^{−congestion} · (C / area)^{−rent}.

    wage after tax and subsidy (CNY million / person / quarter), price index, consumption (CNY million), area of
    land under the quota (km²).
    """
    rent = migration.rent_share
    return wage * price ** (rent - 1) * residents**-migration.congestion * (consumption / area) ** -rent


def registration_barrier(migration: Migration, places: Places) -> Floats:
    """Barrier of each destination to people from other provinces, (n_places,), by administrative tier."""
    by_tier = {
        "municipality": migration.barrier_municipality,
        "sub_provincial_capital": migration.barrier_large,
        "sub_provincial": migration.barrier_large,
    }
    return np.array([by_tier.get(tier, 1.0) for tier in places.tier])


def moving_ease(
    migration: Migration, distance: Floats, province: Ints, barrier: Floats, power: float, easing: Floats
) -> Floats:
    """μ^{−κ} up to the scale of μ, (origin, destination), 1 on the diagonal.

    barrier (n_places,) to the power that this skill meets, met across provinces; easing (n_places,) of the destination
    takes away its barrier and half of the provincial border.
    """
    across = province[:, None] != province
    log_mu = migration.distance_elasticity * np.log(np.maximum(distance, migration.distance_floor))
    log_mu = log_mu + across * (migration.province_border * (1 - 0.5 * easing) + power * (1 - easing) * np.log(barrier))
    ease = np.exp(-migration.taste * log_mu)
    np.fill_diagonal(ease, 1.0)
    return ease


def with_scale(ease: Floats, scale: float, taste: float) -> Floats:
    """The same with μ of every move multiplied by `scale`; staying stays free."""
    scaled = ease * scale**-taste
    np.fill_diagonal(scaled, 1.0)
    return scaled


def destination_odds(ease: Floats, value: Floats, taste: float) -> Floats:
    """Odds of each destination, (origin, destination), rows sum to one; value V · amenity, (n_places,)."""
    pull = ease * (value / value.max()) ** taste
    odds: Floats = pull / pull.sum(1, keepdims=True)
    return odds


def land_quota(scale: float, tilt: float, area: Floats, hinterland: Bools, residents: Ints) -> Floats:
    """Land in use, (n_places,), km²: a tilt of the quota gives the hinterland `scale · tilt` more and others less.

    Weighted by residents, whose number stands for built-up land, nothing is gained or lost.
    """
    inside, outside = float(residents[hinterland].sum()), float(residents[~hinterland].sum())
    if inside <= 0 or outside <= 0:
        return area
    factor = np.where(hinterland, 1 + scale * tilt, 1 - scale * tilt * inside / outside)
    return np.asarray(area * np.maximum(factor, 0.05))
