"""What is done with the model: runs, experiments, comparisons, and the `nqpf` command."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nqpf.experiments.simulate import run
    from nqpf.experiments.store import Run, open_run

__all__ = ["Run", "open_run", "run"]

_HOME = {
    "Run": "nqpf.experiments.store",
    "open_run": "nqpf.experiments.store",
    "run": "nqpf.experiments.simulate",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that the command's help stays light. No module may bear the name of an export: once
    # loaded it would stand in its place.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
