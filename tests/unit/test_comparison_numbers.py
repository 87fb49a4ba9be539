"""Deviations, intervals, multipliers and rankings of a comparison against numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from nqpf.experiments.comparison import words
from nqpf.experiments.comparison.deviations import Band, deviation, frame, unit_of
from nqpf.experiments.comparison.money import FEWER, FOLLOWED, MIXED, NOTES, NOTHING, OUTLAYS, UNSURE, multipliers
from nqpf.experiments.comparison.panels import HEADLINE, MEASURES, Panel
from nqpf.experiments.comparison.places import balance, ends, own_and_spillover, ranking, together
from nqpf.experiments.comparison.policies import SETTINGS, begins_later, differing, reached
from nqpf.experiments.paired.intervals import Effect, ratio
from nqpf.model.levers import LEVERS
from nqpf.model.measures import CITY
from nqpf.model.scenario import Scenario


def panel(regions: tuple[str, ...] = ("a",), **measures: tuple[object, object]) -> Panel:
    """Arrays (n_seeds, n_quarters, n_regions) of baseline and policy by measure as a panel."""
    arms = [np.stack([np.asarray(pair[arm], float) for pair in measures.values()], axis=-1) for arm in (0, 1)]
    return Panel(regions, tuple(measures), *arms)


def test_levels_deviate_in_per_cent_and_shares_as_they_are():
    """100 (B/A − 1) of a level, missing over a baseline of nought; B − A of a fraction, an index in nats and events."""
    a, b = np.array([50.0, 0.0, 200.0]), np.array([60.0, 5.0, 100.0])
    np.testing.assert_allclose(deviation("gdp", a, b), [20.0, np.nan, -50.0])
    for plain in ("theil_between", "theil_gdp_per_head", "breakthroughs"):
        np.testing.assert_array_equal(deviation(plain, a, b), [10.0, 5.0, -100.0])
    assert (unit_of("gdp"), unit_of("theil_between"), unit_of("theil_gdp_per_head")) == ("%", "fraction", "nats")


def test_a_band_is_students_interval_and_the_extremes():
    """By hand for three seeds: mean 2, s = 1, t(0.995, 2) = 9.92484; and the same as `Effect` says."""
    band = Band.of(np.array([[1.0], [2.0], [3.0]]))
    half = 9.924843 / np.sqrt(3)
    np.testing.assert_allclose([*band.mean, *band.low, *band.high], [2, 2 - half, 2 + half], rtol=1e-6)
    assert (band.least[0], band.most[0], band.sign[0]) == (1, 3, 0)
    effect = Effect.of([1.0, 2.0, 3.0])
    np.testing.assert_allclose([effect.low, effect.high], [band.low[0], band.high[0]], rtol=1e-15)


def test_one_seed_has_no_interval():
    """Ends of the interval are missing, and the sign is that of the seed."""
    band = Band.of(np.array([[0.5, -0.5, 0.0]]))
    assert np.isnan(band.low).all()
    assert np.isnan(band.high).all()
    np.testing.assert_array_equal(band.sign, [1, -1, 0])


def test_a_frame_has_a_row_for_each_quarter_region_and_measure():
    """Two seeds, two quarters, two regions, two measures in that order, each with its paired mean."""
    rng = np.random.default_rng(3)
    gdp, share = rng.uniform(1, 2, (2, 2, 2, 2)), rng.uniform(0, 1, (2, 2, 2, 2))
    made = frame(panel(("x", "y"), gdp=tuple(gdp), rd_intensity=tuple(share)), ("2024Q1", "2024Q2"), "city")
    assert len(made) == 8
    for (q, quarter), (r, region) in ((q, r) for q in enumerate(("2024Q1", "2024Q2")) for r in enumerate("xy")):
        row = made[(made.quarter == quarter) & (made.city == region)].set_index("measure")
        by_seed = 100 * (gdp[1, :, q, r] / gdp[0, :, q, r] - 1)
        assert row.deviation["gdp"] == pytest.approx(by_seed.mean(), rel=1e-12)
        assert (row.least["gdp"], row.most["gdp"]) == pytest.approx((by_seed.min(), by_seed.max()), rel=1e-12)
        assert row.deviation["rd_intensity"] == pytest.approx((share[1] - share[0])[:, q, r].mean(), rel=1e-12)
        assert row.baseline["gdp"] == pytest.approx(gdp[0, :, q, r].mean(), rel=1e-15)
    assert list(made.measure[:2]) == ["gdp", "rd_intensity"]


PAID, UNPAID = np.array([True]), np.array([False])


def money(gdp_gain: object, outlay: object, *, price: float = 1.0) -> Panel:
    """Two seeds, two quarters, one region: GDP of 100 that gains, a subsidy that grows, at a price level."""

    def by_seed(values: object) -> np.ndarray:
        return np.reshape(np.broadcast_to(np.asarray(values, float), 2), (2, 1, 1))

    ones = np.ones((2, 2, 1))
    values = dict.fromkeys(OUTLAYS, (0 * ones, 0 * ones)) | {"talent_subsidy": (2 * ones, 2 + by_seed(outlay) * ones)}
    gdp = 100 * ones, 100 + by_seed(gdp_gain) * ones
    return panel(gdp=gdp, value_added=(price * gdp[0], price * gdp[1]), **values)


def test_a_multiplier_is_output_over_money_at_one_price():
    """Gain of 3 a quarter for 2 of money is 1.5; money at twice the base quarter's prices is worth half as much."""
    (row,) = multipliers(money(3, 2), money(3, 2), PAID, mixed=False).itertuples()
    assert (row.gdp, row.outlays, row.note) == (pytest.approx(6), pytest.approx(4), "")
    assert (row.multiplier, row.low, row.high) == pytest.approx((1.5, 1.5, 1.5))
    (row,) = multipliers(money(3, 2, price=2), money(3, 2, price=2), PAID, mixed=False).itertuples()
    assert row.multiplier == pytest.approx(3)


def test_a_multiplier_has_fiellers_interval():
    """Over money that differs between seeds the ends of the interval are those of `ratio`, and lie unevenly."""
    both = money((4, 8), (1.0, 1.02))
    (row,) = multipliers(both, both, PAID, mixed=False).itertuples()
    wanted = ratio(np.array([8.0, 16.0]), np.array([2.0, 2.04]))
    assert (row.multiplier, row.low, row.high) == pytest.approx((wanted.mean, wanted.low, wanted.high), rel=1e-9)
    assert row.multiplier == pytest.approx(24 / 4.04)
    assert row.high - row.multiplier != pytest.approx(row.multiplier - row.low, rel=1e-3)


def test_a_multiplier_of_one_seed_has_no_interval():
    """The quotient alone."""
    both = money(3, 2)
    one = Panel(both.regions, both.measures, both.baseline[:1], both.policy[:1])
    (row,) = multipliers(one, one, PAID, mixed=False).itertuples()
    assert (row.multiplier, row.note) == (pytest.approx(1.5), "")
    assert np.isnan([row.low, row.high]).all()


@pytest.mark.parametrize(
    ("outlay", "paid", "note"),
    [
        (0.0, PAID, NOTHING),
        (5e-5, PAID, NOTHING),
        (1.0, UNPAID, FOLLOWED),
        ((1.0, 2.0), PAID, UNSURE),
        (-1.0, PAID, FEWER),
    ],
)
@pytest.mark.parametrize("mixed", [True, False])
def test_no_money_no_multiplier(outlay, paid, note, mixed):
    """None where nothing moved, no lever differs, outlays may be none or fell, whatever else differs."""
    (row,) = multipliers(money(3, outlay), money(3, outlay), paid, mixed=mixed).itertuples()
    assert row.note == note
    assert note in NOTES
    assert np.isnan([row.multiplier, row.low, row.high]).all()


def test_a_multiplier_beside_other_levers_says_so():
    """The quotient with a note that it is not the money's alone."""
    (row,) = multipliers(money(3, 2), money(3, 2), PAID, mixed=True).itertuples()
    assert (row.multiplier, row.note) == (pytest.approx(1.5), MIXED)


def test_outlays_and_headlines_are_measures_and_levers_that_exist():
    """A renamed lever or measure cannot drop out silently."""
    places = {m.name for m in CITY}
    assert places >= set(OUTLAYS)
    assert set(LEVERS) >= {lever for by in OUTLAYS.values() for lever in by}
    assert set(MEASURES) >= set(HEADLINE)


def test_places_are_ranked_with_their_certainty(country):
    """From gain to loss; a place whose seeds disagree counts neither way; residents are the baseline's."""
    n = len(country.places)
    a = np.full((2, 1, n), 100.0)
    b = a * (1 + np.linspace(0.05, -0.05, n))
    b[:, 0, 0] = 90, 120
    people = np.full((2, 1, n), 10.0)
    ranked = ranking(panel(country.places.code, gdp=(a, b), population=(people, people)), country, "gdp")
    assert ranked.deviation.is_monotonic_decreasing
    assert ranked.city[0] == country.places.code[0]
    assert (ranked.sign[0], ranked.sign[1], ranked.sign[n - 1]) == (0, 1, -1)
    assert ranked.name_zh[0] == country.places.name_zh[0]
    told = balance(ranked)
    assert (told.gaining, told.unclear, told.losing) == (n // 2 - 1, 1, n // 2)
    assert told.residents_gaining == pytest.approx((n // 2 - 1) / n)


@pytest.mark.parametrize(
    ("deviations", "gains", "losses"),
    [
        ([3.0, 1.0, 0.0, -2.0, np.nan], [3.0, 1.0], [-2.0]),
        ([3.0, 1.0, np.nan], [3.0, 1.0], []),
        ([0.0, np.nan], [], []),
        (list(range(15, -16, -1)), list(range(15, 5, -1)), list(range(-15, -5))),
    ],
)
def test_only_what_gains_is_a_winner(deviations, gains, losses):
    """Ten of each sign at most, none of the other sign and none without a number."""
    found = {label: list(rows.deviation) for label, rows in ends(pd.DataFrame({"deviation": deviations}))}
    assert found == {"gain": gains, "loss": losses}


def test_own_effect_and_spillover_are_those_of_groups_put_together():
    """Sums for output; means by residents, each arm's own, for the index."""
    gdp = np.array([[[10.0, 30.0, 60.0]]]), np.array([[[20.0, 30.0, 66.0]]])
    index = np.array([[[0.2, 0.4, 0.5]]]), np.array([[[0.4, 0.4, 0.5]]])
    people = np.array([[[1.0, 3.0, 6.0]]]), np.array([[[3.0, 1.0, 6.0]]])
    cities = panel(("a", "b", "c"), gdp=gdp, nqpf=index, population=people)
    where = np.array([True, True, False])
    effects = own_and_spillover(cities, where).set_index(["group", "measure"])
    assert effects.deviation["treated", "gdp"] == pytest.approx(25)
    assert effects.deviation["others", "gdp"] == pytest.approx(10)
    assert together(cities, "nqpf", 0, where)[0, 0] == pytest.approx((0.2 * 1 + 0.4 * 3) / 4)
    assert together(cities, "nqpf", 1, where)[0, 0] == pytest.approx(0.4)
    assert set(own_and_spillover(cities, np.ones(3, bool)).group) == {"treated"}


def test_what_differs_is_said_in_words(country):
    """Bare names for all leaves, names for ids, rules of the baseline that are gone, and settings."""
    base = Scenario.load("china", levers={"protection": 0.1})
    region = country.regions.id[1]
    rule = {"lever": "hukou_easing", "value": 1.0, "from": "2025Q1", "ramp": 4}
    where = {"lever": "talent_subsidy", "value": 0.2, "where": {country.regions.level[1]: [region]}, "until": "2026Q4"}
    values = base.model_dump(by_alias=True) | {"policy": (rule, where), "shock": ({"kind": "supply", "size": 0.1},)}
    policy = Scenario.model_validate(values).with_changes(settings={"parameters.trade.elasticity": "5"})
    assert differing(base, policy, country) == (
        "hukou_easing = 1 from 2025Q1, reached over 4 quarters",
        f"talent_subsidy = 0.2 in {country.regions.name_en[1]} until 2026Q4",
        "supply shock of 0.1",
        "without protection = 0.1",
        "trade.elasticity = 5 instead of 4",
    )


def test_treated_are_places_where_a_lever_differs_in_the_quarters_compared(country):
    """A rule that begins later, or says what holds anyway, treats nobody; a parameter treats everybody."""
    base = Scenario.load("china")
    city = country.places.code[2]
    rule = {"lever": "talent_subsidy", "value": 0.2, "from": "2025Q1", "where": {"city": [city]}}
    idle = {"lever": "protection", "value": LEVERS["protection"].default}
    policy = Scenario.model_validate(base.model_dump(by_alias=True) | {"policy": (rule, idle)})
    found = reached(base, policy, country, ["2024Q1", "2025Q1"])
    assert {lever: where.tolist() for lever, where in found.items()} == {
        "talent_subsidy": [code == city for code in country.places.code]
    }
    assert not reached(base, policy, country, ["2024Q1", "2024Q4"])
    assert begins_later(base, policy, "2024Q4") == "2025Q1"
    assert begins_later(base, policy, "2025Q1") is None
    other = base.with_changes(settings={"parameters.trade.elasticity": "5"})
    (everywhere,) = reached(base, other, country, ["2024Q1"]).items()
    assert everywhere[0] == SETTINGS
    assert everywhere[1].all()


@pytest.mark.parametrize(
    ("measure", "row", "value", "half"),
    [
        ("gdp", (1.2345, 1.1345, 1.3345), "+1.23 %", "±0.10"),
        ("gdp", (-0.00001, -0.1, 0.1), "−0.000 %", "±0.100"),
        ("theil_between", (0.0123, 0.0113, 0.0133), "+1.23 pp", "±0.10"),
        ("theil_gdp_per_head", (0.00716, 0.00644, 0.00788), "+0.00716 nats", "±0.00072"),
        ("breakthroughs", (2.0, 1.0, 3.0), "+2.00 events", "±1.00"),
        ("gdp", (1234.5, np.nan, np.nan), "+1,234 %", ""),
        ("gdp", (np.nan, np.nan, np.nan), "–", ""),
    ],
)
def test_numbers_are_written_to_what_can_be_read(measure, row, value, half):
    """Three digits, a thousandth of a per cent at most, intervals with the decimals of their mean."""
    row = pd.Series(row, index=["deviation", "low", "high"])
    assert (words.signed(measure, row.deviation), words.half(measure, row)) == (value, half)


def test_seeds_are_listed_as_ranges():
    """`1-3, 7, 9-10`."""
    assert words.ranges((1, 2, 3, 7, 9, 10)) == "1-3, 7, 9-10"
