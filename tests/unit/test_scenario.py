"""Scenarios: the library, chains of bases, changes, and identity."""

import json
from pathlib import Path

import numpy as np
import pytest

from nqpf.model.errors import ScenarioError
from nqpf.model.facts import DATA
from nqpf.model.parameters import Parameters
from nqpf.model.scenario import Scenario
from nqpf.model.scenario_file import library_names


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    """A scenario file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", library_names())
def test_every_scenario_of_the_library_loads_under_its_own_name(name: str):
    """File name and name agree, and both languages say what it is."""
    scenario = Scenario.load(name)
    assert scenario.name == name
    assert scenario.title.en != scenario.title.zh
    assert scenario.description.en
    assert scenario.description.zh


def test_the_two_starts():
    """The baseline starts in 2024, its backward twin in 2010 and ends in 2023."""
    china, past = Scenario.load("china"), Scenario.load("china-2010")
    assert (china.start, china.quarters, china.seed, china.firms) == ("2024Q1", 48, 7, 100_000)
    assert (past.start, past.quarters) == ("2010Q1", 56)
    assert china.policy == past.policy == ()
    assert china.parameters == Parameters()


def test_what_a_file_does_not_say_is_its_bases(tmp_path: Path):
    """Scalars replace, parameters merge key by key, rules come after the base's."""
    written(
        tmp_path,
        """
        name = "first"
        base = "china"
        seed = 3
        quarters = 8
        [parameters]
        migration.taste = 2
        trade.elasticity = 5.0
        [[policy]]
        lever = "protection"
        value = 0.2
        """,
        "first.toml",
    )
    path = written(
        tmp_path,
        """
        name = "second"
        base = "first.toml"
        quarters = 12
        title = "Second"
        [parameters.migration]
        taste = 1.0
        [[policy]]
        lever = "protection"
        value = 0.3
        """,
    )
    scenario = Scenario.load(path)
    assert (scenario.name, scenario.base, scenario.seed, scenario.quarters) == ("second", "first.toml", 3, 12)
    assert scenario.title.en == scenario.title.zh == "Second"
    assert scenario.parameters.migration.taste == 1.0
    assert scenario.parameters.trade.elasticity == 5.0
    assert [rule.value for rule in scenario.policy] == [0.2, 0.3]


def test_a_base_is_found_beside_the_file_wherever_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Paths in a file are relative to the file, not to where the command runs."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "elsewhere").mkdir()
    written(tmp_path, 'name = "a"\nbase = "china"\nseed = 5\n', "a.toml")
    path = written(tmp_path / "deep", 'name = "b"\nbase = "../a.toml"\n', "b.toml")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert Scenario.load(path).seed == 5


def test_the_example_of_the_manual_loads(tmp_path: Path):
    """A file with a policy over a strategy and a shock over a macro-region is read as written."""
    path = written(
        tmp_path,
        """
        name = "yangtze-first"
        title = { en = "Yangtze belt first", zh = "长江经济带先行" }
        base = "china"
        start = "2024Q1"
        quarters = 48
        seed = 7
        firms = 20_000
        demography = "census"

        [parameters]
        migration.taste = 1.5

        [[policy]]
        lever = "equity_integration"
        value = 0.6
        from = "2026Q1"
        until = "2032Q4"
        ramp = 4
        where = { strategy = "yangtze_economic_belt" }

        [[shock]]
        kind = "supply"
        size = 0.15
        from = "2028Q1"
        until = "2028Q4"
        where = { macro_region = "east" }
        """,
    )
    scenario = Scenario.load(path)
    assert scenario.title.zh == "长江经济带先行"
    assert scenario.policy[0].where == {"strategy": ("yangtze_economic_belt",)}
    assert scenario.shock[0].size == 0.15


def test_a_lever_set_from_outside_replaces_the_rules_of_that_lever_only():
    """`--set` holds from the start, everywhere; other levers keep their rules."""
    base = Scenario.load("transport-integration")
    changed = base.with_changes(levers={"transport_gain.within": 0.5, "protection": 0.1})
    assert {rule.lever: rule.value for rule in changed.policy} == {
        "transport_gain.across": 0.1,
        "transport_gain.within": 0.5,
        "protection": 0.1,
    }
    assert changed.policy[-1].from_ is None
    assert changed.policy[-1].where is None


def test_a_lever_set_to_its_default_is_the_baseline():
    """Status quo asked for in words has the baseline's hash, so that the run is not done again."""
    china = Scenario.load("china")
    assert Scenario.load("china", levers={"protection": 0.5}).content_hash == china.content_hash
    off = Scenario.load("hukou-easing", settings={"hukou_easing": "0"})
    assert off.content_hash == china.content_hash


def test_choices_and_never_are_set_like_numbers():
    """By name or as null, from code or as text; the default is the baseline, and spellings share a hash."""
    china = Scenario.load("china")
    wide = china.with_changes(levers={"data_pool_scope": "nation", "switch_year": 5})
    assert {rule.lever: rule.value for rule in wide.policy} == {"data_pool_scope": "nation", "switch_year": 5.0}
    as_text = Scenario.load("china", settings={"data_pool_scope": "nation", "policy.switch_year": "5"})
    assert as_text.content_hash == wide.content_hash
    for never in (None, "never"):
        back = wide.with_changes(levers={"switch_year": never, "data_pool_scope": "province"})
        assert back.content_hash == china.content_hash
    assert wide.with_changes(settings={"switch_year": "Never"}).policy == wide.policy[:1]
    assert Scenario.load("china", settings={"targeting_rule": "none"}).policy[0].value == "none"


def test_a_file_names_choices_and_writes_never(tmp_path: Path):
    """TOML has no null: the word stands for it, over a base that names a year."""
    base = '[[policy]]\nlever = "switch_year"\nvalue = 8\n'
    written(tmp_path, 'name = "a"\nbase = "china"\n' + base, "a.toml")
    text = base.replace("8", '"never"') + '[[policy]]\nlever = "targeting_rule"\nvalue = "related"\n'
    scenario = Scenario.load(written(tmp_path, 'name = "b"\nbase = "a.toml"\n' + text))
    assert [rule.value for rule in scenario.policy] == [8.0, None, "related"]
    assert Scenario.from_resolved(json.loads(json.dumps(scenario.resolved(), allow_nan=False))) == scenario
    replaced = scenario.with_changes(levers={"switch_year": None})
    assert [rule.lever for rule in replaced.policy] == ["targeting_rule"]


@pytest.mark.parametrize("kind", ["supply", "foreign", "technology"])
def test_a_file_may_bring_shocks_of_every_kind(kind: str, tmp_path: Path):
    """Each is read with its size and place."""
    text = f'[[shock]]\nkind = "{kind}"\nsize = 0.3\nwhere = {{ macro_region = "east" }}\n'
    scenario = Scenario.load(written(tmp_path, 'name = "a"\nbase = "china"\n' + text))
    assert [(shock.kind, shock.size) for shock in scenario.shock] == [(kind, 0.3)]


def test_settings_reach_levers_parameters_and_the_rest():
    """One option sets all that can be set; the prefix of levers is optional."""
    scenario = Scenario.load(
        "china",
        settings={
            "policy.hukou_easing": "0.5",
            "parameters.migration.taste": "2",
            "seed": "9",
            "firms": "20_000",
            "start": "2010Q1",
            "demography": "frozen",
        },
        quarters=8,
    )
    assert [rule.lever for rule in scenario.policy] == ["hukou_easing.labour", "hukou_easing.talent"]
    assert scenario.parameters.migration.taste == 2.0
    assert (scenario.seed, scenario.firms, scenario.start) == (9, 20_000, "2010Q1")
    assert (scenario.demography, scenario.quarters) == ("frozen", 8)


def test_numpys_numbers_are_numbers():
    """What comes out of an experiment's design can be used as it is."""
    scenario = Scenario.load("china", seed=np.int64(3), levers={"protection": np.float64(0.25)})
    assert scenario.seed == 3
    assert scenario.policy[0].value == 0.25
    assert json.dumps(scenario.resolved())


def test_the_hash_leaves_out_what_does_not_decide_the_numbers(tmp_path: Path):
    """Name, title, base and seed are not in it; firms, quarters, parameters and rules are."""
    china = Scenario.load("china")
    path = written(tmp_path, 'name = "other"\ntitle = "Other"\nbase = "china"\nseed = 99\n')
    assert Scenario.load(path).content_hash == china.content_hash
    changes = [{"firms": 5000}, {"quarters": 8}, {"levers": {"protection": 0.1}}]
    changes += [{"settings": {"parameters.migration.taste": "2"}}, {"settings": {"demography": "frozen"}}]
    hashes = {Scenario.load("china", **change).content_hash for change in changes}
    assert len(hashes | {china.content_hash}) == len(changes) + 1


def test_a_replaced_table_counts_by_its_bytes(tmp_path: Path):
    """Another path with the same bytes is the same content; a changed table is another, and is noticed later."""
    table = tmp_path / "places.csv"
    table.write_bytes((DATA / "cities.csv").read_bytes())
    (tmp_path / "copy.csv").write_bytes(table.read_bytes())
    one = Scenario.load(written(tmp_path, 'name = "a"\nbase = "china"\n[data]\ncities = "places.csv"\n'))
    two = Scenario.load(written(tmp_path, 'name = "a"\nbase = "china"\n[data]\ncities = "copy.csv"\n', "b.toml"))
    assert one.data == {"cities": table}
    assert one.content_hash == two.content_hash != Scenario.load("china").content_hash
    resolved = one.resolved()
    assert Scenario.from_resolved(json.loads(json.dumps(resolved))) == one
    table.write_bytes(table.read_bytes() + b"\n")
    assert one.content_hash != two.content_hash
    with pytest.raises(ScenarioError, match="has changed since"):
        Scenario.from_resolved(resolved)


def test_a_start_of_ones_own_needs_a_table(tmp_path: Path):
    """Any start is allowed once the state before it is given."""
    (tmp_path / "start.csv").write_bytes((DATA / "start_2024.csv").read_bytes())
    text = 'name = "a"\nbase = "china"\nstart = "2021Q3"\n[data]\nstart = "start.csv"\n'
    assert Scenario.load(written(tmp_path, text)).start == "2021Q3"


def test_the_start_is_shared_by_scenarios_that_differ_in_policy_only():
    """Rules, shocks and length do not decide the first state; firms and parameters do."""
    china, easing = Scenario.load("china"), Scenario.load("hukou-easing", quarters=4)
    assert china.status_quo() == easing.status_quo()
    assert china.status_quo() != Scenario.load("china", firms=5000).status_quo()


def test_a_resolved_scenario_with_a_fault_is_refused():
    """A stored scenario that was edited by hand is checked like any other."""
    resolved = Scenario.load("china").resolved()
    with pytest.raises(ScenarioError, match="firms: 3 is out of range"):
        Scenario.from_resolved(resolved | {"firms": 3})
    with pytest.raises(ScenarioError, match=r"policy\.0\.lever: unknown lever"):
        Scenario.from_resolved(resolved | {"policy": [{"lever": "x", "value": 1}]})
