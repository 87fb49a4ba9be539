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
from nqpf.model.frictions import STATUS_QUO_PROTECTION, trade_network
from nqpf.model.geography import Geography
from nqpf.model.initial import Start, StatusQuo, invert
from nqpf.model.levers import LEVERS
from nqpf.model.quarters import parse_quarter
from nqpf.model.scenario import Scenario

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

    1 − θa + (1 + θ)(c + 1 / 2κ_m), a = (φ_H + φ_L + (1 − v)(1/(σ − 1) + ζ)) / (1 − α), c congestion and rent share: a
    heuristic without intermediates, after Allen and Arkolakis (2014).
    """
    t, m, theta = parameters.technology, parameters.migration, parameters.trade.elasticity
    variety = t.love_of_variety * (1 / (t.variety_elasticity - 1) + t.data_share)
    agglomeration = (t.talent_agglomeration + t.labour_agglomeration + variety) / (1 - t.capital_share)
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
    geography = Geography(facts, scenario.parameters.transport)
    quarter = parse_quarter(scenario.start) - 1
    status_quo = StatusQuo(LEVERS["transfer_equalisation"].default, LEVERS["border_capital"].default)
    with one_blas_thread():
        trade = trade_network(
            scenario.parameters.trade,
            geography.travel_time(quarter),
            facts.places.province,
            np.full(len(facts.places), STATUS_QUO_PROTECTION),
            facts.places.seaport,
            facts.sectors.kind,
        )
        draws = Draws(scenario.seed)
        start = invert(
            facts, scenario.parameters, trade, geography.distance, status_quo, draws, scenario.firms, quarter
        )
    return facts, geography, start
