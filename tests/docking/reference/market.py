"""Process 6: incomes firm by firm and place by place, and what the shared solver needs of them."""

from __future__ import annotations

import math

import numpy as np

from nqpf.model.equilibrium import Market as SolverMarket
from nqpf.model.equilibrium import clear
from nqpf.model.markets.goods import TradeNetwork
from nqpf.model.markets.technology import SectorTechnology

from .firms import cell_output
from .frictions import investment_friction, log_trade_cost


def destinations(model) -> list:
    """Process 4. Where each home's savings go, (home, host): K a (r / r̄)^κ times a friction, as shares."""
    c, cities, equity = model.p.capital, model.cities, model.levers["equity_integration"]
    mean = sum(city.rate * city.capital for city in cities) / sum(city.capital for city in cities)
    mass = [
        city.capital * model.t.wedge[i] ** (1 - equity[i]) * (city.rate / mean) ** c.elasticity
        for i, city in enumerate(cities)
    ]
    shares = []
    for home in range(model.t.n):
        pull = [m * investment_friction(model.t, model.levers, home, host) for host, m in enumerate(mass)]
        shares.append([x / sum(pull) for x in pull])
    return shares


class Market:
    """A quarter's cells, frictions and people, and the demand they give rise to."""

    def __init__(self, model) -> None:
        self.model, self.t = model, model.t
        t, work = model.t, model.p.technology
        self.passed = model.quarter - t.first_quarter + 1
        self.owned = [[x / city.capital for x, city in zip(row, model.cities, strict=True)] for row in model.ownership]
        self.labour = [work.employed_labour_share * city.labour for city in model.cities] + [t.foreign_labour]
        self.talent = [work.employed_talent_share * city.talent for city in model.cities] + [t.foreign_talent]
        minutes, gain = model.minutes, [d - d0 for d, d0 in zip(model.digital, t.digital_start, strict=True)]
        self.log_tau = {
            kind: log_trade_cost(t, model.quarter, model.levers, minutes, gain, service=kind == "services")
            for kind in ("goods", "services")
        }
        self.cells = {}
        for f in model.firms:
            self.cells.setdefault((f.city.row, f.sector), []).append(f)
        self.in_reserve = 1 - self.released()
        self.place = [self.log_place(i) for i in range(t.n)]
        self.shift = {(i, s): self.place[i] + self.log_cell(i, s) for i, s in self.cells}

    # What makes places and cells productive

    def log_place(self, i: int) -> float:
        """Log productivity of all that is made in a place."""
        r, city = self.model.p.technology, self.model.cities[i]
        crowd = r.talent_agglomeration * math.log(self.talent[i]) + r.labour_agglomeration * math.log(self.labour[i])
        digital, knee = self.model.digital[i], self.t.knee
        networks = r.digital_gain_lagging * min(digital, knee) + r.digital_gain_advanced * max(digital - knee, 0.0)
        public = r.public_capital_elasticity * math.log(city.public_capital)
        return crowd + networks + public + math.log(1 - self.model.shock["supply"][i])

    def log_cell(self, i: int, s: int) -> float:
        """Log productivity of a cell over that of its place and firms: reserve, data, compute, externality."""
        t, gain = self.t, self.model.pools.gain(i, s)
        if self.idle(i, s):
            held = self.model.levers["hinterland_share"][i] * self.in_reserve
            gain += self.model.p.technology.capital_share * math.log(1 - held)
        return t.log_fundamental[i][s] + gain + self.model.cities[i].externality[s]

    def idle(self, i: int, s: int) -> bool:
        """Whether a cell keeps a reserve: the hinterland's goods do."""
        return self.t.kinds[s] == "goods" and self.t.hinterland[self.t.province[i]]

    def released(self) -> float:
        """Part of the reserve put to work: what supply shocks take of value added over what it could make."""
        alpha, share = self.model.p.technology.capital_share, self.model.levers["hinterland_share"]
        lost = sum(self.model.shock["supply"][i] * city.value_added for i, city in enumerate(self.model.cities))
        could = sum(
            (1 - (1 - share[i]) ** alpha) * value
            for i, city in enumerate(self.model.cities)
            for s, value in enumerate(city.values)
            if self.idle(i, s)
        )
        return min(lost / could, 1.0) if lost > 0 and could > 0 else 0.0

    def produced(self, i: int, s: int, people: float) -> float:
        """V of a cell with this aggregate of people; tells its firms their shares."""
        t, r = self.t, self.model.p
        own_data = t.zeta[s] * (1 - r.data.pool_weight)
        taken_out = (1 - r.technology.love_of_variety) * (1 / t.kappa - r.technology.capital_share - own_data)
        firms = self.cells[i, s]
        v, shares = cell_output([f.productivity() for f in firms], taken_out, t.rho, t.eta, people)
        for firm, share in zip(firms, shares, strict=True):
            firm.share = share
        return math.exp(self.shift[i, s]) * v

    # From sales to spending

    def incomes(self, sales: list) -> dict:
        """Accounts by place at sales of each cell, firm by firm and place by place."""
        model, n, r = self.model, self.t.n, self.model.p.income
        names = ("value_added", "wages_labour", "wages_talent", "research", "tax", "subsidy", "data_paid", "surplus")
        flows = [[0.0] * len(names) for _ in range(n)]
        for firm in model.firms:
            i = firm.city.row
            earned = firm.earn(sales[i][firm.sector], model.pools.bought[i])
            flows[i] = [x + y for x, y in zip(flows[i], earned, strict=True)]
        a = {name: [flow[c] for flow in flows] for c, name in enumerate(names)}
        a["data_received"] = model.pools.received(a["data_paid"])
        a["exchange_cost"] = [kept * paid for kept, paid in zip(model.pools.kept, a["data_paid"], strict=True)]
        a["surplus"] = [x + y for x, y in zip(a["surplus"], a["data_received"], strict=True)]
        a |= model.centre.share_out(a["tax"], sum(a["value_added"]))
        a["dividends_received"] = [
            sum(part * (1 - r.retention) * surplus for part, surplus in zip(row, a["surplus"], strict=True))
            for row in self.owned
        ]
        a["talent_subsidy"] = [rate * w for rate, w in zip(model.talent_subsidy, a["wages_talent"], strict=True)]
        parts = ("wages_labour", "wages_talent", "talent_subsidy", "dividends_received")
        a["income"] = [sum(a[name][i] for name in parts) for i in range(n)]
        a["saving"] = [r.saving * y for y in a["income"]]
        a["consumption"] = [(1 - r.saving) * y for y in a["income"]]
        a["fund"] = [city.fund * budget for city, budget in zip(model.cities, a["budget"], strict=True)]
        a["public_spending"] = [
            a["budget"][i] - a["talent_subsidy"][i] - a["subsidy"][i] - a["fund"][i] for i in range(n)
        ]
        a["investment"] = [
            sum(a["saving"][home] * model.destinations[home][i] for home in range(n))
            + r.retention * a["surplus"][i]
            + a["fund"][i]
            for i in range(n)
        ]
        uses = ("consumption", "public_spending", "research", "mission", "exchange_cost", "investment")
        a["final"] = [sum(a[name][i] for name in uses) for i in range(n)]
        return a

    def spending(self, sales: list) -> list:
        """What each node spends on each sector: its final spending and its inputs."""
        t, k = self.t, self.t.k
        final = self.incomes(sales[: t.n])["final"]
        final = [*final, sum(t.gamma[s] * sales[t.n][s] for s in range(k))]
        bought = [[(1 - t.gamma[q]) * row[q] for q in range(k)] for row in sales]
        return [
            [t.beta[s] * final[b] + sum(t.inputs[s][q] * bought[b][q] for q in range(k)) for s in range(k)]
            for b in range(t.n + 1)
        ]

    # The solver's interface: arrays in, arrays out

    def clear(self) -> dict:
        """Clear all markets with the shared solver, and express them in the base quarter's final prices."""
        t, model = self.t, self.model
        cleared = clear(self.as_arrays(), np.array(model.sales), np.array(model.log_price_index))
        index = [
            math.exp(sum(b * x for b, x in zip(t.beta, row, strict=True))) for row in cleared.log_price_index[: t.n]
        ]
        weighted = zip(t.price_weights, index, t.base_price, strict=True)
        log_factor = -sum(weight * math.log(x / base) for weight, x, base in weighted)
        factor = math.exp(log_factor)
        model.sales = [[factor * float(x) for x in row] for row in cleared.sales]
        model.log_price_index = [[log_factor + float(x) for x in row] for row in cleared.log_price_index]
        a = self.incomes(model.sales[: t.n])
        a["price"] = [factor * x for x in index]
        a["log_price"] = [[log_factor + float(x) for x in row] for row in cleared.log_price]
        return a

    def as_arrays(self) -> SolverMarket:
        """The market as the solver wants it."""
        t, p = self.t, self.model.p
        productivity = [
            [self.produced(i, s, 1.0) if (i, s) in self.cells else 0.0 for s in range(t.k)] for i in range(t.n)
        ]
        growth = math.exp(p.trade.foreign_growth * self.passed)
        productivity.append([growth * b for b in t.foreign_b])
        return SolverMarket(
            self.technology(),
            self.network(),
            np.array(productivity),
            np.array(self.labour),
            np.array(self.talent),
            lambda sales: np.array(self.spending(sales.tolist())),
        )

    def network(self) -> TradeNetwork:
        """Accessibility k = τ^−θ, less what a foreign shock takes of it."""
        n, theta = self.t.n, self.model.p.trade.elasticity
        kernels = []
        for kind in ("goods", "services"):
            kernel = [[math.exp(-theta * x) for x in row] for row in self.log_tau[kind]]
            for i, lost in enumerate(self.model.shock["foreign"]):
                kernel[i][n] *= 1 - lost
                kernel[n][i] *= 1 - lost
            kernels.append(np.array(kernel))
        is_kind = [np.array([kind == name for kind in self.t.kinds]) for name in ("goods", "services", "local")]
        return TradeNetwork(*kernels, *is_kind, theta)

    def technology(self) -> SectorTechnology:
        """Coefficients of the sectors."""
        t, d = self.t, self.model.p.data
        kinds, zeta = np.array(t.kinds), np.array(t.zeta)
        return SectorTechnology(
            value_added_share=np.array(t.gamma),
            skill_share=np.array(t.skill),
            input_shares=np.array(t.inputs),
            research_share=np.array(t.rd),
            own_data=zeta * (1 - d.pool_weight),
            pool_data=zeta * d.pool_weight,
            compute_data=zeta * d.compute_weight,
            local=kinds == "local",
            services=kinds == "services",
            labour_exponent=t.eta,
            variety_elasticity=self.model.p.technology.variety_elasticity,
        )
