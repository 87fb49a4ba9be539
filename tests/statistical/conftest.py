"""What tests of common random numbers share."""

import re
from pathlib import Path

import pytest

import nqpf.model
from nqpf.model.parameters import Parameters
from nqpf.model.people import SKILLS


@pytest.fixture(scope="session")
def decisions():
    """Names of all decisions that the code of the model draws random numbers for."""
    named = set()
    for path in Path(nqpf.model.__path__[0]).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'(?:draws\.(?:uniform|key)\(|coupled_moves\([^"]*)f?"([^"]+)"', text))
    return {name.format(skill=skill) for name in named for skill in SKILLS}


@pytest.fixture(scope="session")
def lively():
    """Parameters with which everything happens to some of few firms in few quarters."""
    values = Parameters().model_dump()
    values["migration"]["considering"] = 0.2
    values["collaboration"]["rate"] = 0.5
    values["research"] |= {"hazard": 1.0, "imitation": 0.5, "adoption": 0.5, "top_share": 0.5, "attempts": 8.0}
    values["research"] |= {"breakthrough": 0.8, "spillover_range": 300.0}
    values["firms"]["exit_rate"] = 0.08
    values["relocation"] |= {"considering": 0.7, "fixed_cost": 0.0}
    return Parameters.model_validate(values)
