"""The baseline whose places and quarters set the index's scale."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nqpf.model.equilibrium import EquilibriumError
from nqpf.model.errors import AccountingError, InputError
from nqpf.model.nqpf_index.constants import OWN, SCENARIOS, Constants, shipped
from nqpf.model.nqpf_index.indicators import readings
from nqpf.model.nqpf_index.weights import constants_of
from nqpf.model.parameters import Parameters
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nqpf.agents.typing import Floats

FIRMS = 20_000
"""Of every baseline: with few rows small places lack whole sectors, which lowers their industry and the index."""

_SEED, _QUARTERS = 1, 20  # of a baseline on own data


class Economy(Protocol):
    """What the baseline needs of an economy; it must not ask for the index."""

    def step(self) -> None:
        """Advance one quarter."""

    def place_measures(self) -> Mapping[str, Floats]:
        """Measures of places but the index."""


def constants_for(scenario: Scenario, economy: Callable[[Scenario], Economy]) -> Constants:
    """Constants of a scenario's start: the shipped ones, or with tables of its own those of its own baseline.

    The own baseline is the status quo of the same tables and start with default parameters, so that all runs on the
    same data share one scale whatever their policies, parameters, seed and firms. Where these data are no equilibrium
    under the defaults, at the start or in a later quarter, the scenario's parameters take their place, and `run.json`
    says so. It is run when first asked for and kept.
    """
    if not scenario.data:
        return shipped(scenario.start)
    same = {"seed": _SEED, "firms": FIRMS, "demography": "census"}
    plain = scenario.status_quo().model_copy(update=same)
    default = plain.model_copy(update={"parameters": Parameters()})
    try:
        return _own(_key(default), economy)
    except (InputError, EquilibriumError, AccountingError):
        return replace(_own(_key(plain), economy), parameters=SCENARIOS)


def measured(economy: Economy, quarters: int, baseline: str) -> Constants:
    """Constants of the next quarters of an economy, all its places."""
    panel, people = [], None
    for _ in range(quarters):
        economy.step()
        places = economy.place_measures()
        panel.append(readings(places))
        people = places["population"] if people is None else people
    return constants_of(np.stack(panel), np.asarray(people), baseline)


def _key(scenario: Scenario) -> str:
    return json.dumps(scenario.resolved(), sort_keys=True)


@lru_cache(maxsize=8)
def _own(key: str, economy: Callable[[Scenario], Economy]) -> Constants:
    return measured(economy(Scenario.from_resolved(json.loads(key))), _QUARTERS, OWN)
