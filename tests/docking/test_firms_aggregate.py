"""Firms aggregate exactly: each one's own optimum, found one at a time, gives the cell the model works with."""

import numpy as np
import pytest
from scipy.optimize import brentq

from nqpf.agents.firms.columns import Firms
from nqpf.model.parameters import Technology
from nqpf.model.processes.production import cell_productivity

ETA, SIGMA = 0.602, 5.0
RHO = (SIGMA - 1) / SIGMA


def columns(cell, log_a, capital, data):
    """Firms with nothing but a cell, productivity, capital and data."""
    n = len(cell)
    none = {name: np.zeros(n) for name in ("sales", "labour", "talent", "performance")}
    whole = {name: np.zeros(n, np.int64) for name in ("age", "track")}
    return Firms(
        id=np.arange(n), cell=np.array(cell), log_productivity=log_a, capital=capital, data=data, **none, **whole
    )


def hired(z, wage, demand):
    """People at which a firm's marginal revenue product is the wage, its price being demand · v^(−1/σ)."""

    def gain(log_n):
        v = z * np.exp(log_n) ** ETA
        price = demand * v ** (-1 / SIGMA)
        # Revenue p·v has elasticity ρη in people: (1 − 1/σ) of each unit sold, η units a person.
        return RHO * ETA * price * v / np.exp(log_n) - wage

    return np.exp(brentq(gain, -80, 80, xtol=1e-14, rtol=1e-14))


def one_by_one(z, people, wage):
    """People, output and price of each firm when the cell's demand is such that all of `people` are hired."""

    def idle(log_demand):
        return sum(hired(x, wage, np.exp(log_demand)) for x in z) - people

    demand = np.exp(brentq(idle, -20, 20, xtol=1e-14, rtol=1e-14))
    n = np.array([hired(x, wage, demand) for x in z])
    v = z * n**ETA
    return n, v, demand * v ** (-1 / SIGMA)


@pytest.mark.parametrize("seed", range(4))
def test_firms_own_optimum_is_the_models_cell(economies, seed):
    """Shares are Z^κ / ΣZ^κ, V = S^{1/κ} N^η, and wages take ρη of value added."""
    rng = np.random.default_rng(seed)
    log_a, capital, data = rng.normal(0, 0.5, 7), np.exp(rng.normal(1, 1, 7)), np.exp(rng.normal(0, 2, 7))
    t, technology = economies.technology((0.5,), ("goods",), (0.3,)), Technology(love_of_variety=1.0)
    log_b, share = cell_productivity(columns([0] * 7, log_a, capital, data), t, technology, 1)
    z = np.exp(log_a) * capital**technology.capital_share * data ** t.own_data[0]
    people, wage = 5.0, 0.7
    n, v, price = one_by_one(z, people, wage)
    np.testing.assert_allclose(n / people, share, rtol=1e-9)
    np.testing.assert_allclose(price * v / (price * v).sum(), share, rtol=1e-9)
    output = (v**RHO).sum() ** (1 / RHO)
    assert output == pytest.approx(float(np.exp(log_b[0, 0])) * people**ETA, rel=1e-9)
    assert wage * people == pytest.approx(RHO * ETA * (price * v).sum(), rel=1e-9)


def test_the_model_and_the_reference_agree_on_every_cell(economies, reference):
    """V of cells with one to nine firms, at any love of variety."""
    rng = np.random.default_rng(1)
    t = economies.technology()
    counts = np.array([[1, 2, 0, 3], [9, 1, 4, 1]])
    cell = np.repeat(np.arange(8), counts.ravel())
    log_a, capital, data = (rng.normal(0, 0.6, len(cell)), *np.exp(rng.normal(0, 1, (2, len(cell)))))
    for love in (0.0, 0.35, 1.0):
        technology = Technology(love_of_variety=love)
        log_b, share = cell_productivity(columns(cell, log_a, capital, data), t, technology, 2)
        for c in range(8):
            rows, own_data = np.flatnonzero(cell == c), t.own_data[c % 4]
            if not len(rows):
                assert log_b.ravel()[c] == -np.inf
                continue
            z = [np.exp(log_a[i]) * capital[i] ** technology.capital_share * data[i] ** own_data for i in rows]
            taken_out = (1 - love) * (1 / t.kappa - technology.capital_share - own_data)
            people = 3.0**0.75 * 2.0**0.25
            output, shares = reference.cell_output(z, taken_out, RHO, ETA, people)
            assert output == pytest.approx(np.exp(log_b.ravel()[c]) * people**ETA, rel=1e-11)
            np.testing.assert_allclose(share[rows], shares, rtol=1e-11)


def test_as_many_firms_as_one_likes_stand_for_the_economy(economies):
    """Without love of variety, splitting each firm into three of a third of its capital and data changes no cell."""
    rng = np.random.default_rng(2)
    cell = np.array([0, 0, 1, 1, 1])
    log_a, capital, data = (rng.normal(0, 0.6, 5), *np.exp(rng.normal(0, 1, (2, 5))))
    t = economies.technology((0.5, 0.4), ("goods", "goods"), (0.3, 0.2))
    for love, gain in ((0.0, 0.0), (0.4, 0.4)):
        technology = Technology(love_of_variety=love)
        few, _ = cell_productivity(columns(cell, log_a, capital, data), t, technology, 1)
        thirds = (np.repeat(x / 3, 3) for x in (capital, data))
        many, share = cell_productivity(columns(np.repeat(cell, 3), np.repeat(log_a, 3), *thirds), t, technology, 1)
        power = 1 / t.kappa - technology.capital_share - t.own_data
        np.testing.assert_allclose((many - few)[0], gain * power * np.log(3), atol=1e-12)
        np.testing.assert_allclose(np.bincount(np.repeat(cell, 3), share), 1.0, rtol=1e-12)
