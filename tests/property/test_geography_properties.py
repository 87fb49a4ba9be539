"""What holds for travel times of any country: random places, lines and timetables."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import floyd_warshall

from nqpf.model.geography import Geography
from nqpf.model.quarters import parse_quarter

QUARTERS = [parse_quarter(f"{year}Q{q}") for year in (2007, 2012, 2016, 2021, 2030) for q in (1, 3)]
EDGE_COLUMNS = ["line", "origin", "destination", "opened", "speed_kmh", "distance_km", "high_speed"]
TIME_COLUMNS = ["origin", "destination", "high_speed_2016", "high_speed_2021", "conventional_2021"]


def country(seed, n_places, n_edges, n_times):
    """A random country: places on a few degrees, lines in any order and stage, timetables with gaps."""
    rng = np.random.default_rng(seed)
    places = SimpleNamespace(
        code=tuple(f"{k:03d}" for k in range(n_places)),
        latitude=rng.uniform(25, 40, n_places),
        longitude=rng.uniform(100, 120, n_places),
        area_km2=10 ** rng.uniform(2, 5, n_places),
    )
    edges = [
        (f"line{rng.integers(3)}", *pick(rng, places), month(rng, 2003, 2026), rng.choice([160, 200, 250, 350]), 0.0, 1)
        for _ in range(n_edges)
    ]
    times = [
        (*pick(rng, places), *np.where(rng.random(3) < 0.4, np.nan, rng.uniform(20, 900, 3))) for _ in range(n_times)
    ]
    rail_edges = pd.DataFrame(edges, columns=EDGE_COLUMNS)
    rail_edges["distance_km"] = rng.uniform(20, 900, n_edges)
    return SimpleNamespace(
        places=places,
        regions=SimpleNamespace(cluster=rng.integers(-1, 2, n_places)),
        rail_edges=rail_edges,
        rail_times=pd.DataFrame(times, columns=TIME_COLUMNS),
    )


def pick(rng, places):
    """Codes of two different places."""
    a, b = rng.choice(len(places.code), 2, replace=False)
    return places.code[a], places.code[b]


def month(rng, first, last):
    """A month as text."""
    return f"{rng.integers(first, last)}-{rng.integers(1, 13):02d}"


countries = st.builds(
    country,
    seed=st.integers(0, 2**32 - 1),
    n_places=st.integers(2, 9),
    n_edges=st.integers(0, 14),
    n_times=st.integers(0, 12),
)


@given(countries)
@settings(max_examples=40, deadline=None)
def test_times_are_symmetric_metric_below_the_road_and_never_rise(facts):
    """In every quarter a closed, symmetric matrix of positive times, no slower than driving, no slower than before."""
    geography = Geography(facts)
    n = len(facts.places.code)
    between = ~np.eye(n, dtype=bool)
    last = np.inf
    for quarter in QUARTERS:
        minutes = geography.travel_time(quarter)
        np.testing.assert_array_equal(minutes, minutes.T)
        assert (minutes > 0).all()
        assert (minutes[between] <= geography._road[between]).all()
        closed = np.where(between, minutes, 0)
        np.testing.assert_allclose(floyd_warshall(closed), closed, rtol=1e-12)
        assert (minutes <= last).all()
        last = minutes


@given(countries)
@settings(max_examples=30, deadline=None)
def test_rail_time_is_the_cheapest_chain_of_rides(facts):
    """Against a plain search by number of rides: minutes of all rides plus a transfer between any two."""
    geography = Geography(facts)
    n, rides, transfer = len(facts.places.code), geography._rides, geography.transport.rail_transfer
    for quarter in QUARTERS[::3]:
        one = {}
        for a, b, minutes, opened in zip(rides.origin, rides.destination, rides.minutes, rides.opened, strict=True):
            if opened <= quarter:
                for pair in ((a, b), (b, a)):
                    one[pair] = min(minutes, one.get(pair, np.inf))
        best = dict(one)
        for _ in range(n):
            for (a, b), m in list(best.items()):
                for (c, d), extra in one.items():
                    if b == c and a != d:
                        best[a, d] = min(best.get((a, d), np.inf), m + transfer + extra)
        expected = np.full((n, n), np.inf)
        np.fill_diagonal(expected, 0)
        for pair, m in best.items():
            expected[pair] = m
        np.testing.assert_allclose(geography.rail_time(quarter), expected)


@given(countries, st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_new_line_lengthens_no_time_and_changes_none_before_it_opens(facts, seed):
    """A line added after the timetables' days leaves earlier quarters alone and shortens or keeps later ones."""
    rng = np.random.default_rng(seed)
    plain = Geography(facts)
    added = ("new", *pick(rng, facts.places), "2026-01", 350, rng.uniform(20, 500), 1)
    more = SimpleNamespace(**vars(facts))
    more.rail_edges = pd.concat(
        [facts.rail_edges, pd.DataFrame([added], columns=EDGE_COLUMNS)], ignore_index=True
    ).astype(facts.rail_edges.dtypes if len(facts.rail_edges) else {})
    built = Geography(more)
    early, late = parse_quarter("2025Q4"), parse_quarter("2026Q1")
    np.testing.assert_array_equal(built.travel_time(early), plain.travel_time(early))
    assert (built.travel_time(late) <= plain.travel_time(late)).all()


@given(countries, st.floats(0, 0.6), st.floats(0, 0.6))
@settings(max_examples=30, deadline=None)
def test_gains_scale_each_pair(facts, within, across):
    """With the same gain everywhere a pair's time falls by it, and the time inside a place by nothing."""
    geography = Geography(facts)
    plain, gained = geography.travel_time(QUARTERS[-1]), geography.travel_time(QUARTERS[-1], within, across)
    cluster = facts.regions.cluster
    for i in range(len(plain)):
        for j in range(len(plain)):
            gain = 0 if i == j else within if cluster[i] == cluster[j] >= 0 else across
            assert gained[i, j] == pytest.approx(plain[i, j] * (1 - gain))
