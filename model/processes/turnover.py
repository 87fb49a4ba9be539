"""Process 8: firms leave, arrive and move; capital stays in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.firms.entry_exit import entrant_productivity, entry_pull, exit_hazard
from nqpf.agents.firms.relocation import SITES, choose_site, site_value
from nqpf.model.counts import poisson

if TYPE_CHECKING:
    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.firms.parameters import EntryExit, Relocation
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.draws import Draws

_SOLD_TO_ENTRANTS = 0.005
"""Capital incumbents of a place sell to newcomers at most in a quarter (assumed)."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """Who left and who arrived: by cell, (n_cells,) counts; and who moved, (n_moves,)."""

    exits: Ints
    entries: Ints
    moved: Ints  # ids
    moved_from: Ints  # cells
    moved_to: Ints


@dataclass(frozen=True, slots=True)
class Sites:
    """What places offer firms; cells have shape (n_places, n_sectors)."""

    value_added: Floats
    capital: Floats
    relatedness: Floats  # density over its sector's mean
    finance: Floats  # investment over capital over the nation's, (n_places,)
    subsidy: Floats  # over the profit share
    local: Bools  # (n_sectors,)
    distance: Floats  # (n_places, n_places), km
    province: Ints

    @property
    def relative_return(self) -> Floats:
        """Value added over capital, over the nation's, (n_places, n_sectors); 1 in empty cells."""
        nation = self.value_added.sum() / self.capital.sum()
        some = self.capital > 0
        return np.divide(self.value_added / nation, self.capital, out=np.ones_like(self.capital), where=some)


def turn_over(
    entry_exit: EntryExit,
    relocation: Relocation,
    firms: Firms,
    births_by_cell: Ints,
    sites: Sites,
    firms_wanted: int,
    draws: Draws,
    quarter: int,
) -> Turnover:
    """Draw exits, entries and moves and carry them out on `firms` and `births_by_cell`.

    Exit by age and lasting losses; entry Poisson by cell, as many as are expected to leave, corrected toward the number
    wanted. Capital of those who leave or move away, and up to half a per cent of incumbents', goes to newcomers of the
    place; what they do not want stays with its incumbents, so a place's capital does not change. The largest firm of
    a cell never goes: a row stands for many firms when fewer rows than firms are simulated, and one draw must not
    close a place's whole sector (nor leave local services without a seller, whose price would not exist).
    """
    n_places, n_sectors = sites.value_added.shape
    n_cells = n_places * n_sectors
    largest = _largest_of_cell(firms, n_cells)
    size = firms.capital / _cell_mean(firms.cell, firms.capital, n_cells)[firms.cell]
    hazard = exit_hazard(entry_exit, firms.age, firms.performance, size)
    hazard[largest] = 0.0
    leaving = np.flatnonzero(draws.uniform("exit", quarter, firms.id) < hazard)
    exits = np.bincount(firms.cell[leaving], minlength=n_cells)
    expected = hazard.sum() * firms_wanted / len(firms)
    entries = _entries(entry_exit, sites, expected, draws, quarter)
    born = np.repeat(np.arange(n_cells), entries)
    newcomers = _entrants(entry_exit, firms, born, births_by_cell, largest, draws, quarter)
    stays = np.ones(len(firms), np.bool_)
    stays[leaving] = False
    may_move = stays & ~sites.local[firms.cell % n_sectors] & (firms.age >= 4)
    may_move[largest] = False
    moving, moved_to = _moves(relocation, firms, may_move, sites, draws, quarter)
    moved_from = firms.cell[moving].copy()

    stays[moving] = False
    city = firms.cell // n_sectors
    city_capital = np.bincount(city, firms.capital, n_places)
    held = np.bincount(city[stays], firms.capital[stays], n_places)
    arriving = np.bincount(born // n_sectors, minlength=n_places)
    arriving += np.bincount(moved_to // n_sectors, minlength=n_places)
    wanted_each = entry_exit.entrant_size * city_capital / np.maximum(np.bincount(city, minlength=n_places), 1)
    given = np.minimum(wanted_each * arriving, (city_capital - held) + _SOLD_TO_ENTRANTS * held)
    each = np.divide(given, arriving, out=np.zeros(n_places), where=arriving > 0)
    firms.capital *= np.where(stays, ((city_capital - given) / held)[city], 0.0)
    firms.capital[moving] = each[moved_to // n_sectors]
    firms.cell[moving] = moved_to
    newcomers["capital"] = each[born // n_sectors]
    births_by_cell += entries
    moved = firms.id[moving]
    firms.turn_over(leaving, newcomers)
    return Turnover(exits, entries, moved, moved_from, moved_to)


def _entries(rules: EntryExit, sites: Sites, expected: float, draws: Draws, quarter: int) -> Ints:
    """Entrants of each cell, (n_cells,), `expected` in all: Poisson by inverse CDF."""
    near = np.where(sites.local, 1.0, sites.relatedness)
    pull = entry_pull(rules, sites.value_added, near, sites.relative_return, sites.finance, sites.subsidy).ravel()
    return poisson(expected * pull / pull.sum(), draws.uniform("entry", quarter, np.arange(len(pull))))


def _entrants(
    rules: EntryExit, firms: Firms, born: Ints, births_by_cell: Ints, largest: Ints, draws: Draws, quarter: int
) -> dict[str, Floats | Ints]:
    """Columns of entrants, without capital; born (n,) are their cells, sorted; largest rows lead each cell."""
    n_cells = len(births_by_cell)
    number = np.bincount(born, minlength=n_cells)
    order = np.arange(len(born)) - (np.cumsum(number) - number)[born]
    ids = (births_by_cell[born] + order) * n_cells + born
    level, data = (_cell_mean(firms.cell, v, n_cells)[born] for v in (firms.log_productivity, firms.data))
    leader_track = np.zeros(n_cells, np.int64)
    leader_track[firms.cell[largest]] = firms.track[largest]
    zero = np.zeros(len(born))
    return {
        "id": ids,
        "cell": born,
        "age": np.zeros(len(born), np.int64),
        "log_productivity": entrant_productivity(rules, level, draws.uniform("entrant", quarter, ids)),
        "data": rules.entrant_size * data,
        "track": leader_track[born],
        "performance": zero,
        "sales": zero,
        "labour": zero,
        "talent": zero,
    }


def _moves(
    rules: Relocation, firms: Firms, may_move: Bools, sites: Sites, draws: Draws, quarter: int
) -> tuple[Ints, Ints]:
    """Rows of firms that move and the cells they go to: logit over four sites, found by value added, and staying."""
    n_places, n_sectors = sites.value_added.shape
    considers = np.flatnonzero(may_move & (draws.uniform("consider relocation", quarter, firms.id) < rules.considering))
    if not len(considers):
        return considers, considers
    ids = firms.id[considers]
    home, sector = np.divmod(firms.cell[considers], n_sectors)
    odds = np.cumsum(sites.value_added, axis=0)
    odds = (odds / np.where(odds[-1] > 0, odds[-1], 1.0)).T
    u = draws.uniform("site", quarter, ids[:, None] * SITES + np.arange(SITES))
    there = np.minimum((odds[sector][:, None, :] <= u[:, :, None]).sum(2), n_places - 1)
    log_return, log_subsidy = np.log(sites.relative_return), np.log1p(sites.subsidy)
    gain_return = log_return[there, sector[:, None]] - log_return[home, sector][:, None]
    gain_subsidy = log_subsidy[there, sector[:, None]] - log_subsidy[home, sector][:, None]
    other = sites.province[there] != sites.province[home][:, None]
    value = site_value(rules, gain_return, gain_subsidy, sites.distance[home[:, None], there], other)
    value[there == home[:, None]] = -np.inf
    chosen = choose_site(value, draws.uniform("relocate", quarter, ids))
    goes = np.flatnonzero(chosen >= 0)
    return considers[goes], there[goes, chosen[goes]] * n_sectors + sector[goes]


def _largest_of_cell(firms: Firms, n_cells: int) -> Ints:
    """Row of the firm with most capital in each cell that has one; the oldest id wins a tie."""
    most = np.zeros(n_cells)
    np.maximum.at(most, firms.cell, firms.capital)
    rows = np.flatnonzero(firms.capital == most[firms.cell])
    rows = rows[np.argsort(firms.id[rows])]
    return rows[np.unique(firms.cell[rows], return_index=True)[1]]


def _cell_mean(cell: Ints, values: Floats, n_cells: int) -> Floats:
    """Mean of firms' values by cell, (n_cells,); 0 where there are none."""
    count = np.bincount(cell, minlength=n_cells)
    return np.bincount(cell, values, n_cells) / np.maximum(count, 1)
