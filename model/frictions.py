"""The network layers over the places as friction matrices that levers change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.exchange.collaboration import access_between
from nqpf.model.exchange.digital import programme
from nqpf.model.exchange.pools import data_network
from nqpf.model.levers import LEVERS
from nqpf.model.markets.capital import friction
from nqpf.model.markets.goods import TradeNetwork
from nqpf.model.people import land_quota, moving_ease, registration_barrier, with_scale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.exchange.pools import DataNetwork
    from nqpf.model.facts import Facts, Places
    from nqpf.model.geography import Geography
    from nqpf.model.parameters import Parameters, Trade
    from nqpf.model.structure import Structure

STATUS_QUO_PROTECTION = 0.5
"""Level of the lever `protection` at which the parameters' borders hold as written."""


def way_abroad(trade: Trade, travel_minutes: Floats, places: Places, zone_depth: Floats, lost: Floats) -> Floats:
    """Log cost of goods to and from the rest of the world, (n_places,).

    A foreign factor and the way to the nearest gate, land gates being dearer, less what a free-trade zone saves.
    zone_depth (n_places,), 0 without a zone; lost (n_places,) is the share of access k = τ^{−θ} that a shock takes.
    """
    ways = [np.zeros(len(places))]
    gates = ((places.seaport, 0.0), (places.land_gate, trade.land_gate_cost))
    found = [
        trade.time_elasticity * np.log1p(travel_minutes[:, gate].min(1) / 60) + extra
        for gate, extra in gates
        if gate.any()
    ]
    way = np.min(found or ways, axis=0)
    return np.asarray(way + np.log(trade.foreign_cost) - zone_depth - np.log1p(-lost) / trade.elasticity)


def trade_network(
    trade: Trade,
    travel_minutes: Floats,
    province: Ints,
    protection: Floats,
    log_abroad: Floats,
    kinds: tuple[str, ...],
    digital_gain: Floats | None = None,
) -> TradeNetwork:
    """K = τ^{−θ} over places and, last, the rest of the world.

    τ_ij = (T_ij / 60)^ε · exp(provincial border + place border − digital gain). Protection (n_places,) of the buyer's
    place makes all of the provincial border and a part of the place border; digital_gain (n_places,) is the intensity
    gained since the start, its mean over both ends counts. travel_minutes (n_places, n_places), log_abroad (n_places,).
    """
    n = len(province)
    level = protection / STATUS_QUO_PROTECTION
    across = (province[:, None] != province) * level * trade.province_border
    leaving = (1 - np.eye(n)) * trade.place_border * (1 - trade.protected_share + trade.protected_share * level)
    log_time = trade.time_elasticity * np.log(travel_minutes / 60)
    if digital_gain is not None:
        log_time = log_time - (1 - np.eye(n)) * trade.digital_gain * (digital_gain[:, None] + digital_gain) / 2
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
    digital: Floats  # intensity, (n_places,)
    data: DataNetwork
    access: Floats  # to knowledge elsewhere, (n_places, n_places), 1 at home
    land: Floats  # under the quota, (n_places,), km²


class Frictions:
    """Builds the layers of a quarter from its levers, and again only what has changed."""

    def __init__(
        self,
        facts: Facts,
        geography: Geography,
        parameters: Parameters,
        structure: Structure,
        moving_scale: float = 1.0,
    ) -> None:
        self._facts = facts
        self._geography = geography
        self._parameters = parameters
        self._structure = structure
        self._moving_scale = moving_scale
        self._barrier = registration_barrier(parameters.migration, facts.places)
        self._built: dict[str, tuple[tuple[Any, ...], Any]] = {}
        self._kept: dict[str, Bools] = {}

    def at(self, quarter: int, levers: Mapping[str, Floats], foreign_loss: Floats) -> Layers:
        """Layers of a quarter under levers, (n_places,) each by name, and a foreign shock, (n_places,)."""
        minutes = self._geography.travel_time(quarter, levers["transport_gain.within"], levers["transport_gain.across"])
        zone = self._unless_equal("zone", self._facts.places.zone_opened <= quarter)
        digital = self._unless_same(self._digital, levers["digital_intensity"], levers["digital_allocation"])
        abroad = self._unless_same(self._abroad, minutes, zone, levers["free_trade_zones"], foreign_loss)
        friction_within, friction_across = (levers[f"collaboration_friction.{w}"] for w in ("within", "across"))
        return Layers(
            trade=self._unless_same(self._trade, minutes, levers["protection"], abroad, digital),
            moving=self._unless_same(self._moving, levers["hukou_easing.labour"], levers["hukou_easing.talent"]),
            capital=self._unless_same(self._capital, levers["border_capital"], levers["equity_integration"]),
            digital=digital,
            data=self._unless_same(self._data, levers["data_pool_scope"], digital),
            access=self._unless_same(self._access, friction_within, friction_across, digital),
            land=self._unless_same(self._land, levers["land_tilt"]),
        )

    def _unless_equal(self, name: str, array: Bools) -> Bools:
        """The array kept under a name if it equals this one, so that `is` tells whether anything changed."""
        known = self._kept.get(name)
        if known is None or not np.array_equal(known, array):
            self._kept[name] = array
        return self._kept[name]

    def _unless_same(self, build: Callable[..., Any], *arrays: Any) -> Any:
        """What `build` gave for the very same arrays last time, or a new one."""
        known = self._built.get(build.__name__)
        if known is None or any(a is not b for a, b in zip(known[0], arrays, strict=True)):
            known = self._built[build.__name__] = (arrays, build(*arrays))
        return known[1]

    def _digital(self, multiple: Floats, allocation: Ints) -> Floats:
        s = self._structure
        lagging = allocation[0] == LEVERS["digital_allocation"].encode("lagging")
        return programme(s.digital, multiple, s.gdp_weight, lagging=bool(lagging))

    def _gained(self, digital: Floats) -> Floats:
        return digital - self._structure.digital

    def _abroad(self, minutes: Floats, zone: Bools, deepened: Floats, lost: Floats) -> Floats:
        trade = self._parameters.trade
        return way_abroad(trade, minutes, self._facts.places, zone * (trade.zone_depth + deepened), lost)

    def _trade(self, minutes: Floats, protection: Floats, abroad: Floats, digital: Floats) -> TradeNetwork:
        facts = self._facts
        gained = self._gained(digital)
        return trade_network(
            self._parameters.trade, minutes, facts.places.province, protection, abroad, facts.sectors.kind, gained
        )

    def _data(self, scope: Ints, digital: Floats) -> DataNetwork:
        facts = self._facts
        return data_network(
            self._parameters.data,
            scope,
            facts.places.province,
            facts.regions.cluster,
            self._geography.distance,
            digital,
        )

    def _access(self, within: Floats, across: Floats, digital: Floats) -> Floats:
        p, facts = self._parameters, self._facts
        province, cluster = facts.places.province, facts.regions.cluster
        distance, gained = self._geography.distance, self._gained(digital)
        return access_between(p.research, p.collaboration, distance, province, cluster, (within, across), gained)

    def _land(self, tilt: Floats) -> Floats:
        scale, hinterland = self._parameters.migration.land_tilt_scale, self._structure.hinterland
        return land_quota(scale, float(tilt[0]), self._facts.places.area_km2, hinterland, self._facts.start.population)

    def _moving(self, labour: Floats, talent: Floats) -> tuple[Floats, Floats]:
        m = self._parameters.migration
        distance, province = self._geography.distance, self._facts.places.province
        powers = m.barrier_labour_power, m.barrier_talent_power
        eases = [
            with_scale(moving_ease(m, distance, province, self._barrier, power, easing), self._moving_scale, m.taste)
            for power, easing in zip(powers, (labour, talent), strict=True)
        ]
        return eases[0], eases[1]

    def _capital(self, border: Floats, equity: Floats) -> Floats:
        return friction(self._parameters.capital, self._geography.distance, self._facts.places.province, border, equity)
