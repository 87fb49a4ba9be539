"""One quarter of the model, one agent at a time: plain loops and floats, written from the model's equations.

Slow and dumb on purpose. It shares no code with `nqpf`: numbers come in as lists, parameters as attributes. Its market
is solved by SciPy's general root finder on excess demand, its counts are SciPy's quantiles of the same uniforms.
"""

from __future__ import annotations

from .firms import innovate, turn_over
from .market import accumulate, cell_output, destinations, market
from .people import people
from .world import Firm, Nation, World, binomial, uniform

__all__ = ["Firm", "Nation", "World", "binomial", "cell_output", "step", "uniform"]


def step(w: World, s: Nation, levers: dict, minutes: list, supply_loss: list) -> None:
    """Advance one quarter; levers are lists by place."""
    s.quarter += 1
    s.seen = {}
    subsidy = [min(levers["talent_subsidy"][i], s.budget_room[i]) for i in range(w.n)]
    people(w, s, levers, subsidy)
    shares = destinations(w, s, levers)
    a = market(w, s, levers, minutes, supply_loss, subsidy, shares)
    accumulate(w, s, a, shares)
    innovate(w, s)
    turn_over(w, s)
