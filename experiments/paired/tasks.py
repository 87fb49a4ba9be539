"""Runs to do: an arm under a seed, what is read off it, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, Protocol

from nqpf.experiments.paired import results
from nqpf.experiments.paired.pool import run_all
from nqpf.experiments.paired.readings import read
from nqpf.model.equilibrium import EquilibriumError
from nqpf.model.errors import AccountingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nqpf.experiments.paired.readings import Reading
    from nqpf.experiments.paired.results import Results
    from nqpf.model.scenario import Scenario


class Named(Protocol):
    """One side of a comparison."""

    @property
    def name(self) -> str:
        """As the file of results has it."""


@dataclass(frozen=True, slots=True)
class Task[Arm: Named]:
    """One run: an arm under a seed, and what is read off it."""

    arm: Arm
    seed: int
    readings: tuple[Reading, ...]

    @property
    def quarters(self) -> int:
        """How long the run has to be."""
        return max(reading.quarters for reading in self.readings)

    def done(self, found: Results) -> bool:
        """Whether all that is to be read is there."""
        known = found.get((self.arm.name, self.seed), {})
        return all(reading.name in known for reading in self.readings)


def run[Arm: Named](
    todo: Sequence[Task[Arm]],
    scenario: Callable[[Task[Arm]], Scenario],
    workers: int,
    found: Results,
    out: IO[str],
    contents: Mapping[str, str] | None = None,
) -> list[str]:
    """Run what is left, write each run down when it ends, and add it to what was found; faults of runs that failed.

    Parameters
    ----------
    scenario
        The scenario of a task; of a module, or a part of such a function, so that workers find it.
    contents
        Arm → its hash, where files define it.
    """
    faults: list[str] = []

    def keep(task: Task[Arm], values: dict[str, float] | str) -> None:
        arm = task.arm.name
        results.write(out, arm, task.seed, values, contents[arm] if contents else "")
        if isinstance(values, str):
            faults.append(f"{arm}, seed {task.seed}: {values}")
        else:
            found.setdefault((arm, task.seed), {}).update(values)

    run_all([task for task in todo if not task.done(found)], partial(_measured, scenario), workers, keep)
    return faults


def _measured[Arm: Named](scenario: Callable[[Task[Arm]], Scenario], task: Task[Arm]) -> dict[str, float] | str:
    """Reading's name → value, or why the run failed."""
    try:
        return read(scenario(task), task.readings)
    except (AccountingError, EquilibriumError) as fault:
        return " ".join(str(fault).split())
