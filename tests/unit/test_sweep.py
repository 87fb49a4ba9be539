"""Sweeps: the printed experiment, what is written, what is refused, and how the command ends."""

import re
import signal
from pathlib import Path

import numpy as np
import pytest

from nqpf.experiments import cli, open_sweep, run, sweep
from nqpf.experiments.designs import Estimate, Experiment, tasks
from nqpf.experiments.sweeping import conduct as conducting
from nqpf.experiments.sweeping.cluster import check_address
from nqpf.experiments.sweeping.conduct import conduct
from nqpf.experiments.sweeping.summary import forecast
from nqpf.experiments.sweeping.work import Order, run_one
from nqpf.model.errors import InputError

PRINTED = """
scenario = "china"
design = "sobol"                   # grid | lhs | sobol | morris | saltelli | list (csv)
samples = 256
seeds = [1, 2, 3, 4]               # replications; equal seeds across points = common random numbers
quarters = 60
firms = 5_000                      # optional, as quarters
outcomes = ["nqpf", "gdp", "theil"]        # or detail = "city"
[factors]
"equity_integration" = { low = 0.0, high = 1.0 }
"targeting_rule" = { values = ["related", "copycat"] }
"parameters.migration.taste" = { low = 1.0, high = 3.0 }
[report]
sensitivity = "sobol"              # SALib
discovery = { outcome = "nqpf", above = "p90" }     # PRIM, by ema_workbench
pareto = ["nqpf", "-theil"]
"""
SMALL = """
scenario = "china"
design = "grid"
seeds = [3, 1]
quarters = 2
firms = 500
outcomes = ["gdp", "theil", "population", "gdp@west", "capital@west", "gdp@420100"]
[factors]
equity_integration = { low = 0.0, high = 1.0, steps = 2 }
switch_year = { values = [2, "never"] }
"""
IMPOSSIBLE = "parameters.technology.talent_agglomeration,parameters.technology.love_of_variety\n0.08,0\n0.5,1\n"


def written(folder: Path, text: str) -> Path:
    """An experiment's file."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A sweep of four points under two seeds."""
    folder = tmp_path_factory.mktemp("sweep")
    return sweep(written(folder, SMALL), engine="serial", out=folder / "out")


@pytest.fixture
def nqpf(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs the command in this process: exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(["sweep", *map(str, arguments)])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return call


def test_the_printed_experiment_loads(tmp_path):
    """The example of the contract is taken as it stands; `theil` is the index of GDP per head, under its own name."""
    experiment = Experiment.load(written(tmp_path, PRINTED))
    assert experiment.n_runs == 1024
    assert [(o.name, o.measure) for o in experiment.outcomes][2] == ("theil", "theil_gdp_per_head")
    assert experiment.report.pareto == ["nqpf", "-theil"]
    other = PRINTED.replace('"-theil"', '"-theil_gdp_per_head"')
    with pytest.raises(InputError, match="not among the outcomes; write 'theil', as there"):
        Experiment.load(written(tmp_path, other))


def test_the_table_of_runs_is_the_contracts(made):
    """Keys, how each run ended, a column for each factor and each final outcome, in the order of runs."""
    runs = made.runs
    assert list(runs) == [
        *("run", "point", "seed", "status", "error", "equity_integration", "switch_year"),
        *("gdp", "theil", "population", "gdp@west", "capital@west", "gdp@420100"),
    ]
    expected = [(task.run, task.point, task.seed) for task in tasks(Experiment.load(made.path.parent / "mine.toml"))]
    assert list(runs[["run", "point", "seed"]].itertuples(index=False, name=None)) == expected
    assert runs["seed"].tolist() == [3] * 4 + [1] * 4
    assert set(runs["status"]) == {"done"}
    assert runs["error"].isna().all()
    assert set(runs["switch_year"].dropna()) == {2.0}
    assert runs["population"].dtype == np.int64


def test_series_are_what_a_run_writes(made):
    """Every quarter at every level asked for, equal to the bit to what `nqpf run` records of the same scenario."""
    task = list(tasks(Experiment.load(made.path.parent / "mine.toml")))[5]
    alone = run(task.scenario)
    mine = made.series.query("run == 5")
    assert mine["quarter"].tolist() == ["2024Q1"] * 3 + ["2024Q2"] * 3
    assert mine["level"].tolist() == ["nation", "macro_region", "city"] * 2
    assert mine["region"].tolist() == ["CN", "west", "420100"] * 2
    nation, west, city = (mine[mine["level"] == level] for level in ("nation", "macro_region", "city"))
    assert nation["gdp"].tolist() == alone.nation["gdp"].tolist()
    assert nation["theil"].tolist() == alone.nation["theil_gdp_per_head"].tolist()
    assert nation["population"].tolist() == alone.nation["population"].tolist()
    assert west["capital"].tolist() == alone.regions.query("region == 'west'")["capital"].tolist()
    assert city["gdp"].tolist() == alone.cities.query("city == '420100'")["gdp"].tolist()
    assert nation["capital"].isna().all()
    assert west["theil"].isna().all()
    last = made.runs.set_index("run").loc[5]
    assert last["gdp"] == nation["gdp"].tolist()[-1]
    assert last["capital@west"] == west["capital"].tolist()[-1]


def test_a_factor_does_what_it_says(made):
    """Integration of equity markets changes GDP under every seed, and equal seeds share their draws."""
    gdp = made.sql("SELECT seed, equity_integration, gdp FROM runs WHERE switch_year IS NULL")
    wide = gdp.pivot_table(index="seed", columns="equity_integration", values="gdp")
    assert (wide[0.0] != wide[1.0]).all()


def test_all_measures_of_all_levels(tmp_path):
    """With detail city every place, region and the nation has its measures, as in a run's tables."""
    text = SMALL.replace("seeds = [3, 1]", "seeds = 1").replace("quarters = 2", "quarters = 1")
    text = re.sub("outcomes = .*", 'detail = "city"', text).replace('values = [2, "never"]', "values = [2, 3]")
    experiment = Experiment.load(written(tmp_path, text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conducting, "tasks", lambda e: list(tasks(e))[:1])
        conduct(experiment, tmp_path / "x", engine="serial", workers=None, resume=False, after=lambda *_: False)
    series, alone = open_sweep(tmp_path / "x").series, run(next(tasks(experiment)).scenario)
    assert series.groupby("level").size().to_dict() == {
        "nation": 1,
        "city": 336,
        **alone.regions.groupby("level").size().to_dict(),
    }
    cities = series.query("level == 'city'").reset_index()
    assert cities["region"].tolist() == alone.cities["city"].tolist()
    for measure in ("gdp", "population", "nqpf"):
        assert cities[measure].tolist() == alone.cities[measure].tolist()
    assert "gini_gdp" in series
    assert cities["gini_gdp"].isna().all()


def test_outcomes_of_all_places(tmp_path):
    """`gdp@city` keeps GDP of every city and quarter; it has no column among the runs, others beside it have."""
    text = SMALL.replace("seeds = [3, 1]", "seeds = 1").replace('"gdp@420100"]', '"gdp@city", "nqpf@province"]')
    swept = sweep(written(tmp_path, text), engine="serial", out=tmp_path / "x")
    assert "gdp@city" not in swept.runs
    assert swept.info["experiment"]["everywhere"] == ["gdp@city", "nqpf@province"]
    one = swept.series.query("run == 0")
    assert one.groupby("level").size().to_dict() == {"nation": 2, "macro_region": 2, "province": 62, "city": 672}
    last = one[one["quarter"] == one["quarter"].max()].set_index(["level", "region"])
    assert last.loc["city", "gdp"].sum() == pytest.approx(swept.runs["gdp"][0])
    assert last.loc["province", "nqpf"].notna().all()
    assert last.loc["city", "nqpf"].isna().all()


def test_failing_runs_are_rows_and_exit_code_three(nqpf, tmp_path):
    """An impossible economy is a row with its error; the others are made; the command says so and ends with 3."""
    (tmp_path / "points.csv").write_text(IMPOSSIBLE, encoding="utf-8")
    head = 'scenario = "china"\ndesign = "list"\nfile = "points.csv"\nseeds = 1\nquarters = 1\nfirms = 500\n'
    path = written(tmp_path, head + 'outcomes = ["gdp"]\n')
    code, out, err = nqpf(path, "--engine", "serial", "--out", tmp_path / "out")
    assert code == 3
    assert "2 runs, 2 points under 1 seed: 1 done, 1 failed" in out
    assert max(map(len, out.splitlines()[:-1])) <= 80
    assert re.fullmatch(
        r"nqpf: 1 of 2 runs failed, the first of them run \d: ScenarioError: .*; --resume tries them again\n", err
    )
    assert err.count("\n") == 1
    runs = open_sweep(tmp_path / "out").runs.set_index("point")
    assert runs["status"].tolist().count("failed") == 1
    assert runs.loc[1, "status"] == "failed"
    assert "agglomeration outweighs congestion" in runs.loc[1, "error"]
    assert np.isnan(runs.loc[1, "gdp"])


def test_the_command_resumes_and_refuses(nqpf, tmp_path, made):
    """A full folder is refused, the same experiment resumed changes nothing, another is refused by what differs."""
    path, out = made.path.parent / "mine.toml", made.path
    assert nqpf(path, "--out", out)[0] == 2
    before = (out / "runs.parquet").stat().st_mtime_ns
    code, said, err = nqpf(path, "--out", out, "--resume", "--engine", "serial")
    assert (code, err) == (0, "")
    assert "8 runs, 4 points under 2 seeds: 8 done, 0 failed" in said
    assert nqpf(path, "--out", out, "--resume", "--quiet", "--engine", "serial") == (0, "", "")
    assert (out / "runs.parquet").stat().st_mtime_ns == before
    text = SMALL.replace("[3, 1]", "[3, 2]").replace("high = 1.0", "high = 0.5").replace("quarters = 2", "quarters = 3")
    code, _, err = nqpf(written(tmp_path, text), "--out", out, "--resume", "--engine", "serial")
    assert code == 2
    assert re.search("differs in seeds, factors.equity_integration, china.quarters; ask for the same one", err)
    code, _, err = nqpf(written(tmp_path, SMALL + '[report]\npareto = ["gdp", "-theil"]\n'), "--out", out, "--resume")
    assert (code, err) == (0, "")


def test_without_a_folder_it_finds_one(nqpf, tmp_path, monkeypatch):
    """Without --out a sweep has its own folder under runs, by the experiment's name and content."""
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, SMALL.replace("[3, 1]", "1").replace("quarters = 2", "quarters = 1"))
    assert nqpf(path, "--engine", "serial", "--quiet") == (0, "", "")
    (folder,) = (tmp_path / "runs").iterdir()
    assert re.fullmatch(r"mine-[0-9a-f]{8}", folder.name)
    assert nqpf(path, "--engine", "serial", "--quiet", "--resume") == (0, "", "")
    assert [folder] == list((tmp_path / "runs").iterdir())


def test_a_dry_run_tells_what_it_costs(nqpf, tmp_path):
    """Points, runs, time and disk, and nothing is written."""
    code, out, err = nqpf(written(tmp_path, SMALL), "--dry-run", "--engine", "serial")
    assert (code, err) == (0, "")
    assert re.search(r"^points +4$", out, re.MULTILINE)
    assert re.search(r"^runs +8: every point under 2 seeds; 16 quarters of 500 firms$", out, re.MULTILINE)
    assert re.search(r"^time +about .* with 1 worker", out, re.MULTILINE)
    assert re.search(r"^disk +about .* a quarter$", out, re.MULTILINE)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def test_forecasts_are_read_as_people_count():
    """Long times are days and hours, many bytes gigabytes."""
    told = forecast(Estimate(1000, 1, 1000, 60_000, 20_000, 8, 0.6, 0.01, 0.07, 200_000.0, 123_456.0, 7.4e9))
    for said in ("1,000", "under 1 seed", "2.3 days with 8 workers", "7.4 GB: 123.5 kB", "600 ms", "70 ms a quarter"):
        assert said in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engine", "proceses"), "there is no such engine; did you mean 'processes'"),
        (("--engine", "serial=3"), "takes no address"),
        (("--engine", "serial", "--workers", "2"), "serial is one"),
        (("--workers", "0"), "--workers 0: is out of range; give 1 to 10,000"),
        (("--engine", "dask=localhost"), "is no scheduler's address; give dask=tcp://127.0.0.1:8786"),
        (("--engine", "dask=tcp://10.0.0.1:8786"), "without TLS can run code on it"),
        (("--out", "/dev/null/x"), "cannot be written: Not a directory"),
        (("--out", "{full}"), "is not empty"),
        (("--out", "{full}", "--resume"), "is no sweep's folder"),
    ],
)
def test_bad_input_is_one_line(nqpf, tmp_path, arguments, said):
    """What cannot be done is refused with exit code 2 and one clear line, and nothing is written."""
    path = written(tmp_path, SMALL)
    code, out, err = nqpf(path, *(argument.format(full=tmp_path) for argument in arguments))
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.toml"]


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("tcp://127.0.0.1:8786", True),
        ("tcp://localhost:8786", True),
        ("tcp://[::1]:8786", True),
        ("tls://scheduler.example.org:8786", True),
        ("tcp://localhost.example.org:8786", False),
        ("tcp://0.0.0.0:8786", False),
        ("tcp://192.168.1.5:8786", False),
        ("ws://127.0.0.1:8786", False),
        ("tls://host:port", False),
        ("127.0.0.1:8786", False),
    ],
)
def test_open_schedulers_are_used_on_this_machine_only(address, safe):
    """Without TLS only the loopback is taken; what is no address is refused."""
    if safe:
        check_address(address)
    else:
        with pytest.raises(InputError, match="--engine dask="):
            check_address(address)


def test_an_interruption_lets_runs_at_work_end(nqpf, tmp_path, monkeypatch):
    """After the first signal no run begins; what is made is kept, and the exit code is the shell's."""
    path, seen = written(tmp_path, SMALL), []

    def interrupted(order: Order):
        seen.append(order.run)
        if len(seen) == 3:
            signal.raise_signal(signal.SIGINT)
        return run_one(order)

    monkeypatch.setattr("nqpf.experiments.sweeping.engines.run_one", interrupted)
    code, out, err = nqpf(path, "--engine", "serial", "--out", tmp_path / "x")
    assert (code, out) == (130, "")
    assert "stopped after 3 of 8 runs" in err
    assert "--resume" in err
    left = open_sweep(tmp_path / "x")
    assert (left.info["status"], left.runs["run"].tolist()) == ("interrupted", [0, 1, 2])
    assert nqpf(path, "--engine", "serial", "--out", tmp_path / "x", "--resume", "--quiet")[0] == 0
    assert sorted(seen) == list(range(8))


def test_another_version_of_the_model_is_refused(made):
    """A worker that would give other numbers gives none."""
    task = next(tasks(Experiment.load(made.path.parent / "mine.toml")))
    with pytest.raises(InputError, match=r"a worker has nqpf .*, this is 0.0; install one version everywhere"):
        run_one(Order(0, 0, task.scenario, (), (), "0.0"))
