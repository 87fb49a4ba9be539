"""The base year's incomes and productivity with everything that acts in it: data, subsidies, funds, public capital."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.exchange.pools import data_trade
from nqpf.model.initial.flows import circular_flow
from nqpf.model.markets.incomes import Distribution
from nqpf.model.processes.exchange import exchange
from nqpf.model.processes.governing import retarget
from nqpf.model.processes.production import agglomeration, capacity_in_use, place_productivity, public_investment
from nqpf.model.processes.rates import city_rates, development_weight, mission_rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nqpf.agents.typing import Bools, Floats
    from nqpf.model.facts import Facts
    from nqpf.model.frictions import Layers
    from nqpf.model.initial.flows import StartFlows
    from nqpf.model.markets.incomes import Accounts
    from nqpf.model.markets.technology import SectorTechnology
    from nqpf.model.parameters import Parameters, Technology
    from nqpf.model.structure import Structure

LONG_RUN_GROWTH = 0.01
"""Growth in a quarter at which the start's stocks (data, knowledge, public capital) are in a steady state (assumed)."""
STARTING_EFFORT = 0.5
"""Subsidy effort of every province at the start (assumed)."""
_PASSES = 6
"""Data, targets and research follow value added, which follows incomes: six passes leave only rounding."""


@dataclass(frozen=True, slots=True)
class BaseEconomy:
    """What the base year takes as given."""

    facts: Facts
    parameters: Parameters
    structure: Structure
    layers: Layers
    levers: Mapping[str, Floats]
    technology: SectorTechnology
    occupied: Bools  # cells with a firm, (n_places, n_sectors)

    def flows(
        self, mix: Floats, gdp: Floats, local_share: float, investment_weight: Floats
    ) -> tuple[StartFlows, Floats, Bools]:
        """The circular flow, data by cell and targets, (n_places, n_sectors) both; see `circular_flow`."""
        facts, p, rule = self.facts, self.parameters, self.levers["targeting_rule"]
        digitised = facts.sectors.digital * self.structure.digital[:, None] / (p.data.ageing + LONG_RUN_GROWTH)
        n = len(gdp)
        value_added, budget = mix, p.income.tax * gdp
        for _ in range(_PASSES):
            data = digitised * value_added
            research = value_added @ (self.technology.research_share / self.technology.value_added_share)
            targets = retarget(p.governments, self.structure, facts, rule.astype(int), value_added, self.occupied)
            effort = np.full(len(facts.provinces), STARTING_EFFORT)[facts.places.province]
            subsidy, fund = city_rates(p.governments, self.levers, effort, targets, value_added, budget)
            given = Distribution(
                technology=self.technology,
                income=p.income,
                equalisation=float(self.levers["transfer_equalisation"][0]),
                mission_rate=mission_rate(p.income, self.levers),
                mission_weight=research / research.sum() if research.sum() > 0 else self.structure.people_weight,
                development_weight=development_weight(self.structure, self.levers, 0),
                province=facts.places.province,
                population=facts.start.population.astype(float),
                ownership=np.eye(n),
                destinations=np.eye(n),
                talent_subsidy=np.zeros(n),
                industry_subsidy=subsidy,
                fund_share=fund,
                data=data_trade(p.data, self.layers.data, data.sum(1)),
            )
            found = circular_flow(
                given, mix, gdp, local_share, self.layers.capital, investment_weight, facts.places.name_en
            )
            value_added, budget = found.sales * self.technology.value_added_share, found.accounts.budget
        return found, data, targets

    def productivity(
        self,
        at_work: tuple[Floats, Floats],
        data: Floats,
        value_added: Floats,
        public_capital: Floats,
        distance: Floats,
        quarter: int,
    ) -> tuple[Floats, Floats, Floats]:
        """Log productivity of places and cells over fundamentals and firms; compute over need, (n_places,)."""
        p, t = self.parameters, self.parameters.technology
        place = agglomeration(t, *at_work)
        place += place_productivity(t, self.layers.digital, self.structure.digital_knee, public_capital)
        goods = np.array([kind == "goods" for kind in self.facts.sectors.kind])
        cell = capacity_in_use(t, self.levers["hinterland_share"], self.structure.hinterland, goods)
        west = float(self.levers["compute_share_west"][0])
        given = exchange(
            p.data, self.technology, self.layers.data, self.facts, distance, data.sum(1), value_added, west, quarter
        )
        return place, cell + given.productivity, given.compute


def public_stock(technology: Technology, accounts: Accounts) -> Floats:
    """Value of public capital that the base year's public investment would keep up, (n_places,)."""
    lost = technology.public_depreciation + LONG_RUN_GROWTH
    return public_investment(technology, accounts) / lost
