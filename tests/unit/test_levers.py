"""The registry of levers: each declared once, and complete."""

import pytest

from nqpf.model import measures
from nqpf.model.errors import ScenarioError
from nqpf.model.levers import LEVELS, LEVERS, lever_names, resolve_lever


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_is_declared_whole(name: str):
    """Key and name agree, the default is in range, the outcome is a measure of the model, both languages speak."""
    lever = LEVERS[name]
    known = {measure.name for measure in (*measures.CITY, *measures.NATION)}
    assert lever.name == name
    assert lever.low < lever.high
    assert lever.check(lever.default) == lever.default
    assert lever.measure in known
    assert set(lever.places) <= set(LEVELS)
    assert lever.title.keys() == lever.explanation.keys() == {"en", "zh"}
    assert lever.unit
    assert lever.source


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
