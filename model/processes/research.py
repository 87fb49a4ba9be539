"""Process 7: firms spend on R&D, learn from knowledge around them, improve, imitate and adopt new tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.firms.research import (
    above_old_track,
    adoption_chance,
    imitation,
    improvement,
    improvement_hazard,
    pull,
)

if TYPE_CHECKING:
    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.firms.parameters import Research
    from nqpf.agents.firms.tracks import Tracks
    from nqpf.agents.typing import Bools, Floats, Ints
    from nqpf.model.draws import Draws


@dataclass(frozen=True, slots=True)
class Laboratory:
    """What research starts from in a quarter."""

    spending: Floats  # R&D by firm, (n_firms,)
    by_cell: Floats  # (n_places, n_sectors)
    reached: Floats  # ln A comparable between places, (n_firms,)
    access: Floats  # with the network, (n_places, n_places), at home 1
    near: Floats  # the same, nowhere above 1
    frontier: Floats  # added to every ceiling, (n_places,)


def relative_spillover(by_cell: Floats, access: Floats, similarity: Floats) -> Floats:
    """R&D around each cell over the mean place's, (n_places, n_sectors); 0 where nobody near the sector does any.

    Elsewhere's R&D counts by access (n_places, n_places) and by nearness of sectors (from, to).
    """
    around = (access - np.diag(np.diag(access))) @ (by_cell @ similarity)
    mean = around.mean(0)
    return np.divide(around, mean, out=np.zeros_like(around), where=mean > 0)


def improve(
    research: Research, lab: Laboratory, firms: Firms, ceiling: Floats, spillover: Floats, draws: Draws, quarter: int
) -> tuple[Floats, Ints]:
    """Log gain of each firm's productivity, (n_firms,), and rows of those that improve.

    ceiling (n_firms,) is the own track's; spillover (n_places, n_sectors).
    """
    n_sectors = lab.by_cell.shape[1]
    sector = firms.cell % n_sectors
    number = np.maximum(np.bincount(sector, minlength=n_sectors), 1)
    mean = lab.by_cell.sum(0) / number
    effort = lab.spending / np.where(mean > 0, mean, 1.0)[sector]
    hazard = improvement_hazard(research, effort, spillover.ravel()[firms.cell])
    improves = np.flatnonzero(draws.uniform("improve", quarter, firms.id) < hazard)
    headroom = ceiling[improves] - lab.reached[improves]
    gain = np.zeros(len(firms))
    gain[improves] = improvement(research, headroom, draws.uniform("step", quarter, firms.id[improves]))
    return gain, improves


def imitate(research: Research, lab: Laboratory, firms: Firms, ceiling: Floats, draws: Draws, quarter: int) -> Floats:
    """Log gain of firms that imitate the best within reach, (n_firms,)."""
    n_places, n_sectors = lab.by_cell.shape
    best = accessible_frontier(research, lab, firms.cell, n_places, n_sectors).ravel()
    tries = np.flatnonzero(draws.uniform("imitate", quarter, firms.id) < research.imitation)
    gain = np.zeros(len(firms))
    gain[tries] = imitation(research, best[firms.cell[tries]], ceiling[tries], lab.reached[tries])
    return gain


def origins(
    research: Research,
    lab: Laboratory,
    firms: Firms,
    tracks: Tracks,
    spillover: Floats,
    improved: Floats,
    imitated: Floats,
) -> tuple[Floats, Floats]:
    """What of the quarter's gains came from others and what from tracks opened in the run, (n_firms,) log each.

    On a new track: what the same draws would not have given under the ceiling of the sector's first track. Of the rest
    all of an imitation came from others, and of an improvement the share of its intensity that spillover brought: two
    Poisson sources, of which (pull − 1)/pull is the chance that it was spillover. Before adoption:
    firms.track is the one they worked on. improved and imitated (n_firms,), spillover (n_places, n_sectors).
    """
    from_others, from_tracks = np.zeros(len(firms)), np.zeros(len(firms))
    rows = np.flatnonzero((improved > 0) | (imitated > 0))
    city, sector = np.divmod(firms.cell[rows], lab.by_cell.shape[1])
    headroom, first = (
        tracks.ceiling[track] + lab.frontier[city] - lab.reached[rows] for track in (firms.track[rows], sector)
    )
    own, copied = improved[rows], imitated[rows]
    own_above, copied_above = above_old_track(research, own, copied, headroom, first)
    brought = 1 - 1 / pull(research, spillover.ravel()[firms.cell[rows]])
    from_others[rows] = (own - own_above) * brought + (copied - copied_above)
    from_tracks[rows] = own_above + copied_above
    return from_others, from_tracks


def accessible_frontier(research: Research, lab: Laboratory, cell: Ints, n_places: int, n_sectors: int) -> Floats:
    """Best practice that a cell's firms can learn from, log, (n_places, n_sectors).

    max_j (mean_js + c · ln access_ij) + lead: leaders stand a fixed lead above their cell's mean firm, and what
    distance hides lowers what is seen. Not the best row of a cell, which is the better, the more rows stand for its
    firms. −inf where the sector has no firm.
    """
    number = np.bincount(cell, minlength=n_places * n_sectors)
    total = np.bincount(cell, lab.reached, n_places * n_sectors)
    mean = np.where(number > 0, total / np.maximum(number, 1), -np.inf).reshape(n_places, n_sectors)
    hidden = research.imitation_cost * np.log(lab.near)
    best = np.stack([(hidden + mean[:, s]).max(1) for s in range(n_sectors)], axis=1)
    return np.asarray(best + research.imitation_lead)


def adopt(
    research: Research,
    firms: Firms,
    tracks: Tracks,
    near: Floats,
    value_added: Floats,
    reach: Floats,
    draws: Draws,
    quarter: int,
) -> Ints:
    """Each firm's track after adoption, (n_firms,).

    A firm meets the higher tracks of its sector from the highest down, and takes the first that its draw allows, by
    exposure: the part of the sector's value added around it that is on the track, over what the start's mean firm has
    around it (`reach`, (n_sectors,)). Neither depends on how many rows stand for firms. At a track's origin its opener
    is not counted, and a seed, always the same, stands for it. value_added (n_places, n_sectors).
    """
    n_places, n_sectors = value_added.shape
    if len(tracks) == n_sectors:
        return firms.track
    city, sector = np.divmod(firms.cell, n_sectors)
    on_track = np.bincount(firms.track * n_places + city, minlength=len(tracks) * n_places).reshape(-1, n_places)
    in_cell = np.bincount(firms.cell, minlength=n_places * n_sectors).reshape(n_places, n_sectors)
    opened = np.flatnonzero(tracks.origin >= 0)
    at_origin = opened, tracks.origin[opened]
    on_track[at_origin] = np.maximum(on_track[at_origin] - 1, 0)
    presence = on_track / np.maximum(in_cell[:, tracks.sector].T, 1)
    presence[at_origin] = np.maximum(presence[at_origin], research.adoption_seed)
    share = value_added / np.maximum(value_added.sum(0), 1e-300)
    exposure = (presence * share[:, tracks.sector].T) @ near.T / reach[tracks.sector][:, None]
    chance = adoption_chance(research, exposure)
    u = draws.uniform("adopt", quarter, firms.id)
    track = firms.track.copy()
    for s in np.unique(tracks.sector[opened]):
        rows = np.flatnonzero(sector == s)
        of_sector = np.flatnonzero(tracks.sector == s)
        ranked = of_sector[np.lexsort((-of_sector, -tracks.ceiling[of_sector]))]
        waiting, refused = rows, np.ones(len(rows))
        for t in ranked:
            refused = refused * (1 - chance[t, city[waiting]])
            takes = (u[waiting] < 1 - refused) & (tracks.ceiling[firms.track[waiting]] < tracks.ceiling[t])
            track[waiting[takes]] = t
            stays = ~takes & _has_higher(tracks, firms.track[waiting], t)
            waiting, refused = waiting[stays], refused[stays]
    return track


def _has_higher(tracks: Tracks, own: Ints, passed: int) -> Bools:
    """Whether a firm may still meet a track above its own after passing this one."""
    return np.asarray(tracks.ceiling[own] < tracks.ceiling[passed])
