"""Process 3, person by person: births, deaths, graduates and moves."""

from __future__ import annotations

import math

from .world import Nation, World, binomial, uniform


def people(w: World, s: Nation, levers: dict, subsidy: list) -> None:
    """Births, deaths, graduates and moves, place by place."""
    m = w.p.migration
    vital(w, s)
    s.labour, s.talent = (
        move(w, s, skill, residents, name, m.considering / 4 * factor, power, levers[f"hukou_easing.{name}"], subsidy)
        for skill, residents, name, factor, power in (
            (0, s.labour, "labour", m.considering_labour, m.barrier_labour_power),
            (1, s.talent, "talent", m.considering_talent, m.barrier_talent_power),
        )
    )


def vital(w: World, s: Nation) -> None:
    """Births, deaths and graduates."""
    d, n = w.p.demography, w.n

    def u(decision, entity):
        return uniform(w.seed, decision, s.quarter, entity)

    own = [d.schooling * s.labour[i] * s.labour[i] / (s.labour[i] + s.talent[i]) for i in range(n)]
    s.seen |= {"births": [], "deaths": [], "graduates": []}
    for i in range(n):
        births = binomial(s.labour[i] + s.talent[i], w.birth_rate[i] / 4, u("birth", i))
        dead_labour = binomial(s.labour[i], w.death_rate[i] / 4, u("death labour", i))
        dead_talent = binomial(s.talent[i], w.death_rate[i] / 4, u("death talent", i))
        wanted = (1 - d.university_weight) * own[i]
        wanted += d.university_weight * sum(own) * w.universities[i] / sum(w.universities)
        left = s.labour[i] - dead_labour
        graduates = binomial(left, min(wanted / left, 1.0), u("graduate", i))
        s.labour[i] = left + births - graduates
        s.talent[i] += graduates - dead_talent
        s.seen["births"].append(births)
        s.seen["deaths"].append(dead_labour + dead_talent)
        s.seen["graduates"].append(graduates)


def odds_of_going(w: World, s: Nation, skill: int, home: int, power: float, easing: list, subsidy: list) -> list:
    """(V / μ)^κ of every place for somebody at home, up to a factor; staying costs nothing."""
    m = w.p.migration
    odds = []
    for j in range(w.n):
        value = s.real_wage[skill][j] * w.amenity[skill][j] * (1 + subsidy[j] * skill)
        mu = 1.0
        if j != home:
            mu = w.moving_scale * max(w.distance[home][j], m.distance_floor) ** m.distance_elasticity
            if w.province[home] != w.province[j]:
                mu *= math.exp(m.province_border * (1 - 0.5 * easing[j]))
                mu *= w.barrier[j] ** (power * (1 - easing[j]))
        odds.append((value / mu) ** m.taste)
    return odds


def move(
    w: World,
    s: Nation,
    skill: int,
    residents: list,
    name: str,
    chance: float,
    power: float,
    easing: list,
    subsidy: list,
) -> list:
    """Residents after everybody's move: who considers, then home first and all other places in order."""
    n = w.n
    flows = [[0] * n for _ in range(n)]
    for i in range(n):
        left = binomial(residents[i], chance, uniform(w.seed, f"consider {name}", s.quarter, i))
        odds = odds_of_going(w, s, skill, i, power, easing, subsidy)
        order = [i, *(j for j in range(n) if j != i)]
        for position, j in enumerate(order):
            p = min(1.0, odds[j] / sum(odds[k] for k in order[position:]))
            u = uniform(w.seed, f"move {name}", s.quarter, i * n + j)
            flows[i][j] = left if position == n - 1 else binomial(left, p, u)
            left -= flows[i][j]
        flows[i][i] = 0
    s.seen[f"moves {name}"] = flows
    return [residents[i] + sum(flows[j][i] for j in range(n)) - sum(flows[i]) for i in range(n)]
