"""`ro-crate-metadata.json` of a sweep: what made its tables, in the form that a run's has.

The one in the sweep's folder bears no time, neither of the work nor of a publication: the folder is the same to the
byte whoever makes it, and times stand in the attempts. An export takes them from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nqpf.experiments.sweeping.declared import DESCRIPTIONS
from nqpf.experiments.sweeping.tables import PARTS
from nqpf.model.recorder.crate import assembled, ended, file_part, folder_part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def crate_of_folder(info: dict[str, Any]) -> dict[str, Any]:
    """The metadata of a sweep's folder; info: as in `sweep.json`."""
    parts = [
        file_part("attempts.parquet", DESCRIPTIONS["attempts"]),
        file_part("runs.parquet", DESCRIPTIONS["runs"]),
        folder_part("series", f"{DESCRIPTIONS['series']}, a file for so many runs"),
    ]
    if info["status"] == "running":
        parts.append(folder_part(PARTS, "Runs that are not in the tables yet, a file each"))
    return _crate(info, parts)


def crate_of_files(info: dict[str, Any], files: Mapping[str, str], times: tuple[str, str]) -> dict[str, Any]:
    """The metadata of an exported folder; files: description by name; times: of the first start, of the last end."""
    return _crate(info, [file_part(name, files[name]) for name in sorted(files)], times)


def _crate(
    info: dict[str, Any], tables: Sequence[dict[str, Any]], times: tuple[str, str] | None = None
) -> dict[str, Any]:
    parts = [
        file_part("sweep.json", "The experiment as resolved, version of the model, how many runs are done"),
        file_part("schema.json", "Type, unit, meaning and equation of every column"),
        *tables,
    ]
    experiment = info["experiment"]
    factors = ", ".join(factor["name"] for factor in experiment["factors"])
    made = f"{info['done']} done, {info['failed']} failed of " if "done" in info else ""
    runs = f"{info['runs']} runs: {experiment['points']} points under {len(experiment['seeds'])} seeds"
    hashed = {
        "@id": "#experiment",
        "@type": "PropertyValue",
        "name": "experiment, SHA-256 of all that decides the tables",
        "value": info["hash"],
    }
    seeds = {"@id": "#seeds", "@type": "PropertyValue", "name": "seeds", "value": experiment["seeds"]}
    action = {
        "name": f"nqpf sweep of {', '.join(experiment['scenarios'])}",
        "description": made + runs,
        **({"startTime": times[0], "endTime": times[1]} if times else {}),
        **({} if info["status"] == "running" else ended(done=info["status"] == "finished")),
    }
    return assembled(
        name=f"Sweep of {factors}: {experiment['design']} design, {info['runs']} runs",
        published=times[1][:10] if times else None,
        parts=parts,
        action=action,
        objects=[hashed, seeds],
        model_version=info["model_version"],
    )
