"""Sensitivity of an outcome to the factors of a sweep: Sobol's and Morris's indices, by SALib, with intervals.

An outcome is the mean over seeds of each point. Sobol's first index is the part of its variance over the space that a
factor explains alone, the total one what it explains with all its interactions (Saltelli and others 2010). A design of
Saltelli's gives both; of a Latin hypercube or of Sobol's points the first is estimated from the points as they are, by
RBD-FAST (Tarantola, Gatelli and Mara 2006; bias corrected: Tissot and Prieur 2012). Morris's μ* is the mean size of an
elementary effect over the whole range, μ its mean and σ how much it differs from place to place: by interaction or
curvature (Campolongo, Cariboni and Saltelli 2007). Of a factor of values an elementary effect is what a change of value
does: a step on the way is a part Δ of a range of numbers, but moves a value wholly, so that SALib's is taken times Δ.
Blocks and trajectories with a run missing are left out whole.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nqpf.experiments.analysis.cases import cases, scaled
from nqpf.experiments.analysis.study import Design
from nqpf.experiments.designs.axes import Choice
from nqpf.experiments.paired.intervals import LEVEL
from nqpf.model.errors import InputError
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.experiments.designs import Experiment

RESAMPLES = 1000
_RBD_RESAMPLES = 200  # each a periodogram
FEWEST = 64
"""Points below which indices of a hypercube or of Sobol's points are not told; of Saltelli's blocks an eighth."""

SAME = "is the same at every point: nothing to explain"


def sobol_indices(
    design: Design | Experiment, runs: pd.DataFrame, outcome: str, *, level: float = LEVEL
) -> pd.DataFrame:
    """First and total indices with their bootstrap intervals, a row a factor.

    Columns factor, first, first_low, first_high, total, total_low, total_high, points; no total but of Saltelli's.

    Raises
    ------
    InputError
        If the design does not allow it, too little has finished, or the outcome does not vary.
    """
    known = _design(design)
    if known.design == "saltelli":
        found, points = _saltelli(known, runs, outcome, level)
        first, total = ((found[key], found[f"{key}_conf"]) for key in ("S1", "ST"))
    elif known.design in {"lhs", "sobol"}:
        at, y = _drawn(known, runs, outcome)
        if len(y) < FEWEST:
            raise InputError(f"{outcome}: {len(y)} points are too few for Sobol's indices; take {FEWEST} or more")
        _check_varies(outcome, y)
        with one_blas_thread():
            found = _salib("rbd_fast").analyze(
                known.problem, at, y, num_resamples=_RBD_RESAMPLES, conf_level=level, seed=np.random.default_rng(1)
            )
        points, nothing = len(y), np.full(len(known.names), np.nan)
        first, total = (np.array(found["S1"]), np.array(found["S1_conf"])), (nothing, nothing)
    else:
        raise InputError(
            f'{outcome}: Sobol\'s indices cannot be told from the design {known.design}; sweep with design = "saltelli"'
        )
    return pd.DataFrame(
        {
            "factor": known.names,
            **_ends("first", *first),
            **_ends("total", *total),
            "points": points,
        }
    )


def sobol_interactions(
    design: Design | Experiment, runs: pd.DataFrame, outcome: str, *, level: float = LEVEL
) -> pd.DataFrame:
    """Second-order indices: what pairs of factors explain beyond each alone; columns factor, other, index, low, high.

    No rows if the design has no second order; raises InputError as `sobol_indices` does.
    """
    known = _design(design)
    rows = []
    if known.design == "saltelli" and known.second_order:
        found, _ = _saltelli(known, runs, outcome, level)
        for j, one in enumerate(known.names):
            for k in range(j + 1, len(known.names)):
                index, half = found["S2"][j, k], found["S2_conf"][j, k]
                rows.append((one, known.names[k], index, index - half, index + half))
    return pd.DataFrame(rows, columns=["factor", "other", "index", "low", "high"])


def morris_indices(
    design: Design | Experiment, runs: pd.DataFrame, outcome: str, *, level: float = LEVEL
) -> pd.DataFrame:
    """μ, μ* with its bootstrap interval and σ of every factor: of going along a whole range, or of a change of value.

    Columns factor, mu, mu_star, low, high, sigma, unit, trajectories.

    Raises
    ------
    InputError
        If the design is not Morris's, too little has finished, or the outcome does not vary.
    """
    known = _design(design)
    if known.design != "morris":
        raise InputError(
            f'{outcome}: Morris\'s indices cannot be told from the design {known.design}; sweep with design = "morris"'
        )
    at, y, unit = _blocks(known, runs, outcome, len(known.names) + 1, compare=True)
    _check_varies(outcome, y)
    with one_blas_thread():
        found = _salib("morris").analyze(
            known.problem,
            at,
            y,
            num_resamples=RESAMPLES,
            conf_level=level,
            num_levels=known.levels,
            seed=np.random.default_rng(1),
        )
    delta = known.levels / (2 * (known.levels - 1))  # a step, as part of the range
    part = np.array([delta if isinstance(factor.axis, Choice) else 1.0 for factor in known.factors])
    keys = ("mu", "mu_star", "mu_star_conf", "sigma")
    mu, star, half, sigma = (part * np.asarray(found[key], dtype=float) for key in keys)
    return pd.DataFrame(
        {
            "factor": known.names,
            "mu": mu,
            "mu_star": star,
            "low": star - half,
            "high": star + half,
            "sigma": sigma,
            "unit": unit,
            "trajectories": len(y) // (len(known.names) + 1),
        }
    )


def _saltelli(known: Design, runs: pd.DataFrame, outcome: str, level: float) -> tuple[Any, int]:
    d = len(known.names)
    block = 2 * d + 2 if known.second_order else d + 2
    _, y, _ = _blocks(known, runs, outcome, block, compare=False)
    if len(y) // block < FEWEST // 8:
        raise InputError(
            f"{outcome}: {len(y) // block} whole blocks of {block} runs are too few for Sobol's indices; "
            "go on with nqpf sweep --resume, or give more samples"
        )
    _check_varies(outcome, y)
    with one_blas_thread():
        found = _salib("sobol").analyze(
            known.problem,
            y,
            calc_second_order=known.second_order,
            num_resamples=RESAMPLES,
            conf_level=level,
            seed=1,  # of 0 SALib would take none
        )
    return found, len(y)


def _drawn(known: Design, runs: pd.DataFrame, outcome: str) -> tuple[Floats, Floats]:
    """Positions and values of all cases, (n, n_factors) and (n,); raises InputError if they are not the design's."""
    found = cases(runs, outcome, known.names)
    at = known.positions
    if not known.is_drawn(at, found.factors, found.points.tolist()):
        raise InputError(
            f"{outcome}: the points of the runs are not those of their design here; analyse them with the versions "
            "of nqpf and SALib that made the sweep"
        )
    return at[found.points], found.mean


def _blocks(known: Design, runs: pd.DataFrame, outcome: str, size: int, *, compare: bool) -> tuple[Floats, Floats, str]:
    """Positions, values and their unit of points in whole blocks; on the scale of comparisons if asked for."""
    found = cases(runs, outcome, known.names)
    block, count = np.unique(found.points // size, return_counts=True)
    whole = found.only(np.isin(found.points // size, block[count == size]))
    at = known.positions
    if not known.is_drawn(at, found.factors, found.points.tolist()):
        raise InputError(
            f"{outcome}: the points of the runs are not those of their design here; analyse them with the versions "
            "of nqpf and SALib that made the sweep"
        )
    if len(whole.points) < 2 * size:
        raise InputError(
            f"{outcome}: fewer than two blocks of {size} points have finished; go on with nqpf sweep --resume"
        )
    values, unit = scaled(outcome, whole.results) if compare else (whole.results, "")
    return at[whole.points], values.mean(1), unit


def _check_varies(outcome: str, y: Floats) -> None:
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        raise InputError(f"{outcome}: {SAME}; look at another outcome or wider ranges")


def _ends(name: str, index: Any, half: Any) -> dict[str, Floats]:
    index, half = np.asarray(index, dtype=float), np.asarray(half, dtype=float)
    return {name: index, f"{name}_low": index - half, f"{name}_high": index + half}


def _design(design: Design | Experiment) -> Design:
    return design if isinstance(design, Design) else Design.of_record(design.record())


def _salib(module: str) -> Any:
    try:
        return import_module(f"SALib.analyze.{module}")
    except ImportError:
        raise InputError('SALib is not installed, which indices need; pip install "nqpf[analysis]"') from None
