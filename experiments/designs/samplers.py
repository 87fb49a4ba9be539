"""Where the points of a design lie, as positions from 0 to 1 on every axis, (n_points, n_factors).

The same file gives the same positions everywhere. With more samples of `sobol`, `saltelli` or `morris` the points there
were come first again; a Latin hypercube of another size is another one altogether.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.experiments.designs.axes import Choice
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nqpf.agents.typing import Floats
    from nqpf.experiments.designs.experiment import Experiment


def positions(experiment: Experiment) -> Floats:
    """Positions of a sampled design; SALib analyses them, whatever the factors' values are."""
    return np.asarray(_SAMPLERS[experiment.design](experiment, len(experiment.factors)), dtype=np.float64)


def on_axis(experiment: Experiment, axis: Any, position: Floats) -> Floats:
    """Positions at which an axis is read: those of values lie in the middle of the parts that a design is made of.

    Morris's levels include both ends: without this the first and last value would have half a part each. And of a Latin
    hypercube every value gets as many points as the others, not about as many.
    """
    if not isinstance(axis, Choice):
        return position
    if experiment.design == "morris":
        return (np.rint(position * (experiment.levels - 1)) + 0.5) / experiment.levels
    if experiment.design == "lhs":
        return (np.floor(position * experiment.samples) + 0.5) / experiment.samples
    return position


def problem(experiment: Experiment) -> dict[str, Any]:
    """The factors as SALib knows a problem; bounds are those of positions."""
    names = [factor.name for factor in experiment.factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _lhs(experiment: Experiment, d: int) -> Floats:
    from scipy.stats import qmc  # noqa: PLC0415 (reading an experiment needs none)

    return qmc.LatinHypercube(d, rng=experiment.sampling_seed).random(experiment.samples)


def _sobol(experiment: Experiment, d: int) -> Floats:
    from scipy.stats import qmc  # noqa: PLC0415 (reading an experiment needs none)

    return qmc.Sobol(d, rng=experiment.sampling_seed).random(experiment.samples)


def _morris(experiment: Experiment, _d: int) -> Floats:
    sample = _salib("morris")
    return sample(problem(experiment), experiment.samples, num_levels=experiment.levels, seed=experiment.sampling_seed)


def _saltelli(experiment: Experiment, _d: int) -> Floats:
    sample = _salib("sobol")
    second, seed = experiment.second_order, experiment.sampling_seed
    return sample(problem(experiment), experiment.samples, calc_second_order=second, seed=seed)


def _salib(method: str) -> Callable[..., Floats]:
    try:
        from SALib.sample import morris, sobol  # noqa: PLC0415 (an extra, and slow to load)
    except ImportError:
        raise InputError('SALib is not installed, which this design needs; pip install "nqpf[analysis]"') from None
    return {"morris": morris.sample, "sobol": sobol.sample}[method]


_SAMPLERS: dict[str, Callable[[Experiment, int], Floats]] = {
    "lhs": _lhs,
    "sobol": _sobol,
    "morris": _morris,
    "saltelli": _saltelli,
}
