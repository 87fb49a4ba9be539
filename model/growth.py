"""Growth of every place by mechanism: an exact split of the quarter's growth, kept from market to market.

Real value added y_cs = VA_cs / D of a cell, D the nation's deflator, adds up to the place's real GDP, so that (LMDI-I,
Ang 2005, 2015) with L(a, b) = (a − b) / ln(a/b)

    Δ ln gdp_c = Σ_s w_cs Δ ln y_cs,   w_cs = L(y_cs', y_cs) / L(gdp_c', gdp_c),
    ln y = ln V + ln(pV/D),   ln V = ln A_cs + ln S^{1/κ} + levels + η ln N,
    ln(pV/D) = ln(p/D)/γ − ((1 − γ)/γ) ln(P_M/D).

ln S^{1/κ} changes by what its firms' ln A (by improvement and imitation alone), α ln K and d ln D do, each firm with
weight L(z', z) / L(Z', Z), z = Z_f^κ and Z their sum, and by who leaves, comes and moves (Foster, Haltiwanger and
Krizan 2001), with the capital that passes from firms that go to those that stay, and from these to newcomers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.exchange.digital import productivity_gain
from nqpf.model.processes.exchange import exchange_gain
from nqpf.model.processes.production import agglomeration, crowding, log_efficiency, public_gain

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.markets.incomes import Distribution
    from nqpf.model.markets.technology import SectorTechnology
    from nqpf.model.parameters import Technology
    from nqpf.model.processes.production import Production
    from nqpf.model.state import Fundamentals, State

LEVELS = ("people", "data", "digital", "public", "clusters", "shocks", "trade", "chains")
"""Mechanisms that lift a cell as a whole, in the order of `Sources.levels`."""


@dataclass(slots=True)
class Sources:
    """What made the value added of a quarter: firms and cells as the market found them, and what firms learned since.

    Firms' columns have shape (n_firms,); their order is that of the quarter's market.
    """

    id: Ints
    cell: Ints
    log_productivity: Floats
    capital: Floats
    data: Floats
    invested: Floats  # capital after the quarter's investment, before firms left, came and moved
    from_others: Floats  # gain of ln A after the market: by imitation and spillover's share of improvement
    from_tracks: Floats  # the same: by tracks opened in the run
    value: Floats  # real value added y, (n_places, n_sectors)
    levels: Floats  # log, 0 where nothing is made, (mechanisms in the order of `LEVELS`, n_places, n_sectors)

    @classmethod
    def none(cls) -> Sources:
        """Before any market."""
        whole, real = np.zeros(0, np.int64), np.zeros(0)
        return cls(whole, whole, real, real, real, real, real, real, np.zeros((0, 0)), np.zeros((len(LEVELS), 0, 0)))


def sources_of(
    technology: Technology,
    fundamentals: Fundamentals,
    state: State,
    production: Production,
    distribution: Distribution,
    compute: Floats,
    digital: Floats,
    at_work: tuple[Floats, Floats],
    in_use: Floats,
) -> Sources:
    """Sources of the quarter whose market has just cleared, before anything is laid up.

    compute and digital (n_places,); in_use (n_places, n_sectors): log productivity left by supply shocks and reserve.
    """
    firms = state.firms
    sectors = fundamentals.technology
    basket, clearing = production.basket, production.clearing
    n, n_sectors = basket.value.shape
    made = basket.value > 0
    log_deflator = np.log(basket.value.sum() / state.gdp_volume)
    log_b, log_v = (np.log(np.where(made, x, 1.0)) for x in (production.market.productivity[:n], basket.quantity))
    gamma = sectors.value_added_share
    inputs = sectors.log_input_price(clearing.log_price_index)[:n]
    digital_gain = productivity_gain(technology, digital, fundamentals.structure.digital_knee)
    levels = {
        "people": log_v - log_b + agglomeration(technology, *at_work)[:, None],
        "data": exchange_gain(sectors, distribution.data.pool, compute),
        "digital": np.repeat(digital_gain[:, None], n_sectors, axis=1),
        "public": np.repeat(public_gain(technology, state.public_capital)[:, None], n_sectors, axis=1),
        "clusters": state.externality,
        "shocks": in_use,
        "trade": (clearing.log_price[:n] - log_deflator) / gamma,
        "chains": -(1 - gamma) / gamma * (inputs - log_deflator),
    }
    return Sources(
        id=firms.id.copy(),
        cell=firms.cell.copy(),
        log_productivity=firms.log_productivity.copy(),
        capital=firms.capital.copy(),
        data=firms.data.copy(),
        invested=firms.capital.copy(),
        from_others=np.zeros(len(firms)),
        from_tracks=np.zeros(len(firms)),
        value=basket.value * (state.gdp_volume / basket.value.sum()),
        levels=np.where(made, np.stack([levels[name] for name in LEVELS]), 0.0),
    )


def contributions(
    before: Sources, after: Sources, sectors: SectorTechnology, technology: Technology
) -> dict[str, Floats]:
    """Log growth of places' real GDP between two quarters and what each mechanism gave to it, (n_places,) each."""
    y0, y1 = before.value, after.value
    both = (y0 > 0) & (y1 > 0)
    gdp0, gdp1 = y0.sum(1), y1.sum(1)
    total = log_mean(gdp0, gdp1)
    weight = np.where(both, log_mean(np.where(both, y0, 1.0), np.where(both, y1, 1.0)), 0.0) / total[:, None]
    parts = _by_firms(before, after, sectors, technology, both)
    for name, change in zip(LEVELS, after.levels - before.levels, strict=True):
        parts[name] = parts[name] + change if name in parts else change
    made = {name: (weight * part).sum(1) for name, part in parts.items()}
    made["turnover"] += np.where(both, 0.0, y1 - y0).sum(1) / total  # a cell that opened or closed
    return {"growth": np.log(gdp1 / gdp0), **made}


def _by_firms(
    before: Sources, after: Sources, sectors: SectorTechnology, technology: Technology, both: Bools
) -> dict[str, Floats]:
    """Change of ln S^{1/κ} of each cell by its firms' doings, (n_places, n_sectors); of use in `both` only."""
    kappa, shape, n_cells = sectors.kappa, both.shape, both.size
    z0, z1 = (np.exp(kappa * log_efficiency(s, sectors, technology)) for s in (before, after))
    some = both.ravel()
    totals = [np.where(some, np.bincount(s.cell, z, n_cells), 1.0) for s, z in ((before, z0), (after, z1))]
    scale = log_mean(*totals)
    stayed, stays = matched(before, after)
    cell = before.cell[stayed]
    learned = after.log_productivity[stays] - before.log_productivity[stayed]
    alpha, invested = technology.capital_share, before.invested[stayed]
    capital = alpha * np.log(invested / before.capital[stayed])
    passed_on = alpha * np.log(after.capital[stays] / invested)  # what others left behind, less what newcomers took
    data = sectors.own_data[cell % shape[1]] * np.log(after.data[stays] / before.data[stayed])
    weight = z0[stayed] * _relative_mean(kappa * (learned + capital + passed_on + data))
    others, tracks = before.from_others[stayed], before.from_tracks[stayed]

    def of_cell(change: Floats) -> Floats:
        return (np.bincount(cell, weight * change, n_cells) / scale).reshape(shape)

    z0[stayed], z1[stays] = 0.0, 0.0  # left are those who are gone, and those who came
    come = np.bincount(after.cell, z1, n_cells) - np.bincount(before.cell, z0, n_cells)
    number = [np.maximum(np.bincount(s.cell, minlength=n_cells), 1) for s in (before, after)]
    more = np.log(number[1] / number[0]).reshape(shape)
    return {
        "own_tfp": of_cell(learned - others - tracks),
        "spillover": of_cell(others),
        "breakthrough": of_cell(tracks),
        "turnover": (come / (kappa * scale)).reshape(shape) - crowding(sectors, technology) * more + of_cell(passed_on),
        "capital": of_cell(capital),
        "data": of_cell(data),
    }


def matched(before: Sources, after: Sources) -> tuple[Ints, Ints]:
    """Rows of firms that are in the same cell in both quarters, (n,) each."""
    n = min(len(before.id), len(after.id))
    rows = np.flatnonzero(before.id[:n] == after.id[:n])  # nearly all: rows of those who stay are rarely moved
    rest = [np.delete(np.arange(len(s.id)), rows) for s in (before, after)]
    _, found0, found1 = np.intersect1d(before.id[rest[0]], after.id[rest[1]], assume_unique=True, return_indices=True)
    rows0, rows1 = np.concatenate([rows, rest[0][found0]]), np.concatenate([rows, rest[1][found1]])
    stays = before.cell[rows0] == after.cell[rows1]
    return rows0[stays], rows1[stays]


def log_mean(a: Floats, b: Floats) -> Floats:
    """Logarithmic mean L(a, b) = (b − a) / ln(b/a) of numbers ≥ 0, a where they are equal, 0 where one is 0."""
    some = (a > 0) & (b > 0)
    return a * some * _relative_mean(np.log(np.where(some, b, 1.0) / np.where(some, a, 1.0)))


def _relative_mean(x: Floats) -> Floats:
    """(eˣ − 1)/x, 1 at 0: the logarithmic mean over its first argument at a log ratio x."""
    some = x != 0
    return np.divide(np.expm1(x), x, out=np.ones_like(x), where=some)
