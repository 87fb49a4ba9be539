"""The front of several objectives: points that no other point betters in one without falling behind in another."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.experiments.analysis.cases import cases
from nqpf.experiments.analysis.resampling import resamples
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from nqpf.agents.typing import Bools, Floats

_RESAMPLES = 200
_OWN = ("front", "share")


def goal(objective: str) -> tuple[str, float]:
    """An objective's outcome and its sign: 1 to be high, −1, written `-` before it, to be low."""
    return (objective[1:], -1.0) if objective.startswith("-") else (objective, 1.0)


def column_of(factor: str) -> str:
    """The column of a factor in the table of a front, which has some of its own."""
    return f"factor {factor}" if factor.casefold() in _OWN else factor


def pareto_front(runs: pd.DataFrame, objectives: Sequence[str], factors: Sequence[str]) -> pd.DataFrame:
    """Every point with its objectives, means over seeds, and whether it is on the front.

    Returns
    -------
    DataFrame
        point, the factors, a column for each outcome, `front`, and `share`: in what part of resamples of the seeds the
        point is on the front (NaN with one seed): near 1 it is there whatever the seeds, below a half by luck. Factors
        of these names are called as `column_of` does.

    Raises
    ------
    InputError
        If there are fewer than two objectives, a column is missing or nothing has finished.
    """
    if len(objectives) < 2:
        raise InputError("a front needs two objectives; give two or more")
    names, signs = zip(*map(goal, objectives), strict=True)
    known = [cases(runs, name, factors) for name in names]
    shared = sorted(set.intersection(*(set(one.points.tolist()) for one in known)))
    seeds = sorted(set.intersection(*(set(one.seeds.tolist()) for one in known)))
    values = np.stack(
        [one.results[np.ix_(np.isin(one.points, shared), np.isin(one.seeds, seeds))] for one in known], axis=-1
    )  # (n_points, n_seeds, n_objectives)
    costs = -values * np.array(signs)
    share = np.full(len(shared), np.nan)
    if len(seeds) > 1:
        drawn = [is_on_front(np.tensordot(costs, s / s.sum(), (1, 0))) for s, _ in resamples(len(seeds), 1, _RESAMPLES)]
        share = np.mean(drawn, axis=0)
    table = known[0].factors[np.isin(known[0].points, shared)].reset_index(drop=True).rename(columns=column_of)
    table.insert(0, "point", shared)
    for k, name in enumerate(names):
        table[name] = values[:, :, k].mean(1)
    table["front"] = is_on_front(costs.mean(1))
    table["share"] = share
    return table


def is_on_front(costs: Floats) -> Bools:
    """Which rows no other row betters, (n_points,), of costs (n_points, n_objectives)."""
    sorting: Any = pymoo("util.nds.non_dominated_sorting").NonDominatedSorting()
    first = sorting.do(np.ascontiguousarray(costs), only_non_dominated_front=True)
    on = np.zeros(len(costs), np.bool_)
    on[first] = True
    return on


def pymoo(module: str) -> Any:
    """A module of pymoo; InputError if it is not installed."""
    try:
        return import_module(f"pymoo.{module}")
    except ImportError:
        raise InputError('pymoo is not installed, which fronts need; pip install "nqpf[analysis]"') from None
