"""The circular flow of the start: sales, incomes, investment and trade with the world that agree with one another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.errors import DataError

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.model.markets.incomes import Accounts, Distribution
    from nqpf.model.markets.technology import SectorTechnology

_STEPS = 2000
_CONVERGED, _GOOD_ENOUGH = 1e-12, 1e-9  # steep tastes of capital stop short of the first by rounding


@dataclass(frozen=True, slots=True)
class StartFlows:
    """Flows of the base year, a quarter of them."""

    sales: Floats  # (n_places, n_sectors)
    accounts: Accounts
    distribution: Distribution  # with ownership and destinations found
    mass: Floats  # pull of each host on savings, (n_places,)


def circular_flow(
    distribution: Distribution,
    value_added: Floats,
    gdp: Floats,
    local_share: float,
    friction: Floats,
    investment_weight: Floats,
    names: tuple[str, ...],
) -> StartFlows:
    """Sales at which every place has its GDP, local services sell what is bought, and hosts get their investment.

    value_added (n_places, n_sectors) gives each place's mix of tradables; gdp (n_places,); local_share β_l of final
    spending; friction g (home, host); investment_weight (n_places,) hosts' shares of investment. With F final spending,

        X_l = (β_l F + α GDP) / (1 − a_ll(1 − γ_l) + α γ_l),  α = Σ_tradables a_ls (1 − γ_s) X_s / Σ VA.

    Raises DataError for a place whose local services alone exceed its GDP.
    """
    t = distribution.technology
    local = t.local
    mix = np.where(local, 0.0, value_added)
    sales_per_value = mix / mix.sum(1, keepdims=True) / t.value_added_share
    requirements = t.input_requirements
    local_row = requirements[local].sum(0)
    alpha = sales_per_value @ np.where(local, 0.0, local_row)
    local_value = float(t.value_added_share[local].sum())
    own_use = 1 - float(local_row[local].sum())
    mass = investment_weight / investment_weight.sum()
    sales = sales_per_value * (0.6 * gdp[:, None]) + np.where(local, 0.4 * gdp[:, None] / local_value, 0.0)
    for _ in range(_STEPS):
        accounts = distribution.accounts(sales)
        retained = distribution.income.retention * accounts.surplus + accounts.fund
        target = accounts.investment.sum() * investment_weight / investment_weight.sum() - retained
        if (target <= 0).any():
            raise DataError(f"{names[int(target.argmin())]}: its own surplus exceeds the investment its capital allows")
        inflow = accounts.saving @ distribution.destinations
        mass = mass * target / inflow
        mass /= mass.sum()
        destinations = friction * mass
        destinations /= destinations.sum(1, keepdims=True)
        ownership = destinations * accounts.saving[:, None]
        ownership /= ownership.sum(0)
        distribution = replace(distribution, destinations=destinations, ownership=ownership)
        local_sales = (local_share * accounts.final + alpha * gdp) / (own_use + alpha * local_value)
        new = sales_per_value * (gdp - local_value * local_sales)[:, None] + np.where(local, local_sales[:, None], 0.0)
        change = max(
            np.abs(new / np.where(sales > 0, sales, 1) - 1)[sales > 0].max(),
            np.abs(inflow / target - 1).max(),
        )
        sales = new
        if change < _CONVERGED:
            break
    if change > _GOOD_ENOUGH:
        raise DataError(f"the start's flows did not settle: last change {change:.1e}")
    tradable = gdp - sales[:, local].sum(1) * local_value
    if (tradable <= 0).any():
        worst = int((tradable / gdp).argmin())
        raise DataError(f"{names[worst]}: local services alone would exceed its GDP; check its GDP and capital")
    return StartFlows(sales, distribution.accounts(sales), distribution, mass)


def foreign_sales(
    technology: SectorTechnology, sales: Floats, final_shares: Floats, final: float, size: float
) -> Floats:
    """Sales of the rest of the world by sector, (n_sectors,): it mirrors each sector's imbalance at home.

    sales (n_places, n_sectors), final_shares β (n_sectors,), final spending at home; size is foreign final spending
    over it. Raises DataError if the world is too small to take what is left.
    """
    requirements = technology.input_requirements
    output = sales.sum(0)
    net_exports = np.where(technology.local, 0.0, output - final_shares * final - requirements @ output)
    foreign = np.linalg.solve(np.eye(len(output)) - requirements, final_shares * size * final - net_exports)
    if (foreign <= 0).any():
        raise DataError(
            "parameters.trade.foreign_size: the rest of the world is too small for the start's trade; raise it"
        )
    return np.asarray(foreign)
