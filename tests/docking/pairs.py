"""The fast engine and the plain reference from one start, under one scenario: adapters, and scenarios at random."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import nqpf.model.economy as economy_module
from nqpf.model.initial.mix import start_mix
from nqpf.model.levers import LEVERS
from nqpf.model.parameters import Parameters
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.model.rules import SHOCKS, PolicyRule, Shock
from nqpf.model.scenario import Scenario
from nqpf.model.start import inverted

FIRMS = 300
QUARTERS = 12
FIRST = parse_quarter("2024Q1")


def lively() -> Parameters:
    """Parameters at which something happens in every process of twelve quarters, and limits bind for some."""
    values = Parameters().model_dump()
    values["technology"] |= {"love_of_variety": 0.3, "cluster_externality": 0.1, "area_externality": 0.05}
    values["technology"] |= {"public_capital_elasticity": 0.05}
    values["income"] |= {"tax": 0.02, "development_share": 0.5}
    values["migration"]["considering"] = 0.06
    values["data"] |= {"price": 0.8, "ageing": 0.1, "hub_share": 0.6}
    values["collaboration"] |= {"rate": 0.6, "network_gain": 1.5, "ageing": 0.1}
    values["research"] |= {"hazard": 0.5, "effort_cap": 2.0, "spillover_cap": 1.2, "ceiling": 1.3, "imitation": 0.3}
    values["research"] |= {"adoption": 0.8, "top_share": 0.4, "attempts": 1.5, "breakthrough": 0.6, "variety_gain": 8.0}
    values["firms"] |= {"exit_rate": 0.15, "entrant_size": 0.6, "exit_return_elasticity": 2.0, "memory": 0.5}
    values["firms"]["exit_size_elasticity"] = 1.5
    values["relocation"] |= {"considering": 0.4, "fixed_cost": 0.2, "distance_cost": 0.5}
    values["governments"] |= {"adaptation": 10.0, "subsidy_room": 0.3, "highest_subsidy": 0.1}
    return Parameters.model_validate(values)


def baseline() -> dict:
    """No rule and no shock."""
    return {"policy": (), "shock": (), "demography": "census"}


def at_random(seed: int, facts) -> dict:
    """Rules over nearly all levers and shocks of every kind, in places and times drawn with a seed."""
    rng = np.random.default_rng(seed)
    rules = []
    for leaf, lever in LEVERS.items():
        for _ in range(rng.choice(3, p=(0.15, 0.55, 0.3))):
            window, ramp = _window(rng, facts, lever.places), int(rng.integers(0, 6))
            at_once = lever.kind == "choice" or lever.nullable
            if at_once:
                window.pop("until", None)  # what is chosen once a year, or in some years' time, has to last
                if rng.uniform() < 0.5:
                    window.pop("where", None)
            steps = {} if at_once else {"ramp": ramp}
            rules.append(PolicyRule(lever=leaf, value=_value(rng, lever), **steps, **window))
    shocks = [
        Shock(
            kind=kind, size=float(rng.uniform(0.05, 0.4)), **_window(rng, facts, ("province", "macro_region", "city"))
        )
        for kind in SHOCKS
        for _ in range(2)
    ]
    return {"policy": tuple(rules), "shock": tuple(shocks), "demography": "frozen" if seed % 3 == 0 else "census"}


def _value(rng, lever):
    if lever.kind == "choice":
        return str(rng.choice(lever.values))
    if lever.nullable:
        return None if rng.uniform() < 0.2 else float(rng.integers(0, 3))
    return float(rng.uniform(lever.low, lever.high))


def _window(rng, facts, levels) -> dict:
    """Some quarters, and some places of one level or all."""
    first, last = np.sort(rng.integers(0, QUARTERS, 2))
    window = {"from": format_quarter(FIRST + int(first)), "until": format_quarter(FIRST + int(last))}
    if rng.uniform() < 0.3:
        window = {}
    level = str(rng.choice(levels))
    if level != "nation":
        ids = facts.places.code if level == "city" else _regions(facts, level)
        chosen = rng.choice(ids, size=min(len(ids), int(rng.integers(1, 6))), replace=False)
        window["where"] = {level: tuple(map(str, chosen))}
    return window


def _regions(facts, level):
    return [facts.regions.id[row] for row in facts.regions.of_level(level)]


def fast_economy(facts, rules: dict, start=None):
    """A `RegionalEconomy` of these facts under rules, and the start it shares with others of the same facts."""
    changes = {"parameters": lively(), "firms": FIRMS, **rules}
    scenario = Scenario.load("china").model_copy(update=changes)
    start = start or (facts, *inverted(scenario, facts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(economy_module, "base_quarter", lambda _: start)
        return economy_module.RegionalEconomy(scenario), start


def shake(economy) -> None:
    """Move the start far from rest: places with far too much and far too little capital, a sector nobody knows."""
    state = economy._state
    for place, factor in ((14, 12.0), (20, 1 / 12)):
        state.ownership[:, place] *= factor
        here = state.firms.cell // economy.n_sectors == place
        state.firms.capital[here] *= factor
    state.knowledge[:, economy.fundamentals.structure.components[0, 0]] = 0.0


class PlainSchedule:
    """The engine's schedule and travel times as lists; choices by name."""

    def __init__(self, economy) -> None:
        # One of its own: it gives the very same array when nothing has changed, and the engine relies on that.
        self.schedule = type(economy.schedule)(economy.scenario, economy.facts)
        self.geography = economy.geography

    def levers(self, quarter: int) -> dict:
        """Every lever's value by place."""
        return {
            leaf: [LEVERS[leaf].values[x] for x in values] if LEVERS[leaf].kind == "choice" else values.tolist()
            for leaf, values in self.schedule.at(quarter).items()
        }

    def shock(self, kind: str, quarter: int) -> list:
        """What shocks of a kind take in each place."""
        return self.schedule.shock(kind, quarter).tolist()

    def minutes(self, quarter: int, levers: dict) -> list:
        """Travel times of the quarter."""
        gains = (np.array(levers[f"transport_gain.{part}"]) for part in ("within", "across"))
        return self.geography.travel_time(quarter, *gains).tolist()


def plain_tables(reference, economy):
    """The economy's unchanging numbers as the reference's lists."""
    f, facts, p = economy.fundamentals, economy.facts, economy.parameters
    places, provinces, sectors, start = facts.places, facts.provinces, facts.sectors, facts.start
    regions, n = facts.regions, len(facts.places)
    m = p.migration
    barrier = {"municipality": m.barrier_municipality} | dict.fromkeys(
        ("sub_provincial_capital", "sub_provincial"), m.barrier_large
    )
    return reference.Tables(
        p=p,
        seed=economy.scenario.seed,
        first_quarter=economy.first_quarter,
        demography=economy.scenario.demography,
        firms_wanted=f.firms_wanted,
        province=places.province.tolist(),
        tier=list(places.tier),
        cluster=regions.cluster.tolist(),
        area=places.area_km2.tolist(),
        universities=places.universities.tolist(),
        seaport=places.seaport.tolist(),
        land_gate=places.land_gate.tolist(),
        zone_opened=places.zone_opened.tolist(),
        industry_area=regions.member[regions.of_level("industry_area")].any(axis=0).tolist(),
        birth_rate=start.birth_rate.tolist(),
        death_rate=start.death_rate.tolist(),
        distance=economy.geography.distance.tolist(),
        start_population=start.population.tolist(),
        start_gdp=start.gdp.tolist(),
        it_share=start.it_employment_share.tolist(),
        macro_region=list(provinces.macro_region),
        hinterland=provinces.hinterland.tolist(),
        kinds=list(sectors.kind),
        gamma=sectors.value_added_share.tolist(),
        gdp_share=sectors.gdp_share.tolist(),
        skill=sectors.skill_share.tolist(),
        rd=sectors.rd_share.tolist(),
        sector_digital=sectors.digital.tolist(),
        strategic=sectors.strategic.tolist(),
        inputs=sectors.input_shares.tolist(),
        beta=(sectors.final_demand / sectors.final_demand.sum()).tolist(),
        hubs=_records(facts.hubs, "city", "weight", "opened", "west"),
        designated=_records(facts.industry_clusters, "city", "sector", "since"),
        log_fundamental=f.log_fundamental.tolist(),
        lead=f.place_lead.reshape(n, -1).tolist(),
        wedge=f.wedge.tolist(),
        amenity=f.amenity.tolist(),
        moving_scale=f.moving_scale,
        barrier=[barrier.get(tier, 1.0) for tier in places.tier],
        price_weights=f.price_weights.tolist(),
        base_price=f.base_price.tolist(),
        foreign_b=f.foreign_productivity.tolist(),
        foreign_labour=f.foreign_labour,
        foreign_talent=f.foreign_talent,
        start_value=start_mix(facts).tolist(),
    )


def _records(record, *names) -> list:
    """Rows of some columns."""
    return list(zip(*(getattr(record, name).tolist() for name in names), strict=True))


def plain_opening(state: dict) -> dict:
    """A checkpoint as the reference takes it."""
    plain = {name: value.tolist() for name, value in state.items() if "." not in name}
    plain["quantity"] = state["basket.quantity"].tolist()
    plain["final"], plain["final_price"] = state["basket.final"].tolist(), state["basket.final_price"].tolist()
    for group in ("firms", "tracks"):
        columns = {name.partition(".")[2]: v.tolist() for name, v in state.items() if name.startswith(group + ".")}
        plain[group] = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    order = ("sector", "ceiling", "origin", "opened")
    plain["tracks"] = [tuple(track[name] for name in order) for track in plain["tracks"]]
    return plain


def plain_economy(reference, economy):
    """The reference where the fast engine stands."""

    class Checked(reference.ReferenceEconomy):
        """The reference that also looks at its market firm by firm, once it has cleared."""

        def _accumulate(self):
            self.seen["excess demand"] = reference.excess_demand(self) if self.quarter % 4 == 1 else 0.0
            super()._accumulate()

    return Checked(plain_tables(reference, economy), plain_opening(economy.state()), PlainSchedule(economy))


def snapshot(economy) -> SimpleNamespace:
    """What the fast engine shows after a quarter."""
    return SimpleNamespace(
        quarter=economy.quarter,
        state=economy.state(),
        production=economy._production,
        moves=(economy.flows("labour"), economy.flows("talent")),
        investment=economy.flows("capital"),
        events=economy._events,
        turnover=economy.turnover,
        consortia=economy._consortia,
        projects=economy._projects,
    )


def plain_snapshot(model) -> SimpleNamespace:
    """The same of the reference: columns by place, and firms in the order of ids."""
    firms = sorted(model.firms, key=lambda f: f.id)
    names = ("id", "sector", "age", "track", "log_a", "capital", "data", "performance", "sales", "labour", "talent")
    columns = {name: np.array([getattr(f, name) for f in firms]) for name in names}
    columns["cell"] = np.array([f.city.row * model.t.k + f.sector for f in firms])
    by_place = (
        "labour", "talent", "rate", "budget", "budget_room", "public_capital", "knowledge", "externality", "targets",
        "quantity", "final", "final_price", "values",
    )  # fmt: skip
    return SimpleNamespace(
        firms=columns,
        seen=model.seen,
        accounts=model.accounts,
        places={name: np.array([getattr(city, name) for city in model.cities]) for name in by_place},
        real_wage=np.array([city.real_wage for city in model.cities]).T,
        effort=np.array([p.effort for p in model.provinces]),
        province_volume=np.array([p.volume for p in model.provinces]),
        tracks=[(t.sector, t.ceiling, t.origin, t.opened) for t in model.tracks],
        subsidy=np.array([city.subsidy for city in model.cities]),
        **{
            name: np.array(getattr(model, name))
            for name in (
                "sales", "log_price_index", "ownership", "sent", "network", "mission_weight", "births_by_cell",
                "gdp_volume", "absorption_volume", "digital", "land",
            )
        },
    )  # fmt: skip
