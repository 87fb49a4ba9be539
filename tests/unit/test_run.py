"""`nqpf run` and `nqpf.experiments.run` on the real China."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nqpf.experiments import cli, open_run, run
from nqpf.experiments.commands import run as run_command
from nqpf.experiments.simulate import bar, stoppable
from nqpf.experiments.summary import summary
from nqpf.model import accounts
from nqpf.model.facts import load_facts
from nqpf.model.recorder import DETAILS

COMMAND = [sys.executable, "-m", "nqpf.experiments.cli", "run"]
SMALL = ("china", "--firms", "2000", "--seed", "1")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Five quarters of China with 2,000 firms."""
    return run("china", quarters=5, firms=2000, seed=1, out=tmp_path_factory.mktemp("run") / "china")


@pytest.fixture
def nqpf(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs the command in this process: exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(["run", *arguments])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return call


def test_every_place_is_there_every_quarter(made):
    """336 places, 12 sectors and 31 provinces in each of five quarters, by their codes, without a gap."""
    cities, sectors, regions = made.cities, made.sectors, made.regions
    assert list(made.nation["quarter"]) == ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
    assert cities.groupby("quarter")["city"].nunique().tolist() == [336] * 5
    assert cities["city"].str.fullmatch(r"\d{6}").all()
    assert len(sectors) == 5 * 336 * 12
    assert (regions["level"] == "province").sum() == 5 * 31
    for frame in (made.nation, cities, regions, sectors):
        assert np.isfinite(frame.select_dtypes("number").to_numpy()).all()


def test_people_balance_to_the_person(made):
    """Residents change by births, deaths and moves only, from the facts' residents on, in every place and quarter."""
    facts = load_facts("2024Q1")
    by_city = made.cities.pivot_table(index="quarter", columns="city")
    before = np.vstack([facts.start.population, by_city["population"].to_numpy()[:-1]])
    change = by_city["births"] - by_city["deaths"] + by_city["arrivals"] - by_city["departures"]
    assert np.array_equal(before + change.to_numpy(), by_city["population"].to_numpy())
    assert made.cities["population"].equals(made.cities["labour"] + made.cities["talent"])


def test_every_identity_is_in_run_json(made):
    """The largest residual of each identity is recorded and at most 1e-9; people's are zero."""
    residuals = made.info["residuals"]
    assert set(residuals) == set(accounts.IDENTITIES)
    assert max(residuals.values()) <= accounts.TOLERANCE
    assert residuals["labour"] == residuals["talent"] == 0


def test_levers_change_a_run_and_are_recorded():
    """A lever given by name acts from the first quarter on, and its change is an event of that quarter."""
    changed = run("china", quarters=1, firms=2000, seed=1, levers={"equity_integration": 0.6})
    status_quo = run("china", quarters=1, firms=2000, seed=1)
    assert not changed.cities["investment"].equals(status_quo.cities["investment"])
    (detail,) = changed.events.query("kind == 'policy'")["detail"]
    assert json.loads(detail) == {"lever": "equity_integration", "from": 0.0, "to": 0.6}
    assert (status_quo.events["kind"] != "policy").all()


def test_the_summary_is_read_at_eighty_columns(made):
    """It fits 80 columns and says growth, inequality, who gained and lost, accuracy, time and where the files are."""
    text = summary(made)
    assert max(map(len, text.splitlines()[:-1])) <= 80
    nation = made.nation
    growth = nation["gdp"].iloc[-1] / nation["gdp"].iloc[0] - 1
    (line,) = re.findall(r"Real GDP, .*", text)
    assert line.endswith(f"{growth:+.1%}")  # five quarters are a year apart
    people = made.cities.groupby("city")[["arrivals", "departures"]].sum()
    gains = people["arrivals"] - people["departures"]
    names = dict(zip(load_facts("2024Q1").places.code, load_facts("2024Q1").places.name_en, strict=True))
    assert re.search(rf"{re.escape(names[gains.idxmax()])} +\+{gains.max() / 1e3:,.0f}\b", text)
    assert re.search(rf"{re.escape(names[gains.idxmin()])} +{gains.min() / 1e3:,.0f}\b", text)
    for said in ("Theil index", "East over West", "Solver", "residual", "ns a firm-quarter", str(made.path)):
        assert said in text


def test_the_command_writes_and_sums_up(nqpf, tmp_path):
    """One quarter to a named folder: exit 0, a summary, no bar, and the rounding of the firms told."""
    code, out, err = nqpf(
        "china", "--firms", "500", "--quarters", "1", "--detail", "nation", "--out", str(tmp_path / "x")
    )
    assert (code, err) == (0, "")
    assert "672 firms at the start: 500 asked for" in out
    assert max(map(len, out.splitlines()[:-1])) <= 80
    assert open_run(tmp_path / "x").info["detail"] == "nation"


def test_quiet_is_quiet_and_finds_a_folder(nqpf, tmp_path, monkeypatch):
    """With --quiet nothing is printed; without --out each run gets a folder of its own under runs."""
    monkeypatch.chdir(tmp_path)
    arguments = (*SMALL, "--quarters", "1", "--detail", "nation", "--quiet")
    assert nqpf(*arguments) == nqpf(*arguments) == (0, "", "")
    first, second = sorted((tmp_path / "runs").iterdir())
    assert re.fullmatch(r"china-[0-9a-f]{8}-s1", first.name)
    assert second.name == f"{first.name}-2"
    assert open_run(first).nation.equals(open_run(second).nation)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--quarters", "0"), "quarters=0: 0 is out of range"),
        (("--firms", "499"), "firms=499: 499 is out of range"),
        (("--set", "protektion=0.2"), "did you mean 'protection'"),
        (("--detail", "town"), "Invalid value for '--detail'"),
        (("--out", "/dev/null/run"), "cannot be written: Not a directory"),
        (("--out", "{full}"), "is not empty"),
        (("--out", "{full}", "--resume"), "is no run directory"),
    ],
)
def test_bad_input_is_one_line(nqpf, tmp_path, arguments, said):
    """What cannot be run is refused with exit code 2 and one clear line, and nothing is written."""
    (tmp_path / "notes.txt").touch()
    code, out, err = nqpf("china", *(argument.format(full=tmp_path) for argument in arguments))
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_command_offers_the_details_there_are():
    """The option's choices are the recorder's."""
    assert [choice.value for choice in run_command._Detail] == list(DETAILS)


def test_the_bar_counts_what_is_left(monkeypatch, capsys):
    """The progress bar shows quarters done and asked for and the time left, on standard error."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with bar(shown=True) as after:
        assert not any(after(done, 8) for done in (2, 3, 4))
    out, err = capsys.readouterr()
    assert out == ""
    assert "4/8" in err
    assert "left" in err


def test_the_second_signal_acts_at_once():
    """The first interrupt is noted, the second is Python's own again."""
    with stoppable() as stop:
        signal.raise_signal(signal.SIGINT)
        assert (stop.signal, stop.code) == (signal.SIGINT, 130)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def started(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    return subprocess.Popen(
        [*COMMAND, *SMALL, "--out", str(folder), *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Until the file is there; fails if the process ends before."""
    deadline = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_stopped_command_keeps_what_is_finished(nqpf, tmp_path, made, sent, code):
    """Interrupted, terminated or killed, a run leaves whole quarters; `--resume` ends with an unbroken run's tables."""
    folder = tmp_path / "run"
    process = started(folder, "--quarters", "5")
    wait_for(folder / "nation.parquet" / "2024Q2.parquet", process)
    process.send_signal(sent)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert out == ""
    assert "Traceback" not in err
    partial = pd.read_parquet(folder / "cities.parquet")
    assert 2 * 336 <= len(partial) < 5 * 336
    assert partial.equals(made.cities[: len(partial)])
    if sent != signal.SIGKILL:
        assert f"stopped after {len(partial) // 336} of 5 quarters" in err
        assert (folder / "cities.parquet").is_file()
    arguments = (*SMALL, "--quarters", "5", "--out", str(folder), "--quiet")
    assert nqpf(*arguments)[0] == 2
    assert nqpf(*arguments, "--resume") == (0, "", "")
    for table in DETAILS["city"]:
        assert pd.read_parquet(folder / f"{table}.parquet").equals(made.read(table)), table


@pytest.mark.slow
def test_threads_do_not_change_a_run(tmp_path, made):
    """The same command with one thread and with two gives the same tables, to the bit."""
    for threads in ("1", "2"):
        environment = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), threads)
        process = started(tmp_path / threads, "--quarters", "5", "--quiet", **environment)
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out, err) == (0, "", "")
        for table in DETAILS["city"]:
            assert pd.read_parquet(tmp_path / threads / f"{table}.parquet").equals(made.read(table)), (threads, table)
