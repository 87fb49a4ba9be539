"""The start: productivity, amenity, wedges and firms at which the base year holds exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.equilibrium import Market
from nqpf.model.errors import DataError
from nqpf.model.initial.amenities import invert_moves
from nqpf.model.initial.firms import starting_firms, track
from nqpf.model.initial.flows import circular_flow, foreign_sales
from nqpf.model.initial.mix import balance, firm_counts, seed_mix
from nqpf.model.initial.prices import invert_prices
from nqpf.model.markets.capital import attraction, friction
from nqpf.model.markets.incomes import Distribution
from nqpf.model.markets.technology import SectorTechnology
from nqpf.model.people import living_value, moving_ease, registration_barrier
from nqpf.model.processes.production import (
    agglomeration,
    cell_productivity,
    employed,
    final_price,
    produce,
    spend,
)
from nqpf.model.state import Fundamentals, State

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.draws import Draws
    from nqpf.model.facts import Facts
    from nqpf.model.markets.goods import TradeNetwork
    from nqpf.model.parameters import Parameters
    from nqpf.model.processes.production import Production

_FOREIGN_PEOPLE = 3.0
"""People of the rest of the world over the nation's: a scale that foreign productivity takes up."""
_INVESTMENT_BY_CAPITAL = 0.5
"""Weight of capital, against GDP, in where the base year's investment goes (assumed)."""


@dataclass(frozen=True, slots=True)
class StatusQuo:
    """Levers at their defaults, as the inversion needs them."""

    equalisation: float
    border_capital: float


@dataclass(frozen=True, slots=True)
class Start:
    """The base quarter: fundamentals, state, and the market and accounts it closes with."""

    fundamentals: Fundamentals
    state: State
    production: Production
    distribution: Distribution


def sector_technology(facts: Facts, parameters: Parameters) -> SectorTechnology:
    """Coefficients of the sectors, from the input-output table and the parameters."""
    s, p = facts.sectors, parameters.technology
    kind = np.array(s.kind)
    return SectorTechnology(
        value_added_share=s.value_added_share,
        skill_share=s.skill_share,
        input_shares=s.input_shares,
        research_share=s.rd_share,
        local=kind == "local",
        services=kind == "services",
        labour_exponent=1 - p.capital_share - p.data_share,
        variety_elasticity=p.variety_elasticity,
    )


def invert(
    facts: Facts,
    parameters: Parameters,
    trade: TradeNetwork,
    distance: Floats,
    status_quo: StatusQuo,
    draws: Draws,
    firms_wanted: int,
    quarter: int,
) -> Start:
    """Invert the base year; `quarter` is the one before the first, whose flows are a quarter of the year's.

    Raises DataError when the facts cannot be an equilibrium, naming the place or parameter.
    """
    start, places = facts.start, facts.places
    n, one = len(places), np.ones(len(places))
    technology = sector_technology(facts, parameters)
    gdp = start.gdp / 4
    talent = np.rint(start.population * start.talent_share).astype(np.int64)
    labour = start.population - talent
    for name, residents in (("labour", labour), ("talent", talent)):
        if (residents <= 0).any():
            nobody = places.name_en[int(residents.argmin())]
            raise DataError(f"{nobody}: nobody of {name} lives there; check its population and talent_share")
    at_work = employed(parameters.technology, labour, talent)

    full = balance(seed_mix(facts), gdp, facts.sectors.gdp_share / facts.sectors.gdp_share.sum() * gdp.sum())
    counts = firm_counts(full, technology.local, firms_wanted)
    final_shares = np.maximum(facts.sectors.final_demand, 0.0)
    final_shares = final_shares / final_shares.sum()
    people = start.population.astype(float)
    flows = circular_flow(
        Distribution(
            technology,
            parameters.income,
            status_quo.equalisation,
            places.province,
            people,
            np.eye(n),
            np.eye(n),
            0 * one,
        ),
        balance(np.where(counts > 0, full, 0.0), gdp, full.sum(0)),
        gdp,
        float(final_shares[technology.local].sum()),
        friction(parameters.capital, distance, places.province, status_quo.border_capital * one, 0 * one),
        start.capital**_INVESTMENT_BY_CAPITAL * gdp ** (1 - _INVESTMENT_BY_CAPITAL),
        places.name_en,
    )
    final = flows.accounts.final
    size = parameters.trade.foreign_size
    sales = np.vstack([flows.sales, foreign_sales(technology, flows.sales, final_shares, float(final.sum()), size)])
    foreign = _FOREIGN_PEOPLE * at_work[0].sum(), _FOREIGN_PEOPLE * at_work[1].sum()
    market = Market(
        technology,
        trade,
        np.ones_like(sales),
        np.append(at_work[0], foreign[0]),
        np.append(at_work[1], foreign[1]),
        spend(flows.distribution, final_shares),
    )
    log_price_index, productivity = invert_prices(market, sales)
    price = final_price(log_price_index[:n], final_shares)
    stock = start.capital / price

    value_added = flows.sales * technology.value_added_share
    firms = starting_firms(parameters, technology, counts, value_added, stock, draws, quarter)
    cells, _ = cell_productivity(firms, technology, parameters.technology, n)
    crowd = agglomeration(parameters.technology, *at_work)[:, None]
    occupied = counts > 0
    log_fundamental = np.full(cells.shape, -np.inf)
    log_fundamental[occupied] = np.log(productivity[:n][occupied]) - (cells + crowd)[occupied]

    rate = flows.accounts.surplus / start.capital
    wedge = flows.mass / attraction(stock, one, rate, 0 * one, parameters.capital.elasticity)
    wedge /= np.exp(np.average(np.log(wedge), weights=stock))
    wages = flows.accounts.wages_labour / at_work[0], flows.accounts.wages_talent / at_work[1]
    value = np.stack(
        [
            living_value(parameters.migration, w, price, start.population, flows.accounts.consumption, places.area_km2)
            for w in wages
        ]
    )
    barrier = registration_barrier(parameters.migration, places)
    moving_scale, amenity = _amenities(facts, parameters, distance, barrier, (labour, talent), value)
    lead, ceiling = track(parameters, technology, firms, log_fundamental, flows.sales.sum(1))
    fundamentals = Fundamentals(
        technology=technology,
        final_shares=final_shares,
        log_fundamental=log_fundamental,
        wedge=wedge,
        amenity=amenity,
        moving_scale=moving_scale,
        barrier=barrier,
        track_ceiling=ceiling,
        place_lead=lead,
        knowledge_decay=_knowledge_decay(parameters, distance, places.province),
        price_weights=final / final.sum(),
        base_price=price,
        foreign_productivity=productivity[n],
        foreign_labour=float(foreign[0]),
        foreign_talent=float(foreign[1]),
        firms_wanted=firms_wanted,
    )
    market = replace(market, productivity=productivity)
    production = produce(market, flows.distribution, fundamentals, sales, log_price_index)
    state = State(
        quarter=quarter,
        labour=labour,
        talent=talent,
        firms=firms,
        births_by_cell=counts.ravel().copy(),
        ownership=flows.distribution.ownership * stock,
        sales=production.clearing.sales,
        log_price_index=production.clearing.log_price_index,
        rate=rate,
        budget_room=0.5 * flows.accounts.budget / flows.accounts.wages_talent,
        real_wage=value,
        basket=production.basket,
        gdp_volume=float(gdp.sum()),
        absorption_volume=float(final.sum()),
    )
    return Start(fundamentals, state, production, flows.distribution)


def _amenities(
    facts: Facts,
    parameters: Parameters,
    distance: Floats,
    barrier: Floats,
    residents: tuple[Ints, Ints],
    value: Floats,
) -> tuple[float, Floats]:
    """Scale of moving costs and amenity by skill, (2, n_places), at which net moves are the start's."""
    m = parameters.migration
    province = facts.places.province
    powers = m.barrier_labour_power, m.barrier_talent_power
    factors = m.considering_labour, m.considering_talent
    eases, considering, net = [], [], []
    for people, power, factor in zip(residents, powers, factors, strict=True):
        eases.append(moving_ease(m, distance, province, barrier, power, np.zeros(len(province))))
        considering.append(people * m.considering / 4 * factor)
        rate = facts.start.net_migration_rate / 4
        rate = rate - np.average(rate, weights=people)
        net.append(rate * people)
    scale, pulls = invert_moves(
        (eases[0], eases[1]), (considering[0], considering[1]), (net[0], net[1]), m.taste, m.realised
    )
    return scale, np.stack(pulls) ** (1 / m.taste) / value


def _knowledge_decay(parameters: Parameters, distance: Floats, province: Ints) -> Floats:
    """Weight of knowledge elsewhere, (n_places, n_places): exp(−d / range − border), 0 at home."""
    across = province[:, None] != province
    decay = np.exp(-distance / parameters.research.spillover_range - parameters.research.spillover_border * across)
    np.fill_diagonal(decay, 0.0)
    return decay
