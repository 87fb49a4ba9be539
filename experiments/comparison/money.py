"""What a yuan of public money brought: cumulative output over cumulative outlays, both as differences of paired runs.

    m_r = Σ_t (gdp_B − gdp_A)_rt / Σ_t (outlays_B − outlays_A)_rt,    outlays deflated by value added / gdp

over the quarters compared, means over seeds in both; gdp is real, so the nation's deflator brings outlays to its
prices. A region's multiplier is its own output over its own money. The interval is Fieller's for a ratio of means: it
need not lie evenly about the ratio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.comparison.deviations import Band
from nqpf.experiments.comparison.panels import MEASURES
from nqpf.experiments.paired.intervals import ratio

if TYPE_CHECKING:
    from nqpf.agents.typing import Bools, Floats
    from nqpf.experiments.comparison.panels import Panel

OUTLAYS: dict[str, tuple[str, ...]] = {
    "talent_subsidy": ("talent_subsidy",),
    "industry_subsidy": ("subsidy_cap", "targeting_rule"),
    "guidance_fund": ("guidance_fund",),
    "mission": ("mission_fund",),
}
"""Public programme money by measure, and the levers that set it.

These are what a programme pays for and the accounts show as a flow of its own (`model/markets/incomes.py`). Public
spending is not among them: it is what programmes leave of a budget, so that with it every programme would cost nothing.
Development money goes through public spending, and its total is a fixed part of the centre's share: `pole_share` and
`switch_year` move it between places but never spend more.
"""

LEVERS_OF_MONEY = frozenset(lever for levers in OUTLAYS.values() for lever in levers)
"""Levers that set programme money."""

COLUMNS = ("gdp", "value_added", *OUTLAYS)
"""Measures that multipliers are made of."""

PRICES = MEASURES["gdp"].unit.rpartition(", ")[2]
"""Prices of output and, deflated, of outlays."""

_NOTHING = 1e-6  # of the baseline's GDP: outlays that move by less have not moved
NOTHING = "no money moved"
FOLLOWED = "only followed"
UNSURE = "unsure if any"
FEWER = "less money"
MIXED = "mixed"
NOTES = {
    NOTHING: "outlays are those of the baseline, to a millionth of its GDP",
    FOLLOWED: "no lever that sets programme money differs here: outlays are shares of budgets and of value added, and "
    "only followed the economy",
    UNSURE: "outlays are not distinguishable from none",
    FEWER: "outlays fell",
    MIXED: "other levers differ, too: not what the money alone brought",
}
"""What the notes of multipliers mean; but for `MIXED` there is no multiplier."""

_NONE = (np.nan,) * 3


def multipliers(nation: Panel, panel: Panel, paid: Bools, *, mixed: bool) -> pd.DataFrame:
    """One row for each region of a panel: `region`, the sums, the multiplier with its interval, and a note.

    Columns `gdp` and `outlays`: Σ of B − A, CNY million, mean over seeds; `multiplier`, `low`, `high`; `note`, a key of
    `NOTES` or nothing.

    Parameters
    ----------
    paid
        Regions with a place where a lever that sets programme money differs, (n_regions,): elsewhere there is no
        multiplier, whatever outlays did.
    mixed
        Whether something else differs, too, anywhere.
    """
    deflated = _deflators(nation)
    gdp, outlays, base = _sums(panel, deflated)
    rows = []
    for r, region in enumerate(panel.regions):
        moved = abs(outlays[:, r].mean()) >= _NOTHING * base[:, r].mean()
        m, note = (
            _multiplier(gdp[:, r], outlays[:, r]) if moved and paid[r] else (_NONE, FOLLOWED if moved else NOTHING)
        )
        rows.append((region, gdp[:, r].mean(), outlays[:, r].mean(), *m, note or MIXED * mixed))
    return pd.DataFrame(rows, columns=["region", "gdp", "outlays", "multiplier", "low", "high", "note"])


def _multiplier(output: Floats, money: Floats) -> tuple[tuple[float, ...], str]:
    """Multiplier of two (n_seeds,) with the ends of its interval, which are missing with one seed, or why none."""
    sign = Band.of(money).sign
    if sign <= 0:
        return _NONE, FEWER if sign < 0 else UNSURE
    if len(money) == 1:
        return (float(output[0] / money[0]), np.nan, np.nan), ""
    found = ratio(output, money)
    return (_NONE, UNSURE) if found is None else ((found.mean, found.low, found.high), "")


def _deflators(nation: Panel) -> tuple[Floats, Floats]:
    """Prices of real output over the numéraire's in both arms, (n_seeds, n_quarters, 1)."""
    (gdp_a, gdp_b), (value_a, value_b) = nation.of("gdp"), nation.of("value_added")
    return gdp_a / value_a, gdp_b / value_b


def _sums(panel: Panel, deflators: tuple[Floats, Floats]) -> tuple[Floats, Floats, Floats]:
    """Σ over quarters of the differences of GDP and of outlays, and the baseline's GDP, (n_seeds, n_regions) each."""
    a, b = (sum(panel.of(name)[arm] for name in OUTLAYS) * deflators[arm] for arm in (0, 1))
    before, after = panel.of("gdp")
    return (after - before).sum(1), np.asarray(b - a).sum(1), before.sum(1)
