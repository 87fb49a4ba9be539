"""The economy of a nation's cities, quarter by quarter, as a Mesa model."""

from __future__ import annotations

import copy
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa import Model

from nqpf.agents.cities import City
from nqpf.agents.clusters import CityCluster
from nqpf.agents.governments import CentralGovernment, RegionalGovernment
from nqpf.agents.population import Firm, FirmSet
from nqpf.model import accounts, observation, volumes
from nqpf.model.draws import Draws
from nqpf.model.frictions import Frictions
from nqpf.model.markets.capital import accumulate, attraction, destination_shares
from nqpf.model.markets.incomes import Distribution
from nqpf.model.people import living_value
from nqpf.model.policy import Schedule
from nqpf.model.processes.population import moves, no_events, vital_events
from nqpf.model.processes.production import agglomeration, cell_productivity, employed, market_of, produce
from nqpf.model.processes.research import innovate
from nqpf.model.processes.turnover import Turnover, turn_over
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.model.scenario import Scenario
from nqpf.model.start import base_quarter, one_blas_thread
from nqpf.model.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.initial import Start


class RegionalEconomy(Model):
    """Firms, cities, governments and city clusters on their networks.

    Parameters
    ----------
    scenario
        A scenario, the name of one in the library, or a path; `china` if not given.
    rng
        Seed instead of the scenario's, as Mesa's own tools pass it.
    **levers
        Levers set from the first quarter on, by name.

    Raises
    ------
    InputError
        If scenario, levers or facts cannot be taken as written.
    AccountingError
        From `step`, if an identity breaks.
    """

    def __init__(self, scenario: Scenario | str | None = None, *, rng: int | None = None, **levers: Any) -> None:
        if not isinstance(scenario, Scenario):
            scenario = Scenario.load(scenario or "china")
        scenario = scenario.with_changes(seed=rng, levers=levers)
        super().__init__(rng=scenario.seed)
        self._scenario = scenario
        self.parameters = scenario.parameters
        self.facts, self.geography, start = base_quarter(scenario)
        self.schedule = Schedule(scenario, self.facts)
        self.draws = Draws(scenario.seed)
        self.first_quarter = parse_quarter(scenario.start)
        self.fundamentals = start.fundamentals
        self._state = copy.deepcopy(start.state)
        self._quarter_data: observation.Quarter | None = None
        self._observed: dict[str, dict[str, Any]] = {}
        self.levers = self.schedule.at(self.first_quarter)
        self.residuals: dict[str, float] = {}
        self.timings: dict[str, float] = {}
        self._frictions = Frictions(self.facts, self.geography, self.parameters, start.fundamentals)
        self._open(start)
        self._enrol()

    # What a user reads

    @property
    def scenario(self) -> Scenario:
        """The scenario as resolved."""
        return self._scenario

    @scenario.setter
    def scenario(self, value: Any) -> None:
        # Mesa sets one of its own kind while it constructs itself; ours refuses misspelt names.
        self._scenario = value

    @property
    def quarter(self) -> int:
        """The quarter last completed; before the first step the one before the scenario's start."""
        return self._state.quarter

    @property
    def quarter_name(self) -> str:
        """The same as text, `2024Q1`."""
        return format_quarter(self._state.quarter)

    @property
    def firms(self) -> Firms:
        """All firms' columns."""
        return self._state.firms

    @property
    def turnover(self) -> Turnover:
        """Firms that left and arrived in the last quarter, by cell."""
        return self._turnover

    @property
    def n_sectors(self) -> int:
        """Number of sectors."""
        return len(self.facts.sectors.id)

    def city_measures(self) -> dict[str, Floats]:
        """Measures of the last quarter by place, (n_places,) each."""
        return self._measured("city")

    def nation_measures(self) -> dict[str, float]:
        """Measures of the nation in the last quarter."""
        if "nation values" not in self._observed:
            city = self.city_measures()
            with one_blas_thread():
                self._observed["nation values"] = observation.nation_measures(self._last(), city)
        return self._observed["nation values"]

    def sector_measures(self) -> dict[str, Floats]:
        """Measures of the last quarter by place and sector, (n_places, n_sectors) each."""
        return self._measured("sector")

    def region_measures(self, level: str) -> dict[str, Floats]:
        """City measures put together for the regions of a level, (n_regions,) each, in the order of the facts."""
        return self._measured(level)

    def observed(self, level: str) -> dict[str, Any]:
        """Measures that agents of a level look at, (n_agents,) each."""
        if level == "nation":
            return {name: np.array([value]) for name, value in self.nation_measures().items()}
        return self._measured(level)

    def flows(self, factor: str) -> Floats | Ints:
        """Flows of the last quarter, (origin, destination): talent, labour (persons), capital, goods (CNY million)."""
        q = self._last()
        match factor:
            case "labour":
                return q.moves[0]
            case "talent":
                return q.moves[1]
            case "capital":
                return q.investment
            case "goods":
                with one_blas_thread():
                    return observation.goods_flows(q)
        raise KeyError(factor)

    def state(self) -> dict[str, Any]:
        """All that is needed to go on bit by bit, as named arrays."""
        return copy.deepcopy(self._state).arrays()

    @classmethod
    def from_state(cls, scenario: Scenario, state: Mapping[str, Any]) -> RegionalEconomy:
        """An economy that goes on from `state`, under this scenario's policies from now on.

        The scenario's start, firms, seed, parameters and data must be those of the run the state is from. Mesa's own
        clock begins at zero again: put forward, it would catch up on the steps in between.
        """
        economy = cls(scenario)
        economy._state = State.from_arrays(state)
        economy._quarter_data = None
        economy._observed.clear()
        return economy

    # The quarter

    def step(self) -> None:
        """Advance one quarter; the order is the theory (docs/odd.md, section 3)."""
        with one_blas_thread():
            self._state.quarter += 1
            with self._timed("policy"):
                self._follow_policy()
            with self._timed("people"):
                self._move_people()
            with self._timed("capital shares"):
                self._share_capital()
            with self._timed("markets"):
                self._clear_markets()
            with self._timed("accumulation"):
                self._accumulate()
            with self._timed("research"):
                self._innovate()
            with self._timed("entry and exit"):
                self._turn_over()
            with self._timed("accounts"):
                accounts.check(self.residuals, self.quarter)
            self._observe()

    def _follow_policy(self) -> None:
        """1. The schedule's levers become frictions and rates."""
        levers = self.levers = self.schedule.at(self.quarter)
        self._layers = self._frictions.at(self.quarter, levers)
        self._subsidy = np.minimum(levers["talent_subsidy"], self._state.budget_room)

    def _move_people(self) -> None:
        """3. People are born, die, graduate and move."""
        s, m = self._state, self.parameters.migration
        if self.scenario.demography == "census":
            e = vital_events(self.facts, self.parameters, self.draws, self.quarter, s.labour, s.talent)
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
        self.residuals = {
            "labour": accounts.people(
                before[0],
                s.labour,
                (e.births, flow[0].sum(0)),
                (e.deaths_labour, e.graduates, flow[0].sum(1)),
            ),
            "talent": accounts.people(
                before[1], s.talent, (e.graduates, flow[1].sum(0)), (e.deaths_talent, flow[1].sum(1))
            ),
        }

    def _share_capital(self) -> None:
        """4. Savers choose hosts by last quarter's returns."""
        s = self._state
        stock = s.ownership.sum(0)
        equity = self.levers["equity_integration"]
        mass = attraction(stock, self.fundamentals.wedge, s.rate, equity, self.parameters.capital.elasticity)
        self._distribution = Distribution(
            self.fundamentals.technology,
            self.parameters.income,
            float(self.levers["transfer_equalisation"][0]),
            self.facts.places.province,
            (s.labour + s.talent).astype(float),
            s.ownership / stock,
            destination_shares(self._layers.capital, mass),
            self._subsidy,
        )

    def _clear_markets(self) -> None:
        """6. Production, trade, wages and prices clear, and with them incomes, taxes, saving and investment."""
        s, f, technology = self._state, self.fundamentals, self.parameters.technology
        n = len(s.labour)
        cells, self._firm_share = cell_productivity(s.firms, f.technology, technology, n)
        self._at_work = employed(technology, s.labour, s.talent)
        crowd = agglomeration(technology, *self._at_work) + np.log1p(-self.schedule.supply_loss(self.quarter))
        passed = self.quarter - self.first_quarter + 1
        self._market = market_of(
            f,
            self._layers.trade,
            self._distribution,
            f.log_fundamental + cells + crowd[:, None],
            self._at_work,
            self.parameters.trade.foreign_growth * passed,
        )
        p = self._production = produce(self._market, self._distribution, f, s.sales, s.log_price_index)
        s.sales, s.log_price_index = p.clearing.sales, p.clearing.log_price_index
        _, growth = volumes.gdp_growth(s.basket, p.basket)
        s.gdp_volume *= growth
        s.absorption_volume *= volumes.absorption_growth(s.basket, p.basket)
        s.basket = p.basket
        s.budget_room = 0.5 * p.accounts.budget / p.accounts.wages_talent
        self._employ()
        self.residuals |= accounts.flows(p, self._distribution) | accounts.firms(p, s.firms, self._at_work)
        wages = p.accounts.wages_labour / self._at_work[0], p.accounts.wages_talent / self._at_work[1]
        residents, area = s.labour + s.talent, self.facts.places.area_km2
        s.real_wage = np.stack(
            [
                living_value(self.parameters.migration, w, p.price, residents, p.accounts.consumption, area)
                for w in wages
            ]
        )

    def _employ(self) -> None:
        """Firms' sales and people: their share of their cell's."""
        firms, t, c = self.firms, self.fundamentals.technology, self._production.clearing
        sales = c.sales[:-1]
        firms.sales = sales.ravel()[firms.cell] * self._firm_share
        firms.labour = (sales * t.labour_wage_share / c.wage_labour[:-1, None]).ravel()[firms.cell] * self._firm_share
        firms.talent = (sales * t.talent_wage_share / c.wage_talent[:-1, None]).ravel()[firms.cell] * self._firm_share

    def _accumulate(self) -> None:
        """6. Investment becomes capital, owned by whoever saved."""
        s, p, rates = self._state, self._production, self.parameters.income
        stock = s.ownership.sum(0)
        s.rate = p.accounts.surplus / (p.price * stock)
        delta = self.parameters.technology.depreciation
        s.ownership, self._investment = accumulate(
            s.ownership,
            p.accounts.saving,
            self._distribution.destinations,
            rates.retention * p.accounts.surplus,
            p.price,
            delta,
        )
        value = self._value_added()
        city = self.firms.cell // self.n_sectors
        bought = p.accounts.investment / p.price / p.accounts.value_added
        self.firms.capital = (1 - delta) * self.firms.capital + bought[city] * value
        self.residuals["ownership"] = accounts.ownership(s.ownership, self.firms, self.n_sectors)

    def _value_added(self) -> Floats:
        """Value added by firm, (n_firms,)."""
        return self.firms.sales * self.fundamentals.technology.value_added_share[self.firms.cell % self.n_sectors]

    def _innovate(self) -> None:
        """7. Firms learn and improve."""
        passed = self.quarter - self.first_quarter + 1
        self.firms.log_productivity += innovate(
            self.parameters.research, self.fundamentals, self.firms, self.draws, self.quarter, passed
        )

    def _turn_over(self) -> None:
        """8. Firms leave and arrive."""
        s = self._state
        s.firms.age += 1
        self._turnover = turn_over(
            self.parameters.firms,
            s.firms,
            s.births_by_cell,
            self._value_added(),
            len(self.facts.places),
            self.n_sectors,
            self.fundamentals.firms_wanted,
            self.draws,
            self.quarter,
        )
        self.residuals["ownership_turnover"] = accounts.ownership(s.ownership, s.firms, self.n_sectors)

    # Plumbing

    def _open(self, start: Start) -> None:
        """Show the base quarter before the first step."""
        self._production, self._distribution = start.production, start.distribution
        n = len(self.facts.places)
        self._at_work = employed(self.parameters.technology, self._state.labour, self._state.talent)
        self._events, self._flows = no_events(n), (np.zeros((n, n), np.int64), np.zeros((n, n), np.int64))
        self._turnover = Turnover(*np.zeros((2, n * self.n_sectors), np.int64))
        _, self._firm_share = cell_productivity(self.firms, self.fundamentals.technology, self.parameters.technology, n)
        a, d = start.production.accounts, start.distribution
        self._investment = a.saving[:, None] * d.destinations + d.ownership * (d.income.retention * a.surplus)
        self._employ()
        self._observe()

    def _enrol(self) -> None:
        """Make the agents that look at the columns."""
        facts = self.facts
        CentralGovernment(self, 0, facts.regions.id[0], facts.regions.name_en[0])
        for row, (code, name) in enumerate(zip(facts.provinces.code, facts.provinces.name_en, strict=True)):
            RegionalGovernment(self, row, code, name)
        for row, position in enumerate(facts.regions.of_level("cluster")):
            CityCluster(self, row, facts.regions.id[position], facts.regions.name_en[position])
        for row, (code, name) in enumerate(zip(facts.places.code, facts.places.name_en, strict=True)):
            City(self, row, code, name)
        # Firms have no object each: their set is a view of the columns.
        self._agents_by_type[Firm] = FirmSet(self)

    def _observe(self) -> None:
        self._observed.clear()
        self._quarter_data = observation.Quarter(
            self.facts,
            self.fundamentals,
            self._state,
            self._production,
            self._at_work,
            self._events,
            self._flows,
            self._investment,
            self._turnover,
        )

    def _last(self) -> observation.Quarter:
        if self._quarter_data is None:
            raise LookupError("nothing observed since the checkpoint: take a step first")
        return self._quarter_data

    def _measured(self, level: str) -> dict[str, Floats]:
        if level not in self._observed:
            q = self._last()
            if level == "city":
                self._observed[level] = observation.city_measures(q)
            elif level == "sector":
                self._observed[level] = observation.sector_measures(q)
            else:
                member = self.facts.regions.member[self.facts.regions.of_level(level)]
                city = self.city_measures()
                with one_blas_thread():
                    self._observed[level] = observation.aggregate(city, member)
        return self._observed[level]

    @contextmanager
    def _timed(self, process: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.timings[process] = self.timings.get(process, 0.0) + time.perf_counter() - start
