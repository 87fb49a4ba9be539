"""The runs that hypotheses need, and what was read off them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.experiments.paired.tasks import Task
from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nqpf.agents.typing import Floats
    from nqpf.experiments.counterfactuals.arms import Arm, Quantity, Values
    from nqpf.experiments.counterfactuals.outcomes import Hypothesis
    from nqpf.experiments.paired.readings import Reading
    from nqpf.experiments.paired.results import Results
    from nqpf.model.scenario import Scenario


def tasks(hypotheses: Iterable[Hypothesis], seeds: int, quarters: int) -> list[Task[Arm]]:
    """Every run, by seed; what different hypotheses read off an arm is read off one run."""
    wanted: dict[tuple[int, Arm], dict[Reading, None]] = {}
    for hypothesis in hypotheses:
        for arm, quantity in hypothesis.needs():
            for seed in range(1, seeds * hypothesis.more + 1):
                wanted.setdefault((seed, arm), {}).update(dict.fromkeys(quantity.readings(quarters)))
    # Workers keep the start of a seed: runs of one start follow one another.
    start = {arm: arm.scenario(1, 500, 1).status_quo().content_hash for arm in {arm for _, arm in wanted}}
    by_seed = sorted(wanted.items(), key=lambda item: (item[0][0], start[item[0][1]]))
    return [Task(arm, seed, tuple(readings)) for (seed, arm), readings in by_seed]


def scenario(firms: int, task: Task[Arm]) -> Scenario:
    """What a task runs."""
    return task.arm.scenario(task.seed, firms, task.quarters)


def contents(todo: Iterable[Task[Arm]], firms: int) -> dict[str, str]:
    """Arm → hash of what its scenario says, seed and length apart: files of the library may change."""
    arms = dict.fromkeys(task.arm for task in todo)
    return {arm.name: arm.scenario(1, firms, 1).content_hash[:16] for arm in arms}


def starts(hypotheses: Iterable[Hypothesis]) -> set[str]:
    """First quarters of all arms."""
    return {arm.scenario(1, 500, 1).start for arm in {arm for h in hypotheses for arm, _ in h.needs()}}


def values_of(found: Results, seeds: int, quarters: int) -> Values:
    """What was read off an arm, by seed, on the scale of its differences."""

    def values(arm: Arm, quantity: Quantity) -> Floats:
        names = [reading.name for reading in quantity.readings(quarters)]
        try:
            read_off = np.array([[found[arm.name, seed][name] for name in names] for seed in range(1, seeds + 1)])
        except KeyError:
            raise InputError(f"no results of `{arm.name}` for seeds 1 to {seeds}; run without less of them") from None
        first, *other = (np.log(read_off) if quantity.log else read_off).T
        return first - sum(other)

    return values
