"""`ro-crate-metadata.json`: what made a run directory, for repositories and search engines.

RO-Crate 1.1 with the Process Run profile (https://w3id.org/ro/crate/1.1, https://w3id.org/ro/wfrun/process/0.5). Who
ran it and who publishes it is not known here: authors of a data set add themselves before they deposit it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LICENCE = "https://spdx.org/licenses/MIT"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_AUTHORS = "#nqpf-authors"
_MEDIA_TYPES = {
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "csv": "text/csv",
    "md": "text/markdown",
}


def crate(info: dict[str, Any], tables: Mapping[str, str], *, in_parts: bool | None = None) -> dict[str, Any]:
    """The metadata of a run.

    Parameters
    ----------
    info
        As in `run.json`.
    tables
        Description by file name.
    in_parts
        Whether tables are folders of parts rather than files; as they are while a run goes on, if not given.
    """
    span = f"simulated quarters {info['first_quarter']} to {info['last_quarter'] or 'none yet'}"
    folders = info["status"] == "running" if in_parts is None else in_parts
    parts = [
        _file("run.json", "Scenario, versions, accuracy and time of the run"),
        _file("schema.json", "Type, unit, meaning and equation of every column"),
        *((_folder if folders and name.endswith(".parquet") else _file)(name, tables[name]) for name in sorted(tables)),
    ]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{info['scenario']['title']['en']}: {span}",
        "description": "Output of an agent-based simulation; no observations",
        "datePublished": (info["finished"] or info["started"])[:10],
        "license": {"@id": LICENCE},
        "conformsTo": {"@id": _PROFILE},
        "hasPart": [{"@id": part["@id"]} for part in parts],
        "mentions": {"@id": "#run"},
    }
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [about, root, *_of_run(info, parts), *_of_origin(), *parts],
    }


def _of_run(info: dict[str, Any], parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The run as an action: what was run, on what, when and how it ended."""
    software = {
        "@id": "#nqpf",
        "@type": "SoftwareApplication",
        "name": "nqpf",
        "version": info["model_version"],
        "description": "Agent-based spatial simulation of China's regional development",
        "license": {"@id": LICENCE},
        "author": {"@id": _AUTHORS},
        "softwareRequirements": [f"{name} {version}" for name, version in info["versions"].items()],
    }
    scenario = {
        "@id": "#scenario",
        "@type": "PropertyValue",
        "name": f"scenario {info['scenario']['name']}, SHA-256 without seed",
        "value": info["hash"],
    }
    seed = {"@id": "#seed", "@type": "PropertyValue", "name": "seed", "value": info["seed"]}
    action = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"nqpf run of {info['scenario']['name']}",
        "description": f"{info['quarters']} of {info['scenario']['quarters']} quarters simulated",
        "instrument": {"@id": "#nqpf"},
        "object": [{"@id": "#scenario"}, {"@id": "#seed"}],
        "result": [{"@id": part["@id"]} for part in parts],
        "startTime": info["started"],
        **({"endTime": info["finished"]} if info["finished"] else {}),
        **_ended(info["status"]),
        **({"error": info["error"]} if "error" in info else {}),
    }
    return [action, software, scenario, seed]


def _ended(status: str) -> dict[str, str]:
    """How the action ended, if it did; a run that was interrupted has not done what was asked."""
    if status == "running":
        return {}
    return {"actionStatus": f"http://schema.org/{'Completed' if status == 'finished' else 'Failed'}ActionStatus"}


def _of_origin() -> list[dict[str, Any]]:
    """Licence, authors of the software and profile, which the others refer to."""
    return [
        {
            "@id": LICENCE,
            "@type": "CreativeWork",
            "name": "MIT License",
            "description": "Use, copy, change and distribute freely; keep the notice; no warranty",
        },
        {"@id": _AUTHORS, "@type": "Organization", "name": "the nqpf authors"},
        {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
    ]


def _file(name: str, description: str) -> dict[str, Any]:
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "description": description,
        "encodingFormat": _MEDIA_TYPES[name.rpartition(".")[2]],
    }


def _folder(name: str, description: str) -> dict[str, Any]:
    return {"@id": f"{name}/", "@type": "Dataset", "name": name, "description": f"{description}, a file a quarter"}
