"""Fixtures that several kinds of tests share."""

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from nqpf.model import economy as economy_module
from nqpf.model.scenario import Scenario

# The same examples every time, and no clock: another program on the machine must not fail a test.
settings.register_profile("nqpf", derandomize=True, deadline=None)
settings.load_profile("nqpf")


def _module(path: Path):
    """A helper module or package of the tests: `--import-mode=importlib` leaves their folder out of the path."""
    package = path.is_dir()
    name = f"nqpf_tests_{path.stem}"
    if name not in sys.modules:
        file = path / "__init__.py" if package else path
        spec = importlib.util.spec_from_file_location(
            name, file, submodule_search_locations=[str(path)] if package else None
        )
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def economies():
    """The module of synthetic economies."""
    return _module(Path(__file__).parent / "economies.py")


@pytest.fixture(scope="session")
def reference():
    """The package of the plain, per-agent reference."""
    return _module(Path(__file__).parent / "docking" / "reference")


@pytest.fixture(scope="session")
def country(economies):
    """Facts of a synthetic country of six cities and four sectors; read-only."""
    return economies.country()


@pytest.fixture(scope="module")
def small_economies(economies, country):
    """Every economy of the module is a small synthetic one."""
    scenario = Scenario.load("china")
    base = country, *economies.inverted(country, scenario.parameters, seed=scenario.seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(economy_module, "base_quarter", lambda _: base)
        yield
