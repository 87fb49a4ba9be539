"""Process 3, place by place: births, deaths, graduates and moves, in whole persons."""

from __future__ import annotations

from .draws import binomial, uniform
from .frictions import moving_cost

SKILLS = ("labour", "talent")


def step(model) -> None:
    """Births, deaths and graduates, then moves of both skills."""
    model.seen |= {name: [0] * model.t.n for name in ("births", "deaths", "graduates")}
    if model.t.demography == "census":
        wanted = graduates(model)
        for city in model.cities:
            city.live(wanted[city.row])
    flows = [[city.send(skill) for city in model.cities] for skill in (0, 1)]
    for skill, flow in enumerate(flows):
        model.seen[f"moves {SKILLS[skill]}"] = flow
        for city in model.cities:
            change = sum(row[city.row] for row in flow) - sum(flow[city.row])
            if skill == 0:
                city.labour += change
            else:
                city.talent += change


def graduates(model) -> list:
    """Labour that graduates in each place: a part by its own schools, a part by universities, both scaled by policy."""
    d, t = model.p.demography, model.t
    own = [d.schooling * city.labour * city.labour / city.residents for city in model.cities]
    weight = d.university_weight
    wanted = [(1 - weight) * own[i] + weight * sum(own) * t.universities[i] / sum(t.universities) for i in range(t.n)]
    return [ratio * w for ratio, w in zip(model.levers["schooling"], wanted, strict=True)]


def live(city, wanted: float) -> None:
    """Births, deaths and graduates of a place; a newborn counts as labour."""
    model, t, i = city.model, city.model.t, city.row

    def u(decision: str) -> float:
        return uniform(t.seed, decision, model.quarter, i)

    births = binomial(city.residents, t.birth_rate[i] / 4, u("birth"))
    dead_labour = binomial(city.labour, t.death_rate[i] / 4, u("death labour"))
    dead_talent = binomial(city.talent, t.death_rate[i] / 4, u("death talent"))
    left = city.labour - dead_labour
    done = binomial(left, min(wanted / left, 1.0), u("graduate"))
    city.labour = left + births - done
    city.talent += done - dead_talent
    model.seen["births"][i] = births
    model.seen["deaths"][i] = dead_labour + dead_talent
    model.seen["graduates"][i] = done


def odds_of_going(city, skill: int) -> list:
    """(V / μ)^κ of every place for somebody who lives here, up to a factor; staying costs nothing."""
    model, t, m = city.model, city.model.t, city.model.p.migration
    power = (m.barrier_labour_power, m.barrier_talent_power)[skill]
    easing = model.levers[f"hukou_easing.{SKILLS[skill]}"]
    odds = []
    for there in model.cities:
        value = there.real_wage[skill] * t.amenity[skill][there.row] * (1 + skill * model.talent_subsidy[there.row])
        odds.append((value / moving_cost(t, city.row, there.row, power, easing)) ** m.taste)
    return odds


def send(city, skill: int) -> list:
    """Who considers moving, and where they go: home first, then all other places in order."""
    model, t, m, i = city.model, city.model.t, city.model.p.migration, city.row
    name, factor = SKILLS[skill], (m.considering_labour, m.considering_talent)[skill]
    residents = (city.labour, city.talent)[skill]
    left = binomial(residents, m.considering / 4 * factor, uniform(t.seed, f"consider {name}", model.quarter, i))
    odds = odds_of_going(city, skill)
    rest = sum(odds)
    flow = [0] * t.n
    order = [i, *(j for j in range(t.n) if j != i)]
    for position, j in enumerate(order):
        u = uniform(t.seed, f"move {name}", model.quarter, i * t.n + j)
        last = position == t.n - 1
        flow[j] = left if last else binomial(left, min(1.0, odds[j] / rest), u)
        left -= flow[j]
        rest = sum(odds[k] for k in order[position + 1 :])
    flow[i] = 0
    return flow
