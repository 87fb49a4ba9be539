"""Relocation of firms: industrial transfer to better sites, by logit over a few of them and staying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.firms.parameters import Relocation
    from nqpf.agents.typing import Bools, Floats, Ints

SITES = 4
"""Sites a firm that considers moving looks at."""


def site_value(
    rules: Relocation, log_return: Floats, log_subsidy: Floats, distance: Floats, other_province: Bools
) -> Floats:
    """Value of sites over staying, same shape as all arguments: returns and subsidies gained less the cost of going.

    log_return and log_subsidy are differences of logs, site over home; distance in km.
    """
    gain = rules.return_weight * log_return + rules.subsidy_weight * log_subsidy
    cost = rules.distance_cost * distance / 1000 + rules.border_cost * other_province + rules.fixed_cost
    return np.asarray(gain - cost)


def choose_site(value: Floats, uniform: Floats) -> Ints:
    """Site chosen by each firm, (n,), −1 for staying: logit by inverse CDF over staying (value 0) and sites in order.

    value (n, SITES); −inf is no site.
    """
    cumulated = 1 + np.cumsum(np.exp(value), axis=1)
    drawn = uniform * cumulated[:, -1]
    beyond = (drawn[:, None] >= np.column_stack([np.ones(len(value)), cumulated])).sum(1)
    return np.asarray(np.minimum(beyond, value.shape[1]) - 1)
