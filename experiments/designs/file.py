"""What an experiment's file may say; what its names mean is for `factors` and `outcomes`.

Every key is checked here for itself; a fault is one line with file, line, key and remedy, as in a scenario's file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from nqpf.agents.typing import Strict
from nqpf.experiments.designs.targets import SWITCH
from nqpf.model.faults import first_fault
from nqpf.model.levers import brief
from nqpf.model.rules import quarter_text
from nqpf.model.scenario_file import Firms, Quarters, located

if TYPE_CHECKING:
    from nqpf.model.toml_source import Key, TomlSource

Design = Literal["grid", "lhs", "sobol", "morris", "saltelli", "list"]

LARGEST_SEED = 2**63 - 1
MOST_SEEDS = 100_000
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a file that belong to one design."""

    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


DESIGNS: dict[Design, Keys] = {
    "grid": Keys(),
    "lhs": Keys(("samples",), ("sampling_seed",)),
    "sobol": Keys(("samples",), ("sampling_seed",)),
    "morris": Keys(("trajectories",), ("levels", "sampling_seed")),
    "saltelli": Keys(("samples",), ("second_order", "sampling_seed")),
    "list": Keys(("file",)),
}
"""Every combination; a Latin hypercube; Sobol's points; Morris's trajectories; Saltelli's scheme; a CSV table."""

DESIGN_KEYS = tuple(dict.fromkeys(key for keys in DESIGNS.values() for key in (*keys.needed, *keys.optional)))


def _list(value: object) -> object:
    if isinstance(value, list) and value:
        return value
    raise ValueError(f"{brief(value)} is not a list of one or more; write [ …, … ]")


def _once(values: list[Any]) -> list[Any]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{brief(value)} stands twice; remove one")
    return values


def _texts(values: list[Any]) -> list[Any]:
    for value in values:
        if not isinstance(value, str):
            raise ValueError(f"{brief(value)} is not text; write it in quotes")  # noqa: TRY004 (pydantic's)
    return values


def _seeds(value: object) -> object:
    """A count as the seeds from 1 on; a list as it is."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_SEEDS:
        return list(range(1, value + 1))
    if not isinstance(value, list) or not value:
        raise ValueError(f"{brief(value)} is neither a list nor a count; write [1, 2, 3], or 3 for the same")
    for seed in value:
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
            raise ValueError(f"{brief(seed)} is no seed; give whole numbers from 0 to {LARGEST_SEED:,}")
    if len(value) > MOST_SEEDS:
        raise ValueError(f"{len(value):,} seeds are too many; give at most {MOST_SEEDS:,}")
    if len(set(value)) < len(value):
        return _once(value)
    return value


def _even(levels: int) -> int:
    if levels % 2:
        raise ValueError(f"{levels} is odd, and trajectories step by half the levels; give {levels + 1}")
    return levels


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number, or a percentile of the outcome over the points, each the mean over its seeds."""

    value: float
    percentile: bool = False


def _threshold(value: object) -> Threshold:
    if isinstance(value, str) and (match := _PERCENTILE.fullmatch(value)):
        return Threshold(float(match[1]), percentile=True)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise ValueError(f'{brief(value)} is neither a number nor a percentile; write 0.5, or "p90"')
    return Threshold(float(value))


def _number(value: object) -> object:
    """A whole number stays one: some parameters take no other."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise ValueError(f"{brief(value)} is not a number; give one, or values = […]")
    return value


def _when(value: object) -> object:
    return value if value == SWITCH else quarter_text(value)


When = Annotated[str, BeforeValidator(_when)]
"""A quarter, or the switch year for that in which it falls."""

Number = Annotated[Any, BeforeValidator(_number)]
Texts = Annotated[list[Any], AfterValidator(_once), AfterValidator(_texts), BeforeValidator(_list)]
Limit = Annotated[Any, BeforeValidator(_threshold)]


class Discovery(Strict):
    """Where in the space of factors an outcome is high, or low."""

    outcome: str
    above: Limit | None = None
    below: Limit | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Discovery:
        if (self.above is None) == (self.below is None):
            raise ValueError('takes one of `above` and `below`; write above = "p90"')
        return self


class Report(Strict):
    """What the report of a sweep analyses besides the outcomes themselves."""

    model_config = ConfigDict(strict=True)

    sensitivity: Literal["sobol", "morris"] | None = None
    discovery: Discovery | None = None
    pareto: Texts | None = None  # outcomes to be high, or low with `-` before


class FactorEntry(Strict):
    """What `[factors]` may say of one name."""

    model_config = ConfigDict(strict=True, populate_by_name=True)

    lever: str | None = None
    low: Number | None = None
    high: Number | None = None
    steps: int | None = Field(default=None, ge=2, le=100_000)
    values: Annotated[list[Any], AfterValidator(_once), BeforeValidator(_list)] | None = None
    value: Any = None
    where: Any = None
    from_: When | None = Field(default=None, alias="from")
    until: When | None = None
    ramp: int | None = None


class ExperimentFile(Strict):
    """A file as written; names in it are still text."""

    model_config = ConfigDict(strict=True)

    scenario: str | None = None
    design: Design
    samples: int | None = Field(default=None, ge=2, le=2**20)
    trajectories: int | None = Field(default=None, ge=2, le=100_000)
    levels: Annotated[int, AfterValidator(_even)] | None = Field(default=None, ge=2, le=1000)
    second_order: bool | None = None
    sampling_seed: int | None = Field(default=None, ge=0, le=2**32 - 1)
    file: str | None = None
    seeds: Annotated[list[Any], BeforeValidator(_seeds)]
    quarters: Quarters | None = None
    firms: Firms | None = None
    outcomes: Texts | None = None
    detail: Literal["nation", "city"] | None = None
    factors: dict[str, Any] = Field(default_factory=dict)
    report: Report = Report()


def read_file(source: TomlSource) -> ExperimentFile:
    """Every key for itself, and whether they go together; raises ScenarioError."""
    try:
        file = ExperimentFile.model_validate(source.content)
    except ValidationError as error:
        where, fault = first_fault(error, ExperimentFile)
        raise located(source, where, fault) from None
    check_keys(source, file)
    return file


def check_keys(source: TomlSource, file: ExperimentFile) -> None:
    """Refuse what the design lacks or does not take, and what is said twice or not at all."""
    own = DESIGNS[file.design]
    for key in DESIGN_KEYS:
        said = getattr(file, key) is not None
        if said and key not in (*own.needed, *own.optional):
            takes = ", ".join((*own.needed, *own.optional)) or "none of this kind"
            raise located(source, (key,), f"the design {file.design} has no such key; it takes {takes}")
        if key in own.needed and not said:
            raise located(source, (key,), f"is missing; the design {file.design} needs it")
    if file.design in {"sobol", "saltelli"} and file.samples and file.samples & (file.samples - 1):
        power = 1 << file.samples.bit_length()
        fault = f"{file.samples} is no power of two, without which Sobol's points are not balanced; give {power}"
        raise located(source, ("samples",), fault)
    if "scenario" in file.factors and file.scenario is not None:
        raise located(source, ("scenario",), "is a factor, too; remove one of the two")
    if file.scenario is None and "scenario" not in file.factors and file.design != "list":
        raise located(source, ("scenario",), 'is missing; add scenario = "china", or another')
    if not file.factors and file.design != "list":
        raise located(source, ("factors",), "is missing; name at least one factor")
    if (file.outcomes is None) == (file.detail is None):
        fault = "is missing" if file.outcomes is None else "stands beside `detail`"
        raise located(source, ("outcomes",), f'{fault}; give outcomes = ["gdp"] or detail = "nation", one of the two')
    _check_sensitivity(source, file)


def _check_sensitivity(source: TomlSource, file: ExperimentFile) -> None:
    key, method = ("report", "sensitivity"), file.report.sensitivity
    fitting = {"morris": ("morris",), "sobol": ("saltelli", "sobol", "lhs")}.get(method or "", (file.design,))
    if file.design not in fitting:
        designs = " or ".join(f'"{design}"' for design in fitting)
        raise located(source, key, f"{method} cannot be told from the design {file.design}; give design = {designs}")


def read_entry(source: TomlSource, name: str, entry: Any) -> FactorEntry:
    """One line of `[factors]`; raises ScenarioError."""
    key: Key = ("factors", name)
    if not isinstance(entry, dict):
        raise located(
            source, key, f"{brief(entry)} is not a table; write {{ low = …, high = … }} or {{ values = […] }}"
        )
    inner = [part for part, value in entry.items() if isinstance(value, dict) and part != "where"]
    if inner:
        raise located(source, (*key, inner[0]), f'is a table; write the whole name in quotes, "{name}.{inner[0]}"')
    try:
        return FactorEntry.model_validate(entry)
    except ValidationError as error:
        where, fault = first_fault(error, FactorEntry)
        raise located(source, (*key, *where), fault) from None
