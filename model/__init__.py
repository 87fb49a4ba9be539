"""Where agents meet, quarter by quarter: markets, movements, accounts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nqpf.agents.cities import City
    from nqpf.agents.clusters import CityCluster
    from nqpf.agents.governments import CentralGovernment, RegionalGovernment
    from nqpf.agents.population import Firm
    from nqpf.model.economy import RegionalEconomy
    from nqpf.model.scenario import Scenario

__all__ = ["CentralGovernment", "City", "CityCluster", "Firm", "RegionalEconomy", "RegionalGovernment", "Scenario"]

_HOME = {
    "RegionalEconomy": "nqpf.model.economy",
    "Scenario": "nqpf.model.scenario",
    "City": "nqpf.agents.cities",
    "CityCluster": "nqpf.agents.clusters",
    "Firm": "nqpf.agents.population",
    "RegionalGovernment": "nqpf.agents.governments",
    "CentralGovernment": "nqpf.agents.governments",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that the command's help and a table's reader stay light.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
