"""Amenities and the scale of moving costs that make the start's moves what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.model.anderson import Anderson
from nqpf.model.errors import DataError
from nqpf.model.people import with_scale

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats

_STEPS = 5000
_CONVERGED = 1e-10
_DAMPING, _LONGEST_STEP = 0.2, 0.3
_OUTER = 60
_LEAST = 0.02
_FIRST_GUESS = 0.01
"""Scale of μ to begin with: where the search is short for distances in km."""


def invert_pull(ease: Floats, considering: Floats, net: Floats, start: Floats) -> tuple[Floats, float]:
    """Pull u_j of each place at which net arrivals are `net`, and the share of considerers who move.

    ease μ^{−κ} (origin, destination); considering (n_places,) persons; net (n_places,) persons, sums to zero;
    odds ∝ ease · u. Damped and accelerated balancing of arrivals against departures.
    """
    pull = start.copy()
    stay = np.diag(ease)
    anderson = Anderson(longest_step=_LONGEST_STEP)
    for _ in range(_STEPS):
        rate = considering / (ease @ pull)
        staying = rate * stay * pull
        departures = considering - staying
        arrivals = pull * (ease.T @ rate) - staying
        wanted = departures + net
        # A place cannot lose more than leave: until enough do, its pull falls.
        wanted = np.maximum(wanted, _LEAST * departures)
        wanted *= departures.sum() / wanted.sum()
        error = np.abs(arrivals / wanted - 1).max()
        if error < _CONVERGED:
            return pull, float(departures.sum() / considering.sum())
        log_pull = np.log(pull)
        log_pull = anderson.next(log_pull, log_pull + _DAMPING * np.log(wanted / arrivals))
        pull = np.exp(log_pull - log_pull.mean())
    raise DataError(f"net_migration_rate: no amenities give these net moves (off by {error:.1e}); make them smaller")


def invert_moves(
    eases: tuple[Floats, Floats],
    considering: tuple[Floats, Floats],
    net: tuple[Floats, Floats],
    taste: float,
    realised: float,
) -> tuple[float, tuple[Floats, Floats]]:
    """Scale of μ at which the share `realised` of all considerers moves, and the pull of each place by skill."""
    log_scale = float(np.log(_FIRST_GUESS))
    pulls = [np.ones(len(net[0])), np.ones(len(net[0]))]
    for _ in range(_OUTER):
        movers = 0.0
        for skill in range(2):
            ease = with_scale(eases[skill], np.exp(log_scale), taste)
            pulls[skill], share = invert_pull(ease, considering[skill], net[skill], pulls[skill])
            movers += share * considering[skill].sum()
        share = movers / (considering[0].sum() + considering[1].sum())
        if abs(share - realised) < 1e-6:
            return float(np.exp(log_scale)), (pulls[0], pulls[1])
        log_scale += (np.log(share / (1 - share)) - np.log(realised / (1 - realised))) / taste
    raise DataError("parameters.migration.realised: no scale of moving costs gives this share of movers")
