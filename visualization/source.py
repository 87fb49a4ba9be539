"""The seam between page and model: what is ordered, and who makes the frames of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from nqpf.model.levers import LeverValue
    from nqpf.visualization.frames import Layout


@dataclass(frozen=True, slots=True)
class Change:
    """A lever moved while quarter `quarter` was shown: it acts from the next one on."""

    lever: str
    value: LeverValue
    quarter: int


@dataclass(frozen=True, slots=True)
class Order:
    """A run asked for."""

    scenario: str
    seed: int
    changes: tuple[Change, ...] = ()

    def changed(self, change: Change) -> Order:
        """The order with one more change; an earlier one of the same lever at or after it is replaced."""
        kept = (c for c in self.changes if c.lever != change.lever or c.quarter < change.quarter)
        return replace(self, changes=tuple(sorted((*kept, change), key=lambda c: (c.quarter, c.lever))))


class Producer(Protocol):
    """A run that makes one frame a quarter, inside a worker process."""

    first: int
    """Quarter of frame 0, the start as given."""
    frames: int
    """Frames in all."""

    def frame(self) -> bytes:
        """The quarter last completed."""

    def advance(self) -> None:
        """Compute one quarter more."""

    def checkpoint(self) -> dict[str, Any]:
        """All that is needed to go on from here."""


class Source(Protocol):
    """What the page asks of the model. It travels to the worker processes."""

    @property
    def layout(self) -> Layout:
        """What a frame holds."""

    def facts(self) -> dict[str, Any]:
        """Places, clusters, measures: what the browser has to know before the first frame."""

    def levers(self) -> list[dict[str, Any]]:
        """The levers as `nqpf levers --json` describes them, and what a slider or list needs besides."""

    def open(self, order: Order) -> Producer:
        """A run from its start."""

    def resume(self, order: Order, checkpoint: dict[str, Any]) -> Producer:
        """A run that goes on from a checkpoint of one that shares its past."""
