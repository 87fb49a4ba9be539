"""Fisher indices by hand, and what a quantity index has to keep."""

import numpy as np
import pytest

from nqpf.model.volumes import Basket, absorption_growth, fisher, gdp_growth


def test_fisher_by_hand():
    """Two goods: Laspeyres 1.4, Paasche 1.3, the index is their geometric mean."""
    # 60 of apples grow by half and 40 of pears by a quarter; prices double and halve.
    quantity_0, quantity_1 = np.array([6.0, 8.0]), np.array([9.0, 10.0])
    price_0, price_1 = np.array([10.0, 5.0]), np.array([20.0, 2.5])
    laspeyres = (10 * 9 + 5 * 10) / 100
    paasche = (20 * 9 + 2.5 * 10) / (20 * 6 + 2.5 * 8)
    got = fisher(price_0 * quantity_0, price_1 * quantity_1, quantity_0, quantity_1)
    assert laspeyres == 1.4
    assert got == pytest.approx(np.sqrt(laspeyres * paasche), rel=1e-14)


def series(seed=0, shape=(5, 4)):
    """Values and quantities of two quarters."""
    rng = np.random.default_rng(seed)
    q_0, q_1, p_0, p_1 = (np.exp(rng.normal(0, 0.5, shape)) for _ in range(4))
    return p_0 * q_0, p_1 * q_1, q_0, q_1


def test_time_reversal():
    """Back and forth is one: the chain does not drift when the economy returns."""
    v_0, v_1, q_0, q_1 = series()
    np.testing.assert_allclose(fisher(v_0, v_1, q_0, q_1) * fisher(v_1, v_0, q_1, q_0), 1.0, rtol=1e-14)


def test_all_cells_alike():
    """If every quantity grows by a factor the index is that factor, whatever prices do."""
    v_0, v_1, q_0, _ = series()
    np.testing.assert_allclose(fisher(v_0, v_1, q_0, 1.07 * q_0), 1.07, rtol=1e-14)


def test_money_is_a_unit():
    """Values in another money in either quarter change nothing, nor does the unit of a good."""
    v_0, v_1, q_0, q_1 = series()
    one = fisher(v_0, v_1, q_0, q_1)
    unit = np.array([1.0, 10, 0.1, 7])
    np.testing.assert_allclose(fisher(5 * v_0, 0.2 * v_1, q_0 * unit, q_1 * unit), one, rtol=1e-14)


def test_values_are_price_times_quantity():
    """Factor reversal: the quantity index times the price index of the same form is growth of value."""
    v_0, v_1, q_0, q_1 = series()
    quantity, price = fisher(v_0, v_1, q_0, q_1), fisher(v_0, v_1, v_0 / q_0, v_1 / q_1)
    np.testing.assert_allclose(quantity * price, v_1.sum(-1) / v_0.sum(-1), rtol=1e-14)


def test_cells_empty_in_either_quarter_are_left_out():
    """A sector that comes or goes has no growth rate; the rest is measured without it."""
    v_0, v_1, q_0, q_1 = series(shape=(4,))
    v_0[0], q_0[0], v_1[1], q_1[1] = 0.0, 0.0, 0.0, 0.0
    assert fisher(v_0, v_1, q_0, q_1) == pytest.approx(fisher(v_0[2:], v_1[2:], q_0[2:], q_1[2:]), rel=1e-14)


def test_gdp_of_places_and_nation():
    """Places are indices over their sectors, the nation over all cells: between its places' extremes."""
    v_0, v_1, q_0, q_1 = series()
    final = np.ones(5)
    places, nation = gdp_growth(Basket(v_0, q_0, final, final), Basket(v_1, q_1, final, final))
    np.testing.assert_allclose(places, fisher(v_0, v_1, q_0, q_1), rtol=1e-14)
    assert nation == pytest.approx(float(fisher(v_0.ravel(), v_1.ravel(), q_0.ravel(), q_1.ravel())))
    assert places.min() < nation < places.max()


def test_absorption_is_final_spending_at_constant_prices():
    """By hand for two places: real spending 10 → 12 and 20 → 21."""
    one = np.ones((2, 1))
    before = Basket(one, one, np.array([10.0, 40.0]), np.array([1.0, 2.0]))
    after = Basket(one, one, np.array([18.0, 42.0]), np.array([1.5, 2.0]))
    laspeyres = (10 * 12 / 10 + 40 * 21 / 20) / 50
    paasche = 60 / (18 * 10 / 12 + 42 * 20 / 21)
    assert absorption_growth(before, after) == pytest.approx(np.sqrt(laspeyres * paasche), rel=1e-14)
