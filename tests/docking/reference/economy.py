"""The nation as an ordinary Mesa model: a step is a quarter and reads as one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mesa import Model

from . import people, research, turnover
from .data import DataPools
from .firms import Firm
from .frictions import digital_intensity, land, research_access
from .governments import CentralGovernment, RegionalGovernment
from .market import Market, destinations
from .places import City
from .research import Track

if TYPE_CHECKING:
    from .tables import Tables


class ReferenceEconomy(Model):
    """Firms, cities and governments, each an agent.

    Parameters
    ----------
    tables
        What no quarter changes.
    opening
        The state of the base quarter by name, as lists.
    schedule
        What policy makes of each quarter: `levers(quarter)`, `shock(kind, quarter)`, `minutes(quarter, levers)`.
    """

    def __init__(self, tables: Tables, opening: dict, schedule) -> None:
        super().__init__(rng=tables.seed)
        t = self.t = tables
        self.p, self.schedule = t.p, schedule
        self.quarter = opening["quarter"]
        self.gdp_volume, self.absorption_volume = opening["gdp_volume"], opening["absorption_volume"]
        self.centre = CentralGovernment(self)
        self.provinces = [
            RegionalGovernment(self, row, effort, volume)
            for row, (effort, volume) in enumerate(zip(opening["effort"], opening["province_volume"], strict=True))
        ]
        self.cities = [self._city(row, opening) for row in range(t.n)]
        # Between places
        self.ownership = opening["ownership"]  # home, host
        self.network = opening["network"]
        self.mission_weight = opening["mission_weight"]
        self.sales, self.log_price_index = opening["sales"], opening["log_price_index"]
        self.births_by_cell = opening["births_by_cell"]
        self.tracks = [Track(*row) for row in opening["tracks"]]
        self.firms = [self._firm(row) for row in opening["firms"]]
        self.seen: dict = {}  # what happened in the quarter, by name

    def _city(self, row: int, opening: dict) -> City:
        city = City(self, row, self.provinces[self.t.province[row]])
        for name in (
            "labour", "talent", "public_capital", "budget", "budget_room", "rate", "knowledge", "externality",
            "targets", "quantity", "final", "final_price",
        ):  # fmt: skip
            setattr(city, name, opening[name][row])
        city.sales = opening["sales"][row]
        city.real_wage = [values[row] for values in opening["real_wage"]]
        return city

    def _firm(self, row: dict) -> Firm:
        city, sector = divmod(row["cell"], self.t.k)
        names = ("age", "capital", "data", "performance", "track")
        own = {name: row[name] for name in names} | {"log_a": row["log_productivity"]}
        return Firm(self, row["id"], self.cities[city], sector, **own)

    def step(self) -> None:
        """Advance one quarter."""
        self.quarter += 1
        self.seen = {}
        self._follow_policy()  # 1
        self._govern()  # 2
        people.step(self)  # 3
        self.destinations = destinations(self)  # 4
        self.pools = DataPools(self)  # 5
        self._clear_markets()  # 6
        self._accumulate()
        research.step(self)  # 7, and 9: what is learned
        for firm in self.firms:
            firm.collect()
        turnover.step(self)  # 8

    def _follow_policy(self) -> None:
        """1. Levers and shocks become frictions and rates."""
        self.levers = self.schedule.levers(self.quarter)
        self.shock = {kind: self.schedule.shock(kind, self.quarter) for kind in ("supply", "foreign", "technology")}
        self.minutes = self.schedule.minutes(self.quarter, self.levers)
        self.digital = digital_intensity(self.t, self.levers)
        gain = [d - d0 for d, d0 in zip(self.digital, self.t.digital_start, strict=True)]
        self.access = research_access(self.t, self.levers, gain)
        self.land = land(self.t, self.levers)
        rates = self.levers["talent_subsidy"]
        self.talent_subsidy = [min(rate, city.budget_room) for rate, city in zip(rates, self.cities, strict=True)]

    def _govern(self) -> None:
        """2. In the first quarter of a year governments decide; rates follow their budgets in every quarter."""
        if self.quarter % 4 == 0:
            for province in self.provinces:
                province.look_back()
            for province in self.provinces:
                province.step()
            chosen = [city.choose_targets() for city in self.cities]
            for city, targets in zip(self.cities, chosen, strict=True):
                city.targets = targets
        for city in self.cities:
            city.set_rates()

    def _clear_markets(self) -> None:
        """6. Goods, wages and prices clear, and with them incomes and budgets."""
        before = [(city.values, city.quantity, city.final, city.final_price) for city in self.cities]
        market = self.market = Market(self)
        a = self.accounts = market.clear()
        for city in self.cities:
            i = city.row
            city.sales = self.sales[i]
            city.final, city.final_price, city.budget = a["final"][i], a["price"][i], a["budget"][i]
            city.budget_room = 0.5 * a["budget"][i] / a["wages_talent"][i]
            self._pay(market, city)
            self._grow(city, before[i][1])
        self._measure(before)

    def _pay(self, market: Market, city: City) -> None:
        """Sales, people and quantities of the city's cells and firms, and what a wage is worth here."""
        t, i, m = self.t, city.row, self.p.migration
        bill = [t.rho * t.eta * value for value in city.values]
        wage_labour = sum(b * (1 - h) for b, h in zip(bill, t.skill, strict=True)) / market.labour[i]
        wage_talent = sum(b * h for b, h in zip(bill, t.skill, strict=True)) / market.talent[i]
        city.quantity = [0.0] * t.k
        for s in range(t.k):
            labour, talent = bill[s] * (1 - t.skill[s]) / wage_labour, bill[s] * t.skill[s] / wage_talent
            if (i, s) in market.cells:
                city.quantity[s] = market.produced(i, s, labour ** (1 - t.skill[s]) * talent ** t.skill[s])
            for firm in city.firms_in(s):
                firm.sales = firm.share * city.sales[s]
                firm.labour, firm.talent = firm.share * labour, firm.share * talent
        crowding = city.residents**-m.congestion
        rent = (self.accounts["consumption"][i] / self.land[i]) ** m.rent_share
        for skill, name, at_work in ((0, "wages_labour", market.labour), (1, "wages_talent", market.talent)):
            wage = self.accounts[name][i] / at_work[i]
            city.real_wage[skill] = wage / city.final_price ** (1 - m.rent_share) * crowding / rent

    def _grow(self, city: City, before: list) -> None:
        """Cells of clusters and industry areas become more productive as they grow."""
        t, r, i = self.t, self.p.technology, city.row
        for s in range(t.k):
            gain = 0.0
            if t.is_designated(i, s, self.quarter):
                gain = r.cluster_externality
            elif t.strategic[s] and t.industry_area[i]:
                gain = r.area_externality
            if before[s] > 0 and city.quantity[s] > 0:
                city.externality[s] += gain * math.log(city.quantity[s] / before[s])

    def _measure(self, before: list) -> None:
        """Chain GDP over quantities of cells, and absorption over places' real spending."""
        old = [(v, q) for values, quantities, _, _ in before for v, q in zip(values, quantities, strict=True)]
        new = [(v, q) for city in self.cities for v, q in zip(city.values, city.quantity, strict=True)]
        self.gdp_volume *= fisher(old, new)
        old = [(final, final / price) for _, _, final, price in before]
        new = [(city.final, city.final / city.final_price) for city in self.cities]
        self.absorption_volume *= fisher(old, new)

    def _accumulate(self) -> None:
        """6. What is saved, retained and budgeted becomes capital."""
        a, r, n = self.accounts, self.p.income, self.t.n
        keep = 1 - self.p.technology.depreciation
        for city in self.cities:
            city.rate = a["surplus"][city.row] / (city.final_price * city.capital)
        worth = [city.final_price * city.capital for city in self.cities]
        nation = sum(a["investment"]) / sum(worth)
        for city in self.cities:
            city.finance = a["investment"][city.row] / worth[city.row] / nation
        held = self.market.owned
        self.sent = [
            [
                self.destinations[home][host] * a["saving"][home]
                + held[home][host] * r.retention * a["surplus"][host]
                + (a["fund"][home] if home == host else 0.0)
                for host in range(n)
            ]
            for home in range(n)
        ]
        price = [city.final_price for city in self.cities]
        self.ownership = [
            [keep * x + paid / p for x, paid, p in zip(*rows, price, strict=True)]
            for rows in zip(self.ownership, self.sent, strict=True)
        ]
        for city in self.cities:
            i = city.row
            favoured = [firm for firm in city.firms if city.targets[firm.sector]]
            claims, values = sum(firm.claim() for firm in city.firms), sum(firm.value for firm in favoured)
            private = a["investment"][i] - a["fund"][i]
            bought = {firm.id: private * firm.claim() / claims for firm in city.firms}
            for firm in favoured:
                bought[firm.id] += a["fund"][i] * firm.value / values
            for firm in city.firms:
                firm.invest(bought[firm.id] / city.final_price)
            city.build(a["public_spending"][i], a["development"][i], city.final_price)


def fisher(old: list, new: list) -> float:
    """Fisher quantity index over (value, quantity) of goods present in both quarters: √(Laspeyres · Paasche)."""
    both = [(v, q, w, r) for (v, q), (w, r) in zip(old, new, strict=True) if v > 0 and w > 0]
    laspeyres = sum(v * r / q for v, q, _, r in both) / sum(v for v, _, _, _ in both)
    paasche = sum(w for _, _, w, _ in both) / sum(w * q / r for _, q, w, r in both)
    return math.sqrt(laspeyres * paasche)
