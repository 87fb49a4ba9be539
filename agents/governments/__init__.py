"""Governments: who taxes, transfers and spends."""

from __future__ import annotations

from nqpf.agents.window import Window


class RegionalGovernment(Window):
    """A province's government: the budget of its cities and the measures of level `province`."""

    level = "province"


class CentralGovernment(Window):
    """The centre: takes its share of tax, gives it back to provinces by residents and by tax.

    Attributes are the measures of level `nation`.
    """

    level = "nation"
