"""Tables of the study's page from its sweeps: `python docs/studies/when-to-coordinate/tables.py when poles`.

Differences between runs of one seed and one targeting rule, averaged over the rules; 99 % intervals are Student's, over
the seeds.
"""  # noqa: INP001 (a script of the study, no part of the package)

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from nqpf.experiments import open_sweep

if TYPE_CHECKING:
    import pandas as pd

    from nqpf.experiments import Sweep

SWITCH, EQUITY, FRICTION, RULE = (
    "switch_year",
    "equity_integration",
    "collaboration_friction.across",
    "targeting_rule",
)
PACKAGES = {
    "research alone": (0.0, 0.3),
    "equity alone": (1.0, 1.0),
    "half of both": (0.5, 0.65),
    "both in full": (1.0, 0.3),
    "money alone": (0.0, 1.0),
}
"""Equity integration and friction of joint research from the switch on."""

TITLES = {
    "nqpf": "NQPF index",
    "gdp": "GDP",
    "theil": "Theil, provinces",
    "gdp@west": "GDP, west",
    "gdp@northeast": "GDP, northeast",
}
NATIONAL = ["nqpf", "gdp", "theil"]
YEARS = [2.0, 4.0, 6.0, 8.0]
IN_FORCE = 28
"""Quarters after the switch at which packages are compared: the latest has no more."""


def main() -> int:
    """Print the tables of two sweeps' folders, of `experiment.toml` and `poles.toml`."""
    main_sweep, poles = (open_sweep(folder) for folder in sys.argv[1:3])
    for title, rows in {**tables(main_sweep), **of_poles(poles.runs)}.items():
        sys.stdout.write(f"{title}\n\n{rows}\n\n")
    return 0


def tables(swept: Sweep) -> dict[str, str]:
    """Markdown by title."""
    runs = swept.runs
    national = f"""SELECT seed, "{SWITCH}", "{EQUITY}", "{FRICTION}", "{RULE}", {{}}
        FROM series JOIN runs USING (run, point, seed) WHERE level = 'nation' {{}}"""  # noqa: S608 (names of this file)
    measures = ", ".join(f"series.{name}" for name in NATIONAL)
    quarters = swept.sql(national.format(f"quarter, {measures}", ""))
    number = quarters["quarter"].rank(method="dense") - 1  # from the first on
    in_force = quarters[number - 4 * quarters[SWITCH] == IN_FORCE - 1]
    means = ", ".join(f"{'exp(avg(ln(series.gdp)))' if m == 'gdp' else f'avg(series.{m})'} AS {m}" for m in NATIONAL)
    whole = swept.sql(national.format(means, "GROUP BY ALL"))
    return {
        "At once, against no coordination": _table(
            {name: (_of(runs, name, 0.0), _of(runs, "money alone", 0.0)) for name in list(PACKAGES)[:-1]},
            list(TITLES),
        ),
        "Later, against at once, 2038Q4": _table(_waiting(runs), list(TITLES)),
        "Later, against at once, mean of all quarters": _table(_waiting(whole), NATIONAL),
        f"After {IN_FORCE} quarters in force, against no coordination": _table(
            {
                f"{name}, {year:g}": (_of(in_force, name, year), _of(in_force, "money alone", year))
                for name in list(PACKAGES)[:-1]
                for year in (0.0, *YEARS)
            },
            NATIONAL,
        ),
        f"After {IN_FORCE} quarters in force, a switch after eight years less one at once": _table(
            {name: _later_less_earlier(in_force, name) for name in list(PACKAGES)[:-1]}, NATIONAL
        ),
        "Targeting rule, against copycat": _table(
            {rule: (_ruled(runs, rule), _ruled(runs, "copycat")) for rule in ("related", "complex")}, list(TITLES)
        ),
    }


def of_poles(runs: pd.DataFrame) -> dict[str, str]:
    """What poles before the switch add to the worth of easier research: with all money to them less with half of it."""
    elasticity = "parameters.technology.public_capital_elasticity"
    worth: dict[str, tuple[pd.DataFrame, pd.DataFrame]] = {}
    for value in sorted(runs[elasticity].unique()):
        for year in sorted(runs[SWITCH].unique()):
            chosen = runs[(runs[elasticity] == value) & (runs[SWITCH] == year)]
            poles, half = (_gain(chosen[chosen["pole_share"] == share]) for share in (1.0, 0.5))
            worth[f"elasticity {value:g}, switch year {year:g}"] = poles, half
    return {"Worth of easier research in 2038Q4, after poles less without": _table(worth, NATIONAL)}


def _gain(runs: pd.DataFrame) -> pd.DataFrame:
    easy, status_quo = (runs[runs[FRICTION] == friction].set_index("seed")[NATIONAL] for friction in (0.3, 1.0))
    return _less(easy, status_quo)


def _later_less_earlier(frame: pd.DataFrame, package: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Effects of a package, of a switch after eight years and of one at once."""
    late, early = (
        _less(_of(frame, package, year)[NATIONAL], _of(frame, "money alone", year)[NATIONAL]) for year in (8.0, 0.0)
    )
    return late, early


def _less(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Differences; of GDP the quotient, which its own differences are taken of."""
    return (one - other).assign(gdp=one["gdp"] / other["gdp"])


def _waiting(frame: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    return {f"{name}, {year:g}": (_of(frame, name, year), _of(frame, name, 0.0)) for name in PACKAGES for year in YEARS}


def _of(frame: pd.DataFrame, package: str, year: float) -> pd.DataFrame:
    equity, friction = PACKAGES[package]
    chosen = (frame[EQUITY] == equity) & (frame[FRICTION] == friction) & (frame[SWITCH] == year)
    return frame[chosen].set_index(["seed", RULE])


def _ruled(frame: pd.DataFrame, rule: str) -> pd.DataFrame:
    return frame[frame[RULE] == rule].set_index(["seed", SWITCH, EQUITY, FRICTION])


def _table(pairs: dict[str, tuple[pd.DataFrame, pd.DataFrame]], outcomes: list[str]) -> str:
    lines = [f"| | {' | '.join(TITLES[name] for name in outcomes)} |", f"| --- |{' --- |' * len(outcomes)}"]
    for title, (one, other) in pairs.items():
        lines.append(f"| {title} | {' | '.join(_difference(one[name], other[name]) for name in outcomes)} |")
    return "\n".join(lines)


def _difference(one: pd.Series, other: pd.Series) -> str:
    """Mean and interval over seeds; GDP by 100 · log, about per cent."""
    money = str(one.name).startswith("gdp")
    change = 100 * np.log(one / other) if money else one - other
    seeds = change.groupby("seed").mean()
    half = float(stats.t.ppf(0.995, len(seeds) - 1) * seeds.sem())
    ends = (seeds.mean(), seeds.mean() - half, seeds.mean() + half)
    mean, low, high = (f"{value:+z.2f}" if money else f"{value:+z.4f}" for value in ends)
    return f"{mean}{' %' if money else ''} ({low} to {high})"


if __name__ == "__main__":
    sys.exit(main())
