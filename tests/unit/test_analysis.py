"""Analysis of sweeps against closed forms: effects, indices, boxes, fronts, seeds."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nqpf.experiments.analysis import (
    cart_rules,
    morris_indices,
    paired_effects,
    pareto_front,
    prim_boxes,
    search,
    seeds_needed,
    sobol_indices,
    sobol_interactions,
)
from nqpf.experiments.analysis.cases import LOG_UNIT, NEVER, cases, plain
from nqpf.experiments.analysis.resampling import BY_SEEDS, NONE, STUDENT, of_draws, of_seeds, resamples
from nqpf.experiments.analysis.searching import POINTS, RESULTS
from nqpf.experiments.analysis.seeds import DIFFERENCE, LEVEL_OF, half_width_of, number_of_seeds, spread
from nqpf.experiments.analysis.shifts import PAIRS, REGRESSION
from nqpf.experiments.analysis.study import Design
from nqpf.experiments.designs import Experiment, points
from nqpf.experiments.paired.intervals import half_width
from nqpf.model.errors import InputError

NUMBERS = """
equity_integration = { low = 0.0, high = 1.0 }
talent_subsidy = { low = 0.0, high = 0.3 }
"parameters.migration.taste" = { low = 1.0, high = 3.0 }
"""
MIXED = """
equity_integration = { low = 0.0, high = 1.0 }
talent_subsidy = { low = 0.0, high = 0.3 }
targeting_rule = { values = ["related", "copycat", "complex"] }
"""
GRID = """
equity_integration = { low = 0.0, high = 1.0, steps = 3 }
switch_year = { values = [2, 4, "never"] }
"""


@pytest.fixture
def experiment(tmp_path: Path):
    """Makes an experiment of a design, its keys and factors."""

    def made(design: str, keys: str = "", factors: str = NUMBERS, seeds: int = 2) -> Experiment:
        path = tmp_path / "experiment.toml"
        head = f'scenario = "china"\ndesign = "{design}"\n{keys}\nseeds = {seeds}\n'
        path.write_text(f'{head}outcomes = ["nqpf_gini", "gdp", "theil"]\n[factors]\n{factors}', encoding="utf-8")
        return Experiment.load(path)

    return made


def table(experiment: Experiment, outcome) -> pd.DataFrame:
    """A sweep's `runs` in which each outcome is a function of a point's positions, values and seed."""
    ranges = {f.name: f.axis for f in experiment.factors}

    def position(name, value):
        axis = ranges[name]
        return (value - axis.low) / (axis.high - axis.low) if hasattr(axis, "low") else list(axis.grid).index(value)

    rows = []
    for number, point in enumerate(points(experiment)):
        x = [position(name, value) for name, value in point.items()]
        rows += [
            {"point": number, "seed": seed, "status": "done", **point, **outcome(x, seed)} for seed in experiment.seeds
        ]
    return pd.DataFrame(rows)


def names(experiment: Experiment) -> list[str]:
    """Its factors'."""
    return [factor.name for factor in experiment.factors]


def ishigami(x, seed):
    """Ishigami and Homma's function with a = 7, b = 0.1, and a shift by seed that all points share."""
    a, b, c = (np.pi * (2 * u - 1) for u in x)
    return {"nqpf_gini": np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a) + 0.1 * seed}


ALONE = np.array([0.3139, 0.4424, 0.0])  # first indices of Ishigami's function
WHOLE = np.array([0.5576, 0.4424, 0.2437])  # total ones


def test_sobols_indices_of_ishigamis_function(experiment):
    """First, total and second indices of Saltelli's design lie at their closed forms, inside their intervals."""
    made = experiment("saltelli", "samples = 1024")
    runs = table(made, ishigami)
    found = sobol_indices(made, runs, "nqpf_gini")
    np.testing.assert_allclose(found["first"], ALONE, atol=0.05)
    np.testing.assert_allclose(found.total, WHOLE, atol=0.05)
    assert ((found.first_low <= ALONE) & (found.first_high >= ALONE)).all()
    assert ((found.total_low <= WHOLE) & (found.total_high >= WHOLE)).all()
    pairs = sobol_interactions(made, runs, "nqpf_gini").set_index(["factor", "other"])
    assert pairs.loc[("equity_integration", "parameters.migration.taste"), "index"] == pytest.approx(0.2437, abs=0.05)
    assert (pairs.low <= [0, 0.2437, 0]).all()
    assert (pairs.high >= [0, 0.2437, 0]).all()
    again = sobol_indices(Design.of_record(made.record()), runs, "nqpf_gini")
    pd.testing.assert_frame_equal(again, found)  # the record is enough, and chance is fixed


@pytest.mark.parametrize("design", ["lhs", "sobol"])
def test_first_indices_from_points_as_they_are(experiment, design):
    """RBD-FAST tells Ishigami's first indices from a hypercube and from Sobol's points; it has no total ones."""
    made = experiment(design, "samples = 1024")
    found = sobol_indices(made, table(made, ishigami), "nqpf_gini")
    np.testing.assert_allclose(found["first"], ALONE, atol=0.05)
    assert found.total.isna().all()


def test_incomplete_blocks_are_left_out_whole(experiment):
    """A failed run takes its block with it, and the rest are still analysed as they belong together."""
    made = experiment("saltelli", "samples = 256")
    runs = table(made, ishigami)
    runs.loc[[5, 700], "status"] = "failed"
    runs.loc[[5, 700], "nqpf_gini"] = np.nan
    found = sobol_indices(made, runs.sample(frac=1, random_state=1), "nqpf_gini")
    assert found.points[0] == (256 - 2) * 8
    y = runs.groupby("point")["nqpf_gini"].mean().to_numpy()
    kept = np.delete(y.reshape(256, 8), [5 // 2 // 8, 700 // 2 // 8], axis=0)
    a, mixed = kept[:, 0], kept[:, 1:4]
    total = ((a[:, None] - mixed) ** 2).mean(0) / 2 / np.concatenate([a, kept[:, 7]]).var()  # Jansen's estimator
    np.testing.assert_allclose(found.total, total, rtol=1e-9)


def test_morriss_indices_of_a_line_and_a_product(experiment):
    """Of a line μ and μ* are its coefficients and σ is nought; a product has an expected μ* and σ above nought."""
    made = experiment("morris", "trajectories = 40\nlevels = 4")
    line = morris_indices(made, table(made, lambda x, s: {"nqpf_gini": 3 * x[0] - 2 * x[1] + s}), "nqpf_gini")
    np.testing.assert_allclose(line.mu, [3, -2, 0], atol=1e-9)
    np.testing.assert_allclose(line.mu_star, [3, 2, 0], atol=1e-9)
    np.testing.assert_allclose(line.sigma, 0, atol=1e-9)
    product = morris_indices(made, table(made, lambda x, _: {"nqpf_gini": x[0] * x[1]}), "nqpf_gini")
    assert product.mu_star[0] == pytest.approx(0.5, abs=0.1)
    assert product.sigma[:2].min() > 0.2
    assert (product.low <= product.mu_star).all()


def test_points_of_another_sampler_are_refused(experiment):
    """Indices are not told from points that the design here would not draw: the line says with what to analyse them."""
    made = experiment("morris", "trajectories = 4")
    runs = table(made, lambda x, s: {"nqpf_gini": x[0] + s})
    runs["talent_subsidy"] = 0.3 - runs["talent_subsidy"]
    with pytest.raises(InputError, match=r"not those of their design here; analyse them with the versions"):
        morris_indices(made, runs, "nqpf_gini")


def test_effects_of_a_grid_are_paired(experiment):
    """Differences under common seeds: of a number the slope over its range, of values against the first."""
    made = experiment("grid", factors=GRID, seeds=4)
    noise = {1: 5.0, 2: -3.0, 3: 0.5, 4: 9.0}
    own = {1: 0.1, 2: -0.1, 3: 0.2, 4: -0.2}
    runs = table(made, lambda x, s: {"nqpf_gini": noise[s] + (2 + own[s]) * x[0] + 0.5 * (x[1] == 2)})
    found = paired_effects(runs, "nqpf_gini", names(made)).set_index(["factor", "change"])
    slope = found.loc[("equity_integration", "0 → 1")]
    half = float(half_width(2 + np.array(list(own.values()))))
    np.testing.assert_allclose(slope[["effect", "low", "high"]].astype(float), [2, 2 - half, 2 + half])
    assert (slope["how"], slope["interval"], slope["pairs"]) == (PAIRS, STUDENT, 3)
    assert found.loc[("switch_year", f"2 → {NEVER}"), "effect"] == pytest.approx(0.5)
    assert found.loc[("switch_year", "2 → 4"), "effect"] == pytest.approx(0.0)
    assert found.loc[("switch_year", f"2 → {NEVER}"), "low"] == pytest.approx(0.5)  # no seed differs: a point


def test_effects_of_levels_are_in_per_cent_and_of_points_against_a_baseline(experiment):
    """GDP is compared by 100 · ln; every other point has its difference from the baseline point."""
    made = experiment("grid", factors=GRID, seeds=3)
    runs = table(made, lambda x, s: {"gdp": 1000 * np.exp(0.02 * x[0] + 0.1 * s)})
    found = paired_effects(runs, "gdp", names(made), factor="equity_integration")
    assert found.effect[0] == pytest.approx(2.0)
    assert found.unit[0] == LOG_UNIT
    against = paired_effects(runs, "gdp", names(made), baseline_point=0).set_index("point")
    assert list(against.index) == [1, 2, 3, 4, 5, 6, 7, 8]
    np.testing.assert_allclose(against.effect, [0, 0, 1, 1, 1, 2, 2, 2], atol=1e-9)


def test_effects_of_drawn_points(experiment):
    """Morris's design has pairs; a hypercube has none and gets a regression, with intervals that hold the truth."""
    line = {"effect": [3.0, -1.0, 0.5]}

    def outcome(x, s):
        return {"nqpf_gini": 3 * x[0] - x[1] + 0.5 * (x[2] == 2) + 0.3 * np.sin(40 * x[0]) + s}

    made = experiment("lhs", "samples = 300", MIXED)
    runs = table(made, outcome)
    found = paired_effects(runs, "nqpf_gini", names(made), design="lhs").set_index("factor")
    assert set(found.how) == {REGRESSION}
    number = found.loc[["equity_integration", "talent_subsidy"]]
    np.testing.assert_allclose(number.effect, line["effect"][:2], atol=0.15)
    assert ((number.low <= line["effect"][:2]) & (number.high >= line["effect"][:2])).all()
    made = experiment("morris", "trajectories = 20")
    runs = table(made, lambda x, s: {"nqpf_gini": 3 * x[0] - x[1] + 0 * x[2] + s})
    found = paired_effects(runs, "nqpf_gini", names(made), design="morris")
    assert set(found.how) == {PAIRS}
    np.testing.assert_allclose(found.effect, [3, -1, 0], atol=1e-9)


def test_a_bootstrap_knows_a_known_variance():
    """Of many normal values with σ = 2 the interval is about 2 z σ / √n wide; of few it is Student's, of one none."""
    values = np.random.default_rng(3).normal(10, 2, 200)
    found = of_seeds(values)
    assert found.how == BY_SEEDS
    assert found.high - found.low == pytest.approx(2 * 2.5758 * 2 / np.sqrt(200), rel=0.12)
    few = of_seeds(values[:4])
    assert (few.how, few.high - few.low) == (STUDENT, pytest.approx(2 * float(half_width(values[:4]))))
    assert of_seeds(values[:1]).how == NONE
    assert of_seeds(np.full(20, 3.0)).low == 3.0


def test_resampling_seeds_and_points_knows_both_variances():
    """Of x_sp = a_s + b_p the resampled mean has the variance σ_a²/S + σ_b²/P."""
    rng = np.random.default_rng(1)
    a, b = rng.normal(0, 1, 40), rng.normal(0, 3, 60)
    x = a[:, None] + b
    drawn = np.array([s @ x @ p / (40 * 60) for s, p in resamples(40, 60, 2000)])
    assert drawn.var() == pytest.approx(a.var() / 40 + b.var() / 60, rel=0.1)
    assert of_draws(drawn, 40).low < x.mean() < of_draws(drawn, 40).high


def in_the_box(x, seed):
    """High in a box of two numbers and two values."""
    return {"nqpf_gini": float(x[0] > 0.6 and 0.2 < x[1] < 0.7 and x[2] < 2) + 0.001 * seed}


@pytest.mark.parametrize("search_for", [prim_boxes, cart_rules])
def test_a_known_box_is_found(experiment, search_for):
    """PRIM and CART find the box's ends and values, and say that all that is high lies there, and nothing else."""
    made = experiment("lhs", "samples = 240", MIXED)
    runs = table(made, in_the_box)
    best = search_for(runs, names(made), "nqpf_gini", above=0.5)[0]
    assert best.density > 0.9  # PRIM peels a twentieth at a time: its ends are as coarse
    assert best.coverage > 0.9
    limits = {limit.factor: limit for limit in best.limits}
    assert set(limits) == set(names(made))
    assert limits["equity_integration"].low == pytest.approx(0.6, abs=0.03)
    assert limits["equity_integration"].high is None
    assert limits["talent_subsidy"].low == pytest.approx(0.06, abs=0.012)
    assert limits["talent_subsidy"].high == pytest.approx(0.21, abs=0.012)
    assert set(limits["targeting_rule"].inside) == {"related", "copycat"}


def test_a_rule_of_one_value_is_told(experiment):
    """The side of a cut on which a factor has one value is that value, not all."""
    made = experiment("lhs", "samples = 120", MIXED)
    runs = table(made, lambda x, _: {"nqpf_gini": float(x[2] == 1)})
    rules = cart_rules(runs, names(made), "nqpf_gini", above=0.5)
    assert [limit.text for limit in rules[0].limits] == ["targeting_rule: copycat"]
    assert (rules[0].density, rules[0].coverage) == (1.0, 1.0)
    assert [limit.text for limit in rules[1].limits] == ["targeting_rule: related, complex"] or {
        *rules[1].limits[0].inside
    } == {"related", "complex"}


def test_no_box_where_there_is_none(experiment):
    """Of chance alone PRIM takes no box or one that is little denser, and equal results give equal boxes."""
    made = experiment("lhs", "samples = 200", MIXED)
    rng = np.random.default_rng(0)
    chance = iter(rng.random(400))
    runs = table(made, lambda _x, _s: {"nqpf_gini": next(chance)})
    one, other = (prim_boxes(runs, names(made), "nqpf_gini", below="p20") for _ in range(2))
    assert one == other
    assert all(box.density < 0.6 for box in one)


def test_the_front_of_schaffers_problem(experiment):
    """Of f₁ = x², f₂ = (x − 2)² the front is 0 ≤ x ≤ 2; points that every seed puts there are sure."""
    made = experiment("lhs", "samples = 200", seeds=3)

    def schaffer(x, seed):
        u = 8 * x[0] - 3
        return {"gdp": u**2 + 0.001 * seed, "theil": (u - 2) ** 2}

    runs = table(made, schaffer)
    found = pareto_front(runs, ["-gdp", "-theil"], names(made))
    u = 8 * found["equity_integration"] - 3
    inside = found.front.to_numpy()
    np.testing.assert_array_equal(inside, _undominated(found[["gdp", "theil"]].to_numpy()))
    assert ((u[inside] > -0.2) & (u[inside] < 2.2)).all()
    assert inside[(u > 0) & (u < 2)].all()
    assert (found.share == found.front).all()


def _undominated(costs):
    """By comparing every pair."""
    better = (costs[:, None] <= costs).all(2) & (costs[:, None] < costs).any(2)
    return ~better.any(0)


def test_the_search_comes_near_a_known_front(experiment, tmp_path):
    """NSGA-II nears ZDT1's front, spends its budget, writes a list, and comes to the same when it is resumed."""
    made = experiment("lhs", "samples = 8", NUMBERS)
    calls = []

    def zdt1(trial):
        x = np.array([trial.point["equity_integration"], trial.point["talent_subsidy"] / 0.3,
                      (trial.point["parameters.migration.taste"] - 1) / 2])  # fmt: skip
        calls.append(trial)
        g = 1 + 9 * x[1:].mean()
        return {"gdp": x[0] + 1e-9 * trial.seed, "theil": g * (1 - np.sqrt(x[0] / g)), "nqpf_gini": 0.0}

    goals = ["-gdp", "-theil"]
    first = search(made, goals, 120, out=tmp_path / "found", population=12, measure=zdt1)
    assert len(first) == 120
    assert len(calls) == 240
    best = first[first.front]
    away = best.theil - (1 - np.sqrt(best.gdp))
    assert away.median() < 0.9  # of points drawn by chance it is about 3
    listed = (tmp_path / "found" / POINTS).read_text(encoding="utf-8").splitlines()
    assert len(listed) == 121
    assert listed[0] == "equity_integration,talent_subsidy,parameters.migration.taste"
    (tmp_path / "list.toml").write_text(
        'scenario = "china"\ndesign = "list"\nfile = "found/points.csv"\nseeds = 1\noutcomes = ["gdp"]\n',
        encoding="utf-8",
    )
    assert Experiment.load(tmp_path / "list.toml").n_points == 120  # the list is a design
    kept = (tmp_path / "found" / RESULTS).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "found" / RESULTS).write_text("".join(kept[:101]) + kept[101][:20], encoding="utf-8")  # cut off
    calls.clear()
    again = search(made, goals, 120, out=tmp_path / "found", population=12, measure=zdt1)
    pd.testing.assert_frame_equal(again, first)
    assert len(calls) == 140
    with pytest.raises(InputError, match="results of something else; choose another folder"):
        search(experiment("lhs", "samples = 8", MIXED), goals, 20, out=tmp_path / "found", population=12, measure=zdt1)


def test_a_search_runs_the_economy(experiment):
    """Without a function of its own the search runs what the experiment says and reads its outcomes."""
    made = experiment("lhs", "samples = 8\nquarters = 1\nfirms = 500", NUMBERS, seeds=1)
    found = search(made, ["gdp", "-theil"], 4, population=4)
    assert len(found) == 4
    assert found.gdp.between(1e7, 1e8).all()
    assert found.share.isna().all()


def test_seeds_needed_for_a_known_spread(experiment):
    """Spread of levels and of paired differences, and the smallest n with t · s / √n below the half-width."""
    made = experiment("lhs", "samples = 400", NUMBERS, seeds=30)
    rng = np.random.default_rng(5)
    shift = dict(zip(made.seeds, rng.normal(0, 2, 30), strict=True))
    runs = table(made, lambda x, s: {"nqpf_gini": x[0] + shift[s] + 0.5 * rng.normal()})
    found = seeds_needed(runs, "nqpf_gini", names(made), 0.5).set_index("of")
    level, difference = (found.loc[kind] for kind in (LEVEL_OF, DIFFERENCE))
    assert level.sd == pytest.approx(np.hypot(np.std(list(shift.values()), ddof=1), 0.5), rel=0.02)
    assert difference.sd == pytest.approx(0.5 * np.sqrt(2), rel=0.02)
    assert level.low < 2.06 < level.high
    for row in (level, difference):
        assert half_width_of(row.sd, row.needed) <= 0.5 < half_width_of(row.sd, row.needed - 1)
    assert half_width_of(1.0, 1) == np.inf
    needed = [number_of_seeds(1.0, half) for half in (1.0, 0.5, 0.1, 0.01)]
    assert all(fewer < more for fewer, more in pairwise(needed))


def test_a_sweep_that_was_cut_off_is_balanced(experiment):
    """Seeds that hardly began are left out first, then points that lack a partner; means are over the same seeds."""
    made = experiment("grid", factors=GRID, seeds=3)
    runs = table(made, lambda x, s: {"nqpf_gini": x[0] + s})
    cut = runs[(runs.seed < 3) | (runs.point < 3)].copy()
    cut.loc[(cut.point == 4) & (cut.seed == 2), "status"] = "failed"
    found = cases(cut, "nqpf_gini", names(made))
    assert found.seeds.tolist() == [1, 2]
    assert found.points.tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert found.left_out == len(cut) - 16
    assert list(plain(pd.Series([2.0, np.nan]))) == ["2", NEVER]
    assert list(found.factors.switch_year[:3]) == ["2", "4", NEVER]


def faults(runs: pd.DataFrame, made: Experiment):
    """What cannot be analysed, and the line that says so."""
    f = names(made)
    none = runs.assign(status="failed")
    return {
        "column": (lambda: paired_effects(runs, "gpd", f), r"no column 'gpd'; did you mean 'gdp'\?"),
        "factor": (lambda: paired_effects(runs, "gdp", f, factor="x"), r"'x': is not among the factors; give one of"),
        "point": (lambda: paired_effects(runs, "gdp", f, baseline_point=99), r"point 99: has no .*; choose another"),
        "unfinished": (lambda: cases(none, "gdp", f), r"none has finished with a value of gdp; go on with"),
        "sobol": (lambda: sobol_indices(made, runs, "gdp"), r"from the design grid; sweep with design = \"saltelli\""),
        "morris": (lambda: morris_indices(made, runs, "gdp"), r"from the design grid; sweep with design = \"morris\""),
        "few": (lambda: prim_boxes(runs, f, "gdp", above="p90"), r"9 points are too few to search; take 20 or more"),
        "sides": (lambda: prim_boxes(runs, f, "gdp"), r"takes one of above and below; give one"),
        "percentile": (lambda: prim_boxes(runs, f, "gdp", above="pq"), r"'pq' is no percentile; give 'p90'"),
        "threshold": (lambda: prim_boxes(runs, f, "gdp", above="high"), r"neither a number nor a percentile; give"),
        "objectives": (lambda: pareto_front(runs, ["gdp"], f), r"a front needs two objectives; give two or more"),
        "one seed": (lambda: spread(runs[runs.seed == 1], "gdp", f), r"one seed shows no spread; sweep with seeds = 2"),
        "width": (lambda: seeds_needed(runs, "gdp", f, 0.0), r"half-width of 0 is never reached; give one above 0"),
        "tiny": (lambda: seeds_needed(runs, "gdp", f, 1e-9), r"more than a million seeds; ask for a wider interval"),
        "outcome": (lambda: search(made, ["gdp", "tehil"], 20), r"tehil is not among the outcomes; did you mean"),
        "budget": (lambda: search(made, ["gdp", "-theil"], 3), r"a budget of 3 and 16 a generation; give 4 or more"),
    }  # fmt: skip


FAULTS = ("column", "factor", "point", "unfinished", "sobol", "morris", "few", "sides", "percentile", "threshold",
          "objectives", "one seed", "width", "tiny", "outcome", "budget")  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_analysed_is_one_line(experiment, fault):
    """Each fault is one line that says what is wrong and what helps."""
    made = experiment("grid", factors=GRID)
    rng = np.random.default_rng(1)
    runs = table(made, lambda x, s: {"gdp": 100 + x[0] + s + rng.normal(), "theil": x[0]})
    cause, words = faults(runs, made)[fault]
    with pytest.raises(InputError, match=words) as told:
        cause()
    assert "\n" not in str(told.value)


def test_what_does_not_vary_is_said(experiment):
    """Indices of a constant outcome do not exist; boxes of one neither."""
    made = experiment("saltelli", "samples = 16")
    runs = table(made, lambda _x, _s: {"nqpf_gini": 1.0})
    with pytest.raises(InputError, match=r"is the same at every point: nothing to explain; look at another outcome"):
        sobol_indices(made, runs, "nqpf_gini")
    with pytest.raises(InputError, match=r"every point lies beyond 1; give another threshold"):
        prim_boxes(runs, names(made), "nqpf_gini", above="p90")
