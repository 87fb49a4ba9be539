"""What experiments on paired seeds share: intervals, readings, kept results, the fingerprint of behaviour, the pool."""

import io
import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from nqpf.experiments.paired import fingerprint as fingerprints
from nqpf.experiments.paired import pool, program, results, tasks
from nqpf.experiments.paired.intervals import AS_EXPECTED, NOT_SHOWN, OPPOSITE, Effect, ratio
from nqpf.experiments.paired.readings import GROUPS, Reading, places_of, read
from nqpf.experiments.paired.scales import UNITS, in_logs, per_cent
from nqpf.model.economy import RegionalEconomy
from nqpf.model.errors import AccountingError, InputError
from nqpf.model.facts import load_facts
from nqpf.model.levers import LEVERS
from nqpf.model.measures import INDEX
from nqpf.model.nqpf_index import shipped
from nqpf.model.scenario import Scenario


def test_the_interval_is_students():
    """Mean, and 99 % interval as SciPy has it; a point if all seeds agree; none from one seed."""
    d = np.array([0.3, -0.1, 0.4, 0.2, 0.25])
    found = Effect.of(d)
    assert found.mean == pytest.approx(d.mean())
    assert (found.low, found.high) == pytest.approx(stats.t.interval(0.99, 4, d.mean(), stats.sem(d)))
    assert Effect.of([0.5, 0.5, 0.5]) == Effect(0.5, 0.5, 0.5)
    with pytest.raises(ValueError, match="two seeds"):
        Effect.of([1.0])


@pytest.mark.parametrize(
    ("low", "high", "sign", "verdict"),
    [
        (0.1, 0.3, "+", AS_EXPECTED),
        (0.1, 0.3, "-", OPPOSITE),
        (-0.3, -0.1, "+", OPPOSITE),
        (-0.3, -0.1, "-", AS_EXPECTED),
        (-0.1, 0.3, "+", NOT_SHOWN),
        (-0.1, 0.3, "-", NOT_SHOWN),
        (0.0, 0.0, "+", NOT_SHOWN),
        (0.0, 0.3, "-", NOT_SHOWN),
    ],
)
def test_the_verdict(low, high, sign, verdict):
    """An interval that touches zero shows nothing, whatever was expected."""
    assert Effect((low + high) / 2, low, high).verdict(sign) == verdict


def test_the_interval_of_a_ratio_is_fiellers():
    """Its ends are the ratios that a test of numerator − ratio · denominator just rejects; none if it may be 0."""
    rng = np.random.default_rng(2)
    above, below = rng.normal(3, 0.2, 9), rng.normal(2, 0.2, 9)
    found = ratio(above, below)
    assert found.mean == pytest.approx(above.mean() / below.mean())
    for end in (found.low, found.high):
        assert stats.ttest_1samp(above - end * below, 0).pvalue == pytest.approx(0.01)
    assert ratio(above, below - below.mean()) is None


@pytest.mark.parametrize(
    ("how", "quarters"),
    [("last", [20]), ("total", [*range(1, 21)]), ("mean", [*range(1, 21)]), ("shock", [9, 10, 11, 12])],
)
def test_when_a_measure_is_read(how, quarters):
    """In the last quarter, in every one, or while the shock lasts; a longer run changes nothing."""
    reading = Reading("gdp", "nation", how, 20)
    assert [quarter for quarter in range(1, 41) if reading.is_read(quarter)] == quarters


def test_a_reading_is_what_the_economy_shows():
    """Sums of places, means by the measure's weight, and the nation's own measures, in the quarter asked for."""
    scenario = Scenario.load("china", firms=500, seed=1)
    economy = RegionalEconomy(scenario)
    first = economy.step() or economy.nation_measures()["gdp"]
    economy.step()
    east = economy.facts.regions.of_level("macro_region").tolist().index(economy.facts.regions.index("east"))
    regions = economy.region_measures("macro_region")
    wanted = {
        Reading("gdp", "east", "last", 2): regions["gdp"][east],
        Reading("gdp_per_head", "east", "last", 2): regions["gdp_per_head"][east],
        Reading("theil_gdp_per_head", "nation", "last", 2): economy.nation_measures()["theil_gdp_per_head"],
        Reading("gdp", "nation", "total", 2): first + economy.nation_measures()["gdp"],
        Reading("gdp", "nation", "mean", 2): (first + economy.nation_measures()["gdp"]) / 2,
        Reading("gdp", "nation", "last", 1): first,
    }
    found = read(scenario, wanted)
    assert found == {reading.name: pytest.approx(float(value), rel=1e-12) for reading, value in wanted.items()}


def test_who_got_high_speed_rail():
    """Places by their first high-speed line: Beijing had one, Guiyang got one in 2014, Lhasa has none."""
    facts = load_facts("2010Q1", {})
    masks = {group: places_of(facts, group, 2010 * 4) for group in GROUPS}
    beijing, guiyang, lhasa = (facts.places.index(code) for code in ("110000", "520100", "540100"))
    rows = {
        group: [mask[row] for row in (beijing, guiyang, lhasa)] for group, mask in masks.items() if group != "zones"
    }
    assert rows == {
        "newly connected": [False, True, False],
        "bypassed": [False, False, True],
        "nodes": [True, True, False],
    }
    assert not (masks["bypassed"] & (masks["newly connected"] | masks["nodes"])).any()


def test_treated_places_are_those_of_the_rules():
    """A reading may name a library scenario's places: everywhere if a rule says no place."""
    facts = load_facts("2024Q1", {})
    assert places_of(facts, "treated:hukou-easing", 0).all()
    assert not places_of(facts, "treated:china", 0).any()


def test_levels_are_compared_by_logs():
    """Money, people and productivity by logs; shares, indices of inequality and rare events as they are."""
    assert all(in_logs(name) for name in ("gdp", "population", "tfp", "gdp_per_head"))
    assert not any(in_logs(name) for name in ("top10_gdp_share", "theil_gdp_per_head", "breakthroughs", "rent_gap"))
    assert not any(in_logs(name) for name in UNITS if name.startswith("nqpf"))
    assert {m.name for m in INDEX} < set(UNITS)


def test_differences_of_logs_are_shown_in_per_cent():
    """Of mean and ends alike: a doubling is 100 %, and no fall is beyond −100 %."""
    assert per_cent(math.log(2)) == pytest.approx(100)
    assert Effect(math.log(1.1), -5.0, math.log(1.5)).shown(log=True) == ("+10.000 %", "-99.326 to +50.000")
    assert Effect(0.1, -0.25, 0.5).shown(log=False) == ("+0.1", "-0.25 to +0.5")


def stored(path, *rows, head='{"firms": 600}', cut=""):
    """A file of results."""
    path.write_text("\n".join([head, *map(json.dumps, rows)]) + "\n" + cut, encoding="utf-8")


def test_a_cut_line_is_no_result(tmp_path):
    """What was written whole is kept; a line broken off in the middle is dropped; other files are refused."""
    path = tmp_path / "results.jsonl"
    row = {"arm": "status quo", "seed": 1, "values": {"gdp/nation/last/12": 1.0}}
    stored(path, row, cut=json.dumps(row)[:20])
    head, found = results.read_results(path)
    assert head == {"firms": 600}
    assert found == {("status quo", 1): {"gdp/nation/last/12": 1.0}}
    for text in ("", "[]\n[]\n", "no json\n", '{}\n{"arm": 1}\n'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="not results"):
            results.read_results(path)


def test_an_arm_that_became_another_is_run_again(tmp_path):
    """Results of a scenario file that says something else by now are left out, others kept."""
    path = tmp_path / "results.jsonl"
    rows = [{"arm": arm, "content": "old", "seed": 1, "values": {"x": 1.0}} for arm in ("kept", "changed")]
    stored(path, *rows)
    found, opened = results.begin(path, {"firms": 600}, resume=True, contents={"kept": "old", "changed": "new"})
    opened.close()
    assert found == {("kept", 1): {"x": 1.0}}


def test_nothing_is_written_over(tmp_path):
    """A file that holds results is gone on with or left; one without a whole head is begun; others are refused."""
    path, mine = tmp_path / "results.jsonl", {"firms": 600}
    stored(path, {"arm": "kept", "seed": 1, "values": {"x": 1.0}}, cut='{"arm": "cut')
    kept = path.read_text(encoding="utf-8")
    with pytest.raises(InputError, match=f"holds results; go on with --resume {path}, or move it away"):
        results.begin(path, mine, resume=False)
    assert path.read_text(encoding="utf-8") == kept
    found, opened = results.begin(path, mine, resume=True)
    opened.close()
    assert found == {("kept", 1): {"x": 1.0}}
    assert path.read_text(encoding="utf-8") == kept.removesuffix('{"arm": "cut')
    for text in ("", '{"firms"'):
        path.write_text(text, encoding="utf-8")
        for resume in (True, False):
            found, opened = results.begin(path, mine, resume=resume)
            opened.close()
            assert found == {}
            assert path.read_text(encoding="utf-8") == '{"firms": 600}\n'
    path.write_text("my notes", encoding="utf-8")
    with pytest.raises(InputError, match="not results"):
        results.begin(path, mine, resume=True)
    assert [*tmp_path.iterdir()] == [path]


def test_the_head_says_what_measures_rest_on():
    """Facts and constants of every start that arms have: results of others are not gone on with."""
    head = results.head("china", 600, {"2010Q1", "2024Q1"})
    assert [*head["facts"]] == [*head["nqpf_index"]] == ["2010Q1", "2024Q1"]
    assert head["nqpf_index"]["2010Q1"] == shipped("2010Q1").described()["version"]
    assert load_facts("2024Q1").digest.startswith(head["facts"]["2024Q1"])
    assert [*results.head("china", 600)["facts"]] == ["2024Q1"]


def test_a_run_that_fails_is_written_down_and_others_go_on(tmp_path, monkeypatch, capsys):
    """Its fault is kept and listed, the exit code is 1, and it is tried again."""
    path, mine = tmp_path / "results.jsonl", {"firms": 600}
    seeds = [tasks.Task(SimpleNamespace(name="arm"), seed, (Reading("gdp", "nation", "last", 1),)) for seed in (1, 2)]

    def scenario(task):
        return task.seed

    def read_off(seed, readings):
        if seed == 1:
            raise AccountingError("leak\nof money")
        return {reading.name: 1.0 for reading in readings}

    monkeypatch.setattr(tasks, "read", read_off)

    def work():
        found, opened = results.begin(path, mine, resume=True)
        with opened:
            faults = tasks.run(seeds, scenario, 1, found, opened)
        assert [*found] == [("arm", 2)]
        if faults:
            raise program.RunsFailed(faults)

    for _ in range(2):
        assert program.ended("effects", work, path) == 1
        assert capsys.readouterr().err == (
            f"effects: arm, seed 1: leak of money\neffects: 1 of the runs failed; go on with --resume {path}\n"
        )
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert [row["seed"] for row in rows] == [1, 2, 1]
    assert rows[0] == {"arm": "arm", "seed": 1, "fault": "leak of money"}
    monkeypatch.setattr(tasks, "read", lambda _, readings: {reading.name: 2.0 for reading in readings})
    found, opened = results.begin(path, mine, resume=True)
    with opened:
        assert tasks.run(seeds, scenario, 1, found, opened) == []
    assert results.read_results(path)[1] == found


def test_a_result_is_written_at_once():
    """A line of JSON that is read back as it was."""
    out = io.StringIO()
    results.write(out, "status quo", 3, {"x": 0.1}, "abc")
    assert json.loads(out.getvalue()) == {"arm": "status quo", "content": "abc", "seed": 3, "values": {"x": 0.1}}


def test_rounding_hides_the_last_bits():
    """Numbers that differ by a thousand-millionth have the same bytes, by a millionth others; counts have their own."""
    x = np.array([1.5, -2e8, 3e-5, 0.0])
    assert fingerprints.rounded(x * (1 + 1e-10)) == fingerprints.rounded(x)
    assert fingerprints.rounded(x * (1 + 1e-5)) != fingerprints.rounded(x)
    assert fingerprints.rounded(np.array([1, 2])) != fingerprints.rounded(np.array([1, 3]))


def test_the_fingerprint_is_of_every_lever():
    """A rule for each, away from the status quo."""
    rules = fingerprints.fingerprinted().policy
    assert {rule.lever for rule in rules} == set(LEVERS)
    assert all(rule.value != LEVERS[rule.lever].default for rule in rules)


def test_the_fingerprint_sees_a_change_of_behaviour(monkeypatch):
    """The same again for the same model; another one when imitation is a hundredth rarer."""
    before = fingerprints.fingerprint()
    assert fingerprints.fingerprint.__wrapped__() == before
    scenario = fingerprints.fingerprinted()
    rare = scenario.parameters.research.imitation * 0.99
    changed = scenario.with_changes(settings={"parameters.research.imitation": str(rare)})
    monkeypatch.setattr(fingerprints, "fingerprinted", lambda: changed)
    assert fingerprints.fingerprint.__wrapped__() != before


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_is_kept_with_its_result(workers):
    """Results come with their jobs, in whatever order; a fault in one ends them all."""
    found = {}
    pool.run_all([1.0, 4.0, 9.0], math.sqrt, workers, found.__setitem__)
    assert found == {1.0: 1.0, 4.0: 2.0, 9.0: 3.0}
    with pytest.raises(ValueError, match="math domain"):
        pool.run_all([-1.0], math.sqrt, workers, found.__setitem__)


@pytest.mark.parametrize(
    ("fault", "code", "line"),
    [
        (InputError("bad"), 2, "effects: bad\n"),
        (PermissionError(13, "Permission denied", "/x"), 2, "effects: /x: cannot be written: Permission denied\n"),
        (AccountingError("leak"), 1, "effects: leak; go on with --resume s.jsonl\n"),
        (KeyboardInterrupt(), 130, "effects: interrupted; go on with --resume s.jsonl\n"),
    ],
)
def test_a_fault_is_one_line(capsys, fault, code, line):
    """Each kind of fault has its exit code, and a run that can go on says how."""

    def work():
        raise fault

    assert program.ended("effects", work, "s.jsonl") == code
    assert capsys.readouterr().err == line
