"""Frictions between places: digital networks, trade, joint research, investment, moving; land that is scarce."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tables import Tables


def digital_intensity(t: Tables, levers: dict) -> list:
    """Digital intensity of each place: all alike, or as much in all but where it lags first."""
    start, scale = t.digital_start, levers["digital_intensity"]
    if levers["digital_allocation"][0] == "prorata":
        return [m * d for m, d in zip(scale, start, strict=True)]
    treated = [i for i in range(t.n) if scale[i] > 1]
    spent = sum(t.gdp_weight[i] * (scale[i] - 1) * start[i] for i in treated)
    level = _water_level([start[i] for i in treated], [t.gdp_weight[i] for i in treated], spent)
    return [max(start[i], level) if i in treated else start[i] for i in range(t.n)]


def _water_level(bottom: list, width: list, water: float) -> float:
    """Level at which water stands over bottoms of these heights and widths."""
    if not bottom:
        return 0.0
    order = sorted(range(len(bottom)), key=lambda i: bottom[i])
    for wet in range(1, len(order) + 1):
        under = order[:wet]
        level = (water + sum(width[i] * bottom[i] for i in under)) / sum(width[i] for i in under)
        if wet == len(order) or level <= bottom[order[wet]]:
            return level
    raise AssertionError


def log_trade_cost(t: Tables, quarter: int, levers: dict, minutes: list, gain: list, *, service: bool) -> list:
    """Logs of τ from each node to each, the rest of the world last; gain is the digital intensity gained."""
    r, n = t.p.trade, t.n
    log_tau = [[0.0] * (n + 1) for _ in range(n + 1)]
    for i in range(n):
        for j in range(n):
            level = levers["protection"][j] / 0.5
            log_tau[i][j] = r.time_elasticity * math.log(minutes[i][j] / 60)
            if t.other_province(i, j):
                log_tau[i][j] += level * r.province_border * (r.services_province_factor if service else 1)
            if i != j:
                border = r.place_border * (1 - r.protected_share + r.protected_share * level)
                log_tau[i][j] += border * (r.services_place_factor if service else 1)
                log_tau[i][j] -= r.digital_gain * (gain[i] + gain[j]) / 2
        cost = r.foreign_cost * (r.services_foreign_factor if service else 1)
        log_tau[i][n] = log_tau[n][i] = way_abroad(t, minutes[i]) + math.log(cost) - zone_depth(t, quarter, levers, i)
    return log_tau


def way_abroad(t: Tables, minutes: list) -> float:
    """Log cost of the way from a place to its best gate, at sea or on land."""
    r, ways = t.p.trade, []
    for gate in range(t.n):
        way = r.time_elasticity * math.log(1 + minutes[gate] / 60)
        if t.seaport[gate]:
            ways.append(way)
        if t.land_gate[gate]:
            ways.append(way + r.land_gate_cost)
    return min(ways, default=0.0)


def zone_depth(t: Tables, quarter: int, levers: dict, i: int) -> float:
    """Log cost of foreign trade that a free-trade zone saves a place."""
    return t.p.trade.zone_depth + levers["free_trade_zones"][i] if t.zone_opened[i] <= quarter else 0.0


def research_access(t: Tables, levers: dict, gain: list) -> list:
    """How much of what is known in one place reaches research in another, from 0 to 1."""
    access = [[1.0] * t.n for _ in range(t.n)]
    for i in range(t.n):
        for j in range(t.n):
            if i != j:
                lever = levers["collaboration_friction." + ("within" if t.same_cluster(i, j) else "across")]
                friction = (lever[i] + lever[j]) / 2
                friction *= math.exp(-t.p.collaboration.digital_gain * (gain[i] + gain[j]) / 2)
                far = t.distance[i][j] / t.p.research.spillover_range
                far += t.p.research.spillover_border if t.other_province(i, j) else 0.0
                access[i][j] = math.exp(-friction * far)
    return access


def with_network(t: Tables, access: list, network: list) -> list:
    """Access, better between places that have worked together."""
    pairs = [(i, j) for i in range(t.n) for j in range(t.n) if i != j]
    mean = sum(network[i][j] for i, j in pairs) / len(pairs)
    better = [row[:] for row in access]
    if mean > 0:
        for i, j in pairs:
            better[i][j] *= 1 + t.p.collaboration.network_gain * network[i][j] / (network[i][j] + mean)
    return better


def investment_friction(t: Tables, levers: dict, home: int, host: int) -> float:
    """Factor on what savers of a home invest in a host; 1 at home."""
    c = t.p.capital
    if home == host:
        return 1.0
    log_g = -c.distance * math.log(1 + t.distance[home][host] / 500) - c.home_bias
    if t.other_province(home, host):
        log_g -= c.province_border * levers["border_capital"][host]
    return math.exp(c.elasticity * (1 - levers["equity_integration"][host]) * log_g)


def moving_cost(t: Tables, home: int, there: int, power: float, easing: list) -> float:
    """Moving cost as a factor on the value of a place; staying costs nothing."""
    m = t.p.migration
    if home == there:
        return 1.0
    cost = t.moving_scale * max(t.distance[home][there], m.distance_floor) ** m.distance_elasticity
    if t.other_province(home, there):
        cost *= math.exp(m.province_border * (1 - 0.5 * easing[there]))
        cost *= t.barrier[there] ** (power * (1 - easing[there]))
    return cost


def land(t: Tables, levers: dict) -> list:
    """Land for building in each place, km²; what the hinterland gains in residents' terms the others lose."""
    inside = sum(u for u, p in zip(t.start_population, t.province, strict=True) if t.hinterland[p])
    outside = sum(t.start_population) - inside
    tilt = t.p.migration.land_tilt_scale * levers["land_tilt"][0]
    weights = []
    for i in range(t.n):
        if inside == 0 or outside == 0:
            weights.append(1.0)
        elif t.hinterland[t.province[i]]:
            weights.append(max(1 + tilt, 0.05))
        else:
            weights.append(max(1 - tilt * inside / outside, 0.05))
    return [area * weight for area, weight in zip(t.area, weights, strict=True)]
