"""Birth and death of firms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from nqpf.agents.firms.parameters import EntryExit
    from nqpf.agents.typing import Floats, Ints

_HAZARD_RANGE = (0.5, 2.0)
_SIZE_RANGE = (0.05, 2.0)


_FIRST_YEARS = np.array([0.25, 0.95, 1.4, 1.25, 1.25, 1.25, 1.25])
_MATURE, _FALL, _LEAST = 1.25, 0.06, 0.6
"""Profile of the hazard by age: 1.6, 6.3 and 9.5 % in the first three years, above 8, falling after (SAIC 2013)."""
_OLDEST = 200
_ENTRY_RANGE = (0.25, 4.0)


def age_profile(age: Ints) -> Floats:
    """Exit hazard over the common rate by age in quarters, same shape; steps at whole years."""
    year = age // 4
    mature = np.maximum(_MATURE * np.exp(-_FALL * (year - len(_FIRST_YEARS) + 1)), _LEAST)
    young = _FIRST_YEARS[np.minimum(year, len(_FIRST_YEARS) - 1)]
    return np.where(year < len(_FIRST_YEARS), young, mature)


def performance(rules: EntryExit, before: Floats, relative_return: Floats) -> Floats:
    """Smoothed log return over the city's mean, (n_firms,)."""
    smoothed: Floats = (1 - rules.memory) * before + rules.memory * np.log(relative_return)
    return smoothed


def exit_hazard(rules: EntryExit, age: Ints, performance: Floats, size: Floats) -> Floats:
    """Chance to leave in a quarter, (n_firms,), at most 1.

    rate · profile(age) · clip(exp(−ε performance), ½, 2) · clip(size^−φ, 1/20, 2); size: capital over the cell's mean.
    """
    losses = np.clip(np.exp(-rules.exit_return_elasticity * performance), *_HAZARD_RANGE)
    small = np.clip(size**-rules.exit_size_elasticity, *_SIZE_RANGE)
    hazard: Floats = np.minimum(rules.exit_rate * age_profile(age) * losses * small, 1.0)
    return hazard


def starting_ages(rules: EntryExit, uniform: Floats) -> Ints:
    """Ages at the start in quarters, same shape: the stationary distribution up to fifty years, by inverse CDF."""
    # A firm is a quarter older when it first may leave.
    survival = np.cumprod(1 - np.minimum(rules.exit_rate * age_profile(np.arange(1, _OLDEST)), 1.0))
    alive = np.cumsum(np.concatenate([[1.0], survival]))
    return np.searchsorted(alive / alive[-1], uniform, side="right").astype(np.int64)


def entry_pull(
    rules: EntryExit,
    value_added: Floats,
    relatedness: Floats,
    relative_return: Floats,
    finance: Floats,
    subsidy: Floats,
) -> Floats:
    """Weight of each cell in entry, (n_places, n_sectors): where value is added, skills are near and returns are high.

    relatedness density over its sector's mean; the cell's return over the nation's; finance (n_places,): investment
    over capital over the nation's; subsidy over the profit share.
    """
    near = np.clip(relatedness, *_ENTRY_RANGE) ** rules.entry_relatedness
    profit = np.clip(relative_return, *_ENTRY_RANGE) ** rules.entry_return
    money = np.clip(finance, *_ENTRY_RANGE) ** rules.entry_finance
    pull: Floats = value_added * near * profit * money[:, None] * (1 + subsidy) ** rules.entry_subsidy
    return pull


def entrant_productivity(rules: EntryExit, cell_mean: Floats, uniform: Floats) -> Floats:
    """Log productivity of entrants, (n,): their cell's mean less a gap, normal around it by inverse CDF."""
    return cell_mean - rules.entrant_gap + rules.entrant_dispersion * ndtri(uniform)


def starting_sizes(rules: EntryExit, uniform: Floats) -> Floats:
    """Sizes at the start, (n_firms,): Pareto(size_tail) from 1, cut at size_cap, by inverse CDF of uniform."""
    return np.minimum((1 - uniform) ** (-1 / rules.size_tail), rules.size_cap)
