"""Firms: what each produces, earns, learns and decides, one at a time."""

from __future__ import annotations

import math

from mesa import Agent

from . import draws

PROFILE = (0.25, 0.95, 1.4, 1.25, 1.25, 1.25, 1.25)
"""Exit hazard over the common rate by whole years of age, 0 to 6."""


class Firm(Agent):
    """One firm of a sector in a city."""

    def __init__(self, model, id_, city, sector, *, age, log_a, capital, data, performance, track) -> None:
        super().__init__(model)
        self.id, self.sector, self.age = id_, sector, age
        self.log_a, self.capital, self.data = log_a, capital, data
        self.performance = performance  # return over its city's mean, smoothed
        self.track = track  # position among the model's tracks
        self.share = 0.0  # of its cell
        self.sales = self.labour = self.talent = 0.0
        self.settle(city)

    def settle(self, city) -> None:
        """Belong to a city."""
        self.city = city
        city.firms.append(self)

    def uniform(self, decision: str, entity: int | None = None) -> float:
        """Its own uniform for a decision of this quarter."""
        t = self.model.t
        return draws.uniform(t.seed, decision, self.model.quarter, self.id if entity is None else entity)

    # What it is

    @property
    def value(self) -> float:
        """Value added of the quarter."""
        return self.model.t.gamma[self.sector] * self.sales

    @property
    def research(self) -> float:
        """Spending on R&D of the quarter."""
        return self.model.t.rd[self.sector] * self.sales

    @property
    def reached(self) -> float:
        """Log distance to which its technology has come, its place's lead included."""
        return self.log_a + self.model.t.lead[self.city.row][self.sector]

    @property
    def traded(self) -> bool:
        """Whether it sells to other places."""
        return not self.model.t.local[self.sector]

    @property
    def subsidy_factor(self) -> float:
        """One plus the subsidy over the profit share."""
        return 1 + self.city.subsidy[self.sector] / self.model.t.profit_share

    def productivity(self) -> float:
        """Z = A K^α D^{ζ(1 − μ)}."""
        t, p = self.model.t, self.model.p
        own_data = t.zeta[self.sector] * (1 - p.data.pool_weight)
        return math.exp(self.log_a) * self.capital**p.technology.capital_share * self.data**own_data

    # 6. What it earns and invests

    def earn(self, cell_sales: float, bought: float) -> tuple:
        """Value added, wages of labour and talent, R&D, tax, subsidy, payment for data and surplus at its cell's sales.

        bought is what its place pays for data per unit of income that pooled data earn.
        """
        t, p, s = self.model.t, self.model.p, self.sector
        x = cell_sales * self.share
        value = t.gamma[s] * x
        tax = p.income.tax * value
        wages = (1 - p.income.tax) * t.rho * t.eta * value
        research = t.rd[s] * x
        subsidy = self.city.subsidy[s] * value
        paid = bought * t.zeta[s] * p.data.pool_weight * value
        surplus = value - tax - wages - research + subsidy - paid
        return value, (1 - t.skill[s]) * wages, t.skill[s] * wages, research, tax, subsidy, paid, surplus

    def claim(self) -> float:
        """Weight of the firm in what its place invests: what it earns with subsidy, and collateral."""
        weight = self.model.p.capital.collateral
        return (self.value * self.subsidy_factor) ** (1 - weight) * self.capital**weight

    def invest(self, bought: float) -> None:
        """Capital wears out and is bought."""
        self.capital = (1 - self.model.p.technology.depreciation) * self.capital + bought

    def collect(self) -> None:
        """Data go out of date and are made by production."""
        t = self.model.t
        made = t.sector_digital[self.sector] * self.model.digital[self.city.row] * self.value
        self.data = (1 - self.model.p.data.ageing) * self.data + made

    # 7. What it learns; `scene` is the state before anybody did

    def hazard(self, scene) -> float:
        """Chance to improve."""
        q, s = self.model.p.research, self.sector
        mean = scene.mean_research[s]
        effort = self.research / mean if mean > 0 else 0.0
        push = min(effort, q.effort_cap) ** q.effort_elasticity
        pull = 1 + q.spillover_weight * min(scene.spill[self.city.row][s], q.spillover_cap)
        return 1 - math.exp(-q.hazard * push * pull / 1.5)

    def improves(self, scene) -> bool:
        """Whether its research succeeds."""
        return self.uniform("improve") < self.hazard(scene)

    def improve(self, scene) -> float:
        """Log gain by research of its own: steps grow smaller near the ceiling."""
        if not self.improves(scene):
            return 0.0
        q = self.model.p.research
        room = max(1 - math.exp(-(scene.ceiling(self) - self.reached)), 0.0) / (1 - 1 / q.ceiling)
        return q.step * draws.beta(self.uniform("step")) * room

    def imitate(self, scene) -> float:
        """Log gain by imitating the best within reach."""
        q = self.model.p.research
        gap = min(scene.accessible(self.city.row, self.sector), scene.ceiling(self)) - self.reached
        return q.imitation_step * gap if self.uniform("imitate") < q.imitation and gap > 0 else 0.0

    def adopt(self, scene) -> int:
        """Track after adoption: the highest to which it was exposed enough."""
        tracks, own = self.model.tracks, self.model.tracks[self.track]
        higher = [n for n, t in enumerate(tracks) if t.sector == self.sector and t.ceiling > own.ceiling]
        none_yet, u = 1.0, self.uniform("adopt")
        for n in sorted(higher, key=lambda n: (-tracks[n].ceiling, -n)):
            none_yet *= math.exp(-self.model.p.research.adoption * scene.exposure(self.city.row, n))
            if u < 1 - none_yet:
                return n
        return self.track

    def attempts(self, scene) -> bool:
        """Whether a candidate tries to leave its track."""
        q = self.model.p.research
        grant = scene.grant(self)
        rate = q.attempts * self.research / scene.candidates_research[self.sector]
        rate *= (1 + grant / self.research) ** q.grant_elasticity
        return self.uniform("attempt") < 1 - math.exp(-rate)

    def succeeds(self, partners: list, scene) -> bool:
        """Whether an attempt with these partners breaks through."""
        t, q, i = self.model.t, self.model.p.research, self.city.row
        chance = q.breakthrough
        for _, capability in partners:
            chance *= capability**q.component_power
        chance *= max(1 + q.variety_gain * (scene.variety[i] - sum(scene.variety) / t.n), 0.0)
        if t.is_designated(i, self.sector, self.model.quarter):
            chance *= 1 + q.cluster_gain
        return self.uniform("breakthrough") < min(1.0, chance)

    def collaborate(self, scene) -> int | None:
        """Place it works with when it improves."""
        if not self.improves(scene) or self.uniform("collaborate") >= self.model.p.collaboration.rate:
            return None
        odds = scene.partner_odds(self.city.row, self.sector)
        return draws.pick(odds, self.uniform("partner")) if sum(odds) > 0 else None

    # 8. Whether it stays

    def perform(self, mean_return: float) -> None:
        """Remember its return over its city's mean."""
        memory = self.model.p.firms.memory
        self.performance = (1 - memory) * self.performance
        self.performance += memory * math.log(self.value / self.capital / mean_return)

    def exit_hazard(self) -> float:
        """Chance to leave, unless it is the largest of its cell."""
        e, cell = self.model.p.firms, self.city.firms_in(self.sector)
        losses = min(max(math.exp(-e.exit_return_elasticity * self.performance), 0.5), 2.0)
        size = self.capital / (sum(f.capital for f in cell) / len(cell))
        small = min(max(size**-e.exit_size_elasticity, 0.05), 2.0)
        return min(e.exit_rate * age_profile(self.age) * losses * small, 1.0)

    def moves_to(self, market) -> int:
        """Row of the city in which it wants to be, after a look at four sites."""
        r = self.model.p.relocation
        if self.uniform("consider relocation") >= r.considering:
            return self.city.row
        odds = [city.values[self.sector] for city in self.model.cities]
        sites = [draws.pick(odds, self.uniform("site", 4 * self.id + k)) for k in range(4)]
        weights = [1.0, *(0.0 if j == self.city.row else math.exp(self.gain_at(j, market)) for j in sites)]
        return [self.city.row, *sites][draws.pick(weights, self.uniform("relocate"))]

    def gain_at(self, there: int, market) -> float:
        """Value of being in another city over staying."""
        t, r, s, here = self.model.t, self.model.p.relocation, self.sector, self.city.row
        subsidised = 1 + self.model.cities[there].subsidy[s] / t.profit_share
        gain = r.return_weight * math.log(market.cell_return[there, s] / market.cell_return[here, s])
        gain += r.subsidy_weight * math.log(subsidised / self.subsidy_factor)
        gain -= r.distance_cost * t.distance[here][there] / 1000 + r.fixed_cost
        return gain - (r.border_cost if t.other_province(here, there) else 0.0)


def age_profile(quarters: int) -> float:
    """Exit hazard at an age over the common rate."""
    years = quarters // 4
    return PROFILE[years] if years <= 6 else max(1.25 * math.exp(-0.06 * (years - 6)), 0.6)


def cell_output(z: list, count_power: float, rho: float, eta: float, people: float) -> tuple[float, list]:
    """V of a cell whose firms share its people by Z^κ, and the shares: the CES aggregate of what each of them makes.

    z are the firms' productivities, people the cell's Cobb-Douglas aggregate of labour and talent; count_power says how
    much of the love of variety is taken out.
    """
    kappa = rho / (1 - rho * eta)
    total = sum(x**kappa for x in z)
    shares = [x**kappa / total for x in z]
    v = [x * (share * people) ** eta for x, share in zip(z, shares, strict=True)]
    return len(z) ** -count_power * sum(x**rho for x in v) ** (1 / rho), shares
