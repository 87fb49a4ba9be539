"""A run as the indices read it: one quarter's tables as frames and matrices in the order of the facts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from nqpf.model.errors import InputError
from nqpf.model.facts import load_facts
from nqpf.model.quarters import parse_quarter
from nqpf.model.start import base_quarter
from nqpf.model.transport.distances import great_circle

if TYPE_CHECKING:
    from collections.abc import Callable

    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.experiments.store import Run
    from nqpf.model.facts import Facts

type Level = Literal["provinces", "places"]
LEVELS: tuple[Level, ...] = ("provinces", "places")

_MONEY_QUARTER = "Q4"
"""Flows of money between single places are recorded in these quarters alone."""


class Tables:
    """A run's tables, each read once, with the facts it was made from."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._readings: dict[str, Reading] = {}

    @cached_property
    def facts(self) -> Facts:
        """What the run was built from; DataError if a table it replaced is no longer there."""
        scenario = self.run.scenario
        return load_facts(scenario.start, scenario.data)

    @cached_property
    def quarters(self) -> list[str]:
        """Quarters on disk, in order."""
        return list(dict.fromkeys(self.run.nation["quarter"]))

    @property
    def usual_quarters(self) -> list[str]:
        """The first, the last and every fourth quarter of a calendar year, in which all flows are recorded."""
        return [q for q in self.quarters if q in {self.quarters[0], self.quarters[-1]} or q.endswith(_MONEY_QUARTER)]

    def at(self, quarter: str) -> Reading:
        """One quarter; InputError if the run has it not."""
        if quarter not in self.quarters:
            span = f"it has {self.quarters[0]} to {self.quarters[-1]}" if self.quarters else "it has none"
            raise InputError(f"{self.run.path}: has no quarter {quarter!r}; {span}")
        if quarter not in self._readings:
            self._readings[quarter] = Reading(self, quarter)
        return self._readings[quarter]

    @cached_property
    def nation(self) -> pd.DataFrame:
        """Measures of the nation, a row a quarter."""
        return self.run.nation.set_index("quarter")

    @cached_property
    def cities(self) -> dict[str, pd.DataFrame]:
        """Measures of places by quarter, in the order of the facts."""
        order = list(self.facts.places.code)
        return {str(q): rows.set_index("city").loc[order] for q, rows in self.run.cities.groupby("quarter")}

    @cached_property
    def provinces(self) -> dict[str, pd.DataFrame]:
        """Measures of provinces by quarter, in the order of the facts."""
        regions = self.run.regions
        rows_of = regions[regions["level"] == "province"].groupby("quarter")
        order = list(self.facts.provinces.code)
        return {str(q): rows.set_index("region").loc[order] for q, rows in rows_of}

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Joint projects between two places by quarter: number of the quarter, ends (rows of the facts), amount."""
        columns = ["quarter", "origin", "destination", "amount"]
        found = self.run.read("flows", columns, [("factor", "==", "collaboration"), ("level", "==", "city")])
        code = pd.Index(self.facts.places.code)
        number = {quarter: parse_quarter(quarter) for quarter in self.quarters}
        ends = {end: code.get_indexer(pd.Index(found[end])) for end in ("origin", "destination")}
        return found.assign(quarter=found["quarter"].astype(str).map(number), **ends)

    @cached_property
    def start_network(self) -> Floats:
        """Joint projects that the start remembers, symmetric, (n_places, n_places); found anew, no table has them."""
        return base_quarter(self.run.scenario)[2].state.network

    @cached_property
    def near(self) -> Ints:
        """The eight places nearest to each by great circle, (n_places, 8), or as many as there are."""
        places = self.facts.places
        distance = great_circle(places.latitude, places.longitude)
        np.fill_diagonal(distance, -1.0)  # a place comes first in its own row and is dropped
        return np.argsort(distance, axis=1, kind="stable")[:, 1:9]

    @cached_property
    def macro_region(self) -> Ints:
        """Number of each province's macro-region, (n_provinces,)."""
        return np.unique(np.array(self.facts.provinces.macro_region), return_inverse=True)[1]


class Reading:
    """One quarter of a run."""

    def __init__(self, tables: Tables, quarter: str) -> None:
        self.tables = tables
        self.quarter = quarter
        self._kept: dict[Callable[[Reading], Any], Any] = {}

    def once[T](self, make: Callable[[Reading], T]) -> T:
        """What a function makes of the quarter, made once: what several quarters need of the first one."""
        if make not in self._kept:
            self._kept[make] = make(self)
        found: T = self._kept[make]
        return found

    @property
    def facts(self) -> Facts:
        """What the run was built from."""
        return self.tables.facts

    @property
    def first(self) -> Reading:
        """The run's first quarter."""
        return self.tables.at(self.tables.quarters[0])

    @property
    def years(self) -> float:
        """Years since the run's first quarter."""
        return (parse_quarter(self.quarter) - parse_quarter(self.tables.quarters[0])) / 4

    @property
    def places(self) -> pd.DataFrame:
        """Measures of places, (n_places) rows."""
        return self.tables.cities[self.quarter]

    @property
    def provinces(self) -> pd.DataFrame:
        """Measures of provinces, (n_provinces) rows."""
        return self.tables.provinces[self.quarter]

    def values(self, measure: str, level: Level) -> Floats:
        """A measure over provinces or places."""
        frame = self.provinces if level == "provinces" else self.places
        return frame[measure].to_numpy(np.float64)

    def group(self, level: Level) -> Ints:
        """Number of the macro-region of each province or place."""
        macro_region = self.tables.macro_region
        return macro_region if level == "provinces" else macro_region[self.facts.places.province]

    @cached_property
    def _sectors(self) -> pd.DataFrame:
        return self.tables.run.read("sectors", filters=[("quarter", "==", self.quarter)])

    def cells(self, measure: str) -> pd.DataFrame:
        """A measure of cells, places × sectors."""
        wide = self._sectors.pivot_table(index="city", columns="sector", values=measure, observed=True, dropna=False)
        return wide.loc[list(self.facts.places.code), list(self.facts.sectors.id)]

    @cached_property
    def _flows(self) -> pd.DataFrame:
        columns = ["factor", "origin", "destination", "amount"]
        return self.tables.run.read("flows", columns, [("quarter", "==", self.quarter), ("level", "==", "city")])

    def flow(self, factor: str) -> Floats | None:
        """Flow of a factor between places, (origin, destination), what stays in a place left out; None if not recorded.

        Money (capital, goods) is recorded between places in fourth quarters alone.
        """
        rows = self._flows[self._flows["factor"] == factor]
        if rows.empty and factor in {"capital", "goods", "data"} and not self.quarter.endswith(_MONEY_QUARTER):
            return None
        code = pd.Index(self.facts.places.code)
        amount = np.zeros((len(code), len(code)))
        ends = code.get_indexer(pd.Index(rows["origin"])), code.get_indexer(pd.Index(rows["destination"]))
        amount[ends] = rows["amount"]
        np.fill_diagonal(amount, 0.0)
        return amount

    def network(self) -> Floats:
        """Half of the model's network of joint projects: each pair's by either end, (n_places, n_places), own left out.

        W_t = (1 − ageing)^t W_0 + Σ_τ (1 − ageing)^{t − τ} (P_τ + P_τᵀ), with W_0 what the start remembers.
        """
        now, projects = parse_quarter(self.quarter), self.tables.projects
        so_far = projects[projects["quarter"] <= now]
        kept = 1 - self.tables.run.scenario.parameters.collaboration.ageing
        n = len(self.facts.places)
        amount = so_far["amount"].to_numpy(np.float64) * kept ** (now - so_far["quarter"].to_numpy(np.int64))
        ends = (so_far["origin"] * n + so_far["destination"]).to_numpy(np.int64)
        made = np.bincount(ends, amount, n * n).reshape(n, n)
        passed = now - parse_quarter(self.tables.quarters[0]) + 1
        network = kept**passed * self.tables.start_network + made + made.T
        np.fill_diagonal(network, 0.0)
        return network / 2

    @cached_property
    def same_province(self) -> Bools:
        """Whether two places are in one province, (n_places, n_places)."""
        province = self.facts.places.province
        return np.asarray(province[:, None] == province)
