"""Incremental innovation: firms that spend more on R&D, near others who do, improve more often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv

if TYPE_CHECKING:
    from nqpf.agents.firms.parameters import Research
    from nqpf.agents.typing import Floats

_HAZARD_SCALE = 1.5
_STEP_SHAPE = (2.0, 4.0)
"""Beta(2, 4) steps: Keynes + Schumpeter models draw Beta steps on a small range (Dosi, Fagiolo and Roventini 2010)."""
_MOST_HEADROOM = 2.0


def improvement_hazard(research: Research, effort: Floats, spillover: Floats) -> Floats:
    """Chance to improve in a quarter, (n_firms,).

    1 − exp(−λ · min(R / R̄_s, cap)^ε · (1 + w · min(spill, cap)) / 1.5), from R&D relative to the sector's mean and
    knowledge around relative to the mean place's, both (n_firms,).
    """
    push = np.minimum(effort, research.effort_cap) ** research.effort_elasticity
    pull = 1 + research.spillover_weight * np.minimum(spillover, research.spillover_cap)
    return -np.expm1(-research.hazard * push * pull / _HAZARD_SCALE)


def improvement(research: Research, headroom: Floats, uniform: Floats) -> Floats:
    """Log gain of productivity of firms that improve, (n,): step · Beta(2, 4) · clip(ln(F / A) / ln ceiling, 0, 2).

    headroom is ln(F / A), the log distance to the track's ceiling; the draw is by inverse CDF of uniform.
    """
    room = np.clip(headroom / np.log(research.ceiling), 0.0, _MOST_HEADROOM)
    gain: Floats = research.step * betaincinv(*_STEP_SHAPE, uniform) * room
    return gain
