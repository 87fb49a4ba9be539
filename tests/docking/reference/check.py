"""Whether the solver's solution is one: excess demand for every seller's goods, from firms' own productivity up."""

from __future__ import annotations

import math


def excess_demand(model) -> float:
    """Largest log excess demand over sellers, and log error of buyers' price indices, once the market has cleared."""
    market, t = model.market, model.t
    sellers = [*sorted(market.cells), *((t.n, s) for s in range(t.k))]
    price = {cell: seller_price(market, *cell) for cell in sellers}
    bought = dict.fromkeys(sellers, 0.0)
    worst = 0.0
    for buyer, row in enumerate(market.spending(model.sales)):
        for s, spent in enumerate(row):
            offers = {i: offer(market, price[i, s], i, buyer, s) for i, q in sellers if q == s}
            total = sum(offers.values())
            for i, x in offers.items():
                bought[i, s] += x / total * spent
            index = -math.log(total) / model.p.trade.elasticity
            worst = max(worst, abs(index - model.log_price_index[buyer][s]))
    return max(worst, *(abs(math.log(bought[i, s] / model.sales[i][s])) for i, s in sellers))


def offer(market, price: float, seller: int, buyer: int, s: int) -> float:
    """Weight of a seller in what a buyer buys: (p τ)^−θ, none across places for local services."""
    t, theta = market.t, market.model.p.trade.elasticity
    if t.local[s]:
        return price**-theta if seller == buyer else 0.0
    weight = (price * math.exp(market.log_tau[t.kinds[s]][seller][buyer])) ** -theta
    abroad = [i for i in (seller, buyer) if i != t.n]
    lost = market.model.shock["foreign"][abroad[0]] if len(abroad) == 1 else 0.0
    return weight * (1 - lost)


def seller_price(market, i: int, s: int) -> float:
    """Price of a cell's goods: value added's price and input prices, weighted by γ and 1 − γ."""
    model, t = market.model, market.t
    gamma, sales = t.gamma[s], model.sales[i]
    unit = gamma * sales[s] / output(market, i, s)
    inputs = 1.0
    for q in range(t.k):
        if t.inputs[q][s] > 0:
            inputs *= (math.exp(model.log_price_index[i][q]) / t.inputs[q][s]) ** t.inputs[q][s]
    return (unit / gamma) ** gamma * (inputs / (1 - gamma)) ** (1 - gamma)


def output(market, i: int, s: int) -> float:
    """V of a cell that employs its part of the people at work, in proportion to its part of their wages."""
    model, t = market.model, market.t
    bill = [t.rho * t.eta * g * x for g, x in zip(t.gamma, model.sales[i], strict=True)]
    paid_labour = sum(b * (1 - h) for b, h in zip(bill, t.skill, strict=True))
    paid_talent = sum(b * h for b, h in zip(bill, t.skill, strict=True))
    labour = bill[s] * (1 - t.skill[s]) / paid_labour * market.labour[i]
    talent = bill[s] * t.skill[s] / paid_talent * market.talent[i]
    people = labour ** (1 - t.skill[s]) * talent ** t.skill[s]
    if i == t.n:
        growth = math.exp(model.p.trade.foreign_growth * market.passed)
        return t.foreign_b[s] * growth * people**t.eta
    return market.produced(i, s, people)
