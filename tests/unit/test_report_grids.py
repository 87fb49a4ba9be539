"""What grids show, against closed forms: curves along a factor, two factors together, paths by quarter."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nqpf.experiments.analysis import curve_of, paired_effects, paired_steps, pairs_together, paths_by
from nqpf.experiments.analysis.cases import LOG_UNIT, cases
from nqpf.experiments.analysis.curves import PEAK, TROUGH
from nqpf.experiments.designs import Experiment, points
from nqpf.experiments.paired.intervals import half_width
from nqpf.model.errors import InputError

FACTORS = """
equity_integration = { low = 0.0, high = 1.0, steps = 5 }
talent_subsidy = { low = 0.0, high = 0.3, steps = 3 }
targeting_rule = { values = ["related", "copycat"] }
"""
NAMES = ["equity_integration", "talent_subsidy", "targeting_rule"]
QUARTERS = ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]


class Swept:
    """A sweep whose outcomes are a function of settings, seed and quarter, in place of an opened folder."""

    def __init__(self, folder: Path, outcome, *, seeds: int = 3, factors: str = FACTORS, failed=()) -> None:
        self.path = folder
        path = folder / "grid.toml"
        head = f'scenario = "china"\ndesign = "grid"\nseeds = {seeds}\nquarters = {len(QUARTERS)}\n'
        path.write_text(f'{head}outcomes = ["gdp", "nqpf", "gdp@west"]\n[factors]\n{factors}', encoding="utf-8")
        experiment = Experiment.load(path)
        self.info = {"experiment": json.loads(json.dumps(experiment.record()))}
        rows, series = [], []
        for seed in experiment.seeds:
            for number, point in enumerate(points(experiment)):
                keys = {"run": len(rows), "point": number, "seed": seed}
                ended = (number, seed) not in failed
                values = [outcome(point, seed, k) for k in range(len(QUARTERS))]
                rows.append(keys | {"status": "done" if ended else "failed"} | point | (values[-1] if ended else {}))
                for quarter, said in zip(QUARTERS, values, strict=True):
                    nation = {name: value for name, value in said.items() if "@" not in name}
                    where = keys | {"quarter": quarter}
                    if ended:
                        series.append(where | {"level": "nation", "region": "CN"} | nation)
                        series.append(where | {"level": "macro_region", "region": "west", "gdp": said["gdp@west"]})
        self.runs, self._series = pd.DataFrame(rows), pd.DataFrame(series)

    def sql(self, query: str) -> pd.DataFrame:
        """As `Sweep.sql`."""
        with duckdb.connect() as connection:
            connection.register("series", self._series)
            connection.register("runs", self.runs)
            return connection.sql(query).to_arrow_table().to_pandas()


OWN = {1: 0.1, 2: -0.1, 3: 0.3}


def hump(point, seed, quarter):
    """4 x (1 − x) and a seed's own slope, with an interaction of x and the rule; GDP's growth by x."""
    x, z, copies = point["equity_integration"], point["talent_subsidy"] / 0.3, point["targeting_rule"] == "copycat"
    gdp = 100 * np.exp(0.01 * quarter * (x + OWN[seed]) + 0.2 * z + seed)
    return {"nqpf": 4 * x * (1 - x) + OWN[seed] * x + z + 2 * x * copies + seed, "gdp": gdp, "gdp@west": gdp**2}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    """A whole grid."""
    return Swept(tmp_path_factory.mktemp("grid"), hump)


def test_steps_along_a_factor_show_what_a_slope_hides(swept):
    """Each value's mean paired difference from the first is the closed form, with Student's interval over seeds."""
    found = paired_steps(swept.runs, "nqpf", NAMES, "equity_integration")
    x, own = np.array([0.25, 0.5, 0.75, 1.0]), np.array(list(OWN.values()))
    by_seed = 4 * x * (1 - x) + own[:, None] * x + x  # half the rules copy: 2 x copies is x on average
    np.testing.assert_allclose(found["value"], x)
    np.testing.assert_allclose(found["effect"], by_seed.mean(0))
    np.testing.assert_allclose(found["high"] - found["effect"], half_width(by_seed))
    assert set(found["pairs"]) == {6}
    only = swept.runs[swept.runs.targeting_rule == "related"]
    slope = paired_effects(only, "nqpf", NAMES[:2], factor="equity_integration").effect[0]
    assert slope == pytest.approx(own.mean())  # the hump leaves no slope
    back = paired_steps(swept.runs, "nqpf", NAMES, "equity_integration", reference=1.0)
    assert back.effect[0] == pytest.approx(-found.effect[3])


@pytest.mark.parametrize(("sign", "turn"), [(1, PEAK), (-1, TROUGH)])
def test_a_turn_inside_is_told_if_it_is_sure(swept, sign, turn):
    """A hump has a peak and its mirror a trough at ½; where seeds disagree, and of a line, there is none."""
    runs = swept.runs[swept.runs.targeting_rule == "related"].assign(line=lambda t: t.equity_integration)
    found = curve_of(runs.assign(y=sign * runs["nqpf"]), "y", NAMES, "equity_integration", design="grid")
    assert (found.turn, found.at) == (turn, 0.5)
    noisy = runs["nqpf"] + 5 * runs["seed"].map({1: 1, 2: -1, 3: 0}) * runs["equity_integration"]
    assert not curve_of(runs.assign(y=noisy), "y", NAMES, "equity_integration", design="grid").turn
    assert not curve_of(runs, "line", NAMES, "equity_integration", design="grid").turn
    assert curve_of(runs, "nqpf", NAMES, "targeting_rule", design="grid") is None


def test_cells_of_two_factors_are_means_over_the_others(swept):
    """The strongest interaction comes first with the closed form's size and share; an additive pair has none."""
    first, *others = pairs_together(cases(swept.runs, "nqpf", NAMES))
    assert first.name == "equity_integration × targeting_rule"
    x = np.array([0, 0.25, 0.5, 0.75, 1.0])
    related = 4 * x * (1 - x) + np.mean(list(OWN.values())) * x
    cells = np.column_stack([related, related + 2 * x])
    np.testing.assert_allclose(first.cells, cells - cells[0, 0], atol=1e-12)
    assert first.interaction == pytest.approx(x.std())  # ± (x − x̄) in the two columns
    assert first.share == pytest.approx(x.var() / cells.var())
    assert [pair.interaction for pair in others] == [0, 0]
    assert [pair.p for pair in (first, *others)] == pytest.approx([0, 1, 1], abs=1e-9)


def test_an_interaction_that_may_be_chance_is_known():
    """Of two values each F is the square of t over seeds, and of noise alone p is uniform."""
    rng = np.random.default_rng(3)
    grid = pd.DataFrame([(a, b) for a in (0.0, 1.0) for b in (0.0, 1.0)], columns=["a", "b"])
    found = []
    for _ in range(300):
        noise = rng.normal(size=(4, 6)) + rng.normal(size=6)  # seeds shift all points
        rows = [{"point": p, "seed": s, **grid.loc[p], "nqpf": noise[p, s]} for p in range(4) for s in range(6)]
        (pair,) = pairs_together(cases(pd.DataFrame(rows), "nqpf", ["a", "b"]))
        contrast = noise[0] - noise[1] - noise[2] + noise[3]
        assert pair.p == pytest.approx(stats.ttest_1samp(contrast, 0).pvalue)
        found.append(pair.p)
    assert stats.kstest(found, "uniform").pvalue > 0.01


@pytest.mark.parametrize("unmade", [False, True])
def test_what_a_run_is_missing_of_rests_on_whole_sets(tmp_path, unmade):
    """A failed or unmade point takes its setting of the others out: an additive outcome stays additive."""

    def additive(point, seed, quarter):
        x, z, copies = point["equity_integration"], point["talent_subsidy"], point["targeting_rule"] == "copycat"
        return {"nqpf": x + 10 * z + 7 * copies + seed, "gdp": 1.0 + quarter, "gdp@west": 1.0}

    cut = Swept(tmp_path, additive, failed={(0, 1), (0, 2), (0, 3)})
    if unmade:
        cut.runs = cut.runs[cut.runs["status"] == "done"]
    pairs = pairs_together(cases(cut.runs, "nqpf", NAMES))
    assert [pair.interaction for pair in pairs] == pytest.approx([0, 0, 0], abs=1e-12)
    x_z = next(pair for pair in pairs if pair.name == "equity_integration × talent_subsidy")
    np.testing.assert_allclose(x_z.cells, np.add.outer([0, 0.25, 0.5, 0.75, 1], [0, 1.5, 3]))
    path = paths_by(cut, "nqpf", "equity_integration")
    assert path.points == 25  # five values under five of six settings
    np.testing.assert_allclose(path.change, np.repeat([[0.25], [0.5], [0.75], [1.0]], len(QUARTERS), axis=1))


def test_paths_are_paired_differences_by_quarter(swept):
    """GDP's path is 100 · ln against the first value with Student's interval; of a region it is the region's."""
    found = paths_by(swept, "gdp", "equity_integration")
    quarter, x = np.arange(4), np.array([0.25, 0.5, 0.75, 1.0])
    np.testing.assert_allclose(found.change, np.outer(x, quarter), atol=1e-9)
    assert (found.unit, found.settings, found.quarters) == (LOG_UNIT, (0, 0.25, 0.5, 0.75, 1), tuple(QUARTERS))
    assert found.interval.sign[:, 1:].all()  # what seeds share cancels
    west = paths_by(swept, "gdp@west", "equity_integration")
    np.testing.assert_allclose(west.change, 2 * found.change, atol=1e-9)
    rule = paths_by(swept, "nqpf", "targeting_rule")
    assert rule.settings == ("related", "copycat")
    np.testing.assert_allclose(rule.change, 1.0)  # 2 x, x on average ½
    still = paths_by(swept, "gdp", "targeting_rule")
    assert not still.change.any()  # to the last bit, not 1e-14
    own = paths_by(swept, "nqpf", "equity_integration")
    by_seed = 4 * x * (1 - x) + np.array(list(OWN.values()))[:, None] * x + x
    np.testing.assert_allclose(own.interval.high - own.change, np.outer(half_width(by_seed), np.ones(4)))


def test_a_path_begins_with_the_first_value_of_the_file(tmp_path):
    """Values in text keep the order of the file; an off switch in time is `never`."""

    def late(point, _seed, quarter):
        on = point["switch_year"] is not None
        return {"nqpf": 1.0 + quarter * on, "gdp": 1.0, "gdp@west": 1.0}

    factors = 'equity_integration = { values = [0.0, 1.0] }\nswitch_year = { values = ["never", 0, 4] }\n'
    found = paths_by(Swept(tmp_path, late, factors=factors), "nqpf", "switch_year")
    assert found.settings == ("never", "0", "4")
    np.testing.assert_allclose(found.change, [[0, 1, 2, 3]] * 2)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (lambda s: paired_steps(s.runs, "nqpf", NAMES, "x"), r"'x': is not among the factors; give one of"),
        (lambda s: paired_steps(s.runs, "nqpf", NAMES, "targeting_rule"), r"no numbers; use paired_effects"),
        (lambda s: paired_steps(s.runs, "nqpf", NAMES, "talent_subsidy", reference=9), r"is never 9; give one of 0, "),
    ],
)
def test_what_has_no_steps_is_one_line(swept, cause, words):
    """The factor, what is wrong with it, and what helps."""
    with pytest.raises(InputError, match=words) as told:
        cause(swept)
    assert "\n" not in str(told.value)
