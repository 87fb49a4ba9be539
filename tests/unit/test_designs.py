"""Points of every design, the order of runs, their identities, and what a sweep will cost."""

import itertools
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nqpf.experiments.designs import Experiment, estimate, estimates, points, scenario_of, tasks
from nqpf.experiments.designs import runs as ordering
from nqpf.experiments.designs.axes import Choice, Range
from nqpf.experiments.designs.samplers import positions, problem
from nqpf.model.errors import InputError

RULE = "targeting_rule"
TASTE = "parameters.migration.taste"
LOW, HIGH = 1.0, 3.0
FACTORS = f"""
[factors]
equity_integration = {{ low = 0.0, high = 1.0 }}
"{TASTE}" = {{ low = {LOW}, high = {HIGH} }}
{RULE} = {{ values = ["none", "related", "complex", "copycat"] }}
switch_year = {{ values = [2, "never"] }}
"""
SAMPLED = {
    "lhs": ("samples = 40", 40),
    "sobol": ("samples = 32", 32),
    "morris": ("trajectories = 6", 6 * 5),
    "saltelli": ("samples = 8", 8 * 10),
}


def _experiment(folder: Path, design: str, keys: str, factors: str = FACTORS, seeds: str = "[5, 3]") -> Experiment:
    path = folder / "mine.toml"
    head = f'scenario = "china"\ndesign = "{design}"\n{keys}\nseeds = {seeds}\nquarters = 8\nfirms = 500\n'
    path.write_text(head + 'outcomes = ["gdp", "nqpf@west"]\n' + factors, encoding="utf-8")
    return Experiment.load(path)


@pytest.mark.parametrize("design", SAMPLED)
def test_size_and_bounds(design: str, tmp_path: Path):
    """A design has as many points as its method says, all within bounds, the same each time it is asked for."""
    keys, size = SAMPLED[design]
    experiment = _experiment(tmp_path, design, keys)
    found = points(experiment)
    assert len(found) == experiment.n_points == size
    assert experiment.n_runs == 2 * size
    assert found == points(_experiment(tmp_path, design, keys))
    assert found != points(_experiment(tmp_path, design, keys + "\nsampling_seed = 1"))
    assert all(0 <= point["equity_integration"] <= 1 and LOW <= point[TASTE] <= HIGH for point in found)
    assert {point["switch_year"] for point in found} == {2.0, None}


@pytest.mark.parametrize("design", SAMPLED)
def test_values_are_equally_frequent(design: str, tmp_path: Path):
    """Each of four rules has a quarter of the points, each of two years half, up to what a step of Morris's leaves."""
    keys, size = SAMPLED[design]
    experiment = _experiment(tmp_path, design, keys.replace("= 6", "= 1000"))
    size = experiment.n_points
    tolerance = {"lhs": 1e-9, "sobol": 1e-9, "saltelli": 0.1 * size, "morris": 0.03 * size}[design]
    for name, n_values in ((RULE, 4), ("switch_year", 2)):
        counts = Counter(point[name] for point in points(experiment))
        assert len(counts) == n_values
        assert max(abs(count - size / n_values) for count in counts.values()) <= tolerance


@pytest.mark.parametrize("samples", [7, 10, 25])
def test_a_hypercube_is_balanced_whatever_its_size(samples: int, tmp_path: Path):
    """Each range has one point in each of n parts, and no value more than one point more than another."""
    experiment = _experiment(tmp_path, "lhs", f"samples = {samples}")
    found = points(experiment)
    for name, low, width in (("equity_integration", 0.0, 1.0), (TASTE, LOW, HIGH - LOW)):
        parts = sorted(int((point[name] - low) / width * samples) for point in found)
        assert parts == list(range(samples))
    counts = Counter(point[RULE] for point in found)
    assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize(
    ("design", "few", "many"),
    [
        ("sobol", "samples = 16", "samples = 32"),
        ("saltelli", "samples = 4", "samples = 8"),
        ("morris", "trajectories = 3", "trajectories = 5"),
    ],
)
def test_more_samples_begin_with_the_fewer(design: str, few: str, many: str, tmp_path: Path):
    """What a smaller design has run need not be run again for a larger one."""
    small = points(_experiment(tmp_path, design, few))
    assert points(_experiment(tmp_path, design, many))[: len(small)] == small


def test_sobols_points_fill_every_box(tmp_path: Path):
    """Of 32 points one or more lie in each of the 16 boxes of two ranges cut in four."""
    experiment = _experiment(tmp_path, "sobol", "samples = 32")
    boxes = {
        (int(point["equity_integration"] * 4), int((point[TASTE] - LOW) / (HIGH - LOW) * 4))
        for point in points(experiment)
    }
    assert len(boxes) == 16


def test_a_trajectory_changes_one_factor_at_a_time(tmp_path: Path):
    """Within Morris's trajectories each step moves one factor, each once; a choice then has another value."""
    experiment = _experiment(tmp_path, "morris", "trajectories = 6")
    found = points(experiment)
    for start in range(0, len(found), 5):
        steps = itertools.pairwise(found[start : start + 5])
        changed = [[name for name in before if before[name] != after[name]] for before, after in steps]
        assert sorted(name for names in changed for name in names) == sorted(found[0])
        assert all(len(names) == 1 for names in changed)


@pytest.mark.parametrize(("second", "blocks"), [("true", 10), ("false", 6)])
def test_saltellis_blocks_mix_two_matrices(second: str, blocks: int, tmp_path: Path):
    """A block's points take each factor from its first or its last point; pairs need more of them."""
    experiment = _experiment(tmp_path, "saltelli", f"samples = 4\nsecond_order = {second}")
    found = positions(experiment)
    assert len(found) == 4 * blocks == experiment.n_points
    for block in found.reshape(4, blocks, 4):
        assert np.isin(block, block[[0, -1]]).all()
        assert ((block[1:5] != block[0]).sum(axis=1) == 1).all()


def test_a_known_model_gives_its_indices_back(tmp_path: Path):
    """SALib finds from the positions that y = 3 x₁ + x₂ owes nine tenths of its variance to the first factor."""
    from SALib.analyze import morris, sobol  # noqa: PLC0415 (slow to load)

    experiment = _experiment(tmp_path, "saltelli", "samples = 256\nsecond_order = false")
    y = positions(experiment) @ np.array([3.0, 1.0, 0.0, 0.0])
    found = sobol.analyze(problem(experiment), y, calc_second_order=False, seed=1)
    assert found["S1"] == pytest.approx([0.9, 0.1, 0, 0], abs=0.03)
    experiment = _experiment(tmp_path, "morris", "trajectories = 10")
    x = positions(experiment)
    found = morris.analyze(problem(experiment), x, x @ np.array([3.0, 1.0, 0.0, 0.0]), num_levels=4, seed=1)
    assert list(found["mu_star"]) == pytest.approx([3, 1, 0, 0])


def test_without_salib_its_designs_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The extra is named; designs of SciPy and the grid need none."""
    monkeypatch.setitem(sys.modules, "SALib.sample", None)
    with pytest.raises(InputError, match=r'pip install "nqpf\[analysis\]"'):
        points(_experiment(tmp_path, "morris", "trajectories = 2"))
    assert points(_experiment(tmp_path, "sobol", "samples = 4"))


GRID = f"""
[factors]
equity_integration = {{ low = 0.0, high = 1.0, steps = 5 }}
"parameters.governments.targets" = {{ low = 1, high = 4, steps = 4 }}
{RULE} = {{ values = ["none", "related", "copycat"] }}
switch_year = {{ values = [2, "never"] }}
"""


def test_a_grid_has_every_combination_once(tmp_path: Path):
    """Both ends of a range, whole numbers where no others can be, each value: all with all."""
    found = points(_experiment(tmp_path, "grid", "", GRID))
    every = itertools.product([0, 0.25, 0.5, 0.75, 1], [1, 2, 3, 4], ["none", "related", "copycat"], [2, None])
    assert [tuple(point.values()) for point in found] == list(every)
    assert all(isinstance(point["parameters.governments.targets"], int) for point in found)


def test_runs_come_seed_by_seed(tmp_path: Path):
    """Every point under the first seed of the file comes before any under the second, in one order."""
    experiment = _experiment(tmp_path, "grid", "", GRID)
    found = list(tasks(experiment))
    assert [task.run for task in found] == list(range(240))
    assert [task.seed for task in found] == [5] * 120 + [3] * 120
    assert sorted(task.point for task in found[:120]) == list(range(120))
    assert [task.point for task in found[:120]] == [task.point for task in found[120:]]
    design = points(experiment)
    assert all(task.values == design[task.point] for task in found)


def test_any_beginning_of_a_grid_is_balanced(tmp_path: Path):
    """Whenever a sweep is cut off, no value of a factor has been run more than twice as often and two more."""
    found = [task.values for task in tasks(_experiment(tmp_path, "grid", "", GRID))][:120]
    every = {name: {point[name] for point in found} for name in found[0]}
    for end in range(1, len(found) + 1):
        for name, values in every.items():
            counts = [sum(point[name] == value for point in found[:end]) for value in values]
            assert max(counts) - min(counts) <= 2, (end, name, counts)


@given(sizes=st.lists(st.integers(2, 5), min_size=1, max_size=4), seed=st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_balanced_order_keeps_every_row(sizes: list[int], seed: int):
    """The order has each row once; in each part of it as long as a factor's values are many, all have been seen."""
    rows = [list(row) for row in itertools.product(*(range(size) for size in sizes))]
    order = ordering.balanced(rows, seed)
    assert sorted(order) == list(range(len(rows)))
    first = [rows[number] for number in order[: 3 * max(sizes)]]
    assert all({row[i] for row in first} == set(range(size)) for i, size in enumerate(sizes))


def test_more_rows_than_are_chosen_among(monkeypatch: pytest.MonkeyPatch):
    """A large grid is ordered a window at a time: each row once, counts never far apart."""
    monkeypatch.setattr(ordering, "_CHOICE", 50)
    rows = [list(row) for row in itertools.product(range(10), range(7), "abc")]
    order = ordering.balanced(rows, 0)
    assert sorted(order) == list(range(210))
    counts = Counter(rows[number][0] for number in order[:100])
    assert max(counts.values()) - min(counts.values()) <= 2


def test_an_identity_is_that_of_the_results(tmp_path: Path):
    """It is the same for a file that says the same in other words, and another for whatever changes the numbers."""

    def first(factors: str = FACTORS, seeds: str = "[5, 3]", more: str = "") -> str:
        return next(tasks(_experiment(tmp_path, "sobol", "samples = 4" + more, factors, seeds))).identity

    same = first()
    assert len(same) == 64
    assert (
        first(
            FACTORS.replace("equity", "policy.equity").replace(
                "policy.equity_integration", '"policy.equity_integration"'
            )
        )
        == same
    )
    assert first(seeds="[5]") == same
    others = [
        first(seeds="[3]"),
        first(more="\nsampling_seed = 1"),
        first(FACTORS.replace("high = 1.0", "high = 0.9")),
    ]
    assert len({same, *others}) == 4


def test_every_run_of_a_sampled_design_has_its_own_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Points and seeds differ, and so do their identities; another version of the model changes all of them."""
    experiment = _experiment(tmp_path, "lhs", "samples = 20")
    identities = [task.identity for task in tasks(experiment)]
    assert len(set(identities)) == 40
    assert [task.identity for task in tasks(experiment)] == identities
    monkeypatch.setattr(ordering, "_version", lambda: "another")
    assert not set(identities) & {task.identity for task in tasks(experiment)}


def test_a_task_makes_the_scenario_of_its_point(tmp_path: Path):
    """What a run gets is what the point and the seed say, and it is made once."""
    experiment = _experiment(tmp_path, "lhs", "samples = 3")
    for task in tasks(experiment):
        assert task.scenario == scenario_of(experiment, points(experiment)[task.point], task.seed)
        assert task.scenario is task.scenario
        assert (task.scenario.seed, task.scenario.firms, task.scenario.quarters) == (task.seed, 500, 8)


@given(position=st.floats(0, 1), low=st.floats(-1e6, 1e6), width=st.floats(1e-6, 1e6), k=st.integers(1, 50))
def test_an_axis_stays_within_its_ends(position: float, low: float, width: float, k: int):
    """Rounding carries no number past an end, and the last position is the last value."""
    (number,) = Range(low, low + width).at(np.array([position]))
    assert low <= number <= low + width
    (value,) = Choice(tuple(range(k))).at(np.array([position]))
    assert value == min(int(position * k), k - 1)


def test_an_estimate_multiplies_what_it_measures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs, quarters and bytes are those of the whole sweep; the time is that of the workers there are."""
    monkeypatch.setattr(estimates, "_QUARTERS", 2)
    experiment = _experiment(tmp_path, "sobol", "samples = 4")
    found = estimate(experiment, workers=1)
    assert (found.points, found.seeds, found.runs, found.quarters, found.firms) == (4, 2, 8, 64, 500)
    assert found.workers == 1
    # A parameter varies: every run has its own first state.
    assert found.seconds == pytest.approx(8 * found.start_seconds + 64 * found.quarter_seconds)
    assert found.bytes == pytest.approx(64 * found.quarter_bytes)
    assert found.quarter_bytes >= 16  # two numbers


def test_an_estimate_knows_what_is_shared_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs that differ in policy share first states; series of all cities take more room than two numbers."""
    monkeypatch.setattr(estimates, "_QUARTERS", 1)
    factors = "[factors]\nequity_integration = { low = 0.0, high = 1.0 }\n"
    path = tmp_path / "cities.toml"
    _experiment(tmp_path, "sobol", "samples = 4", factors)
    text = (tmp_path / "mine.toml").read_text("utf-8").replace('outcomes = ["gdp", "nqpf@west"]', 'detail = "city"')
    path.write_text(text, encoding="utf-8")
    found = estimate(Experiment.load(path), workers=1)
    assert found.seconds == pytest.approx(2 * found.start_seconds + 6 * found.copy_seconds + 64 * found.quarter_seconds)
    assert found.quarter_bytes > 336 * 60 * 4
