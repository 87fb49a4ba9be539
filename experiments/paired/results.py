"""Results kept as JSON lines: a head that says what they rest on, then one line for each run that ended.

What was stopped goes on: a last line that was cut off is no result, a run that failed is written down with its fault
and tried again, and two files with one head may be put together.
"""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

from nqpf.experiments.paired.fingerprint import fingerprint
from nqpf.model.errors import InputError
from nqpf.model.facts import load_facts
from nqpf.model.nqpf_index import shipped
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    Results = dict[tuple[str, int], dict[str, float]]
    """(arm, seed) → what was read, by reading."""


def head(name: str, firms: int, starts: Iterable[str] = ()) -> dict[str, Any]:
    """What results rest on besides arms and seeds: starts, facts and constants, and how the model behaves.

    Parameters
    ----------
    name
        The scenario that the page speaks of.
    starts
        First quarters of the shipped starts that arms have, if not only that of the scenario.
    """
    scenario = Scenario.load(name, firms=firms)
    all_starts = sorted({scenario.start, *starts})
    return {
        "scenario": name,
        "start": scenario.start,
        "firms": firms,
        "content": scenario.status_quo().content_hash[:16],
        "engine": fingerprint(),
        "facts": {start: load_facts(start).digest[:16] for start in all_starts},
        "nqpf_index": {start: shipped(start).described()["version"] for start in all_starts},
    }


def write(out: IO[str], arm: str, seed: int, values: Mapping[str, float] | str, content: str = "") -> None:
    """A run that ended, on the disk before anything else happens.

    Parameters
    ----------
    values
        What was read, or the fault of a run that failed.
    content
        The arm's hash, where files define it.
    """
    row: dict[str, object] = {"arm": arm} | ({"content": content} if content else {}) | {"seed": seed}
    row |= {"fault": values} if isinstance(values, str) else {"values": dict(values)}
    out.write(json.dumps(row) + "\n")
    out.flush()


def read_results(path: Path, contents: Mapping[str, str] | None = None) -> tuple[dict[str, Any], Results]:
    """Head and finished runs of a file; raises InputError.

    contents: arm → its hash; an arm that has become another is left out.
    """
    return _parsed(path, _read(path), contents)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise InputError(f"{path}: cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise _foreign(path) from None


def _foreign(path: Path) -> InputError:
    return InputError(f"{path}: not results of this program; give another --resume")


def _parsed(path: Path, text: str, contents: Mapping[str, str] | None) -> tuple[dict[str, Any], Results]:
    results: Results = {}
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines.pop()
    try:
        first, *rest = (json.loads(line) for line in lines)
        for row in rest:
            if "fault" not in row and (contents is None or contents.get(row["arm"]) == row["content"]):
                results.setdefault((row["arm"], row["seed"]), {}).update(row["values"])
        return dict(first), results
    except (ValueError, KeyError, TypeError):
        raise _foreign(path) from None


def begin(
    store: Path, mine: dict[str, Any], *, resume: bool, contents: Mapping[str, str] | None = None
) -> tuple[Results, IO[str]]:
    """What a store holds, and the store opened to go on; begun if there is none, or none with a whole head.

    Raises InputError if nobody asked to go on with what is there, or its results are those of another head.
    """
    first = json.dumps(mine) + "\n"
    text = _read(store) if store.exists() else ""
    results: Results = {}
    if first.startswith(text):  # nothing, or a head that was cut off
        _replace(store, first)
    elif not resume:
        raise InputError(f"{store}: holds results; go on with --resume {store}, or move it away")
    else:
        theirs, results = _parsed(store, text, contents)
        if theirs != mine:
            differs = ", ".join(key for key in mine if theirs.get(key) != mine[key])
            raise InputError(f"{store}: results of another {differs}; give another --resume")
        if not text.endswith("\n"):
            _replace(store, text[: text.rfind("\n") + 1])  # less a line that was cut off
    return results, store.open("a", encoding="utf-8")


def _replace(path: Path, text: str) -> None:
    """Write a file so that it is never there in part."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as fault:
        raise type(fault)(fault.errno, fault.strerror, str(path)) from None
