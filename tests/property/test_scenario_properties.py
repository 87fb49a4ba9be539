"""Properties of scenarios and schedules, over whatever hypothesis thinks of."""

import json
import random
import tomllib
from types import SimpleNamespace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nqpf.model.levers import LEVERS
from nqpf.model.policy import PolicyRule, Schedule, Shock
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.model.rules import SHOCKS
from nqpf.model.scenario import Scenario
from nqpf.model.toml_source import key_lines

CHINA = Scenario.load("china")
START = parse_quarter(CHINA.start)
CODES = ("110000", "310000", "440100", "650100")


class Places(SimpleNamespace):
    """Four places."""

    def __len__(self) -> int:
        return len(self.code)


FACTS = SimpleNamespace(
    places=Places(code=CODES, name_en=CODES),
    regions=SimpleNamespace(id=(), level=(), name_en=(), member=np.zeros((0, len(CODES)), dtype=bool)),
)

windows = st.builds(
    lambda first, length, cities: {
        "from": None if first is None else format_quarter(START + first),
        "until": None if first is None or length is None else format_quarter(START + first + length),
        "where": {"city": sorted(cities)} if cities else None,
    },
    st.none() | st.integers(-8, 40),
    st.none() | st.integers(0, 30),
    st.sets(st.sampled_from(CODES)),
)


def values(lever):
    """What may be written for a lever."""
    if lever.values:
        return st.sampled_from(lever.values)
    numbers = st.floats(lever.low, lever.high)
    return numbers | st.sampled_from([None, "never", "NULL"]) if lever.nullable else numbers


@st.composite
def rules(draw):
    """A rule of any lever, with a value of its kind."""
    lever = LEVERS[draw(st.sampled_from(sorted(LEVERS)))]
    window = draw(windows)
    if lever.places == ("nation",):
        window["where"] = None
    ramp = 0 if lever.values or lever.nullable else draw(st.integers(0, 12))
    return PolicyRule.model_validate({"lever": lever.name, "value": draw(values(lever)), "ramp": ramp, **window})


shocks = st.builds(
    lambda kind, window, size: Shock.model_validate({"kind": kind, "size": size, **window}),
    st.sampled_from(sorted(SHOCKS)),
    windows,
    st.floats(0, 0.9),
)
scenarios = st.builds(
    lambda policy, shock, seed, firms, quarters, taste: CHINA.with_changes(
        seed=seed, firms=firms, quarters=quarters, settings={"parameters.migration.taste": repr(taste)}
    ).model_copy(update={"policy": tuple(policy), "shock": tuple(shock)}),
    st.lists(rules(), max_size=5),
    st.lists(shocks, max_size=3),
    st.integers(0, 2**63 - 1),
    st.integers(500, 5_000_000),
    st.integers(1, 10_000),
    st.floats(0.1, 6),
)
calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@calm
@given(scenarios)
def test_a_resolved_scenario_reads_back_as_itself(scenario: Scenario):
    """Through JSON and back nothing is lost, neither content nor hash."""
    again = Scenario.from_resolved(json.loads(json.dumps(scenario.resolved(), allow_nan=False)))
    assert again == scenario
    assert again.content_hash == scenario.content_hash


def shuffled(value, chance: random.Random):
    """The same plain data with the keys of every table in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(inner, chance)) for key, inner in value.items()]
        chance.shuffle(items)
        return dict(items)
    return [shuffled(inner, chance) for inner in value] if isinstance(value, list) else value


@calm
@given(scenarios, st.integers())
def test_the_hash_does_not_know_the_order_of_keys(scenario: Scenario, chance: int):
    """Two spellings of one scenario share a hash."""
    other = Scenario.from_resolved(shuffled(scenario.resolved(), random.Random(chance)))
    assert other.content_hash == scenario.content_hash


@calm
@given(scenarios)
def test_values_never_leave_a_levers_range(scenario: Scenario):
    """Whatever rules overlap, ramp and end, every place's value can be written down, and losses are below one."""
    plan = Schedule(scenario, FACTS)
    for quarter in range(START - 2, START + 60):
        for leaf, held in plan.at(quarter).items():
            lever = LEVERS[leaf]
            assert held.shape == (len(CODES),)
            assert held.dtype == (np.int64 if lever.values else np.float64)
            for code in set(held.tolist()):
                assert lever.encode(lever.check(lever.decode(code))) == code
        for kind in SHOCKS:
            loss = plan.shock(kind, quarter)
            assert 0 <= loss.min() <= loss.max() < 1


@calm
@given(scenarios, st.integers(0, 50))
def test_a_change_is_reported_exactly_when_there_is_one(scenario: Scenario, ahead: int):
    """The identity of arrays says what comparing the values says."""
    plan = Schedule(scenario, FACTS)
    before, now = plan.at(START + ahead - 1), plan.at(START + ahead)
    differs = {leaf for leaf in LEVERS if not np.array_equal(before[leaf], now[leaf])}
    assert {leaf for leaf in LEVERS if before[leaf] is not now[leaf]} == differs
    for kind in SHOCKS:
        lost, losing = plan.shock(kind, START + ahead - 1), plan.shock(kind, START + ahead)
        assert (lost is losing) == np.array_equal(lost, losing)


@calm
@given(st.sampled_from(sorted(LEVERS)).flatmap(lambda name: st.tuples(st.just(name), values(LEVERS[name]))))
def test_a_lever_set_twice_is_set_once(setting: tuple):
    """A value of any kind holds as it was checked, and the default gives the base back."""
    name, value = setting
    once = CHINA.with_changes(levers={name: value})
    assert [rule.value for rule in once.policy] in ([LEVERS[name].check(value)], [])
    assert once.with_changes(levers={name: value}).content_hash == once.content_hash
    assert once.with_changes(levers={name: LEVERS[name].default}) == CHINA


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
leaves = (
    st.integers(-9, 9) | st.booleans() | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=9)
)
plain = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))
documents = st.dictionaries(names, plain | st.lists(st.dictionaries(names, plain, max_size=3), max_size=3), max_size=4)


def toml(value) -> str:
    """A value as TOML on one line; JSON's texts are TOML's but for DEL."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def keys_of(value, at=()):
    """Where everything stands."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*at, key)
        yield from keys_of(inner, (*at, key))


@calm
@given(documents, st.integers(0, 3))
def test_every_key_of_a_document_has_its_line(document: dict, blank: int):
    """The second pass over a file finds all that `tomllib` finds, on the line on which it was written."""
    text, lines = "", {}
    for key, value in document.items():
        text += "\n" * blank + "# [[no]] = {\n"
        if isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
            for number, table in enumerate(value):
                text += f"[[{toml(key)}]]\n"
                for name, inner in table.items():
                    text += f"{toml(name)} = {toml(inner)}\n"
                    lines[key, number, name] = text.count("\n")
        elif isinstance(value, dict):
            text += f"[{toml(key)}]\n" + "".join(f"{toml(name)} = {toml(inner)}\n" for name, inner in value.items())
        else:
            text = f"{toml(key)} = {toml(value)}\n" + text
            lines = {at: line + 1 for at, line in lines.items()}
    found = key_lines(text)
    assert set(keys_of(tomllib.loads(text))) == set(found)
    assert {at: found[at] for at in lines} == lines
