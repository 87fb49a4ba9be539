"""Two factors must not set one lever in one place at one time: the later would hide the earlier."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from nqpf.experiments.designs.targets import SWITCH, Rule
from nqpf.model.policy import treated_places
from nqpf.model.quarters import parse_quarter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nqpf.experiments.designs.factors import Factor
    from nqpf.model.facts import Facts


def meetings(factors: Iterable[Factor], facts: Iterable[Callable[[], Facts]]) -> Iterator[tuple[Factor, Factor, str]]:
    """Pairs of factors that meet, with the lever."""
    for one, other in combinations(factors, 2):
        shared = [leaf for leaf in one.target.leaves if leaf in other.target.leaves]
        if shared and not _apart_in_time(one, other) and not all(_apart_in_space(one, other, load) for load in facts):
            yield one, other, shared[0]


def where_of(factor: Factor) -> dict[str, tuple[str, ...]] | None:
    """All places that a factor ever treats, as rules say it; None is everywhere."""
    return factor.target.where if isinstance(factor.target, Rule) else None


def _apart_in_space(one: Factor, other: Factor, facts: Callable[[], Facts]) -> bool:
    if where_of(one) is None or where_of(other) is None:
        return False
    return not (treated_places(where_of(one), facts()) & treated_places(where_of(other), facts())).any()


def _apart_in_time(one: Factor, other: Factor) -> bool:
    if any(_says(a, "until") == SWITCH == _says(b, "from") for a, b in ((one, other), (other, one))):
        return True
    return any(
        until is not None and begin is not None and parse_quarter(until) < parse_quarter(begin)
        for until, begin in ((_end(one), _begin(other)), (_end(other), _begin(one)))
    )


def _begin(factor: Factor) -> str | None:
    return _fixed(factor, "from")


def _end(factor: Factor) -> str | None:
    return _fixed(factor, "until")


def _fixed(factor: Factor, key: str) -> str | None:
    """A quarter that the rule names; none if it waits for the switch year."""
    said = _says(factor, key)
    return None if said == SWITCH else said


def _says(factor: Factor, key: str) -> str | None:
    return factor.target.said.get(key) if isinstance(factor.target, Rule) else None
