"""Where people go, and who is born, dies and graduates."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.model.draws import Draws
from nqpf.model.parameters import Demography, Migration, Parameters
from nqpf.model.people import destination_odds, living_value, moving_ease, registration_barrier, with_scale
from nqpf.model.processes.population import moves, no_events, vital_events

DISTANCE = np.array([[0.0, 5.0, 600.0], [5.0, 0.0, 900.0], [600.0, 900.0, 0.0]])
PROVINCE = np.array([0, 0, 1])


def test_living_value_by_hand():
    """Wage over the price of goods and land, less crowding."""
    m = Migration()
    got = living_value(
        m, np.array([0.02]), np.array([1.5]), np.array([2_000_000]), np.array([9000.0]), np.array([3000.0])
    )
    assert got[0] == pytest.approx(0.02 / 1.5**0.87 / (2e6) ** 0.1 / 3.0**0.13)


def test_dear_land_crowds_and_wages_attract():
    """Each argument pulls its own way."""
    m = Migration()
    base = [np.array([x]) for x in (1.0, 1.0, 1000.0, 50.0, 10.0)]
    value = living_value(m, *base)
    for position, sign in enumerate((1, -1, -1, -1, 1)):
        args = [x * (1.1 if i == position else 1) for i, x in enumerate(base)]
        assert np.sign(living_value(m, *args) - value) == sign


def test_registration_barrier_by_tier():
    """Municipalities most, sub-provincial cities less, others none."""
    m = Migration()
    places = SimpleNamespace(tier=("municipality", "sub_provincial_capital", "sub_provincial", "prefecture"))
    large = m.barrier_large
    assert registration_barrier(m, places).tolist() == [m.barrier_municipality, large, large, 1.0]


def test_moving_ease_by_hand():
    """μ^−κ: distance from 20 km on, the border and the destination's barrier across provinces; none at home."""
    m = Migration()
    barrier = np.array([1.2, 1.0, 1.1])
    ease = moving_ease(m, DISTANCE, PROVINCE, barrier, 2.0, np.zeros(3))
    assert np.diag(ease).tolist() == [1.0, 1.0, 1.0]
    mu = ease ** (-1 / m.taste)
    assert mu[0, 1] == pytest.approx(20**m.distance_elasticity)
    assert mu[0, 2] == pytest.approx(600**m.distance_elasticity * np.exp(m.province_border) * 1.1**2)
    assert mu[2, 0] == pytest.approx(600**m.distance_elasticity * np.exp(m.province_border) * 1.2**2)


def test_easing_takes_away_the_barrier_and_half_the_border():
    """At full easing of a destination its own barrier is gone; other destinations and provinces feel nothing."""
    m = Migration()
    barrier = np.array([1.2, 1.3, 1.1])
    none, full = (moving_ease(m, DISTANCE, PROVINCE, barrier, 2.0, np.array([e, 0, 0])) for e in (0.0, 1.0))
    change = np.log(full / none) / m.taste
    assert change[2, 0] == pytest.approx(0.5 * m.province_border + 2 * np.log(1.2))
    change[2, 0] = 0
    assert (change == 0).all()


def test_scale_makes_every_move_dearer_and_staying_free():
    """μ of moves times two is ease divided by 2^κ off the diagonal."""
    ease = moving_ease(Migration(), DISTANCE, PROVINCE, np.ones(3), 1.0, np.zeros(3))
    ratio = with_scale(ease, 2.0, 1.5) / ease
    np.testing.assert_allclose(ratio, np.where(np.eye(3) > 0, 1, 2**-1.5))


def test_odds_follow_value_to_the_power_of_taste():
    """Rows add up to one; the odds of two destinations compare as ease times V^κ, in any unit of V."""
    ease = moving_ease(Migration(), DISTANCE, PROVINCE, np.ones(3), 1.0, np.zeros(3))
    value = np.array([1.0, 2.0, 4.0])
    odds = destination_odds(ease, value, 1.5)
    np.testing.assert_allclose(odds.sum(1), 1.0)
    assert odds[0, 2] / odds[0, 1] == pytest.approx(ease[0, 2] / ease[0, 1] * 2**1.5)
    np.testing.assert_allclose(destination_odds(ease, 1e-9 * value, 1.5), odds, rtol=1e-12)


def test_movers_are_those_who_consider_and_leave():
    """Nobody on the diagonal, about as many as chance times the odds of leaving."""
    ease = with_scale(moving_ease(Migration(), DISTANCE, PROVINCE, np.ones(3), 1.0, np.zeros(3)), 0.01, 1.5)
    residents = np.array([400_000, 900_000, 100_000]), np.array([50_000, 30_000, 9000])
    value = np.ones((2, 3))
    labour, talent = moves(Draws(1), 5, residents, (0.01, 0.02), (ease, ease), value, 1.5)
    leaving = 1 - np.diag(destination_odds(ease, value[0], 1.5))
    for flow, people, chance in ((labour, residents[0], 0.01), (talent, residents[1], 0.02)):
        assert (np.diag(flow) == 0).all()
        expected = people * chance * leaving
        assert (np.abs(flow.sum(1) - expected) < 5 * np.sqrt(expected)).all()


def test_a_policy_elsewhere_leaves_movers_alone():
    """A better place changes who goes there; the origin's considerers, and other skills' moves, stay the same."""
    ease = with_scale(moving_ease(Migration(), DISTANCE, PROVINCE, np.ones(3), 1.0, np.zeros(3)), 0.01, 1.5)
    residents = np.array([400_000, 900_000, 100_000]), np.array([50_000, 30_000, 9000])
    value = np.ones((2, 3))
    better = np.array([[1.0, 1, 1.05], [1, 1, 1]])
    one, other = (moves(Draws(1), 5, residents, (0.01, 0.02), (ease, ease), v, 1.5) for v in (value, better))
    np.testing.assert_array_equal(other[1], one[1])
    assert other[0][:, 2].sum() > one[0][:, 2].sum()
    fewer = np.array([400_000, 900_000, 1]), residents[1]
    third = moves(Draws(1), 5, fewer, (0.01, 0.02), (ease, ease), value, 1.5)
    np.testing.assert_array_equal(third[0][:2], one[0][:2])


def events(country, **changes):
    """Vital events of a country a thousand times as populous, at given demography parameters."""
    parameters = Parameters(demography=Demography(**changes))
    talent = np.rint(country.start.population * country.start.talent_share).astype(np.int64) * 1000
    labour = country.start.population * 1000 - talent
    return vital_events(country, parameters, Draws(2), 9, labour, talent), labour, talent


def test_births_and_deaths_follow_the_census_rates(country):
    """A quarter of the yearly rate, births of all residents, deaths by skill."""
    e, labour, talent = events(country)
    for got, people, rate in (
        (e.births, labour + talent, country.start.birth_rate),
        (e.deaths_labour, labour, country.start.death_rate),
        (e.deaths_talent, talent, country.start.death_rate),
    ):
        expected = people * rate / 4
        assert (np.abs(got - expected) < 5 * np.sqrt(expected)).all()


def test_graduates_are_the_nations_wherever_they_study(country):
    """Universities move graduates between places, not their number; without weight they follow labour."""
    numbers = []
    for weight in (0.0, 0.5, 1.0):
        e, labour, talent = events(country, university_weight=weight)
        own = 0.0019 * labour * labour / (labour + talent)
        universities = country.places.universities
        expected = (1 - weight) * own + weight * own.sum() * universities / universities.sum()
        assert (np.abs(e.graduates - expected) < 5 * np.sqrt(expected) + 1e-9).all()
        numbers.append(e.graduates.sum())
    assert max(numbers) - min(numbers) < 6 * np.sqrt(max(numbers))


def test_a_country_without_universities_still_graduates(country):
    """All weight goes to labour."""
    places = replace(country.places, universities=np.zeros(6))
    e, labour, talent = events(replace(country, places=places))
    expected = 0.0019 * labour * labour / (labour + talent)
    assert (np.abs(e.graduates - expected) < 5 * np.sqrt(expected)).all()


def test_schooling_makes_talent_where_it_is_and_nowhere_else(country):
    """A place with twice the schooling has about twice the graduates, university or not; the others have theirs."""
    parameters = Parameters()
    labour, talent = np.full(6, 4_000_000), np.full(6, 900_000)
    plain = vital_events(country, parameters, Draws(2), 9, labour, talent)
    for here in (0, 1):  # with universities and without
        schooling = np.ones(6)
        schooling[here] = 2.0
        e = vital_events(country, parameters, Draws(2), 9, labour, talent, schooling)
        others = np.arange(6) != here
        np.testing.assert_array_equal(e.graduates[others], plain.graduates[others])
        assert e.graduates[here] == pytest.approx(2 * plain.graduates[here], rel=0.1)
        for name in ("births", "deaths_labour", "deaths_talent"):
            np.testing.assert_array_equal(getattr(e, name), getattr(plain, name))
    same = vital_events(country, parameters, Draws(2), 9, labour, talent, np.ones(6))
    np.testing.assert_array_equal(same.graduates, plain.graduates)


def test_nobody_graduates_twice(country):
    """However many are wanted, graduates are labour that is alive."""
    parameters = Parameters(demography=Demography(schooling=0.02, university_weight=1.0))
    labour, talent = np.array([10, 9, 8, 7, 6, 5]), np.ones(6, np.int64)
    few = replace(country, places=replace(country.places, universities=np.array([1e9, 0, 0, 0, 0, 0])))
    e = vital_events(few, parameters, Draws(2), 9, labour * 100, talent)
    assert (e.graduates <= labour * 100 - e.deaths_labour).all()


def test_frozen_demography_has_no_events():
    """Zeros of whole persons."""
    e = no_events(4)
    for name in ("births", "deaths_labour", "deaths_talent", "graduates"):
        assert getattr(e, name).tolist() == [0, 0, 0, 0]
        assert getattr(e, name).dtype == np.int64
