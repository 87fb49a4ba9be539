"""What a sweep shows: effects, sensitivity, where an outcome is high, trade-offs, how many seeds are enough.

`cases` puts the runs of a sweep together; `effects`, `sensitivity`, `discovery`, `pareto`, `seeds` each answer one
question about them; `searching` looks for policies on the front itself. The page is in `reports`.
"""

from __future__ import annotations

from nqpf.experiments.analysis.discovery import cart_rules, prim_boxes
from nqpf.experiments.analysis.effects import paired_effects
from nqpf.experiments.analysis.pareto import pareto_front
from nqpf.experiments.analysis.searching import search
from nqpf.experiments.analysis.seeds import seeds_needed
from nqpf.experiments.analysis.sensitivity import morris_indices, sobol_indices, sobol_interactions

__all__ = [
    "cart_rules",
    "morris_indices",
    "paired_effects",
    "pareto_front",
    "prim_boxes",
    "search",
    "seeds_needed",
    "sobol_indices",
    "sobol_interactions",
]
