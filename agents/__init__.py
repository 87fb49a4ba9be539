"""Who decides, and how: firms, cities, governments, city clusters."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nqpf.agents.cities import City
    from nqpf.agents.clusters import CityCluster
    from nqpf.agents.governments import CentralGovernment, RegionalGovernment
    from nqpf.agents.population import Firm

__all__ = ["CentralGovernment", "City", "CityCluster", "Firm", "RegionalGovernment"]

_HOME = {
    "Firm": "nqpf.agents.population",
    "City": "nqpf.agents.cities",
    "RegionalGovernment": "nqpf.agents.governments",
    "CentralGovernment": "nqpf.agents.governments",
    "CityCluster": "nqpf.agents.clusters",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that the command's help and a table's reader stay light.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
