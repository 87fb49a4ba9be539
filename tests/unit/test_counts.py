"""Whole people and firms by inverse CDF, against SciPy's quantiles."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from nqpf.model.counts import _EXACT_BELOW, _normal_quantile, binomial, coupled_moves, poisson
from nqpf.model.draws import Draws

SUMMED = [(0, 0.3), (1, 0.2), (30, 0.5), (160, 0.5), (161, 0.45), (50_000, 0.0007), (10**8, 3e-7), (3000, 0.995)]
EXPANDED = [(170, 0.5), (4100, 0.01), (4100, 0.99), (10**5, 5e-4), (400, 0.2), (10**6, 0.3), (25_000_000, 0.01)]


def uniforms(n, seed=0):
    """Uniforms with a few in either tail."""
    tails = 10.0 ** -np.arange(1, 12)
    return np.concatenate([np.random.default_rng(seed).uniform(size=n), tails, 1 - tails])


def test_normal_quantile_is_scipys():
    """To rounding; above four standard deviations, where 1 − u has few digits left, to 1e-8."""
    u = np.concatenate([uniforms(2000), [2.0**-54, 0.02425, 1 - 0.02425, 0.5, 1 - 2.0**-53]])
    got, want = np.array([_normal_quantile(x) for x in u]), ndtri(u)
    far = want > 4
    np.testing.assert_allclose(got[~far], want[~far], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(got[far], want[far], atol=1e-8)


@pytest.mark.parametrize(("n", "p"), SUMMED)
def test_small_binomials_are_exact(n, p):
    """Up to the switch every count is SciPy's quantile."""
    assert n * p * (1 - p) <= _EXACT_BELOW
    u = uniforms(3000)
    want = stats.binom.ppf(u, n, p) if n else 0 * u
    np.testing.assert_array_equal(binomial(np.full(len(u), n), np.array(p), u), want)


@pytest.mark.parametrize(("n", "p"), EXPANDED)
def test_large_binomials_are_off_by_a_person_at_most_and_seldom(n, p):
    """Above the switch the expansion misses by one, in less than one per cent of draws."""
    assert n * p * (1 - p) > _EXACT_BELOW
    u = uniforms(20_000)
    off = np.abs(binomial(np.full(len(u), n), np.array(p), u) - stats.binom.ppf(u, n, p))
    assert off.max() <= 1
    assert (off > 0).mean() < 0.01


@pytest.mark.parametrize("mean", [1e-9, 0.3, 5.0, 39.9])
def test_small_poisson_counts_are_exact(mean):
    """Up to the switch every count is SciPy's quantile."""
    u = uniforms(3000)
    np.testing.assert_array_equal(poisson(np.full(len(u), mean), u), stats.poisson.ppf(u, mean))


@pytest.mark.parametrize("mean", [40.1, 100.0, 1e4, 3e6])
def test_large_poisson_counts_are_off_by_one_at_most_and_seldom(mean):
    """Above the switch the same holds as of binomials."""
    u = uniforms(20_000)
    off = np.abs(poisson(np.full(len(u), mean), u) - stats.poisson.ppf(u, mean))
    assert off.max() <= 1
    assert (off > 0).mean() < 0.01


def test_certain_counts_are_certain():
    """Nobody of nobody, nobody at chance zero, everybody at chance one, no arrivals at mean zero."""
    u = uniforms(50)
    k = np.full(len(u), 9)
    assert (binomial(np.zeros_like(k), np.array(0.5), u) == 0).all()
    assert (binomial(k, np.array(0.0), u) == 0).all()
    assert (binomial(k, np.array(1.0), u) == 9).all()
    assert (poisson(np.zeros(len(u)), u) == 0).all()


def some_moves(n=12, seed=4):
    """People and odds of as many places: most stay, some places draw nobody."""
    rng = np.random.default_rng(seed)
    odds = rng.gamma(0.3, size=(n, n)) * (rng.uniform(size=(n, n)) > 0.2) + 20 * np.eye(n)
    return rng.integers(0, 50_000, n), odds / odds.sum(1, keepdims=True)


def test_everybody_goes_somewhere():
    """Rows add up to the people, nobody is negative, nobody goes where the odds are zero."""
    people, odds = some_moves()
    moved = coupled_moves(people, odds, Draws(1), "move", 5)
    np.testing.assert_array_equal(moved.sum(1), people)
    assert (moved >= 0).all()
    assert (odds == 0).any()
    assert (moved[odds == 0] == 0).all()


def test_another_row_leaves_a_row_alone():
    """Other odds or people of one origin change that origin's row only."""
    people, odds = some_moves()
    before = coupled_moves(people, odds, Draws(1), "move", 5)
    for change in ("odds", "people"):
        other_people, other_odds = people.copy(), odds.copy()
        if change == "odds":
            other_odds[4] = np.roll(odds[4], 1)
        else:
            other_people[4] += 1000
        after = coupled_moves(other_people, other_odds, Draws(1), "move", 5)
        others = np.arange(12) != 4
        np.testing.assert_array_equal(after[others], before[others])
        assert (after[4] != before[4]).any()


def test_a_small_change_of_odds_moves_few_people():
    """One per cent more pull of a place changes about one per cent of its arrivals: draws are coupled."""
    people, odds = some_moves()
    pulled = odds.copy()
    pulled[:, 3] *= 1.01
    pulled /= pulled.sum(1, keepdims=True)
    a = coupled_moves(people, odds, Draws(1), "move", 5)
    b = coupled_moves(people, pulled, Draws(1), "move", 5)
    expected = np.abs(people[:, None] * (pulled - odds)).sum()
    fresh = coupled_moves(people, pulled, Draws(2), "move", 5)
    assert np.abs(b - a).sum() < 2 * expected + people.size * 12 * 0.5
    assert np.abs(b - a).sum() < 0.5 * np.abs(fresh - a).sum()


def test_moves_are_multinomial():
    """Chi-squared of destinations against the odds, over many quarters of one origin's people."""
    odds = np.array([[0.55, 0.2, 0.0, 0.15, 0.1]] * 5)
    people = np.array([40, 0, 300, 0, 9000])
    total = sum(coupled_moves(people, odds, Draws(3), "move", q) for q in range(400))
    for i in (0, 2, 4):
        to = odds[i] > 0
        assert stats.chisquare(total[i, to], odds[i, to] * total[i].sum()).pvalue > 1e-3
        assert (total[i, ~to] == 0).all()


def test_variance_of_moves_is_the_multinomials():
    """Counts of two destinations vary, and covary, over quarters as a multinomial's do."""
    odds = np.array([[0.9, 0.06, 0.04]] * 3)
    moved = np.array([coupled_moves(np.array([2000, 0, 0]), odds, Draws(3), "move", q)[0] for q in range(3000)])
    p = odds[0]
    expected = 2000 * (np.diag(p) - np.outer(p, p))
    # Three thousand quarters put the standard error of a variance near 2.6 %.
    np.testing.assert_allclose(np.cov(moved.T), expected, atol=0.1 * 2000 * 0.04)
