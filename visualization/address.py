"""The page's address: what a link says, taken with care, since anybody may write one."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from nqpf.model.levers import NEVER
from nqpf.model.quarters import parse_quarter
from nqpf.visualization.source import Change, Order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nqpf.model.levers import LeverValue

LANGUAGES = ("en", "zh")
SEEDS = 2**32
LONGEST = 4000
"""Characters of a query that are read."""
MOST_CHANGES = 64
MOST_NAMES = 16


@dataclass(frozen=True, slots=True)
class Address:
    """What the page was asked to show."""

    order: Order
    language: str = "en"
    view: dict[str, Any] = field(default_factory=dict)


def clamp_seed(text: object, default: int) -> int:
    """A seed within 0 … 2³²−1, or the default where it is none."""
    try:
        return min(max(int(str(text)), 0), SEEDS - 1)
    except ValueError:
        return default


def clamp_value(lever: Mapping[str, Any], value: object) -> LeverValue:
    """A lever's value within its range, None for never; raises ValueError where it is not one of its values at all."""
    text = str(value)
    if lever["kind"] == "choice":
        if text not in lever["values"]:
            raise ValueError(f"{text} is no value of {lever['name']}")
        return text
    if lever["nullable"] and text.casefold() in NEVER:  # a message says None, a link the word
        return None
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no value of {lever['name']}")
    return min(max(number, lever["low"]), lever["high"])


def _change(name: str, text: str, levers: Mapping[str, Mapping[str, Any]]) -> Change | None:
    """`lever.transport_gain.within=0.3@2026Q4` as a change; None if any part of it is not known."""
    value, _, quarter = text.partition("@")
    try:
        return Change(name, clamp_value(levers[name], value), parse_quarter(quarter)) if name in levers else None
    except ValueError:
        return None


def read_address(search: str | None, default: Order, levers: Sequence[Mapping[str, Any]], quarters: range) -> Address:
    """Read a query; what is unknown or out of range is left out or brought into range.

    Parameters
    ----------
    search
        The query without its question mark.
    default
        The run where the query names none.
    levers
        Descriptions of the levers.
    quarters
        Quarters a change may be made in.
    """
    pairs = parse_qsl((search or "")[:LONGEST])
    query = dict(pairs)
    by_name = {str(lever["name"]): lever for lever in levers}
    order = Order(default.scenario, clamp_seed(query.get("seed"), default.seed))
    for key, text in pairs[:MOST_CHANGES]:
        change = _change(key.removeprefix("lever."), text, by_name) if key.startswith("lever.") else None
        if change and change.quarter in quarters:
            order = order.changed(change)
    view: dict[str, Any] = {name: query[name] for name in ("measure", "size", "place") if name in query}
    for name in ("flows", "series", "charts"):
        if name in query:
            view[name] = query[name].split(".")[:MOST_NAMES]
    if query.get("index") == "0":
        view["index"] = False
    if query.get("clusters") == "1":
        view["clusters"] = True
    with suppress(ValueError):
        view["quarter"] = parse_quarter(query.get("quarter", ""))
    language = query.get("lang", "en")
    return Address(order, language if language in LANGUAGES else "en", view)
