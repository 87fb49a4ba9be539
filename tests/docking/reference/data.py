"""Process 5: data that firms pool, and computing power to use them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .economy import ReferenceEconomy


class DataPools:
    """Whose data reach whom in a quarter, and what the exchange of them costs."""

    def __init__(self, model: ReferenceEconomy) -> None:
        self.model, self.t = model, model.t
        n, d = self.t.n, self.t.p.data
        self.own = [sum(firm.data for firm in city.firms) for city in model.cities]
        self.access = [[self._access(i, j) for j in range(n)] for i in range(n)]
        self.pool = [sum(a * x for a, x in zip(row, self.own, strict=True)) for row in self.access]
        self.buyers = [sum(1 for j in range(n) if self._open(i, j)) for i in range(n)]
        self.compute = self._compute()
        # What a place pays for data per unit of the pool's income, and the exchange's part of it.
        self.bought = [d.price * (1 - x / pool) for x, pool in zip(self.own, self.pool, strict=True)]
        self.kept = [d.exchange_cost / b for b in self.buyers]

    def _allows(self, scope: str, i: int, j: int) -> bool:
        """Whether a place's scope lets it pool data with another; each scope holds all that is in narrower ones."""
        if i == j or scope == "nation":
            return True
        if scope == "city":
            return False
        same_province = not self.t.other_province(i, j)
        return same_province or (scope == "cluster" and self.t.same_cluster(i, j))

    def _open(self, i: int, j: int) -> bool:
        scope = self.model.levers["data_pool_scope"]
        return self._allows(scope[i], i, j) and self._allows(scope[j], i, j)

    def _access(self, i: int, j: int) -> float:
        """Part of the data of j that i can use."""
        if i == j:
            return 1.0
        if not self._open(i, j):
            return 0.0
        digital = self.model.digital
        way = (1 + self.t.distance[i][j] / 1000) / (1 + digital[i] + digital[j])
        return math.exp(-self.t.p.data.information_cost * way)

    def _compute(self) -> list:
        """Computing power over what is needed, by place."""
        t, d = self.t, self.t.p.data
        need = [sum(t.sector_digital[s] * t.gamma[s] * city.sales[s] for s in range(t.k)) for city in self.model.cities]
        hubs = [hub for hub in t.hubs if hub[2] <= self.model.quarter]
        if not hubs:
            return [1.0] * t.n
        west = sum(weight for _, weight, _, in_west in hubs if in_west)
        east = sum(weight for _, weight, _, in_west in hubs if not in_west)
        part = self.model.levers["compute_share_west"][0]
        part = 0.0 if west == 0 else 1.0 if east == 0 else part
        spent = d.hub_share * sum(need)
        compute = [(1 - d.hub_share) * m for m in need]
        for place, weight, _, in_west in hubs:
            money = part * weight / west if in_west else (1 - part) * weight / east
            capacity = spent * money / (d.price_west if in_west else 1.0)
            wanted = [m * math.exp(-t.distance[i][place] / d.latency_range) for i, m in enumerate(need)]
            total = sum(wanted)
            for i in range(t.n):
                compute[i] += capacity * wanted[i] / total
        return [c / m for c, m in zip(compute, need, strict=True)]

    def gain(self, i: int, s: int) -> float:
        """Log productivity that others' data and computing power give a cell."""
        d = self.t.p.data
        return self.t.zeta[s] * (d.pool_weight * math.log(self.pool[i]) + d.compute_weight * math.log(self.compute[i]))

    def received(self, paid: list) -> list:
        """What providers get of the payments, by place."""
        got = [0.0] * self.t.n
        for i in range(self.t.n):
            others = [0.0 if j == i else self.access[i][j] * self.own[j] for j in range(self.t.n)]
            total = sum(others)
            for j in range(self.t.n):
                if total > 0:
                    got[j] += (1 - self.kept[i]) * paid[i] * others[j] / total
        return got
