"""The temporary spatial equilibrium of a quarter: production, trade, wages and incomes at once.

Unknowns are ln X (sales by node and sector) and ln P (buyers' price indices), jointly; one pass of the map is

    prices → Φ → spending E(X) → market access M → both labour markets exactly → new ln X,

accelerated by Anderson(5) (Walker and Ni 2011) over non-empty cells. Last, a few sweeps X := π E(X) at fixed trade
shares π close every goods market to rounding. The system is homogeneous of degree one: ΣX is kept, and every policy
amount has to be a share of a current flow. Tried and worse: damped iteration on sales (3-6 times the steps), a lagged
price sweep (95 steps).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.anderson import Anderson
from nqpf.model.markets.labour import clear_wages, wages

if TYPE_CHECKING:
    from collections.abc import Callable

    from nqpf.agents.typing import Bools, Floats
    from nqpf.model.markets.goods import TradeNetwork
    from nqpf.model.markets.technology import SectorTechnology

TOLERANCE = 1e-11
_CLOSED = 1e-13
_MAX_ITERATIONS = 300
_MAX_SWEEPS = 200
_PRICE_SWEEPS = 2


class EquilibriumError(ArithmeticError):
    """No equilibrium was found; the message says how far it got."""


@dataclass(frozen=True, slots=True)
class Market:
    """What a quarter's equilibrium takes as given; n_nodes counts places and the rest of the world."""

    technology: SectorTechnology
    trade: TradeNetwork
    productivity: Floats  # B, (n_nodes, n_sectors); 0 marks an empty cell
    labour: Floats  # persons employed, (n_nodes,)
    talent: Floats  # persons employed, (n_nodes,)
    spending: Callable[[Floats], Floats]  # sales → spending E by node and sector, homogeneous, ΣE = ΣX

    @property
    def sells(self) -> Bools:
        """Cells with a seller, (n_nodes, n_sectors)."""
        return self.productivity > 0


@dataclass(frozen=True, slots=True)
class Clearing:
    """A cleared market; matrices have shape (n_nodes, n_sectors)."""

    sales: Floats  # X, CNY million / quarter, current
    spending: Floats  # E
    log_price: Floats  # of sellers; meaningless in empty cells
    log_price_index: Floats  # of buyers
    weights: Floats  # q = p^−θ
    competition: Floats  # Φ
    wage_labour: Floats  # CNY million / person / quarter, (n_nodes,)
    wage_talent: Floats
    iterations: int
    residual: float  # largest relative excess demand over cells
    history: tuple[float, ...]


def log_prices(market: Market, sales: Floats, log_price_index: Floats) -> Floats:
    """Sellers' ln p at given sales and input prices, (n_nodes, n_sectors); see `technology`."""
    return _own_price(market, sales) + _input_price(market.technology, log_price_index)


def _own_price(market: Market, sales: Floats) -> Floats:
    t, sells = market.technology, market.sells
    wage_l, wage_h = wages(sales, t.labour_wage_share, t.talent_wage_share, market.labour, market.talent)
    bundle = t.log_wage_bundle(np.log(wage_l), np.log(wage_h)) - np.log(t.wage_share)
    value = (1 - t.labour_exponent) * _log(sales, sells) + t.labour_exponent * bundle - _log(market.productivity, sells)
    return t.value_added_share * value


def _input_price(technology: SectorTechnology, log_price_index: Floats) -> Floats:
    return (1 - technology.value_added_share) * (
        technology.log_input_price(log_price_index) - technology.log_input_term()
    )


def _log(x: Floats, where: Bools) -> Floats:
    """Ln x, 0 elsewhere: an empty cell has no price."""
    return np.log(np.where(where, x, 1.0))


def _supply(market: Market, access: Floats, log_price_index: Floats, sales: Floats) -> Floats:
    """Sales at given market access and input prices with both labour markets of every node cleared.

    ln X (1 + θγ(1 − η)) = ln M + θ(γ ln B − γη (ln ω − ln ργη) − input price); local services sell what is bought.
    """
    t, theta, sells = market.technology, market.trade.elasticity, market.sells
    gamma, eta = t.value_added_share, t.labour_exponent
    slope = 1 / (1 + theta * gamma * (1 - eta))
    zero = np.zeros(len(access))
    fixed = gamma * (_log(market.productivity, sells) - eta * (t.log_wage_bundle(zero, zero) - np.log(t.wage_share)))
    log_demand = slope * (_log(access, sells) + theta * (fixed - _input_price(t, log_price_index)))
    log_demand = np.where(t.local, _log(access, sells), np.where(sells, log_demand, -np.inf))
    response = np.where(t.local, 0.0, theta * gamma * eta * slope)
    r_l, r_h = response * (1 - t.skill_share), response * t.skill_share
    start = wages(sales, t.labour_wage_share, t.talent_wage_share, market.labour, market.talent)
    log_l, log_h = clear_wages(
        log_demand,
        r_l,
        r_h,
        t.labour_wage_share,
        t.talent_wage_share,
        market.labour,
        market.talent,
        (np.log(start[0]), np.log(start[1])),
    )
    return np.exp(log_demand - np.outer(log_l, r_l) - np.outer(log_h, r_h))


def clear(
    market: Market, sales: Floats, log_price_index: Floats | None = None, tolerance: float = TOLERANCE
) -> Clearing:
    """Clear every market, warm-started from last quarter's sales and price indices.

    Raises EquilibriumError if the residual is not under the tolerance in 300 steps.
    """
    sells, trade = market.sells, market.trade
    total = sales.sum()
    x = np.where(sells, np.maximum(sales, 1e-12 * total / sales.size), 0.0)
    x *= total / x.sum()
    log_p_index = np.zeros_like(x) if log_price_index is None else log_price_index.copy()
    anderson = Anderson()
    history: list[float] = []
    cells = int(sells.sum())
    while len(history) < _MAX_ITERATIONS:
        own = _own_price(market, x)
        index = log_p_index
        for _ in range(_PRICE_SWEEPS):
            before = index
            log_price = own + _input_price(market.technology, before)
            weights = trade.supply_weights(log_price, sells)
            phi = trade.competition(weights)
            index = trade.log_price_index(phi, log_price)
        spending = market.spending(x)
        access = trade.market_access(spending, phi)
        demand = np.where(trade.is_local, access, weights * access)
        residual = max(
            np.abs(demand[sells] * (total / demand.sum()) / x[sells] - 1).max(),
            float(np.abs(index - before).max()),
        )
        history.append(float(residual))
        if not np.isfinite(residual):
            break
        if residual < tolerance:
            return _close(market, x, index, history)
        new = _supply(market, access, index, x)
        new *= total / new.sum()
        state = np.concatenate([np.log(x[sells]), log_p_index.ravel()])
        state = anderson.next(state, np.concatenate([np.log(new[sells]), index.ravel()]))
        x = x.copy()
        x[sells] = np.exp(state[:cells])
        scale = total / x.sum()
        x *= scale
        log_p_index = state[cells:].reshape(x.shape) + np.log(scale)
    raise EquilibriumError(
        f"no equilibrium after {len(history)} steps; residuals of the last: {history[-3:]}; "
        f"spending over sales {market.spending(x).sum() / x.sum():.12f}, to be 1"
    )


def _close(market: Market, sales: Floats, log_price_index: Floats, history: list[float]) -> Clearing:
    """Sweep X := π E(X) at fixed trade shares until every goods market closes to rounding."""
    trade, t = market.trade, market.technology
    log_price = log_prices(market, sales, log_price_index)
    weights = trade.supply_weights(log_price, market.sells)
    phi = trade.competition(weights)
    total = sales.sum()
    x = sales
    for _ in range(_MAX_SWEEPS):
        spending = market.spending(x)
        access = trade.market_access(spending, phi)
        new = np.where(trade.is_local, access, weights * access)
        new *= total / new.sum()
        residual = float(np.abs(new[market.sells] / x[market.sells] - 1).max())
        x = new
        if residual < _CLOSED:
            break
    wage_l, wage_h = wages(x, t.labour_wage_share, t.talent_wage_share, market.labour, market.talent)
    return Clearing(
        sales=x,
        spending=market.spending(x),
        log_price=log_price,
        log_price_index=trade.log_price_index(phi, log_price),
        weights=weights,
        competition=phi,
        wage_labour=wage_l,
        wage_talent=wage_h,
        iterations=len(history),
        residual=residual,
        history=tuple(history),
    )
