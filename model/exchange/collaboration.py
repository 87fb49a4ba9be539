"""Who can work with whom: access between places, and the network of joint projects that improves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.firms.parameters import Research
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.exchange.parameters import Collaboration


def access_between(
    research: Research,
    collaboration: Collaboration,
    distance: Floats,
    province: Ints,
    cluster: Ints,
    friction: tuple[Floats, Floats],
    digital_gain: Floats,
) -> Floats:
    """Access to knowledge of another place, (n_places, n_places), 1 at home: exp(−f (d / range + border)).

    friction (n_places,) within a cluster and across, its mean over both ends counts; digital_gain (n_places,) is the
    digital intensity gained since the start, which lowers it.
    """
    same = (cluster[:, None] == cluster) & (cluster >= 0)
    within, across = ((f[:, None] + f) / 2 for f in friction)
    gained = (digital_gain[:, None] + digital_gain) / 2
    f = np.where(same, within, across) * np.exp(-collaboration.digital_gain * gained)
    border = research.spillover_border * (province[:, None] != province)
    access = np.exp(-f * (distance / research.spillover_range + border))
    np.fill_diagonal(access, 1.0)
    return access


def with_network(collaboration: Collaboration, access: Floats, network: Floats) -> Floats:
    """Access raised by W / (W + mean W) between places with joint projects behind them; 1 at home."""
    n = len(network)
    others = network.sum() - np.trace(network)
    if others <= 0:
        return access
    mean = others / (n * (n - 1))
    raised = access * (1 + collaboration.network_gain * network / (network + mean))
    np.fill_diagonal(raised, 1.0)
    return raised


def partner_odds(access: Floats, knowledge: Floats) -> Floats:
    """Cumulated odds of a partner's place, (n_sectors, n_places, n_places), by access and knowledge near the sector.

    knowledge (n_places, n_sectors). Rows end at one, or are nought where nobody knows anything.
    """
    odds = access[None] * knowledge.T[:, None, :]
    cumulated = np.cumsum(odds, axis=2)
    total = cumulated[:, :, -1:]
    return np.divide(cumulated, total, out=np.zeros_like(cumulated), where=total > 0)


def starting_network(collaboration: Collaboration, hazard: float, firms: Ints, access: Floats, near: Floats) -> Floats:
    """The network that the start's firms would have made in the long run, symmetric, (n_places, n_places).

    firms (n_places, n_sectors) counts; near (n_places, n_sectors) knowledge near each sector; hazard a firm's usual
    chance to improve.
    """
    expected = np.zeros_like(access)
    for s in range(firms.shape[1]):
        odds = access * near[:, s]
        total = odds.sum(1, keepdims=True)
        odds = np.divide(odds, total, out=np.zeros_like(odds), where=total > 0)
        expected += firms[:, s, None] * odds
    expected *= collaboration.rate * hazard
    network: Floats = (expected + expected.T) / collaboration.ageing
    return network


def sector_reach(access: Floats, value_added: Floats) -> Floats:
    """Access of a sector's mean firm to the rest of it, (n_sectors,): Σ_i s_i Σ_j a_ij s_j, s the places' shares.

    value_added (n_places, n_sectors); 1 in a sector that adds no value.
    """
    total = value_added.sum(0)
    share = value_added / np.where(total > 0, total, 1.0)
    return np.where(total > 0, (share * (access @ share)).sum(0), 1.0)
