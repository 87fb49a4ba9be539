"""What a run knows: fundamentals, fixed by the start, and the state that a quarter changes."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.agents.firms.columns import Firms
from nqpf.agents.firms.tracks import Tracks
from nqpf.model.growth import Sources
from nqpf.model.volumes import Basket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.markets.technology import SectorTechnology
    from nqpf.model.structure import Structure

_NESTED: dict[str, type[Any]] = {"firms": Firms, "tracks": Tracks, "basket": Basket, "sources": Sources}


@dataclass(frozen=True, slots=True)
class Fundamentals:
    """Found by the inversion of the start and never changed."""

    technology: SectorTechnology
    final_shares: Floats  # β, (n_sectors,)
    log_fundamental: Floats  # ln A_cs over agglomeration and firms, (n_places, n_sectors); −inf where nobody started
    wedge: Floats  # a, (n_places,): what keeps capital away from high returns
    amenity: Floats  # by skill, (2, n_places)
    moving_scale: float
    place_lead: Floats  # part of a cell's fundamental that is near the ceiling, (n_places · n_sectors,)
    structure: Structure
    reach: Floats  # access of the start's mean firm to its sector, (n_sectors,), 0 to 1
    price_weights: Floats  # of the numéraire, (n_places,)
    base_price: Floats  # final-price index at the start, (n_places,)
    foreign_productivity: Floats  # B of the rest of the world at the start, (n_sectors,)
    foreign_labour: float
    foreign_talent: float
    firms_wanted: int


@dataclass(slots=True)
class State:
    """All that the next quarter needs to know of the last one."""

    quarter: int
    labour: Ints  # residents, (n_places,)
    talent: Ints
    firms: Firms
    births_by_cell: Ints  # firms ever born, (n_places · n_sectors,)
    ownership: Floats  # units of capital, (home, host)
    sales: Floats  # (n_places + 1, n_sectors), current
    log_price_index: Floats  # the same shape
    rate: Floats  # net surplus per capital value, (n_places,)
    budget: Floats  # of cities, (n_places,)
    budget_room: Floats  # largest talent subsidy rate the last budget allows, (n_places,)
    public_capital: Floats  # units, (n_places,)
    targets: Bools  # sectors that places target, (n_places, n_sectors)
    effort: Floats  # of provinces to subsidise, (n_provinces,), 0 to 1
    province_volume: Floats  # real GDP of provinces when governments decided last, (n_provinces,)
    tracks: Tracks
    knowledge: Floats  # R&D stock, (n_places, n_sectors), CNY million
    externality: Floats  # log productivity that own-sector growth gave, (n_places, n_sectors)
    network: Floats  # joint projects, ageing, (n_places, n_places), symmetric
    mission_weight: Floats  # where mission money is spent, (n_places,), adds to one
    real_wage: Floats  # living value by skill, (2, n_places)
    basket: Basket
    gdp_volume: float
    absorption_volume: float
    sources: Sources = field(default_factory=Sources.none)  # of the last market's value added; nothing decides by them

    def arrays(self) -> dict[str, Any]:
        """The state as named arrays, for a checkpoint."""
        named: dict[str, Any] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name in _NESTED:
                named |= {f"{f.name}.{inner.name}": getattr(value, inner.name) for inner in fields(value)}
            else:
                named[f.name] = np.asarray(value)
        return named

    @classmethod
    def from_arrays(cls, named: Mapping[str, Any]) -> State:
        """The state back from its arrays."""
        values: dict[str, Any] = {}
        for f in fields(cls):
            if f.name in _NESTED:
                kind = _NESTED[f.name]
                values[f.name] = kind(**{g.name: np.array(named[f"{f.name}.{g.name}"]) for g in fields(kind)})
            else:
                value = np.array(named[f.name])
                values[f.name] = value.item() if value.ndim == 0 else value
        return cls(**values)
