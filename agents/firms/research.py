"""Incremental innovation: firms improve, imitate and adopt; more R&D, own and around, makes it more frequent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv

from nqpf.agents.firms.parameters import HAZARD_SCALE

if TYPE_CHECKING:
    from nqpf.agents.firms.parameters import Research
    from nqpf.agents.typing import Floats

_STEP_SHAPE = (2.0, 4.0)
"""Beta(2, 4) steps: Keynes + Schumpeter models draw Beta steps on a small range (Dosi, Fagiolo and Roventini 2010)."""


def improvement_hazard(research: Research, effort: Floats, spillover: Floats) -> Floats:
    """Chance to improve in a quarter, (n_firms,).

    1 − exp(−λ · min(R / R̄_s, cap)^ε · (1 + w · min(spill, cap)) / 1.5), from R&D relative to the sector's mean and
    knowledge around relative to the mean place's, both (n_firms,).
    """
    push = np.minimum(effort, research.effort_cap) ** research.effort_elasticity
    return -np.expm1(-research.hazard * push * pull(research, spillover) / HAZARD_SCALE)


def pull(research: Research, spillover: Floats) -> Floats:
    """Factor that knowledge around gives the intensity of improving, same shape: 1 + w · min(spill, cap)."""
    factor: Floats = 1 + research.spillover_weight * np.minimum(spillover, research.spillover_cap)
    return factor


def improvement(research: Research, headroom: Floats, uniform: Floats) -> Floats:
    """Log gain of productivity of firms that improve, (n,): step · Beta(2, 4) · (1 − A/F) / (1 − 1/ceiling), ≥ 0.

    headroom is ln(F / A), the log distance to the track's ceiling: productivity follows a logistic, the S-curve of a
    technology (Foster 1986). The draw is by inverse CDF of uniform.
    """
    room = np.maximum(-np.expm1(-headroom), 0.0) / (1 - 1 / research.ceiling)
    gain: Floats = research.step * betaincinv(*_STEP_SHAPE, uniform) * room
    return gain


def imitation(research: Research, accessible: Floats, ceiling: Floats, reached: Floats) -> Floats:
    """Log gain of firms that imitate, (n,): a part of the gap to the accessible frontier, no higher than the ceiling.

    accessible is the best that others show, less what distance hides; ceiling is the own track's; all (n,), log.
    """
    gap = np.minimum(accessible, ceiling) - reached
    gain: Floats = research.imitation_step * np.maximum(gap, 0.0)
    return gain


def above_old_track(
    research: Research, improved: Floats, imitated: Floats, headroom: Floats, old_headroom: Floats
) -> tuple[Floats, Floats]:
    """Parts of an improvement and of an imitation that the same draws would not have given on a lower track, (n,) log.

    improved and imitated are the gains; headroom is the log distance to the own ceiling, old_headroom that to the lower
    track's.
    """
    room, old = (np.maximum(-np.expm1(-h), 0.0) for h in (headroom, old_headroom))
    kept = np.minimum(np.divide(old, room, out=np.ones_like(room), where=room > 0), 1.0)
    return improved * (1 - kept), np.maximum(imitated - research.imitation_step * np.maximum(old_headroom, 0.0), 0.0)


def adoption_chance(research: Research, exposure: Floats) -> Floats:
    """Chance to adopt a track in a quarter: 1 − exp(−a · exposure), same shape."""
    return np.asarray(-np.expm1(-research.adoption * exposure))
