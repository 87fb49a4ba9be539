"""On which scale two runs are compared: positive levels by logs, scores, shares and rare events as they are."""

from __future__ import annotations

import numpy as np

from nqpf.model.measures import CITY, INDEX, NATION

PLAIN = ("fraction", "nats", "log", "log²", "events")
"""Units of which differences are taken as they are; of all others those of logs, but for scores."""

UNITS = {m.name: m.unit for m in (*CITY, *NATION)}
"""Measure of places or the nation → its unit."""

_SCORES = frozenset(m.name for m in INDEX)
"""The index of new quality productive forces and its kin: their zero is arbitrary, so no ratio says anything."""


def in_logs(measure: str) -> bool:
    """Whether differences of the measure are those of logs."""
    return UNITS[measure] not in PLAIN and measure not in _SCORES


def per_cent(difference: float) -> float:
    """A difference of logs, x, as it is shown: 100 (eˣ − 1)."""
    return float(100 * np.expm1(difference))
