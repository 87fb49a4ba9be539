"""What firms are like: how they improve, arrive and leave."""

from __future__ import annotations

from nqpf.agents.typing import Strict, parameter

_PROTOTYPE = "assumed: tried on the data of 2010-2023"


class Research(Strict):
    """Incremental innovation and the knowledge that spills over between places."""

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
    step: float = parameter(0.065, 0, 1, "Largest log gain by one improvement", "log", _PROTOTYPE)
    frontier_growth: float = parameter(0.004, 0, 0.05, "Growth of the track's ceiling", "log / quarter", _PROTOTYPE)
    ceiling: float = parameter(
        2.5, 1.01, 20, "Ceiling over the sector's 95th percentile at the start", "ratio", _PROTOTYPE
    )
    place_gap: float = parameter(
        0.25, 0, 1, "Part of a place's productivity lead that is near the ceiling already", "share", _PROTOTYPE
    )


class EntryExit(Strict):
    """Birth and death of firms."""

    exit_rate: float = parameter(
        0.017, 0, 0.5, "Exit hazard of a firm with its city's mean return", "1 / quarter", "SAIC 2013: 6.2-9.3 % a year"
    )
    exit_return_elasticity: float = parameter(
        0.5, 0, 3, "Fall of the log hazard per log return over the city's", "1", _PROTOTYPE
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
