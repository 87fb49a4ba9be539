"""Writes a run as it goes: tables by the quarter, checkpoints and `run.json` now and then."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from platform import python_version
from typing import TYPE_CHECKING, Any, Literal, Self

from threadpoolctl import ThreadpoolController

from nqpf.model.quarters import format_quarter
from nqpf.model.recorder.checkpoint import save_checkpoint
from nqpf.model.recorder.columns import DESCRIPTIONS, DETAILS, schema_document
from nqpf.model.recorder.crate import crate
from nqpf.model.recorder.files import write_json
from nqpf.model.recorder.parts import Parts
from nqpf.model.recorder.tables import QuarterTables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from nqpf.model.economy import RegionalEconomy
    from nqpf.model.recorder.columns import Detail

FORMAT = 2
"""Version of the run directory's layout."""

RUN_JSON = "run.json"

_PACKAGES = ("mesa", "networkx", "numba", "numpy", "pandas", "pyarrow", "pydantic", "scipy")
_CHECKPOINT_SHARE = 0.02  # of the time a run takes
_BLAS = ThreadpoolController()

Status = Literal["running", "finished", "interrupted", "failed"]


@dataclass(slots=True)
class Notes:
    """What a run remembers about itself besides the economy's state; travels in the checkpoint."""

    started: str
    firms_at_start: int
    quarters: int = 0
    residuals: dict[str, float] = field(default_factory=dict)  # largest of each identity
    seconds: dict[str, float] = field(default_factory=dict)  # by process


class Recorder:
    """Writes the run directory of an economy that somebody else steps.

    As a context manager: `record` after every step; leaving puts the tables together and says in `run.json` how it
    ended. What was recorded stays readable whatever happens in between.

    Parameters
    ----------
    economy
        At its start, or as `RegionalEconomy.from_state` gave it.
    folder
        An existing folder, empty or of this run.
    detail
        Which tables are written, see `columns.DETAILS`.
    notes
        Those of the checkpoint the economy comes from; None at the start.
    """

    def __init__(
        self, economy: RegionalEconomy, folder: Path, detail: Detail, notes: Mapping[str, Any] | None = None
    ) -> None:
        self._economy = economy
        self._folder = folder
        self._detail: Detail = detail
        self._notes = Notes(**notes) if notes else Notes(_now(), len(economy.firms))
        self._seconds_before = dict(self._notes.seconds)
        self._recording = 0.0
        self._done = economy.quarter
        self._saved: int | None = economy.quarter if notes else None
        self._saved_at, self._saving_took = time.perf_counter(), 0.0
        self._tables = QuarterTables(economy, detail)
        self._parts = Parts(folder, DETAILS[detail])
        self._scenario = economy.scenario.resolved()
        self._hash = economy.scenario.content_hash
        self._version = version("nqpf")
        self._versions = {"python": python_version(), **{name: version(name) for name in _PACKAGES}}

    def __enter__(self) -> Self:
        """Ready the folder: nothing later than the economy's quarter stays in it."""
        self._say("running")  # first: it is what makes the folder a run's
        write_json(self._folder / "schema.json", schema_document(DETAILS[self._detail]))
        self._describe(self._info("running", None))
        self._parts.open(self._last)
        return self

    def record(self) -> None:
        """Write the quarter the economy has just completed; afterwards it outlives a kill of the process."""
        begun = time.perf_counter()
        with _BLAS.limit(limits=1, user_api="blas"):  # sums must not depend on the number of threads
            tables = self._tables.make()
        self._parts.append(self._economy.quarter_name, tables)
        self._done = self._economy.quarter
        self._note()
        self._recording += time.perf_counter() - begun
        if (time.perf_counter() - self._saved_at) * _CHECKPOINT_SHARE >= self._saving_took:
            self._save()
            self._say("running")

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the tables together, unless they cannot be written any more."""
        if isinstance(fault, OSError):
            return
        # In the middle of a step the state is of no use: the last checkpoint stays.
        if self._economy.quarter == self._done and self._saved != self._done:
            self._save()
        self._parts.merge(self._last)
        self._say(self._status(kind), None if fault is None else f"{type(fault).__name__}: {fault}")

    @property
    def _last(self) -> str | None:
        """The quarter last recorded as text, None if none is."""
        return format_quarter(self._done) if self._done >= self._economy.first_quarter else None

    def _status(self, kind: type[BaseException] | None) -> Status:
        if kind is not None and issubclass(kind, Exception):
            return "failed"
        return "finished" if self._notes.quarters >= self._economy.scenario.quarters else "interrupted"

    def _note(self) -> None:
        notes = self._notes
        notes.quarters = self._done - self._economy.first_quarter + 1
        for identity, residual in self._economy.residuals.items():
            notes.residuals[identity] = max(float(residual), notes.residuals.get(identity, 0.0))
        spent = {**self._economy.timings, "recording": self._recording}
        notes.seconds = {
            process: self._seconds_before.get(process, 0.0) + seconds for process, seconds in spent.items()
        }

    def _save(self) -> None:
        begun = time.perf_counter()
        save_checkpoint(self._folder, self._economy.quarter_name, self._economy.state(), asdict(self._notes))
        self._saved, self._saved_at = self._done, time.perf_counter()
        self._saving_took = self._saved_at - begun
        self._recording += self._saving_took

    def _say(self, status: Status, error: str | None = None) -> None:
        """Write `run.json`, and at the end what describes it all."""
        info = self._info(status, error)
        if status != "running":  # before the word that all is done
            self._describe(info)
        write_json(self._folder / RUN_JSON, info)

    def _describe(self, info: dict[str, Any]) -> None:
        described = {f"{table}.parquet": DESCRIPTIONS[table] for table in DETAILS[self._detail]}
        write_json(self._folder / "ro-crate-metadata.json", crate(info, described))

    def _info(self, status: Status, error: str | None) -> dict[str, Any]:
        notes, economy = self._notes, self._economy
        return {
            "format": FORMAT,
            "status": status,
            **({"error": error} if error else {}),
            "scenario": self._scenario,
            "hash": self._hash,
            "seed": economy.scenario.seed,
            "detail": self._detail,
            "model_version": self._version,
            "versions": self._versions,
            "facts": economy.facts.digest,
            "nqpf_index": economy.index_constants.described(),
            "started": notes.started,
            "finished": None if status == "running" else _now(),
            "quarters": notes.quarters,
            "first_quarter": format_quarter(economy.first_quarter),
            "last_quarter": self._last,
            "rows": self._parts.rows,
            "firms": {"asked": economy.scenario.firms, "start": notes.firms_at_start, "end": len(economy.firms)},
            "residuals": notes.residuals,
            "milliseconds_per_quarter": {
                process: round(1000 * seconds / max(notes.quarters, 1), 3) for process, seconds in notes.seconds.items()
            },
        }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
