"""Firm state as columns: one row a firm, stable ids, rows reused."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nqpf.agents.typing import Floats, Ints


def _column(unit: str, meaning: str) -> Any:
    return field(metadata={"unit": unit, "meaning": meaning})


@dataclass(slots=True)
class Firms:
    """Every firm, one row each; a column has shape (n_firms,)."""

    id: Ints = _column("id", "order of birth in the cell · number of cells + cell: never reused")
    cell: Ints = _column("index", "city · number of sectors + sector")
    age: Ints = _column("quarters", "quarters since birth")
    log_productivity: Floats = _column("log", "own productivity A over its cell's fundamental")
    capital: Floats = _column("units", "physical capital K, worth its city's price index each")
    sales: Floats = _column("CNY million / quarter", "sales of the last quarter")
    labour: Floats = _column("persons", "labour employed in the last quarter")
    talent: Floats = _column("persons", "talent employed in the last quarter")
    data: Floats = _column("CNY million", "own data: digitised value added, outdated by age")
    performance: Floats = _column("log", "return over the city's mean, smoothed over quarters")
    track: Ints = _column("index", "technology track, in the order in which they were opened")

    def __len__(self) -> int:
        return len(self.id)

    def turn_over(self, leaving: Ints, newcomers: Mapping[str, Floats | Ints]) -> None:
        """Drop the rows `leaving` (sorted) and add the newcomers' columns, which take the free rows first.

        When more leave than arrive the last rows move into the holes, so that columns stay dense; ids do not change.
        """
        arriving = len(newcomers["id"])
        reused = min(len(leaving), arriving)
        holes = leaving[reused:]
        keep = len(self) - len(holes)
        inside, movers = holes[holes < keep], np.setdiff1d(np.arange(keep, len(self)), holes)
        for column in fields(self):
            values = getattr(self, column.name)
            new = np.asarray(newcomers[column.name], dtype=values.dtype)
            values[leaving[:reused]] = new[:reused]
            values[inside] = values[movers]
            setattr(self, column.name, np.concatenate([values[:keep], new[reused:]]))
