"""What holds of every market that clears."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nqpf.model.equilibrium import clear

markets = st.tuples(st.integers(2, 14), st.integers(0, 10_000), st.sampled_from([0.0, 0.15, 0.3]))
few = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def cleared(market):
    """The market from a cold start, total sales one."""
    start = np.where(market.sells, 1.0 / market.sells.sum(), 0.0)
    return clear(market, start)


@few
@given(markets, st.floats(1e-6, 1e9))
def test_money_is_a_unit(economies, drawn, factor):
    """Homogeneous of degree one: sales times a factor change all values and prices by it and nothing else."""
    n, seed, empty = drawn
    market = economies.bare_market(n, seed, empty=empty)
    one = cleared(market)
    other = clear(market, np.where(market.sells, factor / market.sells.sum(), 0.0))
    np.testing.assert_allclose(other.sales, factor * one.sales, rtol=1e-8)
    np.testing.assert_allclose(other.wage_labour, factor * one.wage_labour, rtol=1e-8)
    np.testing.assert_allclose(other.log_price_index, np.log(factor) + one.log_price_index, atol=1e-8)


@few
@given(markets, st.randoms(use_true_random=False))
def test_names_of_cities_do_not_matter(economies, drawn, random):
    """Cities in another order have the same equilibrium in that order."""
    n, seed, empty = drawn
    market = economies.bare_market(n, seed, empty=empty)
    order = np.array(random.sample(range(n), n))
    trade = replace(
        market.trade,
        goods=market.trade.goods[np.ix_(order, order)],
        services=market.trade.services[np.ix_(order, order)],
    )
    shuffled = replace(
        market,
        trade=trade,
        productivity=market.productivity[order],
        labour=market.labour[order],
        talent=market.talent[order],
    )
    np.testing.assert_allclose(cleared(shuffled).sales, cleared(market).sales[order], rtol=1e-8)


@few
@given(markets, st.floats(0.2, 5))
def test_better_technology_everywhere_is_cheaper_goods(economies, drawn, factor):
    """Twice the productivity of every cell leaves sales as they are; prices fall by the input multiplier."""
    n, seed, empty = drawn
    market = economies.bare_market(n, seed, empty=empty)
    one, other = cleared(market), cleared(replace(market, productivity=market.productivity * factor))
    t = market.technology
    fall = np.linalg.solve(np.eye(4) - t.input_requirements.T, t.value_added_share) * np.log(factor)
    np.testing.assert_allclose(other.sales, one.sales, rtol=1e-8)
    np.testing.assert_allclose(other.log_price_index, one.log_price_index - fall, atol=1e-8)


@few
@given(markets)
def test_every_market_closes(economies, drawn):
    """Sales are deliveries, spending is purchases, both add up; the search is short."""
    n, seed, empty = drawn
    market = economies.bare_market(n, seed, empty=empty)
    c = cleared(market)
    flows = market.trade.flows(c.weights, c.spending, c.competition)
    np.testing.assert_allclose(flows.sum(1), c.sales.sum(1), rtol=1e-9)
    np.testing.assert_allclose(flows.sum(0), c.spending.sum(1), rtol=1e-9)
    assert (c.sales[market.sells] > 0).all()
    assert c.sales.sum() == pytest.approx(1.0, rel=1e-12)
    assert c.iterations < 100
    assert len(c.history) == c.iterations
