"""Why output differs: the effect on GDP at the end by mechanism, for the nation and its macro-regions.

The accounts of growth of a run add up over quarters to ln of its last GDP over the start's; of two runs from one start
the difference of the sums is ln(gdp_B / gdp_A), mechanism by mechanism.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.comparison.deviations import Band
from nqpf.experiments.growth import growth_accounts
from nqpf.model.measures import GROWTH

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.experiments.comparison.pairs import Pairs
    from nqpf.experiments.store import Run
    from nqpf.model.facts import Facts

LEVELS = ("nation", "macro_region")
"""Levels of regions whose effects are explained."""

ALL, *_PARTS = (m.name for m in GROWTH)
MECHANISMS = tuple(_PARTS)
"""In the order in which they are shown; they add up to `ALL`, the effect on growth over the run."""

_TITLES = {m.name: m.title for m in GROWTH}
_COLUMNS = ("level", "region", "mechanism", "deviation", "low", "high")


def title(mechanism: str, language: str = "en") -> str:
    """A mechanism's title; of `ALL` what the parts come to."""
    return {"en": "all together", "zh": "合计"}[language] if mechanism == ALL else _TITLES[mechanism][language]


def explained_effects(pairs: Pairs, facts: Facts) -> pd.DataFrame:
    """Effect of each mechanism, 100 · log points of GDP in the last quarter, mean over seeds with its interval.

    Columns level, region, mechanism (`ALL` among them), deviation, low, high; no rows if a run lacks the table.
    """
    if any("growth" not in run.info["rows"] for run in pairs.runs):
        return pd.DataFrame(columns=list(_COLUMNS))
    parts = []
    for level in LEVELS:
        effects = [
            _grown(policy, level, pairs, facts) - _grown(baseline, level, pairs, facts)
            for baseline, policy in zip(pairs.baseline, pairs.policy, strict=True)
        ]
        regions = [str(facts.regions.id[row]) for row in facts.regions.of_level(level)]
        band = Band.of(100 * np.array(effects))
        parts.append(
            pd.DataFrame(
                {
                    "level": level,
                    "region": np.repeat(regions, 1 + len(MECHANISMS)),
                    "mechanism": np.tile([ALL, *MECHANISMS], len(regions)),
                    "deviation": band.mean.ravel(),
                    "low": band.low.ravel(),
                    "high": band.high.ravel(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _grown(run: Run, level: str, pairs: Pairs, facts: Facts) -> Floats:
    """Sums over the quarters compared, (n_regions, 1 + n_mechanisms), regions in table order."""
    accounts = growth_accounts(run, level, facts=facts)[[ALL, *MECHANISMS]]
    compared = accounts[accounts.index.get_level_values("quarter").isin(pairs.quarters)]
    return compared.groupby(level="region", sort=False).sum().to_numpy()
