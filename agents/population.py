"""Firms as Mesa agents without an object each: a window on a row, and a vectorised agent set over the columns."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from mesa.agent import Agent
from mesa.agentset import AbstractAgentSet, GroupBy

from nqpf.agents.firms.columns import Firms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random

    from nqpf.agents.typing import Ints

_COLUMNS = frozenset(f.name for f in fields(Firms))


class Firm(Agent):
    """One firm: a window on its row of `model.firms`, found by its stable id.

    Attributes are the columns of `Firms`, and `city` and `sector` as row numbers of the facts. A firm that has left
    raises LookupError.
    """

    def __init__(self, model: Any, firm_id: int, row: int | None = None) -> None:
        # Not Mesa's __init__: it would register an object for every firm.
        self.model = model
        self.unique_id = firm_id
        self.pos = None
        self._row = row

    @property
    def row(self) -> int:
        """Row of the firm now; rows change when others leave, ids do not."""
        ids = self.model.firms.id
        if self._row is None or self._row >= len(ids) or ids[self._row] != self.unique_id:
            found = np.flatnonzero(ids == self.unique_id)
            if len(found) == 0:
                raise LookupError(f"firm {self.unique_id} has left")
            self._row = int(found[0])
        return self._row

    @property
    def city(self) -> int:
        """Row of its city."""
        return int(self.cell // self.model.n_sectors)

    @property
    def sector(self) -> int:
        """Row of its sector."""
        return int(self.cell % self.model.n_sectors)

    def __getattr__(self, name: str) -> Any:
        if name in _COLUMNS:
            return getattr(self.model.firms, name)[self.row].item()
        raise AttributeError(f"a firm has no {name!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Firm) and self.model is other.model and self.unique_id == other.unique_id

    def __hash__(self) -> int:
        return hash((id(self.model), self.unique_id))

    def remove(self) -> None:
        """Refused: firms leave by the market, with their capital accounted for."""
        raise TypeError("firms enter and leave by the model's own rules")


class FirmSet(AbstractAgentSet[Firm]):
    """All firms, or some rows of them, as a Mesa agent set whose work is done on columns.

    A column read on the set is an array, so `select(lambda f: f.age > 4)` is evaluated once for all firms; a function
    that only understands one firm still works, slowly. A part keeps to its firms: those that leave drop out.
    """

    def __init__(self, model: Any, rows: Ints | None = None) -> None:
        self.model = model
        self._ids = None if rows is None else model.firms.id[rows]
        self._found = rows

    @property
    def random(self) -> Random:
        """The model's generator, as Mesa expects; no rule of the model draws from it."""
        return self.model.random

    @property
    def rows(self) -> Ints:
        """Rows of `model.firms` in this set, (n,)."""
        ids = self.model.firms.id
        if self._ids is None or self._found is None:
            return np.arange(len(ids))
        here = self._found
        if len(here) and (here.max() >= len(ids) or (ids[here] != self._ids).any()):
            # Firms have come and gone: find those still here, in their old order.
            order = np.argsort(ids)
            at = np.minimum(np.searchsorted(ids, self._ids, sorter=order), len(ids) - 1)
            here = order[at]
            here = self._found = here[ids[here] == self._ids]
            self._ids = ids[here]
        return here

    def __getattr__(self, name: str) -> Any:
        if name in _COLUMNS:
            values = getattr(self.model.firms, name)
            return values if self._ids is None else values[self.rows]
        if name == "city":
            return self.cell // self.model.n_sectors
        if name == "sector":
            return self.cell % self.model.n_sectors
        if name == "unique_id":
            return self.id
        raise AttributeError(f"firms have no {name!r}")

    def __len__(self) -> int:
        return len(self.model.firms) if self._ids is None else len(self.rows)

    def __iter__(self) -> Iterator[Firm]:
        ids = self.model.firms.id
        return (Firm(self.model, int(ids[row]), int(row)) for row in self.rows)

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, Firm) and agent.model is self.model and bool((self.id == agent.unique_id).any())

    def _with(self, rows: Ints, inplace: bool) -> Self:
        if not inplace:
            return type(self)(self.model, rows)
        if self._ids is None:
            raise TypeError("the set of all firms cannot be changed in place; use inplace=False")
        self._ids, self._found = self.model.firms.id[rows], rows
        return self

    def _update(self, agents: Iterable[Firm]) -> Self:
        return self._with(np.array([a.row for a in agents], dtype=np.int64), inplace=True)

    def select(
        self,
        filter_func: Callable[[Any], Any] | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> Self:
        """Firms for which the function is true; see Mesa's AgentSet.select."""
        rows = self.rows
        if agent_type is not None and not issubclass(Firm, agent_type):
            rows = rows[:0]
        elif filter_func is not None:
            rows = rows[self._mask(filter_func)]
        limit = int(len(self) * at_most) if isinstance(at_most, float) and at_most <= 1.0 else at_most
        return self._with(rows if limit >= len(rows) else rows[: int(limit)], inplace)

    def _mask(self, function: Callable[[Any], Any]) -> Any:
        answer = self._answer(function)
        if answer is None or answer.dtype != np.bool_:
            return np.fromiter((bool(function(firm)) for firm in self), bool, len(self))
        return answer

    def _answer(self, function: Callable[[Any], Any]) -> Any:
        """What a function says of all firms at once, (n,), or None if it only understands one."""
        try:
            answer = np.asarray(function(self))
        except (AttributeError, TypeError, ValueError):
            return None
        return answer if answer.shape == (len(self),) else None

    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> Any:
        """Column as an array, or a row of values for each firm when names are a list."""
        if handle_missing not in {"error", "default"}:
            raise ValueError(f"handle_missing={handle_missing!r} is not known; use 'error' or 'default'")
        if isinstance(attr_names, list):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(row) for row in zip(*columns, strict=True)]
        if handle_missing == "default" and not hasattr(self, attr_names):
            return np.full(len(self), default_value)
        return getattr(self, attr_names)

    def set(self, attr_name: str, value: Any) -> Self:
        """Write a column for the firms of this set."""
        if attr_name not in _COLUMNS:
            raise AttributeError(f"firms have no {attr_name!r}")
        getattr(self.model.firms, attr_name)[self.rows] = value
        return self

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Firms by the value of a column (`city`, `sector`, …) or of a function."""
        if isinstance(by, str):
            keys = np.asarray(self.get(by))
        else:
            answer = self._answer(by)
            keys = np.array([by(firm) for firm in self]) if answer is None else answer
        values, inverse = np.unique(keys, return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        parts = np.split(self.rows[order], np.cumsum(np.bincount(inverse))[:-1])
        groups = {value.item(): type(self)(self.model, rows) for value, rows in zip(values, parts, strict=True)}
        return GroupBy({k: list(v) for k, v in groups.items()} if result_type == "list" else groups)

    def to_list(self) -> list[Firm]:
        """A window for each firm."""
        return list(self)

    def sort(self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False) -> Self:
        """Firms in the order of a column or function; ties keep their order."""
        values = np.asarray(self.get(key) if isinstance(key, str) else [key(firm) for firm in self])
        order = np.argsort(values if ascending else -values, kind="stable")
        return self._with(self.rows[order], inplace)

    def shuffle(self, inplace: bool = False) -> Self:
        """Firms in an order drawn from the model's Mesa generator."""
        rows = self.rows.tolist()
        self.random.shuffle(rows)
        return self._with(np.array(rows, dtype=np.int64), inplace)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method on a window of each firm: for looking, not for speed."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """The same in shuffled order."""
        self.shuffle().map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """The same, returning results."""
        if isinstance(method, str):
            return [getattr(firm, method)(*args, **kwargs) for firm in self]
        return [method(firm, *args, **kwargs) for firm in self]

    def add(self, agent: Firm) -> None:  # noqa: ARG002
        """Refused, as the other two: firms come and go by the model's own rules."""
        raise TypeError("firms enter and leave by the model's own rules")

    def discard(self, agent: Firm) -> None:
        """Refused."""
        self.add(agent)

    def remove(self, agent: Firm) -> None:
        """Refused."""
        self.add(agent)
