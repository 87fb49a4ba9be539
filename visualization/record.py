"""The history of one run, as the server keeps it for a visitor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nqpf.visualization.source import Order


@dataclass(slots=True)
class Record:
    """The history of one run."""

    number: int
    order: Order
    frames: list[bytes] = field(default_factory=list)
    parent: int | None = None
    shared: int = 0
    """Frames taken over from the parent."""
    state: str = "computing"
    error: str = ""

    def summary(self, frames: int) -> dict[str, Any]:
        """What the browser is told of a run of `frames` frames in all."""
        return {
            "id": self.number,
            "computed": len(self.frames),
            "all": frames,
            "parent": self.parent,
            "shared": self.shared,
        }
