"""Stock-flow identities, checked every quarter; a broken one stops the run.

Each is a largest relative residual over places, sectors or provinces. They are never added up: errors of opposite
sign would hide one another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.errors import AccountingError
from nqpf.model.quarters import format_quarter

if TYPE_CHECKING:
    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.markets.incomes import Distribution
    from nqpf.model.parameters import Technology
    from nqpf.model.processes.production import Production

TOLERANCE = 1e-9

IDENTITIES: dict[str, str] = {
    "labour": "residents change only by births, deaths, graduates and moves: labour, to the person",
    "talent": "residents change only by deaths, graduates and moves: talent, to the person",
    "goods": "deliveries to all buyers add up to each cell's sales",
    "sectors": "the world's sales of a sector equal its spending on it",
    "purchases": "what a place buys from all sellers adds up to what it spends",
    "spending": "what a place spends on a sector is its share of final spending and its firms' inputs",
    "value_added": "wages, net surplus, R&D, tax and net payments for data, less subsidies, add up to value added",
    "data": "users pay for data by what they are worth; providers and exchanges get that, and exchanges spend theirs",
    "household": "consumption and saving add up to wages, subsidies and dividends",
    "dividends": "dividends received equal dividends paid",
    "government": "public spending, subsidies, guidance funds and the mission equal tax, in the nation",
    "mission": "the mission's money is its share of value added, spent in each place by weight",
    "province_budget": "each province's cities spend its tax less the centre's share plus its transfer and development",
    "city_budget": "each city spends its part, by residents and by tax, of its province's budget, and its development",
    "subsidies": "subsidies and guidance funds are their shares of wages, value added and budgets, cell by cell",
    "saving": "investment equals saving, retained surplus and guidance funds",
    "place": "GDP less absorption equals capital, dividend and fiscal outflow in each place",
    "nation": "value added equals final spending: no net exports beyond the start's",
    "employment": "firms employ all people at work in each place",
    "firm_sales": "firms' sales add up to their cell's",
    "public_capital": "public capital changes only by depreciation and public investment",
    "ownership": "owners' shares add up to each place's capital, after investment",
    "ownership_turnover": "the same after exits and entries",
}
"""Every identity's name and meaning."""


def check(residuals: dict[str, float], quarter: int) -> None:
    """Raise AccountingError for the first residual above 1e-9 (people: above 0), or that is not a number."""
    for name, residual in residuals.items():
        limit = 0.0 if name in {"labour", "talent"} else TOLERANCE
        if not residual <= limit:
            raise AccountingError(
                f"{format_quarter(quarter)}: identity {name!r} broke by {residual:.2e}: {IDENTITIES[name]}"
            )


def _relative(difference: Floats, scale: Floats) -> float:
    """Largest |difference| over |scale|."""
    return float((np.abs(difference) / np.maximum(np.abs(scale), 1e-300)).max())


def _off(ratio: float) -> float:
    """How far a ratio that should be one is off."""
    return abs(float(ratio) - 1)


def people(before: Ints, after: Ints, gains: tuple[Ints, ...], losses: tuple[Ints, ...]) -> float:
    """Largest difference in persons over places; all (n_places,)."""
    expected = before + sum(gains, np.zeros_like(before)) - sum(losses, np.zeros_like(before))
    return float(np.abs(after - expected).max())


def flows(production: Production, distribution: Distribution) -> dict[str, float]:
    """Residuals of a quarter's market, incomes and budgets."""
    a, c, trade = production.accounts, production.clearing, production.market.trade
    n = len(a.value_added)
    sells = production.market.sells
    deliveries = np.zeros_like(c.sales)
    purchases = np.zeros_like(c.sales)
    for kernel, kind in ((trade.goods, trade.is_goods), (trade.services, trade.is_services)):
        demand = c.spending[:, kind] / c.competition[:, kind]
        deliveries[:, kind] = c.weights[:, kind] * (kernel @ demand)
        purchases[:, kind] = demand * (kernel.T @ c.weights[:, kind])
    deliveries[:, trade.is_local] = purchases[:, trade.is_local] = c.spending[:, trade.is_local]
    wages = a.wages_labour + a.wages_talent
    province = distribution.province
    rates = distribution.income
    tax = np.bincount(province, a.tax)
    residents = np.bincount(province, distribution.population)
    e = distribution.equalisation
    central, mission = rates.central_share * tax.sum(), distribution.mission_rate * a.value_added.sum()
    development = rates.development_share * (central - mission)
    transfers = (central - mission - development) * (e * residents / residents.sum() + (1 - e) * tax / tax.sum())
    budget = (1 - rates.central_share) * tax + transfers
    spent = a.public_spending + a.talent_subsidy + a.industry_subsidy + a.fund
    weight = rates.city_population_weight
    part = weight * distribution.population / residents[province] + (1 - weight) * a.tax / tax[province]
    given = development * distribution.development_weight
    wanted = a.final[:, None] * production.final_shares + c.sales[:n] @ distribution.technology.input_requirements.T
    hosted = distribution.destinations * a.saving[:, None]
    held = distribution.ownership * a.dividends
    paid_out = (a.data_paid - a.exchange_cost)[:, None] * distribution.data.providers
    outflow = (hosted.sum(1) - hosted.sum(0)) - (held.sum(1) - held.sum(0)) - (spent + a.mission - a.tax)
    outflow += paid_out.sum(1) - paid_out.sum(0)
    by_sector = c.sales[:n] * distribution.technology.value_added_share
    worth = by_sector @ distribution.technology.pool_data
    value_added, final = a.value_added.sum(), a.final.sum()
    return {
        "goods": _relative((deliveries - c.sales)[sells], c.sales[sells]),
        "sectors": _relative(c.sales.sum(0) - c.spending.sum(0), c.sales.sum(0)),
        "purchases": _relative(purchases - c.spending, c.spending),
        "spending": _relative(c.spending[:n] - wanted, wanted),
        "value_added": _relative(
            wages + a.surplus + a.research + a.tax + a.data_paid - a.data_received - a.industry_subsidy - a.value_added,
            a.value_added,
        ),
        "data": max(
            _relative(a.data_received - paid_out.sum(0), a.value_added),
            _relative(a.data_paid - a.exchange_cost - paid_out.sum(1), a.value_added),
            _relative(a.exchange_cost - distribution.data.exchange_cost * a.data_paid, a.value_added),
            _relative(a.data_paid - distribution.data.payment_rate * worth, a.value_added),
        ),
        "household": _relative(a.consumption + a.saving - wages - a.talent_subsidy - a.dividends_received, a.income),
        "dividends": _off(a.dividends_received.sum() / a.dividends.sum()),
        "government": _off((spent + a.mission).sum() / a.tax.sum()),
        "mission": _relative(a.mission - mission * distribution.mission_weight, a.value_added),
        "province_budget": _relative(np.bincount(province, spent - given) - budget, budget),
        "city_budget": _relative(spent - part * budget[province] - given, spent),
        "subsidies": max(
            _relative(a.talent_subsidy - distribution.talent_subsidy * a.wages_talent, a.value_added),
            _relative(a.industry_subsidy - (distribution.industry_subsidy * by_sector).sum(1), a.value_added),
            _relative(a.fund - distribution.fund_share * a.budget, a.value_added),
            _relative(a.development - given, a.value_added),
        ),
        "saving": _off(a.investment.sum() / (a.saving.sum() + rates.retention * a.surplus.sum() + a.fund.sum())),
        "place": _relative(c.sales[:n] @ distribution.technology.value_added_share - a.final - outflow, a.value_added),
        "nation": _off(value_added / final),
    }


def firms(production: Production, firms: Firms, at_work: tuple[Floats, Floats]) -> dict[str, float]:
    """Residuals between firms and their cells."""
    n, n_sectors = production.basket.value.shape
    sales = production.clearing.sales[:n]
    city = firms.cell // n_sectors
    total = np.bincount(firms.cell, firms.sales, n * n_sectors).reshape(n, n_sectors)
    employed = np.bincount(city, firms.labour, n), np.bincount(city, firms.talent, n)
    return {
        "firm_sales": _relative((total - sales)[sales > 0], sales[sales > 0]),
        "employment": max(_relative(e - w, w) for e, w in zip(employed, at_work, strict=True)),
    }


def public_capital(before: Floats, after: Floats, technology: Technology, production: Production) -> float:
    """Stock of public capital against what was left and what was invested, (n_places,) units each."""
    a = production.accounts
    ordinary = np.maximum(a.public_spending - a.development, 0.0)
    invested = (technology.public_investment * ordinary + a.development) / production.price
    return _relative(after - before - (invested - technology.public_depreciation * before), after)


def ownership(owned: Floats, firms: Firms, n_sectors: int) -> float:
    """Owners' capital by host against its firms'."""
    stock = np.bincount(firms.cell // n_sectors, firms.capital, owned.shape[1])
    return _relative(owned.sum(0) - stock, stock)
