"""The network layers over the places as friction matrices that levers change: trade, moving, capital."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.markets.capital import friction
from nqpf.model.markets.goods import TradeNetwork
from nqpf.model.people import moving_ease, with_scale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.facts import Facts
    from nqpf.model.geography import Geography
    from nqpf.model.parameters import Parameters, Trade
    from nqpf.model.state import Fundamentals

STATUS_QUO_PROTECTION = 0.5
"""Level of the lever `protection` at which the parameters' borders hold as written."""


def trade_network(
    trade: Trade,
    travel_minutes: Floats,
    province: Ints,
    protection: Floats,
    seaport: Bools,
    kinds: tuple[str, ...],
) -> TradeNetwork:
    """K = τ^{−θ} over places and, last, the rest of the world.

    τ_ij = (T_ij / 60)^ε · exp(provincial border + place border); abroad, a foreign factor and the way to the nearest
    seaport. Protection (n_places,) of the buyer's place makes all of the provincial border and a part of the place
    border. travel_minutes (n_places, n_places), province (n_places,), seaport (n_places,).
    """
    n = len(province)
    level = protection / STATUS_QUO_PROTECTION
    across = (province[:, None] != province) * level * trade.province_border
    leaving = (1 - np.eye(n)) * trade.place_border * (1 - trade.protected_share + trade.protected_share * level)
    log_time = trade.time_elasticity * np.log(travel_minutes / 60)
    to_port = travel_minutes[:, seaport].min(1) if seaport.any() else np.zeros(n)
    log_abroad = trade.time_elasticity * np.log1p(to_port / 60) + np.log(trade.foreign_cost)
    kernels = []
    for province_factor, place_factor, foreign_factor in (
        (1.0, 1.0, 1.0),
        (trade.services_province_factor, trade.services_place_factor, trade.services_foreign_factor),
    ):
        log_tau = np.zeros((n + 1, n + 1))
        log_tau[:n, :n] = log_time + province_factor * across + place_factor * leaving
        log_tau[:n, n] = log_tau[n, :n] = log_abroad + np.log(foreign_factor)
        kernels.append(np.exp(-trade.elasticity * log_tau))
    kind = np.array(kinds)
    return TradeNetwork(kernels[0], kernels[1], kind == "goods", kind == "services", kind == "local", trade.elasticity)


@dataclass(frozen=True, slots=True)
class Layers:
    """Frictions of a quarter."""

    trade: TradeNetwork
    moving: tuple[Floats, Floats]  # μ^−κ of labour and talent, (origin, destination)
    capital: Floats  # g, (home, host)


class Frictions:
    """Builds the layers of a quarter from its levers, and again only what has changed."""

    def __init__(self, facts: Facts, geography: Geography, parameters: Parameters, fundamentals: Fundamentals) -> None:
        self._facts = facts
        self._geography = geography
        self._parameters = parameters
        self._fundamentals = fundamentals
        self._built: dict[str, tuple[tuple[Floats, ...], Any]] = {}

    def at(self, quarter: int, levers: Mapping[str, Floats]) -> Layers:
        """Layers of a quarter under levers, (n_places,) each by name."""
        minutes = self._geography.travel_time(quarter, levers["transport_gain.within"], levers["transport_gain.across"])
        return Layers(
            trade=self._unless_same(self._trade, minutes, levers["protection"]),
            moving=self._unless_same(self._moving, levers["hukou_easing.labour"], levers["hukou_easing.talent"]),
            capital=self._unless_same(self._capital, levers["border_capital"], levers["equity_integration"]),
        )

    def _unless_same(self, build: Callable[..., Any], *arrays: Floats) -> Any:
        """What `build` gave for the very same arrays last time, or a new one."""
        known = self._built.get(build.__name__)
        if known is None or any(a is not b for a, b in zip(known[0], arrays, strict=True)):
            known = self._built[build.__name__] = (arrays, build(*arrays))
        return known[1]

    def _trade(self, minutes: Floats, protection: Floats) -> TradeNetwork:
        places = self._facts.places
        return trade_network(
            self._parameters.trade, minutes, places.province, protection, places.seaport, self._facts.sectors.kind
        )

    def _moving(self, labour: Floats, talent: Floats) -> tuple[Floats, Floats]:
        m, f = self._parameters.migration, self._fundamentals
        distance, province = self._geography.distance, self._facts.places.province
        powers = m.barrier_labour_power, m.barrier_talent_power
        eases = [
            with_scale(moving_ease(m, distance, province, f.barrier, power, easing), f.moving_scale, m.taste)
            for power, easing in zip(powers, (labour, talent), strict=True)
        ]
        return eases[0], eases[1]

    def _capital(self, border: Floats, equity: Floats) -> Floats:
        return friction(self._parameters.capital, self._geography.distance, self._facts.places.province, border, equity)
