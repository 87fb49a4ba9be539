"""Processes 4 and 6: where savings go, the market by a general root finder on excess demand, incomes, capital."""

from __future__ import annotations

import math

from scipy import optimize

from .world import Firm, Nation, World, fisher


def destinations(w: World, s: Nation, levers: dict) -> list:
    """Where each home's savings go, (home, host): K a (r / r̄)^κ times a friction, shares."""
    c, n = w.p.capital, w.n
    stock = [sum(s.ownership[h][i] for h in range(n)) for i in range(n)]
    mean = sum(s.rate[i] * stock[i] for i in range(n)) / sum(stock)
    shares = []
    for home in range(n):
        pull = []
        for host in range(n):
            open_ = levers["equity_integration"][host]
            log_g = 0.0
            if home != host:
                log_g = -c.distance * math.log(1 + w.distance[home][host] / 500) - c.home_bias
                if w.province[home] != w.province[host]:
                    log_g -= c.province_border * levers["border_capital"][host]
            mass = stock[host] * w.wedge[host] ** (1 - open_) * (s.rate[host] / mean) ** c.elasticity
            pull.append(mass * math.exp(c.elasticity * (1 - open_) * log_g))
        shares.append([x / sum(pull) for x in pull])
    return shares


# 6. Market


def trade_cost(w: World, levers: dict, minutes: list, service: bool) -> list:
    """τ from each node to each, the rest of the world last."""
    t, n = w.p.trade, w.n
    tau = [[1.0] * (n + 1) for _ in range(n + 1)]
    for i in range(n):
        for j in range(n):
            level = levers["protection"][j] / 0.5
            log_tau = t.time_elasticity * math.log(minutes[i][j] / 60)
            if w.province[i] != w.province[j]:
                log_tau += level * t.province_border * (t.services_province_factor if service else 1)
            if i != j:
                border = t.place_border * (1 - t.protected_share + t.protected_share * level)
                log_tau += border * (t.services_place_factor if service else 1)
            tau[i][j] = math.exp(log_tau)
        port = min(minutes[i][k] for k in range(n) if w.seaport[k])
        abroad = (1 + port / 60) ** t.time_elasticity * t.foreign_cost * (t.services_foreign_factor if service else 1)
        tau[i][n] = tau[n][i] = abroad
    return tau


def firm_productivity(w: World, firm: Firm) -> float:
    """Z = A K^α."""
    return math.exp(firm.log_a) * firm.capital**w.p.technology.capital_share


def cell_output(w: World, firms: list, labour: float, talent: float, h: float) -> float:
    """V of a cell whose firms share its people by Z^κ: the CES aggregate of what each of them makes."""
    z = [firm_productivity(w, f) for f in firms]
    total = sum(x**w.kappa for x in z)
    v = []
    for firm, x in zip(firms, z, strict=True):
        firm.share = x**w.kappa / total
        people_ = (firm.share * labour) ** (1 - h) * (firm.share * talent) ** h
        v.append(x * people_**w.eta)
    t = w.p.technology
    variety = len(firms) ** (-(1 - t.love_of_variety) * (1 / w.kappa - t.capital_share))
    return variety * sum(x**w.rho for x in v) ** (1 / w.rho)


def budgets(w: World, s: Nation, tax: list, equalisation: float) -> list:
    """Each city's budget: the centre takes its part and gives it to provinces, provinces give all to their cities."""
    residents = [s.labour[i] + s.talent[i] for i in range(w.n)]
    provinces = sorted(set(w.province))
    tax_of = {p: sum(tax[i] for i in range(w.n) if w.province[i] == p) for p in provinces}
    people_of = {p: sum(residents[i] for i in range(w.n) if w.province[i] == p) for p in provinces}
    r = w.p.income
    pot = r.central_share * sum(tax)
    result = []
    for i in range(w.n):
        p = w.province[i]
        by_people, by_tax = people_of[p] / sum(people_of.values()), tax_of[p] / sum(tax_of.values())
        budget = (1 - r.central_share) * tax_of[p] + pot * (equalisation * by_people + (1 - equalisation) * by_tax)
        x = r.city_population_weight
        result.append(budget * (x * residents[i] / people_of[p] + (1 - x) * tax[i] / tax_of[p]))
    return result


def incomes(w: World, s: Nation, sales: list, levers: dict, subsidy: list, shares: list) -> dict:
    """From sales of each cell to final spending of each place, firm by firm and place by place."""
    n, r = w.n, w.p.income
    a = {k: [0.0] * n for k in ("value_added", "wages_labour", "wages_talent", "research", "surplus", "tax")}
    for firm in s.firms:
        x = sales[firm.city][firm.sector] * firm.share
        value = w.gamma[firm.sector] * x
        wages = (1 - r.tax) * w.rho * w.eta * value
        to_talent = w.skill[firm.sector] * wages
        research = w.research[firm.sector] * x
        for name, amount in (
            ("value_added", value),
            ("wages_labour", wages - to_talent),
            ("wages_talent", to_talent),
            ("research", research),
            ("tax", r.tax * value),
            ("surplus", value - r.tax * value - wages - research),
        ):
            a[name][firm.city] += amount
    held = [sum(s.ownership[h][i] for h in range(n)) for i in range(n)]
    budget = budgets(w, s, a["tax"], levers["transfer_equalisation"][0])
    a["budget"] = budget
    a["dividends_received"] = [
        sum(s.ownership[i][j] / held[j] * (1 - r.retention) * a["surplus"][j] for j in range(n)) for i in range(n)
    ]
    a["talent_subsidy"] = [subsidy[i] * a["wages_talent"][i] for i in range(n)]
    a["income"] = [
        a["wages_labour"][i] + a["wages_talent"][i] + a["talent_subsidy"][i] + a["dividends_received"][i]
        for i in range(n)
    ]
    a["saving"] = [r.saving * y for y in a["income"]]
    a["consumption"] = [(1 - r.saving) * y for y in a["income"]]
    a["public_spending"] = [budget[i] - a["talent_subsidy"][i] for i in range(n)]
    a["investment"] = [
        sum(a["saving"][h] * shares[h][i] for h in range(n)) + r.retention * a["surplus"][i] for i in range(n)
    ]
    a["final"] = [
        a["consumption"][i] + a["public_spending"][i] + a["research"][i] + a["investment"][i] for i in range(n)
    ]
    return a


class Market:
    """A quarter's cells, frictions and people, and the demand they give rise to."""

    def __init__(self, w, s, levers, minutes, supply_loss, subsidy, shares) -> None:
        self.w, self.s, self.levers, self.subsidy, self.shares = w, s, levers, subsidy, shares
        n, k, t = w.n, w.sectors, w.p.technology
        self.loss = supply_loss
        self.tau = {kind: trade_cost(w, levers, minutes, kind == "services") for kind in ("goods", "services")}
        self.labour = [t.employed_labour_share * x for x in s.labour] + [w.foreign_labour]
        self.talent = [t.employed_talent_share * x for x in s.talent] + [w.foreign_talent]
        self.cells = [(i, j) for i in range(n) for j in range(k)]
        self.firms = {cell: [f for f in s.firms if (f.city, f.sector) == cell] for cell in self.cells}
        self.sellers = [cell for cell in self.cells if self.firms[cell]] + [(n, j) for j in range(k)]
        self.total = sum(map(sum, s.sales))
        self.abroad = math.exp(w.p.trade.foreign_growth * (s.quarter - w.first_quarter + 1))
        for (_, j), firms in self.firms.items():
            if firms:
                cell_output(w, firms, 1.0, 1.0, w.skill[j])  # sets each firm's share

    def wages(self, i, sales):
        """Wages of node i that pay everybody's share of sales."""
        w = self.w
        bill = [w.rho * w.eta * w.gamma[q] * sales[i][q] for q in range(w.sectors)]
        to_labour = sum(b * (1 - w.skill[q]) for q, b in enumerate(bill))
        to_talent = sum(b * w.skill[q] for q, b in enumerate(bill))
        return to_labour / self.labour[i], to_talent / self.talent[i]

    def produced(self, i, j, sales):
        """V of a cell."""
        w, t, h = self.w, self.w.p.technology, self.w.skill[j]
        wage_l, wage_h = self.wages(i, sales)
        bill = w.rho * w.eta * w.gamma[j] * sales[i][j]
        labour, talent = bill * (1 - h) / wage_l, bill * h / wage_h
        if i == w.n:
            return w.foreign_b[j] * self.abroad * (labour ** (1 - h) * talent**h) ** w.eta
        place = math.exp(w.log_fundamental[i][j]) * (1 - self.loss[i])
        place *= self.talent[i] ** t.talent_agglomeration * self.labour[i] ** t.labour_agglomeration
        return place * cell_output(w, self.firms[i, j], labour, talent, h)

    def prices(self, sales, index):
        """Price of each seller, at given price indices of inputs."""
        w, p = self.w, {}
        for i, j in self.sellers:
            inputs = 1.0
            for q in range(w.sectors):
                inputs *= (index[i][q] / w.inputs[q][j]) ** w.inputs[q][j]
            unit = w.gamma[j] * sales[i][j] / self.produced(i, j, sales)
            p[i, j] = (unit / w.gamma[j]) ** w.gamma[j] * (inputs / (1 - w.gamma[j])) ** (1 - w.gamma[j])
        return p

    def spending(self, sales):
        """What each node spends on each sector: its final spending and its inputs."""
        w, k = self.w, self.w.sectors
        final = incomes(w, self.s, sales, self.levers, self.subsidy, self.shares)["final"]
        final = [*final, sum(w.gamma[j] * sales[w.n][j] for j in range(k))]
        return [
            [
                w.beta[j] * final[b] + sum(w.inputs[j][q] * (1 - w.gamma[q]) * sales[b][q] for q in range(k))
                for j in range(k)
            ]
            for b in range(w.n + 1)
        ]

    def demanded(self, sales, p):
        """What each seller's goods are bought for, and buyers' price indices."""
        w, k, theta = self.w, self.w.sectors, self.w.p.trade.elasticity
        bought = dict.fromkeys(self.sellers, 0.0)
        index = [[0.0] * k for _ in range(w.n + 1)]
        for b, row in enumerate(self.spending(sales)):
            for j, spent in enumerate(row):
                if w.kinds[j] == "local":
                    bought[b, j] += spent
                    index[b][j] = p[b, j]
                    continue
                offers = {i: (p[i, j] * self.tau[w.kinds[j]][i][b]) ** -theta for i, q in self.sellers if q == j}
                for i, offer in offers.items():
                    bought[i, j] += offer / sum(offers.values()) * spent
                index[b][j] = sum(offers.values()) ** (-1 / theta)
        return bought, index

    def unpack(self, x):
        """Sales and price indices from their logarithms in a row."""
        k = self.w.sectors
        sales = [[0.0] * k for _ in range(self.w.n + 1)]
        for (i, j), value in zip(self.sellers, x, strict=False):
            sales[i][j] = math.exp(value)
        rest = x[len(self.sellers) :]
        return sales, [[math.exp(rest[i * k + j]) for j in range(k)] for i in range(self.w.n + 1)]

    def gap(self, x):
        """Log excess demand of each seller and log error of each price index."""
        sales, index = self.unpack(x)
        bought, new = self.demanded(sales, self.prices(sales, index))
        excess = [math.log(bought[i, j] / sales[i][j]) for i, j in self.sellers]
        # By Walras' law one market is redundant; the level of sales takes its place.
        excess[-1] = math.log(sum(map(sum, sales)) / self.total)
        errors = [math.log(a / b) for row in zip(new, index, strict=True) for a, b in zip(*row, strict=True)]
        return excess + errors

    def clear(self):
        """Sales and price indices at which nothing is in excess, from equal sales of all."""
        m = len(self.sellers)
        x = [math.log(self.total / m)] * m + [0.0] * ((self.w.n + 1) * self.w.sectors)
        for _ in range(60):  # damped steps bring it near
            x = [a + (0.2 if c < m else 1.0) * b for c, (a, b) in enumerate(zip(x, self.gap(x), strict=True))]
            x[m - 1] = x[m - 2]
        found = optimize.root(self.gap, x, method="hybr", options={"xtol": 1e-14}).x
        worst = max(map(abs, self.gap(found)))
        if worst > 1e-11:
            raise ArithmeticError(f"the reference found no equilibrium: {worst:.1e}")
        return self.unpack(found)


def market(w: World, s: Nation, levers: dict, minutes: list, supply_loss: list, subsidy: list, shares: list) -> dict:
    """Clear all markets, and express them in the base quarter's final prices."""
    m = Market(w, s, levers, minutes, supply_loss, subsidy, shares)
    sales, index = m.clear()
    p = m.prices(sales, index)
    local = [math.prod(x**beta for x, beta in zip(row, w.beta, strict=True)) for row in index[: w.n]]
    weighted = zip(w.price_weights, local, w.base_price, strict=True)
    factor = math.exp(-sum(weight * math.log(x / base) for weight, x, base in weighted))
    sales = [[factor * x for x in row] for row in sales]
    a = incomes(w, s, sales, levers, subsidy, shares)
    a["price"] = [factor * x for x in local]
    a["spending"] = m.spending(sales)
    a["log_price"] = {cell: math.log(factor * x) for cell, x in p.items()}
    a["log_price_index"] = [[math.log(factor * x) for x in row] for row in index]
    s.sales = sales
    measure(w, s, a, [m.produced(i, j, sales) if m.firms[i, j] else 0.0 for i, j in m.cells])
    live(w, s, a, m.labour, m.talent)
    for firm in s.firms:
        firm.sales = firm.share * sales[firm.city][firm.sector]
        bill = w.rho * w.eta * w.gamma[firm.sector] * firm.sales
        wage_l, wage_h = m.wages(firm.city, sales)
        firm.labour = (1 - w.skill[firm.sector]) * bill / wage_l
        firm.talent = w.skill[firm.sector] * bill / wage_h
    s.budget_room = [0.5 * a["budget"][i] / a["wages_talent"][i] for i in range(w.n)]
    s.seen["market"] = a
    return a


def measure(w: World, s: Nation, a: dict, quantity: list) -> None:
    """Chain GDP over quantities of cells, and absorption over places' real spending."""
    value = [w.gamma[j] * s.sales[i][j] for i in range(w.n) for j in range(w.sectors)]
    s.gdp_volume *= fisher(s.value, value, s.quantity, quantity)
    real = [x / y for x, y in zip(s.final, s.final_price, strict=True)]
    real_now = [x / y for x, y in zip(a["final"], a["price"], strict=True)]
    s.absorption_volume *= fisher(s.final, a["final"], real, real_now)
    s.value, s.quantity, s.final, s.final_price = value, quantity, a["final"], a["price"]


def live(w: World, s: Nation, a: dict, labour: list, talent: list) -> None:
    """What a wage is worth in each place: goods, land and crowding."""
    m = w.p.migration
    for skill, name, at_work in ((0, "wages_labour", labour), (1, "wages_talent", talent)):
        for i in range(w.n):
            residents = s.labour[i] + s.talent[i]
            land = (a["consumption"][i] / w.area[i]) ** m.rent_share
            wage = a[name][i] / at_work[i]
            s.real_wage[skill][i] = wage / a["price"][i] ** (1 - m.rent_share) / residents**m.congestion / land


def accumulate(w: World, s: Nation, a: dict, shares: list) -> None:
    """Saving and retained surplus buy capital goods at their price; owners get what they paid for."""
    n, delta, r = w.n, w.p.technology.depreciation, w.p.income
    stock = [sum(s.ownership[h][i] for h in range(n)) for i in range(n)]
    s.rate = [a["surplus"][i] / (a["price"][i] * stock[i]) for i in range(n)]
    for home in range(n):
        for host in range(n):
            paid = shares[home][host] * a["saving"][home]
            paid += s.ownership[home][host] / stock[host] * r.retention * a["surplus"][host]
            s.ownership[home][host] = (1 - delta) * s.ownership[home][host] + paid / a["price"][host]
    for firm in s.firms:
        value = w.gamma[firm.sector] * firm.sales
        bought = a["investment"][firm.city] / a["price"][firm.city]
        firm.capital = (1 - delta) * firm.capital + bought * value / a["value_added"][firm.city]
