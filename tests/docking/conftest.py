"""Both engines side by side: thirty places, lively parameters, scenarios over every lever."""

import importlib.util
import sys
from pathlib import Path

import pytest


def _module(path: Path):
    """A helper module beside the tests, which import no folder of theirs."""
    name = f"nqpf_tests_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def thirty_places():
    """Facts of thirty places of China, with few people."""
    return _module(Path(__file__).parents[1] / "part_of_china.py").part_of_china()


@pytest.fixture(scope="session")
def pairs():
    """The module that runs both engines on one scenario."""
    return _module(Path(__file__).parent / "pairs.py")
