"""The model's rules once more, one agent at a time: plain loops and floats.

Written from docs/mechanisms.md and docs/odd.md; slow and clear on purpose. With `nqpf` it shares the market solver, the
tables and the start's inverted fundamentals, which come in as lists; its counts are SciPy's quantiles of the same
uniforms.
"""

from __future__ import annotations

from .check import excess_demand
from .draws import binomial, poisson, uniform
from .economy import ReferenceEconomy
from .firms import cell_output
from .start import opening_values
from .tables import Tables

__all__ = [
    "ReferenceEconomy", "Tables", "binomial", "cell_output", "excess_demand", "opening_values", "poisson", "uniform",
]  # fmt: skip
