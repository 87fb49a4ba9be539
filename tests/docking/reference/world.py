"""What the reference knows: draws, an index number, firms, a world that stays and a nation that changes."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field

from scipy import stats

_MASK = (1 << 64) - 1


def uniform(seed: int, decision: str, quarter: int, entity: int) -> float:
    """SplitMix64's output function applied twice to key + id · golden gamma, as a number on (0, 1)."""
    key = hashlib.blake2b(f"{seed}/{decision}/{quarter}".encode(), digest_size=8).digest()
    z = (int.from_bytes(key, "little") + entity * 0x9E3779B97F4A7C15) & _MASK
    for _ in range(2):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        z ^= z >> 31
    return min(((z >> 11) + 0.5) / 2**53, 1 - 2.0**-53)


def binomial(n: int, p: float, u: float) -> int:
    """Smallest count whose cumulative probability reaches u."""
    return int(stats.binom.ppf(u, n, p)) if n > 0 else 0


def fisher(value_0, value_1, quantity_0, quantity_1) -> float:
    """Fisher index of the goods present in both quarters: the root of Laspeyres times Paasche."""
    base = current = laspeyres = paasche = 0.0
    for v_0, v_1, q_0, q_1 in zip(value_0, value_1, quantity_0, quantity_1, strict=True):
        if v_0 > 0 and v_1 > 0:
            base += v_0
            laspeyres += v_0 * q_1 / q_0
            current += v_1
            paasche += v_1 * q_0 / q_1
    return math.sqrt(laspeyres / base * current / paasche)


@dataclass
class Firm:
    """A firm and all that is its own."""

    id: int
    city: int
    sector: int
    age: int
    log_a: float
    capital: float
    sales: float = 0.0
    labour: float = 0.0
    talent: float = 0.0
    share: float = 0.0  # of its cell


@dataclass
class World:
    """What no quarter changes, as lists; `p` holds the parameters."""

    p: object
    seed: int
    first_quarter: int
    province: list
    area: list
    universities: list
    seaport: list
    birth_rate: list
    death_rate: list
    distance: list
    kinds: list
    gamma: list
    skill: list
    inputs: list  # supplier, user
    research: list
    beta: list
    log_fundamental: list
    wedge: list
    amenity: list
    moving_scale: float
    barrier: list
    ceiling: list
    lead: list
    price_weights: list
    base_price: list
    foreign_b: list
    foreign_labour: float
    foreign_talent: float
    firms_wanted: int

    def __post_init__(self) -> None:
        """Derived numbers."""
        t = self.p.technology
        self.n = len(self.province)
        self.sectors = len(self.gamma)
        self.eta = 1 - t.capital_share - t.data_share
        self.rho = 1 - 1 / t.variety_elasticity
        self.kappa = self.rho / (1 - self.rho * self.eta)


@dataclass
class Nation:
    """The state that a quarter hands to the next."""

    quarter: int
    labour: list
    talent: list
    firms: list
    births_by_cell: list
    ownership: list  # home, host
    sales: list
    rate: list
    budget_room: list
    real_wage: list  # skill, place
    value: list
    quantity: list
    final: list
    final_price: list
    gdp_volume: float
    absorption_volume: float
    seen: dict = field(default_factory=dict)  # what happened in the quarter, by name
