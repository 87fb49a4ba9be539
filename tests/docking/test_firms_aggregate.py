"""Firms aggregate exactly: each one's own optimum, found one at a time, gives the cell the model works with."""

import numpy as np
import pytest
from scipy.optimize import brentq

from nqpf.agents.firms.columns import Firms
from nqpf.model.parameters import Technology
from nqpf.model.processes.production import cell_productivity

ETA, SIGMA = 0.602, 5.0
RHO = (SIGMA - 1) / SIGMA


def columns(cell, log_a, capital):
    """Firms with nothing but a cell, productivity and capital."""
    n = len(cell)
    zero = np.zeros(n)
    return Firms(np.arange(n), np.array(cell), np.zeros(n, np.int64), log_a, capital, zero, zero.copy(), zero.copy())


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
    log_a, capital = rng.normal(0, 0.5, 7), np.exp(rng.normal(1, 1, 7))
    t, technology = economies.technology((0.5,), ("goods",), (0.3,)), Technology(love_of_variety=1.0)
    log_b, share = cell_productivity(columns([0] * 7, log_a, capital), t, technology, 1)
    z = np.array([np.exp(a) * k**technology.capital_share for a, k in zip(log_a, capital, strict=True)])
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
    log_a, capital = rng.normal(0, 0.6, len(cell)), np.exp(rng.normal(0, 1, len(cell)))
    for love in (0.0, 0.35, 1.0):
        technology = Technology(love_of_variety=love)
        parameters = type("P", (), {"technology": technology})()
        w = type("W", (), {"p": parameters, "eta": ETA, "rho": RHO, "kappa": RHO / (1 - RHO * ETA)})()
        log_b, share = cell_productivity(columns(cell, log_a, capital), t, technology, 2)
        for c in range(8):
            firms = [
                reference.Firm(i, c // 4, c % 4, 0, float(log_a[i]), float(capital[i]))
                for i in np.flatnonzero(cell == c)
            ]
            if not firms:
                assert log_b.ravel()[c] == -np.inf
                continue
            output = reference.cell_output(w, firms, 3.0, 2.0, 0.25)
            assert output == pytest.approx(np.exp(log_b.ravel()[c]) * (3.0**0.75 * 2.0**0.25) ** ETA, rel=1e-11)
            np.testing.assert_allclose(share[cell == c], [f.share for f in firms], rtol=1e-11)


def test_as_many_firms_as_one_likes_stand_for_the_economy(economies):
    """Without love of variety, splitting each firm into three of a third of its capital changes no cell."""
    rng = np.random.default_rng(2)
    cell = np.array([0, 0, 1, 1, 1])
    log_a, capital = rng.normal(0, 0.6, 5), np.exp(rng.normal(0, 1, 5))
    t = economies.technology((0.5, 0.4), ("goods", "goods"), (0.3, 0.2))
    for love, gain in ((0.0, 0.0), (0.4, 0.4)):
        technology = Technology(love_of_variety=love)
        few, _ = cell_productivity(columns(cell, log_a, capital), t, technology, 1)
        many, share = cell_productivity(
            columns(np.repeat(cell, 3), np.repeat(log_a, 3), np.repeat(capital / 3, 3)), t, technology, 1
        )
        np.testing.assert_allclose(many - few, gain * (1 / t.kappa - technology.capital_share) * np.log(3), atol=1e-12)
        np.testing.assert_allclose(np.bincount(np.repeat(cell, 3), share), 1.0, rtol=1e-12)
