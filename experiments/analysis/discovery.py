"""Scenario discovery: in which part of the space of factors an outcome is high, or low.

PRIM (Friedman and Fisher 1999; Bryant and Lempert 2010), by ema_workbench, peels boxes off until what is left is dense
in cases of interest; CART (Breiman and others 1984) cuts the space into a tree of boxes. A case is a point, its value
the mean over its seeds: replications of one point are no independent cases. Coverage is the share of all cases of
interest that lie in a box, density the share of the box's cases that are of interest, mass the share of all cases.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nqpf.experiments.analysis.cases import Cases, cases, is_number
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nqpf.agents.typing import Bools

MOST_BOXES = 3
SIGNIFICANT = 0.05
"""Quasi-p-value, of a one-sided binomial test, above which a limit of a box may well be chance."""

FEWEST = 20
"""Fewer cases are not searched."""

_LEAVES = 8
_SEPARATOR = " = "


@dataclass(frozen=True, slots=True)
class Limit:
    """What a box says of one factor."""

    factor: str
    low: float | None = None  # of numbers; None where the box reaches the end of the range
    high: float | None = None
    inside: tuple[str, ...] = ()  # values, of text

    @property
    def text(self) -> str:
        """`0.2 ≤ x ≤ 0.6`, or `x: a, b`."""
        if self.inside:
            return f"{self.factor}: {', '.join(self.inside)}"
        low, high = (None if end is None else f"{end:.3g}" for end in (self.low, self.high))
        if low is None:
            return f"{self.factor} ≤ {high}"
        return f"{self.factor} ≥ {low}" if high is None else f"{low} ≤ {self.factor} ≤ {high}"


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the space."""

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float
    cases: int
    quasi_p: float = float("nan")  # the largest of its limits


@dataclass(frozen=True, slots=True)
class Interest:
    """Cases, and which of them are of interest."""

    known: Cases
    chosen: Bools  # (n_points,)
    threshold: float
    above: bool

    @property
    def density(self) -> float:
        """Share of cases that are of interest."""
        return float(self.chosen.mean())


def of_interest(
    runs: pd.DataFrame,
    factors: Sequence[str],
    outcome: str,
    *,
    above: Any = None,
    below: Any = None,
) -> Interest:
    """Cases beyond a threshold: a number, a percentile as `"p90"`, or `Threshold` of an experiment's file.

    Raises
    ------
    InputError
        If there are too few cases, or all or none are of interest.
    """
    known = cases(runs, outcome, factors)
    if (above is None) == (below is None):
        raise InputError(f"{outcome}: takes one of above and below; give one")
    limit = _threshold(above if above is not None else below, known)
    chosen = known.mean >= limit if above is not None else known.mean <= limit
    if len(chosen) < FEWEST:
        raise InputError(f"{outcome}: {len(chosen)} points are too few to search; take {FEWEST} or more")
    if chosen.all() or not chosen.any():
        which = "every point" if chosen.all() else "no point"
        raise InputError(f"{outcome}: {which} lies beyond {limit:g}; give another threshold")
    return Interest(known, chosen, limit, above is not None)


def prim_boxes(
    runs: pd.DataFrame, factors: Sequence[str], outcome: str, *, above: Any = None, below: Any = None
) -> list[Box]:
    """Boxes dense in cases beyond a threshold, each found among the cases that those before it left; up to three.

    Coverage, density and mass of each are of all cases, so that boxes which overlap share some; its quasi-p-value is of
    the cases among which it was found.

    Of the boxes that PRIM passes as it peels, the one is taken in which coverage and density have the largest harmonic
    mean, among those of which every limit is significant. No box: none is denser than all cases together.

    Raises
    ------
    InputError
        As `of_interest`, or if ema_workbench is not installed.
    """
    return boxes_of(of_interest(runs, factors, outcome, above=above, below=below))


def cart_rules(
    runs: pd.DataFrame, factors: Sequence[str], outcome: str, *, above: Any = None, below: Any = None
) -> list[Box]:
    """Leaves of a tree that parts cases beyond a threshold from others, the densest first; up to eight, of 5 % each.

    Raises
    ------
    InputError
        As `prim_boxes`.
    """
    return leaves_of(of_interest(runs, factors, outcome, above=above, below=below))


def boxes_of(interest: Interest) -> list[Box]:
    """PRIM's boxes."""
    prim_module = _workbench("prim")
    table = interest.known.factors
    names = {f"x{k}": name for k, name in enumerate(table.columns)}  # the workbench drops a column called `scenario`
    with _unwarned():
        search = prim_module.Prim(table.set_axis(list(names), axis=1), interest.chosen.astype(int))
    whole = search.box_init.rename(columns=names)
    found: list[Box] = []
    while len(found) < MOST_BOXES:
        with _unwarned():
            box = search.find_box()
        if box is None:
            break
        best = _best(box)
        if best is None:
            break
        box.select(best)
        limits = tuple(_limits(box.box_lims[best].rename(columns=names), whole, table))
        found.append(_counted(limits, interest, _quasi_p(box.p_values[best])))
    return found


def _best(box: Any) -> int | None:
    """The entry of a peeling trajectory with the largest harmonic mean of coverage and density; None: the first."""
    track = box.peeling_trajectory
    coverage, density = (track[key].to_numpy(float) for key in ("coverage", "density"))
    together = coverage + density
    score = np.divide(2 * coverage * density, together, out=np.zeros_like(together), where=together > 0)
    for k in range(1, len(score)):
        if _quasi_p(box.p_values[k]) > SIGNIFICANT:
            score[k] = 0.0
    denser = density > density[0]
    candidates = np.flatnonzero(denser & (score > 0))
    return int(candidates[np.argmax(score[candidates])]) if len(candidates) else None


def _quasi_p(limits: Mapping[str, Sequence[float]]) -> float:
    """The largest quasi-p-value of a box's limits; −1 stands for no limit."""
    return max((p for ends in limits.values() for p in ends), default=0.0)


def _counted(limits: tuple[Limit, ...], interest: Interest, quasi_p: float) -> Box:
    """A box counted on all cases: the workbench counts what the boxes before it left."""
    table = interest.known.factors
    inside = np.ones(len(table), np.bool_)
    for limit in limits:
        column = table[limit.factor]
        if limit.inside:
            inside &= column.isin(limit.inside).to_numpy()
            continue
        low, high = (np.inf * sign if end is None else end for end, sign in ((limit.low, -1), (limit.high, 1)))
        inside &= column.between(low, high).to_numpy()
    caught = int((inside & interest.chosen).sum())
    n = int(inside.sum())
    return Box(limits, caught / int(interest.chosen.sum()), caught / n, n / len(table), n, quasi_p)


def _limits(box: Any, whole: Any, table: pd.DataFrame) -> Iterator[Limit]:
    """What a box restricts, in the order of factors."""
    for name in (name for name in table.columns if name in whole.columns):
        if is_number(table[name]):
            low, high = (float(box.loc[k, name]) for k in (0, 1))
            ends = low if low > float(whole.loc[0, name]) else None, high if high < float(whole.loc[1, name]) else None
            if ends != (None, None):
                yield Limit(str(name), *ends)
        elif box.loc[0, name] != whole.loc[0, name]:
            inside = box.loc[0, name]
            yield Limit(str(name), inside=tuple(value for value in dict.fromkeys(table[name]) if value in inside))


def leaves_of(interest: Interest) -> list[Box]:
    """CART's leaves.

    Text factors become one column of 0 and 1 for each value: given as they are, the workbench's boxes forget the side
    of a cut on which a value is the one. The tree is grown again with a seed: ties between cuts are broken by chance.
    """
    table, wanted = interest.known.factors, interest.chosen.astype(int)
    columns = _columns(table)
    with _unwarned():
        tree = _workbench("cart").CART(columns, wanted)
        tree.build_tree()
    tree.clf.set_params(random_state=0, max_leaf_nodes=_LEAVES).fit(columns.to_numpy(), wanted)
    whole = columns.agg(["min", "max"]).reset_index(drop=True)
    leaves = []
    if tree.clf.get_n_leaves() > 1:
        with _unwarned():
            boxes = list(zip(tree.boxes, tree.stats, strict=True))
        for box, stats in boxes:
            leaves.append(
                Box(
                    limits=tuple(_leaf_limits(box, whole, table)),
                    coverage=float(stats["coverage"]),
                    density=float(stats["density"]),
                    mass=float(stats["mass"]),
                    cases=round(stats["mass"] * len(wanted)),
                )
            )
    return sorted(leaves, key=lambda leaf: (-leaf.density, -leaf.coverage))


def _columns(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers as they are; of text a column for each value, 1 where it is the one."""
    columns = {}
    for name in table.columns:
        if is_number(table[name]):
            columns[str(name)] = table[name].to_numpy(float)
        else:
            for value in dict.fromkeys(table[name]):
                columns[f"{name}{_SEPARATOR}{value}"] = (table[name] == value).to_numpy(float)
    return pd.DataFrame(columns)


def _leaf_limits(box: Any, whole: Any, table: pd.DataFrame) -> Iterator[Limit]:
    for name in table.columns:
        if is_number(table[name]):
            yield from _limits(box[[name]], whole[[name]], table[[name]])
            continue
        values = list(dict.fromkeys(table[name]))
        inside = []
        for value in values:
            low, high = (float(box.loc[k, f"{name}{_SEPARATOR}{value}"]) for k in (0, 1))
            if low > 0:
                inside = [value]
                break
            if high >= 1:
                inside.append(value)
        if len(inside) < len(values):
            yield Limit(str(name), inside=tuple(inside))


def _threshold(limit: Any, known: Cases) -> float:
    """A number, or the value at a percentile of the cases."""
    if isinstance(limit, str):
        if not limit.startswith("p"):
            raise InputError(f"{limit!r} is neither a number nor a percentile; give 0.5, or 'p90'")
        try:
            return float(np.percentile(known.mean, float(limit[1:])))
        except ValueError:
            raise InputError(f"{limit!r} is no percentile; give 'p90'") from None
    value, percentile = getattr(limit, "value", limit), getattr(limit, "percentile", False)
    return float(np.percentile(known.mean, value)) if percentile else float(value)


@contextmanager
def _unwarned() -> Iterator[None]:
    """While this lasts the workbench may use what pandas is going to give up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _workbench(module: str) -> Any:
    """A module of the workbench, which takes seconds to load and warns of parts that nobody needs here."""
    try:
        with _unwarned():
            return import_module(f"ema_workbench.analysis.{module}")
    except ImportError:
        raise InputError('ema_workbench is not installed, which this needs; pip install "nqpf[analysis]"') from None
