"""Whether the model still behaves as it did: results may be put together only if it does.

A small economy under every lever and every kind of shock, in which rare events are frequent, is run for some
quarters and its state is hashed. A comment, a new measure or a lever at its status quo leaves the fingerprint as it is;
a rule or a number that matters does not. Numbers are rounded to seven digits, far above the last bits in which
processors and libraries differ.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.economy import RegionalEconomy
from nqpf.model.rules import PolicyRule, Shock
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nqpf.agents.typing import Floats
    from nqpf.model.state import State

QUARTERS, FIRMS, SEED, DIGITS = 6, 4_000, 1, 7

_RULES: tuple[tuple[str, float | str, dict[str, str] | None], ...] = (
    ("collaboration_friction.within", 0.5, None),
    ("collaboration_friction.across", 0.6, {"macro_region": "east"}),
    ("mission_fund", 0.008, None),
    ("transport_gain.within", 0.2, None),
    ("transport_gain.across", 0.1, {"macro_region": "west"}),
    ("hukou_easing.labour", 0.5, None),
    ("hukou_easing.talent", 0.8, {"macro_region": "central"}),
    ("talent_subsidy", 0.2, {"province": "43"}),
    ("schooling", 1.5, {"macro_region": "west"}),
    ("equity_integration", 0.4, None),
    ("border_capital", 0.3, {"macro_region": "west"}),
    ("data_pool_scope", "nation", {"macro_region": "east"}),
    ("compute_share_west", 0.6, None),
    ("digital_intensity", 1.5, None),
    ("digital_allocation", "lagging", None),
    ("guidance_fund", 0.04, None),
    ("free_trade_zones", 0.2, None),
    ("hinterland_share", 0.3, None),
    ("targeting_rule", "related", {"macro_region": "east"}),
    ("targeting_rule", "complex", {"macro_region": "west"}),
    ("subsidy_cap", 0.04, None),
    ("protection", 0.2, {"macro_region": "central"}),
    ("transfer_equalisation", 0.7, None),
    ("pole_share", 0.8, None),
    ("switch_year", 1.0, None),
    ("land_tilt", 0.5, None),
)
_FREQUENT = {
    "parameters.migration.considering": "0.2",
    "parameters.research.imitation": "0.4",
    "parameters.research.adoption": "2",
    "parameters.research.attempts": "5",
    "parameters.firms.exit_rate": "0.08",
    "parameters.relocation.considering": "0.2",
}
"""What few firms would hardly ever do in so few quarters."""
_SHOCKS = (("supply", 0.2, "east"), ("foreign", 0.3, "east"), ("technology", 0.1, "west"))


def fingerprinted() -> Scenario:
    """The scenario whose run is hashed."""
    rules = [
        {"lever": lever, "value": value, "where": where, "ramp": 3 if lever == "equity_integration" else 0}
        for lever, value, where in _RULES
    ]
    shocks = [
        {"kind": kind, "size": size, "from": "2024Q3", "until": "2025Q1", "where": {"macro_region": region}}
        for kind, size, region in _SHOCKS
    ]
    often = Scenario.load("china", seed=SEED, firms=FIRMS, quarters=QUARTERS, settings=_FREQUENT)
    return often.model_copy(
        update={
            "policy": tuple(PolicyRule.model_validate(rule) for rule in rules),
            "shock": tuple(Shock.model_validate(shock) for shock in shocks),
        }
    )


@cache
def fingerprint() -> str:
    """SHA-256 of the state after the run, its first 16 digits."""
    economy = RegionalEconomy(fingerprinted())
    for _ in range(QUARTERS):
        economy.step()
    hashed = hashlib.sha256()
    for name, values in _of(economy.now).items():
        hashed.update(name.encode() + rounded(values))
    return hashed.hexdigest()[:16]


def _of(state: State) -> dict[str, NDArray[Any]]:
    """What is hashed: persons and tracks as they are, firms and the network put together by place."""
    n_places, n_sectors = state.targets.shape
    city, firms = state.firms.cell // n_sectors, state.firms

    def by_place(values: Floats) -> Floats:
        return np.bincount(city, values, n_places)

    return {
        "labour": state.labour,
        "talent": state.talent,
        "sales": state.sales,
        "firms": np.bincount(city, minlength=n_places),
        "capital": by_place(firms.capital),
        "log_productivity": by_place(firms.log_productivity),
        "data": by_place(firms.data),
        "public_capital": state.public_capital,
        "knowledge": state.knowledge,
        "network": state.network.sum(1),
        "gdp_volume": np.array([state.gdp_volume]),
        "track_sector": state.tracks.sector,
        "track_origin": state.tracks.origin,
        "track_ceiling": state.tracks.ceiling,
    }


def rounded(values: NDArray[Any]) -> bytes:
    """Numbers as text of so many digits; the same bytes for what differs by less."""
    if values.dtype.kind != "f":
        return values.astype(np.int64).tobytes()
    # Written by Python: its rounding is exact, and the same everywhere.
    return " ".join(f"{value:.{DIGITS - 1}e}" for value in values.ravel().tolist()).encode()
