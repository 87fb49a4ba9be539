"""A program that tries the parts of a whole on paired seeds, keeps every run, and writes a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from nqpf.experiments.paired import program, results, tasks
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nqpf.experiments.paired.results import Results
    from nqpf.experiments.paired.tasks import Task
    from nqpf.model.scenario import Scenario


@dataclass(frozen=True)
class Study[Part]:
    """What such a program is about; `main` is the program."""

    name: str
    doc: str | None
    parts: tuple[Part, ...]
    option: str  # names some parts
    choose: Callable[[str], tuple[Part, ...]]
    least: Callable[[Part], tuple[str, int]]  # what the part is called, and the quarters it needs
    size: tuple[int, int, int]  # seeds, quarters, firms of a usual run
    out: Path
    head: Callable[[int], dict[str, Any]]
    tasks: Callable[[Sequence[Part], int, int], list[Task[Any]]]
    scenario: Callable[[int, Task[Any]], Scenario]  # of a task on so many firms
    page: Callable[[Sequence[Part], Results, dict[str, Any], int, int], str]
    contents: Callable[[Sequence[Task[Any]], int], dict[str, str]] | None = None

    def main(self, arguments: Sequence[str] | None = None) -> int:
        """Run, write and say where; the exit code."""
        given = self._arguments(arguments)
        out: Path | None = given.out or (self.out if given.parts == self.parts else None)
        store = given.resume or (out or self.out.with_stem(f"{self.out.stem}-part")).with_suffix(".jsonl")
        return program.ended(self.name, partial(self._work, given, out, store), store)

    def _work(self, given: argparse.Namespace, out: Path | None, store: Path) -> None:
        program.check_folder(given.out)
        self._check_length(given.parts, given.quarters)
        todo = self.tasks(given.parts, given.seeds, given.quarters)
        contents = self.contents(todo, given.firms) if self.contents else None
        mine = self.head(given.firms)
        found, opened = results.begin(store, mine, resume=given.resume is not None, contents=contents)
        with opened:
            faults = tasks.run(todo, partial(self.scenario, given.firms), given.workers, found, opened, contents)
        if faults:
            raise program.RunsFailed(faults)
        program.put(self.page(given.parts, found, mine, given.seeds, given.quarters), out)

    def _check_length(self, parts: Sequence[Part], quarters: int) -> None:
        """Nothing is read before it can be: refuse runs that end before all rules hold or a year that is shown."""
        needs = [self.least(part) for part in parts]
        short = [name for name, least in needs if least > quarters]
        if short:
            least = max(least for _, least in needs)
            raise InputError(
                f"--quarters {quarters}: too few for {', '.join(short)}; give {least}, or others with {self.option}"
            )

    def _arguments(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        parser = program.Parser(self.name, self.doc)
        seeds, quarters, firms = self.size
        least = min(self.least(part)[1] for part in self.parts)
        parser.add_size(seeds=seeds, quarters=(least, quarters), firms=firms)
        parser.add_argument(
            self.option, dest="parts", type=self.choose, default=self.parts, help="between commas; all if absent"
        )
        parser.add_paths(f"{self.out}; of some parts the page is printed if absent")
        return parser.parse_args(arguments)
