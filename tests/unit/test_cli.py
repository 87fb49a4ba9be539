"""The command: what it prints, and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nqpf.experiments import cli
from nqpf.model.errors import AccountingError
from nqpf.model.levers import LEVERS
from nqpf.model.scenario import Scenario
from nqpf.model.scenario_file import library_names

COMMAND = [sys.executable, "-m", "nqpf.experiments.cli"]


@pytest.fixture
def nqpf(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs the command in this process: exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


def one_line(err: str) -> str:
    """The one line on stderr; a traceback or a box of panels fails."""
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert not re.search("[─│╭╰]|Traceback", err)
    return err


def test_the_version_is_the_packages(nqpf):
    """`--version` prints a version and nothing else."""
    code, out, err = nqpf("--version")
    assert code == 0
    assert re.fullmatch(r"\d+\.\d+\S*\n", out)
    assert not err


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("describe", "--help")])
def test_help_fits_eighty_columns(nqpf, arguments):
    """Help is plain text of at most 80 columns."""
    code, out, err = nqpf(*arguments)
    assert code == 0
    assert out.startswith("Usage: nqpf")
    assert max(map(len, out.splitlines())) <= 80
    assert not err


def test_scenarios_as_json(nqpf):
    """The library with the keys of the contract, in both languages."""
    code, out, _ = nqpf("scenarios", "--json")
    listed = json.loads(out)
    assert code == 0
    assert [scenario["name"] for scenario in listed] == library_names()
    for scenario in listed:
        assert list(scenario) == ["name", "title", "description", "base", "start", "quarters"]
        assert scenario["title"].keys() == {"en", "zh"}


def test_levers_as_json(nqpf):
    """The registry, a default of its kind, null where a key does not apply, and nothing that is not JSON."""
    code, out, _ = nqpf("levers", "--json")
    assert not re.search("NaN|Infinity", out)
    listed = json.loads(out)
    assert code == 0
    assert [lever["name"] for lever in listed] == list(LEVERS)
    for lever in listed:
        if lever["kind"] == "choice":
            assert lever["default"] in lever["values"]
            assert lever["low"] is lever["high"] is lever["unit"] is None
        else:
            assert lever["values"] is None
            assert lever["default"] is None or lever["low"] <= lever["default"] <= lever["high"]
    assert [lever["name"] for lever in listed if lever["default"] is None] == ["switch_year"]


def test_levers_of_every_kind_are_listed_and_set(nqpf):
    """Choices stand by name and a null as never, in tables and in what is described."""
    table = re.sub(" +", " ", nqpf("levers")[1])
    assert "0 to 30, or never years after" in table
    assert re.search(r"targeting_rule none, copycat", table)
    settings = ("--set", "switch_year=12", "--set", "data_pool_scope=nation", "--set", "land_tilt=-0.5")
    shown = nqpf("describe", "china", *settings)[1]
    for row in (r"switch_year +12", r"data_pool_scope +nation", r"land_tilt +-0\.5"):
        assert re.search(row + r" +start +end +everywhere", shown)
    code, out, _ = nqpf("describe", "china", *settings, "--set", "switch_year=never", "--json")
    assert code == 0
    assert {rule["lever"]: rule["value"] for rule in json.loads(out)["policy"]} == {
        "data_pool_scope": "nation",
        "land_tilt": -0.5,
    }


def test_never_over_a_base_is_described(nqpf, tmp_path: Path):
    """A rule that says never is shown as such, and is null as JSON; shocks of all kinds stand in their table."""
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\nbase = "china"\n[[policy]]\nlever = "switch_year"\nvalue = "never"\nfrom = "2026Q1"\n'
        '[[shock]]\nkind = "foreign"\nsize = 0.4\n[[shock]]\nkind = "technology"\nsize = 0.2\n',
        encoding="utf-8",
    )
    shown = nqpf("describe", str(path))[1]
    assert re.search(r"switch_year +never +2026Q1 +end", shown)
    assert re.search(r"foreign +0\.4 +start", shown)
    assert re.search(r"technology +0\.2 +start", shown)
    assert json.loads(nqpf("describe", str(path), "--json")[1])["policy"][0]["value"] is None


def test_describe_as_json_is_the_resolved_scenario(nqpf):
    """What is printed reads back as the scenario that would run."""
    code, out, _ = nqpf("describe", "china", "--set", "protection=0.1", "--set", "seed=4", "--json")
    assert code == 0
    assert Scenario.from_resolved(json.loads(out)) == Scenario.load("china", seed=4, levers={"protection": 0.1})


@pytest.mark.parametrize("arguments", [("scenarios",), ("levers",), ("describe", "transport-integration")])
def test_tables_fit_eighty_columns(nqpf, arguments):
    """What people read does not spill over a narrow terminal."""
    code, out, _ = nqpf(*arguments)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80


def test_tables_name_what_there_is(nqpf):
    """Every scenario and lever stands in its table, and what was set in the description."""
    scenarios, levers = nqpf("scenarios")[1], nqpf("levers")[1]
    assert all(name in scenarios for name in library_names())
    assert all(name in levers for name in LEVERS)
    shown = nqpf("describe", "china", "--set", "hukou_easing=0.25", "--set", "parameters.trade.elasticity=5")[1]
    assert re.search(r"hukou_easing\.talent +0\.25 +start +end +everywhere", shown)
    assert re.search(r"trade\.elasticity +5 +4", shown)


def test_a_later_set_of_the_same_name_wins(nqpf):
    """As everywhere on the command line, the last word counts."""
    _, out, _ = nqpf("describe", "china", "--set", "seed=1", "--set", "seed=2", "--json")
    assert json.loads(out)["seed"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--foo",), ["--foo", "nqpf --help"]),
        (("descrbe",), ["descrbe", "describe"]),
        (("describe",), ["SCENARIO", "nqpf describe --help"]),
        (("describe", "china", "--jsn"), ["--jsn", "--json"]),
        (("describe", "china", "extra"), ["extra"]),
        (("describe", "china", "--set"), ["--set", "argument"]),
        (("levers", "extra\nline"), ["extra"]),
        (("describe", "chnia"), ["chnia", "'china'"]),
        (("describe", "nowhere.toml"), ["nowhere.toml", "no such file"]),
        (("describe", "a\nb\x1b[31m.toml"), ["a\\nb", "no such file"]),
        (("describe", "\udcff"), ["no such file"]),
        (("describe", "china", "--set", "x"), ["--set x", "lever=value"]),
        (("describe", "china", "--set", "=1"), ["--set =1", "lever=value"]),
        (("describe", "china", "--set", "protection="), ["--set protection=", "lever=value"]),
        (("describe", "china", "--set", "protecton=1"), ["--set protecton=1", "did you mean 'protection'?"]),
        (("describe", "china", "--set", "protection=nan"), ["--set protection=nan", "from 0 to 1"]),
        (("describe", "china", "--set", "targeting_rule=relatd"), ["--set targeting_rule=relatd", "'related'?"]),
        (("describe", "china", "--set", "switch_year=soon"), ["--set switch_year=soon", "0 to 30, or never"]),
        (("describe", "china", "--set", "protection=1\n2"), ["--set protection=1\\n2", "not a number"]),
    ],
)
def test_bad_input_is_one_line_and_two(nqpf, arguments, words):
    """Whatever is wrong with what was typed: exit code 2, one line, the word at fault and a remedy."""
    code, out, err = nqpf(*arguments)
    assert code == 2
    assert not out
    line = one_line(err)
    assert line.startswith("nqpf")
    assert all(word in line for word in words)


def test_bad_files_are_one_line_and_two(nqpf, tmp_path: Path):
    """A fault in a file names file, line, key and remedy."""
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nbase = "china"\nquaters = 8\n', encoding="utf-8")
    code, _, err = nqpf("describe", str(path), "--set", "seed=-1")
    assert code == 2
    assert one_line(err) == f"nqpf: {path}:3: quaters: unknown key; did you mean 'quarters'?\n"


def ending(fault: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the command meet a fault while it works."""

    def load(*_args, **_options):
        raise fault

    monkeypatch.setattr(Scenario, "load", load)


def test_a_broken_identity_ends_with_one(nqpf, monkeypatch: pytest.MonkeyPatch):
    """An accounting fault is one line and exit code 1."""
    ending(AccountingError("goods market: residual 1e-3 in 2025Q1"), monkeypatch)
    code, _, err = nqpf("describe", "china")
    assert (code, one_line(err)) == (1, "nqpf: goods market: residual 1e-3 in 2025Q1\n")


def test_an_interruption_ends_with_130(nqpf, monkeypatch: pytest.MonkeyPatch):
    """Ctrl-C is one line and exit code 130."""
    ending(KeyboardInterrupt(), monkeypatch)
    code, _, err = nqpf("describe", "china")
    assert (code, one_line(err)) == (130, "nqpf: interrupted\n")


def test_an_unexpected_fault_ends_with_70_and_a_log(nqpf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The traceback goes to a log whose path is shown."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ending(RuntimeError("odd\nthing"), monkeypatch)
    code, _, err = nqpf("describe", "china")
    assert code == 70
    assert "unexpected fault: RuntimeError: odd\\nthing" in one_line(err)
    (log,) = tmp_path.glob("nqpf-*.log")
    assert str(log) in err
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_termination_ends_with_143_after_cleaning_up(nqpf, monkeypatch: pytest.MonkeyPatch):
    """SIGTERM unwinds like an exit, and the handler that was there before comes back."""
    cleaned = []

    def load(*_args, **_options):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        finally:
            cleaned.append(True)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(Scenario, "load", load)
    code, _, _ = nqpf("describe", "china")
    assert code == 143
    assert cleaned
    assert signal.getsignal(signal.SIGTERM) is before


def shell(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, encoding="utf-8", check=False, timeout=60, **options
    )


def test_the_real_command_refuses_bad_files(tmp_path: Path):
    """Through a real process: exit code 2, one line on stderr, nothing on stdout."""
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nbase = "mine.toml"\n', encoding="utf-8")
    done = shell("describe", path.name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr).startswith("nqpf: mine.toml:2: base: 'mine.toml' is a base that includes itself")


def test_json_can_be_read_whatever_the_terminals_encoding():
    """Chinese titles survive a terminal that knows only ASCII."""
    done = shell("scenarios", "--json", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stdout.isascii()
    titles = {scenario["name"]: scenario["title"]["zh"] for scenario in json.loads(done.stdout)}
    assert "中国" in titles["china"]


def test_tables_can_be_read_on_a_terminal_without_chinese():
    """Where a name cannot be shown its code points are; nothing fails."""
    done = shell("describe", "china", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "China from 2024  \\u4e2d" in done.stdout


def test_a_reader_that_leaves_early_is_no_fault():
    """`nqpf levers | head` leaves no traceback."""
    with subprocess.Popen([*COMMAND, "levers", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(60) == 141
    assert err == b""


def test_help_loads_nothing_heavy():
    """Help answers at once because neither arrays nor tables nor the page are imported."""
    code = (
        "import sys\n"
        "from nqpf.experiments import cli\n"
        "try:\n    cli.main(['--help'])\n"
        "except SystemExit:\n"
        "    heavy = ('numpy', 'pandas', 'pydantic', 'scipy', 'mesa', 'numba', 'solara', 'rich', 'matplotlib')\n"
        "    print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.endswith("[]\n")
