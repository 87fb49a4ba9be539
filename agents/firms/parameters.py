"""What firms are like: how they improve, arrive and leave."""

from __future__ import annotations

import numpy as np

from nqpf.agents.typing import Strict, parameter

_PROTOTYPE = "assumed: tried on the data of 2010-2023"
_ASSUMED = "assumed"

HAZARD_SCALE = 1.5
"""Divisor of the hazard of improvement: R&D and spillover at their means about make up for it."""


class Research(Strict):
    """How firms improve, imitate, adopt tracks and try to leave them, and the knowledge that spills over."""

    hazard: float = parameter(0.25, 0, 5, "λ: scale of the chance to improve in a quarter", "1 / quarter", _PROTOTYPE)
    effort_elasticity: float = parameter(
        0.25, 0, 1, "Elasticity of the chance in R&D over the sector's mean", "1", _PROTOTYPE
    )
    effort_cap: float = parameter(20.0, 1, 1000, "Largest R&D over the sector's mean that counts", "ratio", _PROTOTYPE)
    spillover_weight: float = parameter(0.5, 0, 5, "Gain of the chance per unit of spillover", "1", _PROTOTYPE)
    spillover_cap: float = parameter(3.0, 0, 100, "Largest spillover over the mean that counts", "ratio", _PROTOTYPE)
    spillover_range: float = parameter(
        500.0, 1, 5000, "Distance over which knowledge falls to 1/e", "km", "EU: −55 to −70 % per 500 km"
    )
    spillover_border: float = parameter(
        0.4, 0, 3, "Fall of log spillover across a provincial border", "log", "Jiang: co-patents 4.74 intra, .69 inter"
    )
    step: float = parameter(
        0.038, 0, 1, "Largest log gain by one improvement", "log", "set on the nation's growth 2010-2023 (seed 7)"
    )
    frontier_growth: float = parameter(0.004, 0, 0.05, "Growth of the track's ceiling", "log / quarter", _PROTOTYPE)
    ceiling: float = parameter(
        2.5, 1.01, 20, "Ceiling over the sector's 95th percentile at the start", "ratio", _PROTOTYPE
    )
    place_gap: float = parameter(
        0.25, 0, 1, "Part of a place's productivity lead that is near the ceiling already", "share", _PROTOTYPE
    )
    similarity: float = parameter(
        0.3, 0, 1, "Weight of other sectors' R&D in spillover, times the cosine of inputs", "ratio", _ASSUMED
    )
    imitation: float = parameter(
        0.05, 0, 1, "Chance to imitate in a quarter", "1 / quarter", "Dosi, Fagiolo and Roventini 2010: half of R&D"
    )
    imitation_step: float = parameter(
        0.05, 0, 1, "Part of the gap to the accessible frontier closed by one imitation", "share", _ASSUMED
    )
    imitation_lead: float = parameter(
        0.3, 0, 3, "Best practice over a cell's mean firm", "log", "assumed: about the 90th percentile of firms"
    )
    imitation_cost: float = parameter(
        0.1, 0, 5, "Fall of the accessible frontier per log of lost access", "1", _ASSUMED
    )
    adoption: float = parameter(
        0.22,
        0,
        5,
        "Chance to adopt a track that all the sector around is on",
        "1 / quarter",
        "assumed: half a sector in five years",
    )
    adoption_seed: float = parameter(
        0.1, 0, 1, "Least presence of a track where it was opened", "share of firms", _ASSUMED
    )
    top_share: float = parameter(0.1, 0.001, 1, "Firms that may try to leave their track", "share", "top decile")
    attempts: float = parameter(
        0.25, 0, 20, "Attempts expected in a sector", "1 / quarter", "assumed: some two successes a sector in 12 years"
    )
    grant_elasticity: float = parameter(
        0.5, 0, 2, "Elasticity of attempts in R&D with the mission grant over R&D without", "1", _ASSUMED
    )
    breakthrough: float = parameter(0.35, 0, 1, "Success of an attempt with every component at hand", "share", _ASSUMED)
    component_power: float = parameter(
        0.5, 0, 5, "Power of each component's reachable capability", "1", "O-ring, Kremer 1993; value assumed"
    )
    variety_gain: float = parameter(
        1.0, 0, 10, "Gain of success per unit of unrelated variety over the mean", "1", "Castaldi, Frenken and Los 2015"
    )
    cluster_gain: float = parameter(
        0.2, 0, 5, "Gain of success in an advanced manufacturing cluster", "ratio", _ASSUMED
    )
    breakthrough_jump: float = parameter(
        0.25, 0, 3, "Ceiling of a new track over its sector's highest", "log", _ASSUMED
    )
    knowledge_ageing: float = parameter(
        0.04, 0.001, 1, "Knowledge lost in a quarter", "1 / quarter", "15 % a year: Hall, Mairesse and Mohnen 2010"
    )

    @property
    def usual_hazard(self) -> float:
        """Chance to improve with the mean firm's R&D and no spillover."""
        return float(-np.expm1(-self.hazard / HAZARD_SCALE))


class EntryExit(Strict):
    """Birth and death of firms."""

    exit_rate: float = parameter(
        0.019,
        0,
        0.5,
        "Exit hazard with the city's mean return, times the profile of age",
        "1 / quarter",
        "SAIC 2013: 6.2-9.3 % a year; profile 1.6, 6.3, 9.5, above 8, falling after year 7",
    )
    exit_return_elasticity: float = parameter(
        0.5, 0, 3, "Fall of the log hazard per log return over the city's", "1", _PROTOTYPE
    )
    exit_size_elasticity: float = parameter(
        0.5,
        0,
        3,
        "Fall of the log hazard per log capital over the cell's mean",
        "1",
        "assumed: large firms rarely leave",
    )
    entrant_gap: float = parameter(0.05, 0, 2, "Mean log productivity of entrants below the cell's", "log", _PROTOTYPE)
    entrant_dispersion: float = parameter(
        0.25, 0, 2, "Standard deviation of entrants' log productivity", "log", _PROTOTYPE
    )
    entrant_size: float = parameter(
        0.4, 0.001, 5, "Capital an entrant wants over its city's mean firm's", "ratio", _PROTOTYPE
    )
    size_tail: float = parameter(
        1.3, 1.01, 5, "Pareto exponent of firm sizes at the start", "1", "Heinrich and Dai: 1.0-1.5"
    )
    size_cap: float = parameter(200.0, 1, 1e6, "Largest size at the start over the smallest", "ratio", _PROTOTYPE)
    memory: float = parameter(
        0.25,
        0.01,
        1,
        "Weight of the last quarter in a firm's performance: exit follows lasting losses",
        "share",
        _ASSUMED,
    )
    entry_relatedness: float = parameter(
        0.5, 0, 5, "Elasticity of entry in relatedness density", "1", "entry follows relatedness: about 70 % 2000-16"
    )
    entry_return: float = parameter(
        0.5, 0, 5, "Elasticity of entry in the cell's return over the nation's", "1", _ASSUMED
    )
    entry_finance: float = parameter(
        0.25, 0, 5, "Elasticity of entry in the place's investment over capital", "1", _ASSUMED
    )
    entry_subsidy: float = parameter(
        1.0, 0, 10, "Elasticity of entry in one plus the subsidy over the profit share", "1", _ASSUMED
    )


class Relocation(Strict):
    """Industrial transfer: firms that leave for a better site."""

    considering: float = parameter(0.01, 0, 1, "Firms that consider moving in a quarter", "1 / quarter", _ASSUMED)
    return_weight: float = parameter(2.0, 0, 20, "Weight of the log return gained", "1", _ASSUMED)
    subsidy_weight: float = parameter(5.0, 0, 50, "Weight of the log subsidy gained", "1", _ASSUMED)
    distance_cost: float = parameter(1.0, 0, 20, "Cost of a thousand kilometres", "1 / 1000 km", _ASSUMED)
    border_cost: float = parameter(0.5, 0, 10, "Cost of a provincial border", "1", _ASSUMED)
    fixed_cost: float = parameter(2.0, 0, 20, "Cost of any move", "1", _ASSUMED)
