"""A scenario: everything a run rests on besides the shipped facts and the model itself."""

from __future__ import annotations

import hashlib
import json
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from nqpf.agents.typing import Strict
from nqpf.model.errors import ScenarioError, nearest
from nqpf.model.faults import first_fault
from nqpf.model.levers import LEVERS, brief, lever_names, resolve_lever
from nqpf.model.parameters import Parameters
from nqpf.model.rules import PolicyRule, QuarterText, Shock
from nqpf.model.scenario_file import (
    Demography,
    Firms,
    Name,
    Quarters,
    ScenarioFile,
    Seed,
    Text,
    Words,
    check_start,
    read_scenario,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETTINGS = ("seed", "firms", "quarters", "start", "demography")
_NOT_OF_THE_RESULT = ("name", "title", "description", "base", "seed")


class Scenario(Strict):
    """A scenario with nothing left open; frozen.

    `Scenario.load` reads one; the constructor takes every field and raises pydantic's ValidationError.
    """

    name: Name
    title: Text
    description: Text = Words(en="", zh="")
    base: str | None = None
    start: QuarterText  # first quarter simulated
    quarters: Quarters
    seed: Seed
    firms: Firms  # that stand for the whole economy
    demography: Demography
    parameters: Parameters = Parameters()
    policy: tuple[PolicyRule, ...] = ()
    shock: tuple[Shock, ...] = ()
    data: dict[str, Path] = Field(default_factory=dict)  # tables in place of shipped ones

    @field_validator("policy")
    @classmethod
    def _by_leaf(cls, rules: tuple[PolicyRule, ...]) -> tuple[PolicyRule, ...]:
        return tuple(leaf for rule in rules for leaf in rule.leaves())

    @model_validator(mode="after")
    def _has_facts(self) -> Self:
        check_start(self.start, self.quarters, self.data)
        return self

    @classmethod
    def load(
        cls,
        name_or_path: str | Path,
        *,
        seed: int | None = None,
        firms: int | None = None,
        quarters: int | None = None,
        start: str | None = None,
        levers: Mapping[str, object] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Scenario:
        """A scenario by its name in the library or by its file's path, with changes as in `with_changes`.

        The file is validated whole before any change. Raises ScenarioError or DataError: one line that says file, line,
        key, fault and remedy, or which change is at fault.
        """
        scenario = cls.model_validate(read_scenario(name_or_path).values)
        return scenario.with_changes(
            seed=seed, firms=firms, quarters=quarters, start=start, levers=levers, settings=settings
        )

    def with_changes(
        self,
        *,
        seed: int | None = None,
        firms: int | None = None,
        quarters: int | None = None,
        start: str | None = None,
        levers: Mapping[str, object] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Scenario:
        """The same with changes; settings come first, then levers, then the rest.

        Parameters
        ----------
        levers
            Values by lever name: each holds from the start on, everywhere, in place of all rules of that lever; a
            choice by its name, never as None.
        settings
            The same as text, as `--set` takes them; also `parameters.group.name`, `seed`, `firms`, `quarters`, `start`
            and `demography`.

        Raises
        ------
        ScenarioError
            `--set x=…: fault; remedy`.
        """
        changes = [(f"--set {name}={text}", name, _from_text(text)) for name, text in (settings or {}).items()]
        changes += [(f"{name}={brief(value)}", name, value) for name, value in (levers or {}).items()]
        own = {"seed": seed, "firms": firms, "quarters": quarters, "start": start}
        changes += [(f"{name}={brief(value)}", name, value) for name, value in own.items() if value is not None]
        scenario = self
        for label, name, value in changes:
            try:
                scenario = scenario._changed(name, value)
            except ScenarioError as fault:
                raise ScenarioError(f"{label}: {fault}") from None
        return scenario

    def status_quo(self) -> Scenario:
        """The same start without rules or shocks: scenarios that share it share their first state."""
        return self.model_copy(
            update={
                "name": "status-quo",
                "title": Words(en="", zh=""),
                "description": Words(en="", zh=""),
                "base": None,
                "quarters": 1,
                "policy": (),
                "shock": (),
            }
        )

    def resolved(self) -> dict[str, Any]:
        """Everything as plain data that JSON can hold; `from_resolved` reads it back.

        A replaced table stands with its path and the SHA-256 of its bytes.
        """
        plain = self.model_dump(mode="json", by_alias=True)
        plain["data"] = {
            table: {"path": str(path), "sha256": _digest(path)} for table, path in sorted(self.data.items())
        }
        return plain

    @classmethod
    def from_resolved(cls, resolved: Mapping[str, Any]) -> Scenario:
        """A scenario as `resolved` gave it; raises ScenarioError, also if a replaced table is no longer the same."""
        tables: dict[str, Any] = dict(resolved.get("data", {}))
        for table, was in tables.items():
            if _digest(Path(was["path"])) != was["sha256"]:
                raise ScenarioError(f"data.{table}: {was['path']} has changed since; restore it")
        paths = {table: was["path"] for table, was in tables.items()}
        try:
            return cls.model_validate({**resolved, "data": paths})
        except ValidationError as error:
            where, fault = first_fault(error, cls)
            raise ScenarioError(f"{'.'.join(map(str, where)) or 'scenario'}: {fault}") from None

    @property
    def content_hash(self) -> str:
        """SHA-256 of all that decides a run's numbers but the seed and the model's version.

        Names, titles, description and base are left out, and so are the paths of replaced tables, not their bytes: two
        files that say the same in different words have one hash.
        """
        content = {key: value for key, value in self.resolved().items() if key not in _NOT_OF_THE_RESULT}
        content["data"] = {table: entry["sha256"] for table, entry in content["data"].items()}
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def _changed(self, name: str, value: object) -> Scenario:
        parameters = [
            f"parameters.{group}.{key}" for group, keys in self.parameters.model_dump().items() for key in keys
        ]
        if name in _SETTINGS:
            return self._with_setting(name, value)
        if name in parameters:
            return self._with_parameter(name, value)
        if name.removeprefix("policy.") in lever_names():
            return self._with_lever(name, value)
        hint = nearest(name, [*_SETTINGS, *lever_names(), *parameters])
        raise ScenarioError(f"unknown name{hint or '; `nqpf levers` and `nqpf describe` list what can be set'}")

    def _with_setting(self, name: str, value: object) -> Scenario:
        try:
            said = ScenarioFile.model_validate({"name": self.name, name: _plain(value)})
        except ValidationError as error:
            raise ScenarioError(first_fault(error, ScenarioFile)[1]) from None
        changed = self.model_copy(update={name: getattr(said, name)})
        check_start(changed.start, changed.quarters, changed.data)
        return changed

    def _with_parameter(self, name: str, value: object) -> Scenario:
        _, group, key = name.split(".")
        values = self.parameters.model_dump()
        values[group][key] = _plain(value)
        try:
            return self.model_copy(update={"parameters": Parameters.model_validate(values, strict=True)})
        except ValidationError as error:
            raise ScenarioError(first_fault(error, Parameters)[1]) from None

    def _with_lever(self, name: str, value: object) -> Scenario:
        leaves = resolve_lever(name)
        kept = [leaf for rule in self.policy for leaf in rule.leaves() if leaf.lever not in leaves]
        for leaf in leaves:
            checked = LEVERS[leaf].check(value)
            if checked != LEVERS[leaf].default:  # the default is the absence of a rule: the baseline's hash
                kept.append(PolicyRule(lever=leaf, value=checked))
        return self.model_copy(update={"policy": tuple(kept)})


def _from_text(text: str) -> object:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _plain(value: object) -> object:
    """NumPy's numbers as Python's, so that a strict check sees what the user means."""
    if isinstance(value, bool | str | int | float):
        return value
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        return float(value) if hasattr(value, "__float__") else value


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as fault:
        raise ScenarioError(f"{path}: cannot be read: {fault.strerror}; put the table back") from None
