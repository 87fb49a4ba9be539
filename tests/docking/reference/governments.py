"""Process 2 and the public purse: provinces that compete by subsidies, a centre that collects and spends."""

from __future__ import annotations

import math

from mesa import Agent

from .tables import POLES


class RegionalGovernment(Agent):
    """A province: how much of the subsidies allowed it is willing to pay."""

    def __init__(self, model, row: int, effort: float, volume: float) -> None:
        super().__init__(model)
        self.row, self.effort, self.volume = row, effort, volume
        self.macro_region = model.t.macro_region[row]
        self.cities: list = []  # City agents, in table order
        self.growth = 0.0

    def look_back(self) -> None:
        """Growth of real value added since it last decided."""
        model = self.model
        nation = sum(city.value_added for city in model.cities)
        volume = sum(city.value_added for city in self.cities) * model.gdp_volume / nation
        self.growth, self.volume = math.log(volume / self.volume), volume

    def step(self) -> None:
        """Subsidise more if others of the macro-region grew faster."""
        peers = [p for p in self.model.provinces if p.macro_region == self.macro_region]
        mean = sum(p.growth for p in peers) / len(peers)
        effort = self.effort + self.model.p.governments.adaptation * (mean - self.growth)
        self.effort = min(max(effort, 0.0), 1.0)


class CentralGovernment(Agent):
    """The centre: a mission fund, development money, and transfers to the provinces."""

    def share_out(self, tax: list, value_added: float) -> dict:
        """Budgets of the cities, and what the centre spends on missions and development, by place."""
        model, t, r = self.model, self.model.t, self.model.p.income
        n, levers = t.n, model.levers
        pot = r.central_share * sum(tax)
        mission = min(levers["mission_fund"][0], 0.5 * r.central_share * r.tax) * value_added
        development = r.development_share * (pot - mission)
        to_places = self._development(development)
        transfers = pot - mission - development
        residents = [city.residents for city in model.cities]
        equal = levers["transfer_equalisation"][0]
        budget = []
        for i in range(n):
            here = [j for j in range(n) if t.province[j] == t.province[i]]
            people, paid = sum(residents[j] for j in here), sum(tax[j] for j in here)
            transfer = transfers * (equal * people / sum(residents) + (1 - equal) * paid / sum(tax))
            of_province = (1 - r.central_share) * paid + transfer
            x = r.city_population_weight
            within = x * residents[i] / people + (1 - x) * tax[i] / paid
            budget.append(within * of_province + to_places[i])
        return {
            "budget": budget,
            "development": to_places,
            "mission": [mission * weight for weight in model.mission_weight],
        }

    def _development(self, money: float) -> list:
        """Development money by place: a part for growth poles until the policy turns, the rest for all."""
        model, t = self.model, self.model.t
        years = (model.quarter - t.first_quarter) / 4
        to_poles = model.levers["pole_share"][0] if years < model.levers["switch_year"][0] else 0.0
        everybody = sum(t.start_population)
        in_poles = sum(x for x, tier in zip(t.start_population, t.tier, strict=True) if tier in POLES)
        weights = []
        for x, tier in zip(t.start_population, t.tier, strict=True):
            of_poles = (x / in_poles if tier in POLES else 0.0) if in_poles else x / everybody
            weights.append(to_poles * of_poles + (1 - to_poles) * x / everybody)
        return [money * weight for weight in weights]
