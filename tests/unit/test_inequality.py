"""Indices of inequality and concentration in closed form."""

import numpy as np
import pytest

from nqpf.model.inequality import deviation, gini, herfindahl, theil, theil_by_group, top_share


def test_gini_by_hand():
    """Nought if all are alike or nothing is there, (n − 1) / n if one has all."""
    assert gini(np.full(5, 3.0)) == pytest.approx(0)
    assert gini(np.zeros(5)) == 0
    assert gini(np.array([0.0, 0, 0, 8.0])) == pytest.approx(0.75)
    assert gini(np.array([1.0, 3.0])) == pytest.approx(0.25)


def test_weights_of_the_gini_are_copies():
    """A value with weight k counts as k values; a Pareto distribution's quantiles give 1 / (2a − 1)."""
    values, times = np.array([4.0, 1.0, 2.5]), np.array([2, 3, 1])
    assert gini(values, times) == pytest.approx(gini(np.repeat(values, times)))
    quantile = (1 - (np.arange(200_000) + 0.5) / 200_000) ** (-1 / 3)
    assert gini(quantile) == pytest.approx(1 / 5, rel=1e-3)


def test_theil_of_two_groups_by_hand():
    """Groups of equal people with incomes 1 and 3, alike inside: all of it is between them."""
    amount, people = np.array([1.0, 1.0, 3.0, 3.0]), np.ones(4)
    total, within, between = theil_by_group(amount, people, np.array([0, 0, 1, 1]))
    assert total == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5))
    assert between == pytest.approx(total)
    assert within == pytest.approx(0, abs=1e-15)
    total, within, between = theil_by_group(amount, people, np.array([0, 1, 0, 1]))
    assert (between, within) == (pytest.approx(0, abs=1e-15), pytest.approx(total))


def test_theil_within_is_the_groups_own_by_their_shares():
    """T_within = Σ_g Y_g T_g, with nought counted as nothing."""
    rng = np.random.default_rng(1)
    amount, people, group = rng.uniform(size=20), rng.uniform(size=20), np.repeat(np.arange(4), 5)
    amount[3] = 0.0
    _, within, _ = theil_by_group(amount, people, group)
    own = [amount[group == g].sum() / amount.sum() * theil(amount[group == g], people[group == g]) for g in range(4)]
    assert within == pytest.approx(sum(own))
    assert theil(np.zeros(3), np.ones(3)) == 0


def test_concentration_by_hand():
    """Squared shares, and the share of the largest."""
    assert herfindahl(np.array([1.0, 1.0, 2.0])) == pytest.approx(0.375)
    assert top_share(np.array([5.0, 1.0, 2.0, 2.0]), 2) == pytest.approx(0.7)
    assert top_share(np.zeros(3), 2) == 0


def test_deviation_is_of_the_whole_population():
    """With weights as with copies."""
    values, times = np.array([1.0, 2.0, 4.0]), np.array([1, 2, 3])
    assert deviation(values) == pytest.approx(values.std())
    assert deviation(values, times) == pytest.approx(np.repeat(values, times).std())
