"""Experiments as files: what varies, over which points, under which seeds, and what is looked at.

`file` says what may be written, `factors` and `outcomes` what the names in it mean, `experiment` puts them together;
`samplers` and `listed` choose the points, `runs` makes tasks of them, `estimates` tells beforehand what they cost.
"""

from __future__ import annotations

from nqpf.experiments.designs.estimates import Estimate, estimate
from nqpf.experiments.designs.experiment import Experiment
from nqpf.experiments.designs.runs import Task, points, scenario_of, tasks

__all__ = ["Estimate", "Experiment", "Task", "estimate", "points", "scenario_of", "tasks"]
