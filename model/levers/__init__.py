"""The levers of policy: each declared once; checks, command, page and documentation derive from this table.

Nothing but the standard library is imported here: the command's help and the page read it before any array exists.
"""

from __future__ import annotations

from nqpf.model.errors import ScenarioError, nearest
from nqpf.model.levers.factors import FACTORS
from nqpf.model.levers.governments import GOVERNMENTS
from nqpf.model.levers.industry import INDUSTRY
from nqpf.model.levers.lever import LEVELS, NEVER, Lever, LeverValue, brief, written
from nqpf.model.levers.technology import TECHNOLOGY

__all__ = [
    "LEVELS", "LEVERS", "NEVER", "Lever", "LeverValue", "brief", "lever_names", "resolve_lever", "written",
]  # fmt: skip

LEVERS: dict[str, Lever] = {lever.name: lever for lever in (*TECHNOLOGY, *FACTORS, *INDUSTRY, *GOVERNMENTS)}
"""Leaf name → lever, by driver. A group such as `hukou_easing` is the part before the dot and stands for its leaves."""


def lever_names() -> list[str]:
    """Every name a rule or `--set` may use: leaves and groups, in the order of declaration."""
    names: dict[str, None] = {}
    for leaf in LEVERS:
        names.setdefault(leaf.partition(".")[0])
        names.setdefault(leaf)
    return list(names)


def resolve_lever(name: str) -> list[str]:
    """The leaves a name sets: itself, or all of a bare name; the prefix `policy.` is optional.

    Raises ScenarioError with the nearest known name.
    """
    bare = name.removeprefix("policy.")
    leaves = [leaf for leaf in LEVERS if bare in {leaf, leaf.partition(".")[0]}]
    if not leaves:
        hint = nearest(bare, lever_names()) or "; `nqpf levers` lists them"
        raise ScenarioError(f"unknown lever {brief(name)}{hint}")
    return leaves
