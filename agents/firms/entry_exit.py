"""Birth and death of firms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from nqpf.agents.firms.parameters import EntryExit
    from nqpf.agents.typing import Floats

_HAZARD_RANGE = (0.5, 2.0)


def exit_hazard(rules: EntryExit, relative_return: Floats) -> Floats:
    """Chance to leave in a quarter, (n_firms,): rate · clip((return / city's mean)^−ε, ½, 2)."""
    factor = np.clip(relative_return**-rules.exit_return_elasticity, *_HAZARD_RANGE)
    hazard: Floats = np.minimum(rules.exit_rate * factor, 1.0)
    return hazard


def entrant_productivity(rules: EntryExit, cell_mean: Floats, uniform: Floats) -> Floats:
    """Log productivity of entrants, (n,): their cell's mean less a gap, normal around it by inverse CDF."""
    return cell_mean - rules.entrant_gap + rules.entrant_dispersion * ndtri(uniform)


def starting_sizes(rules: EntryExit, uniform: Floats) -> Floats:
    """Sizes at the start, (n_firms,): Pareto(size_tail) from 1, cut at size_cap, by inverse CDF of uniform."""
    return np.minimum((1 - uniform) ** (-1 / rules.size_tail), rules.size_cap)
