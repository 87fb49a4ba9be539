"""Process 7, continued: leading firms form consortia and try to leave their track; firms that improve collaborate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.firms.breakthrough import attempt_chance, leaders, success_chance
from nqpf.model.exchange.collaboration import partner_odds
from nqpf.model.industries import unrelated_variety

if TYPE_CHECKING:
    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.firms.parameters import Research
    from nqpf.agents.firms.tracks import Tracks
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.draws import Draws
    from nqpf.model.processes.research import Laboratory
    from nqpf.model.structure import Structure


@dataclass(frozen=True, slots=True)
class Consortia:
    """Attempts of a quarter to leave a track, in the order of firm ids; (n,) each, partners (n, 3), −1: none."""

    firm: Ints  # id
    city: Ints
    sector: Ints
    partner_firm: Ints  # id
    partner_city: Ints
    component: Ints  # sector of each partner
    chance: Floats  # of success
    track: Ints  # opened, −1 if it failed

    @classmethod
    def none(cls) -> Consortia:
        """No attempt at all."""
        empty = np.zeros(0, np.int64)
        pairs = np.zeros((0, 3), np.int64)
        return cls(empty, empty, empty, pairs, pairs, pairs, np.zeros(0), empty)

    @property
    def succeeded(self) -> Bools:
        """Which attempts opened a track."""
        return self.track >= 0

    def across(self, province: Ints) -> Bools:
        """Which have a partner in another province than the firm's, (n,)."""
        other = province[self.partner_city] != province[self.city][:, None]
        return np.asarray((other & (self.partner_city >= 0)).any(axis=1))


def attempt(
    research: Research,
    structure: Structure,
    firms: Firms,
    tracks: Tracks,
    lab: Laboratory,
    knowledge: Floats,
    value_added: Floats,
    mission: Floats,
    cluster_cells: Bools,
    local: Bools,
    draws: Draws,
    quarter: int,
) -> tuple[Consortia, Floats]:
    """Attempts of the quarter, their partners and outcomes, and leaders' R&D by place, (n_places,).

    Successes open tracks on `tracks` and move their firms there. knowledge and value_added (n_places, n_sectors);
    mission (n_places,), money for research of the leaders of a place; local (n_sectors,) sectors try nothing.
    """
    n_places, n_sectors = knowledge.shape
    city, sector = np.divmod(firms.cell, n_sectors)
    best_known = knowledge.max(0)
    needs = structure.components
    has = needs >= 0
    able = ~local & has.any(1) & (lab.by_cell.sum(0) > 0) & (best_known[needs] > 0).all(1, where=has)
    rows = leaders(research, lab.spending, sector, able)
    spending = lab.spending[rows]
    by_sector = np.bincount(sector[rows], spending, n_sectors)
    by_place = np.bincount(city[rows], spending, n_places)
    grant_rate = np.divide(mission, by_place, out=np.zeros(n_places), where=by_place > 0)
    grant = spending * grant_rate[city[rows]]
    chance = attempt_chance(research, spending, grant, by_sector[sector[rows]])
    tries = rows[draws.uniform("attempt", quarter, firms.id[rows]) < chance]
    tries = tries[np.argsort(firms.id[tries])]
    if not len(tries):
        return Consortia.none(), by_place

    capability = np.divide(knowledge, best_known, out=np.zeros_like(knowledge), where=best_known > 0)
    wanted = needs[sector[tries]]
    reach = lab.near[city[tries]][:, None, :] * capability.T[wanted]
    there = np.where(wanted >= 0, reach.argmax(2), -1)
    quality = np.where(wanted >= 0, reach.max(2), 1.0)
    largest = _largest_sellers(firms, n_places * n_sectors)
    partner = np.where(wanted >= 0, largest[np.maximum(there, 0) * n_sectors + wanted], -1)
    variety = unrelated_variety(value_added)
    odds = success_chance(
        research, quality, (variety - variety.mean())[city[tries]], cluster_cells.ravel()[firms.cell[tries]]
    )
    wins = draws.uniform("breakthrough", quarter, firms.id[tries]) < odds
    opened = np.full(len(tries), -1)
    for k in np.flatnonzero(wins):  # a handful in a quarter
        row = tries[k]
        opened[k] = tracks.open(int(sector[row]), research.breakthrough_jump, int(city[row]), quarter)
        firms.track[row] = opened[k]
    return Consortia(firms.id[tries], city[tries], sector[tries], partner, there, wanted, odds, opened), by_place


def _largest_sellers(firms: Firms, n_cells: int) -> Ints:
    """Id of the firm that sells most in each cell, the lowest of equals, −1 where there is none, (n_cells,)."""
    order = np.lexsort((-firms.id, firms.sales, firms.cell))
    last = np.flatnonzero(np.diff(firms.cell[order], append=-1))
    found = np.full(n_cells, -1)
    found[firms.cell[order[last]]] = firms.id[order[last]]
    return found


def collaborations(
    rate: float,
    firms: Firms,
    improves: Ints,
    lab: Laboratory,
    near_knowledge: Floats,
    consortia: Consortia,
    draws: Draws,
    quarter: int,
) -> Ints:
    """Joint projects of the quarter, (place of the firm, place of the partner), whole numbers.

    A part `rate` of improvements is made with a partner, found by access and by its place's knowledge near the sector,
    near_knowledge (n_places, n_sectors); each attempt adds one project a component.
    """
    n_places, n_sectors = near_knowledge.shape
    joint = improves[draws.uniform("collaborate", quarter, firms.id[improves]) < rate]
    counts = np.zeros((n_places, n_places), np.int64)
    if len(joint):
        cumulated = partner_odds(lab.near, near_knowledge)
        city, sector = np.divmod(firms.cell[joint], n_sectors)
        u = draws.uniform("partner", quarter, firms.id[joint])
        rows = cumulated[sector, city]
        knows = rows[:, -1] > 0
        chosen = np.minimum((rows <= u[:, None]).sum(1), n_places - 1)
        np.add.at(counts, (city[knows], chosen[knows]), 1)
    named = consortia.partner_city >= 0
    origin = np.broadcast_to(consortia.city[:, None], named.shape)[named]
    np.add.at(counts, (origin, consortia.partner_city[named]), 1)
    return counts


def aged_network(network: Floats, projects: Ints, ageing: float) -> Floats:
    """The network after a quarter: what is remembered of it, and the new projects both ways."""
    return np.asarray((1 - ageing) * network + projects + projects.T)
