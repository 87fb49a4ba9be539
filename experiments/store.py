"""Run directories: opening one, claiming one to write, and telling whether it is the run that is meant."""

from __future__ import annotations

import json
import os
import re
import weakref
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from nqpf.model.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from nqpf.model.scenario import Scenario

_LOCK = ".lock"
_PASSING = {_LOCK, ".run.json.new", ".sweep.json.new"}  # what a start that was cut short may leave in an empty folder


class Run:
    """A run on disk, finished or not; tables are read when asked for, each once.

    Attributes
    ----------
    path
        The run directory.
    """

    def __init__(self, path: Path, *, temporary: bool = False) -> None:
        self.path = path
        self.info: dict[str, Any] = _up_to_date(path, _read_info(path))
        """What `run.json` said when the run was opened; of a run not at its end, with all quarters on disk by then."""
        if temporary:
            weakref.finalize(self, rmtree, path, ignore_errors=True)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as resolved when it ran; ScenarioError if a table it replaced is no longer the same."""
        from nqpf.model.scenario import Scenario  # noqa: PLC0415 (reading tables needs none)

        return Scenario.from_resolved(self.info["scenario"])

    @cached_property
    def schema(self) -> dict[str, list[dict[str, Any]]]:
        """Name, type, unit, meaning and equation of every column, by table."""
        loaded: dict[str, list[dict[str, Any]]] = json.loads((self.path / "schema.json").read_text(encoding="utf-8"))
        return loaded

    @cached_property
    def nation(self) -> pd.DataFrame:
        """Measures of the nation, a row a quarter."""
        return self.read("nation")

    @cached_property
    def regions(self) -> pd.DataFrame:
        """Measures by region: macro-regions, strategies, clusters, provinces."""
        return self.read("regions")

    @cached_property
    def cities(self) -> pd.DataFrame:
        """Measures by place."""
        return self.read("cities")

    @cached_property
    def sectors(self) -> pd.DataFrame:
        """Measures by place and sector."""
        return self.read("sectors")

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Flows between places and between provinces; long, so `read` takes columns and filters."""
        return self.read("flows")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Changes of policy, shocks, entries and exits."""
        return self.read("events")

    @cached_property
    def growth(self) -> pd.DataFrame:
        """Growth of places' real GDP by mechanism."""
        return self.read("growth")

    @cached_property
    def tracks(self) -> pd.DataFrame:
        """Technology tracks and how far each has spread, by quarter."""
        return self.read("tracks")

    @cached_property
    def firms(self) -> pd.DataFrame:
        """Every firm in every quarter, if the run was made with detail `firm`."""
        return self.read("firms")

    def read(
        self, table: str, columns: Sequence[str] | None = None, filters: Sequence[Any] | None = None
    ) -> pd.DataFrame:
        """A table, or some columns and rows of it.

        Parameters
        ----------
        filters
            As pandas and PyArrow take them: `[("quarter", "==", "2030Q4"), ("factor", "==", "talent")]`.

        Raises
        ------
        InputError
            If the run has no such table, or one of its files is damaged.
        """
        import pyarrow as pa  # noqa: PLC0415 (opening a run needs no tables)
        import pyarrow.parquet as pq  # noqa: PLC0415

        from nqpf.model.recorder import DETAILS, TABLES, table_files  # noqa: PLC0415
        from nqpf.model.recorder.columns import arrow_schema  # noqa: PLC0415

        if table not in TABLES:
            raise InputError(f"unknown table {table!r}{nearest(table, TABLES) or f'; there are {", ".join(TABLES)}'}")
        if table not in DETAILS[self.info["detail"]]:
            raise InputError(f"{self.path}: has no {table}: it was made with --detail {self.info['detail']}; run again")
        chosen = None if columns is None else list(columns)
        schema = arrow_schema(table)
        if not self.info["quarters"]:
            empty: pa.Table = schema.empty_table()
            return (empty if chosen is None else empty.select(chosen)).to_pandas()
        files = table_files(self.path, table, self.info["last_quarter"])
        if not files:
            raise InputError(f"{self.path / table}.parquet: is missing; restore it, or run again")
        try:
            return pq.read_table(files, columns=chosen, filters=filters, schema=schema).to_pandas()
        except (pa.ArrowException, OSError):
            for file in files:
                _check_whole(file)
            raise

    def __repr__(self) -> str:
        info = self.info
        what = f"{info['scenario']['name']}, seed {info['seed']}, {info['quarters']} quarters, {info['status']}"
        return f"Run({str(self.path)!r}: {what})"


def open_run(path: str | Path) -> Run:
    """Open a run directory, also one that is still being written or was cut off; raises InputError."""
    return Run(Path(path))


@contextmanager
def claimed(
    folder: Path, *, resume: bool, read: Callable[[Path], dict[str, Any]] | None = None
) -> Iterator[dict[str, Any] | None]:
    """Make a folder this process's to write a run in; what `run.json` says if there is a run to go on with, else None.

    read: what else says it, if the folder is not a run's; raises InputError if it is of another kind.

    Raises InputError if it is not empty and `resume` is not asked for, holds something else, is being written by
    another process or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _locked(folder)
    except OSError as fault:
        raise InputError(f"{folder}: cannot be written: {fault.strerror}; choose another folder") from None
    try:
        try:
            taken = {entry.name for entry in folder.iterdir()} - _PASSING
            if taken and not resume:
                raise InputError(f"{folder}: is not empty; choose another folder, or go on with --resume")
            yield (read or _read_info)(folder) if taken else None
        finally:
            (folder / _LOCK).unlink(missing_ok=True)
    finally:
        os.close(lock)


def _locked(folder: Path) -> int:
    """The folder's lock, held; raises InputError if another process holds it."""
    while True:
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR)
        try:
            _hold(lock, folder)
            # Whoever held it before may have removed it after it was opened here: then it locks nothing any more.
            if os.fstat(lock).st_nlink:
                return lock
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)


def check_same(folder: Path, info: dict[str, Any], scenario: Scenario, detail: str) -> None:
    """Refuse to go on with a run that is not the one asked for: InputError with what differs.

    Only the number of quarters may: a run can be made longer.
    """
    made_by, this = info["model_version"], version("nqpf")
    if made_by != this:
        raise InputError(f"{folder}: was made by nqpf {made_by}, this is {this}; install that one, or start anew")
    asked = scenario.resolved()
    if info["seed"] != scenario.seed:
        raise InputError(f"{folder}: its seed is {info['seed']}, not {scenario.seed}; give --seed {info['seed']}")
    if info["detail"] != detail:
        raise InputError(f"{folder}: its detail is {info['detail']}, not {detail}; give --detail {info['detail']}")
    stored = type(scenario).from_resolved({**info["scenario"], "quarters": scenario.quarters})
    if stored.content_hash != scenario.content_hash:
        differing = [key for key in asked if key != "quarters" and asked[key] != info["scenario"].get(key)]
        raise InputError(
            f"{folder}: holds another scenario, which differs in {', '.join(differing)}; "
            "ask for the same one, or choose another folder"
        )
    scale, today = info.get("nqpf_index", {}).get("version"), _index_version(scenario)
    if scale != today:
        raise InputError(f"{folder}: its NQPF index has constants {scale}, not today's {today}; start anew")
    if info["quarters"] > scenario.quarters:
        raise InputError(
            f"{folder}: holds {info['quarters']} quarters already, {scenario.quarters} are asked for; "
            f"give --quarters {info['quarters']} or more"
        )


def _index_version(scenario: Scenario) -> str:
    """Of the constants that the scenario's index has now; on own data their baseline runs, and is kept for the run."""
    from nqpf.model.economy import RegionalEconomy  # noqa: PLC0415 (opening a run needs none)
    from nqpf.model.nqpf_index import constants_for  # noqa: PLC0415

    return str(constants_for(scenario, RegionalEconomy).described()["version"])


def default_folder(scenario: Scenario, *, resume: bool) -> Path:
    """`runs/<name>-<hash>-s<seed>`, with a number behind it if there is one already.

    To resume it is the latest of these, if there is any.
    """
    return free_folder(scenario.name, f"{scenario.content_hash[:8]}-s{scenario.seed}", resume=resume)


def free_folder(name: str, identity: str, *, resume: bool) -> Path:
    """`runs/<name>-<identity>`, with a number behind it if there is one already; to resume, the latest of these."""
    safe = re.sub(r"[^\w.]+", "-", name).strip("-.") or "run"
    first = Path("runs") / f"{safe}-{identity}"
    folders = [first]
    while folders[-1].exists():
        folders.append(first.with_name(f"{first.name}-{len(folders) + 1}"))
    return folders[-2] if resume and len(folders) > 1 else folders[-1]


def _read_info(path: Path) -> dict[str, Any]:
    from nqpf.model.recorder import FORMAT, RUN_JSON  # noqa: PLC0415 (the command's help needs none)

    if not path.is_dir():
        raise InputError(f"{path}: no such folder; name a run directory")
    try:
        info = json.loads((path / RUN_JSON).read_text(encoding="utf-8"))
        layout = info["format"]
    except FileNotFoundError:
        raise InputError(f"{path}: is no run directory, {RUN_JSON} is missing; name another folder") from None
    except (ValueError, TypeError, KeyError):
        raise InputError(f"{path / RUN_JSON}: is not what a run writes; name another folder") from None
    except OSError as fault:
        raise InputError(f"{path / RUN_JSON}: cannot be read: {fault.strerror}; name another folder") from None
    if layout != FORMAT:
        raise InputError(f"{path}: its format is {layout}, this nqpf reads {FORMAT}; use the one that made it")
    return dict(info)


def _check_whole(file: Path) -> None:
    """Refuse a table's file that does not read from end to end: InputError."""
    import pyarrow as pa  # noqa: PLC0415 (opening a run needs no tables)
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        pq.read_table(file)
    except (pa.ArrowException, OSError):
        raise InputError(f"{file}: is cut short or damaged; restore it, or run again") from None


def _up_to_date(path: Path, info: dict[str, Any]) -> dict[str, Any]:
    """Of a run that is going on, or was killed, `run.json` is some quarters old: the tables tell."""
    if info["status"] != "running":
        return info
    from nqpf.model.recorder import DETAILS, recorded  # noqa: PLC0415 (the command's help needs none)

    quarters, rows = recorded(path, DETAILS[info["detail"]])
    return {**info, "quarters": len(quarters), "last_quarter": quarters[-1] if quarters else None, "rows": rows}


def _hold(lock: int, folder: Path) -> None:
    """Take the lock, which the system gives back when the process ends, however it ends."""
    try:
        import fcntl  # noqa: PLC0415 (not on every system: there nothing stops a second writer)
    except ImportError:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(f"{folder}: another process is writing it; wait until it ends") from None
