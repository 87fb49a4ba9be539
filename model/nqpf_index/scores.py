"""The index of places from their indicators and the constants of a baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.nqpf_index.indicators import COMPONENTS, INDICATORS, readings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nqpf.agents.typing import Floats
    from nqpf.model.nqpf_index.constants import Constants

FLOOR = 0.01
"""Of a component in the geometric mean."""

_IN = np.array([[i.component == component for i in INDICATORS] for component in COMPONENTS])


def scaled(readings: Floats, low: Floats, high: Floats) -> Floats:
    """Min-max values (x − low)/(high − low), (n_indicators, …); 0 where nothing varies, and for the log of nought."""
    span = (high - low)[:, None]
    x = np.divide(readings - low[:, None], span, out=np.zeros_like(readings), where=span > 0)
    return np.where(np.isfinite(x), x, 0.0)


def index_values(places: Mapping[str, Floats], constants: Constants) -> dict[str, Floats]:
    """The index by place, (n_places,) each, by the names of `measures.INDEX`; not clipped to 0 and 1.

    `nqpf` is the mean of the components by the sums of their weights. An indicator that does not vary over the baseline
    has no part in any variant, and a component without any scores 0.
    """
    x, w = scaled(readings(places), constants.low, constants.high), constants.weight
    by_weight, alike = _IN * w, (_IN & (constants.high > constants.low)).astype(np.float64)
    score, plain = (_means(parts, x) for parts in (by_weight, alike))
    return {
        "nqpf": w @ x,
        **{f"nqpf_{component}": score[row] for row, component in enumerate(COMPONENTS)},
        "nqpf_equal": plain.mean(0),
        "nqpf_geometric": np.exp(np.log(np.maximum(score, FLOOR)).mean(0)),
    }


def _means(parts: Floats, x: Floats) -> Floats:
    """Means of x (n_indicators, n_places) by the rows of parts (n_components, n_indicators); 0 without any part."""
    total = parts.sum(1, keepdims=True)
    return np.divide(parts, total, out=np.zeros_like(parts), where=total > 0) @ x
