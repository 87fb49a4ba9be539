"""What is wrong with a value, as pydantic finds it, in one clear clause with a remedy."""

from __future__ import annotations

import typing
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

from nqpf.model.errors import nearest
from nqpf.model.levers import brief

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from nqpf.model.toml_source import Key

_RANGES = {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"}


def first_fault(error: ValidationError, model: type[BaseModel]) -> tuple[Key, str]:
    """Where the first fault is, and what: `value is out of range; give a number from 0 to 1`.

    A misspelt key comes before all else: it is often the reason why another is missing.
    """
    details = error.errors(include_url=False)
    worst = min(details, key=lambda fault: fault["type"] != "extra_forbidden")
    return worst["loc"], _clause(worst, model)


def _clause(fault: ErrorDetails, model: type[BaseModel]) -> str:  # noqa: PLR0911 (one return for each kind)
    kind, value, context = fault["type"], brief(fault["input"]), fault.get("ctx", {})
    field = _field(model, fault["loc"])
    if kind == "extra_forbidden":
        return f"unknown key{_known_keys(model, fault['loc'])}"
    if kind == "missing":
        return "is missing; add it"
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"{value} is not known; give {context['expected']}"
    if kind in _RANGES:
        return f"{value} is out of range; give {_wanted(field)}"
    if kind.startswith(("int_", "float_")):
        return f"{value} is not a {'whole ' * kind.startswith('int_')}number; give {_wanted(field)}"
    if kind == "string_type":
        return f"{value} is not text; write it in quotes"
    if kind in {"list_type", "tuple_type"}:
        return f"{value} is not a list of tables; write [[{fault['loc'][-1]}]] above each"
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        return f"{value} is not a table; write {fault['loc'][-1]} = {{ key = value }}"
    return f"{value}: {fault['msg'].lower()}; correct it"


def _known_keys(model: type[BaseModel], where: Key) -> str:
    parent = _model_at(model, where[:-1])
    known = [field.alias or name for name, field in parent.model_fields.items()] if parent else []
    name = str(where[-1])
    if "." in name:
        return "; write it without quotes"
    return nearest(name, known) or f"; known here: {', '.join(known)}"


def _wanted(field: FieldInfo | None) -> str:
    """`a whole number from 1 to 10,000` of a field with bounds."""
    if field is None:
        return "another"
    kind = "a whole number" if int in _kinds(field.annotation) else "a number"
    ends: list[str] = []
    for mark in [*field.metadata, *_marks(field.annotation)]:
        if isinstance(mark, Ge):
            ends.insert(0, f"from {mark.ge:,}")
        elif isinstance(mark, Gt):
            ends.insert(0, f"above {mark.gt:,}")
        elif isinstance(mark, Le):
            ends.append(f"to {mark.le:,}")
        elif isinstance(mark, Lt):
            ends.append(f"below {mark.lt:,}")
    return " ".join([kind, *ends])


def _field(model: type[BaseModel], where: Key) -> FieldInfo | None:
    parent = _model_at(model, where[:-1]) if where else None
    if parent is None:
        return None
    fields = {field.alias or name: field for name, field in parent.model_fields.items()}
    return fields.get(str(where[-1]))


def _model_at(model: type[BaseModel], where: Key) -> type[BaseModel] | None:
    """The model that a place belongs to, through lists and optional fields."""
    here: type[BaseModel] | None = model
    for step in where:
        if isinstance(step, int) or here is None:
            continue
        field = _field(here, (step,))
        models = [
            kind
            for kind in _kinds(field.annotation if field else None)
            if isinstance(kind, type) and issubclass(kind, BaseModel)
        ]
        here = models[0] if models else None
    return here


def _kinds(annotation: Any) -> list[Any]:
    """The plain types in an annotation: of a list, an option or a union its parts."""
    parts = [part for part in typing.get_args(annotation) if part is not NoneType]
    if typing.get_origin(annotation) is Annotated:
        parts = parts[:1]
    if not parts:
        return [annotation]
    return [kind for part in parts for kind in _kinds(part)]


def _marks(annotation: Any) -> list[Any]:
    """Bounds that stand inside an annotation: pydantic lifts only the outermost into the field."""
    inside = [mark for part in typing.get_args(annotation) for mark in _marks(part)]
    if typing.get_origin(annotation) is Annotated:
        inside += [mark for extra in annotation.__metadata__ for mark in getattr(extra, "metadata", [])]
    return inside
