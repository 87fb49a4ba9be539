"""The registry of levers: each declared once, and complete."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from nqpf.model import measures
from nqpf.model.errors import ScenarioError
from nqpf.model.levers import LEVELS, LEVERS, lever_names, resolve_lever, written

CHOICES = [name for name, lever in LEVERS.items() if lever.kind == "choice"]
NUMBERS = [name for name in LEVERS if name not in CHOICES]


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_is_declared_whole(name: str):
    """Key and name agree, the default is in range, the outcome is a measure of the model, both languages speak."""
    lever = LEVERS[name]
    known = {measure.name for measure in (*measures.CITY, *measures.NATION)}
    assert lever.name == name
    assert lever.check(lever.default) == lever.default
    assert lever.measure in known
    assert set(lever.places) <= set(LEVELS)
    assert lever.title.keys() == lever.explanation.keys() == {"en", "zh"}
    assert lever.source


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_has_range_and_unit(name: str):
    """Bounds are in order, the default is one of them or between, or never where that can be; there is no choice."""
    lever = LEVERS[name]
    assert lever.low < lever.high
    assert lever.unit
    assert lever.values is None
    assert lever.nullable if lever.default is None else lever.low <= lever.default <= lever.high
    assert lever.step is None or 0 < lever.step < lever.high - lever.low


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_has_values_and_no_range(name: str):
    """Several values, each with words in both languages, the default among them; nothing of a number."""
    lever = LEVERS[name]
    assert len(lever.values) > 1
    assert all(title.keys() == {"en", "zh"} for title in lever.choices.values())
    assert lever.default in lever.values
    assert (lever.low, lever.high, lever.unit, lever.nullable) == (None, None, "", False)


def test_levers_stand_by_driver():
    """Technology, factors, industry, governments: the order in which the page and the command show them."""
    drivers = [lever.driver for lever in LEVERS.values()]
    order = ["technology", "factors", "industry", "governments"]
    assert drivers == sorted(drivers, key=order.index)
    assert set(drivers) == set(order)


def test_the_levers_of_the_contract():
    """Other people's scripts rely on the leaf names."""
    assert lever_names() == [
        *("collaboration_friction", "collaboration_friction.within", "collaboration_friction.across", "mission_fund"),
        *("transport_gain", "transport_gain.within", "transport_gain.across"),
        *("hukou_easing", "hukou_easing.labour", "hukou_easing.talent", "talent_subsidy", "schooling"),
        *("equity_integration", "border_capital", "data_pool_scope", "compute_share_west"),
        *("digital_intensity", "digital_allocation", "guidance_fund", "free_trade_zones", "hinterland_share"),
        *("targeting_rule", "subsidy_cap", "protection", "transfer_equalisation", "pole_share", "switch_year"),
        "land_tilt",
    ]


def test_the_record_has_the_keys_of_the_contract():
    """`levers --json` prints these keys, null where they do not apply."""
    record = LEVERS["transfer_equalisation"].record()
    assert list(record) == [
        "name",
        "title",
        "unit",
        "kind",
        "low",
        "high",
        "default",
        "values",
        "places",
        "driver",
        "measure",
        "expected_sign",
        "source",
    ]
    assert record["values"] is None
    assert record["places"] == ["nation"]
    assert record["default"] == 0.4


def test_what_does_not_apply_is_null():
    """A choice has no bounds and no unit, a number no values; never is null."""
    choice, year = LEVERS["targeting_rule"].record(), LEVERS["switch_year"].record()
    assert (choice["kind"], choice["default"]) == ("choice", "copycat")
    assert choice["values"] == ["none", "related", "complex", "copycat"]
    assert (choice["low"], choice["high"], choice["unit"]) == (None, None, None)
    assert (year["kind"], year["low"], year["high"], year["default"], year["values"]) == ("number", 0, 30, None, None)


@pytest.mark.parametrize("name", LEVERS)
def test_records_are_json(name: str):
    """No infinity stands in for never."""
    assert json.loads(json.dumps(LEVERS[name].record(), allow_nan=False)) == LEVERS[name].record()


def test_a_bare_name_stands_for_every_leaf():
    """A group names its leaves, a leaf itself, with or without the prefix."""
    assert resolve_lever("hukou_easing") == ["hukou_easing.labour", "hukou_easing.talent"]
    assert resolve_lever("policy.transport_gain") == ["transport_gain.within", "transport_gain.across"]
    assert resolve_lever("policy.hukou_easing.talent") == ["hukou_easing.talent"]
    assert resolve_lever("protection") == ["protection"]


@pytest.mark.parametrize("name", lever_names())
def test_every_offered_name_resolves(name: str):
    """What is offered for completion or as the nearest name can be used."""
    assert set(resolve_lever(name)) <= set(LEVERS)


@pytest.mark.parametrize(
    ("name", "hint"), [("hukou", "nqpf levers"), ("hukou_easing.labor", "hukou_easing.labour"), ("", "nqpf levers")]
)
def test_an_unknown_lever_brings_the_nearest(name: str, hint: str):
    """A misspelt lever is refused with the name that was meant."""
    with pytest.raises(ScenarioError, match=hint):
        resolve_lever(name)


def test_minus_zero_is_zero():
    """Two spellings of one value are one policy."""
    assert str(LEVERS["talent_subsidy"].check(-0.0)) == "0.0"


@pytest.mark.parametrize("value", [None, "never", "Never", "NULL", "none"])
def test_never_has_many_spellings(value: object):
    """A lever that may be off for ever takes null, and its words where there is no null."""
    assert LEVERS["switch_year"].check(value) is None


def test_values_come_out_plain():
    """Numbers are floats and choices texts, whatever type brought them."""
    year, rule = LEVERS["switch_year"].check(np.int64(7)), LEVERS["targeting_rule"].check(np.str_("related"))
    assert (year, type(year)) == (7.0, float)
    assert (rule, type(rule)) == ("related", str)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("targeting_rule", "copycats", "'copycats' is not one of the values; did you mean 'copycat'?"),
        ("targeting_rule", "Related", "did you mean 'related'?"),
        ("targeting_rule", "x", "give one of none, related, complex, copycat"),
        ("targeting_rule", 1, "1 is not one of the values; give one of none, related, complex, copycat"),
        ("targeting_rule", None, "None is not one of the values"),
        ("data_pool_scope", "never", "give one of city, province, cluster, nation"),
        ("data_pool_scope", True, "True is not one of the values"),
        ("data_pool_scope", ["city"], "is not one of the values"),
        ("switch_year", 31, "31 is out of range; give a number from 0 to 30, or never"),
        ("switch_year", math.inf, "inf is out of range; give a number from 0 to 30, or never"),
        ("switch_year", math.nan, "nan is out of range"),
        ("switch_year", "soon", "'soon' is not a number; give one from 0 to 30, or never"),
        ("land_tilt", "never", "'never' is not a number; give one from -1 to 1"),
        ("protection", None, "None is not a number"),
    ],
)
def test_what_is_no_value_is_refused_in_one_line(name: str, value: object, fault: str):
    """The line says what is wrong and what to give instead: the nearest name of a choice, else all of them."""
    with pytest.raises(ScenarioError) as caught:
        LEVERS[name].check(value)
    assert fault in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", LEVERS)
def test_a_value_comes_back_from_its_code(name: str):
    """What a schedule holds stands for one value: positions for a choice's names, infinity for never."""
    lever = LEVERS[name]
    for value in lever.values or (lever.low, lever.high, lever.default):
        assert lever.decode(lever.encode(value)) == value
    if lever.values:
        assert [lever.encode(value) for value in lever.values] == list(range(len(lever.values)))
    if lever.nullable:
        assert lever.encode(None) == math.inf


def test_values_are_written_as_people_read_them():
    """A number short, a choice by name, null as never."""
    assert [written(0.25), written(3.0), written("nation"), written(None)] == ["0.25", "3", "nation", "never"]


def test_the_registry_needs_the_standard_library_only():
    """Help and page read the levers before anything heavy is loaded."""
    code = "import sys, nqpf.model.levers; print(sorted({'numpy', 'pydantic', 'pandas', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
