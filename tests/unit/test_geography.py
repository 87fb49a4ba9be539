"""Distances and travel times on the shipped tables, against published train times."""

import dataclasses

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import floyd_warshall

from nqpf.model.errors import DataError
from nqpf.model.facts import load_facts
from nqpf.model.geography import Geography
from nqpf.model.parameters import Parameters
from nqpf.model.quarters import parse_quarter
from nqpf.model.transport.distances import great_circle, neighbours
from nqpf.model.transport.lines import opening_quarters
from nqpf.model.transport.parameters import Transport


@pytest.fixture(scope="module")
def facts():
    """The shipped tables."""
    return load_facts("2024Q1")


@pytest.fixture(scope="module")
def geography(facts):
    """The shipped tables' geography."""
    return Geography(facts)


@pytest.fixture(scope="module")
def row(facts):
    """Row of a place by its English name."""
    return {name: i for i, name in enumerate(facts.places.name_en)}


def without_rail(facts):
    """The same facts, of a country without railways."""
    return dataclasses.replace(facts, rail_edges=facts.rail_edges.iloc[:0], rail_times=facts.rail_times.iloc[:0])


def timetable(facts, column, rows=slice(None)):
    """Rows of origin and destination, and minutes, of a timetable."""
    table = facts.rail_times[rows].dropna(subset=column)
    code = {c: i for i, c in enumerate(facts.places.code)}
    return table["origin"].map(code).to_numpy(), table["destination"].map(code).to_numpy(), table[column].to_numpy()


def test_great_circle_knows_a_quarter_of_the_equator():
    """A quarter of the equator is a quarter of 2πR, and antipodes are half of it apart."""
    distance = great_circle(np.array([0.0, 0.0, 0.0]), np.array([0.0, 90.0, 180.0]))
    quarter = np.pi * 6371 / 2
    np.testing.assert_allclose(distance, quarter * np.array([[0, 1, 2], [1, 0, 1], [2, 1, 0]]), atol=1e-4)


def test_beijing_and_shanghai_are_1068_km_apart(geography, row):
    """A published distance comes out."""
    assert geography.distance[row["Beijing"], row["Shanghai"]] == pytest.approx(1068, abs=3)


@pytest.mark.parametrize(
    ("month", "quarter"),
    [("2012-07", "2012Q3"), ("2012-08", "2012Q4"), ("2011-06", "2011Q3"), ("2014-12", "2015Q1"), ("2015-01", "2015Q1")],
)
def test_a_line_counts_once_open_for_most_of_a_quarter(month, quarter):
    """First month: this quarter; second and third: the next one."""
    assert opening_quarters(pd.Series([month]))[0] == parse_quarter(quarter)


@pytest.mark.parametrize(
    ("origin", "destination", "quarter", "minutes"),
    [
        ("Beijing", "Shanghai", "2018Q1", 268),  # 4 h 28 min, 2017
        ("Beijing", "Guangzhou", "2013Q1", 479),  # 7 h 59 min, opening day
        ("Chengdu", "Chongqing", "2021Q1", 62),  # 2020
        ("Shanghai", "Hangzhou", "2011Q1", 45),  # 2010
        ("Guangzhou", "Shenzhen", "2016Q1", 29),  # 2016, to Shenzhen North
        ("Wuhan", "Changsha", "2016Q1", 78),
        ("Guiyang", "Guangzhou", "2015Q1", 249),  # 4 h 9 min, 2014
        ("Harbin", "Dalian", "2014Q1", 210),  # 3 h 30 min, at 300 km/h
        ("Xi'an", "Chengdu", "2021Q1", 190),  # 3 h 10 min
    ],
)
def test_published_train_times(geography, row, origin, destination, quarter, minutes):
    """The train's own minutes come out within a tenth, and the door is an access away."""
    at, i, j = parse_quarter(quarter), row[origin], row[destination]
    assert geography.rail_time(at)[i, j] == pytest.approx(minutes, rel=0.12)
    access = geography.transport.rail_access
    assert geography.travel_time(at)[i, j] == pytest.approx(minutes + access, rel=0.12)


@pytest.mark.parametrize(
    ("origin", "destination", "before", "after", "ratio"),
    [
        ("Beijing", "Shanghai", "2011Q2", "2011Q3", 0.5),
        ("Guiyang", "Guangzhou", "2014Q4", "2015Q1", 0.5),
        ("Xi'an", "Chengdu", "2017Q4", "2018Q1", 0.5),
        ("Wuhan", "Guangzhou", "2009Q4", "2010Q1", 0.5),
    ],
)
def test_a_line_brings_its_ends_together(geography, row, origin, destination, before, after, ratio):
    """The opening at least halves the time, and a year before it nothing much had changed."""
    i, j = row[origin], row[destination]
    minutes = [geography.travel_time(parse_quarter(q))[i, j] for q in (before, after)]
    assert minutes[1] < ratio * minutes[0]
    assert geography.travel_time(parse_quarter(before) - 4)[i, j] < 1.5 * minutes[0]


def test_times_fall_only_when_a_line_opens_and_never_by_a_national_jump(facts, geography):
    """Quarter by quarter 2009-2025: no time rises, none moves without an opening, the mean falls below a tenth."""
    openings = set(opening_quarters(facts.rail_edges["opened"]).tolist())
    residents = facts.start.population.astype(float)
    weight = np.outer(residents, residents)
    np.fill_diagonal(weight, 0)
    last, moved = None, 0
    for quarter in range(parse_quarter("2009Q1"), parse_quarter("2025Q2")):
        minutes = geography.travel_time(quarter)
        if last is not None and minutes is not last:
            fall = np.log(last / minutes)
            assert fall.min() > -1e-12
            assert quarter in openings
            assert np.average(fall, weights=weight) < 0.1
            moved += 1
        last = minutes
    assert moved > 30


def test_the_days_of_the_timetables_change_nothing_by_themselves(geography):
    """Neither timetable switches on: the quarter after its day moves the mean by less than half a percent."""
    for quarter in ("2016Q2", "2021Q2"):
        after = geography.travel_time(parse_quarter(quarter))
        before = geography.travel_time(parse_quarter(quarter) - 1)
        assert np.log(before / after).mean() < 0.005


def test_matrix_is_a_metric_with_time_inside_places_on_its_diagonal(facts, geography):
    """Symmetric and positive, no way round is shorter, no trip inside is longer than the road to a neighbour."""
    minutes = geography.travel_time(parse_quarter("2020Q1"))
    np.testing.assert_array_equal(minutes, minutes.T)
    between = minutes.copy()
    np.fill_diagonal(between, 0)
    np.testing.assert_allclose(floyd_warshall(between), between, rtol=1e-12)
    assert (minutes > 0).all()
    inside = np.diag(minutes)
    assert (inside <= (geography._road + np.diag(np.full(len(inside), np.inf))).min(1)).all()
    small, large = np.argmin(facts.places.area_km2), np.argmax(facts.places.area_km2)
    assert inside[small] < inside[large]


def test_held_out_half_of_the_2016_timetable(facts):
    """Told half of the timed pairs, the network gives the others: median within 5 %, nine in ten within a third."""
    known = dataclasses.replace(facts, rail_times=facts.rail_times[::2])
    origin, destination, timed = timetable(facts, "high_speed_2016", slice(1, None, 2))
    ratio = Geography(known).rail_time(parse_quarter("2016Q1"))[origin, destination] / timed
    low, median, high = np.percentile(ratio, [5, 50, 95])
    assert len(ratio) > 2000
    assert median == pytest.approx(1, abs=0.05)
    assert low > 0.75
    assert high < 1.33


def test_the_2021_timetable_told_only_that_of_2016(facts):
    """Pairs of 2021 that had no train in 2016 come out from lines opened since: median within 7 %."""
    known = dataclasses.replace(facts, rail_times=facts.rail_times.assign(high_speed_2021=np.nan))
    untimed = facts.rail_times["high_speed_2016"].isna()
    origin, destination, timed = timetable(facts, "high_speed_2021", untimed)
    ratio = Geography(known).rail_time(parse_quarter("2021Q1"))[origin, destination] / timed
    low, median, high = np.percentile(ratio, [5, 50, 95])
    assert median == pytest.approx(1, abs=0.07)
    assert low > 0.7
    assert high < 1.4


def test_gains_shorten_by_the_mean_of_both_ends(facts, geography, row):
    """Within a cluster the one gain, elsewhere the other, a pair the mean of its ends; inside places nothing."""
    quarter = parse_quarter("2020Q1")
    plain = geography.travel_time(quarter)
    within = np.zeros(len(plain))
    within[row["Shanghai"]] = 0.4
    gained = geography.travel_time(quarter, within, 0.1) / plain
    pairs = {("Shanghai", "Hangzhou"): 0.8, ("Suzhou (Jiangsu)", "Hangzhou"): 1.0, ("Shanghai", "Beijing"): 0.9}
    for (a, b), factor in pairs.items():
        assert gained[row[a], row[b]] == pytest.approx(factor)
        assert gained[row[b], row[a]] == pytest.approx(factor)
    np.testing.assert_array_equal(np.diag(gained), 1)
    outside = np.flatnonzero(facts.regions.cluster < 0)[:2]  # two places of no cluster are not in one together
    assert gained[outside[0], outside[1]] == pytest.approx(0.9)


@pytest.mark.parametrize("gain", [-0.1, 1.0, np.nan, np.zeros(3)])
def test_gains_out_of_range_are_refused(geography, gain):
    """A gain is a share below one, for all places or for each."""
    with pytest.raises(ValueError, match="gain"):
        geography.travel_time(8080, gain)


def test_matrices_are_shared_and_locked(geography):
    """Asked twice, or in a quarter without an opening, the same array comes back, and nobody can write to it."""
    first = geography.travel_time(parse_quarter("2010Q1"))
    assert geography.travel_time(parse_quarter("2010Q1"), np.zeros(len(first))) is first
    assert geography.travel_time(parse_quarter("2099Q1")) is geography.travel_time(parse_quarter("2050Q1"))
    gained = geography.travel_time(parse_quarter("2010Q1"), 0.2)
    assert geography.travel_time(parse_quarter("2010Q1"), 0.2) is gained
    for array in (first, gained, geography.distance, geography.rail_time(8080)):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 1] = 1.0


def test_without_railways_people_drive(facts):
    """Empty rail tables leave 20 min and 1.25 times the distance at 80 km/h, in every quarter."""
    geography = Geography(without_rail(facts))
    between = ~np.eye(len(facts.places), dtype=bool)
    expected = 20 + 60 * 1.25 * geography.distance / 80
    for quarter in (parse_quarter("2010Q1"), parse_quarter("2024Q1")):
        np.testing.assert_allclose(geography.travel_time(quarter)[between], expected[between])
        assert np.isinf(geography.rail_time(quarter)[between]).all()
        assert not geography.high_speed(quarter).any()
        assert {mode for *_, mode in geography.graph(quarter).edges(data="mode")} == {"road"}


def test_timetable_without_lines_counts_from_the_start(facts, row):
    """Trains on lines the table does not have were there before, so their minutes hold in every quarter."""
    known = dataclasses.replace(facts, rail_edges=facts.rail_edges.iloc[:0])
    minutes = Geography(known).rail_time(parse_quarter("2000Q1"))
    assert minutes[row["Xiangyang"], row["Shiyan"]] == 89


def test_a_city_the_places_do_not_have_is_refused(facts):
    """The message names table and code."""
    wrong = facts.rail_edges.head(3).assign(origin=["110000", "999999", "120000"])
    with pytest.raises(DataError, match="rail_edges: unknown city '999999'"):
        Geography(dataclasses.replace(facts, rail_edges=wrong))


def test_slower_roads_and_longer_changes_lengthen_times(facts):
    """Every parameter acts: more minutes for access, change and road mean no shorter trips, and some longer ones."""
    plain = Geography(facts).travel_time(parse_quarter("2016Q1"))
    for change in (
        {"road_speed": 60.0},
        {"road_detour": 1.4},
        {"road_terminal": 40.0},
        {"rail_access": 80.0},
        {"rail_transfer": 60.0},
        {"rail_detour": 1.2},
        {"rail_speed_share": 0.5},
        {"local_speed": 30.0},
        {"local_terminal": 20.0},
    ):
        slower = Geography(facts, Transport(**change)).travel_time(parse_quarter("2016Q1"))
        assert (slower >= plain - 1e-9).all(), change
        assert slower.mean() > plain.mean(), change


def test_lines_that_open_after_the_start_can_be_late(facts):
    """By whole years, or for good; those of the start stay, and neither paces nor ways change."""
    start = parse_quarter("2010Q1")
    plain = Geography(facts, start=start)
    late, never = (Geography(facts, Transport(rail_delay=years), start) for years in (2.0, 100.0))
    for quarter in (start - 8, start):
        np.testing.assert_array_equal(never.travel_time(quarter), plain.travel_time(quarter))
        np.testing.assert_array_equal(never.high_speed(quarter), plain.high_speed(quarter))
    for quarter in (start + 1, parse_quarter("2023Q4")):
        assert never.travel_time(quarter) is never.travel_time(start)
        assert plain.travel_time(quarter).mean() < never.travel_time(quarter).mean()
        assert set(never.graph(quarter).edges) == set(plain.graph(start).edges)
    np.testing.assert_array_equal(never.high_speed(parse_quarter("2023Q4")), plain.high_speed(start))
    for quarter in (parse_quarter("2015Q1"), parse_quarter("2023Q4")):
        np.testing.assert_array_equal(late.travel_time(quarter + 8), plain.travel_time(quarter))
        assert (late.travel_time(quarter) > plain.travel_time(quarter)).any()


def test_late_lines_leave_the_start_alone(economies, country):
    """The inverted start is the same to the last bit, and the quarter in which the line would open is not."""
    frozen = Parameters(transport=Transport(rail_delay=100.0))
    plain, late = (economies.small_economy(country, parameters=p) for p in (Parameters(), frozen))
    for name, value in plain.state().items():
        np.testing.assert_array_equal(late.state()[name], value, err_msg=name)
    plain.run_for(2)
    late.run_for(2)
    assert late.state()["gdp_volume"] == plain.state()["gdp_volume"]
    plain.run_for(1)  # 2024Q3, the first whole quarter of a line opened in June
    late.run_for(1)
    assert late.state()["gdp_volume"] != plain.state()["gdp_volume"]


def test_high_speed_status_begins_with_the_line(geography, row):
    """Guiyang is on a high-speed line from 2015; Lhasa's line is not one of high speed."""
    assert not geography.high_speed(parse_quarter("2014Q4"))[row["Guiyang"]]
    assert geography.high_speed(parse_quarter("2015Q1"))[row["Guiyang"]]
    assert not geography.high_speed(parse_quarter("2025Q1"))[row["Lhasa"]]


def test_graph_shows_open_lines_and_roads(facts, geography):
    """Nodes are all places, edges lines and roads; it is connected, frozen, and grows with openings."""
    before, after = (geography.graph(parse_quarter(q)) for q in ("2010Q1", "2024Q1"))
    assert tuple(before.nodes) == facts.places.code
    assert before.nodes["110000"]["name_en"] == "Beijing"
    assert nx.is_connected(before)
    assert nx.is_frozen(before)
    lines = [{frozenset(e[:2]) for e in g.edges(data=True) if e[2]["mode"] != "road"} for g in (before, after)]
    assert lines[0] < lines[1]
    ride = after.edges["110000", "120000"]
    assert (ride["mode"], ride["minutes"] < 45, ride["opened"]) == ("high_speed", True, parse_quarter("2008Q4"))
    assert after.edges["540100", "540500"]["mode"] == "rail"
    assert geography.graph(parse_quarter("2024Q1")) is after


def test_neighbours_of_a_row_of_places():
    """On a line of places each is next to the one before and after it only."""
    distance = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    np.testing.assert_array_equal(neighbours(distance), distance == 1)
