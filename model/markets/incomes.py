"""From sales to incomes, budgets, saving and final spending: every amount is a share of a current flow.

| from | to | amount |
|---|---|---|
| cell | households, labour / talent | (1 − t) ργη(1 − h) X, (1 − t) ργηh X |
| cell | its province | t · VA |
| cell | goods where it is | R&D per unit of gross output |
| cell | owners' account of its place | NS = (1 − t)(VA − wages) − R&D: markup, data and capital income |
| owners' account | homes / place itself | dividends (1 − ret) · own · NS; reinvested ret · NS |
| household | goods / hosts | consumption (1 − s) · income; s · income by destination shares |
| province | centre → provinces → cities | z · tax; e · population share + (1 − e) · tax share |
| city's budget | talent employed / goods | subsidy of talent's wages; the rest |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.markets.technology import SectorTechnology
    from nqpf.model.parameters import Income


@dataclass(frozen=True, slots=True)
class Accounts:
    """Flows of a quarter by place, (n_places,), CNY million, current prices."""

    value_added: Floats
    wages_labour: Floats  # after tax
    wages_talent: Floats  # after tax, without subsidy
    talent_subsidy: Floats
    research: Floats
    surplus: Floats  # NS
    dividends: Floats  # paid out by firms of the place
    dividends_received: Floats
    income: Floats  # of households
    consumption: Floats
    saving: Floats
    tax: Floats
    budget: Floats  # of the city, after all transfers
    public_spending: Floats
    investment: Floats
    final: Floats  # F = C + G + R&D + I

    def scaled(self, factor: float) -> Accounts:
        """The same accounts in another unit of money."""
        return Accounts(**{name: getattr(self, name) * factor for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares fixed within a quarter that carry value added to spending."""

    technology: SectorTechnology
    income: Income
    equalisation: float  # e: part of the centre's transfers by population
    province: Ints  # (n_places,)
    population: Floats  # residents, (n_places,)
    ownership: Floats  # (home, host); columns sum to one
    destinations: Floats  # (home, host); rows sum to one
    talent_subsidy: Floats  # share of talent's wages, (n_places,)

    def accounts(self, sales: Floats) -> Accounts:
        """Flows at sales X of shape (n_places, n_sectors); homogeneous of degree one in X."""
        t, rates = self.technology, self.income
        value_added = sales @ t.value_added_share
        wages_labour = (1 - rates.tax) * (sales @ t.labour_wage_share)
        wages_talent = (1 - rates.tax) * (sales @ t.talent_wage_share)
        research = sales @ t.research_share
        surplus = (1 - rates.tax) * value_added - wages_labour - wages_talent - research
        dividends = (1 - rates.retention) * surplus
        received = self.ownership @ dividends
        subsidy = self.talent_subsidy * wages_talent
        income = wages_labour + wages_talent + subsidy + received
        saving = rates.saving * income
        consumption = income - saving
        tax = rates.tax * value_added
        budget = self._budgets(tax)
        public = budget - subsidy
        investment = saving @ self.destinations + rates.retention * surplus
        return Accounts(
            value_added=value_added,
            wages_labour=wages_labour,
            wages_talent=wages_talent,
            talent_subsidy=subsidy,
            research=research,
            surplus=surplus,
            dividends=dividends,
            dividends_received=received,
            income=income,
            consumption=consumption,
            saving=saving,
            tax=tax,
            budget=budget,
            public_spending=public,
            investment=investment,
            final=consumption + public + research + investment,
        )

    def _budgets(self, tax: Floats) -> Floats:
        """Cities' budgets after the centre's and the provinces' transfers, (n_places,)."""
        n = int(self.province.max()) + 1
        by_province = np.bincount(self.province, tax, n)
        residents = np.bincount(self.province, self.population, n)
        central = self.income.central_share * by_province.sum()
        e = self.equalisation
        transfer = central * (e * residents / residents.sum() + (1 - e) * by_province / by_province.sum())
        province_budget = (1 - self.income.central_share) * by_province + transfer
        weight = self.income.city_population_weight
        within = weight * self.population / residents[self.province] + (1 - weight) * tax / by_province[self.province]
        return province_budget[self.province] * within
