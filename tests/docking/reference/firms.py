"""Processes 7 and 8, firm by firm: research, exit and entry."""

from __future__ import annotations

import math

from scipy import special, stats

from .world import Firm, Nation, World, uniform


def innovate(w: World, s: Nation) -> None:
    """Each firm tries to improve."""
    q, n, k = w.p.research, w.n, w.sectors
    spent = [[0.0] * k for _ in range(n)]
    for f in s.firms:
        spent[f.city][f.sector] += w.research[f.sector] * f.sales
    around = [[0.0] * k for _ in range(n)]
    for i in range(n):
        for o in range(n):
            if i != o:
                near = math.exp(-w.distance[i][o] / q.spillover_range)
                if w.province[i] != w.province[o]:
                    near *= math.exp(-q.spillover_border)
                for j in range(k):
                    around[i][j] += near * spent[o][j]
    gains = {}
    s.seen["hazards"] = {}
    for f in s.firms:
        j = f.sector
        peers = [g for g in s.firms if g.sector == j]
        mean = sum(w.research[j] * g.sales for g in peers) / len(peers)
        effort = w.research[j] * f.sales / mean if mean > 0 else 0.0
        mean_around = sum(around[i][j] for i in range(n)) / n
        spill = around[f.city][j] / mean_around if mean_around > 0 else 0.0
        push = min(effort, q.effort_cap) ** q.effort_elasticity
        pull = 1 + q.spillover_weight * min(spill, q.spillover_cap)
        hazard = 1 - math.exp(-q.hazard * push * pull / 1.5)
        s.seen["hazards"][f.id] = hazard
        if uniform(w.seed, "improve", s.quarter, f.id) < hazard:
            ceiling = w.ceiling[j] + q.frontier_growth * (s.quarter - w.first_quarter + 1)
            distance = ceiling - f.log_a - w.lead[f.city * k + j]
            room = min(max(distance / math.log(q.ceiling), 0.0), 2.0)
            draw = special.betaincinv(2.0, 4.0, uniform(w.seed, "step", s.quarter, f.id))
            gains[f.id] = q.step * float(draw) * room
    for f in s.firms:
        f.log_a += gains.get(f.id, 0.0)
    s.seen["gains"] = gains


# 8. Exit and entry


def turn_over(w: World, s: Nation) -> None:
    """Each firm but the largest of its cell may leave; newcomers arrive cell by cell; capital stays in its city."""
    for f in s.firms:
        f.age += 1
    leavers, expected = leave(w, s)
    newcomers = arrive(w, s, expected * w.firms_wanted / len(s.firms))
    hand_over(w, s, leavers, newcomers)
    gone = {f.id for f in leavers}
    s.firms = [f for f in s.firms if f.id not in gone] + newcomers
    s.seen["left"], s.seen["arrived"] = sorted(gone), sorted(f.id for f in newcomers)


def leave(w: World, s: Nation) -> tuple:
    """Firms that leave, and the number expected to."""
    e = w.p.firms
    largest = {}
    for f in sorted(s.firms, key=lambda f: (-f.capital, f.id)):
        largest.setdefault((f.city, f.sector), f.id)
    leavers, expected = [], 0.0
    s.seen["exit hazards"] = {}
    for f in s.firms:
        here = [g for g in s.firms if g.city == f.city]
        mean = sum(w.gamma[g.sector] * g.sales for g in here) / sum(g.capital for g in here)
        factor = (w.gamma[f.sector] * f.sales / f.capital / mean) ** -e.exit_return_elasticity
        hazard = min(e.exit_rate * min(max(factor, 0.5), 2.0), 1.0)
        s.seen["exit hazards"][f.id] = hazard
        if largest[f.city, f.sector] == f.id:
            hazard = 0.0
        expected += hazard
        if uniform(w.seed, "exit", s.quarter, f.id) < hazard:
            leavers.append(f)
    return leavers, expected


def arrive(w: World, s: Nation, expected: float) -> list:
    """Newcomers of every cell, as many as are expected in all, where value is added."""
    e, cells = w.p.firms, w.n * w.sectors
    all_value = sum(w.gamma[f.sector] * f.sales for f in s.firms)
    newcomers = []
    for cell in range(cells):
        i, j = divmod(cell, w.sectors)
        here = [f for f in s.firms if (f.city, f.sector) == (i, j)]
        if not here:
            continue
        mean = expected * sum(w.gamma[j] * f.sales for f in here) / all_value
        for _ in range(int(stats.poisson.ppf(uniform(w.seed, "entry", s.quarter, cell), mean))):
            id_ = s.births_by_cell[cell] * cells + cell
            s.births_by_cell[cell] += 1
            level = sum(f.log_a for f in here) / len(here)
            draw = float(special.ndtri(uniform(w.seed, "entrant", s.quarter, id_)))
            newcomers.append(Firm(id_, i, j, 0, level - e.entrant_gap + e.entrant_dispersion * draw, 0.0))
    return newcomers


def hand_over(w: World, s: Nation, leavers: list, newcomers: list) -> None:
    """Newcomers get what they want of what leavers leave and incumbents sell; the rest stays with incumbents."""
    gone = {f.id for f in leavers}
    for i in range(w.n):
        here = [f for f in s.firms if f.city == i]
        arriving = [f for f in newcomers if f.city == i]
        staying = [f for f in here if f.id not in gone]
        capital, held = sum(f.capital for f in here), sum(f.capital for f in staying)
        wanted = w.p.firms.entrant_size * capital / len(here) * len(arriving)
        given = min(wanted, capital - held + 0.005 * held)
        for f in arriving:
            f.capital = given / len(arriving)
        for f in staying:
            f.capital *= (capital - given) / held
