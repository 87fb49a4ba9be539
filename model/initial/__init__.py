"""The start: productivity, amenity, wedges and firms at which the base year holds exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.firms.tracks import Tracks
from nqpf.model.equilibrium import Market
from nqpf.model.errors import DataError
from nqpf.model.exchange.collaboration import sector_reach, starting_network
from nqpf.model.industries import data_exponents
from nqpf.model.initial.amenities import invert_moves
from nqpf.model.initial.base import LONG_RUN_GROWTH, STARTING_EFFORT, BaseEconomy, public_stock
from nqpf.model.initial.firms import starting_firms, track
from nqpf.model.initial.flows import foreign_sales
from nqpf.model.initial.mix import balance, firm_counts, start_mix
from nqpf.model.initial.prices import invert_prices
from nqpf.model.markets.capital import attraction
from nqpf.model.markets.technology import SectorTechnology
from nqpf.model.people import living_value
from nqpf.model.processes.governing import real_by_province
from nqpf.model.processes.production import cell_productivity, employed, final_price, produce, spend
from nqpf.model.state import Fundamentals, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.draws import Draws
    from nqpf.model.facts import Facts
    from nqpf.model.frictions import Layers
    from nqpf.model.markets.incomes import Distribution
    from nqpf.model.parameters import Parameters
    from nqpf.model.processes.production import Production
    from nqpf.model.structure import Structure

_FOREIGN_PEOPLE = 3.0
"""People of the rest of the world over the nation's: a scale that foreign productivity takes up."""
_BY_CAPITAL = 0.5
"""Weight of capital, against GDP, in where the base year's investment goes (assumed)."""


@dataclass(frozen=True, slots=True)
class Start:
    """The base quarter: fundamentals, state, and the market and accounts it closes with."""

    fundamentals: Fundamentals
    state: State
    production: Production
    distribution: Distribution
    layers: Layers
    compute: Floats  # over need, (n_places,)


def sector_technology(facts: Facts, parameters: Parameters) -> SectorTechnology:
    """Coefficients of the sectors, from the input-output table and the parameters."""
    s, p = facts.sectors, parameters.technology
    kind = np.array(s.kind)
    data = data_exponents(p.data_share, s.digital, s.gdp_share)
    return SectorTechnology(
        value_added_share=s.value_added_share,
        skill_share=s.skill_share,
        input_shares=s.input_shares,
        research_share=s.rd_share,
        local=kind == "local",
        services=kind == "services",
        own_data=(1 - parameters.data.pool_weight) * data,
        pool_data=parameters.data.pool_weight * data,
        compute_data=parameters.data.compute_weight * data,
        labour_exponent=1 - p.capital_share - p.data_share,
        variety_elasticity=p.variety_elasticity,
    )


def invert(
    facts: Facts,
    parameters: Parameters,
    structure: Structure,
    layers: Layers,
    levers: Mapping[str, Floats],
    distance: Floats,
    draws: Draws,
    firms_wanted: int,
    quarter: int,
) -> Start:
    """Invert the base year; `quarter` is the one before the first, whose flows are a quarter of the year's.

    layers and levers are those of the status quo: whatever they give is part of what is inverted. Raises DataError when
    the facts cannot be an equilibrium, naming the place or parameter.
    """
    start, places = facts.start, facts.places
    n, one = len(places), np.ones(len(places))
    technology = sector_technology(facts, parameters)
    gdp = start.gdp / 4
    labour, talent = _residents(facts)
    at_work = employed(parameters.technology, labour, talent)

    full = start_mix(facts)
    counts = firm_counts(full, technology.local, firms_wanted)
    occupied = counts > 0
    final_shares = np.maximum(facts.sectors.final_demand, 0.0)
    final_shares = final_shares / final_shares.sum()
    mix = balance(np.where(occupied, full, 0.0), gdp, full.sum(0))
    economy = BaseEconomy(facts, parameters, structure, layers, levers, technology, occupied)
    flows, data, targets = economy.flows(
        mix, gdp, float(final_shares[technology.local].sum()), start.capital**_BY_CAPITAL * gdp ** (1 - _BY_CAPITAL)
    )
    final = flows.accounts.final
    size = parameters.trade.foreign_size
    sales = np.vstack([flows.sales, foreign_sales(technology, flows.sales, final_shares, float(final.sum()), size)])
    foreign = _FOREIGN_PEOPLE * at_work[0].sum(), _FOREIGN_PEOPLE * at_work[1].sum()
    market = Market(
        technology,
        layers.trade,
        np.ones_like(sales),
        np.append(at_work[0], foreign[0]),
        np.append(at_work[1], foreign[1]),
        spend(flows.distribution, final_shares),
    )
    log_price_index, productivity = invert_prices(market, sales)
    price = final_price(log_price_index[:n], final_shares)
    stock = start.capital / price

    value_added = flows.sales * technology.value_added_share
    firms = starting_firms(parameters, technology, counts, value_added, stock, data, draws, quarter)
    public_capital = public_stock(parameters.technology, flows.accounts) / price
    cells, _ = cell_productivity(firms, technology, parameters.technology, n)
    place, cell, compute = economy.productivity(at_work, data, value_added, public_capital, distance, quarter)
    log_fundamental = np.full(cells.shape, -np.inf)
    log_fundamental[occupied] = np.log(productivity[:n][occupied]) - (cells + place[:, None] + cell)[occupied]

    rate = flows.accounts.surplus / start.capital
    wedge = flows.mass / attraction(stock, one, rate, 0 * one, parameters.capital.elasticity)
    wedge /= np.exp(np.average(np.log(wedge), weights=stock))
    wages = flows.accounts.wages_labour / at_work[0], flows.accounts.wages_talent / at_work[1]
    value = np.stack(
        [
            living_value(parameters.migration, w, price, start.population, flows.accounts.consumption, layers.land)
            for w in wages
        ]
    )
    moving_scale, amenity = _amenities(facts, parameters, layers.moving, (labour, talent), value)
    lead, ceiling = track(parameters, technology, firms, log_fundamental, flows.sales.sum(1))
    knowledge = flows.sales * technology.research_share / (parameters.research.knowledge_ageing + LONG_RUN_GROWTH)
    fundamentals = Fundamentals(
        technology=technology,
        final_shares=final_shares,
        log_fundamental=log_fundamental,
        wedge=wedge,
        amenity=amenity,
        moving_scale=moving_scale,
        place_lead=lead,
        structure=structure,
        reach=sector_reach(layers.access, full),
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
        budget=flows.accounts.budget,
        budget_room=0.5 * flows.accounts.budget / flows.accounts.wages_talent,
        public_capital=public_capital,
        targets=targets,
        effort=np.full(len(facts.provinces), STARTING_EFFORT),
        province_volume=real_by_province(facts, value_added, float(gdp.sum())),
        tracks=Tracks.of_start(ceiling, quarter),
        knowledge=knowledge,
        externality=np.zeros(value_added.shape),
        network=starting_network(
            parameters.collaboration,
            parameters.research.usual_hazard,
            counts,
            layers.access,
            knowledge @ structure.similarity,
        ),
        mission_weight=flows.distribution.mission_weight,
        real_wage=value,
        basket=production.basket,
        gdp_volume=float(gdp.sum()),
        absorption_volume=float(final.sum()),
    )
    return Start(fundamentals, state, production, flows.distribution, layers, compute)


def _residents(facts: Facts) -> tuple[Ints, Ints]:
    """Labour and talent at the start, (n_places,) persons each; DataError where there is nobody of one."""
    start = facts.start
    talent = np.rint(start.population * start.talent_share).astype(np.int64)
    labour = start.population - talent
    for name, residents in (("labour", labour), ("talent", talent)):
        if (residents <= 0).any():
            nobody = facts.places.name_en[int(residents.argmin())]
            raise DataError(f"{nobody}: nobody of {name} lives there; check its population and talent_share")
    return labour, talent


def _amenities(
    facts: Facts,
    parameters: Parameters,
    eases: tuple[Floats, Floats],
    residents: tuple[Ints, Ints],
    value: Floats,
) -> tuple[float, Floats]:
    """Scale of moving costs and amenity by skill, (2, n_places), at which net moves are the start's."""
    m = parameters.migration
    considering, net = [], []
    for people, factor in zip(residents, (m.considering_labour, m.considering_talent), strict=True):
        considering.append(people * m.considering / 4 * factor)
        rate = facts.start.net_migration_rate / 4
        rate = rate - np.average(rate, weights=people)
        net.append(rate * people)
    scale, pulls = invert_moves(eases, (considering[0], considering[1]), (net[0], net[1]), m.taste, m.realised)
    return scale, np.stack(pulls) ** (1 / m.taste) / value
