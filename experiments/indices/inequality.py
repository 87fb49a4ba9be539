r"""Inequality of GDP per head and of the NQPF index over provinces and over places.

Each index stands twice: weighted by residents, w_i = residents' share, so that a province counts by its people, and
`_alike`, w_i = 1/n, as in most work on China's provinces. With μ = Σ w_i y_i:

- Theil T = Σ w_i (y_i/μ) ln(y_i/μ) = within + between macro-regions g, between Σ_g w_g (μ_g/μ) ln(μ_g/μ) in nats;
  the fraction T_between / T is the measure `theil_between` of GDP, `nqpf_theil_between_share` of the index.
- Gini G = Σ_i Σ_k w_i w_k |y_i − y_k| / 2μ.
- Dagum (1997): G = within + net between + transvariation. Within, Σ_g Σ_{i,k∈g} w_i w_k |y_i − y_k| / 2μ; net between,
  the Gini of the groups' means; transvariation, because a poorer group has units above some of a richer one's:
  2 Σ w_i w_k max(y_i − y_k, 0) / μ over all i of a poorer and k of a richer group.

What the model observes each quarter under a name of its own (`declared.OBSERVED_AS`) stands under that name alone.
Alike, Theil, Gini and Atkinson are PySAL's. No library has weights, which are the model's own, or Dagum's parts.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nqpf.experiments.indices.declared import declared, library, unobserved
from nqpf.experiments.indices.reading import LEVELS
from nqpf.model.inequality import gini, theil_by_group
from nqpf.model.measures.measure import measure

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats, Ints
    from nqpf.experiments.indices.declared import Index
    from nqpf.experiments.indices.reading import Level, Reading
    from nqpf.model.measures import Measure

AVERSION = 0.5
"""Atkinson's ε: how much more a yuan counts at the bottom."""

SUBJECTS = {"gdp_per_head": ("GDP per head", "人均GDP"), "nqpf": ("NQPF index", "新质生产力指数")}
"""What inequality, convergence and space are about, with its name in both languages."""

LEVEL_TITLES: dict[Level, tuple[str, str]] = {"provinces": ("provinces", "省际"), "places": ("places", "城际")}


class Dagum(NamedTuple):
    """Parts of the Gini coefficient; they add up to it."""

    within: float
    between: float
    transvariation: float


def dagum(values: Floats, weights: Floats, group: Ints) -> Dagum:
    """Parts of the Gini of values (n,) weighted by weights (n,), by groups (n,) numbered 0, 1 … ."""
    w = weights / weights.sum()
    y = values / (w @ values)
    people = np.bincount(group, w)
    mean = np.bincount(group, w * y) / people
    # Two groups of one mean have no richer one, and all between them is transvariation, whichever counts as the poorer.
    rank = np.argsort(np.argsort(mean, kind="stable"), kind="stable")[group]
    pair, gap = np.outer(w, w), y[:, None] - y
    return Dagum(
        within=float((pair * np.abs(gap))[group[:, None] == group].sum() / 2),
        between=gini(mean, people),
        transvariation=float(2 * (pair * np.maximum(gap, 0))[rank[:, None] < rank].sum()),
    )


def _theil_alike(values: Floats, group: Ints) -> tuple[float, float, float]:
    """Theil's index of values (n,), each alike, its part within groups and that between them, by PySAL."""
    with warnings.catch_warnings():
        # It sets shapes of arrays of its own, which NumPy 2.5 deprecates; the numbers are right.
        warnings.simplefilter("ignore", DeprecationWarning)
        found = library("inequality.theil").TheilD(values, group)
    return found.T.item(), found.wg.item(), found.bg.item()


def inequality(reading: Reading, subject: str, level: Level) -> dict[str, float]:
    """Every index of inequality of one subject at one level; NaN where a value is missing or not positive."""
    y, group, end = reading.values(subject, level), reading.group(level), f"_{subject}_{level}"
    if not (y > 0).all():
        return {m.name: np.nan for m in _measures(subject, level)}
    people, one = reading.values("population", level), np.ones(len(y))
    by_people = (*theil_by_group(y * people, people, group), gini(y, people), *dagum(y, people, group))
    by_unit = (*_theil_alike(y, group), library("inequality.gini").Gini(y).g, *dagum(y, one, group))
    return {
        **{f"{kind}{end}": float(value) for kind, value in zip(_PARTS, by_people, strict=True)},
        **{f"{kind}{end}_alike": float(value) for kind, value in zip(_PARTS, by_unit, strict=True)},
        f"atkinson{end}_alike": float(library("inequality.atkinson").atkinson(y, AVERSION)),
    }


_PARTS = (
    *("theil", "theil_within", "theil_between_nats"),
    *("gini", "gini_within", "gini_between", "gini_transvariation"),
)
_THEIL, _DAGUM = "Theil (1967); Shorrocks (1980)", "Dagum (1997)"
_KINDS: dict[str, tuple[str, str, str, str, str, str]] = {
    # unit, title in both languages, meaning, equation, source
    "theil": ("nats", "Theil index", "泰尔指数", "Inequality", "Σ w_i (y_i/μ) ln(y_i/μ)", _THEIL),
    "theil_within": (
        *("nats", "Theil index within macro-regions", "区域内泰尔指数"),
        *("Inequality inside macro-regions", "Σ w_i (y_i/μ) ln(y_i/μ_g)", _THEIL),
    ),
    "theil_between_nats": (
        *("nats", "Theil index between macro-regions", "区域间泰尔指数"),
        *("Inequality between macro-regions", "Σ_g w_g (μ_g/μ) ln(μ_g/μ)", _THEIL),
    ),
    "gini": ("fraction", "Gini coefficient", "基尼系数", "Inequality", "Σ w_i w_k |y_i − y_k| / 2μ", "Gini (1912)"),
    "gini_within": (
        *("fraction", "Gini within macro-regions", "区域内基尼系数"),
        *("Dagum's part inside macro-regions", "Σ_g Σ_{i,k∈g} w_i w_k |y_i − y_k| / 2μ", _DAGUM),
    ),
    "gini_between": (
        *("fraction", "Gini between macro-regions, net", "区域间净差异"),
        *("Dagum's net part between macro-regions", "Σ_g Σ_h w_g w_h |μ_g − μ_h| / 2μ", _DAGUM),
    ),
    "gini_transvariation": (
        *("fraction", "Transvariation", "超变密度"),
        "Dagum's part of macro-regions' overlap: units of a poorer one above units of a richer one",
        *("2 Σ w_i w_k max(y_i − y_k, 0) / μ, i of the poorer, k of the richer", _DAGUM),
    ),
    "atkinson": (
        *("fraction", "Atkinson index", "阿特金森指数"),
        *("Share of the mean that equality would be worth, ε = ½", "1 − (Σ w_i y_i^½)² / μ", "Atkinson (1970)"),
    ),
}


def _measures(subject: str, level: Level) -> tuple[Measure, ...]:
    (en, zh), (over, over_zh) = SUBJECTS[subject], LEVEL_TITLES[level]
    found = []
    for alike in (False, True):
        for kind, (unit, title, title_zh, meaning, equation, source) in _KINDS.items():
            if kind == "atkinson" and not alike:
                continue
            found.append(
                measure(
                    f"{kind}_{subject}_{level}" + "_alike" * alike,
                    unit,
                    f"{title}: {en}, {over}" + ", each alike" * alike,
                    f"{over_zh}{zh}{title_zh}" + "（等权）" * alike,
                    f"{meaning} of {level}' {en}",
                    f"{equation}, {'w_i = 1/n' if alike else 'w_i = share of residents'}, μ = Σ w_i y_i",
                    source=source,
                )
            )
    return tuple(found)


INEQUALITY: tuple[Index, ...] = tuple(
    index
    for subject in SUBJECTS
    for level in LEVELS
    for index in declared(
        "regions" if level == "provinces" else "cities",
        partial(inequality, subject=subject, level=level),
        unobserved(_measures(subject, level)),
    )
)
