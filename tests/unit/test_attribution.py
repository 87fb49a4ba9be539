"""Whose treatment moves whom: a policy cut into regions, and effects that add up."""

import numpy as np
import pytest

from nqpf.experiments import attribution
from nqpf.experiments.attribution import ELSEWHERE, EVERYTHING, NATIONAL, NOTHING, PARTS, Attribution
from nqpf.model.errors import InputError
from nqpf.model.facts import load_facts
from nqpf.model.policy import Schedule
from nqpf.model.quarters import parse_quarter
from nqpf.model.rules import PolicyRule
from nqpf.model.scenario import Scenario


@pytest.fixture(scope="module")
def facts():
    """The shipped facts."""
    return load_facts("2024Q1", {})


def members(facts, level):
    """Region's id → its places."""
    rows = [row for row, name in enumerate(facts.regions.level) if name == level]
    return {facts.regions.id[row]: facts.regions.member[row] for row in rows}


def test_parts_add_up():
    """Own on the diagonal, received from the other rows, national apart, interaction the rest; the nation only gets."""
    effects = {
        "a": np.array([[1.0, 2.0], [0.1, 0.2], [0.5, 0.6]]),
        "b": np.array([[-0.3, -0.1], [3.0, 4.0], [0.7, 0.9]]),
        NATIONAL: np.full((3, 2), 0.01),
        EVERYTHING: np.array([[1.0, 1.5], [3.0, 4.5], [1.5, 1.6]]),
    }
    parts = Attribution("x", "province", "gdp", ("a", "b", "CN"), effects).parts()
    assert tuple(parts) == PARTS
    np.testing.assert_allclose(parts["own"], [[1, 2], [3, 4], [0, 0]])
    np.testing.assert_allclose(parts["received"], [[-0.3, -0.1], [0.1, 0.2], [1.2, 1.5]])
    np.testing.assert_allclose(parts["interaction"], [[0.29, -0.41], [-0.11, 0.29], [0.29, 0.09]])
    np.testing.assert_allclose(sum(parts[name] for name in PARTS[:-1]), effects[EVERYTHING], rtol=1e-15)


def test_the_long_table_has_every_effect_and_part():
    """A row for each treated region, or part, and each affected one, with its interval and scale."""
    effects = {name: np.array([[0.1, 0.3], [0.2, 0.4]]) for name in ("a", EVERYTHING)}
    table = Attribution("x", "province", "gdp", ("a", "CN"), effects).frame()
    assert len(table) == (len(effects) + len(PARTS)) * 2
    assert set(table["scale"]) == {"log"}
    row = table[(table["kind"] == "treated") & (table["row"] == "a") & (table["affected"] == "CN")].iloc[0]
    assert row["effect"] == pytest.approx(0.3)
    assert row["low"] < 0.3 < row["high"]


def test_a_policy_is_cut_into_regions(facts):
    """Put together again, the pieces set every lever everywhere as the whole policy does, and none sets it twice."""
    scenario = Scenario.load("coordination-at-once", firms=500)
    rules = (*scenario.policy, PolicyRule(lever="talent_subsidy", value=0.1, where={"province": ("43",)}))
    cut = attribution.restricted(rules, facts, members(facts, "macro_region"))
    assert list(cut) == [NOTHING, "east", "central", "west", "northeast", NATIONAL, EVERYTHING]
    assert {rule.lever for rule in cut[NATIONAL]} == {"switch_year", "transfer_equalisation"}
    assert [rule.lever for rule in cut["central"]][-1] == "talent_subsidy" != cut["east"][-1].lever
    quarter = parse_quarter(scenario.start)

    def set_by(name):
        return Schedule(scenario.model_copy(update={"policy": cut[name]}), facts).at(quarter)

    status_quo, whole = set_by(NOTHING), set_by(EVERYTHING)
    for lever, value in whole.items():
        pieces = [set_by(name)[lever] != status_quo[lever] for name in cut if name not in {NOTHING, EVERYTHING}]
        np.testing.assert_array_equal(np.sum(pieces, axis=0), value != status_quo[lever])


def test_places_outside_all_regions_are_a_row_of_their_own(facts):
    """What a rule does where no cluster is counts as elsewhere; regions that it leaves alone are not run."""
    everywhere = PolicyRule(lever="hukou_easing.labour", value=1.0)
    clusters = members(facts, "cluster")
    cut = attribution.restricted((everywhere,), facts, clusters)
    assert list(cut) == [NOTHING, *clusters, ELSEWHERE, EVERYTHING]
    here = everywhere.model_copy(update={"where": {"macro_region": ("northeast",)}})
    assert list(attribution.restricted((here,), facts, members(facts, "macro_region"))) == [
        *(NOTHING, "northeast", EVERYTHING)
    ]


def test_a_policy_of_one_region_is_its_own_and_others_receive():
    """If only the west is treated, the whole effect is its own at home and received elsewhere, with no interaction."""
    found = attribution.attribute("western-technology", seeds=2, quarters=3, firms=2_000)
    assert found.affected == ("east", "central", "west", "northeast", "CN")
    assert list(found.effects) == ["west", EVERYTHING]
    parts, west = found.parts(), np.array(found.affected) == "west"
    assert (parts["interaction"] == 0).all()
    assert (parts["own"][west] != 0).all()
    assert (parts["received"][west] == 0).all()
    assert (parts["own"][~west] == 0).all()
    assert (parts["received"][~west] != 0).all()
    text = attribution.shown(found)
    assert "what each region's effect" in text.casefold()
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("scenario", "changes", "says"),
    [
        ("china", {}, "china: has no policy to attribute"),
        ("hukou-easing", {"level": "provinces"}, "unknown level 'provinces'; did you mean 'province'?"),
        ("hukou-easing", {"measure": "gpd"}, "'gpd' is no measure of places; did you mean 'gdp'?"),
        ("hukou-easing", {"seeds": 1}, "seeds=1: an interval needs two seeds"),
    ],
)
def test_what_cannot_be_attributed_is_one_line(scenario, changes, says):
    """A scenario without policy, an unknown level, a measure that places do not have."""
    with pytest.raises(InputError, match=says.replace("?", r"\?")):
        attribution.attribute(scenario, **changes)


def test_the_program_says_what_is_wrong(capsys, tmp_path):
    """One line on standard error and exit code 2, before anything is run."""
    assert attribution.main(["chnia"]) == 2
    assert "did you mean 'china'?" in capsys.readouterr().err
    assert attribution.main(["hukou-easing", "--out", str(tmp_path / "no" / "file.csv")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
