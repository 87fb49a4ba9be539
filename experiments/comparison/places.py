"""Who gains and who loses: places by their deviation, and the treated beside the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.comparison.deviations import Band, deviation
from nqpf.experiments.comparison.panels import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nqpf.agents.typing import Bools, Floats
    from nqpf.experiments.comparison.panels import Panel
    from nqpf.model.facts import Facts

RANKED_BY = ("gdp", "gdp_per_head", "nqpf")
"""What places may be ranked by."""

SPLIT = ("gdp", "nqpf")
"""Effects told apart for treated places and others."""

ENDS = 10
"""Winners and losers shown."""


@dataclass(frozen=True, slots=True)
class Balance:
    """How many places, and what part of the residents, gain or lose by more than chance."""

    gaining: int
    losing: int
    unclear: int
    residents_gaining: float  # share of the baseline's residents at the end who live in gaining places
    residents_losing: float


def region_names(facts: Facts) -> dict[str, str]:
    """English names of regions of all levels and of places by id."""
    places, regions = facts.places, facts.regions
    return {
        **dict(zip(regions.id, regions.name_en, strict=True)),
        **dict(zip(places.code, places.name_en, strict=True)),
    }


def ranking(panel: Panel, facts: Facts, measure: str) -> pd.DataFrame:
    """Places from the most to the least gain in the last quarter; `sign` is 0 where the interval takes in zero.

    Those without a deviation, over a level of nought, come last.
    """
    before, after = (arm[:, -1] for arm in panel.of(measure))
    band = Band.of(deviation(measure, before, after))
    places = facts.places
    table = pd.DataFrame(
        {
            "city": places.code,
            "name_en": places.name_en,
            "name_zh": places.name_zh,
            "province": [facts.provinces.name_en[p] for p in places.province],
            "baseline": before.mean(0),
            "deviation": band.mean,
            "low": band.low,
            "high": band.high,
            "sign": band.sign.astype(int),
            "residents": panel.of("population")[0][:, -1].mean(0),
        }
    )
    return table.sort_values("deviation", ascending=False, kind="stable", ignore_index=True)


def balance(ranked: pd.DataFrame) -> Balance:
    """Gainers and losers of a ranking."""
    share = ranked.residents / ranked.residents.sum()
    up, down = ranked.sign > 0, ranked.sign < 0
    return Balance(
        gaining=int(up.sum()),
        losing=int(down.sum()),
        unclear=int((ranked.sign == 0).sum()),
        residents_gaining=float(share[up].sum()),
        residents_losing=float(share[down].sum()),
    )


def ends(ranked: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """What gains most and what loses most, each from its extreme; none of the other sign, none without a number."""
    yield "gain", ranked[ranked["deviation"] > 0].head(ENDS)
    yield "loss", ranked[ranked["deviation"] < 0].tail(ENDS).iloc[::-1]


def own_and_spillover(panel: Panel, where: Bools) -> pd.DataFrame:
    """Effect in the last quarter on places that the policy treats (own effect) and on all others (spillover)."""
    rows = []
    for group, chosen in (("treated", where), ("others", ~where)):
        for measure in (name for name in SPLIT if name in panel.measures and chosen.any()):
            before, after = (together(panel, measure, arm, chosen)[:, -1] for arm in (0, 1))
            band = Band.of(deviation(measure, before, after))
            rows.append((group, int(chosen.sum()), measure, float(before.mean()), band.mean, band.low, band.high))
    columns = ["group", "places", "measure", "baseline", "deviation", "low", "high"]
    return pd.DataFrame(rows, columns=columns).astype({"deviation": float, "low": float, "high": float})


def together(panel: Panel, measure: str, arm: int, chosen: Bools) -> Floats:
    """A measure of several places put together, (n_seeds, n_quarters): the sum, or the mean by its weight."""
    values = panel.of(measure)[arm][..., chosen]
    weight = MEASURES[measure].weight
    if weight is None:
        return np.asarray(values.sum(-1))
    weights = panel.of(weight)[arm][..., chosen]
    return np.asarray((values * weights).sum(-1) / weights.sum(-1))
