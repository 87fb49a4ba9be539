"""What the start gives firms and places besides the inverted fundamentals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .firms import age_profile
from .frictions import research_access

if TYPE_CHECKING:
    from .economy import ReferenceEconomy

OLDEST = 200
"""Quarters up to which the stationary distribution of ages reaches."""


def opening_values(model: ReferenceEconomy, public_spending: list, development: list) -> dict:
    """The state at the start by name, from the base quarter's sales, public spending and development money."""
    t, p = model.t, model.p
    research = [[t.rd[s] * city.sales[s] for s in range(t.k)] for city in model.cities]
    nation = sum(map(sum, research))
    knowledge = [[r / (p.research.knowledge_ageing + 0.01) for r in row] for row in research]
    return {
        "data": {
            f.id: t.sector_digital[f.sector] * t.digital_start[f.city.row] * f.value / (p.data.ageing + 0.01)
            for f in model.firms
        },
        "age": {f.id: starting_age(p, f.uniform("age")) for f in model.firms},
        "knowledge": knowledge,
        "mission_weight": [sum(row) / nation for row in research],
        "public_capital": [
            starting_public_capital(p.technology, spent, money, city.final_price)
            for city, spent, money in zip(model.cities, public_spending, development, strict=True)
        ],
        "network": starting_network(model, knowledge),
    }


def starting_public_capital(technology, public_spending: float, development: float, price: float) -> float:
    """Public capital that the base quarter's spending would keep, but for a hundredth."""
    spent = technology.public_investment * (public_spending - development) + development
    return spent / price / (technology.public_depreciation + 0.01)


def starting_age(p, u: float) -> int:
    """Age by inverse CDF of the stationary distribution: what is left of firms that earn their city's mean return."""
    alive, weight = 1.0, []
    for age in range(OLDEST):
        if age > 0:
            alive *= 1 - min(p.firms.exit_rate * age_profile(age), 1.0)
        weight.append(alive)
    wanted, level = u * sum(weight), 0.0
    for age, x in enumerate(weight):
        level += x
        if level > wanted:
            return age
    return OLDEST - 1


def starting_network(model: ReferenceEconomy, knowledge: list) -> list:
    """Collaborations that firms of average luck would have made and forgotten again; access at the status quo."""
    t, p = model.t, model.p
    status_quo = {f"collaboration_friction.{part}": [1.0] * t.n for part in ("within", "across")}
    access = research_access(t, status_quo, [0.0] * t.n)
    expected = [[0.0] * t.n for _ in range(t.n)]
    often = p.collaboration.rate * (1 - math.exp(-p.research.hazard / 1.5))
    for i, city in enumerate(model.cities):
        for s in range(t.k):
            odds = [
                min(access[i][j], 1.0) * sum(knowledge[j][r] * t.similarity[r][s] for r in range(t.k))
                for j in range(t.n)
            ]
            for j in range(t.n):
                if sum(odds) > 0:
                    expected[i][j] += often * len(city.firms_in(s)) * odds[j] / sum(odds)
    ageing = p.collaboration.ageing
    return [[(expected[i][j] + expected[j][i]) / ageing for j in range(t.n)] for i in range(t.n)]
