"""A quarter as bytes: what the browser needs to draw it, as 32-bit floats of one fixed length.

A frame holds, in this order, the city measures (n_measures · n_places), the nation's measures, and for each factor its
total between places, the number of flows, the `arcs` largest flows' ends (two 16-bit numbers each) and their amounts.
`assets/js/history.js` reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from nqpf.agents.typing import Floats, Ints

ARCS = 200
"""Largest flows kept of each factor."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies in a frame."""

    places: int
    city: tuple[str, ...]
    nation: tuple[str, ...]
    factors: tuple[str, ...]
    arcs: int = ARCS

    @property
    def length(self) -> int:
        """Floats in a frame."""
        return len(self.city) * self.places + len(self.nation) + len(self.factors) * (2 + 2 * self.arcs)

    def pack(
        self, city: Mapping[str, NDArray[Any]], nation: Mapping[str, float], flows: Mapping[str, NDArray[Any]]
    ) -> bytes:
        """One frame.

        Parameters
        ----------
        city
            Measures of shape (n_places,) by name; those the layout does not name are left out.
        nation
            The nation's measures by name.
        flows
            Amounts of shape (n_places, n_places) from row to column, by factor; the diagonal is left out.
        """
        frame = np.zeros(self.length, dtype="<f4")
        at = 0
        for name in self.city:
            frame[at : at + self.places] = city[name]
            at += self.places
        frame[at : at + len(self.nation)] = [nation[name] for name in self.nation]
        at += len(self.nation)
        for factor in self.factors:
            total, number, ends, amounts = largest_flows(flows[factor], self.arcs)
            frame[at : at + 2] = total, number
            frame[at + 2 : at + 2 + self.arcs].view("<u2")[: ends.size] = ends.ravel()
            frame[at + 2 + self.arcs : at + 2 + self.arcs + len(amounts)] = amounts
            at += 2 + 2 * self.arcs
        return frame.tobytes()


def largest_flows(flows: NDArray[Any], number: int) -> tuple[float, int, Ints, Floats]:
    """Total and count of the flows between different places, and the largest of them, falling.

    Parameters
    ----------
    flows
        Amounts of shape (n_places, n_places) from row to column.
    number
        How many to keep at most.

    Returns
    -------
    total, count, ends of shape (k, 2), amounts of shape (k,), k ≤ `number`
    """
    n = len(flows)
    between = np.where(np.eye(n, dtype=bool), 0.0, flows).ravel()
    count = int(np.count_nonzero(between > 0))
    keep = min(number, count)
    chosen = np.argpartition(between, -keep)[-keep:] if keep else np.empty(0, dtype=np.intp)
    chosen = chosen[np.argsort(-between[chosen], kind="stable")]
    ends = np.stack(np.divmod(chosen, n), axis=1)
    return float(between.sum()), count, ends, between[chosen]
