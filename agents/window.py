"""An agent that looks at one row of the economy's columns instead of keeping a second copy."""

from __future__ import annotations

from typing import Any, ClassVar

from mesa.agent import Agent


class Window(Agent):
    """A Mesa agent over row `row` of the economy's columns of one level.

    Reading an attribute named like a measure gives its value in the last quarter.
    """

    level: ClassVar[str]

    def __init__(self, model: Any, row: int, code: str, name: str) -> None:
        super().__init__(model)
        self.row = row
        self.code = code
        self.name = name

    def __getattr__(self, measure: str) -> Any:
        if measure.startswith("_") or "model" not in self.__dict__:
            raise AttributeError(measure)
        columns = self.model.observed(self.level)
        if measure not in columns:
            raise AttributeError(f"a {type(self).__name__} has no {measure!r}")
        return columns[measure][self.row].item()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {self.name!r})"
