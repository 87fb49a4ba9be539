"""Technology tracks: how they open, and how firms of other places adopt them."""

from dataclasses import replace

import numpy as np
import pytest

from nqpf.agents.firms.parameters import Research
from nqpf.agents.firms.research import adoption_chance
from nqpf.agents.firms.tracks import Tracks
from nqpf.model.draws import Draws
from nqpf.model.processes.research import adopt


def test_adoption_chance_by_hand():
    """1 − exp(−a · exposure)."""
    got = adoption_chance(Research(adoption=0.5), np.array([0.0, 1.0, 2.0]))
    np.testing.assert_allclose(got, 1 - np.exp([-0.0, -0.5, -1.0]), rtol=1e-14)


def three_tracks():
    """One sector's tracks: the start's, one higher from place 0, and one higher still from place 2."""
    tracks = Tracks.of_start(np.array([1.0]), 8095)
    tracks.open(0, 0.5, 0, 8096)
    tracks.open(0, 0.5, 2, 8097)
    return tracks


def test_a_new_track_stands_above_all_others_of_its_sector():
    """Ceilings rise by the jump, whatever other sectors have; the number counts all tracks."""
    tracks = Tracks.of_start(np.array([1.0, 7.0]), 8095)
    assert tracks.open(0, 0.25, 3, 8096) == 2
    assert tracks.open(1, 0.25, 4, 8097) == 3
    assert tracks.open(0, 0.25, 5, 8098) == 4
    assert tracks.sector.tolist() == [0, 1, 0, 1, 0]
    assert tracks.ceiling.tolist() == pytest.approx([1.0, 7.0, 1.25, 7.25, 1.5])
    assert tracks.origin.tolist() == [-1, -1, 3, 4, 5]
    assert tracks.opened.tolist() == [8095, 8095, 8096, 8097, 8098]
    assert len(tracks) == 5


def alike(n_places, n_sectors=1):
    """Value added of places that are all alike, and a reach at which exposure is Σ_j near · presence."""
    return np.ones((n_places, n_sectors)), np.full(n_sectors, 1 / n_places)


def test_without_new_tracks_nobody_changes(economies):
    """The tracks of the start are not adopted."""
    firms = economies.firms([0, 1, 2])
    track = adopt(Research(adoption=5.0), firms, Tracks.of_start(np.array([1.0]), 0), np.eye(3), *alike(3), Draws(1), 1)
    assert track is firms.track


def test_chances_to_adopt_are_sequential_from_the_highest(economies):
    """First the highest, then the next with what is left, and never a track that is not above the own."""
    n = 30_000
    rng = np.random.default_rng(1)
    near = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.5], [0.2, 0.5, 1.0]])
    place, own = rng.integers(0, 3, n), rng.integers(0, 3, n)
    firms = economies.firms(place, track=own)
    tracks = three_tracks()
    r = Research(adoption=1.0, adoption_seed=0.1)
    after = adopt(r, firms, tracks, near, *alike(3), Draws(2), 9)
    assert (after >= own).all()  # in this order ceilings rise
    presence = np.array([[(own[place == i] == t).mean() for i in range(3)] for t in range(3)])
    chance = 1 - np.exp(-presence @ near.T)
    for i in range(3):
        first, second = ((place == i) & (own == t) for t in (0, 1))
        for there, expected in ((first, chance[2, i]), (second, chance[2, i])):
            assert (after[there] == 2).mean() == pytest.approx(expected, abs=0.03)
        expected = (1 - chance[2, i]) * chance[1, i]
        assert (after[first] == 1).mean() == pytest.approx(expected, abs=0.03)


def test_a_track_spreads_from_its_origin_and_less_with_distance(economies):
    """With nobody on it yet its origin shows the seed; exposure elsewhere is that times access."""
    n = 30_000
    place = np.arange(n) % 3
    near = np.array([[1.0, 0.5, 0.1], [0.5, 1.0, 0.3], [0.1, 0.3, 1.0]])
    tracks = Tracks.of_start(np.array([1.0]), 0)
    tracks.open(0, 0.5, 0, 1)
    r = Research(adoption=5.0, adoption_seed=0.2)
    after = adopt(r, economies.firms(place), tracks, near, *alike(3), Draws(2), 9)
    for i in range(3):
        assert (after[place == i] == 1).mean() == pytest.approx(1 - np.exp(-near[0, i]), abs=0.02)


def test_of_tracks_alike_the_newer_is_met_first(economies):
    """Two of one ceiling: who is drawn takes the later one, and then neither more."""
    tracks = replace(three_tracks(), ceiling=np.array([1.0, 1.5, 1.5]))
    firms = economies.firms([0] * 3, track=[0, 0, 1])
    r = Research(adoption=5.0, adoption_seed=1.0)
    after = np.array([adopt(r, firms, tracks, np.ones((3, 3)), *alike(3), Draws(s), 3) for s in range(40)])
    assert (after[:, 2] == 1).all()
    assert (after[:, 0] == 2).any()
    assert ((after[:, 0] == 2) | (after[:, 0] == 1) | (after[:, 0] == 0)).all()
    assert (after[:, 0] == 2).sum() > (after[:, 0] == 1).sum()


def test_a_track_of_another_sector_is_not_adopted(economies):
    """Tracks are of one sector, however near."""
    tracks = Tracks.of_start(np.array([1.0, 1.0]), 0)
    tracks.open(1, 0.5, 0, 1)
    firms = economies.firms([0, 1, 2, 3], track=[0, 1, 0, 1])
    r = Research(adoption=5.0, adoption_seed=1.0)
    after = np.array([adopt(r, firms, tracks, np.ones((2, 2)), *alike(2, 2), Draws(s), 3) for s in range(20)])
    assert (after[:, [0, 2]] == 0).all()
    assert (after[:, [1, 3]] == 2).mean() > 0.9


def test_the_opener_of_a_track_is_not_counted_at_its_origin(economies):
    """A lone opener shows the seed however few rows its cell has; a second firm on the track counts."""
    tracks = Tracks.of_start(np.array([1.0]), 0)
    tracks.open(0, 0.5, 0, 1)
    r, far = Research(adoption=5.0, adoption_seed=0.1), np.eye(2)
    for followers, exposure in ((0, 0.1), (1, 1 / 4)):
        track = [1] * (1 + followers) + [0] * (3 - followers)
        firms = [economies.firms([0] * 4, id=np.arange(4) + 4 * k, track=track) for k in range(4000)]
        after = np.array([adopt(r, f, tracks, far, *alike(2), Draws(2), 9)[-1] for f in firms])
        assert (after == 1).mean() == pytest.approx(1 - np.exp(-5 * exposure), abs=0.02)


def test_exposure_goes_by_value_added_and_over_the_reach_of_the_start(economies):
    """A place that makes nine tenths of a sector shows nine times as much of a track; twice the reach halves it."""
    n = 30_000
    place = np.arange(n) % 2
    firms = economies.firms(place, track=np.where(place == 1, 1, 0))  # all of the second place are on the new track
    tracks = Tracks.of_start(np.array([1.0]), 0)
    tracks.open(0, 0.5, 1, 1)
    r, near = Research(adoption=1.0, adoption_seed=0.0), np.ones((2, 2))
    for share, reach in ((0.9, 0.5), (0.1, 0.5), (0.9, 1.0)):
        made = np.array([[1 - share], [share]])
        after = adopt(r, firms, tracks, near, made, np.array([reach]), Draws(2), 9)
        on_it = (n // 2 - 1) / (n // 2)
        assert (after[place == 0] == 1).mean() == pytest.approx(1 - np.exp(-share * on_it / reach), abs=0.01)
