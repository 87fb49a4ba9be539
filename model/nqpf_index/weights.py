"""Lowest, highest and entropy weight of each indicator over places and quarters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import entr

from nqpf.model.nqpf_index.constants import Constants
from nqpf.model.nqpf_index.scores import scaled
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats

_ALIKE = 1e-9  # spread over size at which values differ by no more than rounding
_DIGITS = 10  # kept of each constant, so that a table holds what a run uses


def entropy_weights(x: Floats) -> Floats:
    """Weights (1 − e_j)/Σ(1 − e) of min-max values x' (n_indicators, m); e_j = −Σ p ln p / ln m, p = x'/Σx'.

    The less alike an indicator's values, the more it tells apart (entropy: Shannon 1948). An indicator that is nought
    everywhere, as one without variation is, has no weight; all have none if none varies.
    """
    total = x.sum(1, keepdims=True)
    p = np.divide(x, total, out=np.zeros_like(x), where=total > 0)
    diversity = np.where(total[:, 0] > 0, 1 - entr(p).sum(1) / np.log(x.shape[1]), 0.0)
    return diversity / diversity.sum() if diversity.sum() > 0 else diversity


def constants_of(panel: Floats, people: Floats, baseline: str) -> Constants:
    """Constants of a baseline, rounded to ten digits.

    panel: indicators as `indicators.readings` gives them, (n_quarters, n_indicators, n_places); people: residents in
    the first quarter, (n_places,).
    """
    by_indicator = np.moveaxis(panel, 1, 0).reshape(panel.shape[1], -1)
    known = np.isfinite(by_indicator)
    low = np.where(known, by_indicator, np.inf).min(1)
    high = np.where(known, by_indicator, -np.inf).max(1)
    none = ~known.any(1) | (high - low <= _ALIKE * np.maximum(np.abs(low), np.abs(high)))
    low = np.where(known.any(1), low, 0.0)
    high = np.where(none, low, high)
    weight = _rounded(entropy_weights(scaled(by_indicator, low, high)))
    low, high = _rounded(low), _rounded(high)
    with one_blas_thread():
        first = weight @ scaled(panel[0], low, high) @ people / people.sum()
    return Constants(baseline, low, high, weight, float(_rounded(np.array([first]))[0]))


def _rounded(values: Floats) -> Floats:
    return np.array([float(f"{value:.{_DIGITS}g}") for value in values])
