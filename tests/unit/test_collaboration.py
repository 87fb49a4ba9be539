"""Access to knowledge elsewhere, and the network of joint projects that improves it."""

import numpy as np
import pytest

from nqpf.agents.firms.parameters import Research
from nqpf.model.exchange.collaboration import access_between, partner_odds, starting_network, with_network
from nqpf.model.exchange.parameters import Collaboration

PROVINCE, CLUSTER = np.array([0, 0, 1, 1]), np.array([0, -1, 0, -1])
DISTANCE = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0))) * 250
RESEARCH = Research(spillover_range=500.0, spillover_border=0.4)


def access(within=1.0, across=1.0, gained=0.0, gain=0.5):
    """Access between four places in two provinces, the first and third in one cluster."""
    friction = tuple(np.broadcast_to(np.asarray(f, float), 4) for f in (within, across))
    return access_between(
        RESEARCH,
        Collaboration(digital_gain=gain),
        DISTANCE,
        PROVINCE,
        CLUSTER,
        friction,
        np.broadcast_to(np.asarray(gained, float), 4),
    )


def test_access_by_hand():
    """exp(−f (d / range + border)), one at home; two places of no cluster are not in one together."""
    got = access(within=0.5)
    assert np.diag(got).tolist() == [1.0] * 4
    np.testing.assert_allclose(got, got.T)
    assert got[0, 1] == pytest.approx(np.exp(-0.5))
    assert got[0, 2] == pytest.approx(np.exp(-0.5 * (1 + 0.4)))
    assert got[1, 3] == pytest.approx(np.exp(-(1 + 0.4)))


def test_friction_counts_at_both_ends():
    """The mean of both ends' lever, within clusters the one and elsewhere the other."""
    got = access(within=[0.4, 1, 1, 1], across=[1, 0.6, 1, 1])
    assert np.log(got[0, 2]) == pytest.approx(0.7 * np.log(access()[0, 2]))
    assert np.log(got[0, 1]) == pytest.approx(0.8 * np.log(access()[0, 1]))
    assert got[2, 3] == access()[2, 3]


def test_digital_intensity_gained_lowers_friction():
    """Friction falls by e^{−gain · mean gained of both ends}."""
    got = access(gained=[0.4, 0, 0, 0], gain=1.5)
    assert np.log(got[0, 1]) == pytest.approx(np.log(access()[0, 1]) * np.exp(-1.5 * 0.2))
    assert got[2, 3] == access()[2, 3]


def test_joint_projects_raise_access_up_to_the_gain():
    """1 + g · W / (W + mean W of pairs), nothing at home, and nothing without a network."""
    c, a = Collaboration(network_gain=0.8), access()
    w = np.array([[9.0, 4, 0, 0], [4, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    mean = 12 / 12
    got = with_network(c, a, w)
    assert got[0, 1] == pytest.approx(a[0, 1] * (1 + 0.8 * 4 / (4 + mean)))
    assert got[0, 3] == a[0, 3]
    assert np.diag(got).tolist() == [1.0] * 4
    np.testing.assert_allclose(got, got.T)
    assert (got <= a * 1.8).all()
    assert with_network(c, a, np.diag([3.0, 0, 0, 1])) is a


def test_partners_odds_end_at_one_or_are_nought():
    """By access and by knowledge, cumulated in the order of rows; a sector nobody knows has no partner."""
    a = access()
    knowledge = np.array([[1.0, 0], [2, 0], [0, 0], [4, 0]])
    got = partner_odds(a, knowledge)
    assert got.shape == (2, 4, 4)
    np.testing.assert_allclose(got[0, :, -1], 1)
    assert (got[1] == 0).all()
    odds = a[1] * knowledge[:, 0]
    np.testing.assert_allclose(got[0, 1], np.cumsum(odds) / odds.sum())
    assert got[0, 1, 1] == got[0, 1, 2]


def test_the_starting_network_is_what_firms_would_keep_up():
    """Aged by a quarter and refilled by expected projects it is itself again; symmetric, with the right sums."""
    c, hazard = Collaboration(rate=0.3, ageing=0.1), 0.2
    firms, near = np.array([[3, 1], [0, 2], [5, 0], [1, 1]]), np.random.default_rng(0).uniform(1, 5, (4, 2))
    w = starting_network(c, hazard, firms, access(), near)
    np.testing.assert_allclose(w, w.T)
    odds = access()[None] * near.T[:, None]
    odds /= odds.sum(2, keepdims=True)
    made = 0.3 * 0.2 * sum(firms[:, s, None] * odds[s] for s in range(2))
    np.testing.assert_allclose(made.sum(1), 0.06 * firms.sum(1))
    np.testing.assert_allclose((1 - c.ageing) * w + made + made.T, w)
    np.testing.assert_allclose(w.sum(), 2 * 0.06 * firms.sum() / 0.1)
    nobody = starting_network(c, hazard, firms, access(), near * [1, 0])
    np.testing.assert_allclose(nobody.sum(), 2 * 0.06 * firms[:, 0].sum() / 0.1)
