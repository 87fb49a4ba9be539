"""Process 2: once a year governments look at their peers, choose targets and adapt their effort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.governments.rules import adapted_effort, choose_targets, peers, target_scores
from nqpf.model.industries import comparative_advantage, relatedness_density

if TYPE_CHECKING:
    from nqpf.agents.governments.parameters import Governments
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.facts import Facts
    from nqpf.model.structure import Structure


def is_decision_quarter(quarter: int) -> bool:
    """Whether governments decide: in the first quarter of a calendar year."""
    return quarter % 4 == 0


def retarget(
    governments: Governments, structure: Structure, facts: Facts, rule: Ints, value_added: Floats, occupied: Bools
) -> Bools:
    """Sectors each place targets under its rule, (n_places, n_sectors).

    rule (n_places,) positions in `agents.governments.rules.RULES`; value_added of the last quarter and occupied cells
    (n_places, n_sectors).
    """
    advantage = comparative_advantage(value_added)
    density = relatedness_density(advantage, structure.relatedness)
    looks_at = peers(governments, value_added.sum(1), facts.places.province, facts.places.tier)
    scores = target_scores(rule, density, structure.complexity, advantage, looks_at)
    return choose_targets(governments, scores, occupied & facts.sectors.strategic)


def real_by_province(facts: Facts, value_added: Floats, gdp_volume: float) -> Floats:
    """Real GDP of provinces, (n_provinces,), from value added of cells."""
    by_place = value_added.sum(1)
    total = np.bincount(facts.places.province, by_place, len(facts.provinces))
    return np.asarray(total * (gdp_volume / by_place.sum()))


def adapt(governments: Governments, facts: Facts, effort: Floats, before: Floats, now: Floats) -> Floats:
    """Provinces' subsidy effort, (n_provinces,), after real GDP went from `before` to `now`."""
    _, group = np.unique(np.array(facts.provinces.macro_region), return_inverse=True)
    return adapted_effort(governments, effort, np.log(now / before), group)
