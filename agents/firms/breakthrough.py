"""Disruptive innovation: leading firms try to leave their track, and need capabilities that others hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.firms.parameters import Research
    from nqpf.agents.typing import Bools, Floats, Ints


def leaders(research: Research, spending: Floats, sector: Ints, able: Bools) -> Ints:
    """Rows of firms that spend at least as much on R&D as the ⌈top_share · n⌉-th of their sector, sorted.

    By spending and not by productivity, whose spread inside a cell depends on how many rows stand for its firms.
    spending (n_firms,); able (n_sectors,): sectors that can try at all.
    """
    chosen = []
    for s in np.flatnonzero(able):
        rows = np.flatnonzero(sector == s)
        if len(rows):
            nth = max(int(np.ceil(research.top_share * len(rows))), 1)
            level = np.partition(spending[rows], len(rows) - nth)[len(rows) - nth]
            chosen.append(rows[spending[rows] >= level])
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, np.int64)


def attempt_chance(research: Research, spending: Floats, grant: Floats, sector_total: Floats) -> Floats:
    """Chance to try, (n,): 1 − exp(−attempts · R / Σ_sector R · (1 + G / R)^ε).

    A sector's attempts do not grow with the number of firms that stand for it. spending R, grant G and the total R of
    the sector's leaders, all (n,); 0 where R is.
    """
    some = spending > 0
    share = np.divide(spending, sector_total, out=np.zeros_like(spending), where=some)
    more = np.divide(grant, spending, out=np.zeros_like(spending), where=some)
    return np.asarray(-np.expm1(-research.attempts * share * (1 + more) ** research.grant_elasticity))


def success_chance(research: Research, quality: Floats, variety: Floats, in_cluster: Bools) -> Floats:
    """Chance that an attempt succeeds, (n,): p₀ · Π_k q_k^ω · (1 + v · variety) · (1 + c in a cluster), at most 1.

    An O-ring (Kremer 1993): one weak component spoils the whole. quality (n, components) of the best reachable
    partners, 1 where there is no such component; variety (n,) over its mean; in_cluster (n,).
    """
    chain = np.prod(quality**research.component_power, axis=1)
    variety_factor = np.maximum(1 + research.variety_gain * variety, 0.0)
    cluster_factor = 1 + research.cluster_gain * in_cluster
    return np.asarray(np.minimum(research.breakthrough * chain * variety_factor * cluster_factor, 1.0))
