"""The index of new quality productive forces: technology, factors and industry, min-max and entropy-weighted.

`indicators` says what it is made of and reads it off a quarter, `weights` finds lowest, highest and weight of each over
a baseline's places and quarters, `constants` keeps these, `baseline` makes them for other data, `scores` applies them.

Its zero is arbitrary, and inequality of it depends on that. Level and inequality depend on how many rows stand for the
economy, for with few rows small places have no firm of some sectors: in the first quarter of `china` the nation has .41
and a Gini of .33 with 2,000 rows, .50 and .17 with 20,000 (the baseline's), .52 and .12 with 100,000. Compare runs of
equally many.
"""

from __future__ import annotations

from nqpf.model.nqpf_index.baseline import constants_for
from nqpf.model.nqpf_index.constants import Constants, shipped
from nqpf.model.nqpf_index.indicators import COMPONENTS, INDICATORS, Indicator, indicator_values
from nqpf.model.nqpf_index.scores import index_values
from nqpf.model.nqpf_index.weights import constants_of, entropy_weights

__all__ = [
    "COMPONENTS",
    "INDICATORS",
    "Constants",
    "Indicator",
    "constants_for",
    "constants_of",
    "entropy_weights",
    "index_values",
    "indicator_values",
    "shipped",
]
