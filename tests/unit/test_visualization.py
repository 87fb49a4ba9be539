"""The page without a browser: frames, addresses, assets."""

import numpy as np
import pytest

from nqpf.visualization.address import clamp_value, read_address
from nqpf.visualization.frames import Layout, kept_consortia, largest_flows
from nqpf.visualization.source import Change, Order
from nqpf.visualization.widgets import LEVERS, STAGE, bundle, outlines

LEVER = {"name": "easing", "kind": "number", "low": 0.0, "high": 1.0, "nullable": False}
YEAR = {"name": "year", "kind": "number", "low": 0.0, "high": 30.0, "nullable": True}
CHOICE = {"name": "rule", "kind": "choice", "values": ["none", "related"]}
START = 8095  # 2023Q4


# ---- frames ----


APART = np.arange(3)


def test_largest_flows_leaves_out_the_diagonal():
    """Own flows count for nothing, the others come falling with their ends."""
    flows = np.array([[9.0, 1.0, 3.0], [0.0, 9.0, 2.0], [0.0, 0.0, 9.0]])
    total, count, ends, amounts = largest_flows(flows, APART, 2, 0)
    assert (total, count) == (6.0, 3)
    assert ends.tolist() == [[0, 2], [1, 2]]
    assert amounts.tolist() == [3.0, 2.0]


def test_largest_flows_of_nothing():
    """Without flows there is no arc, and no fault."""
    total, count, ends, amounts = largest_flows(np.zeros((3, 3)), APART, 5, 1)
    assert (total, count, ends.shape, amounts.shape) == (0.0, 0, (0, 2), (0,))


def test_neighbours_do_not_crowd_out_what_crosses_a_border():
    """Of four flows inside provinces only the largest is kept beside the two that cross a border."""
    flows = np.array([[0.0, 9.0, 0.2, 0.0], [8.0, 0.0, 0.0, 0.0], [0.0, 0.1, 0.0, 7.0], [0.0, 0.0, 6.0, 0.0]])
    province = np.array([0, 0, 1, 1])
    total, count, ends, amounts = largest_flows(flows, province, 3, 1)
    assert (total, count) == (pytest.approx(30.3), 6)
    assert ends.tolist() == [[0, 1], [0, 2], [2, 1]]
    assert amounts.tolist() == [9.0, 0.2, 0.1]


def test_room_left_by_borders_goes_to_provinces():
    """Where few flows cross a border, more of those inside are kept."""
    flows = np.array([[0.0, 3.0, 0.0], [2.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    assert largest_flows(flows, np.array([0, 0, 1]), 3, 1)[3].tolist() == [3.0, 2.0, 1.0]


FAILED = ([2], [5], [False], [[0, 1, -1]])  # one consortium: place, sector, opened, partners


def test_a_frame_holds_what_its_layout_says():
    """Measures, totals, ends, amounts and consortia stand where the browser looks for them."""
    layout = Layout(3, ("gdp",), ("theil", "gini"), ("talent",), 2, ("gdp",), arcs=2, consortia=2)
    flows = np.array([[0.0, 4.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    frame = np.frombuffer(
        layout.pack(
            {"gdp": np.array([1.0, 2.0, 3.0]), "other": np.zeros(3)},
            {"theil": 0.1, "gini": 0.5},
            {"gdp": np.array([6.0, 3.0])},
            {"talent": largest_flows(flows, APART, 2, 0)},
            kept_consortia(*map(np.array, FAILED), 2),
        ),
        "<f4",
    )
    assert len(frame) == layout.length == 3 + 2 + 2 + 6 + 1 + 2 * 6
    assert frame[:7].tolist() == pytest.approx([1, 2, 3, 0.1, 0.5, 6, 3])
    assert frame[7:9].tolist() == [5, 2]
    assert frame[9:11].view("<u2").tolist() == [0, 1, 2, 0]
    assert frame[11:13].tolist() == [4, 1]
    assert frame[13:].tolist() == [1, 2, 5, 0, 0, 1, -1, 0, 0, 0, 0, 0, 0]


def test_of_many_consortia_those_that_opened_a_track_are_kept():
    """The count is of all; rows of successes come first, then failures in their order, until there is no room."""
    city, sector = np.array([4, 5, 6, 7]), np.array([0, 1, 2, 3])
    opened, partners = np.array([False, True, False, True]), np.arange(12).reshape(4, 3)
    count, rows = kept_consortia(city, sector, opened, partners, 3)
    assert count == 4
    assert rows.tolist() == [[5, 1, 1, 3, 4, 5], [7, 3, 1, 9, 10, 11], [4, 0, 0, 0, 1, 2]]


def test_a_quarter_without_consortia_has_none():
    """No row, and a count of nought."""
    none = np.zeros(0, np.int64)
    count, rows = kept_consortia(none, none, none.astype(bool), np.zeros((0, 3), np.int64))
    assert (count, rows.shape) == (0, (0, 6))


# ---- addresses ----


def read(query):
    """A query over ten quarters and levers of every kind."""
    return read_address(query, Order("china", 7), [LEVER, CHOICE, YEAR], range(START, START + 10))


def test_an_address_is_read():
    """Seed, levers with quarter, view and language come back."""
    address = read(
        "seed=9&lever.easing=0.5@2024Q2&lever.rule=related@2024Q1&place=110000&flows=talent.goods&series=CN.44&charts=gdp.tfp&lang=zh"
        "&quarter=2024Q3"
    )
    assert address.order == Order("china", 9, (Change("rule", "related", 8096), Change("easing", 0.5, 8097)))
    assert address.language == "zh"
    assert address.view == {
        "place": "110000",
        "flows": ["talent", "goods"],
        "series": ["CN", "44"],
        "charts": ["gdp", "tfp"],
        "quarter": 8098,
    }


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        ("lever.easing=7@2024Q1", (Change("easing", 1.0, 8096),)),
        ("lever.easing=nan@2024Q1", ()),
        ("lever.easing=inf@2024Q1", ()),
        ("lever.easing=0.5@1024Q1", ()),
        ("lever.easing=0.5", ()),
        ("lever.easing=never@2024Q1", ()),
        ("lever.rule=worst@2024Q1", ()),
        ("lever.rule=never@2024Q1", ()),
        ("lever.year=never@2024Q1", (Change("year", None, 8096),)),
        ("lever.year=NULL@2024Q1", (Change("year", None, 8096),)),
        ("lever.year=4@2024Q1", (Change("year", 4.0, 8096),)),
        ("lever.year=99@2024Q1", (Change("year", 30.0, 8096),)),
        ("lever.year=inf@2024Q1", ()),
        ("lever.year=soon@2024Q1", ()),
        ("lever.nobody=1@2024Q1", ()),
    ],
)
def test_levers_of_an_address_are_clamped_or_left_out(query, changes):
    """A value beyond its range is brought into it; what is no value, lever or quarter is ignored."""
    assert read(query).order.changes == changes


@pytest.mark.parametrize(("lever", "value"), [(LEVER, 0.5), (CHOICE, "related"), (YEAR, 4), (YEAR, None)])
def test_what_the_browser_sends_is_taken_as_it_is(lever, value):
    """A number, a name or null of a message is the lever's value."""
    assert clamp_value(lever, value) == value


@pytest.mark.parametrize(
    ("lever", "value"),
    [(LEVER, None), (LEVER, "x"), (LEVER, [1]), (CHOICE, None), (CHOICE, 1), (YEAR, "x"), (YEAR, {})],
)
def test_what_is_no_value_is_not_taken(lever, value):
    """A message that makes no sense has no effect."""
    with pytest.raises(ValueError, match=r"no value|could not convert"):
        clamp_value(lever, value)


@pytest.mark.parametrize(
    ("query", "seed"), [("seed=x", 7), ("seed=-1", 0), ("seed=99999999999999", 2**32 - 1), (None, 7)]
)
def test_seeds_are_clamped(query, seed):
    """A seed is a whole number of 32 bits."""
    assert read(query).order.seed == seed


def test_a_later_change_of_a_lever_is_replaced_by_an_earlier_one():
    """Moving a lever at a quarter drops what was set for it from then on, and keeps what came before."""
    order = Order("china", 1).changed(Change("a", 1, 10)).changed(Change("b", 1, 12)).changed(Change("a", 2, 12))
    assert order.changed(Change("a", 3, 11)).changes == (Change("a", 1, 10), Change("a", 3, 11), Change("b", 1, 12))


# ---- assets ----


@pytest.mark.parametrize("names", [STAGE, LEVERS])
def test_bundles_are_one_module(names):
    """No import of a sibling is left, and there is exactly one default export."""
    lines = bundle(*names).splitlines()
    assert not [line for line in lines if line.startswith("import ")]
    assert [line for line in lines if line.startswith("export ")] == ["export default { render };"]


def test_outlines_are_small():
    """The map's outlines stay below 300 kB."""
    assert 10_000 < len(outlines()) < 300_000
