"""A sweep's folder as it is written: which runs are in it, attempts as they begin and end, results as they come."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from nqpf.experiments.paired.fingerprint import fingerprint
from nqpf.experiments.store import claimed
from nqpf.experiments.sweeping.columns import (
    ATTEMPTS,
    now,
    readings,
    rows_of_a_run,
    runs_schema,
    series_schema,
)
from nqpf.experiments.sweeping.crating import crate_of_folder
from nqpf.experiments.sweeping.declared import columns_of, document
from nqpf.experiments.sweeping.tables import Table, as_parquet, data_files, part_files
from nqpf.model.errors import InputError
from nqpf.model.recorder.files import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from nqpf.experiments.designs import Experiment, Task
    from nqpf.experiments.sweeping.work import Result

FORMAT = 1
"""Version of the folder's layout."""

SWEEP_JSON = "sweep.json"
SCHEMA_JSON, CRATE_JSON = "schema.json", "ro-crate-metadata.json"
DONE, FAILED = "done", "failed"
RUNNING, FINISHED, INTERRUPTED = "running", "finished", "interrupted"

_MERGING_SHARE = 0.02  # of the time a sweep takes
_LEAST_BETWEEN = 10.0  # seconds from one merging to the next
_ANALYSIS_ONLY = ("report",)  # may change from one resumption to the next


class SweepFolder:
    """The folder of a sweep, in the hands of the process that writes it.

    Parameters
    ----------
    folder
        Of this experiment, or empty.
    experiment
        What is run.
    """

    def __init__(self, folder: Path, experiment: Experiment) -> None:
        self.folder = folder
        self._experiment = experiment
        read = readings(experiment)
        self._runs = Table(folder, "runs", runs_schema(experiment))
        self._series = Table(folder, "series", series_schema(read), rows_of_a_run(experiment), divided=True)
        self._attempts = Table(folder, "attempts", ATTEMPTS, keys=("run", "attempt"))
        self._tables = (self._series, self._runs, self._attempts)
        self._done = np.zeros(experiment.n_runs, bool)
        self._failed = np.zeros(experiment.n_runs, bool)
        self._tried = np.zeros(experiment.n_runs, np.int32)
        self._open: dict[int, datetime] = {}  # runs that are being made
        self._merged_at, self._merging_took = time.perf_counter(), 0.0

    def open(self) -> Self:
        """Ready it to go on; what failed counts as not made yet."""
        self._say(RUNNING)  # first: it is what makes the folder a sweep's
        self.describe(RUNNING)
        for table in self._tables:
            table.create()
        self.remember()
        return self

    @property
    def done(self) -> int:
        """Runs that are done."""
        return int(self._done.sum())

    @property
    def failed(self) -> int:
        """Runs that have failed since it was opened."""
        return int(self._failed.sum())

    def is_done(self, run: int) -> bool:
        """Whether a run is done."""
        return bool(self._done[run])

    def begin(self, run: int) -> None:
        """An attempt begins, unless it has begun."""
        if run not in self._open:
            self._tried[run] += 1
            self._open[run] = now()
            self._attempt(run, self._open[run], None)

    def has_begun(self, run: int) -> bool:
        """Whether an attempt has begun and not ended."""
        return run in self._open

    def lose(self, run: int) -> None:
        """An attempt will never end: it stands in the table without an end."""
        self._open.pop(run, None)

    def end(self, task: Task, result: Result) -> None:
        """Keep what became of a run; afterwards it outlives a kill, and a power cut."""
        self.begin(task.run)
        values: dict[str, Any] = {
            "run": task.run,
            "point": task.point,
            "seed": task.seed,
            "status": DONE if result.error is None else FAILED,
            "error": result.error,
            **task.values,
            **result.final,
        }
        # Before the row that makes it count.
        if result.error is None:
            self._series.put(task.run, result.series)
        self._attempt(task.run, result.started, result.finished)
        columns = [pa.array([values.get(field.name)], field.type) for field in self._runs.schema]
        self._runs.put(task.run, as_parquet(pa.table(columns, schema=self._runs.schema)))
        (self._done if result.error is None else self._failed)[task.run] = True
        del self._open[task.run]

    def merge_if_due(self) -> None:
        """Put parts into files now and then, so that there are never many and the files are never old."""
        since = time.perf_counter() - self._merged_at
        if since >= _LEAST_BETWEEN and since * _MERGING_SHARE >= self._merging_took:
            self.merge()

    def merge(self) -> None:
        """Put all parts into files."""
        begun = time.perf_counter()
        self._series.merge(self.is_done)
        self._runs.merge()
        self._attempts.merge()
        self._merged_at = time.perf_counter()
        self._merging_took = self._merged_at - begun

    def close(self) -> None:
        """Leave files only, and say how it stands."""
        self.merge()
        for table in self._tables:
            table.parts.rmdir()
        self._series.parts.parent.rmdir()
        status = FINISHED if self.done + self.failed == self._experiment.n_runs else INTERRUPTED
        self.describe(status)  # before the word that all is done
        self._say(status)

    def describe(self, status: str) -> None:
        """Write what every column means, and what made the folder."""
        info = self._info(status)
        columns = columns_of(info["experiment"], self._runs.schema, self._series.schema)
        write_json(self.folder / SCHEMA_JSON, document(columns))
        write_json(self.folder / CRATE_JSON, crate_of_folder(info))

    def _attempt(self, run: int, started: datetime, finished: datetime | None) -> None:
        attempt = int(self._tried[run])
        values = [[run], [attempt], [started], [finished]]
        columns = [pa.array(value, field.type) for value, field in zip(values, ATTEMPTS, strict=True)]
        self._attempts.put(run, as_parquet(pa.table(columns, schema=ATTEMPTS)), attempt=attempt)

    def remember(self) -> None:
        """Take in what the folder holds already."""
        # Files first: a part overrides them.
        for file in (*data_files(self.folder, "runs"), *part_files(self.folder, "runs")):
            rows = _read(file, ["run", "status"])
            self._done[rows["run"].to_numpy()] = np.asarray(rows["status"].to_pylist(), object) == DONE
        for file in (*data_files(self.folder, "attempts"), *part_files(self.folder, "attempts")):
            rows = _read(file, ["run", "attempt"])
            np.maximum.at(self._tried, rows["run"].to_numpy(), rows["attempt"].to_numpy().astype(np.int32))

    def _say(self, status: str) -> None:
        write_json(self.folder / SWEEP_JSON, self._info(status))

    def _info(self, status: str) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "status": status,
            "model_version": version("nqpf"),
            "model": fingerprint(),
            "hash": identity(self._experiment),
            "runs": self._experiment.n_runs,
            **({} if status == RUNNING else {"done": self.done, "failed": self.failed}),
            "experiment": self._experiment.record(),
        }


@contextmanager
def opened(folder: Path, experiment: Experiment, *, resume: bool) -> Iterator[SweepFolder | None]:
    """The folder to write this experiment's sweep in, None if all of it is there and done.

    Raises InputError as `store.claimed` does, and if the folder holds another experiment's.
    """
    with claimed(folder, resume=resume, read=read_info) as info:
        if info is not None:
            check_same(folder, info, experiment)
            if info["status"] == FINISHED and not info["failed"]:
                _complete(folder, info, experiment)
                yield None
                return
            if info.get("model", fingerprint()) != fingerprint():
                raise InputError(f"{folder}: was made by a model that behaves otherwise; take that one, or start anew")
        yield SweepFolder(folder, experiment).open()


def _complete(folder: Path, info: dict[str, Any], experiment: Experiment) -> None:
    """Describe a finished sweep that was made before folders described themselves; take in what is to be analysed."""
    asked = {key: experiment.record()[key] for key in _ANALYSIS_ONLY}
    if asked != {key: info["experiment"].get(key) for key in _ANALYSIS_ONLY}:
        write_json(folder / SWEEP_JSON, {**info, "experiment": {**info["experiment"], **asked}})
    if not all(_is_json(folder / name) for name in (SCHEMA_JSON, CRATE_JSON)):
        store = SweepFolder(folder, experiment)
        store.remember()
        store.describe(FINISHED)


def _is_json(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False


def read_info(folder: Path) -> dict[str, Any]:
    """What `sweep.json` says; raises InputError."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; name a sweep's")
    path = folder / SWEEP_JSON
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
        layout = info["format"]
    except FileNotFoundError:
        raise InputError(f"{folder}: is no sweep's folder, {SWEEP_JSON} is missing; name another one") from None
    except (ValueError, TypeError, KeyError):
        raise InputError(f"{path}: is not what a sweep writes; name another folder") from None
    except OSError as fault:
        raise InputError(f"{path}: cannot be read: {fault.strerror}; name another folder") from None
    if layout != FORMAT:
        raise InputError(f"{folder}: its format is {layout}, this nqpf reads {FORMAT}; use the one that made it")
    return dict(info)


def identity(experiment: Experiment) -> str:
    """SHA-256 of all that decides the tables: equal for experiments that may go on with one another."""
    text = json.dumps([version("nqpf"), _decisive(experiment.record())], sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def check_same(folder: Path, info: dict[str, Any], experiment: Experiment) -> None:
    """Refuse to go on with a sweep that is not the one asked for: InputError with what differs."""
    made_by, this = info["model_version"], version("nqpf")
    if made_by != this:
        raise InputError(f"{folder}: was made by nqpf {made_by}, this is {this}; install that one, or start anew")
    stored = _decisive(info["experiment"])
    asked = _decisive(json.loads(json.dumps(experiment.record())))
    differing = [key for key in {**stored, **asked} if stored.get(key) != asked.get(key)]
    if differing:
        raise InputError(
            f"{folder}: holds another sweep, which differs in {', '.join(differing)}; "
            "ask for the same one, or choose another folder"
        )


def _decisive(record: dict[str, Any]) -> dict[str, Any]:
    """An experiment's record as flat as a message can name it, without what changes no number of the tables."""
    flat = {key: value for key, value in record.items() if key not in {*_ANALYSIS_ONLY, "scenarios", "factors"}}
    flat["everywhere"] = record.get("everywhere") or []  # which folders had not, nor lists of points their hash
    flat["listed"] = record.get("listed")
    flat |= {f"factors.{factor['name']}": factor for factor in record["factors"]}
    flat["order of factors"] = [factor["name"] for factor in record["factors"]]
    for name, resolved in record["scenarios"].items():
        for key, value in resolved.items():
            if key not in {"name", "title", "description", "base", "seed", "data"}:
                flat[f"{name}.{key}"] = value
        flat[f"{name}.data"] = {table: entry["sha256"] for table, entry in resolved["data"].items()}
    return flat


def _read(file: Path, columns: list[str]) -> pa.Table:
    with pq.ParquetFile(file) as opened_file:
        return opened_file.read(columns, use_threads=False)
