"""From sales to incomes, budgets, saving and final spending: every amount is a share of a current flow.

| from | to | amount |
|---|---|---|
| cell | households, labour / talent | (1 − t) ργη(1 − h) X, (1 − t) ργηh X |
| cell | its province | t · VA |
| cell | goods where it is | R&D per unit of gross output |
| cell | owners' account of its place | NS = (1 − t)(VA − wages) − R&D + subsidy − data paid + data received |
| owners' account | providers of data / the exchange | rate · worth of the pool in VA; the exchange spends its part |
| owners' account | homes / place itself | dividends (1 − ret) · own · NS; reinvested ret · NS |
| household | goods / hosts | consumption (1 − s) · income; s · income by destination shares |
| province | centre | z · tax |
| centre | goods where leaders do research | mission, a share of the nation's VA |
| centre | cities | development, a share of what is left, by weight |
| centre | provinces → cities | the rest, e · population share + (1 − e) · tax share |
| city's budget | talent employed / owners / capital of targets / goods | subsidies, guidance fund, the rest |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.exchange.pools import DataTrade
    from nqpf.model.markets.technology import SectorTechnology
    from nqpf.model.parameters import Income


@dataclass(frozen=True, slots=True)
class Accounts:
    """Flows of a quarter by place, (n_places,), CNY million, current prices."""

    value_added: Floats
    wages_labour: Floats  # after tax
    wages_talent: Floats  # after tax, without subsidy
    talent_subsidy: Floats
    industry_subsidy: Floats  # to owners, out of the city's budget
    research: Floats  # of firms
    data_paid: Floats  # by users of the place, the exchange's part included
    data_received: Floats  # by providers of the place
    exchange_cost: Floats  # spent on goods by the exchange where the user is
    surplus: Floats  # NS
    dividends: Floats  # paid out by firms of the place
    dividends_received: Floats
    income: Floats  # of households
    consumption: Floats
    saving: Floats
    tax: Floats
    mission: Floats  # research paid by the centre, spent here
    development: Floats  # the centre's development money, part of the budget
    budget: Floats  # of the city, after all transfers
    fund: Floats  # guidance fund: invested in targeted sectors here
    public_spending: Floats
    investment: Floats
    final: Floats  # F = C + G + R&D + mission + exchange + I


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares fixed within a quarter that carry value added to spending."""

    technology: SectorTechnology
    income: Income
    equalisation: float  # e: part of the centre's transfers by population
    mission_rate: float  # mission over the nation's value added
    mission_weight: Floats  # where it is spent, (n_places,), adds to one
    development_weight: Floats  # who gets development money, (n_places,), adds to one
    province: Ints  # (n_places,)
    population: Floats  # residents, (n_places,)
    ownership: Floats  # (home, host); columns sum to one
    destinations: Floats  # (home, host); rows sum to one
    talent_subsidy: Floats  # share of talent's wages, (n_places,)
    industry_subsidy: Floats  # share of value added, (n_places, n_sectors)
    fund_share: Floats  # guidance fund over the budget, (n_places,)
    data: DataTrade

    def accounts(self, sales: Floats) -> Accounts:
        """Flows at sales X of shape (n_places, n_sectors); homogeneous of degree one in X."""
        t, rates, data = self.technology, self.income, self.data
        by_sector = sales * t.value_added_share
        value_added = by_sector.sum(1)
        wages_labour = (1 - rates.tax) * (sales @ t.labour_wage_share)
        wages_talent = (1 - rates.tax) * (sales @ t.talent_wage_share)
        research = sales @ t.research_share
        to_industry = (self.industry_subsidy * by_sector).sum(1)
        paid = data.payment_rate * (by_sector @ t.pool_data)
        exchange = data.exchange_cost * paid
        provided = (paid - exchange) @ data.providers
        surplus = (1 - rates.tax) * value_added - wages_labour - wages_talent - research + to_industry - paid + provided
        dividends = (1 - rates.retention) * surplus
        received = self.ownership @ dividends
        to_talent = self.talent_subsidy * wages_talent
        income = wages_labour + wages_talent + to_talent + received
        saving = rates.saving * income
        consumption = income - saving
        tax = rates.tax * value_added
        mission, development, budget = self._public_money(value_added, tax)
        fund = self.fund_share * budget
        public = budget - to_talent - to_industry - fund
        investment = saving @ self.destinations + rates.retention * surplus + fund
        return Accounts(
            value_added=value_added,
            wages_labour=wages_labour,
            wages_talent=wages_talent,
            talent_subsidy=to_talent,
            industry_subsidy=to_industry,
            research=research,
            data_paid=paid,
            data_received=provided,
            exchange_cost=exchange,
            surplus=surplus,
            dividends=dividends,
            dividends_received=received,
            income=income,
            consumption=consumption,
            saving=saving,
            tax=tax,
            mission=mission,
            development=development,
            budget=budget,
            fund=fund,
            public_spending=public,
            investment=investment,
            final=consumption + public + research + mission + exchange + investment,
        )

    def _public_money(self, value_added: Floats, tax: Floats) -> tuple[Floats, Floats, Floats]:
        """Mission and development money by place, and cities' budgets after all transfers, (n_places,) each."""
        n = int(self.province.max()) + 1
        by_province = np.bincount(self.province, tax, n)
        residents = np.bincount(self.province, self.population, n)
        central = self.income.central_share * by_province.sum()
        mission = self.mission_rate * value_added.sum()
        development = self.income.development_share * (central - mission)
        e = self.equalisation
        shared = central - mission - development
        transfer = shared * (e * residents / residents.sum() + (1 - e) * by_province / by_province.sum())
        province_budget = (1 - self.income.central_share) * by_province + transfer
        weight = self.income.city_population_weight
        within = weight * self.population / residents[self.province] + (1 - weight) * tax / by_province[self.province]
        given = development * self.development_weight
        return mission * self.mission_weight, given, province_budget[self.province] * within + given
