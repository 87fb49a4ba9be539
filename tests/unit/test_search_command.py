"""`nqpf search`: the front of an experiment's objectives, found, kept and gone on with."""

from pathlib import Path

import pytest

from nqpf.experiments import cli
from nqpf.experiments.analysis import searching
from nqpf.experiments.designs import Experiment, points

EXPERIMENT = """
scenario = "china"
design = "lhs"
samples = 8
seeds = 2
quarters = 1
firms = 500
outcomes = ["nqpf", "theil"]
[factors]
equity_integration = { low = 0.0, high = 1.0 }
targeting_rule = { values = ["related", "copycat"] }
[report]
pareto = ["nqpf", "-theil"]
"""


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[searching.Trial]:
    """Trials that were run, by a trade-off in place of the economy; one rule costs and gives nothing."""
    made: list[searching.Trial] = []

    def measured(trial: searching.Trial) -> dict[str, float]:
        made.append(trial)
        x = float(str(trial.point["equity_integration"]))
        return {"nqpf": x, "theil": x + (trial.point["targeting_rule"] == "copycat")}

    monkeypatch.setattr(searching, "final_outcomes", measured)
    return made


def _nqpf(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main(["search", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def test_the_command_finds_keeps_and_goes_on(
    tmp_path: Path, trials: list[searching.Trial], capsys: pytest.CaptureFixture[str]
):
    """The front is printed and kept as a list that a sweep reads; resumed with nothing left it runs nothing."""
    path, out = tmp_path / "mine.toml", tmp_path / "found"
    path.write_text(EXPERIMENT, encoding="utf-8")
    code, told, err = _nqpf(capsys, path, "--points", 32, "--workers", 1, "--out", out)
    assert (code, err) == (0, "")
    assert len(trials) == 64
    related = {str(trial.point) for trial in trials if trial.point["targeting_rule"] == "related"}
    assert f"{len(related)} of 32 points are on the front" in told  # every one without what costs and gives nothing
    listed = EXPERIMENT.replace('"lhs"\nsamples = 8', '"list"\nfile = "found/front.csv"')
    (tmp_path / "again.toml").write_text(listed[: listed.index("[factors]")], encoding="utf-8")
    assert {str(point) for point in points(Experiment.load(tmp_path / "again.toml"))} == related
    assert _nqpf(capsys, path, "--points", 32, "--workers", 1, "--out", out, "--resume")[:2] == (0, told)
    assert len(trials) == 64


def test_bad_input_is_one_line(tmp_path: Path, trials: list[searching.Trial], capsys: pytest.CaptureFixture[str]):
    """A folder that holds something, objectives that are missing and a budget too small are told with the remedy."""
    path = tmp_path / "mine.toml"
    path.write_text(EXPERIMENT, encoding="utf-8")
    cases = (
        (("--out", tmp_path), "is not empty; give --resume"),
        (
            ("--points", "4", "--workers", "1", "--out", tmp_path / "a"),
            "--points 4: is less than a generation; give",
        ),
    )
    for arguments, said in cases:
        code, _, err = _nqpf(capsys, path, *arguments)
        assert (code, err.count("\n")) == (2, 1)
        assert said in err
    path.write_text(EXPERIMENT.replace('"nqpf", "-theil"]', '"nqpf"]'), encoding="utf-8")
    code, _, err = _nqpf(capsys, path)
    assert (code, err.count("\n")) == (2, 1)
    assert "report.pareto: names no two objectives; add pareto" in err
    assert not trials
