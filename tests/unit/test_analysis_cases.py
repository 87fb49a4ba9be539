"""Cases that are left when runs are missing, and analyses counted again: boxes, Morris's values, names of columns."""

import itertools

import numpy as np
import pandas as pd
import pytest

from nqpf.experiments.analysis import morris_indices, pairs_together, pareto_front, prim_boxes
from nqpf.experiments.analysis.cases import cases
from nqpf.experiments.analysis.study import Design, StudyFactor
from nqpf.experiments.designs.axes import Choice, Range
from nqpf.experiments.designs.samplers import on_axis

AXES = [(x, y) for x in (0.0, 0.5, 1.0) for y in (0.0, 1.0, 2.0)]


def grid(failed, n_seeds=6):
    """A grid of three by three under seeds 1 to n, some (point, seed) failed."""
    rows = [
        {
            "point": k,
            "seed": seed,
            "x": x,
            "y": y,
            "status": "failed" if (k, seed) in failed else "done",
            "gdp": 1 + x + y,
        }
        for seed in range(1, n_seeds + 1)
        for k, (x, y) in enumerate(AXES)
    ]
    runs = pd.DataFrame(rows)
    return runs.assign(gdp=runs["gdp"].where(runs["status"] == "done"))


def most(failed, n_seeds=6):
    """Runs that can be kept at most, by trying every set of seeds."""
    return max(
        len(chosen) * sum(not any((k, seed) in failed for seed in chosen) for k in range(9))
        for n in range(1, n_seeds + 1)
        for chosen in itertools.combinations(range(1, n_seeds + 1), n)
    )


FAILED = {
    "a value under one seed": {(6, 3), (7, 3), (8, 3)},
    "each point under some seed": {(k, 1 + k % 6) for k in range(9)},
    "a seed cut off": {(k, 6) for k in range(4, 9)},
    "a point": {(4, seed) for seed in range(1, 7)},
    "here and there": {(0, 1), (3, 2), (3, 5), (8, 5), (1, 5), (2, 2)},
    "nothing": set(),
}


@pytest.mark.parametrize("which", FAILED)
def test_most_runs_are_kept(which):
    """Points × seeds without a gap are as many runs as any choice of seeds allows; what is left out is counted."""
    failed = FAILED[which]
    known = cases(grid(failed), "gdp", ["x", "y"])
    assert np.isfinite(known.results).all()
    assert known.results.size == most(failed)
    assert known.unused == 54 - len(failed) - known.results.size
    assert known.left_out == 54 - known.results.size


def test_values_that_vanish_are_named():
    """A value of which no run is left is told; points drawn by chance have values of their own, of which none is."""
    assert cases(grid(FAILED["a value under one seed"]), "gdp", ["x", "y"]).vanished == ()
    gone = {(k, seed) for k in (6, 7, 8) for seed in range(1, 7)}
    assert cases(grid(gone), "gdp", ["x", "y"]).vanished == ("x = 1",)
    drawn = pd.DataFrame({"point": range(30), "seed": 1, "x": np.linspace(0, 1, 30), "gdp": 1.0, "status": "done"})
    drawn.loc[4, "status"] = "failed"
    assert cases(drawn, "gdp", ["x"]).vanished == ()


def test_boxes_are_counted_on_all_cases():
    """Coverage, density, mass and number of each of PRIM's boxes are those of a recount over all points."""
    rng = np.random.default_rng(3)
    points = pd.DataFrame({"x": rng.random(400), "z": rng.random(400), "c": rng.choice(["a", "b"], 400)})
    high = ((points.x > 0.6) & (points.c == "a")) | (points.z > 0.75)  # they overlap
    runs = points.assign(point=range(400), seed=1, status="done", y=high.astype(float))
    found = prim_boxes(runs, ["x", "z", "c"], "y", above=0.5)
    assert len(found) > 1
    for box in found:
        inside = np.ones(400, dtype=bool)
        for limit in box.limits:
            column = points[limit.factor]
            if limit.inside:
                inside &= np.array([value in limit.inside for value in column])
            if limit.low is not None:
                inside &= column.to_numpy() >= limit.low
            if limit.high is not None:
                inside &= column.to_numpy() <= limit.high
        caught = int((high & inside).sum())
        assert box.cases == int(inside.sum())
        assert (box.coverage, box.density, box.mass) == pytest.approx(
            (caught / high.sum(), caught / inside.sum(), inside.mean())
        )


@pytest.mark.parametrize(("levels", "values"), [(4, "ab"), (6, "abc"), (10, "ab")])
def test_morriss_indices_of_values_are_of_a_change_of_value(levels, values):
    """A value that adds 1 has μ* = 1 whatever the levels, as a number that adds 1 over its range has."""
    factors = StudyFactor("x", Range(0.0, 2.0)), StudyFactor("c", Choice((*values,)))
    design = Design("morris", factors, 20, levels, second_order=True, sampling_seed=0)
    points = pd.DataFrame(
        {f.name: f.axis.at(on_axis(design, f.axis, design.positions[:, k])) for k, f in enumerate(design.factors)}
    )
    runs = points.assign(point=range(len(points)), seed=1, status="done", y=points.x / 2 + (points.c == "a"))
    found = morris_indices(design, runs, "y").set_index("factor")
    assert found.mu_star["x"] == pytest.approx(1)
    changes = [  # of every trajectory of three points, the size of its change of value
        abs(int(a == "a") - int(b == "a"))
        for k in range(0, len(points), 3)
        for a, b in itertools.pairwise(points.c[k : k + 3])
        if a != b
    ]
    assert found.mu_star["c"] == pytest.approx(np.mean(changes))
    assert found.low["c"] <= found.mu_star["c"] <= found.high["c"]


def test_factors_may_have_names_of_the_analysis():
    """A factor called `share` or `front` stays beside the front's own columns; one called `seed 1` or 0 keeps cells."""
    runs = grid(set(), 2).rename(columns={"x": "share", "y": "front"})
    runs["theil"] = runs["share"]
    found = pareto_front(runs, ["gdp", "-theil"], ["share", "front"])
    assert found["factor share"].tolist() == [x for x, _ in AXES]
    assert found["factor front"].tolist() == [y for _, y in AXES]
    assert found["front"].tolist() == [y == 2 for _, y in AXES]
    odd = grid(set(), 2).rename(columns={"x": "seed 1", "y": "0"})
    (pair,) = pairs_together(cases(odd, "gdp", ["seed 1", "0"]))
    assert pair.cells.shape == (3, 3)


def test_cells_without_a_first_are_compared_with_one_that_exists():
    """Where the first point failed other cells have numbers, from a reference that is named."""
    runs = grid({(0, seed) for seed in range(1, 7)})
    (pair,) = pairs_together(cases(runs.assign(y2=runs["gdp"] / 10), "y2", ["x", "y"]))
    assert pair.reference == "x = 0, y = 1"
    expected = np.array([[(1 + x + y - 2) / 10 for y in (0, 1, 2)] for x in (0, 0.5, 1)])
    expected[0, 0] = np.nan
    np.testing.assert_allclose(pair.cells, expected, atol=1e-12)
    assert np.isnan(pair.interaction)
