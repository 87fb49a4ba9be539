"""A city: its people, its governments' choices, what it knows and owns."""

from __future__ import annotations

from mesa import Agent

from . import people
from .tables import advantage, density


class City(Agent):
    """One place and all that is its own; lists run over sectors."""

    def __init__(self, model, row: int, province) -> None:
        super().__init__(model)
        self.row, self.province = row, province
        province.cities.append(self)
        self.firms: list = []
        # Told by the opening; each is what the last quarter left.
        self.labour = self.talent = 0
        self.sales: list = []
        self.quantity: list = []
        self.knowledge: list = []
        self.externality: list = []
        self.targets: list = []  # whether each sector is favoured
        self.budget = self.budget_room = self.rate = self.public_capital = 0.0
        self.real_wage: list = []  # by skill
        self.final = self.final_price = 0.0
        # Of the quarter.
        self.subsidy: list = []  # rate of each sector's value added
        self.fund = 0.0  # rate of the budget
        self.finance = 1.0  # investment over the capital it adds to, over the nation's
        self.given_to_each = 0.0  # capital that each firm gets on arrival

    # What others look at

    @property
    def residents(self) -> int:
        """People who live here."""
        return self.labour + self.talent

    @property
    def values(self) -> list:
        """Value added of each sector."""
        return [g * x for g, x in zip(self.model.t.gamma, self.sales, strict=True)]

    @property
    def value_added(self) -> float:
        """Value added of all sectors."""
        return sum(self.values)

    @property
    def capital(self) -> float:
        """Capital of its firms, as owners hold it."""
        return sum(row[self.row] for row in self.model.ownership)

    def firms_in(self, sector: int) -> list:
        """Firms of a sector."""
        return [firm for firm in self.firms if firm.sector == sector]

    # 2. What its government decides

    def choose_targets(self) -> list:
        """Sectors to favour: the best by its rule among strategic ones that are here."""
        t, rule = self.model.t, self.model.levers["targeting_rule"][self.row]
        eligible = [s for s in range(t.k) if t.strategic[s] and self.firms_in(s)] if rule != "none" else []
        score = self._scores(rule)
        best = sorted(eligible, key=lambda s: -score[s])  # a stable sort: the first of equals
        return [s in best[: self.model.p.governments.targets] for s in range(t.k)]

    def _scores(self, rule: str) -> list:
        t = self.model.t
        if rule == "complex":
            return [t.skill[s] + t.rd[s] / t.gamma[s] for s in range(t.k)]
        value = [city.values for city in self.model.cities]
        peers = self.peers()
        if rule == "copycat" and peers:
            rca = advantage(value)
            return [sum(max(rca[j.row][s], 0.0) for j in peers) / len(peers) for s in range(t.k)]
        return density(t, value)[self.row]

    def peers(self) -> list:
        """Cities of the province near it in the order of value added; a province of one city looks to its tier."""
        t, group = self.model.t, self.province.cities
        if len(group) == 1:
            group = [city for city in self.model.cities if t.tier[city.row] == t.tier[self.row]]
        order = sorted(group, key=lambda city: (-city.value_added, city.row))
        own, ranks = order.index(self), self.model.p.governments.peer_ranks
        return [city for rank, city in enumerate(order) if city is not self and abs(rank - own) <= ranks]

    def set_rates(self) -> None:
        """One rate of subsidy for all targets, and the guidance fund's rate of the budget."""
        levers, g, i = self.model.levers, self.model.p.governments, self.row
        favoured = sum(value for value, target in zip(self.values, self.targets, strict=True) if target)
        rate = 0.0
        if favoured > 0:
            wanted = levers["subsidy_cap"][i] * self.province.effort * self.value_added
            rate = min(wanted / favoured, g.highest_subsidy, g.subsidy_room * self.budget / favoured)
        self.subsidy = [rate if target else 0.0 for target in self.targets]
        self.fund = levers["guidance_fund"][i] if any(self.targets) else 0.0

    # 3. Its people

    def live(self, graduates: float) -> None:
        """Births, deaths and graduates."""
        people.live(self, graduates)

    def send(self, skill: int) -> list:
        """Residents of a skill who go to each place."""
        return people.send(self, skill)

    # 6. What lasts

    def build(self, public_spending: float, development: float, price: float) -> None:
        """Public capital wears out and is built."""
        t = self.model.p.technology
        spent = t.public_investment * max(public_spending - development, 0.0) + development
        self.public_capital = (1 - t.public_depreciation) * self.public_capital + spent / price

    # 9. What it learns

    def learn(self, research: list) -> None:
        """Knowledge ages and grows by what firms spend on research."""
        ageing = self.model.p.research.knowledge_ageing
        self.knowledge = [(1 - ageing) * k + r for k, r in zip(self.knowledge, research, strict=True)]
