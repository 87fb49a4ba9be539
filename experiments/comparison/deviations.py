"""Deviations from the baseline with their bands over seeds.

Of a positive level the deviation is 100 · (B/A − 1) per cent; of shares, indices and counts of rare events B − A in the
measure's own unit (`paired.scales` says which is which). It is missing where a level's baseline is 0. The mean is over
seeds, one paired deviation each; `low` and `high` end Student's interval of that mean, `least` and `most` are the
extremes of the seeds. One seed has no interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nqpf.experiments.comparison.panels import MEASURES
from nqpf.experiments.paired.intervals import half_width
from nqpf.experiments.paired.scales import in_logs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nqpf.agents.typing import Floats
    from nqpf.experiments.comparison.panels import Panel

STATISTICS = ("baseline", "policy", "deviation", "low", "high", "least", "most")
"""Columns of every frame of deviations, after its keys."""


@dataclass(frozen=True, slots=True)
class Band:
    """Means over seeds and how sure they are, (…) each."""

    mean: Floats
    low: Floats
    high: Floats
    least: Floats
    most: Floats

    @classmethod
    def of(cls, values: Floats) -> Band:
        """Of values (n_seeds, …)."""
        mean = values.mean(0)
        half = half_width(values) if len(values) > 1 else np.full_like(mean, np.nan)
        return cls(mean, mean - half, mean + half, values.min(0), values.max(0))

    @property
    def sign(self) -> Floats:
        """1 or −1 where the interval lies wholly above or below zero, else 0; of the mean if there is no interval."""
        low, high = (np.where(np.isnan(self.low), self.mean, end) for end in (self.low, self.high))
        return np.where(low > 0, 1.0, np.where(high < 0, -1.0, 0.0))


def deviation(measure: str, baseline: Floats, policy: Floats) -> Floats:
    """Deviation of each seed: per cent of a positive level, else the plain difference; shape of both."""
    if not in_logs(measure):
        return policy - baseline
    ratio = np.divide(policy, baseline, out=np.full(np.shape(policy), np.nan), where=baseline > 0)
    return 100 * (ratio - 1)


def unit_of(measure: str) -> str:
    """Unit of a measure's deviations."""
    return "%" if in_logs(measure) else MEASURES[measure].unit


def frame(panel: Panel, quarters: Sequence[str], key: str | None) -> pd.DataFrame:
    """One row a quarter, region and measure: quarter, the region under the name `key`, measure, then `STATISTICS`."""
    parts = [_statistics(name, *panel.of(name)) for name in panel.measures]
    n_quarters, n_regions, n_measures = len(quarters), len(panel.regions), len(panel.measures)
    # (n_quarters, n_regions, n_measures) in that order, as the tables of runs have it.
    columns = {s: np.stack([part[s] for part in parts], axis=-1).ravel() for s in STATISTICS}
    keys: dict[str, object] = {"quarter": np.repeat(np.array(quarters), n_regions * n_measures)}
    if key is not None:
        keys[key] = np.tile(np.repeat(np.array(panel.regions), n_measures), n_quarters)
    keys["measure"] = np.tile(np.array(panel.measures), n_quarters * n_regions)
    return pd.DataFrame({**keys, **columns})


def by_key(rows: pd.DataFrame, *keys: str) -> dict[Any, Any]:
    """Rows as named tuples by one column's value, or by those of several as a tuple."""
    names = [rows[key] for key in keys]
    found = zip(*names, strict=True) if len(keys) > 1 else names[0]
    return dict(zip(found, rows.itertuples(index=False), strict=True))


def _statistics(measure: str, baseline: Floats, policy: Floats) -> dict[str, Floats]:
    band = Band.of(deviation(measure, baseline, policy))
    return {
        "baseline": baseline.mean(0),
        "policy": policy.mean(0),
        "deviation": band.mean,
        "low": band.low,
        "high": band.high,
        "least": band.least,
        "most": band.most,
    }
