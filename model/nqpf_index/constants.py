"""Lowest, highest and weight of each indicator: what makes indices of different runs comparable."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.facts import DATA
from nqpf.model.nqpf_index.indicators import INDICATORS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nqpf.agents.typing import Floats

TABLE = DATA / "nqpf_index.csv"
"""Constants of the shipped starts, made by `python -m nqpf.experiments.nqpf_index`."""

SHIPPED, OWN = "shipped", "own data"
"""Whose baseline constants are from."""

DEFAULT, SCENARIOS = "default", "scenario's"
"""Whose parameters the baseline had."""

_COLUMNS = ("start", "indicator", "low", "high", "weight")
_THRESHOLD = "threshold"  # its row has a `low` only


@dataclass(frozen=True, slots=True, eq=False)
class Constants:
    """Of each indicator as it enters, (n_indicators,), over a baseline's places and quarters."""

    baseline: str  # `SHIPPED` or `OWN`
    low: Floats
    high: Floats
    weight: Floats  # add to one
    threshold: float  # residents' mean of the index in the baseline's first quarter
    parameters: str = DEFAULT  # or `SCENARIOS`

    def plain(self) -> dict[str, Any]:
        """As data that JSON can hold."""
        rows = zip(INDICATORS, self.low.tolist(), self.high.tolist(), self.weight.tolist(), strict=True)
        named = {i.name: {"low": low, "high": high, "weight": weight} for i, low, high, weight in rows}
        return {"indicators": named, _THRESHOLD: self.threshold}

    def described(self) -> dict[str, Any]:
        """What `run.json` says: whose baseline and parameters, a short hash and the numbers."""
        constants = self.plain()
        digest = hashlib.sha256(json.dumps(constants, sort_keys=True).encode()).hexdigest()
        whose = {"baseline": self.baseline, "parameters": self.parameters}
        return {**whose, "version": digest[:12], "constants": constants}


@lru_cache
def shipped(start: str) -> Constants:
    """Constants of a shipped start, a first quarter; KeyError if the table has none."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = {row["indicator"]: row for row in csv.DictReader(file) if row["start"] == start}
    low, high, weight = (np.array([float(rows[i.name][name]) for i in INDICATORS]) for name in _COLUMNS[2:])
    return Constants(SHIPPED, low, high, weight, float(rows[_THRESHOLD]["low"]))


def write_table(path: Path, by_start: Mapping[str, Constants]) -> None:
    """Write the shipped table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for start, constants in by_start.items():
            plain = constants.plain()
            for name, row in plain["indicators"].items():
                writer.writerow((start, name, row["low"], row["high"], row["weight"]))
            writer.writerow((start, _THRESHOLD, plain[_THRESHOLD], "", ""))
