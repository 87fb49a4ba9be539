"""Inequality and concentration: Gini, Theil and its part between groups, Herfindahl, dispersion of logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import rel_entr

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints


def gini(values: Floats, weights: Floats | None = None) -> float:
    """Gini coefficient Σ_i Σ_j n_i n_j |y_i − y_j| / (2 ȳ) of values (n,) with shares n of the weights (Gini 1912).

    Summed over values sorted upward, Σ n_i y_i (2 N_i − n_i − 1) / ȳ, N cumulative; with equal weights that is
    Σ (2i − n − 1) y_i / (n Σ y). 0 if there is nothing to share.
    """
    order = np.argsort(values, kind="stable")
    y = np.asarray(values, np.float64)[order]
    n = np.ones_like(y) if weights is None else np.asarray(weights, np.float64)[order]
    total, weight = n @ y, n.sum()
    return float((n * y) @ (2 * np.cumsum(n) - n - weight) / (weight * total)) if total > 0 else 0.0


def theil(amount: Floats, people: Floats) -> float:
    """Theil index Σ y ln(y / n) of an amount a head, y and n shares of amount and people (Theil 1967); 0 of nothing."""
    if not amount.sum() > 0:
        return 0.0
    return float(rel_entr(amount / amount.sum(), people / people.sum()).sum())


def theil_by_group(amount: Floats, people: Floats, group: Ints) -> tuple[float, float, float]:
    """Theil index, its part within groups and its part between them; the two add up (Shorrocks 1980)."""
    total = theil(amount, people)
    between = theil(np.bincount(group, amount), np.bincount(group, people))
    return total, total - between, between


def herfindahl(values: Floats) -> float:
    """Sum of squared shares (Herfindahl 1950)."""
    share = values / values.sum()
    return float(share @ share)


def top_share(values: Floats, number: int) -> float:
    """Share of the largest `number` of values in all; 0 if there is nothing to share."""
    total = values.sum()
    return float(np.sort(values)[-number:].sum() / total) if total > 0 else 0.0


def deviation(values: Floats, weights: Floats | None = None) -> float:
    """Standard deviation over a whole population, by weights if given."""
    mean = np.average(values, weights=weights)
    return float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))
