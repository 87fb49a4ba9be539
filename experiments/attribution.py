"""Whose treatment moves whom: a scenario's policy, region by region, on paired seeds.

`python -m nqpf.experiments.attribution SCENARIO [--level LEVEL] [--measure NAME] [--seeds N] [--quarters N] [--firms N]
[--workers N] [--out FILE.csv]`. The policy is restricted to each region's places in turn and the last quarter compared
with a run without any policy, draw by draw. For a region affected,

    full effect = own (the policy in it alone) + received (in the others alone) + national rules + interaction;

interaction is what is left, so that the parts add up exactly. National rules are those of levers that cannot be set for
single cities; for the nation all that regions do is received. Shocks, parameters and data are those of the scenario in
every run. Regions of a level that share places are each treated whole: what they share counts twice, and the
interaction takes it back.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.paired import program
from nqpf.experiments.paired.intervals import INTERVAL, Effect
from nqpf.experiments.paired.pool import run_all
from nqpf.experiments.paired.readings import Reading, read
from nqpf.experiments.paired.scales import in_logs, per_cent
from nqpf.model.equilibrium import EquilibriumError
from nqpf.model.errors import AccountingError, InputError, nearest
from nqpf.model.facts import load_facts
from nqpf.model.levers import LEVERS
from nqpf.model.measures import CITY
from nqpf.model.policy import treated_places
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from nqpf.agents.typing import Bools, Floats
    from nqpf.model.facts import Facts
    from nqpf.model.rules import PolicyRule

NAME = "attribution"
LEVELS = ("macro_region", "strategy", "cluster", "province", "industry_area")
NOTHING, EVERYTHING, NATIONAL, ELSEWHERE = "no policy", "full", "national rules", "elsewhere"
PARTS = ("own", "received", NATIONAL, "interaction", EVERYTHING)
"""What an affected region's effect is made of, and their sum."""
_WIDTH = 80
"""Columns of a terminal."""


@dataclass(frozen=True)
class Attribution:
    """Effects of the policy restricted to each region, on each region."""

    scenario: str
    level: str
    measure: str
    affected: tuple[str, ...]  # ids of the regions, and the nation's
    effects: dict[str, Floats]  # treated → (n_affected, n_seeds): logs of levels, plain of others; only what is treated

    @property
    def log(self) -> bool:
        """Whether effects are differences of logs."""
        return in_logs(self.measure)

    def parts(self) -> dict[str, Floats]:
        """Part → (n_affected, n_seeds), in the order of PARTS; all but the last add up to the last."""
        full = self.effects[EVERYTHING]
        nothing = np.zeros_like(full)
        own = nothing.copy()
        received = self.effects.get(ELSEWHERE, nothing).copy()
        for at, region in enumerate(self.affected):
            if region in self.effects:
                others = np.arange(len(self.affected)) != at
                own[at] += self.effects[region][at]
                received[others] += self.effects[region][others]
        national = self.effects.get(NATIONAL, nothing)
        return dict(zip(PARTS, (own, received, national, full - own - received - national, full), strict=True))

    def frame(self) -> pd.DataFrame:
        """Long table: row (a treated region, or a part), affected, mean, low, high, scale."""
        scale = "log" if self.log else "plain"
        rows = [
            (kind, row, affected, *_interval(values[at]), scale)
            for kind, table in (("treated", self.effects), ("part", self.parts()))
            for row, values in table.items()
            for at, affected in enumerate(self.affected)
        ]
        return pd.DataFrame(rows, columns=["kind", "row", "affected", "effect", "low", "high", "scale"])


def _interval(differences: Floats) -> tuple[float, float, float]:
    found = Effect.of(differences)
    return found.mean, found.low, found.high


def attribute(
    scenario: Scenario | str | Path,
    *,
    level: str = "macro_region",
    measure: str = "gdp",
    seeds: int = 10,
    quarters: int | None = None,
    firms: int = 2_000,
    workers: int = 1,
) -> Attribution:
    """Attribute a scenario's effect in the last quarter to where its policy is applied.

    Parameters
    ----------
    scenario
        A name in the library, a file's path, or a loaded scenario; it must have policy rules.
    level
        One of LEVELS: the regions treated in turn, and those affected.
    measure
        A measure of places.
    seeds
        Paired seeds, from 1 on; two at least.
    quarters, firms
        Size of the runs; quarters are the scenario's if absent.

    Raises
    ------
    InputError
        If scenario, level, measure or seeds cannot be taken as given, or no rule treats a place.
    """
    loaded = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    _check(loaded, level, measure, seeds)
    sized = loaded.with_changes(quarters=quarters, firms=firms)
    facts = load_facts(sized.start, sized.data)
    rows = [row for row, name in enumerate(facts.regions.level) if name == level]
    regions = tuple(facts.regions.id[row] for row in rows)
    policies = restricted(sized.policy, facts, dict(zip(regions, facts.regions.member[rows], strict=True)))
    affected = (*regions, facts.regions.id[0])  # the nation comes first of all regions
    readings = tuple(Reading(measure, region, "last", sized.quarters) for region in affected)
    jobs = [(treated, seed) for seed in range(1, seeds + 1) for treated in policies]
    found: dict[tuple[str, int], Floats] = {}
    run_all(jobs, partial(_read_off, sized, policies, readings), workers, found.__setitem__)
    read_off = {name: np.stack([found[name, seed] for seed in range(1, seeds + 1)], axis=1) for name in policies}
    nothing = read_off.pop(NOTHING)
    effects = {treated: values - nothing for treated, values in read_off.items()}
    return Attribution(loaded.name, level, measure, affected, effects)


def _check(scenario: Scenario, level: str, measure: str, seeds: int) -> None:
    if seeds < 2:
        raise InputError(f"seeds={seeds}: an interval needs two seeds; give more")
    if level not in LEVELS:
        raise InputError(f"unknown level {level!r}{nearest(level, LEVELS)}; give {', '.join(LEVELS)}")
    of_places = [m.name for m in CITY]
    if measure not in of_places:
        raise InputError(f"{measure!r} is no measure of places{nearest(measure, of_places) or '; gdp is one'}")
    if not scenario.policy:
        raise InputError(f"{scenario.name}: has no policy to attribute; name a scenario with rules")


def restricted(
    policy: Sequence[PolicyRule], facts: Facts, regions: Mapping[str, Bools]
) -> dict[str, tuple[PolicyRule, ...]]:
    """Treated → rules: none, all, those of national levers, and the others in each region and outside all of them.

    Regions (id → members) that no rule treats are left out.
    """
    local = [rule for rule in policy if "city" in LEVERS[rule.lever].places]
    national = tuple(rule for rule in policy if "city" not in LEVERS[rule.lever].places)
    outside = ~np.any(list(regions.values()), axis=0)
    cut = {name: _within(local, facts, places) for name, places in {**regions, ELSEWHERE: outside}.items()}
    runs = {NOTHING: (), **cut, NATIONAL: national, EVERYTHING: tuple(policy)}
    return {treated: rules for treated, rules in runs.items() if rules or treated == NOTHING}


def _within(rules: Sequence[PolicyRule], facts: Facts, places: Bools) -> tuple[PolicyRule, ...]:
    """The rules in those of their places that are among these, as lists of cities."""
    code = np.array(facts.places.code)
    cut = [(rule, code[treated_places(rule.where, facts) & places].tolist()) for rule in rules]
    return tuple(rule.model_copy(update={"where": {"city": tuple(cities)}}) for rule, cities in cut if cities)


def _read_off(
    scenario: Scenario,
    policies: Mapping[str, tuple[PolicyRule, ...]],
    readings: Sequence[Reading],
    job: tuple[str, int],
) -> Floats:
    """The measure by region in the last quarter of one run, on the scale of its differences."""
    treated, seed = job
    try:
        found = read(scenario.model_copy(update={"policy": policies[treated], "seed": seed}), readings)
    except (AccountingError, EquilibriumError) as fault:
        raise type(fault)(f"{treated}, seed {seed}: {fault}") from None
    values = np.array([found[reading.name] for reading in readings])
    return np.log(values) if in_logs(readings[0].measure) else values


def shown(found: Attribution) -> str:
    """Two tables as text: who moves whom, and what each region's effect is made of."""
    table = found.frame()
    if found.log:
        table[["effect", "low", "high"]] = table[["effect", "low", "high"]].map(per_cent)
    number = "{:+.4f}".format if found.log else "{:+.3g}".format
    matrix = table[table["kind"] == "treated"].pivot_table(index="row", columns="affected", values="effect", sort=False)
    title = f"{found.scenario}: {found.measure} in the last quarter, {'per cent' if found.log else 'plain differences'}"
    adds_up = "; parts add up as logs" if found.log else ""
    return "\n".join(
        [
            title,
            "Rows: treated; columns: affected",
            matrix.rename_axis(None).rename_axis(None, axis=1).to_string(float_format=number, line_width=_WIDTH),
            "",
            f"What each region's effect is made of{adds_up}",
            *_parts(table[table["kind"] == "part"], number),
            "",
        ]
    )


def _parts(table: pd.DataFrame, number: Callable[[float], str]) -> list[str]:
    """Lines of the parts, a region after the other."""
    lines = [f"{'affected':<18}{'part':<16}{'effect':>12}  {INTERVAL}"]
    by_part = table.assign(order=table["row"].map(PARTS.index)).sort_values("order", kind="stable")
    for affected, rows in by_part.groupby("affected", sort=False):
        for part, *effect in rows[["row", "effect", "low", "high"]].to_numpy():
            name = str(affected) if part == PARTS[0] else ""
            mean, low, high = map(number, effect)
            lines.append(f"{name:<18}{part:<16}{mean:>12}  {low} to {high}")
    return lines


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = program.Parser(NAME, __doc__)
    parser.add_argument("scenario", help="a name in the library or a file")
    parser.add_argument("--level", default="macro_region", help=f"regions treated in turn: {', '.join(LEVELS)}")
    parser.add_argument("--measure", default="gdp", help="a measure of places")
    parser.add_size(seeds=10, quarters=(1, 20), firms=2_000)
    parser.add_argument("--out", type=Path, help="a CSV file for the long table, besides what is printed")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; the exit code."""
    given = _arguments(arguments)

    def work() -> None:
        program.check_folder(given.out)
        found = attribute(
            given.scenario,
            level=given.level,
            measure=given.measure,
            seeds=given.seeds,
            quarters=given.quarters,
            firms=given.firms,
            workers=given.workers,
        )
        sys.stdout.write(shown(found))
        if given.out:
            found.frame().to_csv(given.out, index=False)

    return program.ended(NAME, work)


if __name__ == "__main__":
    program.start(main)
