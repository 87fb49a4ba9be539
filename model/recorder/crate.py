"""`ro-crate-metadata.json`: what made a run directory, for repositories and search engines.

RO-Crate 1.1 with the Process Run profile (https://w3id.org/ro/crate/1.1, https://w3id.org/ro/wfrun/process/0.5).
"""

from __future__ import annotations

from typing import Any

_LICENCE = "https://spdx.org/licenses/MIT"
_MEDIA_TYPES = {"parquet": "application/vnd.apache.parquet", "json": "application/json"}


def crate(info: dict[str, Any], tables: dict[str, str]) -> dict[str, Any]:
    """The metadata of a run; info as in `run.json`, tables: file name → description."""
    span = f"simulated quarters {info['first_quarter']} to {info['last_quarter'] or 'none yet'}"
    files = [
        _file("run.json", "Scenario, versions, accuracy and time of the run"),
        _file("schema.json", "Type, unit, meaning and equation of every column"),
        *(_file(name, description) for name, description in sorted(tables.items())),
    ]
    software = {
        "@id": "#nqpf",
        "@type": "SoftwareApplication",
        "name": "nqpf",
        "version": info["model_version"],
        "description": "Agent-based spatial simulation of China's regional development",
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
        "instrument": {"@id": "#nqpf"},
        "object": [{"@id": "#scenario"}, {"@id": "#seed"}],
        "result": [{"@id": file["@id"]} for file in files],
        "startTime": info["started"],
        **({"endTime": info["finished"]} if info["finished"] else {}),
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{info['scenario']['title']['en']}: {span}",
        "description": "Output of an agent-based simulation; no observations",
        "datePublished": (info["finished"] or info["started"])[:10],
        "license": {"@id": _LICENCE},
        "conformsTo": {"@id": "https://w3id.org/ro/wfrun/process/0.5"},
        "hasPart": [{"@id": file["@id"]} for file in files],
        "mentions": [{"@id": "#run"}],
    }
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [about, root, action, software, scenario, seed, *files],
    }


def _file(name: str, description: str) -> dict[str, Any]:
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "description": description,
        "encodingFormat": _MEDIA_TYPES[name.rpartition(".")[2]],
    }
