"""The base quarter of a scenario: facts, geography and the inverted start, found once and shared."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import ThreadpoolController

from nqpf.model.draws import Draws
from nqpf.model.errors import ScenarioError
from nqpf.model.facts import Facts, load_facts
from nqpf.model.frictions import Frictions
from nqpf.model.geography import Geography
from nqpf.model.initial import Start, invert
from nqpf.model.policy import Schedule
from nqpf.model.quarters import parse_quarter
from nqpf.model.scenario import Scenario
from nqpf.model.structure import structure_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from nqpf.model.parameters import Parameters

_THREADS = ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[object]:
    """Products of matrices on one thread: more change the order of sums, and so the last bits of every table."""
    return _THREADS.limit(limits=1, user_api="blas")


def base_quarter(scenario: Scenario) -> tuple[Facts, Geography, Start]:
    """Facts, geography and the start that all policies of a scenario share. Not to be written to.

    Raises InputError when the facts cannot be an equilibrium.
    """
    return _base_quarter(json.dumps(scenario.status_quo().resolved(), sort_keys=True))


def stability_margin(parameters: Parameters) -> float:
    """How far the parameters are from a black hole, in which all people and firms end in one place; stable above 0.

    1 − θa + (1 + θ)(c + 1 / 2κ_m), a = (φ_H + φ_L + φ_G + λ + (1 − v)(1/(σ − 1) + ζ)) / (1 − α), φ_G of public
    capital, λ the larger own-sector externality, c congestion and rent share: a heuristic without intermediates, after
    Allen and Arkolakis (2014).
    """
    t, m, theta = parameters.technology, parameters.migration, parameters.trade.elasticity
    variety = t.love_of_variety * (1 / (t.variety_elasticity - 1) + t.data_share)
    external = t.public_capital_elasticity + max(t.cluster_externality, t.area_externality)
    agglomeration = (t.talent_agglomeration + t.labour_agglomeration + external + variety) / (1 - t.capital_share)
    return 1 - theta * agglomeration + (1 + theta) * (m.congestion + m.rent_share + 1 / (2 * m.taste))


@lru_cache(maxsize=2)
def _base_quarter(key: str) -> tuple[Facts, Geography, Start]:
    scenario = Scenario.from_resolved(json.loads(key))
    if stability_margin(scenario.parameters) <= 0:
        raise ScenarioError(
            "parameters: agglomeration outweighs congestion, so that everything would end in one place; lower "
            "technology.talent_agglomeration or love_of_variety, or raise migration.congestion"
        )
    facts = load_facts(scenario.start, scenario.data)
    geography, start = inverted(scenario, facts)
    return facts, geography, start


def inverted(scenario: Scenario, facts: Facts) -> tuple[Geography, Start]:
    """Geography and the inverted start of these facts under the scenario's parameters, seed and number of firms."""
    parameters = scenario.parameters
    quarter = parse_quarter(scenario.start) - 1
    geography = Geography(facts, parameters.transport, start=quarter + 1)
    structure = structure_of(facts, parameters)
    levers = Schedule(scenario.status_quo(), facts).at(quarter)
    with one_blas_thread():
        layers = Frictions(facts, geography, parameters, structure).at(quarter, levers, np.zeros(len(facts.places)))
        draws = Draws(scenario.seed)
        distance = geography.distance
        start = invert(facts, parameters, structure, layers, levers, distance, draws, scenario.firms, quarter)
    return geography, start
