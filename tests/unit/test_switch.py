"""Factors that begin or end with the switch from growth poles to coordination."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nqpf.experiments.designs import Experiment, scenario_of
from nqpf.experiments.designs.targets import switch_quarter
from nqpf.model.errors import InputError
from nqpf.model.processes.rates import development_weight
from nqpf.model.quarters import parse_quarter
from nqpf.model.scenario import Scenario

ONE = 'scenario = "poles-only"\ndesign = "lhs"\nsamples = 8\nseeds = [1, 2]\noutcomes = ["gdp"]\n[factors]\n'


def _load(tmp_path: Path, text: str) -> Experiment:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return Experiment.load(path)


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_factor_may_begin_or_end_with_the_switch(order: str, tmp_path: Path):
    """Coordination begins in the quarter of the point's switch year, what precedes it ends before; never is never."""
    switch = 'switch_year = { values = [0, 2.1, "never"] }\n'
    waiting = (
        'equity_integration = { low = 0, high = 1, from = "switch_year" }\n'
        'first = { lever = "protection", low = 0, high = 1, from = "2025Q1", until = "switch_year" }\n'
    )
    experiment = _load(tmp_path, ONE + (switch + waiting if order == "before" else waiting + switch))

    def windows(year: float | None) -> dict[str, tuple[str | None, str | None]]:
        point = {"switch_year": year, "equity_integration": 0.5, "first": 0.3}
        rules = scenario_of(experiment, point, 1).policy
        return {rule.lever: (rule.from_, rule.until) for rule in rules if rule.value in {0.5, 0.3}}

    assert windows(2.1) == {"equity_integration": ("2026Q2", None), "protection": ("2025Q1", "2026Q1")}
    assert windows(0.0) == {"equity_integration": ("2024Q1", None)}
    assert windows(None) == {"protection": ("2025Q1", None)}


def test_the_switch_is_in_the_quarter_in_which_the_model_switches():
    """Development money leaves the poles in the quarter in which factors that wait for the switch begin."""
    structure = SimpleNamespace(pole_weight=np.array([1.0, 0.0]), people_weight=np.array([0.5, 0.5]))
    for years in (0.0, 0.25, 2.0, 2.1):
        scenario = Scenario.load("poles-only", settings={"switch_year": str(years)})
        levers = {"switch_year": np.array([years]), "pole_share": np.array([1.0])}
        switched = next(q for q in range(40) if development_weight(structure, levers, q)[0] < 1)
        assert switch_quarter(scenario) == parse_quarter(scenario.start) + switched
    assert switch_quarter(Scenario.load("china")) is None


def test_a_switch_that_holds_for_some_time_only_cannot_be_waited_for(tmp_path: Path):
    """The model would switch in another quarter than the factor begins: refused, with the remedy."""
    then = 'equity_integration = { low = 0, high = 1, from = "switch_year" }\n'
    some = 'late = { lever = "switch_year", values = [2, 4], from = "2030Q1" }\n'
    with pytest.raises(InputError, match="which another rule sets for some time only; name a quarter"):
        _load(tmp_path, ONE + then + some)
    assert _load(tmp_path, ONE + some).n_runs == 16


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (
            'switch_year = { values = [0, 2], from = "switch_year" }',
            "switch_year.from: waits for itself; name a quarter",
        ),
        ('equity_integration = { low = 0, high = 1, from = "switch" }', "'switch' is not a quarter; write it as"),
    ],
)
def test_other_faults_are_one_line(factor: str, said: str, tmp_path: Path):
    """A switch cannot wait for itself, and no other word stands for a quarter."""
    with pytest.raises(InputError) as caught:
        _load(tmp_path, f"{ONE}{factor}\n")
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'mine.toml'}:7: ")
