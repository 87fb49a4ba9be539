"""The comparison of two scenarios, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.comparison import deviations, mechanisms, money, panels, places, policies
from nqpf.experiments.comparison.pairs import pair
from nqpf.model.errors import InputError, nearest
from nqpf.model.facts import load_facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nqpf.agents.typing import Bools
    from nqpf.experiments.comparison.pairs import Pairs, Source
    from nqpf.experiments.comparison.panels import Panel
    from nqpf.model.facts import Facts
    from nqpf.model.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Comparison:
    """A policy's runs against a baseline's, paired by seed.

    The frames `nation`, `regions` and `cities` have one row a quarter, region and measure: its mean over seeds in both,
    `deviation` with the ends `low` and `high` of its interval and the extremes `least` and `most` of the seeds, as
    `deviations` says.

    Attributes
    ----------
    pairs
        The runs, seeds and quarters; `pairs.notes` are lines to read first.
    differences
        What the policy has that the baseline lacks, and the reverse; a line each.
    treated
        Places where a lever or a shock differs in the quarters compared, (n_places,).
    begins
        The first quarter after those compared in which something that differs begins, or None.
    moved
        Whether any number of nation, regions and places differs.
    nation, regions, cities
        All measures of the nation; headline measures, or those asked for, of regions (columns `level`, `region`) and of
        places (`city`).
    multipliers
        Output for public money by `level` and `region`; see `money`.
    effects
        Effect on treated places (own) and on the others (spillover) in the last quarter.
    ranked, ranked_by
        Places from the largest gain to the largest loss in the last quarter, with names, and the measure of it.
    mechanisms
        Effect on GDP at the end by mechanism, 100 · log points: `level`, `region`, `mechanism`, `deviation`, `low`,
        `high`; empty if the runs have no table `growth`.
    """

    pairs: Pairs
    facts: Facts
    measures: tuple[str, ...]
    differences: tuple[str, ...]
    treated: Bools
    begins: str | None
    moved: bool
    nation: pd.DataFrame
    regions: pd.DataFrame
    cities: pd.DataFrame
    multipliers: pd.DataFrame
    effects: pd.DataFrame
    ranked: pd.DataFrame
    ranked_by: str
    mechanisms: pd.DataFrame

    @property
    def baseline(self) -> Scenario:
        """The baseline's scenario, with the first seed."""
        return self.pairs.baseline[0].scenario

    @property
    def policy(self) -> Scenario:
        """The policy's scenario, with the first seed."""
        return self.pairs.policy[0].scenario

    @property
    def last(self) -> str:
        """The last quarter compared."""
        return self.pairs.quarters[-1]

    @property
    def certain(self) -> bool:
        """Whether there are intervals: with one seed nothing tells an effect from chance."""
        return len(self.pairs.seeds) > 1

    @property
    def macro_regions(self) -> list[tuple[str, str]]:
        """Ids and English names."""
        regions = self.facts.regions
        return [(regions.id[row], regions.name_en[row]) for row in regions.of_level("macro_region")]

    @property
    def nation_and_macro_regions(self) -> list[tuple[str, str]]:
        """Ids and English names, the nation first."""
        return [(self.facts.regions.id[0], self.facts.regions.name_en[0]), *self.macro_regions]

    def at_end(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Rows of the last quarter."""
        return frame[frame["quarter"] == self.last]

    @property
    def balance(self) -> places.Balance:
        """How many places, and what part of the residents, gain or lose."""
        return places.balance(self.ranked)

    @property
    def table(self) -> pd.DataFrame:
        """All three frames as one: level, region, measure, quarter, `deviations.STATISTICS`, unit of the deviation."""
        nation = self.nation.assign(level="nation", region=self.facts.regions.id[0])
        cities = self.cities.rename(columns={"city": "region"}).assign(level="city")
        whole = pd.concat([nation, self.regions, cities], ignore_index=True)
        whole["unit"] = whole["measure"].map({name: deviations.unit_of(name) for name in whole["measure"].unique()})
        return whole[["level", "region", "measure", "quarter", *deviations.STATISTICS, "unit"]]


def compare(
    a: Source, b: Source, *, measures: Iterable[str] | None = None, rank_by: str = places.RANKED_BY[0]
) -> Comparison:
    """Compare a policy's runs `b` with a baseline's `a`.

    Parameters
    ----------
    a, b
        A run directory, a folder whose sub-folders are run directories, or runs as `run` and `open_run` return them;
        they are paired by seed.
    measures
        Which to compare by region and place; the headline measures if not given. Of the nation always all.
    rank_by
        What winners and losers are told by: gdp, gdp_per_head or nqpf.

    Raises
    ------
    InputError
        If the runs cannot be compared; one line that says which run, what is wrong and what helps.

    Examples
    --------
    >>> compare("runs/china", "runs/reform").nation.query("measure == 'gdp'")  # doctest: +SKIP
    """
    pairs = pair(a, b)
    if rank_by not in places.RANKED_BY:
        raise InputError(
            f"unknown ranking {rank_by!r}{nearest(rank_by, places.RANKED_BY)}; give {', '.join(places.RANKED_BY)}"
        )
    panels.available(pairs, [rank_by])
    chosen = panels.available(pairs, measures)
    first, second = pairs.baseline[0].scenario, pairs.policy[0].scenario
    facts = load_facts(first.start, first.data)
    reached = policies.reached(first, second, facts, pairs.quarters)
    treated = policies.anywhere(reached.values(), len(facts.places))
    paid = policies.anywhere((reached[x] for x in reached.keys() & money.LEVERS_OF_MONEY), len(facts.places))

    by_place = panels.of_places(chosen)
    nation = panels.read_nation(pairs, panels.everything(pairs))
    regions = panels.read_regions(pairs, _with(by_place, *money.COLUMNS), facts)
    cities = panels.read_cities(pairs, _with(by_place, "gdp", "population", rank_by), facts)

    return Comparison(
        pairs=pairs,
        facts=facts,
        measures=chosen,
        differences=policies.differing(first, second, facts),
        treated=treated,
        begins=policies.begins_later(first, second, pairs.quarters[-1]),
        moved=any(panel.moved for panel in (nation, regions, cities)),
        nation=deviations.frame(nation, pairs.quarters, None),
        regions=_by_level(deviations.frame(regions.only(by_place), pairs.quarters, "region"), facts),
        cities=deviations.frame(cities.only(by_place), pairs.quarters, "city"),
        multipliers=_multipliers(nation, regions, facts, paid, mixed=bool(reached.keys() - money.LEVERS_OF_MONEY)),
        effects=places.own_and_spillover(cities, treated),
        ranked=places.ranking(cities, facts, rank_by),
        ranked_by=rank_by,
        mechanisms=mechanisms.explained_effects(pairs, facts),
    )


def _with(chosen: tuple[str, ...], *needed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*chosen, *needed)))


def _by_level(frame: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """Regions with their level in front."""
    level = dict(zip(facts.regions.id, facts.regions.level, strict=True))
    frame.insert(1, "level", frame["region"].map(level))
    return frame


def _multipliers(nation: Panel, regions: Panel, facts: Facts, paid: Bools, *, mixed: bool) -> pd.DataFrame:
    """Of the nation and of every region, with their level; paid: places whose programme money a lever changes."""
    rows = [facts.regions.index(region) for region in regions.regions]
    whole = money.multipliers(nation, nation, paid.any(keepdims=True), mixed=mixed).assign(region=facts.regions.id[0])
    parts = money.multipliers(nation, regions, facts.regions.member[rows] @ paid, mixed=mixed)
    together = pd.concat([whole, parts], ignore_index=True)
    level = dict(zip(facts.regions.id, facts.regions.level, strict=True))
    together.insert(0, "level", together["region"].map(level))
    return together.astype(dict.fromkeys(("gdp", "outlays", "multiplier", "low", "high"), np.float64))
