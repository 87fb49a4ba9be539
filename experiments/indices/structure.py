"""What places make: location quotients, specialisation, likeness, economic complexity, spread of productivity.

Complexity (Hidalgo and Hausmann 2009, by `econcomplex`): from places × tradable sectors with a revealed comparative
advantage of at least one, the second eigenvectors give places' ECI and sectors' PCI, with mean 0 and deviation 1.
About a dozen sectors are few for it: the second eigenvalue is close to the third, and by the mixes of two runs with
2,000 and with 20,000 firms sectors rank otherwise. So every run is measured by PCI of the start's mix as the tables
give it, which no policy, seed or number of firms moves. That mix is itself allocated by rule: five high-tech sectors
have one geography and differ in scale alone, so that PCI tells services from the rest, and not one industry from
another. What sectors themselves need of skill and research is the sturdier measure, and stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist

from nqpf.experiments.indices.declared import declared, library
from nqpf.experiments.indices.reading import Tables
from nqpf.model.industries import complexity as intensity
from nqpf.model.initial.mix import start_mix
from nqpf.model.measures.measure import measure
from nqpf.model.start import one_blas_thread

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats
    from nqpf.experiments.indices.declared import Index
    from nqpf.experiments.indices.reading import Reading
    from nqpf.experiments.store import Run
    from nqpf.model.facts import Facts

_ALLOCATED = "the mix is allocated by rule, alike for five high-tech sectors, so that PCI tells services from the rest"


def location_quotients(run: Run, quarter: str | None = None) -> pd.DataFrame:
    """Location quotients (Balassa's revealed comparative advantage), places × sectors, of a quarter, or the last."""
    tables = Tables(run)
    return tables.at(quarter or run.info["last_quarter"]).cells("rca")


def complexity(run: Run, quarter: str | None = None) -> tuple[pd.Series, pd.Series]:
    """ECI of places and PCI of tradable sectors by the mix of a quarter, or the last; others' are another yardstick."""
    reading = Tables(run).at(quarter or run.info["last_quarter"])
    with one_blas_thread():
        return _complexity(_tradable(reading))


def yardstick(facts: Facts) -> pd.Series:
    """PCI of tradable sectors by the start's mix as the tables give it."""
    mix = pd.DataFrame(start_mix(facts), index=facts.places.code, columns=facts.sectors.id)
    return _complexity(mix.loc[:, [kind != "local" for kind in facts.sectors.kind]])[1]


def _complexity(value: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    try:
        eci, pci = library("econcomplex").eci_pci(value)
    except ValueError:  # fewer than two places or sectors with an advantage: there is nothing to rank
        return pd.Series(np.nan, value.index), pd.Series(np.nan, value.columns)
    return eci, pci


def _tradable(reading: Reading) -> pd.DataFrame:
    """Value added of places × sectors that are not local."""
    return reading.cells("value_added").loc[:, [kind != "local" for kind in reading.facts.sectors.kind]]


def likeness(shares: Floats) -> float:
    """Mean over pairs of rows (n, n_sectors) of the overlap of their shares, 1 − ½ Σ |difference|; 1 of no pair."""
    gaps = pdist(shares, "cityblock")
    return float(1 - gaps.mean() / 2) if len(gaps) else 1.0


def _structure(reading: Reading) -> dict[str, float]:
    value, gdp = reading.cells("value_added"), reading.values("gdp", "places")
    weight = gdp / gdp.sum()
    krugman = library("econcomplex").krugman_index(value.to_numpy())
    return {
        "specialisation": float(weight @ krugman),
        "national_similarity": likeness(value.to_numpy() / value.to_numpy().sum(1, keepdims=True)),
    }


def _complexities(reading: Reading) -> dict[str, float]:
    pci = reading.first.once(_yardstick)
    sectors = reading.facts.sectors
    needs = pd.Series(intensity(sectors.skill_share, sectors.rd_share, sectors.value_added_share), sectors.id)
    value, exports = _tradable(reading), reading.cells("exports").sum()
    strong = library("econcomplex").location_quotient(value.to_numpy()) >= 1
    of_places = np.where(strong, pci.to_numpy(), np.nan)
    known = (strong & pci.notna().to_numpy()).any(1)
    mean_pci, income = np.nanmean(of_places[known], 1), np.log(reading.values("gdp_per_head", "places")[known])
    weight = reading.values("gdp", "places")[known]
    return {
        "complexity_of_output": _mean(pci, value.sum()),
        "complexity_of_exports": _mean(pci, exports),
        "complexity_where_gdp_is": float(np.average(mean_pci, weights=weight)) if known.any() else np.nan,
        "complexity_and_income": float(np.corrcoef(mean_pci, income)[0, 1]) if len(np.unique(mean_pci)) > 1 else np.nan,
        "sophistication_of_exports": _mean(needs, exports),
    }


def _yardstick(first: Reading) -> pd.Series:
    return yardstick(first.facts)


def _mean(values: pd.Series, amount: pd.Series) -> float:
    """Mean of sectors' values by amounts of them; sectors without a value are left out."""
    known = values.dropna()
    weight = amount[known.index].to_numpy(np.float64)
    return float(np.average(known, weights=weight)) if weight.sum() > 0 else np.nan


def _productivity(reading: Reading) -> dict[str, float]:
    log_tfp = np.log(reading.values("tfp", "places"))
    low, high = np.quantile(log_tfp, [0.1, 0.9])
    return {"tfp_range": float(high - low)}


STRUCTURE: tuple[Index, ...] = (
    *declared(
        "sectors cities",
        _structure,
        (
            measure(
                "specialisation",
                "index, 0 to 2",
                "Specialisation of places",
                "城市专业化程度",
                "Krugman's index of places against the nation, by GDP; 0 if all have the nation's mix, at most 2",
                "Σ_i gdp_i Σ_s |share_is − share_s| / Σ gdp",
                source="Krugman (1991)",
            ),
            measure(
                "national_similarity",
                "fraction",
                "Structural similarity over the nation",
                "全国产业结构相似度",
                "Mean over all pairs of places of the overlap of their sector shares",
                "1 − ½ Σ_s |share_is − share_js|",
                source="Krugman (1991)",
            ),
        ),
    ),
    *declared(
        "sectors cities",
        _complexities,
        (
            measure(
                "complexity_of_output",
                "standard deviations",
                "Complexity of output",
                "产出复杂度",
                f"Mean complexity of tradable sectors by value added, by PCI of the start's mix: {_ALLOCATED}",
                "Σ_s va_s PCI_s⁰ / Σ va",
                source="Hidalgo and Hausmann (2009); Hausmann, Hwang and Rodrik (2007)",
            ),
            measure(
                "complexity_of_exports",
                "standard deviations",
                "Complexity of exports",
                "出口复杂度",
                f"Mean complexity of tradable sectors by sales abroad, by PCI of the start's mix: {_ALLOCATED}",
                "Σ_s exports_s PCI_s⁰ / Σ exports",
                source="Hidalgo and Hausmann (2009); Hausmann, Hwang and Rodrik (2007)",
            ),
            measure(
                "complexity_where_gdp_is",
                "standard deviations",
                "Complexity of places, by GDP",
                "城市经济复杂度（GDP加权）",
                "Mean over places, by GDP, of the mean PCI (start's mix) of the sectors they have an advantage in; "
                f"{_ALLOCATED}",
                "Σ gdp_i c_i / Σ gdp, c_i = mean PCI_s⁰ over s with RCA_is ≥ 1",
                source="Hidalgo and Hausmann (2009)",
            ),
            measure(
                "complexity_and_income",
                "correlation",
                "Complexity and GDP per head",
                "复杂度与人均GDP相关系数",
                f"Correlation over places of that mean PCI and log GDP per head: {_ALLOCATED}",
                "corr(c_i, ln y_i)",
                source="Hidalgo and Hausmann (2009)",
            ),
            measure(
                "sophistication_of_exports",
                "index",
                "Sophistication of exports",
                "出口技术含量",
                "Mean skill and research intensity of sectors by sales abroad",
                "Σ_s exports_s (skill_share_s + rd_share_s / γ_s) / Σ exports",
                source="After Hausmann, Hwang and Rodrik (2007), by what sectors use",
            ),
        ),
    ),
    *declared(
        "cities",
        _productivity,
        (
            measure(
                "tfp_range",
                "log",
                "Range of productivity",
                "全要素生产率90-10差距",
                "Log total factor productivity of places, ninth decile less first",
                "p90 − p10 of ln tfp_i",
                source="Syverson (2011)",
            ),
        ),
    ),
)
