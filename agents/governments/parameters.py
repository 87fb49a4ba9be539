"""How governments choose and adapt."""

from __future__ import annotations

from nqpf.agents.typing import Strict, parameter


class Governments(Strict):
    """Targets of cities, effort of provinces."""

    targets: int = parameter(2, 0, 20, "Strategic sectors a place targets", "sectors", "assumed")
    peer_ranks: int = parameter(
        2,
        0,
        50,
        "Ranks of value added above and below within which a place of the province is a peer",
        "ranks",
        "Yu, Zhou and Zhu: governments react to peers of similar rank in their province",
    )
    adaptation: float = parameter(
        5.0,
        0,
        100,
        "Rise of a province's subsidy effort per log of growth behind its macro-region's mean",
        "1 / log",
        "assumed; tournaments are disputed, 0 switches them off",
    )
    highest_subsidy: float = parameter(
        0.3, 0, 1, "Highest subsidy over the value added of a targeted sector", "share", "assumed"
    )
    subsidy_room: float = parameter(
        0.3, 0, 0.4, "Largest part of a city's budget that subsidies to industry may take", "share", "assumed"
    )
