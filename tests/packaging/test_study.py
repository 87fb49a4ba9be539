"""The worked study is true: its file makes the runs it shows, and its numbers follow from them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nqpf.experiments.designs import Experiment, tasks

STUDY = Path(__file__).resolve().parents[2] / "docs" / "studies" / "when-to-coordinate"
STUDENT_AT_3 = 5.8409  # two-sided, 99 %
PACKAGES = {
    "research alone": (0.0, 0.3),
    "equity alone": (1.0, 1.0),
    "half of both": (0.5, 0.65),
    "both in full": (1.0, 0.3),
}
OUTCOMES = ["nqpf", "gdp", "theil", "gdp@west", "gdp@northeast"]


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    """The table of runs that stands beside the page."""
    return pd.read_csv(STUDY / "runs.csv")


def test_the_experiment_makes_the_runs_shown(runs: pd.DataFrame):
    """The file has the points, seeds and order of the table, 540 runs of which none failed."""
    experiment = Experiment.load(STUDY / "experiment.toml")
    made = pd.DataFrame([{"run": t.run, "point": t.point, "seed": t.seed, **t.values} for t in tasks(experiment)])  # noqa: PD011 (of a task)
    shown = runs[[*made.columns]]
    pd.testing.assert_frame_equal(made, shown, check_dtype=False)
    assert len(runs) == 540
    assert set(runs["status"]) == {"done"}
    assert [Experiment.load(STUDY / name).n_runs for name in ("robustness.toml", "poles.toml")] == [120, 64]


def _cells(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"[+-]\d+\.\d+", text)]


@pytest.mark.parametrize("year", [0, 4, 8])
def test_the_numbers_of_the_page_follow_from_the_runs(runs: pd.DataFrame, year: int):
    """Means and intervals, worked out seed by seed in plain loops, are those of the page to its last digit."""
    page = (STUDY / "README.md").read_text(encoding="utf-8")
    factors = ["equity_integration", "collaboration_friction.across", "switch_year"]
    mean = runs.groupby([*factors, "seed", "targeting_rule"])[OUTCOMES].first()
    for name, (equity, friction) in PACKAGES.items():
        other = (0.0, 1.0, 0) if year == 0 else (equity, friction, 0)
        title = name if year == 0 else f"{name}, {year}"
        shown = _cells(next(line for line in page.splitlines() if line.startswith(f"| {title} |")))
        found = []
        for outcome in OUTCOMES:
            by_seed = []
            for seed in (1, 2, 3, 4):
                differences = []
                for rule in ("copycat", "related", "complex"):
                    a, b = (
                        float(mean.loc[(*point, seed, rule), outcome]) for point in ((equity, friction, year), other)
                    )
                    differences.append(100 * np.log(a / b) if outcome.startswith("gdp") else a - b)
                by_seed.append(sum(differences) / 3)
            half = STUDENT_AT_3 * np.std(by_seed, ddof=1) / 2
            centre = sum(by_seed) / 4
            found += [(outcome, value) for value in (centre, centre - half, centre + half)]
        assert len(shown) == len(found)
        for value, (outcome, computed) in zip(shown, found, strict=True):
            assert value == pytest.approx(computed, abs=0.0051 if outcome.startswith("gdp") else 0.000051)


def test_no_year_inside_beats_both_ends(runs: pd.DataFrame):
    """What the page says of the inverted U holds in each of the nine combinations of equity and research."""
    points = ["equity_integration", "collaboration_friction.across"]
    index = runs.pivot_table(values="nqpf", index=[*points, "seed"], columns="switch_year")
    at_once = 0
    for _, seeds in index.groupby(level=points):
        best = seeds.mean().idxmax()
        at_once += best == 0
        sure = []
        for end in (0, 8):
            difference = seeds[best] - seeds[end]
            sure.append(difference.mean() - STUDENT_AT_3 * difference.std(ddof=1) / 2 > 0)
        assert not all(sure)
    assert at_once == 6
