"""Parts of the inversion: balanced tables, counts of firms, sellers' weights, pulls, the rest of the world."""

import numpy as np
import pytest

from nqpf.model.errors import DataError
from nqpf.model.initial.amenities import invert_pull
from nqpf.model.initial.flows import foreign_sales
from nqpf.model.initial.mix import balance, firm_counts, seed_mix
from nqpf.model.initial.prices import sellers_weights
from nqpf.model.parameters import Parameters
from nqpf.model.people import moving_ease, with_scale

PARAMETERS = Parameters()


def test_balancing_keeps_totals_and_odds():
    """RAS gives rows and columns their totals and keeps every cross ratio of the seed."""
    rng = np.random.default_rng(0)
    seed = rng.uniform(0.5, 2, (6, 4))
    rows, columns = rng.uniform(1, 9, 6), rng.dirichlet(np.ones(4))
    columns *= rows.sum()
    table = balance(seed, rows, columns)
    np.testing.assert_allclose(table.sum(1), rows, rtol=1e-14)
    np.testing.assert_allclose(table.sum(0), columns, rtol=1e-10)
    ratio = table / seed
    np.testing.assert_allclose(ratio[1:, 1:] * ratio[0, 0], ratio[1:, :1] * ratio[:1, 1:], rtol=1e-10)


def test_zeros_stay_zeros_and_rows_hold():
    """With empty cells only a place's total is sure."""
    seed = np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0]])
    table = balance(seed, np.array([2.0, 3, 4]), np.array([3.0, 3, 3]))
    assert (table[seed == 0] == 0).all()
    np.testing.assert_allclose(table.sum(1), [2, 3, 4], rtol=1e-14)


@pytest.mark.parametrize("firms", [64, 500, 100_000])
def test_firm_counts_are_the_number_asked_for(country, firms):
    """In proportion to value added within one, and never without local services or a sector that sells elsewhere."""
    value, local = seed_mix(country), np.array([kind == "local" for kind in country.sectors.kind])
    counts = firm_counts(value, local, firms)
    assert counts.sum() == firms
    assert (counts[:, local] >= 1).all()
    assert (counts[:, ~local].sum(1) >= 1).all()
    if firms > 1000:
        assert np.abs(counts - value / value.sum() * firms).max() < 1


def test_too_few_firms_are_two_a_place(country):
    """One that sells at home and one that sells elsewhere."""
    value, local = seed_mix(country), np.array([kind == "local" for kind in country.sectors.kind])
    assert firm_counts(value, local, 1).sum() == 12


def test_sellers_weights_reproduce_sales():
    """Sinkhorn: q at which every seller sells what it did, empty cells left empty."""
    rng = np.random.default_rng(1)
    kernel = np.exp(-rng.uniform(0, 6, (9, 9)))
    sales = np.exp(rng.normal(0, 1, (9, 3)))
    sales[2, 1] = 0.0
    spending = rng.dirichlet(np.ones(9), 3).T * sales.sum(0)
    q = sellers_weights(kernel, sales, spending)
    np.testing.assert_allclose(q * (kernel @ (spending / (kernel.T @ q))), sales, rtol=1e-11)
    assert (q[-1] == 1).all()
    assert q[2, 1] == 0


def test_pulls_reproduce_net_moves():
    """Odds ∝ ease · pull give every place its net arrivals."""
    rng = np.random.default_rng(2)
    distance = rng.uniform(30, 900, (8, 8))
    distance = (distance + distance.T) / 2
    ease = with_scale(
        moving_ease(PARAMETERS.migration, distance, np.zeros(8, int), np.ones(8), 1.0, np.zeros(8)), 0.01, 1.5
    )
    considering = rng.uniform(100, 1000, 8)
    net = rng.normal(0, 10, 8)
    net -= net.mean()
    pull, share = invert_pull(ease, considering, net, np.ones(8))
    odds = ease * pull
    odds /= odds.sum(1, keepdims=True)
    flow = odds * considering[:, None]
    np.testing.assert_allclose(flow.sum(0) - flow.sum(1), net, atol=1e-6)
    assert share == pytest.approx(1 - np.diag(flow).sum() / considering.sum())


def test_a_world_too_small_is_refused(economies):
    """It cannot take what the nation has too much of."""
    t = economies.technology()
    sales, beta, final = np.array([[30.0, 15, 10, 20], [40.0, 15, 10, 20]]), np.array([0.25, 0.25, 0.2, 0.3]), 65.0
    world = foreign_sales(t, sales, beta, final, 8.0)
    assert (world > 0).all()
    bought = beta * 8 * final + t.input_requirements @ world
    imported = beta * final + t.input_requirements @ sales.sum(0) - sales.sum(0)
    np.testing.assert_allclose((world - bought)[:3], imported[:3])
    with pytest.raises(DataError, match=r"foreign_size.*raise it"):
        foreign_sales(t, sales, beta, final, 0.01)
