"""Process 8: firms leave and arrive; capital stays in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.firms.entry_exit import entrant_productivity, exit_hazard
from nqpf.model.counts import poisson

if TYPE_CHECKING:
    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.firms.parameters import EntryExit
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.draws import Draws

_SOLD_TO_ENTRANTS = 0.005
"""Capital incumbents of a place sell to entrants at most in a quarter (assumed)."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """Who left and who arrived: by cell, (n_cells,) counts."""

    exits: Ints
    entries: Ints


def turn_over(
    rules: EntryExit,
    firms: Firms,
    births_by_cell: Ints,
    value_added: Floats,
    n_places: int,
    n_sectors: int,
    firms_wanted: int,
    draws: Draws,
    quarter: int,
) -> Turnover:
    """Draw exits and entries and carry them out on `firms` and `births_by_cell`.

    Exit by relative return; entry Poisson by cell in proportion to value added, as many as are expected to leave,
    corrected toward the number wanted. Leavers' capital, and up to half a per cent of incumbents', goes to entrants of
    the place; what they do not want stays with its incumbents, so a place's capital does not change. The largest firm
    of a cell never leaves: a row stands for many firms when fewer rows than firms are simulated, and one draw must not
    close a place's whole sector (nor leave local services without a seller, whose price would not exist). value_added
    by firm, (n_firms,).
    """
    n_cells = n_places * n_sectors
    city = firms.cell // n_sectors
    city_capital = np.bincount(city, firms.capital, n_places)
    city_value = np.bincount(city, value_added, n_places)
    hazard = exit_hazard(rules, value_added / firms.capital / (city_value / city_capital)[city])
    hazard[_largest_of_cell(firms, n_cells)] = 0.0
    leaving = np.flatnonzero(draws.uniform("exit", quarter, firms.id) < hazard)
    exits = np.bincount(firms.cell[leaving], minlength=n_cells)

    expected = hazard.sum() * firms_wanted / len(firms)
    weight = np.bincount(firms.cell, value_added, n_cells)
    entries = poisson(expected * weight / weight.sum(), draws.uniform("entry", quarter, np.arange(n_cells)))
    cell = np.repeat(np.arange(n_cells), entries)
    order = np.arange(len(cell)) - np.repeat(np.cumsum(entries) - entries, entries)
    ids = (births_by_cell[cell] + order) * n_cells + cell
    level = _cell_mean(firms, n_cells)[cell]
    log_productivity = entrant_productivity(rules, level, draws.uniform("entrant", quarter, ids))

    stays = np.ones(len(firms), bool)
    stays[leaving] = False
    free = np.bincount(city[leaving], firms.capital[leaving], n_places)
    held = city_capital - free
    wanted_each = rules.entrant_size * city_capital / np.maximum(np.bincount(city, minlength=n_places), 1)
    entrants = np.bincount(cell // n_sectors, minlength=n_places)
    wanted = wanted_each * entrants
    given = np.minimum(wanted, free + _SOLD_TO_ENTRANTS * held)
    firms.capital *= np.where(stays, ((city_capital - given) / held)[city], 0.0)
    each = np.divide(given, entrants, out=np.zeros(n_places), where=entrants > 0)
    zero = np.zeros(len(cell))
    births_by_cell += entries
    firms.turn_over(
        leaving,
        {
            "id": ids,
            "cell": cell,
            "age": np.zeros(len(cell), np.int64),
            "log_productivity": log_productivity,
            "capital": each[cell // n_sectors],
            "sales": zero,
            "labour": zero,
            "talent": zero,
        },
    )
    return Turnover(exits, entries)


def _largest_of_cell(firms: Firms, n_cells: int) -> Ints:
    """Row of the firm with most capital in each cell that has one; the oldest id wins a tie."""
    most = np.zeros(n_cells)
    np.maximum.at(most, firms.cell, firms.capital)
    rows = np.flatnonzero(firms.capital == most[firms.cell])
    rows = rows[np.argsort(firms.id[rows])]
    return rows[np.unique(firms.cell[rows], return_index=True)[1]]


def _cell_mean(firms: Firms, n_cells: int) -> Floats:
    """Mean log productivity of each cell's firms, (n_cells,); 0 where there are none."""
    count = np.bincount(firms.cell, minlength=n_cells)
    return np.bincount(firms.cell, firms.log_productivity, n_cells) / np.maximum(count, 1)
