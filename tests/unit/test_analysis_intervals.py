"""Intervals of effects: how often they miss, whose spread they hold, and effects that nothing can tell."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nqpf.experiments.analysis import paired_effects
from nqpf.experiments.analysis.effects import without_effect
from nqpf.experiments.analysis.resampling import NONE, OF_BOTH, OF_POINTS, STUDENT, of_both
from nqpf.experiments.analysis.shifts import PAIRS, REGRESSION, shifts
from nqpf.experiments.paired.intervals import half_width
from nqpf.model.errors import InputError

TRIALS = 2000


def missed(found, truth):
    """In what part of the trials, which are the outcomes, the interval leaves out the truth."""
    return float(((found.interval.low > truth) | (found.interval.high < truth)).mean())


ALONE = [(n, 1, 0.3, 0.0) for n in (3, 10, 40)]  # one seed tells nothing of the spread over others
SEVERAL = [(*n, *noise) for n in ((64, 2), (10, 3), (20, 5)) for noise in ((0.3, 0.0), (0.0, 0.3), (0.3, 0.3))]


@pytest.mark.parametrize(("n_sets", "n_seeds", "of_sets", "of_seeds"), [*ALONE, *SEVERAL])
def test_intervals_of_drawn_points_keep_their_level(n_sets, n_seeds, of_sets, of_seeds):
    """Of pairs with noise of sets, of seeds and of both 99 % intervals miss in 1 of 100 trials or fewer."""
    rng = np.random.default_rng(n_sets)
    factors = pd.DataFrame([(x, float(k)) for k in range(n_sets) for x in (0.0, 1.0)], columns=["x", "set"])
    own = of_sets * rng.standard_normal((n_sets, 1, TRIALS)) + of_seeds * rng.standard_normal((1, n_seeds, TRIALS))
    values = np.zeros((2 * n_sets, n_seeds, TRIALS))
    values[1::2] = 1 + own + 0.05 * rng.standard_normal((n_sets, n_seeds, TRIALS))
    (found,) = shifts(factors, values, ["x"], {}, fixed=False, level=0.99)
    assert (found.how, found.interval.how) == (PAIRS, OF_BOTH if n_seeds > 1 else OF_POINTS)
    assert missed(found, 1) < 0.0185  # four standard errors above 1 of 100


@pytest.mark.parametrize(("n_points", "n_seeds"), [(10, 1), (20, 5), (64, 2)])
def test_intervals_of_regressions_keep_their_level_and_are_not_boundless(n_points, n_seeds):
    """Of a line with noise that grows along it 99 % intervals miss in 1 of 100, and are about as wide as they must."""
    rng = np.random.default_rng(n_points)
    factors = pd.DataFrame(rng.random((n_points, 3)), columns=list("abc"))
    a = factors.a.to_numpy()
    noise = 2 * a[:, None, None] * rng.standard_normal((n_points, 1, TRIALS))
    own = 0.1 * rng.standard_normal((1, n_seeds, TRIALS))
    values = (1 + own) * a[:, None, None] + factors.b.to_numpy()[:, None, None] + noise
    (found,) = shifts(factors, values, ["a"], {}, fixed=False, level=0.99)
    assert found.how == REGRESSION
    assert missed(found, np.ptp(a)) < 0.0185
    t = stats.t.ppf(0.995, n_points - 4)
    if n_seeds == 1:
        assert np.median(found.interval.high - found.interval.low) < 2.5 * 2 * t * found.effect.std()


def test_both_variances_are_in_the_interval():
    """The half-width is √(t₂² v_seeds + t₉² v_points), with one seed t₉ √v_points."""
    by_seed = np.array([[1.0], [2.0], [6.0]])
    found = of_both(by_seed, np.array([0.25]), 9)
    half = np.hypot(float(half_width(by_seed[:, 0])), stats.t.ppf(0.995, 9) * 0.5)
    assert (found.low[0], found.high[0]) == pytest.approx((3 - half, 3 + half))
    alone = of_both(by_seed[:1], np.array([0.25]), 9)
    assert alone.high[0] - 1 == pytest.approx(stats.t.ppf(0.995, 9) * 0.5)


def table(points, n_seeds, outcome):
    """Runs of points, (n_points, columns), whose outcome is a function of a point and a seed."""
    rows = [
        {"point": k, "seed": seed, "status": "done", **point, "y": outcome(point, seed)}
        for k, point in enumerate(points.to_dict("records"))
        for seed in range(n_seeds)
    ]
    return pd.DataFrame(rows)


GRID = pd.DataFrame([(a, b) for a in (0.0, 1.0) for b in (0.0, 1.0, 2.0)], columns=["a", "b"])
SPREAD = pd.DataFrame({"a": [0.0, 0.1, 0.5, 0.7, 0.9, 1.0], "b": [0.3, 1.0, 0.2, 0.0, 0.6, 0.5]})  # none alike


@pytest.mark.parametrize(("points", "how"), [(GRID, PAIRS), (SPREAD, REGRESSION)])
@pytest.mark.parametrize("design", ["grid", "list"])
def test_one_seed_of_chosen_points_tells_no_interval(points, how, design):
    """Of a grid or list with one seed there is an effect and no interval, of pairs and of regressions."""
    runs = table(points, 1, lambda p, _: 3 * p["a"] + np.sin(9 * p["b"]))
    found = paired_effects(runs, "y", ["a", "b"], design=design)
    assert set(found["how"]) == {how}
    assert set(found["interval"]) == {NONE}
    assert found[["low", "high"]].isna().all(axis=None)
    assert found["effect"].notna().all()


def test_a_regression_of_chosen_points_is_over_seeds():
    """Of a list the interval is Student's of the coefficients seed by seed, here 3 + own."""
    own = np.array([0.1, -0.2, 0.4])
    runs = table(SPREAD, 3, lambda p, s: (3 + own[s]) * p["a"] + p["b"] + s)
    found = paired_effects(runs, "y", ["a", "b"], design="list", factor="a")
    half = float(half_width(3 + own))
    np.testing.assert_allclose(found[["effect", "low", "high"]].to_numpy()[0], [3.1, 3.1 - half, 3.1 + half])
    assert found["interval"][0] == STUDENT


def test_a_single_set_of_drawn_points_tells_no_interval():
    """One pair among drawn points shows a difference, not how far others differ from it."""
    pair = table(GRID.iloc[[0, 3]], 3, lambda p, s: p["a"] + s)
    found = paired_effects(pair, "y", ["a", "b"], design="morris", factor="a")
    assert (found["effect"][0], found["interval"][0]) == (1.0, NONE)


def test_factors_that_vary_together_have_no_effect_told():
    """Of y = 10 a with b = 2 a no split is invented; c, which is its own, is told, and what never varies is not."""
    a = np.linspace(0, 1, 12)
    points = pd.DataFrame({"a": a, "b": 2 * a, "c": np.cos(7 * a), "d": 0.3, "e": ["x", "y"] * 6, "f": ["u", "v"] * 6})
    runs = table(points, 3, lambda p, s: 10 * p["a"] + 4 * p["c"] + s)
    names = [*points]
    for design in ("list", "lhs"):
        found = paired_effects(runs, "y", names, design=design)
        assert found["factor"].tolist() == ["c"]
        assert found["effect"][0] == pytest.approx(4 * np.ptp(points.c))
    assert without_effect(runs, "y", names, design="list") == {
        "a": "varies only together with b",
        "b": "varies only together with a",
        "d": "does not vary",
        "e": "varies only together with f",
        "f": "varies only together with e",
    }
    assert without_effect(table(GRID, 2, lambda p, s: p["a"] + s), "y", ["a", "b"]) == {}
    few = table(SPREAD.iloc[:3], 2, lambda p, s: p["a"] + s)
    assert without_effect(few, "y", ["a", "b"], design="lhs") == dict.fromkeys(
        "ab", "has no runs alike in all else, and 3 points are too few to regress on"
    )
    with pytest.raises(InputError, match="no column"):
        without_effect(few, "z", ["a", "b"])
