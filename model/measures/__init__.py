"""What is observed each quarter: every measure declared once, with unit and meaning; tables, schema and pages follow.

A measure with a `weight` is a mean by that measure when places are put together; one without adds up.
"""

from __future__ import annotations

from nqpf.model.measures.cells import FACTORS, SECTOR, TRACK
from nqpf.model.measures.factors_firms import FACTORS_AND_FIRMS
from nqpf.model.measures.growth import GROWTH
from nqpf.model.measures.measure import Measure
from nqpf.model.measures.nation import NATION
from nqpf.model.measures.nqpf import INDEX, INDICATORS
from nqpf.model.measures.people_money import PEOPLE_AND_MONEY

CITY: tuple[Measure, ...] = (*PEOPLE_AND_MONEY, *FACTORS_AND_FIRMS, *INDICATORS, *INDEX)
"""Measures of places, which regions and the nation have too."""

__all__ = ["CITY", "FACTORS", "GROWTH", "INDEX", "INDICATORS", "NATION", "SECTOR", "TRACK", "Measure"]
