"""The map of deviations: a dot for every place, its colour by how far it is from the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import Normalize

from nqpf.experiments.comparison import words
from nqpf.experiments.pages.atlas import place_map
from nqpf.experiments.pages.charts import DIVERGING

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.experiments.comparison.result import Comparison


def deviation_map(c: Comparison, measure: str) -> str:
    """SVG of the deviations of places in the last quarter; a place's name and numbers show when pointed at."""
    last = c.at_end(c.cities)
    rows = last[last["measure"] == measure].set_index("city").loc[list(c.facts.places.code)]
    factor, _ = words.scale(measure)
    shown = factor * rows["deviation"].to_numpy()
    limit = _limit(shown)
    return place_map(
        c.facts,
        shown,
        last[last["measure"] == "gdp"].set_index("city").loc[rows.index, "baseline"].to_numpy(),
        _tips(c, measure, rows),
        colours=DIVERGING,
        norm=Normalize(-limit, limit),
        label=f"{words.title(measure)}, deviation in {c.last}, {words.spelt(measure)}",
        unsure=~((rows["low"] > 0) | (rows["high"] < 0)).to_numpy() if c.certain else None,
    )


def _limit(values: Floats) -> float:
    """End of the colour scale: nearly all places lie inside it."""
    size = np.abs(values[np.isfinite(values)])
    limit = float(np.quantile(size, 0.98)) if len(size) else 0.0
    return limit if limit > 0 else 1.0


def _tips(c: Comparison, measure: str, rows: Any) -> list[str]:
    """Names and numbers of the places."""
    names = zip(c.facts.places.name_en, c.facts.places.name_zh, rows.itertuples(), strict=True)
    return [
        f"{english} {chinese}: {words.signed(measure, row.deviation)} {words.half(measure, row)}".strip()
        for english, chinese, row in names
    ]
