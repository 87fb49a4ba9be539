"""Counterfactuals: hypotheses declared once, differences by closed forms, runs that go on, and the page kept."""

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from nqpf.experiments.counterfactuals import __main__ as program
from nqpf.experiments.counterfactuals import runs
from nqpf.experiments.counterfactuals.arms import Arm, Quantity, acts_by
from nqpf.experiments.counterfactuals.differences import (
    Best,
    Insurance,
    fitted,
    fitted_over_years,
    less,
    weighted,
)
from nqpf.experiments.counterfactuals.explanations import EXPLANATIONS
from nqpf.experiments.counterfactuals.hypotheses import HYPOTHESES
from nqpf.experiments.counterfactuals.page import REPORTED, effects, page
from nqpf.experiments.paired.intervals import AS_EXPECTED, NOT_SHOWN, OPPOSITE, Effect
from nqpf.experiments.paired.readings import places_of
from nqpf.experiments.paired.results import read_results
from nqpf.experiments.paired.scales import UNITS
from nqpf.model.errors import InputError
from nqpf.model.facts import load_facts
from nqpf.model.measures import CITY, NATION

DOCS = Path(__file__).resolve().parents[2] / "docs"
GDP = Quantity("gdp")
A, B, C, D = (Arm(name) for name in "abcd")


def values_from(table):
    """Values as outcomes take them, from arm → one number a seed, or (arm, year) → the same."""
    return lambda arm, quantity: np.array(table[arm if quantity.year is None else (arm, quantity.year)], dtype=float)


def test_fourteen_hypotheses():
    """Numbered through, each with a source, and outcomes and signs that can be told apart."""
    assert [hypothesis.number for hypothesis in HYPOTHESES] == [*range(1, 15)]
    for hypothesis in HYPOTHESES:
        names = [outcome.name for outcome in hypothesis.outcomes]
        assert len(set(names)) == len(names)
        assert hypothesis.source
        assert hypothesis.statement.endswith(".")
        assert any(outcome.sign for outcome in hypothesis.outcomes)


def test_what_is_read_exists():
    """Every measure is one of the nation or of places, and every region of places has some."""
    nation, city = {m.name for m in (*CITY, *NATION)}, {m.name for m in CITY}
    facts = load_facts("2024Q1", {})
    for hypothesis in HYPOTHESES:
        for _, quantity in hypothesis.needs():
            for region in filter(None, (quantity.region, quantity.against)):
                assert quantity.measure in (nation if region == "nation" else city)
                assert region == "nation" or 0 < places_of(facts, region, 2024 * 4).sum() < len(facts.places)
            assert quantity.measure in UNITS


def test_arms_are_scenarios_that_differ():
    """Every arm loads from the library with its settings, and no two say the same: equal runs would be run twice."""
    content = runs.contents(runs.tasks(HYPOTHESES, 1, 40), 500)
    assert len(set(content.values())) == len(content)


def test_each_arm_is_run_once_a_seed():
    """Whoever reads it; by seed and start; with more seeds where the outcome is rare."""
    todo = runs.tasks(HYPOTHESES, 2, 40)
    keys = [(task.seed, task.arm) for task in todo]
    assert len(set(keys)) == len(keys)
    assert all(a <= b for a, b in pairwise(task.seed for task in todo))
    assert max(task.seed for task in todo) == 2 * max(hypothesis.more for hypothesis in HYPOTHESES)
    plain = next(task for task in todo if task.arm == Arm("china"))
    assert {"gdp/nation/last/40", "gdp/nation/total/40", "nqpf/nation/last/40", "gdp/west/last/40"} <= {
        reading.name for reading in plain.readings
    }


def test_slope_and_curvature_are_those_of_the_curve():
    """On 2 + 3 t − 0.5 t² the parabola has curvature −0.5, and on a line the slope is that of the line."""
    years = dict(zip((0.0, 2.0, 4.0, 8.0), (A, B, C, D), strict=True))
    bent = values_from({arm: [2 + 3 * t - 0.5 * t**2] * 2 for t, arm in years.items()})
    straight = values_from({arm: [1 - 0.25 * t] * 2 for t, arm in years.items()})
    assert fitted(GDP, years, 2).differences(bent) == pytest.approx([-0.5, -0.5])
    assert fitted(GDP, years, 2).differences(straight) == pytest.approx([0, 0])
    assert fitted(GDP, years, 1).differences(straight) == pytest.approx([-0.25, -0.25])


def test_fits_over_years_are_of_an_arm_less_its_base():
    """The same curve along years, on top of what the base does; only the years asked for are read."""
    base = {year: [1.0 + year, 2.0 - year**2] for year in range(1, 11)}
    table = {(B, year): of for year, of in base.items()}
    table |= {(A, year): [x + 3 * year - 0.5 * year**2 for x in of] for year, of in base.items()}
    values, years = values_from(table), range(1, 11)
    assert fitted_over_years(GDP, A, B, years, 2).differences(values) == pytest.approx([-0.5, -0.5])
    second = fitted_over_years(GDP, A, B, years[5:], 1)
    assert second.differences(values) == pytest.approx([3 - 0.5 * 2 * 8] * 2)
    assert {quantity.year for _, quantity in second.needs()} == {6, 7, 8, 9, 10}
    assert second.when == "years 6 to 10"
    assert second.shown(values, 40)[0].endswith(" % a year")


def test_a_contrast_is_a_sum_over_arms():
    """A difference of differences, and nothing where an arm is compared with itself."""
    values = values_from({A: [5.0, 6.0], B: [1.0, 3.0], C: [2.0, 2.0], D: [1.5, 1.0]})
    assert weighted(GDP, (A, 1), (B, -1), (C, -1), (D, 1)).differences(values).tolist() == [3.5, 2.0]
    assert less(GDP, A, A).differences(values).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("means", "verdict"),
    [
        ((0, 5, 1, 2), AS_EXPECTED),
        ((0, 5, 1, 6), OPPOSITE),
        ((6, 5, 1, 2), OPPOSITE),
        ((0, 2, 1, 2), NOT_SHOWN),
    ],
)
def test_the_best_inside_is_held_against_both_ends(means, verdict):
    """As expected only if one arm inside is above both ends, opposite if an end is above all arms inside."""
    noise = np.array([-0.01, 0.0, 0.01])
    arms = zip((A, B, C, D), means, (1, -1, 1, 1), strict=True)
    values = values_from({arm: mean + noise[::sign] for arm, mean, sign in arms})
    best = Best(GDP, (B, C), (A, D))
    found = best.tested(values, 40)
    assert found.verdict("+") == verdict
    assert found.mean == pytest.approx(max(means[1:3]) - max(means[0], means[3]))
    assert best.chosen(values)[0] == B


def test_the_interval_of_the_best_is_bonferronis():
    """Of two pairs each has 99.5 %; with a single pair it is the plain interval."""
    d = {A: np.array([1.0, 2.0, 4.0]), B: np.array([0.5, 0.25, 0.5]), C: np.zeros(3)}
    values = values_from(d)
    assert Best(GDP, (A,), (C,)).tested(values, 40) == Effect.of(d[A])
    two = Best(GDP, (A,), (B, C)).tested(values, 40)
    pairs = [Effect.of(d[A] - d[other], 0.995) for other in (B, C)]
    assert two == Effect(*(min(getattr(pair, end) for pair in pairs) for end in ("mean", "low", "high")))


def insured(cost, saved, lost=50.0):
    """Values under which a reserve costs so much a year for ten years and saves so much in a shock."""
    plain = np.full(3, 1000.0)
    table = {A: plain, B: plain - 10 * cost, C: plain - lost, D: plain - 10 * cost - (lost - saved)}
    return values_from({arm: np.log(values) for arm, values in table.items()})


COSTS = np.array([0.99, 1.0, 1.01])


@pytest.mark.parametrize(
    ("cost", "saved", "verdict", "says"),
    [
        (COSTS, 30.0, AS_EXPECTED, "Critical yearly probability"),
        (COSTS, 0.5, OPPOSITE, "does not pay even with one such shock every year: a year of it costs 200 %"),
        (COSTS, 0.95, NOT_SHOWN, "is not ruled out"),
        (COSTS, 1.03, NOT_SHOWN, "to more than one shock a year)"),
        (-COSTS, 10.0, AS_EXPECTED, "The policy pays without a shock."),
        (COSTS, 0.0, OPPOSITE, "no critical probability"),
        (COSTS, -5.0, OPPOSITE, "no critical probability"),
    ],
)
def test_the_critical_probability(cost, saved, verdict, says):
    """A reserve that costs 1 a year and saves 30 in a shock pays above a thirtieth; no probability is out of range."""
    insurance, values = Insurance(GDP, A, B, C, D), insured(cost, saved)
    assert insurance.tested(values, 40).verdict("-") == verdict
    told = insurance.told(values, 40)
    assert says in told
    found = insurance.ratio(values, 40)
    assert (found is None) == (saved <= 0)
    if found:
        assert found.mean == pytest.approx(cost.mean() / saved)
        assert (found.high < 1, found.low > 1) == (verdict == AS_EXPECTED, verdict == OPPOSITE)
    for probability in re.findall(r"([-\d.]+) %(?= \(interval| to|\)\.)", told.partition("probability")[2]):
        assert 0 <= float(probability) <= 100


def test_what_has_not_come_into_force_is_not_read():
    """Quarters that hypotheses need: all rules hold in full, shocks are over, years that are shown have passed."""
    assert acts_by(Arm("china")) == 1
    assert acts_by(Arm("hukou-easing")) == 22
    assert acts_by(Arm("coastal-shock")) == 20
    assert acts_by(Arm("poles-then-coordination-8")) == acts_by(Arm("growth-poles", (("switch_year", "8"),))) == 33
    assert {h.number: h.least for h in HYPOTHESES if h.number in {3, 8, 12, 13}} == {3: 40, 8: 33, 12: 8, 13: 20}


def test_values_are_on_the_scale_of_their_differences():
    """Logs of levels, one region's less another's, plain shares; a run that is missing is named."""
    found = {
        ("a", seed): {"gdp/east/last/8": 8.0 * seed, "gdp/west/last/8": 2.0, "top10_gdp_share/nation/last/8": 0.25}
        for seed in (1, 2)
    }
    values = runs.values_of(found, 2, 8)
    assert values(A, Quantity("gdp", "east", "west")) == pytest.approx(np.log([4.0, 8.0]))
    assert values(A, Quantity("top10_gdp_share")).tolist() == [0.25, 0.25]
    with pytest.raises(InputError, match="no results of `b`"):
        values(B, GDP)
    assert Quantity("nqpf").log is Quantity("nqpf_gini").log is False


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "1,15"], "argument --only: there is no hypothesis '15'; give numbers from 1 to 14"),
        (["--quarters", "7"], "argument --quarters: '7' is not a whole number from 8 to"),
        (
            ["--quarters", "32"],
            "--quarters 32: too few for hypothesis 3, hypothesis 8; give 40, or others with --only",
        ),
    ],
)
def test_bad_arguments_are_one_line(capsys, arguments, says):
    """The line says which argument and what is wrong; the exit code is 2."""
    try:
        code = program.main(arguments)
    except SystemExit as end:
        code = end.code
    printed = capsys.readouterr().err
    assert code == 2
    assert says in printed
    assert printed.count("\n") == 1


def test_a_stopped_run_goes_on(tmp_path, capsys):
    """What was cut off, or belongs to a scenario that was another, is run again; the page comes out the same."""
    store = tmp_path / "results.jsonl"
    size = ["--seeds", "2", "--quarters", "8", "--firms", "500", "--workers", "1"]
    command = [*size, "--only", "12", "--resume", str(store)]
    assert program.main(command) == 0
    text, whole = capsys.readouterr().out, store.read_text(encoding="utf-8")
    assert whole.count("\n") == 1 + 2 * 2
    assert len(re.findall(r"^\| 12 \|", text, re.MULTILINE)) == 2
    assert program.main([*command[:-2], "--out", str(store.with_suffix(".md"))]) == 2
    assert f"{store}: holds results; go on with --resume {store}" in capsys.readouterr().err
    lines = whole.splitlines(keepends=True)
    stale = json.dumps(json.loads(lines[1]) | {"content": "another"}) + "\n"
    store.write_text("".join([lines[0], stale, *lines[2:]])[:-30], encoding="utf-8")
    assert program.main(command) == 0
    assert capsys.readouterr().out == text
    assert sorted(store.read_text(encoding="utf-8").splitlines()) == sorted([*whole.splitlines(), stale.rstrip()])


@pytest.fixture(scope="module")
def kept():
    """The page kept in the documentation, what it says of itself, and the numbers behind it."""
    text = (DOCS / "counterfactuals.md").read_text(encoding="utf-8")
    said = re.search(r"([\d,]+) firms, (\d+) quarters from their starts, seeds 1 to (\d+);", text)
    head, results = read_results(DOCS / "counterfactuals.jsonl")
    return text, head, results, *(int(number.replace(",", "")) for number in said.groups())


def test_the_page_kept_is_that_of_the_numbers_kept(kept):
    """Written again from the stored numbers, the page is the same to the letter; it has twenty seeds at least."""
    text, head, results, firms, quarters, seeds = kept
    assert head["firms"] == firms
    assert seeds >= 20
    assert page(HYPOTHESES, results, head, seeds, quarters) == text


def test_what_is_not_as_expected_is_explained(kept):
    """Each sign that failed has its explanation, and no explanation is left of a sign that holds."""
    _, _, results, _, quarters, seeds = kept
    unlike = {
        (hypothesis.number, outcome.name)
        for hypothesis in HYPOTHESES
        for outcome, *_, verdict, _ in effects(hypothesis, results, seeds, quarters)
        if verdict not in {AS_EXPECTED, REPORTED}
    }
    assert set(EXPLANATIONS) == unlike
