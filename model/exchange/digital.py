"""Digital intensity of places: what it was at the start, and what a programme makes of it.

digital⁰ = r/(1 + r), r the share of IT employment over its mean. A programme multiplies it, or lifts the lowest places
with the same total: digital networks raise productivity most where there are few (Liu, Zhang and Cai).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.parameters import Technology

_RANGE = (0.05, 20.0)


def start_intensity(it_employment_share: Floats, population: Ints) -> Floats:
    """Digital intensity at the start, (n_places,), between 0 and 1: half at the mean of residents."""
    mean = np.average(it_employment_share, weights=population)
    if mean <= 0:
        return np.full(len(population), 0.5)
    ratio = np.clip(it_employment_share / mean, *_RANGE)
    return np.asarray(ratio / (1 + ratio))


def programme(start: Floats, multiple: Floats, weight: Floats, *, lagging: bool) -> Floats:
    """Digital intensity under a programme, (n_places,).

    multiple (n_places,) of the start's; weight (n_places,) is what a unit costs in a place, its share of GDP. If
    lagging, the same weighted total lifts the lowest treated places to one level.
    """
    if not lagging:
        return multiple * start
    treated = np.flatnonzero(multiple > 1)
    total = float((weight * (multiple - 1) * start)[treated].sum())
    if total <= 0:
        return start.copy()
    order = treated[np.argsort(start[treated], kind="stable")]
    height, width = start[order], np.cumsum(weight[order])
    # Filled up to the k-th lowest, the lower ones take width · height − Σ weight · height.
    needed = width * height - np.cumsum(weight[order] * height)
    k = int(np.searchsorted(needed, total, side="right")) - 1
    level = height[k] + (total - needed[k]) / width[k]
    result = start.copy()
    result[treated] = np.maximum(start[treated], level)
    return result


def productivity_gain(technology: Technology, intensity: Floats, knee: float) -> Floats:
    """Log productivity that digital networks give, (n_places,): steep below the start's mean `knee`, flat above."""
    lagging, advanced = technology.digital_gain_lagging, technology.digital_gain_advanced
    gain: Floats = lagging * np.minimum(intensity, knee) + advanced * np.maximum(intensity - knee, 0.0)
    return gain
