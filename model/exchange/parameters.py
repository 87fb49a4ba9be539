"""How far data and knowledge reach, and what that costs."""

from __future__ import annotations

from nqpf.agents.typing import Strict, parameter


class Data(Strict):
    """Data pools and the compute to use them."""

    pool_weight: float = parameter(
        0.5,
        0,
        1,
        "μ: part of data's exponent that falls on the pool, the rest on the firm's own data",
        "share",
        "assumed",
    )
    compute_weight: float = parameter(
        0.5, 0, 2, "Part of data's exponent with which compute over its need counts", "share", "assumed"
    )
    information_cost: float = parameter(
        1.0, 0, 20, "Log loss of data from another place without digital networks, and per 1000 km", "log", "assumed"
    )
    price: float = parameter(
        0.5, 0, 1, "Payment for others' data over its value to the user", "share", "assumed: the gain is halved"
    )
    exchange_cost: float = parameter(
        1.0, 0, 1, "The exchange's part of the payments of a sole buyer; buyers share it", "share", "assumed"
    )
    ageing: float = parameter(0.05, 0.001, 1, "Data outdated in a quarter", "1 / quarter", "assumed: 19 % a year")
    hub_share: float = parameter(0.5, 0, 1, "Spending on compute that goes to the hubs", "share", "assumed")
    price_west: float = parameter(
        0.8, 0.1, 5, "Price of capacity in western hubs over the others'", "ratio", "assumed: cheaper power and land"
    )
    latency_range: float = parameter(
        1500.0, 50, 20000, "Distance over which the use of a hub falls to 1/e", "km", "assumed"
    )


class Collaboration(Strict):
    """Joint research between places and the network it leaves."""

    digital_gain: float = parameter(
        0.5, 0, 5, "Fall of log friction per unit of digital intensity gained", "1", "assumed"
    )
    network_gain: float = parameter(
        0.5, 0, 5, "Gain of access to partners with many joint projects behind them", "ratio", "assumed"
    )
    rate: float = parameter(0.2, 0, 1, "Improvements made with a partner", "share", "assumed")
    ageing: float = parameter(0.05, 0.001, 1, "Links forgotten in a quarter", "1 / quarter", "assumed: 19 % a year")
