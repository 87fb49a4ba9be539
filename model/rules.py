"""Policy rules and shocks as written: which lever or shock, how much, when and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from nqpf.agents.typing import Strict
from nqpf.model.errors import nearest
from nqpf.model.levers import LEVELS, LEVERS, LeverValue, brief, resolve_lever
from nqpf.model.quarters import parse_quarter

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOCKS: dict[str, dict[str, str]] = {
    "supply": {"en": "share of productivity lost", "zh": "生产率损失比例"},
    "foreign": {"en": "share of access to foreign markets lost", "zh": "国外市场可达性损失比例"},
    "technology": {"en": "share of the technology ceiling out of reach", "zh": "技术上限不可及的比例"},
}
"""Kind of shock → what its size is."""


def quarter_text(value: object) -> object:
    """The text if it is a quarter's; raises ValueError."""
    if isinstance(value, str):
        parse_quarter(value)
        return value
    raise ValueError(f'{brief(value)} is not a quarter; write it as "2024Q1", in quotes')


QuarterText = Annotated[str, BeforeValidator(quarter_text)]
"""A quarter such as `2024Q1`."""


class Window(Strict):
    """When and where a rule or shock holds."""

    model_config = ConfigDict(strict=True, populate_by_name=True)

    from_: QuarterText | None = Field(
        default=None, alias="from", description="First quarter; the scenario's start if absent"
    )
    until: QuarterText | None = Field(default=None, description="Last quarter, included; no end if absent")
    where: dict[str, tuple[str, ...]] | None = Field(
        default=None, description="One level and its ids, {level: [id, …]}; everywhere if absent"
    )

    @field_validator("until")
    @classmethod
    def _in_order(cls, until: str | None, info: ValidationInfo) -> str | None:
        begin = info.data.get("from_")
        if begin is not None and until is not None and parse_quarter(until) < parse_quarter(begin):
            raise ValueError(f"{until} is before `from`, {begin}; exchange them")
        return until

    @field_validator("where", mode="before")
    @classmethod
    def _one_level(cls, where: object) -> object:
        """`{level: id}` and `{level: [id, …]}` as `{level: (id, …)}`, sorted, each once."""
        if where is None:
            return None
        if not isinstance(where, dict) or len(where) != 1:
            raise ValueError('not one level; write { province = "44" }, and a second rule for another level')
        ((level, ids),) = where.items()
        if level not in LEVELS:
            raise ValueError(f"unknown level {brief(level)}{nearest(str(level), LEVELS) or _one_of(LEVELS)}")
        ids = (ids,) if isinstance(ids, str) else ids
        if not isinstance(ids, list | tuple) or not ids or not all(isinstance(i, str) for i in ids):
            raise ValueError(f'{brief(ids)} is not an id of a {level}; write it in quotes, or ["…", "…"] for several')
        return {level: tuple(sorted(set(ids)))}


class PolicyRule(Window):
    """One lever at one value, some time, somewhere."""

    lever: str = Field(description="A lever's name; a bare name sets every leaf")
    value: LeverValue = Field(description="A number, the name of a choice, or null: never")
    ramp: int = Field(default=0, ge=0, le=10_000, description="Quarters over which the value is reached; 0 is at once")

    @field_validator("lever")
    @classmethod
    def _known(cls, lever: str, info: ValidationInfo) -> str:
        places = LEVERS[resolve_lever(lever)[0]].places
        for level in info.data.get("where") or ():
            if level not in places:
                raise ValueError(f"{lever} cannot differ by {level}; {_one_of(places, 'it is set for: ')}")
        return lever.removeprefix("policy.")

    @field_validator("value", mode="before")
    @classmethod
    def _in_range(cls, value: object, info: ValidationInfo) -> object:
        if "lever" not in info.data:
            return value
        return LEVERS[resolve_lever(info.data["lever"])[0]].check(value)

    @field_validator("ramp")
    @classmethod
    def _has_steps(cls, ramp: int, info: ValidationInfo) -> int:
        if ramp and "lever" in info.data:
            lever = LEVERS[resolve_lever(info.data["lever"])[0]]
            if lever.kind == "choice" or lever.nullable:
                raise ValueError(f"{info.data['lever']} changes at once; leave ramp out")
        return ramp

    def leaves(self) -> list[PolicyRule]:
        """The same rule once for every leaf of its lever."""
        return [self.model_copy(update={"lever": leaf}) for leaf in resolve_lever(self.lever)]


class Shock(Window):
    """Something that happens to places."""

    kind: str = Field(description="; ".join(f"`{kind}`: {meaning['en']}" for kind, meaning in SHOCKS.items()))
    size: float = Field(ge=0.0, le=0.9, description="The share that is lost, as the kind says")

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in SHOCKS:
            raise ValueError(f"unknown kind of shock {brief(kind)}{nearest(kind, SHOCKS) or _one_of(SHOCKS)}")
        return kind


def _one_of(names: Iterable[str], lead: str = "; there is ") -> str:
    return lead + ", ".join(names)
