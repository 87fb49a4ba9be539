"""Process 8: firms leave, move and arrive; capital stays in its place."""

from __future__ import annotations

from dataclasses import dataclass

from . import draws
from .firms import Firm
from .tables import density

SOLD = 0.005
"""Capital that incumbents of a place sell to arrivals at most."""


@dataclass
class Market:
    """What arrivals look at."""

    cell_return: dict  # value added over capital, by (city, sector) with firms
    nation_return: float


def step(model) -> None:
    """Exit, entry and relocation on the state before anybody left."""
    for f in model.firms:
        f.age += 1
    for city in model.cities:
        mean = sum(f.value for f in city.firms) / sum(f.capital for f in city.firms)
        for f in city.firms:
            f.perform(mean)
    cells = {}
    for f in model.firms:
        cells.setdefault((f.city.row, f.sector), []).append(f)
    market = Market(
        {cell: sum(f.value for f in firms) / sum(f.capital for f in firms) for cell, firms in cells.items()},
        sum(f.value for f in model.firms) / sum(f.capital for f in model.firms),
    )
    largest = {cell: min(firms, key=lambda f: (-f.capital, f.id)) for cell, firms in cells.items()}
    free_to_go = [f for f in model.firms if f is not largest[f.city.row, f.sector]]
    leavers = [f for f in free_to_go if f.uniform("exit") < f.exit_hazard()]
    movers = {}
    for f in free_to_go:
        if f not in leavers and f.traded and f.age >= 4:
            there = f.moves_to(market)
            if there != f.city.row:
                movers[f] = model.cities[there]
    expected = sum(f.exit_hazard() for f in free_to_go) * model.t.firms_wanted / len(model.firms)
    model.seen |= {
        "left": sorted(f.id for f in leavers),
        "moved": sorted((f.id, f.city.row, city.row) for f, city in movers.items()),
    }
    newcomers = arrive(model, expected, cells, largest, market)
    arrivals = hand_over(model, leavers, movers, newcomers)
    model.seen["arrived"] = sorted(f.id for f in arrivals)


def entry_weight(model, cell: tuple, around: list, market: Market) -> float:
    """Attraction of a cell to founders."""
    e, t, (i, s) = model.p.firms, model.t, cell
    city = model.cities[i]
    weight = city.values[s]
    if not t.local[s]:
        here = [around[j.row][s] for j in model.cities if j.firms_in(s)]
        mean = sum(here) / len(here)
        weight *= clip(around[i][s] / mean if mean > 0 else 1.0) ** e.entry_relatedness
    weight *= clip(market.cell_return[cell] / market.nation_return) ** e.entry_return
    weight *= clip(city.finance) ** e.entry_finance
    return weight * (1 + city.subsidy[s] / t.profit_share) ** e.entry_subsidy


def clip(ratio: float) -> float:
    """A ratio kept between a quarter and four."""
    return min(max(ratio, 0.25), 4.0)


def arrive(model, expected: float, cells: dict, largest: dict, market: Market) -> list:
    """Newcomers of every cell, as many as are expected to leave in all."""
    e, t = model.p.firms, model.t
    around = density(t, [city.values for city in model.cities])
    weight = {cell: entry_weight(model, cell, around, market) for cell in cells}
    total = sum(weight.values())
    newcomers = []
    for (i, s), here in sorted(cells.items()):
        cell, n_cells = i * t.k + s, t.n * t.k
        u = draws.uniform(t.seed, "entry", model.quarter, cell)
        for _ in range(draws.poisson(expected * weight[i, s] / total, u)):
            id_ = model.births_by_cell[cell] * n_cells + cell
            model.births_by_cell[cell] += 1
            level = sum(f.log_a for f in here) / len(here) - e.entrant_gap
            luck = draws.normal(draws.uniform(t.seed, "entrant", model.quarter, id_))
            newcomers.append(
                {
                    "id_": id_,
                    "city": model.cities[i],
                    "sector": s,
                    "age": 0,
                    "log_a": level + e.entrant_dispersion * luck,
                    "capital": 0.0,
                    "data": e.entrant_size * sum(f.data for f in here) / len(here),
                    "performance": 0.0,
                    "track": largest[i, s].track,
                }
            )
    return newcomers


def hand_over(model, leavers: list, movers: dict, newcomers: list) -> list:
    """Arrivals of a place get what they want of what was left behind and sold; the rest stays with incumbents."""
    going = {f.id for f in [*leavers, *movers]}
    for city in model.cities:
        number, capital = len(city.firms), sum(f.capital for f in city.firms)
        staying = [f for f in city.firms if f.id not in going]
        held = sum(f.capital for f in staying)
        arriving = sum(there is city for there in movers.values()) + sum(x["city"] is city for x in newcomers)
        wanted = model.p.firms.entrant_size * capital / number * arriving
        given = min(wanted, capital - held + SOLD * held)
        city.given_to_each = given / arriving if arriving else 0.0
        for f in staying:
            f.capital *= (capital - given) / held
    for f in leavers:
        f.city.firms.remove(f)
        model.firms.remove(f)
        f.remove()
    for f, there in movers.items():
        f.city.firms.remove(f)
        f.settle(there)
        f.capital = there.given_to_each
    arrivals = [Firm(model, **{**x, "capital": x["city"].given_to_each}) for x in newcomers]
    model.firms.extend(arrivals)
    return arrivals
