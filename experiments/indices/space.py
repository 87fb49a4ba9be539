"""Do rich places lie beside rich ones? Moran's I over places, each with its eight nearest as neighbours.

I = Σ_ij w_ij z_i z_j / Σ_i z_i², z the deviation from the mean, rows of w adding to one; two-sided p by the normal
distribution with the moments of I when the values are dealt to places at random (Cliff and Ord 1981), so that no
permutation is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.experiments.indices.convergence import growth
from nqpf.experiments.indices.declared import declared, library
from nqpf.model.measures.measure import measure

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.experiments.indices.declared import Index
    from nqpf.experiments.indices.reading import Reading
    from nqpf.model.measures import Measure


def neighbour_weights(near: Ints) -> Any:
    """PySAL's weights from each place's neighbours (n, k): each 1/k."""
    n, k = near.shape
    ends = np.repeat(np.arange(n), k), near.ravel()
    return library("libpysal.graph").Graph.from_arrays(*ends, np.ones(n * k)).transform("r")


def moran(values: Floats, weights: Any) -> tuple[float, float]:
    """Moran's I of values (n,) and its two-sided p; NaN of less than four, if one is missing or all are alike."""
    if len(values) < 4 or not np.isfinite(values).all() or np.ptp(values) == 0:
        return np.nan, np.nan
    found = library("esda.moran").Moran(values, weights, permutations=0)
    return float(found.I), float(found.p_rand)


def _space(reading: Reading) -> dict[str, float]:
    gdp = reading.values("gdp_per_head", "places")
    weights = neighbour_weights(reading.tables.near) if len(gdp) > 1 else None
    values = {
        "gdp_per_head": np.log(gdp),
        "nqpf": reading.values("nqpf", "places"),
        "growth": growth(reading, "gdp_per_head", "places"),
        "nqpf_growth": growth(reading, "nqpf", "places"),
    }
    found = {}
    for name, value in values.items():
        found[f"moran_{name}"], found[f"moran_{name}_p"] = moran(value, weights)
    return found


_SUBJECTS = {
    "gdp_per_head": ("log GDP per head", "人均GDP对数"),
    "nqpf": ("NQPF index", "新质生产力指数"),
    "growth": ("growth of GDP per head since the first quarter", "人均GDP增速"),
    "nqpf_growth": ("growth of the NQPF index since the first quarter", "新质生产力增速"),
}


def _measures() -> tuple[Measure, ...]:
    found = []
    for name, (en, zh) in _SUBJECTS.items():
        found += [
            measure(
                f"moran_{name}",
                "correlation",
                f"Moran's I of {en}",
                f"{zh}莫兰指数",
                f"Likeness of neighbouring places' {en}; about 0 if space does not matter",
                "Σ_ij w_ij z_i z_j / Σ z_i², w_ij = 1/8 of the eight nearest",
                source="Moran (1950); Cliff and Ord (1981)",
            ),
            measure(
                f"moran_{name}_p",
                "fraction",
                f"p of Moran's I, {en}",
                f"{zh}莫兰指数p值",
                "Chance of an I so far from its mean if values were dealt to places at random; normal approximation",
                "2 (1 − Φ(|I − E I| / sd I)), E and sd over permutations of the values",
                source="Cliff and Ord (1981)",
            ),
        ]
    return tuple(found)


SPACE: tuple[Index, ...] = declared("cities", _space, _measures())
