"""Synthetic economies for tests: small countries with facts of their own, and bare markets for the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import nqpf.model.economy as economy_module
import nqpf.model.start as start_module
from nqpf.agents.firms.columns import Firms
from nqpf.model.equilibrium import Market
from nqpf.model.exchange.pools import DataTrade
from nqpf.model.facts import (
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
from nqpf.model.markets.goods import TradeNetwork
from nqpf.model.markets.incomes import Distribution
from nqpf.model.markets.technology import SectorTechnology
from nqpf.model.parameters import Income, Parameters
from nqpf.model.scenario import Scenario

KINDS = ("goods", "goods", "services", "local")
EARLY = 2013 * 4
"""Quarter number long before any run starts."""


def country(seed: int = 3) -> Facts:
    """Six cities in two provinces, four sectors; few enough people that every binomial is summed term by term."""
    rng = np.random.default_rng(seed)
    n = 6
    code = tuple(f"{p}0{c}00" for p in (11, 12) for c in (1, 2, 3))
    name = tuple(f"City {i}" for i in range(n))
    places = Places(
        code=code,
        name_en=name,
        name_zh=name,
        province=np.array([0, 0, 0, 1, 1, 1]),
        tier=("municipality", "prefecture", "prefecture", "sub_provincial", "prefecture", "prefecture"),
        latitude=np.array([30.0, 30.5, 32.0, 33.0, 35.0, 34.2]),
        longitude=np.array([114.0, 116.0, 113.0, 110.0, 109.0, 112.5]),
        area_km2=np.array([8.0, 20.0, 15.0, 12.0, 40.0, 25.0]),
        universities=np.array([3.0, 0, 1, 2, 0, 0]),
        seaport=np.array([False, True, False, False, False, False]),
        land_gate=np.array([False, False, False, False, True, False]),
        zone_opened=np.array([NEVER, EARLY, NEVER, NEVER, 2024 * 4 + 1, NEVER]),
    )
    province = ("11", "12")
    regions = Regions(
        id=("CN", "east", "west", *province, "delta"),
        level=("nation", "macro_region", "macro_region", "province", "province", "cluster"),
        name_en=("Nation", "East", "West", "First", "Second", "Delta"),
        name_zh=("全国", "东", "西", "甲", "乙", "群"),
        tier_plan=("",) * 6,
        state_council=np.array([False] * 6),
        member=np.array(
            [
                [1] * 6,
                [1, 1, 1, 0, 0, 0],
                [0, 0, 0, 1, 1, 1],
                [1, 1, 1, 0, 0, 0],
                [0, 0, 0, 1, 1, 1],
                [1, 1, 0, 1, 0, 0],
            ],
            dtype=bool,
        ),
        partial=np.zeros((6, n), dtype=bool),
        cluster=np.array([0, 0, -1, 0, -1, -1]),
    )
    sectors = Sectors(
        id=("raw", "machines", "software", "local"),
        name_en=("Raw", "Machines", "Software", "Local"),
        name_zh=("原料", "机器", "软件", "本地"),
        value_added_share=np.array([0.45, 0.30, 0.60, 0.50]),
        gdp_share=np.array([0.15, 0.30, 0.12, 0.43]),
        skill_share=np.array([0.10, 0.25, 0.60, 0.30]),
        rd_share=np.array([0.002, 0.02, 0.03, 0.0]),
        digital=np.array([0.05, 0.2, 0.5, 0.1]),
        broad_parts=np.array([[0.6, 0.4, 0], [0, 1.0, 0], [0, 0, 1.0], [0, 0.3, 0.7]]),
        final_demand=np.array([1.0, 2.5, 0.8, 4.0]) * 1e5,
        strategic=np.array([False, True, True, False]),
        kind=KINDS,
        input_shares=np.array(
            [[0.40, 0.25, 0.05, 0.20], [0.30, 0.50, 0.25, 0.35], [0.05, 0.10, 0.40, 0.15], [0.25, 0.15, 0.30, 0.30]]
        ),
    )
    population = np.array([3300, 2600, 1900, 2900, 1500, 2100])
    share = rng.dirichlet((20, 80, 100), n)
    start = StartYear(
        population=population,
        talent_share=np.array([0.30, 0.15, 0.12, 0.25, 0.10, 0.14]),
        gdp=population * np.array([1.2, 0.9, 0.6, 0.8, 0.5, 0.45]),
        primary_share=share[:, 0],
        secondary_share=share[:, 1],
        tertiary_share=1 - share[:, 0] - share[:, 1],
        it_employment_share=np.array([0.05, 0.02, 0.01, 0.03, 0.01, 0.012]),
        capital=population * np.array([3.0, 2.4, 1.7, 2.2, 1.8, 1.3]),
        birth_rate=rng.uniform(0.006, 0.014, n),
        death_rate=rng.uniform(0.005, 0.009, n),
        net_migration_rate=np.array([0.006, 0.001, -0.004, 0.003, -0.005, -0.003]),
        flags=("",) * n,
    )
    return Facts(
        places=places,
        provinces=Provinces(
            code=province,
            name_en=("First", "Second"),
            name_zh=("甲", "乙"),
            macro_region=("east", "west"),
            capital=np.array([0, 3]),
            hinterland=np.array([False, True]),
        ),
        regions=regions,
        sectors=sectors,
        start=start,
        hubs=Hubs(
            id=("near", "far"),
            city=np.array([2, 5]),
            weight=np.array([1.0, 1.0]),
            opened=np.array([EARLY, EARLY]),
            west=np.array([False, True]),
        ),
        industry_clusters=IndustryClusters(
            city=np.array([0, 3]), sector=np.array([1, 1]), since=np.array([EARLY, 2024 * 4 + 1])
        ),
        rail_edges=pd.DataFrame(
            {
                "line": ["L1"],
                "origin": ["110100"],
                "destination": ["120100"],
                "opened": ["2024-06"],
                "speed_kmh": [300.0],
                "distance_km": [505.0],
                "high_speed": [1],
            }
        ),
        rail_times=pd.DataFrame(
            columns=["origin", "destination", "high_speed_2016", "high_speed_2021", "conventional_2021"]
        ),
        digest="synthetic",
    )


def small_scenario(*, seed: int | None = None, firms: int = 64, **changes) -> Scenario:
    """The scenario `china` with changes; its firms are fewer than a scenario may ask for."""
    scenario = Scenario.load("china")
    return scenario.model_copy(update={"seed": scenario.seed if seed is None else seed, "firms": firms, **changes})


def inverted(facts: Facts, parameters: Parameters, start: str = "2024Q1", *, seed: int = 7, firms: int = 64):
    """Geography and start of these facts at the status quo of every lever; `start` is the first quarter."""
    return start_module.inverted(small_scenario(seed=seed, firms=firms, parameters=parameters, start=start), facts)


def small_economy(
    facts: Facts,
    *,
    parameters: Parameters | None = None,
    firms: int = 64,
    policy=(),
    shock=(),
    demography="census",
    state=None,
):
    """A `RegionalEconomy` of these facts, with policy rules and shocks; it goes on from `state` if given."""
    scenario = small_scenario(
        firms=firms,
        parameters=parameters or Parameters(),
        policy=tuple(policy),
        shock=tuple(shock),
        demography=demography,
    )
    base = facts, *start_module.inverted(scenario, facts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(economy_module, "base_quarter", lambda _: base)
        if state is not None:
            return economy_module.RegionalEconomy.from_state(scenario, state)
        return economy_module.RegionalEconomy(scenario)


def firms(cell, **columns) -> Firms:
    """Firms in these cells, ids in their order, all columns alike but for those given."""
    cell = np.array(cell, dtype=np.int64)
    n = len(cell)
    plain = {
        "id": np.arange(n),
        "cell": cell,
        "age": np.full(n, 8),
        "log_productivity": np.zeros(n),
        "capital": np.ones(n),
        "sales": np.ones(n),
        "labour": np.ones(n),
        "talent": np.ones(n),
        "data": np.ones(n),
        "performance": np.zeros(n),
        "track": np.zeros(n, np.int64),
    }
    return Firms(**(plain | {name: np.array(values) for name, values in columns.items()}))


def plain_distribution(sectors: SectorTechnology, n: int = 3, **changes) -> Distribution:
    """A `Distribution` over n places of one province; without changes tax only comes back as transfers."""
    alike = np.full(n, 1 / n)
    values = {
        "technology": sectors,
        "income": Income(development_share=0.0),
        "equalisation": 0.4,
        "mission_rate": 0.0,
        "mission_weight": alike,
        "development_weight": alike,
        "province": np.zeros(n, np.int64),
        "population": np.full(n, 100.0),
        "ownership": np.eye(n),
        "destinations": np.eye(n),
        "talent_subsidy": np.zeros(n),
        "industry_subsidy": np.zeros((n, len(sectors.skill_share))),
        "fund_share": np.zeros(n),
        "data": no_data_trade(n),
    }
    return Distribution(**(values | changes))


def no_data_trade(n: int) -> DataTrade:
    """Everybody uses only own data."""
    return DataTrade(pool=np.ones(n), payment_rate=np.zeros(n), exchange_cost=np.ones(n), providers=np.zeros((n, n)))


def technology(
    value_added_share=(0.5, 0.3, 0.6, 0.4), kinds=KINDS, skill_share=None, research_share=None, input_shares=None
) -> SectorTechnology:
    """Sectors of given value-added shares and kinds, for a bare market."""
    gamma = np.array(value_added_share, dtype=float)
    n = len(gamma)
    kind = np.array(kinds)
    rng = np.random.default_rng(5)
    return SectorTechnology(
        value_added_share=gamma,
        skill_share=np.linspace(0.15, 0.45, n) if skill_share is None else np.array(skill_share, dtype=float),
        input_shares=rng.dirichlet(np.ones(n), n).T if input_shares is None else np.array(input_shares, dtype=float),
        research_share=np.zeros(n) if research_share is None else np.array(research_share, dtype=float),
        local=kind == "local",
        services=kind == "services",
        own_data=np.full(n, 0.009),
        pool_data=np.full(n, 0.009),
        compute_data=np.full(n, 0.009),
        labour_exponent=0.602,
        variety_elasticity=5.0,
    )


def network(tau, kinds=KINDS, theta: float = 4.0, services_power: float = 1.3) -> TradeNetwork:
    """Accessibility τ^−θ for goods, and the same of a larger τ for services."""
    log_tau = np.log(np.array(tau, dtype=float))
    kind = np.array(kinds)
    return TradeNetwork(
        np.exp(-theta * log_tau),
        np.exp(-theta * services_power * log_tau),
        kind == "goods",
        kind == "services",
        kind == "local",
        theta,
    )


def scattered_tau(n: int, seed: int = 1):
    """Symmetric trade costs of places thrown on a square, 1 at home."""
    xy = np.random.default_rng(seed).uniform(size=(n, 2))
    distance = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
    return np.exp(0.9 * distance + 0.2 * (1 - np.eye(n)))


@dataclass(frozen=True)
class OwnSpending:
    """Every node spends its value added by the shares β, and buys its inputs."""

    technology: SectorTechnology
    final_shares: np.ndarray

    def __call__(self, sales):
        """Spending, linear in sales, of the same total."""
        t = self.technology
        return np.outer(sales @ t.value_added_share, self.final_shares) + sales @ t.input_requirements.T


def bare_market(
    n: int = 8, seed: int = 2, *, tau=None, sectors: SectorTechnology | None = None, empty: float = 0.0
) -> Market:
    """A closed market of n cities of unlike productivity and size; a part `empty` of tradable cells has no seller."""
    rng = np.random.default_rng(seed)
    t = technology() if sectors is None else sectors
    kinds = np.where(t.local, "local", np.where(t.services, "services", "goods"))
    shape = n, len(t.skill_share)
    productivity = np.exp(rng.normal(0, 0.4, shape))
    gone = (rng.uniform(size=shape) < empty) & ~t.local
    gone[0] = False  # somebody sells everything,
    gone[np.arange(n), rng.integers((~t.local).sum(), size=n)] = False  # and everybody has something to pay with
    productivity[gone] = 0.0
    labour = np.exp(rng.normal(4, 0.8, n))
    return Market(
        t,
        network(scattered_tau(n) if tau is None else tau, tuple(kinds)),
        productivity,
        labour,
        0.3 * labour * np.exp(rng.normal(0, 0.3, n)),
        OwnSpending(t, rng.dirichlet(np.full(shape[1], 5.0))),
    )
