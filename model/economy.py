"""The economy of a nation's cities, quarter by quarter, as a Mesa model."""

from __future__ import annotations

import copy
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa import Model

from nqpf.agents.cities import City
from nqpf.agents.clusters import CityCluster
from nqpf.agents.governments import CentralGovernment, RegionalGovernment
from nqpf.agents.population import Firm, FirmSet
from nqpf.model import accounts, observation
from nqpf.model.collected import Collected
from nqpf.model.draws import Draws
from nqpf.model.frictions import Frictions
from nqpf.model.growth import sources_of
from nqpf.model.nqpf_index import constants_for
from nqpf.model.observer import Observer
from nqpf.model.policy import Schedule
from nqpf.model.processes.breakthroughs import Consortia
from nqpf.model.processes.population import no_events
from nqpf.model.processes.production import capacity_in_use, cell_productivity, employed
from nqpf.model.processes.turnover import Turnover
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.model.scenario import Scenario
from nqpf.model.start import base_quarter, one_blas_thread
from nqpf.model.state import State
from nqpf.model.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.initial import Start
    from nqpf.model.nqpf_index import Constants


class RegionalEconomy(Steps, Collected, Model):
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
        f = self.fundamentals = start.fundamentals
        self._state = copy.deepcopy(start.state)
        self.levers = self.schedule.at(self.first_quarter)
        self.residuals: dict[str, float] = {}
        self.timings: dict[str, float] = {}
        self._frictions = Frictions(self.facts, self.geography, self.parameters, f.structure, f.moving_scale)
        self._observer = Observer(self.facts, partial(constants_for, scenario, RegionalEconomy))
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
    def quarter_name(self) -> str:
        """The quarter last completed as text, `2024Q1`."""
        return format_quarter(self._state.quarter)

    @property
    def turnover(self) -> Turnover:
        """Firms that left, arrived and moved in the last quarter."""
        return self._turnover

    @property
    def consortia(self) -> Consortia:
        """Attempts of the last quarter to leave a technology track, with partners firm by firm."""
        return self._consortia

    @property
    def now(self) -> State:
        """The state as it stands; to be read, not written to."""
        return self._state

    @property
    def data_access(self) -> Floats:
        """Which data reach which place after the cost of information, (user, provider), 0 to 1."""
        return self._layers.data.access

    def city_measures(self) -> dict[str, Floats]:
        """Measures of the last quarter by place, (n_places,) each."""
        return self._observer.measured("city")

    def place_measures(self) -> dict[str, Floats]:
        """The same but the index of new quality productive forces, whose constants may need a baseline's run."""
        return self._observer.measured("place")

    @property
    def index_constants(self) -> Constants:
        """What scales and weighs the index of new quality productive forces."""
        return self._observer.constants

    def nation_measures(self) -> dict[str, float]:
        """Measures of the nation in the last quarter."""
        return self._observer.measured("nation")

    def sector_measures(self) -> dict[str, Floats]:
        """Measures of the last quarter by place and sector, (n_places, n_sectors) each."""
        return self._observer.measured("sector")

    def growth_measures(self) -> dict[str, Floats]:
        """Growth of places' real GDP in the last quarter and what each mechanism gave to it, (n_places,) each."""
        return self._observer.measured("growth")

    def track_measures(self) -> dict[str, Floats]:
        """How far each technology track has spread by the last quarter, (n_tracks,) each."""
        return self._observer.measured("track")

    def region_measures(self, level: str) -> dict[str, Floats]:
        """City measures put together for the regions of a level, (n_regions,) each, in the order of the facts."""
        return self._observer.measured(level)

    def observed(self, level: str) -> dict[str, Any]:
        """Measures that agents of a level look at, (n_agents,) each."""
        if level == "nation":
            return {name: np.array([value]) for name, value in self.nation_measures().items()}
        return self._observer.measured(level)

    def flows(self, factor: str) -> Floats | Ints:
        """Flows of the last quarter, (origin, destination); factors and units stand in `measures.FACTORS`."""
        return self._observer.flows(factor)

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
        economy._observer.see(None)
        return economy

    # The quarter

    def step(self) -> None:
        """Advance one quarter; the order is the theory (docs/odd.md, section 3)."""
        with one_blas_thread():
            self._state.quarter += 1
            with self._timed("policy"):
                self._follow_policy()
            with self._timed("governments"):
                self._govern()
            with self._timed("people"):
                self._move_people()
            with self._timed("capital shares"):
                self._share_capital()
            with self._timed("data"):
                self._exchange_data()
            with self._timed("markets"):
                self._clear_markets()
            with self._timed("growth accounts"):
                self._remember(np.log1p(-self._shocks["supply"])[:, None] + self._in_use)
            with self._timed("accumulation"):
                self._accumulate()
            with self._timed("research"):
                self._innovate()
            with self._timed("entry and exit"):
                self._turn_over()
            with self._timed("knowledge"):
                self._learn()
            with self._timed("accounts"):
                accounts.check(self.residuals, self.quarter)
            self._observe()

    # Plumbing

    def _open(self, start: Start) -> None:
        """Show the base quarter before the first step."""
        self._production, self._distribution = start.production, start.distribution
        n, n_cells = len(self.facts.places), len(self.facts.places) * self.n_sectors
        self._at_work = employed(self.parameters.technology, self._state.labour, self._state.talent)
        self._events, self._flows = no_events(n), (np.zeros((n, n), np.int64), np.zeros((n, n), np.int64))
        nobody = np.zeros(0, np.int64)
        self._turnover = Turnover(np.zeros(n_cells, np.int64), np.zeros(n_cells, np.int64), nobody, nobody, nobody)
        self._consortia, self._projects = Consortia.none(), np.zeros((n, n), np.int64)
        self._layers = start.layers
        self._compute = start.compute
        _, self._firm_share = cell_productivity(self.firms, self.fundamentals.technology, self.parameters.technology, n)
        a, d = start.production.accounts, start.distribution
        self._investment = a.saving[:, None] * d.destinations + d.ownership * (d.income.retention * a.surplus)
        self._investment += np.diag(a.fund)
        self._employ()
        idle = Schedule(self._scenario.status_quo(), self.facts).at(self.quarter)["hinterland_share"]
        hinterland, goods = self.fundamentals.structure.hinterland, self._layers.trade.is_goods
        with one_blas_thread():
            self._remember(capacity_in_use(self.parameters.technology, idle, hinterland, goods))
        self._before = self._state.sources  # nothing has grown yet
        self._observe()

    def _remember(self, in_use: Floats) -> None:
        """Lay up what made the quarter's value added; in_use (n_places, n_sectors) is what shocks and reserve leave."""
        s = self._state
        self._before = s.sources
        s.sources = sources_of(
            self.parameters.technology,
            self.fundamentals,
            s,
            self._production,
            self._distribution,
            self._compute,
            self._layers.digital,
            self._at_work,
            in_use,
        )

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
        self._observer.see(
            observation.Quarter(
                facts=self.facts,
                fundamentals=self.fundamentals,
                state=self._state,
                production=self._production,
                distribution=self._distribution,
                layers=self._layers,
                compute=self._compute,
                at_work=self._at_work,
                events=self._events,
                moves=self._flows,
                investment=self._investment,
                rent_share=self.parameters.migration.rent_share,
                frontier=self.parameters.research.frontier_growth * self._passed,
                pool_weight=self.parameters.data.pool_weight,
                projects=self._projects,
                consortia=self._consortia,
                turnover=self._turnover,
                before=self._before,
                production_function=self.parameters.technology,
            )
        )

    @contextmanager
    def _timed(self, process: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.timings[process] = self.timings.get(process, 0.0) + time.perf_counter() - start
