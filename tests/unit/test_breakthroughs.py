"""Disruptive innovation: who tries to leave a track, with whom, and what comes of it."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqpf.agents.firms.breakthrough import attempt_chance, leaders, success_chance
from nqpf.agents.firms.parameters import Research
from nqpf.agents.firms.tracks import Tracks
from nqpf.model.draws import Draws
from nqpf.model.exchange.collaboration import partner_odds
from nqpf.model.industries import unrelated_variety
from nqpf.model.processes.breakthroughs import Consortia, aged_network, attempt, collaborations
from nqpf.model.processes.research import Laboratory

# Rules


def test_leaders_are_the_top_share_of_each_sector():
    """The ⌈share · n⌉-th and whoever spends as much, at least one a sector, none of a sector that cannot try."""
    spending = np.array([1.0, 5.0, 3.0, 5.0, 2.0, 7.0, 9.0])
    sector = np.array([0, 0, 0, 0, 0, 1, 2])
    able = np.array([True, True, False, True])
    assert leaders(Research(top_share=0.2), spending, sector, able).tolist() == [1, 3, 5]
    assert leaders(Research(top_share=0.41), spending, sector, able).tolist() == [1, 2, 3, 5]
    assert leaders(Research(top_share=1.0), spending, sector, able).tolist() == [0, 1, 2, 3, 4, 5]
    assert leaders(Research(top_share=0.001), spending, sector, ~able).tolist() == [6]
    assert len(leaders(Research(), spending, sector, np.zeros(4, bool))) == 0


def test_attempt_chance_by_hand():
    """1 − exp(−attempts · share · (1 + grant / R)^ε), nought without R&D."""
    r = Research(attempts=0.5, grant_elasticity=0.5)
    spending, grant = np.array([2.0, 6.0, 0.0]), np.array([0.0, 18.0, 5.0])
    got = attempt_chance(r, spending, grant, np.full(3, 8.0))
    np.testing.assert_allclose(got, 1 - np.exp([-0.125, -0.5 * 0.75 * 2, 0.0]))


@given(st.integers(1, 200), st.integers(0, 10**6))
def test_a_sectors_attempts_do_not_depend_on_how_many_firms_stand_for_it(n, seed):
    """The firms' intensities add up to the parameter, however many there are."""
    spending = np.random.default_rng(seed).uniform(0.1, 9, n)
    chance = attempt_chance(Research(attempts=0.7), spending, np.zeros(n), np.full(n, spending.sum()))
    assert -np.log1p(-chance).sum() == pytest.approx(0.7)


def test_one_weak_component_spoils_the_whole():
    """An O-ring: the product of qualities to the power, so that a missing component is a missing product."""
    r = Research(breakthrough=0.4, component_power=0.5, variety_gain=1.0, cluster_gain=0.5)
    quality = np.array([[1.0, 1, 1], [0.25, 1, 1], [0.25, 0.25, 1], [1.0, 0, 1]])
    got = success_chance(r, quality, np.zeros(4), np.zeros(4, bool))
    np.testing.assert_allclose(got, [0.4, 0.2, 0.1, 0.0])
    alike = success_chance(r, np.full((1, 3), 0.5), np.zeros(1), np.zeros(1, bool))
    uneven = success_chance(r, np.array([[0.3, 0.5, 0.7]]), np.zeros(1), np.zeros(1, bool))
    assert uneven < alike


def test_variety_and_clusters_help_and_nothing_passes_one():
    """Factors 1 + v · variety, not below nought, and 1 + c in a designated cluster."""
    r = Research(breakthrough=0.4, variety_gain=2.0, cluster_gain=0.5)
    variety, cluster = np.array([0.1, -0.1, -0.9, 3.0]), np.array([False, True, True, False])
    got = success_chance(r, np.ones((4, 3)), variety, cluster)
    np.testing.assert_allclose(got, [0.48, 0.4 * 0.8 * 1.5, 0.0, 1.0])


# The process: three places; the first sector needs the second and third, the second the first, the fourth is local

NEAR = np.array([[1.0, 0.5, 0.1], [0.5, 1.0, 0.6], [0.1, 0.6, 1.0]])
COMPONENTS = np.array([[1, 2, -1], [0, -1, -1], [-1, -1, -1], [0, 1, 2]])
LOCAL = np.array([False, False, False, True])
KNOWLEDGE = np.array([[4.0, 1.0, 1.0, 0.0], [1.0, 2.0, 0.0, 0.0], [2.0, 5.0, 9.0, 0.0]])
CERTAIN = Research(top_share=1.0, attempts=20.0, breakthrough=1.0, component_power=0.0, variety_gain=0.0)


def laboratory(firms, spending):
    """R&D of firms in three places and four sectors."""
    spending = np.array(spending, float)
    by_cell = np.bincount(firms.cell, spending, 12).reshape(3, 4)
    return Laboratory(spending, by_cell, firms.log_productivity, NEAR, NEAR, np.zeros(3))


def attempted(firms, research=CERTAIN, spending=None, **changes):
    """Consortia, leaders' R&D by place and tracks after a quarter's attempts."""
    values = {
        "knowledge": KNOWLEDGE,
        "value_added": np.ones((3, 4)),
        "mission": np.zeros(3),
        "cluster_cells": np.zeros((3, 4), bool),
    } | changes
    tracks = Tracks.of_start(np.array([1.0, 2.0, 3.0, 4.0]), 8095)
    lab = laboratory(firms, np.ones(len(firms)) if spending is None else spending)
    structure = SimpleNamespace(components=COMPONENTS)
    made, by_place = attempt(research, structure, firms, tracks, lab, *values.values(), LOCAL, Draws(1), 8096)
    return made, by_place, tracks


@pytest.fixture
def firms(economies):
    """One firm of each sector in each place, and a second, smaller one of the second sector in the third."""
    cell = [*range(12), 2 * 4 + 1]
    return economies.firms(cell, id=[7, 1, 2, 3, 4, 5, 6, 0, 8, 9, 10, 11, 30], sales=[1.0] * 12 + [0.5])


def test_partners_are_the_best_within_reach(firms):
    """Argmax over places of capability times access; the largest seller there, the lowest id of equals."""
    made, _, _ = attempted(firms)
    row = {int(firm): k for k, firm in enumerate(made.firm)}
    # A firm of the first sector and place: for the second sector 1/5, ½ · 2/5, .1 · 5/5; for the third 1/9, 0, .1.
    k = row[7]
    assert made.component[k].tolist() == [1, 2, -1]
    assert made.partner_city[k].tolist() == [0, 0, -1]  # of equals, the first
    assert made.partner_firm[k].tolist() == [1, 2, -1]
    # Of the second place: .1, .4, .6 and .5/9, 0, .6: both in the third.
    k = row[4]
    assert made.partner_city[k].tolist() == [2, 2, -1]
    assert made.partner_firm[k].tolist() == [9, 10, -1]
    firms.sales[12] = 2.0
    made, _, _ = attempted(firms)
    assert made.partner_firm[list(made.firm).index(4)].tolist() == [30, 10, -1]
    firms.sales[12] = 1.0
    made, _, _ = attempted(firms)
    assert made.partner_firm[list(made.firm).index(4)].tolist() == [9, 10, -1]


def test_only_sectors_that_can_try_do(firms):
    """Not local ones, not those without components, without R&D, or with a component that nobody knows."""
    made, _, _ = attempted(firms)
    assert set(made.sector.tolist()) == {0, 1}
    idle = np.where(np.isin(firms.cell % 4, [1]), 0.0, 1.0)
    made, by_place, _ = attempted(firms, spending=idle)
    assert set(made.sector.tolist()) == {0}
    assert by_place.tolist() == [1, 1, 1]
    unknown = KNOWLEDGE.copy()
    unknown[:, 2] = 0.0
    made, _, _ = attempted(firms, knowledge=unknown)
    assert set(made.sector.tolist()) == {1}
    none, by_place, tracks = attempted(firms, knowledge=0 * KNOWLEDGE)
    assert len(none.firm) == 0
    assert none.partner_city.shape == (0, 3)
    assert by_place.tolist() == [0, 0, 0]
    assert len(tracks) == 4


def test_successes_open_tracks_in_the_order_of_ids(firms):
    """Each above the last of its sector, at the firm's place; its firm moves there, all others stay."""
    before = firms.track.copy()
    made, _, tracks = attempted(firms)
    assert made.firm.tolist() == sorted(made.firm.tolist())
    assert made.succeeded.all()
    assert made.track.tolist() == [4, 5, 6, 7, 8, 9, 10][: len(made.firm)]
    jump, highest = CERTAIN.breakthrough_jump, {0: 1.0, 1: 2.0}
    for k, track in enumerate(made.track):
        highest[int(made.sector[k])] += jump
        assert tracks.ceiling[track] == pytest.approx(highest[int(made.sector[k])])
        assert tracks.sector[track] == made.sector[k]
        assert tracks.origin[track] == made.city[k]
        assert tracks.opened[track] == 8096
    now = dict(zip(firms.id.tolist(), firms.track.tolist(), strict=True))
    assert [now[int(i)] for i in made.firm] == made.track.tolist()
    others = ~np.isin(firms.id, made.firm)
    np.testing.assert_array_equal(firms.track[others], before[others])


def test_a_failure_is_recorded_and_changes_nothing(firms):
    """No success without a chance of one: partners are known, no track is opened."""
    made, _, tracks = attempted(firms, CERTAIN.model_copy(update={"breakthrough": 0.0}))
    assert len(made.firm) > 3
    assert not made.succeeded.any()
    assert (made.track == -1).all()
    assert (made.chance == 0).all()
    assert (made.partner_firm[:, 0] >= 0).all()
    assert len(tracks) == 4
    assert (firms.track == 0).all()


def test_the_chance_of_success_by_hand(firms):
    """Power of the best reachable capabilities, variety of the place over the mean, and a designated cluster."""
    r = Research(top_share=1, attempts=20, breakthrough=0.5, component_power=0.5, variety_gain=1.5, cluster_gain=0.4)
    value = np.array([[1.0, 1, 1, 1], [4, 1, 1, 1], [9, 1, 1, 1]])
    cluster = np.zeros((3, 4), bool)
    cluster[1, 0] = True
    made, _, _ = attempted(firms, r, value_added=value, cluster_cells=cluster)
    variety = unrelated_variety(value) - unrelated_variety(value).mean()
    chance = dict(zip(made.firm.tolist(), made.chance.tolist(), strict=True))
    assert chance[7] == pytest.approx(0.5 * np.sqrt(0.2 / 9) * (1 + 1.5 * variety[0]))
    assert chance[4] == pytest.approx(0.5 * 0.6 * (1 + 1.5 * variety[1]) * 1.4)


def test_the_mission_raises_attempts_of_leaders_by_their_rd(economies):
    """A grant in proportion to R&D among the place's leaders: as many more attempts as its elasticity says."""
    n = 6000
    firms = economies.firms(np.where(np.arange(n) % 2, 0, 4))
    spending = np.linspace(1, 2, n)
    r = Research(top_share=1.0, attempts=20.0, breakthrough=0.0, grant_elasticity=0.5)
    tries = []
    for mission in ([0.0, 0.0, 0.0], [3 * spending[1::2].sum(), 0.0, 0.0]):
        total = 0
        for k in range(60):
            firms.id = np.arange(n) + k * n
            made, _, _ = attempted(firms, r, spending, mission=np.array(mission))
            total += np.bincount(made.city, minlength=3)
        tries.append(total)
    assert tries[1][0] / tries[0][0] == pytest.approx(2, rel=0.15)
    assert tries[1][1] == tries[0][1]


def test_leaders_rd_is_where_the_mission_goes(firms):
    """R&D of those that may try, by place; firms of the other sectors do not count."""
    _, by_place, _ = attempted(firms, spending=np.arange(1.0, 14.0))
    expected = np.bincount(firms.cell // 4, np.where(firms.cell % 4 < 2, np.arange(1.0, 14.0), 0.0), 3)
    np.testing.assert_allclose(by_place, expected)


def consortium(city, partner_city):
    """Consortia of which only places count."""
    k = len(city)
    none = np.zeros(k, np.int64)
    partner = np.array(partner_city).reshape(k, 3)
    return Consortia(none, np.array(city), none, partner, partner, partner, np.zeros(k), none - 1)


def test_which_consortia_reach_another_province():
    """Those with a partner there; a missing component has none."""
    made = consortium([0, 0, 2, 2], [[1, 1, -1], [1, 2, -1], [-1, -1, -1], [2, 2, 0]])
    assert made.across(np.array([0, 0, 1])).tolist() == [False, True, False, True]
    assert Consortia.none().across(np.array([0, 1])).tolist() == []


# Collaborations


def test_projects_are_those_of_the_firms_drawn_and_of_the_consortia(economies):
    """A part of improvements, one each, and one for each partner of a consortium."""
    n = 5000
    firms = economies.firms(np.random.default_rng(0).integers(0, 12, n))
    lab = laboratory(firms, np.ones(n))
    improves = np.arange(0, n, 2)
    made = consortium([0, 2], [[1, 2, -1], [2, 2, 0]])
    knowledge = KNOWLEDGE + 0.5
    counts = collaborations(0.3, firms, improves, lab, knowledge, made, Draws(4), 9)
    joint = improves[Draws(4).uniform("collaborate", 9, firms.id[improves]) < 0.3]
    assert counts.dtype == np.int64
    own = np.bincount(firms.cell[joint] // 4, minlength=3)
    np.testing.assert_array_equal(counts.sum(1), own + np.array([2, 0, 3]))
    assert len(joint) == pytest.approx(0.3 * len(improves), rel=0.1)
    alone = collaborations(0.3, firms, improves, lab, knowledge, Consortia.none(), Draws(4), 9)
    np.testing.assert_array_equal(counts - alone, [[0, 1, 1], [0, 0, 0], [1, 0, 2]])
    assert collaborations(0.0, firms, improves, lab, knowledge, Consortia.none(), Draws(4), 9).sum() == 0


def test_partners_are_found_by_access_and_knowledge(economies):
    """Shares of projects by place of the partner are the odds; a sector nobody knows has none."""
    n = 40_000
    firms = economies.firms(np.where(np.arange(n) % 2, 4, 6))
    knowledge = KNOWLEDGE.copy()
    knowledge[:, 2] = 0
    lab = laboratory(firms, np.ones(n))
    counts = collaborations(1.0, firms, np.arange(n), lab, knowledge, Consortia.none(), Draws(4), 9)
    odds = np.diff(partner_odds(NEAR, knowledge)[0, 1], prepend=0)
    np.testing.assert_allclose(counts[1] / (n / 2), odds, atol=0.01)
    assert counts.sum() == n / 2


def test_the_network_forgets_and_adds_projects_both_ways():
    """(1 − ageing) W + C + Cᵀ: symmetric, a project at home counts twice."""
    w, c = np.array([[2.0, 1.0], [1.0, 0.0]]), np.array([[1, 3], [0, 0]])
    got = aged_network(w, c, 0.1)
    np.testing.assert_allclose(got, [[0.9 * 2 + 2, 0.9 + 3], [0.9 + 3, 0.0]])
