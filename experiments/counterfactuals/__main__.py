"""The program; see the package."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nqpf.experiments.counterfactuals as package
from nqpf.experiments.counterfactuals.hypotheses import HYPOTHESES
from nqpf.experiments.counterfactuals.page import page
from nqpf.experiments.counterfactuals.runs import contents, scenario, starts, tasks
from nqpf.experiments.paired import program, results
from nqpf.experiments.paired.study import Study

if TYPE_CHECKING:
    from nqpf.experiments.counterfactuals.outcomes import Hypothesis

SCENARIO = "china"


def head(firms: int) -> dict[str, Any]:
    """What results rest on besides arms and seeds; all arms' starts, so that parts go into one file."""
    return results.head(SCENARIO, firms, starts(HYPOTHESES))


def _only(text: str) -> tuple[Hypothesis, ...]:
    by_number = {str(hypothesis.number): hypothesis for hypothesis in HYPOTHESES}
    asked = [number.strip() for number in text.split(",")]
    for number in asked:
        if number not in by_number:
            raise argparse.ArgumentTypeError(
                f"there is no hypothesis {number!r}; give numbers from 1 to {len(by_number)}"
            )
    return tuple(hypothesis for number, hypothesis in by_number.items() if number in asked)


def _least(hypothesis: Hypothesis) -> tuple[str, int]:
    return f"hypothesis {hypothesis.number}", hypothesis.least


STUDY: Study[Hypothesis] = Study(
    name="counterfactuals",
    doc=package.__doc__,
    parts=HYPOTHESES,
    option="--only",
    choose=_only,
    least=_least,
    size=(20, 40, 20_000),
    out=Path("docs/counterfactuals.md"),
    head=head,
    tasks=tasks,
    scenario=scenario,
    page=page,
    contents=contents,
)
main = STUDY.main

if __name__ == "__main__":
    program.start(main)
