"""Process 3: people are born, die, graduate and move. Whole persons; every balance is exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.counts import binomial, coupled_moves
from nqpf.model.people import SKILLS, destination_odds

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.draws import Draws
    from nqpf.model.facts import Facts
    from nqpf.model.parameters import Parameters


@dataclass(frozen=True, slots=True)
class VitalEvents:
    """Births, deaths by skill and graduates of a quarter, (n_places,) persons each."""

    births: Ints
    deaths_labour: Ints
    deaths_talent: Ints
    graduates: Ints


def no_events(n_places: int) -> VitalEvents:
    """Nobody is born, dies or graduates: demography is `frozen`."""
    zero = np.zeros(n_places, np.int64)
    return VitalEvents(zero, zero, zero, zero)


def vital_events(
    facts: Facts,
    parameters: Parameters,
    draws: Draws,
    quarter: int,
    labour: Ints,
    talent: Ints,
    schooling: Floats | float = 1.0,
) -> VitalEvents:
    """Births and deaths at the places' census rates; graduates allocated by universities and by labour.

    Labour that graduates nationally is Σ schooling · L · L/(L + H) (model.md); a place's chance is its own part of that
    and its universities' part of the nation's, times the lever `schooling`, (n_places,): what a place does for its
    schools changes its own graduates and nobody else's. A newborn counts as labour.
    """
    start, n = facts.start, len(labour)
    place = np.arange(n)
    births = binomial(labour + talent, start.birth_rate / 4, draws.uniform("birth", quarter, place))
    deaths_labour = binomial(labour, start.death_rate / 4, draws.uniform("death labour", quarter, place))
    deaths_talent = binomial(talent, start.death_rate / 4, draws.uniform("death talent", quarter, place))
    d = parameters.demography
    own = d.schooling * labour * (labour / np.maximum(labour + talent, 1))
    universities = facts.places.universities
    weight = d.university_weight if universities.sum() > 0 else 0.0
    wanted = (1 - weight) * own + weight * own.sum() * universities / max(universities.sum(), 1e-300)
    wanted = schooling * wanted  # last, so that the nation's sum stays that of the status quo
    left = labour - deaths_labour
    chance = np.minimum(wanted / np.maximum(left, 1), 1.0)
    graduates = binomial(left, chance, draws.uniform("graduate", quarter, place))
    return VitalEvents(births, deaths_labour, deaths_talent, graduates)


def moves(
    draws: Draws,
    quarter: int,
    residents: tuple[Ints, Ints],
    chance: tuple[float, float],
    eases: tuple[Floats, Floats],
    value: Floats,
    taste: float,
) -> tuple[Ints, Ints]:
    """Movers by skill, (origin, destination), 0 on the diagonal.

    A share `chance` of residents considers moving; odds ∝ ease · value^taste, staying included; value (2, n_places).
    """
    place = np.arange(len(residents[0]))
    flows = []
    for i, skill in enumerate(SKILLS):
        considering = binomial(
            residents[i], np.full(len(place), chance[i]), draws.uniform(f"consider {skill}", quarter, place)
        )
        odds = destination_odds(eases[i], value[i], taste)
        flow = coupled_moves(considering, odds, draws, f"move {skill}", quarter)
        np.fill_diagonal(flow, 0)
        flows.append(flow)
    return flows[0], flows[1]
