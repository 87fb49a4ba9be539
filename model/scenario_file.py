"""Scenario files: finding them, reading a chain of bases, and saying where a fault stands.

A file says only what differs from its base; `name` is its own, and outside the library so is `base`. Parameters and
data tables merge key by key over the base's; policy rules and shocks come after the base's, which they override where
they apply; anything else replaces the base's.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError

from nqpf.agents.typing import Strict
from nqpf.model.errors import DataError, ScenarioError, nearest
from nqpf.model.faults import first_fault
from nqpf.model.levers import brief
from nqpf.model.parameters import Parameters
from nqpf.model.policy import treated_places
from nqpf.model.quarters import parse_quarter
from nqpf.model.rules import PolicyRule, QuarterText, Shock, Window
from nqpf.model.toml_source import Key, TomlSource, read_toml

LIBRARY = Path(__file__).resolve().parent / "scenarios"
_LAST_YEAR = 9999


class Words(Strict):
    """A text in both languages."""

    en: str
    zh: str


def _both(value: object) -> object:
    if isinstance(value, str):
        return {"en": value, "zh": value}
    if isinstance(value, dict) and "en" in value:
        return {"zh": value["en"], **value}
    return value


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > 100:
        raise ValueError(f"{brief(text)} is no name; write one line of 1 to 100 characters")
    return text


Name = Annotated[str, AfterValidator(_one_line)]
Text = Annotated[Words, BeforeValidator(_both)]
Quarters = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Firms = Annotated[int, Field(strict=True, ge=500, le=5_000_000)]
Seed = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]
Demography = Literal["census", "frozen"]


class ScenarioFile(Strict):
    """What a file says; everything it does not say is its base's."""

    model_config = ConfigDict(strict=True)

    name: Name
    title: Text | None = None
    description: Text | None = None
    base: str | None = None
    start: QuarterText | None = None
    quarters: Quarters | None = None
    seed: Seed | None = None
    firms: Firms | None = None
    demography: Demography | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    policy: list[PolicyRule] = Field(default_factory=list)
    shock: list[Shock] = Field(default_factory=list)
    data: dict[str, str] = Field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """A chain of files, merged: the values of a scenario, and the file each comes from."""

    values: dict[str, Any] = field(default_factory=dict)
    start_source: TomlSource | None = None
    windows: list[tuple[Window, TomlSource, Key]] = field(default_factory=list)

    def add(self, file: ScenarioFile, source: TomlSource) -> None:
        """Lay a file over what its bases say; raises ScenarioError at the line of what does not fit."""
        said = {key: getattr(file, key) for key in file.model_fields_set}
        merged = _merged(self.values.get("parameters", {}), said.pop("parameters", {}))
        try:
            parameters = Parameters.model_validate(merged, strict=True)
        except ValidationError as error:
            where, fault = first_fault(error, Parameters)
            raise located(source, ("parameters", *where), fault) from None
        tables = self.values.get("data", {}) | {
            table: _table(source, table, path) for table, path in said.pop("data", {}).items()
        }
        rules = [*self.values.get("policy", ()), *said.pop("policy", ())]
        shocks = [*self.values.get("shock", ()), *said.pop("shock", ())]
        for kind, windows in (("policy", file.policy), ("shock", file.shock)):
            self.windows += [(window, source, (kind, i)) for i, window in enumerate(windows)]
        if file.start is not None:
            self.start_source = source
        self.values |= {"base": None, **said}
        self.values |= {"parameters": parameters.model_dump(), "data": tables, "policy": rules, "shock": shocks}

    def check(self) -> None:
        """What no single file can tell: that the start has facts and that every place named exists."""
        start, tables = self.values["start"], self.values["data"]
        try:
            check_start(start, self.values["quarters"], tables)
        except ScenarioError as fault:
            if self.start_source is None:
                raise
            raise located(self.start_source, ("start",), str(fault)) from None
        if not tables and all(window.where is None for window, _, _ in self.windows):
            return
        from nqpf.model.facts import load_facts  # noqa: PLC0415 (tables take pandas; most scenarios need none here)

        facts = load_facts(start, tables)
        for window, source, key in self.windows:
            try:
                treated_places(window.where, facts)
            except ScenarioError as fault:
                raise located(source, (*key, "where"), str(fault)) from None


def read_scenario(name_or_path: str | Path) -> Draft:
    """A scenario of the library or a file, merged over its bases and checked.

    Raises ScenarioError or DataError: one line with file, line, key, fault and remedy.
    """
    chain: list[tuple[ScenarioFile, TomlSource]] = []
    seen: set[Path] = set()
    path = find_scenario(name_or_path)
    while True:
        source = read_toml(path)
        file = _read_file(source)
        chain.append((file, source))
        seen.add(path.resolve())
        if file.base is None:
            break
        try:
            path = find_scenario(file.base, folder=path.parent)
        except ScenarioError as fault:
            raise located(source, ("base",), str(fault)) from None
        if path.resolve() in seen:
            raise located(source, ("base",), f"{brief(file.base)} is a base that includes itself; name another")
    draft = Draft()
    for file, source in reversed(chain):
        draft.add(file, source)
    draft.check()
    return draft


def library_names() -> list[str]:
    """Names of the scenarios that come with the model."""
    return sorted(path.stem for path in LIBRARY.glob("*.toml"))


def find_scenario(name_or_path: str | Path, folder: Path | None = None) -> Path:
    """The file of a library name or a path (relative to `folder`); raises ScenarioError with the nearest name."""
    text = str(name_or_path)
    if text in library_names():
        return LIBRARY / f"{text}.toml"
    path = (folder or Path()) / text
    try:
        if path.is_file() or path.is_fifo():
            return path
        fault = "is a folder" if path.is_dir() else "there is no such file, nor a scenario of this name"
    except (OSError, ValueError):  # a name too long for a file, or with a null in it
        fault = "cannot be a file's name"
    stem = Path(text).stem if "\0" not in text else ""
    hint = nearest(stem, library_names()) or f"; the library has {', '.join(library_names())}"
    raise ScenarioError(f"{brief(text)}: {fault}{hint}")


def shipped_starts() -> list[str]:
    """Quarters for which the model has facts."""
    data = LIBRARY.parent / "data"
    return sorted(f"{path.stem.removeprefix('start_')}Q1" for path in data.glob("start_*.csv"))


def check_start(start: str, quarters: int, tables: dict[str, Path]) -> None:
    """Raise ScenarioError if there are no facts for the start, or the run leaves the calendar."""
    if "start" not in tables and start not in (known := shipped_starts()):
        raise ScenarioError(
            f"there are no facts for {start}; start in {' or '.join(known)}, or give a table `start` in [data]"
        )
    if (parse_quarter(start) + quarters) // 4 > _LAST_YEAR:
        raise ScenarioError(f"{quarters:,} quarters from {start} pass the year {_LAST_YEAR}; start earlier")


def located(source: TomlSource, key: Key, fault: str) -> ScenarioError:
    """`file:line: key: fault; remedy`."""
    name = ".".join(step for step in key if isinstance(step, str))
    return ScenarioError(f"{source.at(key)}: {name}: {fault}" if name else f"{source.at(key)}: {fault}")


def _read_file(source: TomlSource) -> ScenarioFile:
    try:
        file = ScenarioFile.model_validate(source.content)
    except ValidationError as error:
        where, fault = first_fault(error, ScenarioFile)
        raise located(source, where, fault) from None
    if file.base is None and source.path.resolve().parent != LIBRARY:
        raise located(source, ("base",), 'is missing; add base = "china", or another that this one differs from')
    return file


def _table(source: TomlSource, table: str, text: str) -> Path:
    from nqpf.model.facts.load import TABLES  # noqa: PLC0415 (takes pandas; most scenarios replace no table)

    key = ("data", table)
    if table not in TABLES:
        raise located(source, key, f"unknown table{nearest(table, TABLES) or '; known: ' + ', '.join(TABLES)}")
    path = source.path.parent / text
    if "\0" in text or not path.is_file():
        raise DataError(
            f"{source.at(key)}: data.{table}: there is no file {brief(text)}; paths start at this file's folder"
        )
    return path.resolve()


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for key, value in over.items():
        known = both.get(key)
        both[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return both
