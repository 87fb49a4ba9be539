"""Where growth came from in a run, and what a policy changed: mechanisms of the table `growth`, put together by region.

`python -m nqpf.experiments.growth RUN_DIR [--than RUN_DIR] [--level LEVEL]` prints a table. A region R grows by

    Δ ln gdp_R = Σ_c w_c Δ ln gdp_c,   w_c = L(gdp_c', gdp_c) / L(gdp_R', gdp_R),   L(a, b) = (a − b) / ln(a/b)

(LMDI-I again, consistent in aggregation: Ang and Liu 2001), so that each mechanism's part of a region is Σ_c w_c times
its part in the places, and the parts add up to the region's growth exactly.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from nqpf.experiments.store import Run
from nqpf.model.errors import InputError, nearest
from nqpf.model.facts import load_facts
from nqpf.model.growth import log_mean
from nqpf.model.measures import GROWTH
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nqpf.agents.typing import Floats
    from nqpf.model.facts import Facts

COLUMNS = [m.name for m in GROWTH]
"""`growth`, and the mechanisms that add up to it."""

_ALIKE = 1e-9


def growth_accounts(run: Run, level: str = "nation", *, facts: Facts | None = None) -> pd.DataFrame:
    """Log growth of each region's real GDP by quarter, and the part of each mechanism, which add up to it.

    Parameters
    ----------
    run
        A run of detail `city` or `firm`.
    level
        `nation`, `macro_region`, `strategy`, `cluster`, `industry_area`, `province` or `city`.
    facts
        The run's, if they are at hand; read from its tables otherwise.

    Returns
    -------
    DataFrame
        Columns as `COLUMNS`, index (`quarter`, `region`).

    Raises
    ------
    InputError
        If the run has no such table or no such level.
    """
    facts = facts or load_facts(run.scenario.start, run.scenario.data)
    regions, member = _members(facts, level)
    quarters, parts, gdp = _by_place(run, facts)
    before = gdp * np.exp(-parts[:, :, 0])
    with one_blas_thread():
        total, total_before = gdp @ member.T, before @ member.T
        share = log_mean(before, gdp)[:, None, :] * member / log_mean(total_before, total)[:, :, None]
        made = np.matmul(share, parts)
    made[:, :, 0] = np.log(total / total_before)
    index = pd.MultiIndex.from_product([quarters, regions], names=["quarter", "region"])
    return pd.DataFrame(made.reshape(len(index), len(COLUMNS)), index, COLUMNS)


def cumulated(accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts added up from the first quarter to each; of the last quarter they explain the whole run."""
    return accounts.groupby(level="region", sort=False).cumsum()


def explained(run: Run, than: Run, level: str = "nation", *, facts: Facts | None = None) -> pd.DataFrame:
    """What of the difference between two runs at their end each mechanism made, by region.

    `growth` is ln(gdp / gdp of `than`) in the last quarter; both grew from one start, so that it is the difference of
    their accounts, and the mechanisms add up to it.

    Returns
    -------
    DataFrame
        Columns as `COLUMNS`, index `region`.

    Raises
    ------
    InputError
        If the runs differ in start or length, or see `growth_accounts`.
    """
    facts = facts or load_facts(run.scenario.start, run.scenario.data)
    starts = []
    for one in (run, than):
        quarters, parts, gdp = _by_place(one, facts)
        starts.append((quarters, gdp[:1] * np.exp(-parts[:1, :, 0])))
    (quarters, start), (others, other) = starts
    if quarters != others:
        raise InputError(f"{run.path} and {than.path}: hold different quarters; compare runs of one start and length")
    if not np.allclose(start, other, rtol=_ALIKE, atol=0):
        raise InputError(f"{run.path} and {than.path}: begin with different GDP; compare runs of one base year")
    made = growth_accounts(run, level, facts=facts) - growth_accounts(than, level, facts=facts)
    return made.groupby(level="region", sort=False).sum()


def _members(facts: Facts, level: str) -> tuple[Sequence[str], Floats]:
    """Ids of a level's regions and who belongs to them, (n_regions, n_places)."""
    if level == "city":
        return facts.places.code, np.eye(len(facts.places))
    known = (*dict.fromkeys(facts.regions.level), "city")
    if level not in known:
        raise InputError(f"unknown level {level!r}{nearest(level, known) or f'; give {", ".join(known)}'}")
    at = facts.regions.of_level(level)
    return [facts.regions.id[i] for i in at], facts.regions.member[at].astype(float)


def _by_place(run: Run, facts: Facts) -> tuple[list[str], Floats, Floats]:
    """Quarters, accounts (n_quarters, n_places, columns) and real GDP (n_quarters, n_places) of a run's places."""
    key = ["quarter", "city"]
    table = run.growth.merge(run.read("cities", [*key, "gdp"]), on=key)
    quarters = sorted(table["quarter"].unique())
    wanted = pd.MultiIndex.from_product([quarters, facts.places.code], names=key)
    rows = table.set_index(key)[[*COLUMNS, "gdp"]].reindex(wanted)
    if rows.isna().any(axis=None):
        raise InputError(f"{run.path}: its places are not those of the facts; run again")
    values = rows.to_numpy().reshape(len(quarters), len(facts.places), -1)
    return quarters, values[:, :, :-1], values[:, :, -1]


def _shown(run: Run, than: Run | None, level: str, console: Console) -> None:
    """Percentage points over the whole run, a row a region."""
    facts = load_facts(run.scenario.start, run.scenario.data)
    if than is None:
        made = growth_accounts(run, level, facts=facts).groupby(level="region", sort=False).sum()
    else:
        made = explained(run, than, level, facts=facts)
    name = dict(zip(facts.regions.id, facts.regions.name_en, strict=True))
    name |= dict(zip(facts.places.code, facts.places.name_en, strict=True))
    what = "Growth of real GDP" if than is None else "Real GDP at the end over that of the other run"
    table = Table("", *COLUMNS, title=f"{what}, log points · 100, {run.info['first_quarter']} to the end")
    for region, row in made.iterrows():
        table.add_row(name[str(region)], *(f"{100 * value:.2f}" for value in row))
    console.print(table)


def main() -> None:
    """Print the accounts of a run, or of the difference between two."""
    parser = argparse.ArgumentParser(prog="python -m nqpf.experiments.growth", description=__doc__)
    parser.add_argument("run", type=Path, help="a run directory of detail city or firm")
    parser.add_argument("--than", type=Path, help="another run of the same start and length to compare with")
    parser.add_argument("--level", default="macro_region", help="nation, macro_region, cluster, province, city …")
    given = parser.parse_args()
    try:
        _shown(Run(given.run), Run(given.than) if given.than else None, given.level, Console(width=180))
    except InputError as fault:
        parser.exit(2, f"{fault}\n")


if __name__ == "__main__":
    main()
