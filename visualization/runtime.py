"""What all visitors of a server share: where runs are computed, and read-only facts. Runs and widgets never are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nqpf.visualization.source import Order, Source
    from nqpf.visualization.workers import Pool


@dataclass(frozen=True, slots=True)
class Runtime:
    """A server's pool, its default run, and what every visitor is told alike."""

    source: Source
    pool: Pool
    order: Order
    facts: dict[str, Any]
    levers: list[dict[str, Any]]
    title: dict[str, str]
    quarters: range


_current: list[Runtime] = []


def install(runtime: Runtime) -> None:
    """Make a runtime the one this process serves."""
    _current[:] = [runtime]


def current() -> Runtime:
    """The runtime this process serves; RuntimeError before there is one."""
    if not _current:
        raise RuntimeError("start the page with `nqpf app`")
    return _current[0]
