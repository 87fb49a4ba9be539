"""Process 1: levers become rates of this quarter, each a share of a current flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.governments.rules import subsidy_rates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nqpf.agents.governments.parameters import Governments
    from nqpf.agents.typing import Bools, Floats
    from nqpf.model.parameters import Income
    from nqpf.model.structure import Structure

_MISSION_ROOM = 0.5
"""Largest part of the centre's money that its mission may take."""


def mission_rate(income: Income, levers: Mapping[str, Floats]) -> float:
    """Mission money over the nation's value added, within the room of the centre's tax."""
    return min(float(levers["mission_fund"][0]), _MISSION_ROOM * income.central_share * income.tax)


def development_weight(structure: Structure, levers: Mapping[str, Floats], quarters_passed: int) -> Floats:
    """Shares of the centre's development money, (n_places,): poles first, after the switch all by residents."""
    switched = quarters_passed >= 4 * float(levers["switch_year"][0])
    to_poles = 0.0 if switched else float(levers["pole_share"][0])
    weight: Floats = to_poles * structure.pole_weight + (1 - to_poles) * structure.people_weight
    return weight


def city_rates(
    governments: Governments,
    levers: Mapping[str, Floats],
    effort: Floats,
    targets: Bools,
    value_added: Floats,
    budget: Floats,
) -> tuple[Floats, Floats]:
    """Subsidy over value added by cell, and guidance fund over the budget by place; both only where there is a target.

    effort (n_places,) of each place's province; value_added by cell and budget of the last quarter.
    """
    subsidy = subsidy_rates(governments, levers["subsidy_cap"] * effort, targets, value_added, budget)
    return subsidy, np.where(targets.any(1), levers["guidance_fund"], 0.0)
