"""What a user reads of an economy: the measures of the last quarter, made when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model import observation
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.facts import Facts
    from nqpf.model.nqpf_index import Constants


class Observer:
    """Measures of the last quarter, each level computed once; `constants` gives the index's when first asked."""

    def __init__(self, facts: Facts, constants: Callable[[], Constants]) -> None:
        self._facts = facts
        self._make_constants = constants
        self._quarter: observation.Quarter | None = None
        self._observed: dict[str, Any] = {}

    def see(self, quarter: observation.Quarter | None) -> None:
        """Look at another quarter; None after a checkpoint, whose quarter nobody saw."""
        self._quarter = quarter
        self._observed.clear()

    @property
    def last(self) -> observation.Quarter:
        """The quarter looked at; LookupError if there is none."""
        if self._quarter is None:
            raise LookupError("nothing observed since the checkpoint: take a step first")
        return self._quarter

    @cached_property
    def constants(self) -> Constants:
        """What scales and weighs the index of new quality productive forces."""
        return self._make_constants()

    def measured(self, level: str) -> dict[str, Any]:
        """Measures of a level: `nation` numbers, `city` (n_places,), `sector` (n_places, n_sectors), or (n_rows,).

        `place` is `city` without the index, whose constants may rest on a baseline's places.
        """
        if level not in self._observed:
            with one_blas_thread():
                self._observed[level] = self._measure(level)
        return dict(self._observed[level])

    def _measure(self, level: str) -> dict[str, Any]:
        of_quarter: dict[str, Callable[[observation.Quarter], dict[str, Any]]] = {
            "place": observation.place_measures,
            "sector": observation.sector_measures,
            "growth": observation.growth_measures,
            "track": observation.track_measures,
        }
        if level in of_quarter:
            return of_quarter[level](self.last)
        if level == "city":
            return observation.city_measures(self.measured("place"), self.constants)
        city = self.measured("city")
        if level == "nation":
            return observation.nation_measures(self.last, city, self.constants.threshold)
        return observation.aggregate(city, self._facts.regions.member[self._facts.regions.of_level(level)])

    def flows(self, factor: str) -> Floats | Ints:
        """Flows of the last quarter, (origin, destination); KeyError for a factor that does not flow."""
        q = self.last
        match factor:
            case "labour":
                return q.moves[0]
            case "talent":
                return q.moves[1]
            case "capital":
                return q.investment
            case "data":
                return q.data_payments
            case "collaboration":
                return q.projects
            case "goods":
                with one_blas_thread():
                    return np.asarray(observation.goods_flows(q))
        raise KeyError(factor)
