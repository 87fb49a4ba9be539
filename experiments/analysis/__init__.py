"""What a sweep shows: effects and where they act, sensitivity, where an outcome is high, trade-offs, seeds needed.

`cases` puts the runs of a sweep together; `effects`, `curves`, `together`, `paths`, `everywhere`, `sensitivity`,
`discovery`, `pareto`, `seeds` each answer one question about them; `searching` looks for policies on the front itself.
The page is in `reports`.
"""

from __future__ import annotations

from nqpf.experiments.analysis.curves import curve_of
from nqpf.experiments.analysis.discovery import cart_rules, prim_boxes
from nqpf.experiments.analysis.effects import paired_effects, paired_steps, without_effect
from nqpf.experiments.analysis.everywhere import effects_everywhere
from nqpf.experiments.analysis.pareto import pareto_front
from nqpf.experiments.analysis.paths import paths_by
from nqpf.experiments.analysis.searching import search
from nqpf.experiments.analysis.seeds import seeds_needed
from nqpf.experiments.analysis.sensitivity import morris_indices, sobol_indices, sobol_interactions
from nqpf.experiments.analysis.together import pairs_together

__all__ = [
    "cart_rules",
    "curve_of",
    "effects_everywhere",
    "morris_indices",
    "paired_effects",
    "paired_steps",
    "pairs_together",
    "pareto_front",
    "paths_by",
    "prim_boxes",
    "search",
    "seeds_needed",
    "sobol_indices",
    "sobol_interactions",
    "without_effect",
]
