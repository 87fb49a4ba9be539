"""Do provinces and places grow alike? σ- and β-convergence, mobility of ranks, and clubs.

σ: standard deviation of logs. β (Barro and Sala-i-Martin 1992): growth a year, (ln y_T − ln y_0)/T = a + b ln y_0, by
least squares, each province or place alike; b = −(1 − e^{−βT})/T, so β = −ln(1 + bT)/T, half-life ln 2/β. Ranks:
Kendall's τ and Rey's θ, how far ranks change alike inside macro-regions. Clubs: a Markov chain between classes of y
over the mean (Quah 1993).
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.indices.declared import declared, library, unobserved
from nqpf.experiments.indices.inequality import LEVEL_TITLES, SUBJECTS
from nqpf.experiments.indices.reading import LEVELS, Tables
from nqpf.model.errors import InputError, nearest
from nqpf.model.measures.measure import measure

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.experiments.indices.declared import Index
    from nqpf.experiments.indices.reading import Level, Reading
    from nqpf.experiments.store import Run
    from nqpf.model.measures import Measure

_REGRESSION = ("beta", "beta_se", "half_life", "slope", "slope_se", "p", "r2", "n")

CLASSES = 5
"""Clubs of a Markov chain, each a fifth of what is seen over the run."""


def growth(reading: Reading, subject: str, level: Level) -> Floats:
    """Growth of each province or place since the run's first quarter, logs a year; NaN in the first quarter."""
    now, then = reading.values(subject, level), reading.first.values(subject, level)
    if not reading.years or not ((now > 0) & (then > 0)).all():
        return np.full(len(now), np.nan)
    return np.log(now / then) / reading.years


def regression(start: Floats, rate: Floats, years: float) -> dict[str, float]:
    """β-convergence of growth rates (n,), logs a year over `years`, on start values (n,) > 0.

    Returns
    -------
    dict
        beta and its standard error beta_se (by the delta method) a year, half_life in years (infinite if it diverges),
        slope b with slope_se and two-sided p, r2, and n. β is NaN if 1 + bT ≤ 0, when the poor overtake the rich; all
        are NaN of less than three, or if all start alike.
    """
    if len(start) < 3 or np.ptp(start) == 0:
        return dict.fromkeys(_REGRESSION, np.nan) | {"n": float(len(start))}
    from scipy.stats import linregress  # noqa: PLC0415  # takes a second to load

    fit = linregress(np.log(start), rate)
    kept = 1 + fit.slope * years  # of an initial gap at the end, a fraction
    beta = -np.log(kept) / years if kept > 0 else np.nan
    return {
        "beta": float(beta),
        "beta_se": float(fit.stderr / kept) if kept > 0 else np.nan,
        "half_life": float(np.log(2) / beta) if beta > 0 else np.inf if beta <= 0 else np.nan,
        "slope": float(fit.slope),
        "slope_se": float(fit.stderr),
        "p": float(fit.pvalue),
        "r2": float(fit.rvalue**2),
        "n": float(len(start)),
    }


def beta_convergence(run: Run, level: Level = "provinces") -> pd.DataFrame:
    """β-convergence over the whole run: a row a subject (GDP per head, NQPF index), columns as of `regression`.

    A run of one quarter has no growth, and its numbers are NaN.
    """
    tables = _checked(run, level)
    last = tables.at(tables.quarters[-1])
    found = {}
    for subject in SUBJECTS:
        rate = growth(last, subject, level)
        known = np.isfinite(rate).all()
        found[subject] = regression(last.first.values(subject, level), rate, last.years) if known else {}
    index = pd.Index(list(found), name="subject")
    return pd.DataFrame(list(found.values()), index=index, columns=list(_REGRESSION), dtype="float64")


def rank_mobility(run: Run, level: Level = "places", subject: str = "gdp_per_head") -> pd.DataFrame:
    """How ranks change from year to year and over the whole run: a row an interval, the last the whole run.

    Columns: `from`, `until` (quarters); `tau`, Kendall's τ of the values at both ends (1: no rank changed), with its
    asymptotic p-value `p`; `theta`, Rey's θ: |Σ of rank changes| inside macro-regions over Σ |rank changes| (1: regions
    move as one; NaN if no rank changed); `mean_change`, mean |rank change|, ranks.
    """
    tables = _checked(run, level, subject)
    years = tables.quarters[::4]
    if years[-1] != tables.quarters[-1]:
        years.append(tables.quarters[-1])
    pairs = list(pairwise(years))
    if len(pairs) > 1:
        pairs.append((years[0], years[-1]))
    rank = library("giddy.rank")
    rows = []
    for start, end in pairs:
        then, now = (tables.at(q).values(subject, level) for q in (start, end))
        tau = rank.Tau(then, now)
        ranks = pd.DataFrame({"then": then, "now": now}).rank()
        change = (ranks["now"] - ranks["then"]).abs()
        theta = np.nan
        if change.any():
            theta = float(rank.Theta(np.column_stack([then, now]), tables.at(end).group(level), 0).theta[0])
        rows.append((start, end, float(tau.tau), float(tau.tau_p), theta, float(change.mean())))
    return pd.DataFrame(rows, columns=["from", "until", "tau", "p", "theta", "mean_change"])


def club_mobility(run: Run, level: Level = "places", subject: str = "gdp_per_head") -> pd.DataFrame:
    """Year-to-year Markov chain between five classes of y over the level's mean, each a fifth of all that is seen.

    A row a class from the lowest; columns `upper` (its upper end, times the mean), `to_1` … `to_5` (chance to be there
    a year on), `start` and `end` (share of provinces or places in the first and last year), `ergodic` (share in the
    long run; NaN if classes that cannot be left make it depend on the start). InputError for a run of less than five
    quarters, which has no chain.
    """
    tables = _checked(run, level, subject)
    years = tables.quarters[::4]
    if len(years) < 2:
        raise InputError(f"{run.path}: has less than five quarters, and a chain needs two years; run it longer")
    values = np.column_stack([tables.at(q).values(subject, level) for q in years])
    relative = values / values.mean(0)
    edges = np.quantile(relative, np.arange(1, CLASSES) / CLASSES)
    member = np.searchsorted(edges, relative, side="right")
    chain = library("giddy.markov").Markov(member, classes=np.arange(CLASSES), summary=False)
    found = pd.DataFrame(chain.p, columns=[f"to_{c + 1}" for c in range(CLASSES)])
    found.insert(0, "upper", [*edges, relative.max()])
    found["start"], found["end"] = (np.bincount(member[:, y], minlength=CLASSES) / len(member) for y in (0, -1))
    found["ergodic"] = np.ravel(chain.steady_state) if chain.num_rclasses == 1 else np.nan
    return found.set_axis(pd.RangeIndex(1, CLASSES + 1, name="class"), axis=0)


def _checked(run: Run, level: str, subject: str = "gdp_per_head") -> Tables:
    for given, known in ((level, LEVELS), (subject, SUBJECTS)):
        if given not in known:
            raise InputError(f"unknown {given!r}{nearest(given, known) or f'; there are {", ".join(known)}'}")
    tables = Tables(run)
    if not tables.quarters:
        raise InputError(f"{run.path}: has no quarter yet; let it run on")
    return tables


def _convergence(reading: Reading, subject: str, level: Level) -> dict[str, float]:
    end = f"_{subject}_{level}"
    now, then = reading.values(subject, level), reading.first.values(subject, level)
    rate = growth(reading, subject, level)
    known = np.isfinite(rate).all()
    return {
        f"sigma{end}": float(np.log(now).std()) if (now > 0).all() else np.nan,
        f"beta{end}": regression(then, rate, reading.years)["beta"] if known else np.nan,
        f"rank_tau{end}": float(library("giddy.rank").Tau(then, now).tau) if len(now) > 1 else np.nan,
    }


def _measures(subject: str, level: Level) -> tuple[Measure, ...]:
    (en, zh), (over, over_zh) = SUBJECTS[subject], LEVEL_TITLES[level]
    end = f"_{subject}_{level}"
    return (
        measure(
            f"sigma{end}",
            "log",
            f"Dispersion of log {en}, {over}",
            f"{over_zh}{zh}对数离散度",
            f"Standard deviation of {over}' log {en}, each alike; σ-convergence if it falls",
            "sd ln y_i",
            source="Barro and Sala-i-Martin (1992)",
        ),
        measure(
            f"beta{end}",
            "1 / year",
            f"β-convergence of {en}, {over}",
            f"{over_zh}{zh}β收敛速度",
            f"Speed since the run's first quarter at which {over}' gaps in {en} close; none in the first quarter",
            "−ln(1 + bT)/T, (ln y_T − ln y_0)/T = a + b ln y_0 by least squares",
            source="Barro and Sala-i-Martin (1992)",
        ),
        measure(
            f"rank_tau{end}",
            "fraction",
            f"Rank stability of {en}, {over}",
            f"{over_zh}{zh}位次稳定性",
            f"Kendall's τ of {over}' {en} with the run's first quarter; 1 if no rank changed",
            "τ_b",
            source="Kendall (1938); Rey (2004)",
        ),
    )


CONVERGENCE: tuple[Index, ...] = tuple(
    index
    for subject in SUBJECTS
    for level in LEVELS
    for index in declared(
        "regions" if level == "provinces" else "cities",
        partial(_convergence, subject=subject, level=level),
        unobserved(_measures(subject, level)),
    )
)
