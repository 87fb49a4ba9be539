"""A quarter as bytes: what the browser needs to draw it, as 32-bit floats of one fixed length.

A frame holds, in this order, the city measures (n_measures · n_places), the nation's measures, the regions' measures
(n_measures · n_regions), for each factor its total between places, the number of flows, the ends of the flows kept
(two 16-bit numbers each) and their amounts, and last the consortia: how many tried to leave their technology track,
then for each of those kept its firm's place, its sector, 1 if it opened a track, and its partners' places (−1: none).
There is room for `CONSORTIA`; what is not needed holds zeros, and the number says how much to read.
`assets/js/history.js` reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from nqpf.agents.typing import Bools, Floats, Ints

ARCS = 200
"""Flows kept of each factor."""
WITHIN = 60
"""Of these, how many inside provinces. By amount alone, neighbours would crowd out all that crosses the country."""
CONSORTIA = 12
"""Consortia kept of a quarter; those that opened a track come first. Six are many."""
PARTNERS = 3
"""Partners of a consortium, at most."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies in a frame."""

    places: int
    city: tuple[str, ...]
    nation: tuple[str, ...]
    factors: tuple[str, ...]
    regions: int = 0
    region: tuple[str, ...] = ()
    arcs: int = ARCS
    consortia: int = CONSORTIA

    @property
    def length(self) -> int:
        """Floats in a frame."""
        measures = len(self.city) * self.places + len(self.nation) + len(self.region) * self.regions
        return measures + len(self.factors) * (2 + 2 * self.arcs) + 1 + self.consortia * (3 + PARTNERS)

    def pack(
        self,
        city: Mapping[str, NDArray[Any]],
        nation: Mapping[str, float],
        regions: Mapping[str, NDArray[Any]],
        flows: Mapping[str, tuple[float, int, Ints, Floats]],
        consortia: tuple[int, Ints],
    ) -> bytes:
        """One frame.

        Parameters
        ----------
        city
            Measures of shape (n_places,) by name; those the layout does not name are left out.
        nation
            The nation's measures by name.
        regions
            The regions' measures of shape (n_regions,) by name.
        flows
            What `largest_flows` gives, by factor.
        consortia
            What `kept_consortia` gives.
        """
        frame = np.zeros(self.length, dtype="<f4")
        at = 0
        for name in self.city:
            frame[at : at + self.places] = city[name]
            at += self.places
        frame[at : at + len(self.nation)] = [nation[name] for name in self.nation]
        at += len(self.nation)
        for name in self.region:
            frame[at : at + self.regions] = regions[name]
            at += self.regions
        for factor in self.factors:
            total, number, ends, amounts = flows[factor]
            frame[at : at + 2] = total, number
            frame[at + 2 : at + 2 + self.arcs].view("<u2")[: ends.size] = ends.ravel()
            frame[at + 2 + self.arcs : at + 2 + self.arcs + len(amounts)] = amounts
            at += 2 + 2 * self.arcs
        attempts, rows = consortia
        frame[at] = attempts
        frame[at + 1 : at + 1 + rows.size] = rows.ravel()
        return frame.tobytes()


def largest_flows(
    flows: NDArray[Any], province: NDArray[Any], number: int = ARCS, within: int = WITHIN
) -> tuple[float, int, Ints, Floats]:
    """Total and count of the flows between different places, and the largest of them, falling.

    Parameters
    ----------
    flows
        Amounts of shape (n_places, n_places) from row to column; the diagonal is left out.
    province
        Province of each place, (n_places,).
    number
        How many to keep at most.
    within
        How many of these may run inside a province, unless too few cross one's border.

    Returns
    -------
    total, count, ends of shape (k, 2), amounts of shape (k,), k ≤ `number`
    """
    n = len(flows)
    amounts = np.where(np.eye(n, dtype=bool), 0.0, flows).ravel()
    inside = (province[:, None] == province[None, :]).ravel()
    across = _largest(np.where(inside, 0.0, amounts), number - within)
    chosen = np.concatenate([across, _largest(np.where(inside, amounts, 0.0), number - len(across))])
    chosen = chosen[np.argsort(-amounts[chosen], kind="stable")]
    ends = np.stack(np.divmod(chosen, n), axis=1)
    return float(amounts.sum()), int(np.count_nonzero(amounts > 0)), ends, amounts[chosen]


def kept_consortia(
    city: Ints, sector: Ints, opened: Bools, partner_city: Ints, number: int = CONSORTIA
) -> tuple[int, Ints]:
    """How many consortia there were, and those kept, the ones that opened a track first, else in the order given.

    Parameters
    ----------
    city, sector, opened
        Of each consortium's firm, (n,).
    partner_city
        Places of the partners, (n, PARTNERS), −1 where there is none.
    number
        How many to keep at most.

    Returns
    -------
    count, rows of shape (k, 3 + PARTNERS) as a frame holds them, k ≤ `number`
    """
    order = np.argsort(~opened, kind="stable")[:number]
    rows = np.column_stack([city, sector, opened, partner_city])[order]
    return len(city), rows.astype(np.int64)


def _largest(amounts: Floats, number: int) -> Ints:
    """Positions of the largest positive amounts, at most `number`."""
    keep = min(number, int(np.count_nonzero(amounts > 0)))
    return np.argpartition(amounts, -keep)[-keep:] if keep else np.empty(0, dtype=np.intp)
