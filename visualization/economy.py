"""The model as the page's source: orders become scenarios, quarters become frames."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model import measures
from nqpf.model.levers import LEVERS
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.visualization.frames import ARCS, CONSORTIA, PARTNERS, Layout, kept_consortia, largest_flows
from nqpf.visualization.observed import REGION, REGION_LEVELS, city_names, described_measures, nation_measures

if TYPE_CHECKING:
    from nqpf.model import RegionalEconomy, Scenario
    from nqpf.model.facts import Facts
    from nqpf.model.levers import Lever
    from nqpf.visualization.source import Order

SIGNS = {"+": "▲", "-": "▼"}
STEPS = 100
"""Steps of a slider whose lever names no step of its own."""


def load_scenario(order: Order) -> Scenario:
    """The scenario an order asks for: its changes are rules from the quarter after the one they were made in."""
    from nqpf.model.rules import PolicyRule  # noqa: PLC0415 (the server's own process never builds a scenario)
    from nqpf.model.scenario import Scenario  # noqa: PLC0415

    scenario = Scenario.load(order.scenario, seed=order.seed)
    rules = [
        PolicyRule.model_validate({"lever": c.lever, "value": c.value, "from": format_quarter(c.quarter + 1)})
        for c in order.changes
    ]
    return scenario.model_copy(update={"policy": (*scenario.policy, *rules)})


class EconomyProducer:
    """Frames of a `RegionalEconomy`."""

    def __init__(self, economy: RegionalEconomy, layout: Layout) -> None:
        self.economy = economy
        self.layout = layout
        self.first = parse_quarter(economy.scenario.start) - 1
        self.frames = economy.scenario.quarters + 1

    def frame(self) -> bytes:
        """The quarter last completed."""
        e = self.economy
        province = e.facts.places.province
        flows = {factor: largest_flows(e.flows(factor), province, self.layout.arcs) for factor in self.layout.factors}
        levels = [e.region_measures(level) for level in REGION_LEVELS]
        regions = {name: np.concatenate([level[name] for level in levels]) for name in self.layout.region}
        c = e.consortia
        consortia = kept_consortia(c.city, c.sector, c.succeeded, c.partner_city, self.layout.consortia)
        return self.layout.pack(e.city_measures(), e.nation_measures(), regions, flows, consortia)

    def advance(self) -> None:
        """Compute one quarter more."""
        self.economy.run_for(1)

    def checkpoint(self) -> dict[str, Any]:
        """All that is needed to go on from here."""
        return self.economy.state()


@dataclass(frozen=True)
class EconomySource:
    """The page's questions, answered by the model for one scenario."""

    scenario: str
    """A library name or a path."""

    @cached_property
    def _scenario(self) -> Scenario:
        from nqpf.model.scenario import Scenario  # noqa: PLC0415

        return Scenario.load(self.scenario)

    @cached_property
    def _facts(self) -> Facts:
        from nqpf.model.facts import load_facts  # noqa: PLC0415

        return load_facts(self._scenario.start, self._scenario.data)

    @property
    def layout(self) -> Layout:
        """What a frame holds."""
        nation = tuple(m.name for m in nation_measures())
        factors = tuple(f["name"] for f in described_measures()["factors"])
        regions = sum(level in REGION_LEVELS for level in self._facts.regions.level)
        return Layout(len(self._facts.places), city_names(), nation, factors, regions, REGION)

    def facts(self) -> dict[str, Any]:
        """Places, clusters, measures: what the browser has to know before the first frame."""
        run = {
            "first": parse_quarter(self._scenario.start) - 1,
            "frames": self._scenario.quarters + 1,
            "arcs": ARCS,
            "consortia": CONSORTIA,
            "partners": PARTNERS,
        }
        return described_places(self._facts) | described_measures() | run

    def levers(self) -> list[dict[str, Any]]:
        """The levers as the browser draws them."""
        titles = {m.name: m.title for m in (*measures.CITY, *measures.NATION)}
        described = []
        for lever in LEVERS.values():
            sign, title = SIGNS.get(lever.expected_sign, ""), titles.get(lever.measure)
            described.append(
                lever.record()
                | {
                    "step": _step(lever),
                    "nullable": lever.nullable,
                    "values_title": lever.choices,
                    "meaning": lever.explanation,
                    "expected": {lang: f"{sign} {text}" for lang, text in title.items()} if title else None,
                }
            )
        return described

    def open(self, order: Order) -> EconomyProducer:
        """A run from its start."""
        from nqpf.model import RegionalEconomy  # noqa: PLC0415

        return EconomyProducer(RegionalEconomy(load_scenario(order)), self.layout)

    def resume(self, order: Order, checkpoint: dict[str, Any]) -> EconomyProducer:
        """A run that goes on from a checkpoint of one that shares its past."""
        from nqpf.model import RegionalEconomy  # noqa: PLC0415

        return EconomyProducer(RegionalEconomy.from_state(load_scenario(order), checkpoint), self.layout)


def _step(lever: Lever) -> float | None:
    if lever.low is None or lever.high is None:
        return None
    return lever.step or float(f"{(lever.high - lever.low) / STEPS:.3g}")


def described_places(facts: Facts) -> dict[str, Any]:
    """Places, sectors, provinces and regions by row, named in both languages; regions in the order of a frame."""
    p, r = facts.places, facts.regions
    regions = [int(k) for level in REGION_LEVELS for k in r.of_level(level)]
    return {
        "places": {
            "code": list(p.code),
            "name": {"en": list(p.name_en), "zh": list(p.name_zh)},
            "province": p.province.tolist(),
            "longitude": p.longitude.round(4).tolist(),
            "latitude": p.latitude.round(4).tolist(),
        },
        "sectors": {"name": {"en": list(facts.sectors.name_en), "zh": list(facts.sectors.name_zh)}},
        "provinces": {"name": {"en": list(facts.provinces.name_en), "zh": list(facts.provinces.name_zh)}},
        "regions": [
            {
                "id": r.id[k],
                "level": r.level[k],
                "name": {"en": r.name_en[k], "zh": r.name_zh[k]},
                "members": [int(i) for i in r.member[k].nonzero()[0]],
            }
            for k in regions
        ],
    }
