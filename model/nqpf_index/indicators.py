"""What the index is made of, and the indicators of a quarter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nqpf.agents.typing import Floats
    from nqpf.model.observation import Quarter

COMPONENTS = ("technology", "factors", "industry")
"""The three drivers (Pan An 2024)."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A measure of places that enters a component of the index; more is better."""

    name: str
    component: str
    logs: bool = False  # enters as its logarithm


INDICATORS = (
    Indicator("rd_intensity", "technology"),
    Indicator("knowledge_per_worker", "technology", logs=True),
    Indicator("technology_level", "technology"),
    Indicator("outside_collaboration", "technology"),
    Indicator("talent_share", "factors"),
    Indicator("allocation_efficiency", "factors"),
    Indicator("data_per_worker", "factors", logs=True),
    Indicator("compute", "factors"),
    Indicator("tfp", "factors", logs=True),
    Indicator("strategic_share", "industry"),
    Indicator("digital_share", "industry"),
    Indicator("industrial_complexity", "industry"),
)
"""Each a measure of `measures.CITY`."""


def readings(places: Mapping[str, Floats]) -> Floats:
    """What enters of each indicator, (n_indicators, n_places); −inf for the logarithm of nought."""
    rows = []
    for indicator in INDICATORS:
        value = np.asarray(places[indicator.name], dtype=np.float64)
        if indicator.logs:
            value = np.log(value, out=np.full_like(value, -np.inf), where=value > 0)
        rows.append(value)
    return np.stack(rows)


def indicator_values(q: Quarter, places: Mapping[str, Floats]) -> dict[str, Floats]:
    """Indicators by place that are no measure already, (n_places,) each, by the names of `measures.INDICATORS`.

    places: the other measures of the quarter's places.
    """
    s, technology = q.state, q.fundamentals.technology
    value, firms = q.production.basket.value, q.state.firms
    n, n_sectors = value.shape
    city, sector = np.divmod(firms.cell, n_sectors)
    by_firm = firms.sales * technology.value_added_share[sector]
    weight = by_firm / np.bincount(city, by_firm, n)[city]
    attained = firms.log_productivity + q.fundamentals.place_lead[firms.cell] - s.tracks.ceiling[sector]
    across = q.facts.places.province[:, None] != q.facts.places.province
    joint = s.network.sum(1)
    own = places["data"] / places["employment"]
    pool = q.layers.data.access @ places["data"]
    return {
        "rd_intensity": places["rd"] / places["value_added"],
        "knowledge_per_worker": s.knowledge.sum(1) / places["employment"],
        "technology_level": np.bincount(city, weight * attained, n),
        "new_track_share": np.bincount(city, weight * (firms.track >= n_sectors), n),
        "outside_collaboration": np.divide(
            (s.network * across).sum(1), joint, out=np.zeros_like(joint), where=joint > 0
        ),
        "talent_share": s.talent / places["population"],
        "allocation_efficiency": allocation_efficiency(q),
        "data_per_worker": own ** (1 - q.pool_weight) * pool**q.pool_weight,
        "strategic_share": places["strategic_value_added"] / places["value_added"],
        "digital_share": places["digital_value_added"] / places["value_added"],
        "industrial_complexity": value @ q.fundamentals.structure.complexity / value.sum(1),
    }


def allocation_efficiency(q: Quarter) -> Floats:
    """−α² times the mean square of ln(VA / P K) less the nation's mean over a place's cells, (n_places,).

    With labour free inside a place that is minus the variance of log revenue productivity TFPR = P A that capital
    brings, to which losses of productivity are proportional (Hsieh and Klenow 2009). About the nation's mean, not the
    place's: what keeps capital away from a place is lost as well, and at the start a place's firms have capital in
    proportion to sales by construction. Cells count by the capital of `measures.CITY`, so that means of places by it
    are the mean square over a region's or the nation's cells; one opened after the market lies at the mean.
    """
    value = q.production.basket.value
    stock = np.bincount(q.state.firms.cell, q.state.firms.capital, value.size).reshape(value.shape)
    weight, some = stock * q.fundamentals.base_price[:, None], (value > 0) & (stock > 0)
    ratio = np.divide(value, stock * q.production.price[:, None], out=np.ones_like(value), where=some)
    log_return = np.log(ratio)
    gap = np.where(some, log_return - weight[some] @ log_return[some] / weight[some].sum(), 0.0)
    alpha = 1 - q.fundamentals.technology.labour_exponent
    return np.asarray(-(alpha**2) * (weight * gap**2).sum(1) / weight.sum(1))
