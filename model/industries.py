"""What sectors have to do with each other: inputs, components, relatedness; and what a place has of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.facts import Sectors

_COMPONENTS = 3


def data_exponents(data_share: float, digital: Floats, gdp_share: Floats) -> Floats:
    """ζ_s, (n_sectors,), mean ζ by share of GDP: as the root of digital intensity, for electronics buys from itself."""
    root = np.sqrt(digital)
    return np.asarray(data_share * root / (gdp_share @ root))


def input_similarity(input_shares: Floats, weight: float) -> Floats:
    """Technological nearness σ, (from, to), of sectors: `weight` times the cosine of input columns; 1 to itself."""
    unit = input_shares / np.linalg.norm(input_shares, axis=0)
    near = weight * (unit.T @ unit)
    np.fill_diagonal(near, 1.0)
    return np.asarray(near)


def component_sectors(input_shares: Floats, strategic: Bools) -> Ints:
    """Strategic sectors that supply the largest inputs to each sector, itself apart, (n_sectors, 3); −1: none."""
    n = len(strategic)
    found = np.full((n, _COMPONENTS), -1, dtype=np.int64)
    for user in range(n):
        suppliers = np.array([s for s in np.flatnonzero(strategic) if s != user and input_shares[s, user] > 0], int)
        best = suppliers[np.argsort(-input_shares[suppliers, user], kind="stable")][:_COMPONENTS]
        found[user, : len(best)] = best
    return found


def comparative_advantage(value_added: Floats) -> Floats:
    """Revealed comparative advantage (Balassa 1965), (n_places, n_sectors); 0 in a sector nobody is in."""
    share = value_added / value_added.sum(1, keepdims=True)
    nation = value_added.sum(0) / value_added.sum()
    return np.divide(share, nation, out=np.zeros_like(share), where=nation > 0)


def relatedness(advantage: Floats, local: Bools) -> Floats:
    """φ, (n_sectors, n_sectors): how often two sectors are strong in the same place (Hidalgo et al. 2007).

    Places strong in both over the larger number strong in either; 0 to itself and to the local sector.
    """
    strong = (advantage >= 1).astype(np.float64)
    strong[:, local] = 0.0
    both = strong.T @ strong
    most = np.maximum(np.diag(both)[:, None], np.diag(both))
    phi = np.divide(both, most, out=np.zeros_like(both), where=most > 0)
    np.fill_diagonal(phi, 0.0)
    return phi


def relatedness_density(advantage: Floats, phi: Floats) -> Floats:
    """How near a place's strengths are to each sector, (n_places, n_sectors): φ-weighted mean of RCA/(1 + RCA)."""
    strength = advantage / (1 + advantage)
    total = phi.sum(0)
    density = np.divide(strength @ phi, total, out=np.ones_like(strength), where=total > 0)
    return np.asarray(density)


def complexity(skill_share: Floats, rd_share: Floats, value_added_share: Floats) -> Floats:
    """Skill and research intensity of sectors, (n_sectors,): what governments that aim high go by."""
    return skill_share + rd_share / value_added_share


def manufacturing(sectors: Sectors) -> Bools:
    """Sectors of goods none of which is primary industry, (n_sectors,)."""
    goods = np.array([kind == "goods" for kind in sectors.kind])
    return np.asarray(goods & (sectors.broad_parts[:, 0] == 0))


def unrelated_variety(value_added: Floats) -> Floats:
    """Entropy of a place's value added over sectors, over its largest value, (n_places,) (Frenken et al. 2007)."""
    share = value_added / value_added.sum(1, keepdims=True)
    logs = np.log(np.where(share > 0, share, 1.0))
    return np.asarray(-(share * logs).sum(1) / np.log(share.shape[1]))


def externality_elasticity(
    cluster_cells: Bools, in_area: Bools, strategic: Bools, cluster: float, area: float
) -> Floats:
    """Own-sector externality, (n_places, n_sectors): of designated clusters' cells, else strategic sectors in areas.

    cluster_cells (n_places, n_sectors); in_area (n_places,); strategic (n_sectors,).
    """
    wide = in_area[:, None] & strategic
    return np.where(cluster_cells, cluster, np.where(wide, area, 0.0))
