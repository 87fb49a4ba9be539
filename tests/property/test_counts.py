"""What holds of counts at any probability, size and draw."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from nqpf.model.counts import _EXACT_BELOW, binomial, coupled_moves, poisson
from nqpf.model.draws import Draws

uniform = st.floats(1e-12, 1 - 1e-12)
"""Nearer to one a sum of probabilities rounds before it gets there."""
share = st.floats(0, 1)
people = st.integers(0, 30_000_000)


def one(function, *args):
    """A count of single numbers."""
    return int(function(*(np.array([a]) for a in args))[0])


@given(people, share, uniform)
def test_a_count_is_of_the_people_there_are(n, p, u):
    """0 ≤ k ≤ n."""
    assert 0 <= one(binomial, n, p, u) <= n


@given(people, share, uniform, uniform)
def test_a_larger_draw_never_means_fewer(n, p, u, v):
    """Counts rise with u, whichever way they are computed."""
    assert one(binomial, n, p, min(u, v)) <= one(binomial, n, p, max(u, v))


@given(people, share, share, uniform)
def test_a_larger_chance_never_means_fewer(n, p, q, u):
    """Counts rise with p; from the sum to the expansion, where one person may be lost, see the next test."""
    low, high = min(p, q), max(p, q)
    variance = [n * x * (1 - x) for x in (low, high)]
    lost = one(binomial, n, low, u) - one(binomial, n, high, u)
    same_way = (variance[0] > _EXACT_BELOW) == (variance[1] > _EXACT_BELOW)
    assert lost <= (0 if same_way else 1)


@given(st.floats(1, 1e6), uniform)
def test_the_two_ways_meet_within_a_person(scale, u):
    """On both sides of the switch the count is the same or the next one."""
    n = int(160 * scale) + 1
    p = 0.5 - np.sqrt(max(0.25 - _EXACT_BELOW / n, 0))
    below, above = (one(binomial, n, p * (1 + e), u) for e in (-1e-9, 1e-9))
    assert abs(above - below) <= 1


@given(st.floats(0, 1e5), st.floats(0, 1e5), uniform, uniform)
def test_poisson_counts_rise_with_draw_and_mean(a, b, u, v):
    """The same of arrivals; across the switch one may be lost."""
    low, high = min(a, b), max(a, b)
    assert one(poisson, low, min(u, v)) <= one(poisson, low, max(u, v))
    same_way = (low > _EXACT_BELOW) == (high > _EXACT_BELOW)
    assert one(poisson, low, u) - one(poisson, high, u) <= (0 if same_way else 1)


@given(st.integers(1, 160), share, uniform)
def test_small_counts_are_quantiles(n, p, u):
    """P(X < k) < u ≤ P(X ≤ k), up to the rounding of sums."""
    k = one(binomial, n, p, u)
    assert stats.binom.cdf(k, n, p) >= u - 1e-13
    assert k == 0 or stats.binom.cdf(k - 1, n, p) <= u + 1e-13


@settings(max_examples=40)
@given(st.data())
def test_moves_conserve_people(data):
    """Any odds, any people: rows add up, and a place without odds gets nobody."""
    n = data.draw(st.integers(1, 8))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    odds = rng.gamma(0.2, size=(n, n)) * (rng.uniform(size=(n, n)) > 0.4)
    odds[np.arange(n), rng.integers(0, n, n)] += 0.1
    odds /= odds.sum(1, keepdims=True)
    residents = rng.integers(0, 10 ** data.draw(st.integers(1, 8)), n)
    moved = coupled_moves(residents, odds, Draws(data.draw(st.integers(0, 99))), "move", 1)
    assert moved.sum(1).tolist() == residents.tolist()
    assert (moved >= 0).all()
    assert (moved[odds == 0] == 0).all()


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 9))
def test_a_row_knows_only_its_own_odds(seed, n):
    """Changing one origin's odds leaves all other rows as they were."""
    rng = np.random.default_rng(seed)
    odds = rng.dirichlet(np.ones(n), n)
    residents = rng.integers(0, 10_000, n)
    row = int(rng.integers(n))
    changed = odds.copy()
    changed[row] = rng.dirichlet(np.ones(n))
    a, b = (coupled_moves(residents, o, Draws(seed), "move", 1) for o in (odds, changed))
    others = np.arange(n) != row
    assert (a[others] == b[others]).all()
