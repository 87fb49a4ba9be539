"""What every lever does: paired seeds with common random numbers, an interval for each effect, and one table.

`python -m nqpf.experiments.effects [--seeds N] [--quarters N] [--firms N] [--workers N] [--levers A,B] [--out FILE]
[--resume FILE]`. The numbers behind the table stand beside it as JSON lines, one for each run of an arm under a seed:
what was stopped goes on with `--resume`, and what is in the file is not run again.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nqpf.experiments.effects_table import page
from nqpf.experiments.paired import program, results
from nqpf.experiments.paired.readings import SHOCK_QUARTERS
from nqpf.experiments.paired.study import Study
from nqpf.experiments.paired.tasks import Task
from nqpf.experiments.trials import EQUALISATION, TRIALS, Arm, Trial
from nqpf.model.errors import InputError
from nqpf.model.levers import resolve_lever
from nqpf.model.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nqpf.experiments.paired.readings import Reading

SCENARIO = "china"


def tasks(trials: Iterable[Trial], seeds: int, quarters: int) -> list[Task[Arm]]:
    """Every run that trials need, by seed, each arm once a seed: baselines are shared."""
    wanted: dict[tuple[int, Arm], dict[Reading, None]] = {}
    for trial in trials:
        arms = trial.arms()
        if trial.lever == "transfer_equalisation":
            arms += tuple(trial.arm(value) for value in EQUALISATION)
        for seed in range(1, seeds * trial.more + 1):
            for arm in arms:
                of_run = wanted.setdefault((seed, arm), {})
                for outcome in trial.outcomes:
                    if outcome.loss or not arm.shock:
                        of_run |= dict.fromkeys(outcome.readings(quarters * trial.longer))
    # Workers keep the start of a seed and size.
    by_seed = sorted(wanted.items(), key=lambda item: (item[0][0], item[0][1].finer))
    return [Task(arm, seed, tuple(readings)) for (seed, arm), readings in by_seed]


def scenario(firms: int, task: Task[Arm]) -> Scenario:
    """What a task runs."""
    return task.arm.scenario(Scenario.load(SCENARIO, seed=task.seed, firms=firms * task.arm.finer))


def head(firms: int) -> dict[str, Any]:
    """What the results rest on besides arms and seeds."""
    return results.head(SCENARIO, firms)


def _trials(text: str) -> tuple[Trial, ...]:
    try:
        named = {leaf for name in text.split(",") for leaf in resolve_lever(name.strip())}
    except InputError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None
    return tuple(trial for trial in TRIALS if trial.lever in named)


def _least(trial: Trial) -> tuple[str, int]:
    """A lever, and the quarters that every trial has: until the shock is over."""
    return trial.lever, SHOCK_QUARTERS[1]


STUDY: Study[Trial] = Study(
    name="effects",
    doc=__doc__,
    parts=TRIALS,
    option="--levers",
    choose=_trials,
    least=_least,
    size=(20, 20, 2_000),
    out=Path("docs/levers.md"),
    head=head,
    tasks=tasks,
    scenario=scenario,
    page=page,
)
main = STUDY.main

if __name__ == "__main__":
    program.start(main)
