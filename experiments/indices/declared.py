"""How an index is declared, and where the libraries that compute some of them come from."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nqpf.experiments.indices.reading import Reading
    from nqpf.model.measures import Measure

type Family = Callable[[Reading], Mapping[str, float]]
"""What gives indices of one quarter by name; NaN where a quarter has not what an index needs."""


@dataclass(frozen=True, slots=True)
class Index:
    """One index of a run.

    Attributes
    ----------
    measure
        Its name, unit, title, meaning, equation and source.
    tables
        Tables of the run it reads.
    family
        The function that gives it, maybe with others that rest on the same work.
    """

    measure: Measure
    tables: tuple[str, ...]
    family: Family

    @property
    def name(self) -> str:
        """What it is called in `INDICES` and as a column."""
        return self.measure.name


def declared(tables: str, family: Family, measures: Sequence[Measure]) -> tuple[Index, ...]:
    """Indices that one function gives; `tables` are names with spaces between."""
    return tuple(Index(measure, tuple(tables.split()), family) for measure in measures)


OBSERVED_AS = {
    "theil_gdp_per_head_provinces": "theil_gdp_per_head",
    "theil_within_gdp_per_head_provinces": "theil_within",
    "sigma_gdp_per_head_provinces": "sigma_gdp_per_head",
    "theil_nqpf_places": "nqpf_theil",
    "gini_nqpf_places": "nqpf_gini",
}
"""What a family would give that is a measure of the nation: an index under the measure's name, declared there."""


def unobserved(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Those of a family's measures that the model does not observe under another name."""
    return tuple(m for m in measures if m.name not in OBSERVED_AS)


def library(module: str) -> Any:
    """A module of the optional libraries, loaded when an index needs it; InputError if it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as fault:
        raise InputError(f"{fault.name}: is not installed, and indices need it; pip install 'nqpf[analysis]'") from None
