"""Measures of a quarter from the economy's arrays; names, units and meanings are declared in `measures`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model import measures

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.facts import Facts
    from nqpf.model.processes.population import VitalEvents
    from nqpf.model.processes.production import Production
    from nqpf.model.processes.turnover import Turnover
    from nqpf.model.state import Fundamentals, State

_LARGEST = 10


@dataclass(frozen=True, slots=True)
class Quarter:
    """All that happened in a quarter, as the observer sees it."""

    facts: Facts
    fundamentals: Fundamentals
    state: State
    production: Production
    at_work: tuple[Floats, Floats]
    events: VitalEvents
    moves: tuple[Ints, Ints]  # labour, talent: (origin, destination)
    investment: Floats  # (home, host), CNY million
    turnover: Turnover


def city_measures(q: Quarter) -> dict[str, Floats]:
    """Measures by place, (n_places,) each, in the order of `measures.CITY`."""
    s, a, c = q.state, q.production.accounts, q.production.clearing
    n, n_sectors = q.production.basket.value.shape
    population = s.labour + s.talent
    gdp = a.value_added * (s.gdp_volume / a.value_added.sum())
    employment = q.at_work[0] + q.at_work[1]
    moved = q.moves[0] + q.moves[1]
    city = s.firms.cell // n_sectors
    stock = np.bincount(city, s.firms.capital, n)
    trade = q.production.market.trade
    bought, own = c.spending[:n], np.diag(trade.goods)[:n, None] * np.ones(n_sectors)
    own[:, trade.is_services] = np.diag(trade.services)[:n, None]
    own[:, trade.is_local] = 1.0
    from_own = np.where(trade.is_local, bought, own * c.weights[:n] / c.competition[:n] * bought)
    values = {
        "population": population,
        "labour": s.labour,
        "talent": s.talent,
        "employed_labour": q.at_work[0],
        "employed_talent": q.at_work[1],
        "employment": employment,
        "births": q.events.births,
        "deaths": q.events.deaths_labour + q.events.deaths_talent,
        "graduates": q.events.graduates,
        "arrivals": moved.sum(0),
        "departures": moved.sum(1),
        "gdp": gdp,
        "value_added": a.value_added,
        "gdp_per_head": 4 * gdp / population,
        "wage_labour": c.wage_labour[:n],
        "wage_talent": c.wage_talent[:n],
        "income": a.income,
        "consumption": a.consumption,
        "investment": a.investment,
        "public_spending": a.public_spending,
        "tax": a.tax,
        "talent_subsidy": a.talent_subsidy,
        "rd": a.research,
        "absorption": a.final,
        "price_level": q.production.price / q.fundamentals.base_price,
        "capital": stock * q.fundamentals.base_price,
        "capital_return": s.rate,
        "output_per_worker": 4 * gdp / employment,
        "firms": np.bincount(city, minlength=n),
        "entries": q.turnover.entries.reshape(n, -1).sum(1),
        "exits": q.turnover.exits.reshape(n, -1).sum(1),
        "own_trade_share": from_own.sum(1) / bought.sum(1),
    }
    return {m.name: values[m.name] for m in measures.CITY}


def aggregate(values: dict[str, Floats], member: Bools) -> dict[str, Floats]:
    """City measures put together for regions, (n_regions,) each: sums, or means by the measure's weight.

    member (n_regions, n_places).
    """
    together: dict[str, Floats] = {}
    for m in measures.CITY:
        v = values[m.name]
        if m.weight is None:
            together[m.name] = member.astype(v.dtype) @ v
        else:
            weight = values[m.weight]
            together[m.name] = (member @ (v * weight)) / (member @ weight)
    return together


def sector_measures(q: Quarter) -> dict[str, Floats | Ints]:
    """Measures by place and sector, (n_places, n_sectors) each, in the order of `measures.SECTOR`."""
    value = q.production.basket.value
    n, n_sectors = value.shape
    t, c = q.fundamentals.technology, q.production.clearing
    sales = c.sales[:n]
    cells = n * n_sectors
    share = value / value.sum(1, keepdims=True)
    nation = value.sum(0) / value.sum()  # 0 for a sector nobody is in, as with very few firms
    return {
        "output": sales,
        "value_added": value,
        "employment": sales * t.labour_wage_share / c.wage_labour[:n, None]
        + sales * t.talent_wage_share / c.wage_talent[:n, None],
        "firms": np.bincount(q.state.firms.cell, minlength=cells).reshape(n, n_sectors),
        "rca": np.divide(share, nation, out=np.zeros_like(share), where=nation > 0),
    }


def goods_flows(q: Quarter) -> Floats:
    """Value sold from place to place over all sectors, (origin, destination), CNY million."""
    c = q.production.clearing
    flows = q.production.market.trade.flows(c.weights, c.spending, c.competition)
    return flows[:-1, :-1]


def nation_measures(q: Quarter, city: dict[str, Floats]) -> dict[str, float]:
    """Measures of the nation: the cities' put together, and those only a nation has."""
    everywhere = np.ones((1, len(city["gdp"])), bool)
    totals = {name: float(v[0]) for name, v in aggregate(city, everywhere).items()}
    province = q.facts.places.province
    across = province[:, None] != province
    goods = goods_flows(q)
    theil, between = _theil(q.facts, city)
    c = q.production.clearing
    trade = q.production.market.trade
    abroad = sum(
        float((kernel[:-1, -1] @ (c.weights[:-1, kind] / c.competition[-1, kind] * c.spending[-1, kind])).sum())
        for kernel, kind in ((trade.goods, trade.is_goods), (trade.services, trade.is_services))
    )
    moved = q.moves[0] + q.moves[1]
    values = {
        "absorption_volume": q.state.absorption_volume,
        "theil_gdp_per_head": theil,
        "theil_between": between,
        "gini_gdp": gini(city["gdp"]),
        "top10_gdp_share": _top_share(city["gdp"]),
        "top10_population_share": _top_share(city["population"]),
        "sd_log_return": float(np.log(city["capital_return"]).std()),
        "cross_province_investment": float(q.investment[across].sum() / q.investment.sum()),
        "cross_province_trade": float(goods[across].sum() / goods.sum()),
        "exports": abroad,
        "inter_provincial_moves": float(moved[across].sum()),
        "solver_iterations": float(c.iterations),
    }
    return totals | {m.name: values[m.name] for m in measures.NATION}


def gini(values: Floats) -> float:
    """Gini coefficient Σ (2i − n − 1) y_i / (n Σ y) of values (n,) sorted upward."""
    y = np.sort(np.asarray(values, float))
    n = len(y)
    return float(((2 * np.arange(1, n + 1) - n - 1) * y).sum() / (n * y.sum()))


def _top_share(values: Floats) -> float:
    largest = np.sort(values)[-_LARGEST:]
    return float(largest.sum() / values.sum())


def _theil(facts: Facts, city: dict[str, Floats]) -> tuple[float, float]:
    """Theil index of provinces' GDP per head weighted by GDP, and the share between macro-regions."""
    province = facts.places.province
    gdp, people = np.bincount(province, city["gdp"]), np.bincount(province, city["population"])
    y, n = gdp / gdp.sum(), people / people.sum()
    total = float((y * np.log(y / n)).sum())
    _, group = np.unique(np.array(facts.provinces.macro_region), return_inverse=True)
    Y, N = np.bincount(group, y), np.bincount(group, n)
    between = float((Y * np.log(Y / N)).sum())
    return total, between / total if total > 0 else 0.0
