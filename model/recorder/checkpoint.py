"""A run's state on disk: arrays in `checkpoint/<quarter>.npz`, the rest and which of them counts in `checkpoint.json`.

The JSON file is replaced in one go after the arrays are complete, so a kill at any moment leaves a whole checkpoint.
Nothing is pickled.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from nqpf.model.recorder.files import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FOLDER, _INDEX = "checkpoint", "checkpoint.json"


def save_checkpoint(folder: Path, quarter: str, state: Mapping[str, Any], notes: Mapping[str, Any]) -> None:
    """Write a state (arrays and numbers by name) and notes (plain data) for the quarter last completed."""
    place = folder / _FOLDER
    place.mkdir(exist_ok=True)
    arrays: dict[str, Any] = {name: np.asarray(value) for name, value in state.items()}
    unsafe = sorted(name for name, array in arrays.items() if array.dtype.hasobject)
    if unsafe:
        raise TypeError(f"the state's {unsafe[0]!r} is no array of numbers or text")
    with (place / f"{quarter}.npz").open("wb") as file:
        np.savez(file, **arrays)
    write_json(place / _INDEX, {"quarter": quarter, "arrays": f"{quarter}.npz", "notes": dict(notes)})
    for stale in place.glob("*.npz"):
        if stale.stem != quarter:
            stale.unlink()


def load_checkpoint(folder: Path) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """State and notes of the last checkpoint of a run directory, None if there is none."""
    index = folder / _FOLDER / _INDEX
    if not index.exists():
        return None
    said = json.loads(index.read_text(encoding="utf-8"))
    with np.load(index.parent / said["arrays"], allow_pickle=False) as arrays:
        return dict(arrays), dict(said["notes"])
