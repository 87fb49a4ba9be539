"""What the rest of the model sees of the tables; arrays are read-only, so that models may share them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from nqpf.agents.typing import Bools, Floats, Ints


NEVER = 10**9
"""Quarter number of what does not happen."""


class _ReadOnly:
    """Locks the arrays of a record."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Places(_ReadOnly):
    """Every place, ordered by code; a column has shape (n_places,)."""

    code: tuple[str, ...]
    name_en: tuple[str, ...]
    name_zh: tuple[str, ...]
    province: Ints  # position among the provinces
    tier: tuple[str, ...]
    latitude: Floats  # degrees, WGS84
    longitude: Floats
    area_km2: Floats
    universities: Floats
    seaport: Bools
    land_gate: Bools  # a border crossing on land
    zone_opened: Ints  # first quarter in which an area of a free-trade zone is open here, NEVER if none

    def __len__(self) -> int:
        return len(self.code)

    def index(self, code: str) -> int:
        """Position of a place; KeyError if there is none."""
        try:
            return self.code.index(code)
        except ValueError:
            raise KeyError(code) from None


@dataclass(frozen=True, slots=True)
class Provinces(_ReadOnly):
    """Every province, ordered by code; a column has shape (n_provinces,)."""

    code: tuple[str, ...]
    name_en: tuple[str, ...]
    name_zh: tuple[str, ...]
    macro_region: tuple[str, ...]  # region id
    capital: Ints  # position of its capital among the places
    hinterland: Bools  # strategic hinterland of the plan

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True, slots=True)
class Regions(_ReadOnly):
    """Every region of every level: the nation first, provinces in the order of `Provinces`."""

    id: tuple[str, ...]
    level: tuple[str, ...]
    name_en: tuple[str, ...]
    name_zh: tuple[str, ...]
    tier_plan: tuple[str, ...]  # the plan's tier of a cluster, else empty
    state_council: Bools  # (n_regions,) cluster approved by the State Council
    member: Bools  # (n_regions, n_places)
    partial: Bools  # (n_regions, n_places) the plan takes in only a part of the place
    cluster: Ints  # (n_places,) position of the primary cluster in of_level("cluster"), −1 if none

    def __len__(self) -> int:
        return len(self.id)

    def index(self, region: str) -> int:
        """Position of a region; KeyError if there is none."""
        try:
            return self.id.index(region)
        except ValueError:
            raise KeyError(region) from None

    def of_level(self, level: str) -> Ints:
        """Positions of a level's regions, in table order."""
        return np.array([row for row, this in enumerate(self.level) if this == level], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Sectors(_ReadOnly):
    """Every sector, in table order, the local one last; a column has shape (n_sectors,)."""

    id: tuple[str, ...]
    name_en: tuple[str, ...]
    name_zh: tuple[str, ...]
    value_added_share: Floats  # γ, of gross output
    gdp_share: Floats  # adds to one
    skill_share: Floats  # of the wage bill that goes to talent
    rd_share: Floats  # R&D, of gross output
    digital: Floats  # IT hardware and digital services a unit of output requires, directly and by way of inputs; > 0
    broad_parts: Floats  # (n_sectors, 3) of a sector that is primary, secondary, tertiary industry; rows add to one
    final_demand: Floats  # CNY million a year of the table's year: households, government, investment; ≥ 0
    strategic: Bools
    kind: tuple[str, ...]  # goods, services, local
    input_shares: Floats  # (n_sectors, n_sectors) of a user's (column's) inputs by supplier (row); columns add to one

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class StartYear(_ReadOnly):
    """State at the end of the year before the start; a column has shape (n_places,)."""

    population: Ints  # persons
    talent_share: Floats  # of residents
    gdp: Floats  # CNY million a year, 2020 prices
    primary_share: Floats  # of value added; the three add to one
    secondary_share: Floats
    tertiary_share: Floats
    it_employment_share: Floats  # of the employed
    capital: Floats  # CNY million, 2020 prices
    birth_rate: Floats  # a person and year
    death_rate: Floats
    net_migration_rate: Floats
    flags: tuple[str, ...]  # `column:rule` for each estimated value, semicolons between


@dataclass(frozen=True, slots=True)
class Hubs(_ReadOnly):
    """Data-centre clusters, a row for each city of each, in table order; a column has shape (n_rows,), n_rows ≥ 0."""

    id: tuple[str, ...]  # of the cluster
    city: Ints  # place
    weight: Floats  # part of the cluster's capacity in this city; a cluster's add to one
    opened: Ints  # first quarter, as a number
    west: Bools

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class IndustryClusters(_ReadOnly):
    """Advanced-manufacturing clusters, a row for each city of each, in table order; shapes (n_rows,), n_rows ≥ 0."""

    city: Ints  # place
    sector: Ints  # position among the sectors
    since: Ints  # first quarter, as a number

    def __len__(self) -> int:
        return len(self.city)


@dataclass(frozen=True, slots=True)
class Facts:
    """All a model is built from."""

    places: Places
    provinces: Provinces
    regions: Regions
    sectors: Sectors
    start: StartYear
    hubs: Hubs
    industry_clusters: IndustryClusters
    rail_edges: pd.DataFrame  # columns of the table; codes as text
    rail_times: pd.DataFrame
    digest: str  # sha256 of the tables used
