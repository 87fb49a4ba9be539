"""Every identity holds in every quarter, whatever policies and shocks a scenario puts together."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import nqpf.model.economy as economy_module
import nqpf.model.start as start_module
from nqpf.model import accounts
from nqpf.model.levers import LEVERS
from nqpf.model.parameters import Parameters
from nqpf.model.policy import PolicyRule, Shock
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.model.rules import SHOCKS
from nqpf.model.scenario import Scenario

FIRMS = 64
START = parse_quarter(Scenario.load("china").start)
IDS = {
    "macro_region": ("east", "west"),
    "province": ("11", "12"),
    "cluster": ("delta",),
    "city": ("110100", "110200", "110300", "120100", "120200", "120300"),
}
"""Where a rule may hold in the synthetic country, besides everywhere."""


@pytest.fixture(scope="module")
def bases(economies):
    """Two starts of the synthetic country: the usual, and one at which much happens in few quarters."""
    facts = economies.country()
    values = Parameters().model_dump()
    values["technology"] |= {"cluster_externality": 0.1, "area_externality": 0.05, "public_capital_elasticity": 0.05}
    values["migration"]["considering"] = 0.3
    values["data"] |= {"price": 0.8, "hub_share": 0.6}
    values["collaboration"] |= {"rate": 0.6, "network_gain": 1.5}
    values["research"] |= {"hazard": 1.0, "imitation": 0.3, "top_share": 0.4, "attempts": 3.0, "breakthrough": 0.9}
    values["firms"] |= {"exit_rate": 0.15, "entrant_size": 1.0}
    values["relocation"] |= {"considering": 0.5, "fixed_cost": 0.0}
    values["governments"] |= {"adaptation": 50.0}
    found = []
    for parameters in (Parameters(), Parameters.model_validate(values)):
        scenario = economies.small_scenario(firms=FIRMS, parameters=parameters)
        found.append(SimpleNamespace(scenario=scenario, start=(facts, *start_module.inverted(scenario, facts))))
    return found


@st.composite
def windows(draw, levels):
    """From some quarter around the start, to some later one or none, in some places of a level or all."""
    first = draw(st.none() | st.integers(-3, 4))
    length = draw(st.none() | st.integers(0, 4))
    window = {
        "from": None if first is None else format_quarter(START + first),
        "until": None if first is None or length is None else format_quarter(START + first + length),
    }
    level = draw(st.sampled_from(sorted(set(levels) & set(IDS)) or ["nation"]))
    if level != "nation" and draw(st.booleans()):
        window["where"] = {level: sorted(draw(st.sets(st.sampled_from(IDS[level]), min_size=1)))}
    return window


@st.composite
def rules(draw):
    """A rule of any lever, choices and never included; its ends often, where faults hide."""
    lever = LEVERS[draw(st.sampled_from(sorted(LEVERS)))]
    if lever.values:
        value = st.sampled_from(lever.values)
    else:
        value = st.sampled_from((lever.low, lever.high)) | st.floats(lever.low, lever.high)
        value = st.none() | value if lever.nullable else value
    ramp = 0 if lever.values or lever.nullable else draw(st.integers(0, 5))
    window = draw(windows(lever.places))
    return PolicyRule.model_validate({"lever": lever.name, "value": draw(value), "ramp": ramp, **window})


@st.composite
def shocks(draw):
    """A shock of any kind and size."""
    size = draw(st.sampled_from((0.0, 0.9)) | st.floats(0, 0.9))
    return Shock.model_validate({"kind": draw(st.sampled_from(sorted(SHOCKS))), "size": size, **draw(windows(IDS))})


ANY = {
    "rules": st.lists(rules(), max_size=12),
    "shocks": st.lists(shocks(), max_size=4),
    "seed": st.integers(0, 2**32 - 1),
    "lively": st.booleans(),
    "frozen": st.booleans(),
    "quarters": st.integers(1, 5),
}


def run(bases, rules, shocks, seed, lively, frozen, quarters):
    """Step an economy under these rules; the check in each step raises on the first identity that breaks."""
    base = bases[lively]
    demography = "frozen" if frozen else "census"
    # The start is another seed's: it holds exactly all the same, and is not found anew for each example.
    update = {"policy": tuple(rules), "shock": tuple(shocks), "seed": seed, "demography": demography}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(economy_module, "base_quarter", lambda _: base.start)
        economy = economy_module.RegionalEconomy(base.scenario.model_copy(update=update))
    for _ in range(quarters):
        economy.step()
        assert set(economy.residuals) == set(accounts.IDENTITIES)
    for name, values in economy.state().items():
        assert np.isfinite(np.asarray(values, float)).all(), name
    assert all(np.isfinite(values).all() for values in economy.city_measures().values())


EXTREMES = [
    PolicyRule(lever=name, value=lever.values[-1] if lever.values else value)
    for end in ("low", "high")
    for name, lever in LEVERS.items()
    for value in [getattr(lever, end)]
]
"""Every lever at its lowest, then at its highest."""
WORST = [Shock(kind=kind, size=0.9) for kind in SHOCKS]


@settings(max_examples=60)
@example(rules=[], shocks=[], seed=0, lively=False, frozen=False, quarters=5)
@example(rules=EXTREMES[: len(LEVERS)], shocks=WORST, seed=0, lively=True, frozen=False, quarters=5)
@example(rules=EXTREMES[len(LEVERS) :], shocks=WORST, seed=0, lively=True, frozen=False, quarters=5)
@given(**ANY)
def test_no_scenario_breaks_an_identity(bases, rules, shocks, seed, lively, frozen, quarters):
    """Sixty scenarios of random rules and shocks: markets clear, accounts close, everything stays a number."""
    run(bases, rules, shocks, seed, lively, frozen, quarters)


@pytest.mark.slow
@settings(max_examples=500)
@given(**ANY)
def test_no_scenario_of_five_hundred_breaks_an_identity(bases, rules, shocks, seed, lively, frozen, quarters):
    """The same in five hundred."""
    run(bases, rules, shocks, seed, lively, frozen, quarters)
