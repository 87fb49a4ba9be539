"""Process 6: goods, wages, prices, incomes and budgets of a quarter clear together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.equilibrium import Clearing, Market, clear
from nqpf.model.exchange.digital import productivity_gain
from nqpf.model.volumes import Basket

if TYPE_CHECKING:
    from collections.abc import Callable

    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.growth import Sources
    from nqpf.model.markets.goods import TradeNetwork
    from nqpf.model.markets.incomes import Accounts, Distribution
    from nqpf.model.markets.technology import SectorTechnology
    from nqpf.model.parameters import Technology
    from nqpf.model.state import Fundamentals


@dataclass(frozen=True, slots=True)
class Production:
    """A quarter's market and accounts, in money of the numéraire: the base quarter's final prices."""

    market: Market
    clearing: Clearing
    accounts: Accounts
    price: Floats  # final-price index by place, (n_places,)
    basket: Basket
    final_shares: Floats  # β, (n_sectors,)


def employed(technology: Technology, labour: Ints, talent: Ints) -> tuple[Floats, Floats]:
    """Labour and talent at work, (n_places,) each."""
    return (
        technology.employed_labour_share * labour.astype(np.float64),
        technology.employed_talent_share * talent.astype(np.float64),
    )


def agglomeration(technology: Technology, employed_labour: Floats, employed_talent: Floats) -> Floats:
    """Log gain of productivity in a place, (n_places,): φ_H ln H + φ_L ln L."""
    return technology.talent_agglomeration * np.log(employed_talent) + technology.labour_agglomeration * np.log(
        employed_labour
    )


def place_productivity(technology: Technology, digital: Floats, knee: float, public_capital: Floats) -> Floats:
    """Log productivity that networks and public capital give a place, (n_places,)."""
    return productivity_gain(technology, digital, knee) + public_gain(technology, public_capital)


def public_gain(technology: Technology, public_capital: Floats) -> Floats:
    """Log productivity that public capital gives a place, (n_places,): φ_G ln G."""
    gain: Floats = technology.public_capital_elasticity * np.log(public_capital)
    return gain


def log_efficiency(firms: Firms | Sources, sectors: SectorTechnology, technology: Technology) -> Floats:
    """Ln Z of each firm, (n_firms,): Z = A K^α D^d, d the exponent of own data."""
    log_z = firms.log_productivity + technology.capital_share * np.log(firms.capital)
    log_z += sectors.own_data[firms.cell % len(sectors.own_data)] * np.log(firms.data)
    return log_z


def crowding(sectors: SectorTechnology, technology: Technology) -> Floats:
    """Power of the number of a cell's firms that S takes out, (n_sectors,): (1 − v)(1/κ − α − d)."""
    power: Floats = (1 - technology.love_of_variety) * (1 / sectors.kappa - technology.capital_share - sectors.own_data)
    return power


def cell_productivity(
    firms: Firms, sectors: SectorTechnology, technology: Technology, n_places: int
) -> tuple[Floats, Floats]:
    """Ln S^{1/κ} of each cell (n_places, n_sectors), −inf where empty, and each firm's share in its cell (n_firms,).

    S = n^{−v(1−κ(α+d))} Σ_f Z_f^κ with Z = A K^α D^d, d the exponent of own data: with v = 1 there is no love of
    variety, so that results do not depend on how many firms stand for the economy.
    """
    n_sectors = len(sectors.skill_share)
    n_cells = n_places * n_sectors
    kappa = sectors.kappa
    z = np.exp(kappa * log_efficiency(firms, sectors, technology))
    total = np.bincount(firms.cell, z, n_cells)
    count = np.bincount(firms.cell, minlength=n_cells).reshape(n_places, n_sectors)
    with np.errstate(divide="ignore"):
        log_total = np.log(total).reshape(n_places, n_sectors) / kappa
    log_s = np.where(count > 0, log_total - crowding(sectors, technology) * np.log(np.maximum(count, 1)), -np.inf)
    return log_s, z / total[firms.cell]


def capacity_in_use(technology: Technology, reserve: Floats, hinterland: Bools, goods: Bools) -> Floats:
    """Log productivity left when a share `reserve` of the hinterland's capacity is idle, (n_places, n_sectors)."""
    idle = technology.capital_share * np.log1p(-reserve)
    return np.where(hinterland[:, None] & goods, idle[:, None], 0.0)


def released(idle: Floats, loss: Floats, value_added: Floats) -> float:
    """Share of the reserve that is put to work: what supply shocks take over what the reserve could make, at most 1.

    idle (n_places, n_sectors) log productivity that the reserve costs; loss (n_places,) of productivity to shocks;
    value_added of the last quarter.
    """
    lost = float((loss[:, None] * value_added).sum())
    reserved = float((-np.expm1(idle) * value_added).sum())
    return min(lost / reserved, 1.0) if lost > 0 and reserved > 0 else 0.0


def investment_weight(
    value_added: Floats, subsidy: Floats, capital: Floats, profit_share: float, collateral: float
) -> Floats:
    """Firms' access to finance within their place, (n_firms,): (v (1 + s/π))^{1−λ} K^λ.

    value_added, subsidy over it and capital of each firm; what is expected to be earned, and what can be pledged.
    """
    weight: Floats = (value_added * (1 + subsidy / profit_share)) ** (1 - collateral) * capital**collateral
    return weight


def grown_public_capital(technology: Technology, stock: Floats, accounts: Accounts, price: Floats) -> Floats:
    """Public capital after a quarter, (n_places,): what lasts, a part of public spending, all development money."""
    return (1 - technology.public_depreciation) * stock + public_investment(technology, accounts) / price


def public_investment(technology: Technology, accounts: Accounts) -> Floats:
    """Public money invested, (n_places,), CNY million: a part of ordinary spending, all of development money."""
    ordinary = np.maximum(accounts.public_spending - accounts.development, 0.0)
    return np.asarray(technology.public_investment * ordinary + accounts.development)


def spend(distribution: Distribution, final_shares: Floats) -> Callable[[Floats], Floats]:
    """Sales → spending β F + inputs, (n_places + 1, n_sectors) both; the world's F is its own value added."""
    requirements = distribution.technology.input_requirements.T
    value_added = distribution.technology.value_added_share

    def spending(sales: Floats) -> Floats:
        final = np.append(distribution.accounts(sales[:-1]).final, sales[-1] @ value_added)
        return final[:, None] * final_shares + sales @ requirements

    return spending


def final_price(log_price_index: Floats, final_shares: Floats) -> Floats:
    """Price index of final spending in each place, (n_places,): Π_s P_s^{β_s}."""
    return np.exp(log_price_index @ final_shares)


def market_of(
    fundamentals: Fundamentals,
    trade: TradeNetwork,
    distribution: Distribution,
    log_productivity: Floats,
    at_work: tuple[Floats, Floats],
    foreign_growth: float,
) -> Market:
    """The quarter's market from ln B of the places (n_places, n_sectors) and people at work (n_places,) × 2."""
    return Market(
        fundamentals.technology,
        trade,
        np.vstack([np.exp(log_productivity), fundamentals.foreign_productivity * np.exp(foreign_growth)]),
        np.append(at_work[0], fundamentals.foreign_labour),
        np.append(at_work[1], fundamentals.foreign_talent),
        spend(distribution, fundamentals.final_shares),
    )


def produce(
    market: Market,
    distribution: Distribution,
    fundamentals: Fundamentals,
    sales: Floats,
    log_price_index: Floats,
) -> Production:
    """Clear the market from last quarter's sales and price indices and express it in the numéraire.

    The numéraire is the geometric mean of places' final-price indices with the base quarter's spending as weights.
    """
    found = clear(market, sales, log_price_index)
    index = final_price(found.log_price_index[:-1], fundamentals.final_shares)
    factor = float(np.exp(-fundamentals.price_weights @ np.log(index / fundamentals.base_price)))
    clearing = _in_numeraire(found, factor, market.trade)
    n = len(index)
    accounts = distribution.accounts(clearing.sales[:n])
    value = clearing.sales[:n] * fundamentals.technology.value_added_share
    price = index * factor
    basket = Basket(value, _volume(market, clearing), accounts.final, price)
    return Production(market, clearing, accounts, price, basket, fundamentals.final_shares)


def _in_numeraire(c: Clearing, factor: float, trade: TradeNetwork) -> Clearing:
    """All values and prices times a factor."""
    power = factor**-trade.elasticity
    return replace(
        c,
        sales=c.sales * factor,
        spending=c.spending * factor,
        log_price=c.log_price + np.log(factor),
        log_price_index=c.log_price_index + np.log(factor),
        weights=c.weights * power,
        competition=np.where(trade.is_local, c.competition, c.competition * power),
        wage_labour=c.wage_labour * factor,
        wage_talent=c.wage_talent * factor,
    )


def _volume(market: Market, clearing: Clearing) -> Floats:
    """V = B N^η, the quantity of value added, (n_places, n_sectors): N is the wage bill over the wage bundle."""
    t = market.technology
    bundle = t.log_wage_bundle(np.log(clearing.wage_labour), np.log(clearing.wage_talent))
    people = t.wage_share * clearing.sales / np.exp(bundle)
    return (market.productivity * people**t.labour_exponent)[:-1]
