"""A quarter's processes on the state: what each takes from the others and hands on. `economy` gives their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.firms.entry_exit import performance
from nqpf.model import accounts, volumes
from nqpf.model.exchange.collaboration import with_network
from nqpf.model.industries import comparative_advantage, externality_elasticity, relatedness_density
from nqpf.model.markets.capital import accumulate, attraction, destination_shares
from nqpf.model.markets.incomes import Distribution
from nqpf.model.people import living_value
from nqpf.model.processes import breakthroughs, research
from nqpf.model.processes.exchange import aged_data, exchange
from nqpf.model.processes.governing import adapt, is_decision_quarter, real_by_province, retarget
from nqpf.model.processes.population import moves, no_events, vital_events
from nqpf.model.processes.production import (
    agglomeration,
    capacity_in_use,
    cell_productivity,
    employed,
    grown_public_capital,
    investment_weight,
    market_of,
    place_productivity,
    produce,
    released,
)
from nqpf.model.processes.rates import city_rates, development_weight, mission_rate
from nqpf.model.processes.turnover import Sites, Turnover, turn_over

if TYPE_CHECKING:
    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.draws import Draws
    from nqpf.model.facts import Facts
    from nqpf.model.frictions import Frictions, Layers
    from nqpf.model.geography import Geography
    from nqpf.model.parameters import Parameters
    from nqpf.model.policy import Schedule
    from nqpf.model.processes.breakthroughs import Consortia
    from nqpf.model.processes.exchange import Exchange
    from nqpf.model.processes.population import VitalEvents
    from nqpf.model.processes.production import Production
    from nqpf.model.scenario import Scenario
    from nqpf.model.state import Fundamentals, State


class Steps:
    """The processes of a quarter; numbers are those of docs/odd.md, section 3."""

    facts: Facts
    geography: Geography
    parameters: Parameters
    schedule: Schedule
    draws: Draws
    fundamentals: Fundamentals
    first_quarter: int
    levers: dict[str, Floats]
    residuals: dict[str, float]
    _scenario: Scenario
    _state: State
    _frictions: Frictions
    _layers: Layers
    _shocks: dict[str, Floats]
    _subsidy: Floats  # talent's, share of the wage, (n_places,)
    _industry_subsidy: Floats  # share of value added, (n_places, n_sectors)
    _fund_share: Floats
    _exchange: Exchange
    _compute: Floats  # over need, (n_places,)
    _destinations: Floats  # (home, host), rows sum to one
    _distribution: Distribution
    _production: Production
    _at_work: tuple[Floats, Floats]
    _firm_share: Floats  # of each firm in its cell
    _investment: Floats  # (home, host), CNY million
    _finance: Floats  # investment over the capital it adds to, over the nation's, (n_places,)
    _volume_growth: Floats  # log, of each cell's V
    _spent: Floats  # R&D by cell
    _events: VitalEvents
    _flows: tuple[Ints, Ints]
    _turnover: Turnover
    _consortia: Consortia
    _projects: Ints  # (place, partner's place)
    _in_use: Floats  # log productivity that the reserve leaves, (n_places, n_sectors)

    @property
    def firms(self) -> Firms:
        """All firms' columns."""
        return self._state.firms

    @property
    def quarter(self) -> int:
        """The quarter last completed; before the first step the one before the scenario's start."""
        return self._state.quarter

    @property
    def n_sectors(self) -> int:
        """Number of sectors."""
        return len(self.facts.sectors.id)

    @property
    def _passed(self) -> int:
        """Quarters of the run up to and with this one."""
        return self.quarter - self.first_quarter + 1

    def _follow_policy(self) -> None:
        """1. The schedule's levers become frictions and rates."""
        levers = self.levers = self.schedule.at(self.quarter)
        self._shocks = {kind: self.schedule.shock(kind, self.quarter) for kind in ("supply", "foreign", "technology")}
        self._layers = self._frictions.at(self.quarter, levers, self._shocks["foreign"])
        self._subsidy = np.minimum(levers["talent_subsidy"], self._state.budget_room)

    def _govern(self) -> None:
        """2. Governments observe their peers, retarget and adapt once a year; their rates hold for the quarter."""
        s, g = self._state, self.parameters.governments
        value_added = s.basket.value
        if is_decision_quarter(self.quarter):
            rule = self.levers["targeting_rule"].astype(np.int64)
            s.targets = retarget(g, self.fundamentals.structure, self.facts, rule, value_added, self._occupied())
            now = real_by_province(self.facts, value_added, s.gdp_volume)
            s.effort = adapt(g, self.facts, s.effort, s.province_volume, now)
            s.province_volume = now
        effort = s.effort[self.facts.places.province]
        self._industry_subsidy, self._fund_share = city_rates(g, self.levers, effort, s.targets, value_added, s.budget)

    def _move_people(self) -> None:
        """3. People are born, die, graduate and move."""
        s, m = self._state, self.parameters.migration
        if self._scenario.demography == "census":
            schooling = self.levers["schooling"]
            e = vital_events(self.facts, self.parameters, self.draws, self.quarter, s.labour, s.talent, schooling)
        else:
            e = no_events(len(s.labour))
        before = s.labour, s.talent
        labour = s.labour + e.births - e.deaths_labour - e.graduates
        talent = s.talent - e.deaths_talent + e.graduates
        chance = m.considering / 4 * m.considering_labour, m.considering / 4 * m.considering_talent
        value = s.real_wage * self.fundamentals.amenity
        value[1] *= 1 + self._subsidy
        flow = moves(self.draws, self.quarter, (labour, talent), chance, self._layers.moving, value, m.taste)
        s.labour = labour + flow[0].sum(0) - flow[0].sum(1)
        s.talent = talent + flow[1].sum(0) - flow[1].sum(1)
        self._events, self._flows = e, flow
        gains = (e.births, flow[0].sum(0)), (e.graduates, flow[1].sum(0))
        losses = (e.deaths_labour, e.graduates, flow[0].sum(1)), (e.deaths_talent, flow[1].sum(1))
        self.residuals = {
            "labour": accounts.people(before[0], s.labour, gains[0], losses[0]),
            "talent": accounts.people(before[1], s.talent, gains[1], losses[1]),
        }

    def _share_capital(self) -> None:
        """4. Savers choose hosts by last quarter's returns."""
        s = self._state
        stock = s.ownership.sum(0)
        equity = self.levers["equity_integration"]
        mass = attraction(stock, self.fundamentals.wedge, s.rate, equity, self.parameters.capital.elasticity)
        self._destinations = destination_shares(self._layers.capital, mass)

    def _exchange_data(self) -> None:
        """5. Data are pooled and paid for, compute is shared out."""
        s = self._state
        n = len(s.labour)
        self._exchange = exchange(
            self.parameters.data,
            self.fundamentals.technology,
            self._layers.data,
            self.facts,
            self.geography.distance,
            np.bincount(s.firms.cell // self.n_sectors, s.firms.data, n),
            s.basket.value,
            float(self.levers["compute_share_west"][0]),
            self.quarter,
        )
        self._compute = self._exchange.compute

    def _clear_markets(self) -> None:
        """6. Production, trade, wages and prices clear, and with them incomes, taxes, saving and investment."""
        s, f, technology = self._state, self.fundamentals, self.parameters.technology
        n = len(s.labour)
        self._distribution = self._distribute()
        cells, self._firm_share = cell_productivity(s.firms, f.technology, technology, n)
        self._at_work = employed(technology, s.labour, s.talent)
        place = agglomeration(technology, *self._at_work) + np.log1p(-self._shocks["supply"])
        place += place_productivity(technology, self._layers.digital, f.structure.digital_knee, s.public_capital)
        self._in_use = self._reserve()
        shift = place[:, None] + self._exchange.productivity + self._in_use + s.externality
        self._market = market_of(
            f,
            self._layers.trade,
            self._distribution,
            f.log_fundamental + cells + shift,
            self._at_work,
            self.parameters.trade.foreign_growth * self._passed,
        )
        p = self._production = produce(self._market, self._distribution, f, s.sales, s.log_price_index)
        s.sales, s.log_price_index = p.clearing.sales, p.clearing.log_price_index
        _, growth = volumes.gdp_growth(s.basket, p.basket)
        s.gdp_volume *= growth
        s.absorption_volume *= volumes.absorption_growth(s.basket, p.basket)
        self._volume_growth = volumes.log_growth(s.basket, p.basket)
        s.basket = p.basket
        s.budget, s.budget_room = p.accounts.budget, 0.5 * p.accounts.budget / p.accounts.wages_talent
        self._employ()
        self.residuals |= accounts.flows(p, self._distribution) | accounts.firms(p, s.firms, self._at_work)
        wages = p.accounts.wages_labour / self._at_work[0], p.accounts.wages_talent / self._at_work[1]
        residents, m = s.labour + s.talent, self.parameters.migration
        s.real_wage = np.stack(
            [living_value(m, w, p.price, residents, p.accounts.consumption, self._layers.land) for w in wages]
        )

    def _distribute(self) -> Distribution:
        """Shares that carry the quarter's value added to spending."""
        s, levers = self._state, self.levers
        return Distribution(
            technology=self.fundamentals.technology,
            income=self.parameters.income,
            equalisation=float(levers["transfer_equalisation"][0]),
            mission_rate=mission_rate(self.parameters.income, levers),
            mission_weight=s.mission_weight,
            development_weight=development_weight(self.fundamentals.structure, levers, self._passed - 1),
            province=self.facts.places.province,
            population=(s.labour + s.talent).astype(float),
            ownership=s.ownership / s.ownership.sum(0),
            destinations=self._destinations,
            talent_subsidy=self._subsidy,
            industry_subsidy=self._industry_subsidy,
            fund_share=self._fund_share,
            data=self._exchange.trade,
        )

    def _reserve(self) -> Floats:
        """Log productivity lost to capacity held in reserve: a supply shock releases as much of it as it takes."""
        technology, goods = self.parameters.technology, self._layers.trade.is_goods
        hinterland, share = self.fundamentals.structure.hinterland, self.levers["hinterland_share"]
        idle = capacity_in_use(technology, share, hinterland, goods)
        used = released(idle, self._shocks["supply"], self._state.basket.value)
        return capacity_in_use(technology, share * (1 - used), hinterland, goods) if used > 0 else idle

    def _employ(self) -> None:
        """Firms' sales and people: their share of their cell's."""
        firms, t, c = self.firms, self.fundamentals.technology, self._production.clearing
        sales = c.sales[:-1]
        firms.sales = sales.ravel()[firms.cell] * self._firm_share
        firms.labour = (sales * t.labour_wage_share / c.wage_labour[:-1, None]).ravel()[firms.cell] * self._firm_share
        firms.talent = (sales * t.talent_wage_share / c.wage_talent[:-1, None]).ravel()[firms.cell] * self._firm_share

    def _accumulate(self) -> None:
        """6. Investment becomes capital, owned by whoever saved, and public capital."""
        s, p, rates = self._state, self._production, self.parameters.income
        a, firms, delta = p.accounts, s.firms, self.parameters.technology.depreciation
        stock = s.ownership.sum(0)
        worth = p.price * stock
        s.rate = a.surplus / worth
        self._finance = a.investment / worth / (a.investment.sum() / worth.sum())
        reinvested = rates.retention * a.surplus
        s.ownership, self._investment = accumulate(
            s.ownership, a.saving, self._destinations, reinvested, a.fund, p.price, delta
        )
        value, n = self._value_added(), len(stock)
        city = firms.cell // self.n_sectors
        weight = investment_weight(
            value,
            self._industry_subsidy.ravel()[firms.cell],
            firms.capital,
            self._profit_share,
            self.parameters.capital.collateral,
        )
        targeted = np.where(s.targets.ravel()[firms.cell], value, 0.0)
        general = (a.investment - a.fund) / p.price / np.bincount(city, weight, n)
        all_targeted = np.bincount(city, targeted, n)
        guided = np.divide(a.fund / p.price, all_targeted, out=np.zeros(n), where=all_targeted > 0)
        firms.capital = (1 - delta) * firms.capital + general[city] * weight + guided[city] * targeted
        s.sources.invested = firms.capital.copy()
        technology, before = self.parameters.technology, s.public_capital
        s.public_capital = grown_public_capital(technology, before, a, p.price)
        self.residuals["public_capital"] = accounts.public_capital(before, s.public_capital, technology, p)
        self.residuals["ownership"] = accounts.ownership(s.ownership, firms, self.n_sectors)

    def _innovate(self) -> None:
        """7. Firms improve, imitate and adopt; leaders try to leave their track with partners; the network ages."""
        s, f, r, q = self._state, self.fundamentals, self.parameters.research, self.quarter
        firms, collaboration = s.firms, self.parameters.collaboration
        lab = self._laboratory()
        ceiling = s.tracks.ceiling[firms.track] + lab.frontier[firms.cell // self.n_sectors]
        spillover = research.relative_spillover(lab.by_cell, lab.access, f.structure.similarity)
        gain, improves = research.improve(r, lab, firms, ceiling, spillover, self.draws, q)
        imitated = research.imitate(r, lab, firms, ceiling, self.draws, q)
        learned = research.origins(r, lab, firms, s.tracks, spillover, gain, imitated)
        s.sources.from_others, s.sources.from_tracks = learned
        gain += imitated
        firms.track = research.adopt(r, firms, s.tracks, lab.near, s.basket.value, f.reach, self.draws, q)
        cluster_cells = f.structure.cluster_cells(q)
        self._consortia, by_leaders = breakthroughs.attempt(
            r,
            f.structure,
            firms,
            s.tracks,
            lab,
            s.knowledge,
            s.basket.value,
            self._production.accounts.mission,
            cluster_cells,
            f.technology.local,
            self.draws,
            q,
        )
        near_knowledge = s.knowledge @ f.structure.similarity
        self._projects = breakthroughs.collaborations(
            collaboration.rate, firms, improves, lab, near_knowledge, self._consortia, self.draws, q
        )
        s.network = breakthroughs.aged_network(s.network, self._projects, collaboration.ageing)
        if by_leaders.sum() > 0:
            s.mission_weight = by_leaders / by_leaders.sum()
        firms.log_productivity += gain
        firms.data = aged_data(
            self.parameters.data, firms, self._layers.digital, self.facts.sectors.digital, self._value_added()
        )
        self._spent = lab.by_cell

    def _laboratory(self) -> research.Laboratory:
        """What research starts from."""
        s, f, firms = self._state, self.fundamentals, self.firms
        n = len(s.labour)
        spending = firms.sales * f.technology.research_share[firms.cell % self.n_sectors]
        access = with_network(self.parameters.collaboration, self._layers.access, s.network)
        grown = self.parameters.research.frontier_growth * self._passed
        return research.Laboratory(
            spending=spending,
            by_cell=np.bincount(firms.cell, spending, n * self.n_sectors).reshape(n, self.n_sectors),
            reached=firms.log_productivity + f.place_lead[firms.cell],
            access=access,
            near=np.minimum(access, 1.0),
            frontier=grown + np.log1p(-self._shocks["technology"]),
        )

    def _turn_over(self) -> None:
        """8. Firms leave, arrive and move."""
        s = self._state
        s.firms.age += 1
        s.firms.performance = self._performance()
        self._turnover = turn_over(
            self.parameters.firms,
            self.parameters.relocation,
            s.firms,
            s.births_by_cell,
            self._sites(),
            self.fundamentals.firms_wanted,
            self.draws,
            self.quarter,
        )
        self.residuals["ownership_turnover"] = accounts.ownership(s.ownership, s.firms, self.n_sectors)

    def _performance(self) -> Floats:
        """Firms' smoothed return over their city's mean."""
        firms, value, n = self.firms, self._value_added(), len(self.facts.places)
        city = firms.cell // self.n_sectors
        mean = np.bincount(city, value, n) / np.bincount(city, firms.capital, n)
        return performance(self.parameters.firms, firms.performance, value / firms.capital / mean[city])

    def _sites(self) -> Sites:
        """What places offer to firms."""
        s, n = self._state, len(self.facts.places)
        value = self._production.basket.value
        density = self.relatedness_density()
        occupied = self._occupied()
        mean = np.where(occupied, density, 0.0).sum(0) / np.maximum(occupied.sum(0), 1)
        capital = np.bincount(s.firms.cell, s.firms.capital, n * self.n_sectors).reshape(n, self.n_sectors)
        return Sites(
            value_added=value,
            capital=capital,
            relatedness=np.divide(density, mean, out=np.ones_like(density), where=mean > 0),
            finance=self._finance,
            subsidy=self._industry_subsidy / self._profit_share,
            local=self._layers.trade.is_local,
            distance=self.geography.distance,
            province=self.facts.places.province,
        )

    def _learn(self) -> None:
        """9. What the quarter taught is laid up: knowledge by place and sector, own-sector externalities."""
        s, f, t = self._state, self.fundamentals, self.parameters.technology
        s.knowledge = (1 - self.parameters.research.knowledge_ageing) * s.knowledge + self._spent
        elasticity = externality_elasticity(
            f.structure.cluster_cells(self.quarter),
            f.structure.in_area,
            self.facts.sectors.strategic,
            t.cluster_externality,
            t.area_externality,
        )
        s.externality = s.externality + elasticity * self._volume_growth

    def relatedness_density(self) -> Floats:
        """How near each place's strengths are to each sector, (n_places, n_sectors)."""
        advantage = comparative_advantage(self._state.basket.value)
        return relatedness_density(advantage, self.fundamentals.structure.relatedness)

    @property
    def _profit_share(self) -> float:
        """π₀ = (1 − t)(1 − ρη): what is left of value added after tax and wages."""
        t = self.fundamentals.technology
        return (1 - self.parameters.income.tax) * (1 - t.rho * t.labour_exponent)

    def _value_added(self) -> Floats:
        """Value added by firm, (n_firms,)."""
        return self.firms.sales * self.fundamentals.technology.value_added_share[self.firms.cell % self.n_sectors]

    def _occupied(self) -> Bools:
        """Cells with a firm, (n_places, n_sectors)."""
        n = len(self.facts.places)
        return np.asarray(np.bincount(self.firms.cell, minlength=n * self.n_sectors).reshape(n, -1) > 0)
