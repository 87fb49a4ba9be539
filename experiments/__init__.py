"""What is done with the model: runs, experiments, comparisons, and the `nqpf` command."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nqpf.experiments.comparison import compare
    from nqpf.experiments.indices import INDICES, beta_convergence, location_quotients, rank_mobility
    from nqpf.experiments.simulate import run
    from nqpf.experiments.store import Run, open_run
    from nqpf.experiments.sweeping.conduct import sweep
    from nqpf.experiments.sweeping.reading import Sweep, open_sweep

__all__ = [
    "INDICES",
    "Run",
    "Sweep",
    "beta_convergence",
    "compare",
    "location_quotients",
    "open_run",
    "open_sweep",
    "rank_mobility",
    "run",
    "sweep",
]

_HOME = {
    "INDICES": "nqpf.experiments.indices",
    "Run": "nqpf.experiments.store",
    "Sweep": "nqpf.experiments.sweeping.reading",
    "beta_convergence": "nqpf.experiments.indices",
    "compare": "nqpf.experiments.comparison",
    "location_quotients": "nqpf.experiments.indices",
    "open_run": "nqpf.experiments.store",
    "open_sweep": "nqpf.experiments.sweeping.reading",
    "rank_mobility": "nqpf.experiments.indices",
    "run": "nqpf.experiments.simulate",
    "sweep": "nqpf.experiments.sweeping.conduct",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that the command's help stays light. No module may bear the name of an export: once
    # loaded it would stand in its place.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
