"""Measures of both arms as arrays: every seed, quarter and region of a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model import measures
from nqpf.model.errors import InputError, nearest
from nqpf.model.recorder.columns import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from nqpf.agents.typing import Floats
    from nqpf.experiments.comparison.pairs import Pairs
    from nqpf.experiments.store import Run
    from nqpf.model.facts import Facts
    from nqpf.model.measures import Measure

MEASURES: dict[str, Measure] = {m.name: m for m in (*measures.CITY, *measures.NATION)}
"""Every measure that can be compared, by name."""

HEADLINE = (
    "gdp", "gdp_per_head", "population", "talent", "capital", "tfp", "wage_labour", "wage_talent", "rd",
    "nqpf", "nqpf_technology", "nqpf_factors", "nqpf_industry",
    "nqpf_reach", "nqpf_gini", "theil_gdp_per_head", "theil_between", "top10_gdp_share", "structural_similarity",
    "breakthroughs", "inter_provincial_moves",
)  # fmt: skip
"""Measures that are shown; of regions and places those that they have. Runs made before one existed go without it."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One level in both arms; a table has shape (n_seeds, n_quarters, n_regions, n_measures)."""

    regions: tuple[str, ...]  # ids, in table order
    measures: tuple[str, ...]
    baseline: Floats
    policy: Floats

    def of(self, measure: str) -> tuple[Floats, Floats]:
        """A measure in the baseline and under the policy, (n_seeds, n_quarters, n_regions) each."""
        at = self.measures.index(measure)
        return self.baseline[..., at], self.policy[..., at]

    @property
    def moved(self) -> bool:
        """Whether any number is not that of the baseline."""
        return not np.array_equal(self.baseline, self.policy, equal_nan=True)

    def only(self, chosen: Sequence[str]) -> Panel:
        """Some of the measures."""
        at = [self.measures.index(name) for name in chosen]
        return Panel(self.regions, tuple(chosen), self.baseline[..., at], self.policy[..., at])


def available(pairs: Pairs, asked: Iterable[str] | None = None) -> tuple[str, ...]:
    """Measures that all runs have: the headlines, or those asked for; raises InputError if one of these is missing."""
    recorded = set(MEASURES)
    for run in pairs.runs:
        recorded &= {column["name"] for column in run.schema["nation"]}
    if asked is None:
        return tuple(name for name in HEADLINE if name in recorded)
    chosen = tuple(dict.fromkeys(asked))
    for name in chosen:
        if name not in MEASURES:
            raise InputError(f"unknown measure {name!r}{nearest(name, MEASURES) or '; schema.json lists them'}")
        if name not in recorded:
            raise InputError(f"{name}: not every run has this measure; run them again with this version")
    return chosen


def everything(pairs: Pairs) -> tuple[str, ...]:
    """All measures that every run has, in the order of declaration."""
    return available(pairs, [name for name in MEASURES if all(_has(run, name) for run in pairs.runs)])


def of_places(chosen: Iterable[str]) -> tuple[str, ...]:
    """Those that places and regions have too."""
    city = {m.name for m in measures.CITY}
    return tuple(name for name in chosen if name in city)


def read_nation(pairs: Pairs, chosen: Sequence[str]) -> Panel:
    """The nation as one region."""
    return _panel(pairs, "nation", chosen, ("",))


def read_regions(pairs: Pairs, chosen: Sequence[str], facts: Facts) -> Panel:
    """Regions of all levels, in the order in which runs write them."""
    regions = facts.regions
    ids = tuple(regions.id[row] for level in LEVELS for row in regions.of_level(level))
    return _panel(pairs, "regions", chosen, ids)


def read_cities(pairs: Pairs, chosen: Sequence[str], facts: Facts) -> Panel:
    """Every place."""
    return _panel(pairs, "cities", chosen, facts.places.code)


_KEY = {"nation": None, "regions": "region", "cities": "city"}


def _panel(pairs: Pairs, table: str, chosen: Sequence[str], ids: tuple[str, ...]) -> Panel:
    shape = len(pairs.seeds), len(pairs.quarters), len(ids), len(chosen)
    arms = []
    for runs in (pairs.baseline, pairs.policy):
        arm = np.empty(shape)
        for k, run in enumerate(runs):
            arm[k] = _read(run, table, chosen, ids, shape[1])
        arms.append(arm)
    return Panel(ids, tuple(chosen), arms[0], arms[1])


def _read(run: Run, table: str, chosen: Sequence[str], ids: tuple[str, ...], n_quarters: int) -> Floats:
    """A table's first quarters, (n_quarters, n_regions, n_measures): rows are written by quarter, then region."""
    key = _KEY[table]
    frame = run.read(table, [*([key] if key else []), *chosen]).iloc[: n_quarters * len(ids)]
    if len(frame) < n_quarters * len(ids) or not _in_order(frame, key, ids):
        raise InputError(f"{run.path / table}.parquet: has other rows than its run.json says; run again")
    return frame[list(chosen)].to_numpy(float).reshape(n_quarters, len(ids), len(chosen))


def _in_order(frame: pd.DataFrame, key: str | None, ids: tuple[str, ...]) -> bool:
    return key is None or bool((frame[key].to_numpy(object).reshape(-1, len(ids)) == np.array(ids, object)).all())


def _has(run: Run, measure: str) -> bool:
    return any(column["name"] == measure for column in run.schema["nation"])
