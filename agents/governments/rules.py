"""What governments decide once a year: which sectors their cities target, and how hard they try.

Cities follow one of four rules; that of copycats looks at peers of similar rank in the same province (Yu, Zhou and
Zhu). A province that falls behind its macro-region subsidises more: a tournament, which `adaptation` = 0 switches off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.governments.parameters import Governments
    from nqpf.agents.typing import Bools, Floats, Ints

RULES = ("none", "related", "complex", "copycat")
"""Targeting rules; positions are the lever's."""


def peers(governments: Governments, value_added: Floats, province: Ints, tier: tuple[str, ...]) -> Bools:
    """Who looks at whom, (n_places, n_places): places of the group a few ranks of value added away.

    The group is the province, or for a province of one place all places of its tier.
    """
    n = len(province)
    found = np.zeros((n, n), np.bool_)
    size = np.bincount(province)
    tiers = np.unique(np.array(tier), return_inverse=True)[1]
    for p in np.unique(province):
        members = np.flatnonzero(province == p)
        rows = members if size[p] > 1 else np.flatnonzero(tiers == tiers[members[0]])
        ranked = rows[np.argsort(-value_added[rows], kind="stable")]
        rank = np.arange(len(ranked))
        near = np.abs(rank[:, None] - rank) <= governments.peer_ranks
        np.fill_diagonal(near, val=False)
        mine = province[ranked] == p
        found[np.ix_(ranked[mine], ranked)] = near[mine]
    return found


def target_scores(rule: Ints, density: Floats, complexity: Floats, advantage: Floats, looks_at: Bools) -> Floats:
    """How much each place wants each sector, (n_places, n_sectors), by its rule, (n_places,) positions in `RULES`.

    density: relatedness; complexity (n_sectors,); advantage: revealed comparative advantage; looks_at: peers.
    """
    number = looks_at.sum(1)
    copied = (looks_at @ advantage) / np.maximum(number, 1)[:, None]
    copied = np.where(number[:, None] > 0, copied, density)
    choices = {"related": density, "complex": np.broadcast_to(complexity, density.shape), "copycat": copied}
    scores = np.full(density.shape, -np.inf)
    for name, values in choices.items():
        here = rule == RULES.index(name)
        scores[here] = values[here]
    return scores


def choose_targets(governments: Governments, scores: Floats, eligible: Bools) -> Bools:
    """The best-scored eligible sectors of each place, (n_places, n_sectors); the first of equals."""
    wanted = np.where(eligible, scores, -np.inf)
    order = np.argsort(-wanted, axis=1, kind="stable")[:, : governments.targets]
    targets = np.zeros(scores.shape, np.bool_)
    np.put_along_axis(targets, order, values=True, axis=1)
    return targets & np.isfinite(wanted)


def adapted_effort(governments: Governments, effort: Floats, growth: Floats, group: Ints) -> Floats:
    """Subsidy effort of provinces, (n_provinces,) in [0, 1]: up by a part of the growth lost on the group's mean."""
    mean = np.bincount(group, growth) / np.maximum(np.bincount(group), 1)
    return np.clip(effort + governments.adaptation * (mean[group] - growth), 0.0, 1.0)


def subsidy_rates(
    governments: Governments, share: Floats, targets: Bools, value_added: Floats, budget: Floats
) -> Floats:
    """Subsidy over value added of each cell, (n_places, n_sectors), one rate for all targets of a place.

    share (n_places,): of all its value added, what a city would pay for its targets, but no more than a highest rate on
    theirs, nor than the room in its budget; value_added and budget of the last quarter.
    """
    everything, targeted = value_added.sum(1), (value_added * targets).sum(1)
    some = targeted > 0
    rate = np.divide(share * everything, targeted, out=np.zeros_like(targeted), where=some)
    room = np.divide(governments.subsidy_room * budget, targeted, out=np.zeros_like(targeted), where=some)
    rate = np.minimum(np.minimum(rate, governments.highest_subsidy), room)
    return rate[:, None] * targets
