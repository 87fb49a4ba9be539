"""The scenarios that come with the model: all that others rely on are there, every number says where it is from."""

from __future__ import annotations

import re
import tomllib

import numpy as np
import pytest

from nqpf.model import accounts
from nqpf.model.economy import RegionalEconomy
from nqpf.model.facts import load_facts
from nqpf.model.industries import component_sectors
from nqpf.model.initial.mix import start_mix
from nqpf.model.levers import LEVERS
from nqpf.model.quarters import parse_quarter
from nqpf.model.rules import SHOCKS
from nqpf.model.scenario import Scenario
from nqpf.model.scenario_file import LIBRARY, library_names

STARTS = ("china", "china-2010")
COUNTERFACTUALS = (
    *("hukou-easing", "capital-to-the-east", "rail-frozen", "equity-market", "free-internal-trade", "one-data-market"),
    *("east-data-west-computing", "digital-prorata", "digital-lagging-first", "growth-poles", "poles-only"),
    *("poles-then-coordination-2", "poles-then-coordination-4", "poles-then-coordination-8", "coordination-at-once"),
    *("uniform-transfers", "differentiated-transfers", "western-schooling", "western-technology"),
    *("innovation-community-complementary", "innovation-community-alike", "related-targeting", "strategic-hinterland"),
    *("coastal-shock", "strategic-hinterland-shock", "land-tilt-west", "land-tilt-coast"),
)
PROGRAMMES = (
    *("yangtze-first", "chengdu-chongqing", "greater-bay", "harbin-changchun", "western-development", "central-rise"),
    *("beijing-tianjin-hebei", "yellow-river", "xinjiang-opening"),
)
POLES = {None: "poles-only", 0: "coordination-at-once"} | {n: f"poles-then-coordination-{n}" for n in (2, 4, 8)}
"""Years until coordination → scenario; none: never."""


def told(name: str) -> list[str]:
    """Lines of a file's policies, shocks and parameters."""
    tables = re.split(r"^(?=\[)", (LIBRARY / f"{name}.toml").read_text(encoding="utf-8"), flags=re.MULTILINE)
    own = [table for table in tables if re.match(r"\[\[(policy|shock)\]\]|\[parameters", table)]
    return [line for table in own for line in table.splitlines()[1:] if line]


def said(name: str) -> dict:
    """What a file of the library says itself."""
    return tomllib.loads((LIBRARY / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def library() -> dict[str, Scenario]:
    """Every scenario by name."""
    return {name: Scenario.load(name) for name in library_names()}


def test_the_names_that_others_rely_on_are_there():
    """Two starts, the counterfactuals and the programmes; more than forty in all."""
    assert {*STARTS, *COUNTERFACTUALS, *PROGRAMMES} <= set(library_names())
    assert len(library_names()) > 40


@pytest.mark.parametrize("name", library_names())
def test_every_number_says_where_it_is_from(name: str):
    """Each line of a policy, shock or parameter with a number, a value or a size has a comment in words."""
    lines = told(name)
    assert bool(lines) == bool(said(name).keys() & {"policy", "shock", "parameters"})
    sourced = [line for line in lines if re.match("value|size", line) or re.search(r"\d", line.partition("#")[0])]
    bare = [line for line in sourced if not re.search(r"# .*[A-Za-z]{2}", line)]
    assert not bare, bare


@pytest.mark.parametrize("name", library_names())
def test_every_file_opens_with_what_it_rests_on(library, name: str):
    """A comment comes first; title and description are in Chinese where they say so."""
    assert (LIBRARY / f"{name}.toml").read_text(encoding="utf-8").startswith("# ")
    scenario = library[name]
    for words in (scenario.title, scenario.description):
        assert re.search(r"[\u4e00-\u9fff]{2}", words.zh)
        assert words.en.isascii()


def test_chinese_has_its_own_punctuation(library):
    """No half-width comma, colon, semicolon or bracket in what is read in Chinese."""
    for name, scenario in library.items():
        assert not re.search("[,:;()]", scenario.title.zh + scenario.description.zh), name


def test_what_runs_out_has_an_end(library):
    """Tax rules that were extended to a year have an `until`, which the description names."""
    ends = {"greater-bay": "talent_subsidy", "hainan-free-port": "talent_subsidy", "western-development": "subsidy_cap"}
    for name, lever in ends.items():
        (rule,) = (rule for rule in library[name].policy if rule.lever == lever)
        assert rule.until is not None
        assert re.search(f"(until|to) {rule.until[:4]}", library[name].description.en)


def test_no_two_scenarios_say_the_same(library):
    """Hashes differ, unless a file adds nothing to its base but a name."""
    hashes: dict[str, list[str]] = {}
    for name, scenario in library.items():
        hashes.setdefault(scenario.content_hash, []).append(name)
    for same in hashes.values():
        extra = [name for name in same if said(name).keys() - {"name", "title", "base", "description"}]
        assert len(extra) == 1, same
        assert all(said(name)["base"] in same for name in same if name not in extra)


def test_no_rule_asks_for_what_is_anyway(library):
    """Each rule's value differs from the status quo."""
    for name, scenario in library.items():
        assert all(rule.value != LEVERS[rule.lever].default for rule in scenario.policy), name


def test_what_begins_also_ends_in_time(library):
    """Every rule and shock begins, and every ramp is over, within its scenario's quarters."""
    for name, scenario in library.items():
        start = parse_quarter(scenario.start)
        for window in (*scenario.policy, *scenario.shock):
            first = start if window.from_ is None else parse_quarter(window.from_)
            assert start <= first
            assert first + getattr(window, "ramp", 0) <= start + scenario.quarters, (name, window)


@pytest.mark.parametrize("name", [n for n in COUNTERFACTUALS if n not in {"hukou-easing", "equity-market"}])
def test_counterfactuals_act_from_the_start(library, name: str):
    """Rules have no date of their own, but for the package that comes after the poles."""
    late = {rule.from_ for rule in library[name].policy} - {None}
    years = re.match(r"poles-then-coordination-(\d)", name)
    assert late == ({f"{2024 + int(years[1])}Q1"} if years else set())


def test_coordination_is_the_same_whenever_it_comes(library):
    """One package, at the switch year; only the poles' money and the year differ."""
    packages = []
    for years, name in POLES.items():
        rules = {rule.lever: rule for rule in library[name].policy}
        share, switch = rules.pop("pole_share", None), rules.pop("switch_year", None)
        assert (share and share.value) == (None if years == 0 else 1.0)
        assert (switch and switch.value) == years
        assert all(rule.from_ == (f"{2024 + years}Q1" if years else None) for rule in rules.values())
        packages.append({lever: rule.value for lever, rule in rules.items()})
    assert packages[0] == {}
    assert len(packages[1]) == 8
    assert all(package == packages[1] for package in packages[2:])


def test_the_library_shows_every_kind_of_shock_and_nearly_every_lever(library):
    """A user finds an example of each kind of shock, and of all levers but the mission fund."""
    assert {shock.kind for scenario in library.values() for shock in scenario.shock} == set(SHOCKS)
    assert {rule.lever for scenario in library.values() for rule in scenario.policy} == LEVERS.keys() - {"mission_fund"}


def test_the_innovation_communities_follow_their_rule(library):
    """The pair of clusters whose smaller gain is largest, and of those of its size that whose larger gain is least."""
    facts = load_facts("2024Q1")
    sectors, regions = facts.sectors, facts.regions
    member = {regions.id[row]: regions.member[row] for row in regions.of_level("cluster")}
    research = start_mix(facts) / sectors.value_added_share * sectors.rd_share
    known = {name: research[places].max(0) for name, places in member.items()}
    spent = {name: research[places].sum(0) for name, places in member.items()}
    components = component_sectors(sectors.input_shares, sectors.strategic)
    researching = np.array([kind != "local" for kind in sectors.kind]) & (sectors.rd_share > 0)

    def gain(one: str, other: str) -> float:
        rise = np.log(np.maximum(known[one], known[other]) / known[one])
        by_sector = np.where(components >= 0, rise[components], 0.0).sum(1)
        return float(np.average(by_sector[researching], weights=spent[one][researching]))

    def size(pair: tuple[str, str]) -> float:
        return float(sum(spent[name].sum() for name in pair) / research.sum())

    pairs = [(a, b) for a in member for b in member if a < b]
    gains = {pair: (gain(*pair), gain(*pair[::-1])) for pair in pairs}
    unlike = max(pairs, key=lambda pair: min(gains[pair]))
    near = [
        (a, b)
        for a, b in pairs
        if not (member[a] & member[b]).any()
        and max(spent[a].sum(), spent[b].sum()) < 1.25 * min(spent[a].sum(), spent[b].sum())
        and abs(size((a, b)) / size(unlike) - 1) < 0.05
    ]
    alike = min(near, key=lambda pair: max(gains[pair]))
    for name, pair in (("complementary", unlike), ("alike", alike)):
        (rule,) = library[f"innovation-community-{name}"].policy
        assert rule.where == {"cluster": pair}
        comment = (LIBRARY / f"innovation-community-{name}.toml").read_text(encoding="utf-8").replace("\n# ", " ")
        for number in (*(f"{x:.2f}" for x in gains[pair]), f"{100 * size(pair):.1f} %"):
            assert number in comment, number


def _at_full(scenario: Scenario) -> Scenario:
    """Few firms and two quarters, and everything that the scenario ever does at once and in full."""
    policy = (rule.model_copy(update={"from_": None, "until": None, "ramp": 0}) for rule in scenario.policy)
    shock = (shock.model_copy(update={"from_": None, "until": None}) for shock in scenario.shock)
    return scenario.model_copy(update={"firms": 500, "quarters": 2, "policy": tuple(policy), "shock": tuple(shock)})


@pytest.mark.slow
def test_accounts_close_under_every_scenario(library):
    """Two quarters of each, all its rules and shocks in force: no identity breaks, and all measures are numbers."""
    for name, scenario in sorted(library.items(), key=lambda item: item[1].start):  # two starts are kept at a time
        economy = RegionalEconomy(_at_full(scenario))
        economy.run_for(2)
        assert set(economy.residuals) == set(accounts.IDENTITIES), name
        for measure, values in economy.city_measures().items():
            assert np.isfinite(values).all(), (name, measure)


def test_every_scenario_but_the_starts_has_a_base(library):
    """And starts where its base does."""
    for name, scenario in library.items():
        base = said(name).get("base")
        assert (base is None) == (name in STARTS)
        assert scenario.start == library[base or name].start
