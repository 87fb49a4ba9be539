"""Output of a run: Parquet tables, checkpoints and `run.json`, written as it goes.

`columns` declares every column, `tables` makes a quarter's tables, `parts` keeps them on disk and puts
them together, `checkpoint` holds the state, `recorder` is what a run calls.
"""

from __future__ import annotations

from nqpf.model.recorder.checkpoint import load_checkpoint
from nqpf.model.recorder.columns import DETAILS, TABLES, Detail
from nqpf.model.recorder.parts import recorded, table_files
from nqpf.model.recorder.recorder import FORMAT, RUN_JSON, Recorder

__all__ = [
    "DETAILS",
    "FORMAT",
    "RUN_JSON",
    "TABLES",
    "Detail",
    "Recorder",
    "load_checkpoint",
    "recorded",
    "table_files",
]
