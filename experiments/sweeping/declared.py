"""Unit and meaning of every column of a sweep's tables, as `schema.json` says them.

Measures, levers and parameters are declared where they belong; here stands what a factor sets, where and when, and of
what region and quarter an outcome is. All of it follows from what `sweep.json` says of the experiment.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from nqpf.experiments.designs.experiment import RESERVED
from nqpf.experiments.designs.outcomes import ALIASES
from nqpf.experiments.designs.targets import PARAMETERS, SCENARIO, SWITCH
from nqpf.experiments.sweeping.columns import ATTEMPTS, TIME
from nqpf.model.levers import LEVERS, NEVER, resolve_lever, written
from nqpf.model.measures import CITY, NATION
from nqpf.model.parameters import Parameters
from nqpf.model.recorder.columns import LEVELS
from nqpf.model.recorder.columns import TABLES as TABLES_OF_A_RUN
from nqpf.model.recorder.columns import Column as Plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

_MEASURES = {measure.name: measure for measure in (*CITY, *NATION)}


@dataclass(frozen=True, slots=True)
class Time:
    """A column of moments, which the tables of a run do not have; otherwise as `Plain`."""

    name: str
    type: Literal["time"]
    unit: str
    meaning: str
    equation: str = ""
    source: str = ""

    @property
    def arrow(self) -> pa.DataType:
        """The type as Arrow has it."""
        return TIME


Column = Plain | Time

DESCRIPTIONS = {
    "runs": "Every run that was made: what was set, and its outcomes in the last quarter",
    "series": "Outcomes of every run that is done, by quarter, level and region",
    "attempts": "Every attempt to make a run, and when",
}
"""What each table holds."""

_KEYS: dict[str, Column] = {
    column.name: column
    for column in (
        Plain("run", "int64", "number", "Run, from 0, in the order in which runs are made"),
        Plain("point", "int64", "number", "Point of the design, from 0; its runs differ in the seed only"),
        Plain("seed", "int64", "number", "Seed of all random draws; equal seeds share them"),
        Plain("status", "text", "", "done, or failed"),
        Plain("error", "text", "", "Why the run failed; missing if it is done"),
        TABLES_OF_A_RUN["nation"][0],
        Plain("level", "text", "", f"Kind of region: nation, {', '.join(LEVELS)}, city"),
        Plain("region", "text", "", "Region: its id in regions.csv, or a place's six-digit administrative code"),
        Plain("attempt", "int64", "number", "Attempt at the run, from 1"),
        Time("started", "time", "UTC", "When it began"),
        Time("finished", "time", "UTC", "When it ended; missing if it was cut off"),
    )
}


def columns_of(
    experiment: Mapping[str, Any], runs: Iterable[pa.Field], series: Iterable[pa.Field]
) -> dict[str, tuple[Column, ...]]:
    """Columns by table, in the order of these fields; experiment: as `sweep.json` has it."""
    factors = {factor["name"]: factor for factor in experiment["factors"]}
    return {
        "runs": tuple(_KEYS[f.name] if f.name in RESERVED else _factor_or_final(f, factors) for f in runs),
        "series": tuple(_KEYS[f.name] if f.name in RESERVED else _measured(f, f.name) for f in series),
        "attempts": tuple(_KEYS[name] for name in ATTEMPTS.names),
    }


def document(columns: Mapping[str, Iterable[Column]]) -> dict[str, list[dict[str, Any]]]:
    """What `schema.json` says, with the same keys as a run's."""
    return {table: [asdict(column) for column in columns[table]] for table in sorted(columns)}


def from_document(said: Mapping[str, Iterable[dict[str, Any]]]) -> dict[str, tuple[Column, ...]]:
    """Columns by table as `schema.json` has them; raises what is raised if it is another kind of file."""
    return {
        table: tuple(Time(**one) if one["type"] == "time" else Plain(**one) for one in said[table])
        for table in DESCRIPTIONS
    }


def _factor_or_final(field: pa.Field, factors: Mapping[str, dict[str, Any]]) -> Column:
    if field.name in factors:
        unit, meaning, source = _factor(factors[field.name])
        return Plain(field.name, _type(field), unit, meaning, source=source)
    measure, _, region = field.name.partition("@")
    return _measured(field, measure, f"{f'region {region}' if region else 'the nation'}, in the run's last quarter")


def _measured(field: pa.Field, name: str, of: str = "") -> Column:
    measure = _MEASURES[ALIASES.get(name, name)]
    meaning = f"{measure.meaning}; of {of}" if of else measure.meaning
    return Plain(field.name, _type(field), measure.unit, meaning, measure.equation, measure.source)


def _type(field: pa.Field) -> Literal["text", "int64", "float64"]:
    names: dict[str, Literal["text", "int64", "float64"]] = {"string": "text", "int64": "int64", "double": "float64"}
    return names[str(field.type)]


def _factor(factor: Mapping[str, Any]) -> tuple[str, str, str]:
    """Unit, meaning and source of what varies."""
    name, rule = factor["name"], factor["rule"]
    if rule is None and name == SCENARIO:
        return "", "Scenario that the run starts from", ""
    if rule is None and name.startswith(PARAMETERS):
        _, group, key = name.split(".")
        field = type(getattr(Parameters(), group)).model_fields[key]
        said = dict(field.json_schema_extra)
        return said["unit"], f"{field.description}; parameter {group}.{key}", said["source"]
    levers = [LEVERS[leaf] for leaf in resolve_lever(name if rule is None else rule["lever"])]
    source = "; ".join(dict.fromkeys(lever.source for lever in levers if lever.source))
    what = ", ".join(f"{lever.title['en']} ({lever.name})" for lever in levers)
    when = "everywhere, from the start on" if rule is None else _window(rule)
    if factor["level"]:
        return "", f"Region ({factor['level']}) where {what} is {written(rule['value'])}, {when}", source
    never = f"; missing: {NEVER[0]}" if any(lever.nullable for lever in levers) else ""
    unit = "; ".join(dict.fromkeys(lever.unit for lever in levers if lever.unit))
    return unit, f"{what}: set {when}{never}", source


def _window(rule: Mapping[str, Any]) -> str:
    """Where and when a rule holds, in words."""
    switch = {SWITCH: "the quarter of the switch year (switch_year)"}
    begin, end = (rule.get(key) for key in ("from", "until"))
    where = "; ".join(f"{level} {', '.join(ids)}" for level, ids in (rule.get("where") or {}).items())
    words = [f"in {where}"] if where else [] if "value" in rule else ["everywhere"]
    words.append(f"from {switch.get(begin, begin)} on" if begin else "from the start on")
    if end:
        words.append("until the quarter before the switch year (switch_year)" if end == SWITCH else f"until {end}")
    if rule.get("ramp"):
        words.append(f"reached over {rule['ramp']} quarters")
    return ", ".join(words)
