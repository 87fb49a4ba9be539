"""How much is where most is: Herfindahl indices, shares of the largest, and what the model observes every quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.experiments.indices.declared import OBSERVED_AS, declared
from nqpf.model.inequality import herfindahl, top_share
from nqpf.model.measures import CITY, NATION
from nqpf.model.measures.measure import measure

if TYPE_CHECKING:
    from nqpf.experiments.indices.declared import Index
    from nqpf.experiments.indices.reading import Reading
    from nqpf.model.measures import Measure

LARGEST = 10
RESEARCH_PROVINCES = (6, 12)
"""With the three of `rd_top3_share`, the counts that statistics of China's R&D give."""

_SUBJECTS = {"rd": ("R&D", "研发支出"), "firms": ("firms", "企业"), "exports": ("exports", "出口")}
_OBSERVED = (
    *OBSERVED_AS.values(),
    *("nqpf", "nqpf_reach", "nqpf_theil_between_share", "theil_between", "gini_gdp", "gdp_herfindahl"),
    "top10_gdp_share",
    *("top10_population_share", "rd_top3_share", "sd_log_return", "tfp_dispersion", "structural_similarity"),
    *(
        "manufacturing_share",
        "strategic_share",
        "industrial_complexity",
        "input_exposure",
        "cross_province_collaboration",
    ),
)
"""Measures of the nation that are indices too: one definition, in the model."""


def _concentration(reading: Reading) -> dict[str, float]:
    found = {}
    for subject in _SUBJECTS:
        values = reading.values(subject, "places")
        found[f"{subject}_herfindahl"] = herfindahl(values) if values.any() else np.nan
        found[f"top{LARGEST}_{subject}_share"] = top_share(values, LARGEST) if values.any() else np.nan
    return found


def _research(reading: Reading) -> dict[str, float]:
    rd = reading.values("rd", "provinces")
    return {f"rd_top{count}_share": top_share(rd, count) for count in RESEARCH_PROVINCES}


def _observed(reading: Reading) -> dict[str, float]:
    nation = reading.tables.nation
    return {name: float(nation[name].to_numpy(np.float64)[nation.index == reading.quarter][0]) for name in _OBSERVED}


def _measures() -> tuple[Measure, ...]:
    found = []
    for subject, (en, zh) in _SUBJECTS.items():
        found += [
            measure(
                f"{subject}_herfindahl",
                "fraction",
                f"Herfindahl index of {en}",
                f"城市{zh}赫芬达尔指数",
                f"Concentration of {en} over places",
                "Σ (x_i / Σ x)²",
                source="Herfindahl (1950)",
            ),
            measure(
                f"top{LARGEST}_{subject}_share",
                "fraction",
                f"Ten largest places' share of {en}",
                f"前十城市{zh}占比",
                f"{en[0].upper()}{en[1:]} of the ten places with most over the nation's",
                "Σ of the ten largest x_i / Σ x",
            ),
        ]
    return tuple(found)


CONCENTRATION: tuple[Index, ...] = (
    *declared("nation", _observed, [m for m in (*CITY, *NATION) if m.name in _OBSERVED]),
    *declared("cities", _concentration, _measures()),
    *declared(
        "regions",
        _research,
        [
            measure(
                f"rd_top{count}_share",
                "fraction",
                f"R&D share of the {count} first provinces",
                f"前{count}省研发占比",
                f"R&D of the {count} provinces with most over the nation's",
                f"Σ of the {count} largest R_p / Σ R",
            )
            for count in RESEARCH_PROVINCES
        ],
    ),
)
