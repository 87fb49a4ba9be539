"""`ro-crate-metadata.json`: what made a run directory or another data set, for repositories and search engines.

RO-Crate 1.1 with the Process Run profile (https://w3id.org/ro/crate/1.1, https://w3id.org/ro/wfrun/process/0.5). Who
ran it and who publishes it is not known here: authors of a data set add themselves before they deposit it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        file_part("run.json", "Scenario, versions, accuracy and time of the run"),
        file_part("schema.json", "Type, unit, meaning and equation of every column"),
        *(
            folder_part(name, f"{tables[name]}, a file a quarter")
            if folders and name.endswith(".parquet")
            else file_part(name, tables[name])
            for name in sorted(tables)
        ),
    ]
    scenario = {
        "@id": "#scenario",
        "@type": "PropertyValue",
        "name": f"scenario {info['scenario']['name']}, SHA-256 without seed",
        "value": info["hash"],
    }
    seed = {"@id": "#seed", "@type": "PropertyValue", "name": "seed", "value": info["seed"]}
    action = {
        "name": f"nqpf run of {info['scenario']['name']}",
        "description": f"{info['quarters']} of {info['scenario']['quarters']} quarters simulated",
        "startTime": info["started"],
        **({"endTime": info["finished"]} if info["finished"] else {}),
        **({} if info["status"] == "running" else ended(done=info["status"] == "finished")),
        **({"error": info["error"]} if "error" in info else {}),
    }
    return assembled(
        name=f"{info['scenario']['title']['en']}: {span}",
        published=(info["finished"] or info["started"])[:10],
        parts=parts,
        action=action,
        objects=[scenario, seed],
        model_version=info["model_version"],
        requirements=[f"{name} {version}" for name, version in info["versions"].items()],
    )


def assembled(
    *,
    name: str,
    published: str | None,
    parts: Sequence[dict[str, Any]],
    action: Mapping[str, Any],
    objects: Sequence[dict[str, Any]],
    model_version: str,
    requirements: Sequence[str] = (),
) -> dict[str, Any]:
    """The metadata of what one action has made.

    Parameters
    ----------
    published
        Date; none is told if it is not known.
    parts
        Files and folders, as `file_part` and `folder_part` give them.
    action
        Name, description, times and end of the action.
    objects
        What it was done with.
    requirements
        Packages that the software ran on, with version.
    """
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": "Output of an agent-based simulation; no observations",
        **({"datePublished": published} if published else {}),
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
    software = {
        "@id": "#nqpf",
        "@type": "SoftwareApplication",
        "name": "nqpf",
        "version": model_version,
        "description": "Agent-based spatial simulation of China's regional development",
        "license": {"@id": LICENCE},
        "author": {"@id": _AUTHORS},
        **({"softwareRequirements": list(requirements)} if requirements else {}),
    }
    done = {
        "@id": "#run",
        "@type": "CreateAction",
        **action,
        "instrument": {"@id": "#nqpf"},
        "object": [{"@id": one["@id"]} for one in objects],
        "result": [{"@id": part["@id"]} for part in parts],
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [about, root, done, software, *objects, *_of_origin(), *parts],
    }


def ended(*, done: bool) -> dict[str, str]:
    """How an action ended; one that was interrupted has not done what was asked."""
    return {"actionStatus": f"http://schema.org/{'Completed' if done else 'Failed'}ActionStatus"}


def file_part(name: str, description: str) -> dict[str, Any]:
    """A file of the data set."""
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "description": description,
        "encodingFormat": _MEDIA_TYPES[name.rpartition(".")[2]],
    }


def folder_part(name: str, description: str) -> dict[str, Any]:
    """A folder of the data set."""
    return {"@id": f"{name}/", "@type": "Dataset", "name": name, "description": description}


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
