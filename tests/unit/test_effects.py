"""The table of levers' effects: trials, intervals and verdicts, results that can be stopped, and the page kept."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nqpf.experiments import effects
from nqpf.experiments.effects_table import effect, page
from nqpf.experiments.paired.intervals import AS_EXPECTED
from nqpf.experiments.paired.results import read_results
from nqpf.experiments.trials import EQUALISATION, EXPLANATIONS, TRIALS, Arm, Outcome, Trial
from nqpf.model.levers import LEVERS
from nqpf.model.measures import CITY
from nqpf.model.scenario import Scenario

DOCS = Path(__file__).resolve().parents[2] / "docs"
TILT = Trial("land_tilt", 0.0, 1.0, (Outcome("rent_gap", "+"), Outcome("population", "+", "west")))


def position(lever, value):
    """Where a value stands among a lever's."""
    return LEVERS[lever].encode(value)


def test_every_lever_has_its_trial():
    """One each, in the order of the levers, from one value that may be written to another."""
    assert [trial.lever for trial in TRIALS] == list(LEVERS)
    for trial in TRIALS:
        lever = LEVERS[trial.lever]
        assert lever.check(trial.start) == trial.start != lever.check(trial.end) == trial.end
        assert trial.where is None or "province" in lever.places
        summed = {m.name for m in CITY if m.weight is None}
        assert {outcome.measure for outcome in trial.outcomes if outcome.region != "nation"} <= summed


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.lever)
def test_a_trial_looks_at_what_its_lever_declares(trial):
    """The lever's measure is among the outcomes, with its sign turned where the trial lowers the lever."""
    lever = LEVERS[trial.lever]
    rises = position(trial.lever, trial.end) > position(trial.lever, trial.start)
    sign = lever.expected_sign if rises else {"+": "-", "-": "+"}[lever.expected_sign]
    assert sign in {outcome.sign for outcome in trial.outcomes if outcome.measure == lever.measure}


def test_equal_runs_have_equal_names():
    """A rule that says the status quo is none, and what differs tells arms apart."""
    assert Arm.of(("land_tilt", 0.0, None)) == Arm()
    assert Arm().name == "status quo"
    never = next(trial for trial in TRIALS if trial.lever == "switch_year")
    assert never.arm(None) == Arm()
    assert never.arm(0.0).name == "switch_year=0"
    arms = {arm for trial in TRIALS for arm in trial.arms()}
    assert len({arm.name for arm in arms}) == len(arms)
    assert Arm.of(("land_tilt", 0.0, None), finer=10).name == "status quo × 10 firms"


def test_an_arm_is_a_policy():
    """Rules with their places and companions, and the coast's shock in its quarters."""
    base = Scenario.load("china", seed=4, firms=600)
    subsidy, hit = Arm.of(("talent_subsidy", 0.3, "43")), Arm.of(("hinterland_share", 0.4, None), shock=True)
    (rule,) = subsidy.scenario(base).policy
    assert (rule.lever, rule.value, rule.where) == ("talent_subsidy", 0.3, {"province": ("43",)})
    (shock,) = hit.scenario(base).shock
    assert (shock.kind, shock.size, shock.from_, shock.until) == ("supply", 0.2, "2026Q1", "2026Q4")
    assert shock.where == {"macro_region": ("east",)}
    assert Arm().scenario(base) == base


def test_baselines_are_run_once_a_seed():
    """All trials together need each arm once under each seed, and read off all that any of them asks."""
    todo = effects.tasks(TRIALS, 3, 20)
    keys = [(task.arm.name, task.seed) for task in todo]
    assert len(set(keys)) == len(keys)
    assert [task.seed for task in todo] == sorted(task.seed for task in todo)
    plain = next(task for task in todo if task.arm == Arm())
    assert {"gdp/nation/last/20", "gdp/zones/last/20", "breakthroughs/nation/total/40"} <= {
        reading.name for reading in plain.readings
    }
    wanted = {f"transfer_equalisation={value:g}" for value in EQUALISATION} - {"transfer_equalisation=0.4"}
    assert wanted <= {name for name, _ in keys}


def stored(**values):
    """Results of two seeds: reading → (first arm's, second arm's)."""
    names = "status quo", "land_tilt=1"
    return {
        (name, seed): {key: pair[arm] * (1 + (seed - 1) / 10) for key, pair in values.items()}
        for arm, name in enumerate(names)
        for seed in (1, 2)
    }


def test_differences_are_of_logs_or_plain():
    """Levels are compared by logs, shares and indices as they are; what is compared against is taken off."""
    results = stored(**{
        "rent_gap/nation/last/12": (0.5, 0.75),
        "population/west/last/12": (100.0, 200.0),
        "population/east/last/12": (100.0, 400.0),
    })  # fmt: skip
    gap, people = TILT.outcomes
    assert effect(TILT, gap, results, 2, 12).mean == pytest.approx(np.mean([0.25, 0.275]))
    assert effect(TILT, people, results, 2, 12).mean == pytest.approx(np.log(2))
    beside = Outcome("population", "+", "west", against="east")
    assert effect(TILT, beside, results, 2, 12).mean == pytest.approx(-np.log(2))


def test_the_loss_is_to_the_shock_under_the_same_policy():
    """Loss is −ln of shocked over unshocked, and the effect is how far the lever changes it."""
    trial = next(trial for trial in TRIALS if trial.lever == "hinterland_share")
    loss = trial.outcomes[1]
    amounts = {
        "status quo": 100.0, "status quo + shock": 80.0, "hinterland_share=0.4": 90.0,
        "hinterland_share=0.4 + shock": 81.0,
    }  # fmt: skip
    results = {(name, seed): {"gdp/nation/shock/12": value} for name, value in amounts.items() for seed in (1, 2)}
    expected = -np.log(81 / 90) + np.log(80 / 100)
    assert effect(trial, loss, results, 2, 12).mean == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--seeds", "1"], "argument --seeds: '1' is not a whole number from 2 to"),
        (["--quarters", "eleven"], "argument --quarters: 'eleven' is not a whole number from 12 to"),
        (["--levers", "land_tlt"], "unknown lever 'land_tlt'; did you mean 'land_tilt'?"),
        (["--what"], "unrecognized arguments: --what"),
    ],
)
def test_bad_arguments_are_one_line(capsys, arguments, says):
    """The line says which argument and what is wrong; the exit code is 2."""
    with pytest.raises(SystemExit) as end:
        effects.main(arguments)
    printed = capsys.readouterr().err
    assert end.value.code == 2
    assert says in printed
    assert printed.count("\n") == 1


def test_results_of_another_run_are_not_gone_on_with(tmp_path, capsys):
    """Other firms make other numbers: one line, exit code 2, and the file is left as it was."""
    store = tmp_path / "levers.jsonl"
    store.write_text(json.dumps(effects.head(600)) + "\n", encoding="utf-8")
    assert effects.main(["--firms", "700", "--levers", "land_tilt", "--resume", str(store)]) == 2
    assert re.fullmatch(rf"effects: {store}: results of another firms, content; .*\n", capsys.readouterr().err)
    assert store.read_text(encoding="utf-8").count("\n") == 1
    for option in ("--out", "--resume"):
        assert effects.main(["--levers", "land_tilt", option, str(tmp_path / "no" / "file")]) == 2
        assert capsys.readouterr().err.startswith(f"effects: {tmp_path}/no/file: ")


def test_a_stopped_run_goes_on(tmp_path, capsys):
    """What is in the file is not run again, what was cut off is, and the page comes out the same."""
    store = tmp_path / "levers.jsonl"
    size = ["--seeds", "2", "--quarters", "12", "--firms", "500", "--workers", "1"]
    command = [*size, "--levers", "land_tilt", "--resume", str(store)]
    assert effects.main(command) == 0
    text, whole = capsys.readouterr().out, store.read_text(encoding="utf-8")
    assert whole.count("\n") == 1 + 4
    assert len(re.findall(r"^\| `land_tilt` ", text, re.MULTILINE)) == 2
    assert effects.main(command) == 0
    assert capsys.readouterr().out == text
    store.write_text(whole[:-30], encoding="utf-8")
    assert effects.main(command) == 0
    assert capsys.readouterr().out == text
    assert store.read_text(encoding="utf-8") == whole


@pytest.mark.slow
def test_an_interrupted_run_ends_and_says_how_to_go_on(tmp_path):
    """Asked to end, it stops its workers, leaves with 130 and keeps what was finished."""
    store = tmp_path / "levers.jsonl"
    size = ["--seeds", "9", "--quarters", "12", "--firms", "500", "--workers", "2"]
    command = [sys.executable, "-m", "nqpf.experiments.effects", *size, "--levers", "land_tilt"]
    with subprocess.Popen([*command, "--resume", store], stderr=subprocess.PIPE, text=True) as running:
        while not (store.exists() and store.read_text(encoding="utf-8").count("\n") > 2):
            assert running.poll() is None, running.stderr.read()
            time.sleep(0.1)
        running.send_signal(signal.SIGTERM)
        assert running.communicate(timeout=120)[1] == f"effects: interrupted; go on with --resume {store}\n"
    assert running.returncode == 130
    assert 2 <= len(read_results(store)[1]) < 18


@pytest.fixture(scope="module")
def kept():
    """The page kept in the documentation, what it says of itself, and the numbers behind it."""
    text = (DOCS / "levers.md").read_text(encoding="utf-8")
    said = re.search(r"([\d,]+) firms, (\d+) quarters, seeds 1 to (\d+);", text)
    head, results = read_results(DOCS / "levers.jsonl")
    return text, head, results, *(int(number.replace(",", "")) for number in said.groups())


def test_the_page_kept_is_that_of_the_numbers_kept(kept):
    """Written again from the stored numbers, the page is the same to the letter."""
    text, head, results, firms, quarters, seeds = kept
    assert head["firms"] == firms
    assert page(TRIALS, results, head, seeds, quarters) == text


def test_the_page_lists_every_lever_once_an_outcome(kept):
    """Rows are the trials' outcomes, in the order of the levers, from twenty seeds at least."""
    text, *_, seeds = kept
    rows = re.findall(r"^\| `([\w.]+)` \|(?:[^|]*\|){2} ([^|]+?) \|", text, re.MULTILINE)
    assert rows == [(trial.lever, outcome.name) for trial in TRIALS for outcome in trial.outcomes]
    assert seeds >= 20


def test_what_is_not_as_expected_is_explained(kept):
    """Each sign that failed has its explanation, and no explanation is left of a sign that holds."""
    _, _, results, _, quarters, seeds = kept
    unlike = {
        (trial.lever, outcome.name)
        for trial in TRIALS
        for outcome in trial.outcomes
        if not outcome.sign or effect(trial, outcome, results, seeds, quarters).verdict(outcome.sign) != AS_EXPECTED
    }
    assert set(EXPLANATIONS) == unlike
