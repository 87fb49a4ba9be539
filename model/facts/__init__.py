"""What is known before a run: places, provinces, regions, sectors, the start year, railways, lists of plans.

Tables are shipped in `model/data` and may be replaced one by one, so that another country can be modelled: nothing
here names a place. `schema` says what a column may hold, `tables` reads and checks one file, `load` checks them
against each other, `records` are what the rest of the model sees.
"""

from __future__ import annotations

from nqpf.model.facts.load import DATA, load_actual, load_facts
from nqpf.model.facts.records import (
    NEVER,
    Facts,
    Hubs,
    IndustryClusters,
    Places,
    Provinces,
    Regions,
    Sectors,
    StartYear,
)
from nqpf.model.facts.schema import SCHEMAS

__all__ = [
    "DATA",
    "NEVER",
    "SCHEMAS",
    "Facts",
    "Hubs",
    "IndustryClusters",
    "Places",
    "Provinces",
    "Regions",
    "Sectors",
    "StartYear",
    "load_actual",
    "load_facts",
]
