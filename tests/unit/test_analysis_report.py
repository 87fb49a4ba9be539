"""`nqpf report`: pages of runs and sweeps, the terminal's form, and what is refused."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len

from nqpf.experiments import cli, run
from nqpf.experiments.analysis.reports import report
from nqpf.experiments.analysis.reports.sweep_report import of_sweep
from nqpf.experiments.designs import Experiment, points
from nqpf.experiments.sweeping.conduct import sweep
from nqpf.model.errors import InputError
from nqpf.model.facts import load_facts

QUARTERS = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]


class Fabricated:
    """A sweep whose outcomes are functions, in place of an opened folder."""

    def __init__(self, experiment: Experiment, outcome, *, failing=(), made=None, cities=None) -> None:
        self.path = experiment.path.parent
        self.info = {"experiment": json.loads(json.dumps(experiment.record())), "model_version": "0.1.0"}
        rows, series = [], []
        for number, point in enumerate(points(experiment)):
            for seed in experiment.seeds:
                ended = number not in failing
                last = outcome(list(point.values()), seed)
                status = (
                    {"status": "done", "error": None} if ended else {"status": "failed", "error": "Fault: <no> root"}
                )
                keys = {"run": len(rows), "point": number, "seed": seed}
                rows.append(keys | status | point | (last if ended else dict.fromkeys(last)))
                if ended:
                    series += [
                        keys
                        | {"quarter": quarter, "level": "nation", "region": "CN"}
                        | {name: value * (0.9 + k / 40) for name, value in last.items()}
                        for k, quarter in enumerate(QUARTERS)
                    ]
        self.runs = pd.DataFrame(rows[:made])
        self._series = pd.DataFrame(series)
        if cities is not None:
            self._series = pd.concat(
                [self._series, *map(cities, self.runs[self.runs["status"] == "done"].itertuples())]
            )

    def sql(self, query: str) -> pd.DataFrame:
        """As `Sweep.sql`."""
        with duckdb.connect() as connection:
            connection.register("series", self._series)
            connection.register("runs", self.runs)
            return connection.sql(query).to_arrow_table().to_pandas()


FACTORS = """
equity_integration = { low = 0.0, high = 1.0 }
targeting_rule = { values = ["related", "copycat"] }
"<west>" = { lever = "talent_subsidy", low = 0.0, high = 0.3, where = { macro_region = "west" } }
"""
ALL = '[report]\npareto = ["nqpf", "-theil"]\ndiscovery = { outcome = "nqpf", above = "p80" }\n'


def written(folder, design, keys="", factors=FACTORS, asked=ALL, outcomes=("nqpf", "gdp", "theil")) -> Experiment:
    """An experiment."""
    path = folder / f"{design}.toml"
    head = f'scenario = "china"\ndesign = "{design}"\n{keys}\nseeds = 3\nquarters = 5\nfirms = 500\n'
    path.write_text(f"{head}outcomes = {json.dumps(outcomes)}\n[factors]\n{factors}{asked}", encoding="utf-8")
    return Experiment.load(path)


def outcome(x, seed):
    """A trade-off with an interaction and a shift by seed."""
    copies = 0.2 * (x[1] == "copycat")
    return {
        "nqpf": 0.2 + 0.1 * x[0] * (1 - copies) + 0.002 * seed,
        "gdp": 3e7 * np.exp(0.03 * x[0] + 0.1 * x[2] + 0.001 * seed),
        "theil": 0.06 + 0.02 * x[0] ** 2 - 0.05 * x[2] + 1e-4 * seed,
    }


class _Page(HTMLParser):
    """Addresses, headings and elements that are open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.headings: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [v or "" for k, v in attrs if k in {"src", "href", "xlink:href", "srcset", "data"}]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in {"meta", "br"}:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


def whole(text: str) -> _Page:
    """The page, after showing that its elements close, it loads nothing, and its figures parse."""
    page = _Page(text)
    assert page.open == []
    assert all(address.startswith(("#", "data:")) for address in page.addresses)
    assert not re.search(r"@import|<link|url\((?!#|\"#)", text)
    for figure in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ET.fromstring(figure)  # noqa: S314 (our own)
    return page


def test_a_sampled_sweep_shows_what_its_design_supports(tmp_path):
    """Fans, effects, indices, boxes, front and seeds of a Saltelli design; a heat map is said to be absent, and why."""
    made = of_sweep(Fabricated(written(tmp_path, "saltelli", "samples = 16"), outcome))
    text = made.page()
    page = whole(text)
    assert page.headings == [
        "Design", "Over time", "What each factor changes", "Sensitivity", "Where NQPF index is high", "Trade-offs",
        "How many seeds are enough", "Not shown", "Data",
    ]  # fmt: skip
    for why in (
        "paths by value need a grid",
        "a curve needs a grid",
        "kept no measure of all cities; add &quot;gdp@city",
    ):
        assert why in text
    assert "a heat map needs a grid of two factors or more; this is saltelli with 3" in text
    assert "Interactions of pairs" in text
    assert "&lt;west&gt;" in text
    assert "<west>" not in text
    lines = "\n".join(made.lines)
    assert max(map(cell_len, made.lines)) <= 80
    for words in ("128 points × 3 seeds; 384 runs done", "Sobol's indices of NQPF index", "box: ", "on the front",
                  "no two factors together: a heat map needs"):  # fmt: skip
        assert words in lines, words


def test_a_grid_shows_both_factors_together(tmp_path):
    """Of a grid of two factors there is a heat map; there are no indices, and the page says which design has them."""
    factors = (
        "equity_integration = { low = 0.0, high = 1.0, steps = 4 }\n"
        '"talent_subsidy" = { low = 0.0, high = 0.3, steps = 3 }\n'
    )
    made = written(tmp_path, "grid", factors=factors, asked="")

    def two(x, seed):
        return outcome([x[0], "related", x[1]], seed)

    text, again = (of_sweep(Fabricated(made, two)).page() for _ in range(2))
    assert text == again  # no clock, no random name
    assert "Two factors together" in whole(text).headings
    for words in ("from the design grid; sweep with design", "the experiment asks for none; add discovery",
                  "the experiment names no objectives; add pareto"):  # fmt: skip
        assert words in text.replace("&quot;", '"').replace("&#x27;", "'"), words


GRID = """
equity_integration = { low = 0.0, high = 1.0, steps = 5 }
talent_subsidy = { low = 0.0, high = 0.3, steps = 3 }
targeting_rule = { values = ["related", "copycat"] }
switch_year = { values = ["never", 2] }
"""


def humped(x, seed):
    """A peak at ½ along the first factor that copying lowers; the last factor changes nothing."""
    index = 0.3 + 0.1 * x[0] * (1 - x[0]) * (1 - 0.5 * (x[2] == "copycat")) + 0.01 * x[1]
    return {"nqpf": index + 1e-4 * seed * (1 + x[0]), "gdp": 3e7 * np.exp(0.1 * x[1]), "theil": 0.06 - 0.01 * x[0]}


def everywhere(facts):
    """Cities of a run in the last quarter: a factor lifts the east and hurts the west; seeds disagree in one place."""
    east = np.sign(facts.places.longitude - 110)
    east[0] = 0

    def rows(row):
        x = row.equity_integration
        own = np.zeros(len(east))
        own[0] = row.seed - 2
        columns = {"run": row.run, "point": row.point, "seed": row.seed, "quarter": QUARTERS[-1], "level": "city"}
        return pd.DataFrame(columns | {"region": facts.places.code, "gdp": facts.start.gdp * np.exp((east + own) * x)})

    return rows


@pytest.mark.slow
def test_a_grid_shows_curves_pairs_paths_and_maps(tmp_path):
    """A peak, an interaction, paths and every place of a grid of four factors; what moves nothing is left out, said."""
    facts = load_facts("2024Q1")
    made = written(tmp_path, "grid", factors=GRID, asked="", outcomes=["nqpf", "gdp", "theil", "gdp@city"])
    report_of = of_sweep(Fabricated(made, humped, cities=everywhere(facts)))
    text = report_of.page()
    page = whole(text)
    assert page.headings[:7] == ["Design", "Over time", "What each factor changes", "Along each factor",
                                 "Two factors together", "Over time, by factor", "Where"]  # fmt: skip
    assert text.count("Not drawn, as nothing moves with it: switch_year.") == 1  # it has no curve
    assert "NQPF index: peak at 0.5" in text
    assert "no interaction" in text
    shanghai = re.findall(r"<title>([^<]*上海[^<]*)</title>", text)
    assert shanghai == ["Shanghai 上海: +100 (99 % interval +100 to +100)".replace("99 %", "99\N{NO-BREAK SPACE}%")]
    beijing = re.findall(r"<title>(Beijing 北京[^<]*)</title>", text)
    assert "−" in beijing[0].partition("interval")[2]
    assert text.count('stroke-dasharray="') == 1  # the dotted rim of the one unsure place
    assert "Changes not drawn, as they differ less or not at all between places: 3." in text
    assert "places.csv" in text
    lines = "\n".join(report_of.lines)
    assert max(map(cell_len, report_of.lines)) <= 80
    gaining, losing = int((facts.places.longitude > 110).sum()) - 1, int((facts.places.longitude < 110).sum())
    assert re.search(rf"equity_integration: 0 → 1 +{gaining} +{losing}$", lines, re.MULTILINE)
    assert "NQPF index has its peak inside equity_integration, at 0.5" in lines
    assert "interaction of equity_integration × targeting_rule" in lines


def test_failures_and_what_is_missing_are_told(tmp_path):
    """Failed runs are counted by error, escaped; runs that nobody made are said; the rest is analysed."""
    made = written(tmp_path, "morris", "trajectories = 8", asked="")
    text = of_sweep(Fabricated(made, outcome, failing=(3, 9), made=90)).page()
    page = whole(text)
    assert page.headings[1] == "Runs that are missing"
    assert "6 runs have not been made: nqpf sweep --resume goes on" in text
    assert "6 runs failed" in text
    assert "Fault: &lt;no&gt; root" in text
    assert "Morris&#x27;s elementary effects" in text
    nothing = Fabricated(made, outcome, failing=range(made.n_points))
    with pytest.raises(InputError, match=r"no run has finished yet; go on with nqpf sweep --resume"):
        of_sweep(nothing)


def test_a_sweep_of_everything_is_kept_short(tmp_path):
    """With detail `nation` the page analyses what it is asked for and headlines, and counts the others."""
    path = tmp_path / "all.toml"
    path.write_text(
        'scenario = "china"\ndesign = "lhs"\nsamples = 70\nseeds = 1\ndetail = "nation"\n[factors]\n'
        + FACTORS
        + ALL.replace("theil", "theil_gdp_per_head"),
        encoding="utf-8",
    )
    made = Experiment.load(path)
    every = [one.name for one in made.outcomes]

    def all_outcomes(x, seed):
        known = outcome(x, seed)
        return dict.fromkeys(every, 1.0 + x[0]) | {"nqpf": known["nqpf"], "theil_gdp_per_head": known["theil"]}

    text = of_sweep(Fabricated(made, all_outcomes)).page()
    page = whole(text)
    assert f"{len(every) - 8} other outcomes were kept" in text
    assert "How many seeds are enough" not in page.headings
    assert "one seed shows no spread" in text
    assert "(RBD-FAST)" in text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three quarters, one without places, and a sweep of four runs."""
    root = tmp_path_factory.mktemp("reported")
    run("china", quarters=3, firms=500, out=root / "run")
    run("china", quarters=1, firms=500, out=root / "nation", detail="nation")
    (root / "grid.toml").write_text(
        'scenario = "china"\ndesign = "grid"\nseeds = 2\nquarters = 1\nfirms = 500\n'
        'outcomes = ["gdp", "gdp@west", "gdp@city"]\n'
        "[factors]\nequity_integration = { low = 0.0, high = 1.0, steps = 2 }\n",
        encoding="utf-8",
    )
    sweep(root / "grid.toml", engine="serial", out=root / "sweep")
    return root


@pytest.fixture
def nqpf(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs the command in this process: exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "80")

    def command(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return command


def test_a_run_is_reported(nqpf, folder, tmp_path):
    """Maps, series, inequality, mechanisms, places and indices on the page; a page of text in the terminal."""
    code, out, err = nqpf("report", folder / "run", "--out", tmp_path / "run.html")
    assert (code, err) == (0, "")
    assert max(map(cell_len, out.splitlines())) <= 80
    assert "Theil index of provinces' GDP per head" in out
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    page = whole(text)
    assert page.headings == ["Where", "Over time", "How evenly", "Why", "Who", "Indices", "Data and reading"]
    assert text.count("Lines imply no position on any boundary") == 2
    assert len(re.findall(r"<title>[^<]*上海[^<]*</title>", text)) == 2
    assert len(text) < 3_000_000


def test_a_run_without_places_says_what_is_absent(folder):
    """With --detail nation there are neither maps nor mechanisms nor places, each with the reason."""
    text = report(folder / "nation").page()
    page = whole(text)
    assert page.headings == ["Over time", "How evenly", "Indices", "Not shown", "Data and reading"]
    assert text.count("run again with --detail city") >= 2


def test_a_sweep_is_reported(nqpf, folder, tmp_path):
    """A folder that `nqpf sweep` wrote: its runs and series become a page and some lines."""
    code, out, err = nqpf("report", folder / "sweep", "--out", tmp_path / "sweep.html")
    assert (code, err) == (0, "")
    assert "Design grid: 2 points × 2 seeds; 4 runs done." in out
    assert "equity_integration: 0 → 1" in out
    assert max(map(cell_len, out.splitlines()[:-1])) <= 80  # the last names the file
    text = (tmp_path / "sweep.html").read_text(encoding="utf-8")
    headings = ["Design", "Over time", "What each factor changes", "Over time, by factor", "Where"]
    assert whole(text).headings[:5] == headings
    assert text.count("Lines imply no position on any boundary") == 1
    assert len(re.findall(r"<title>[^<]*</title>", text)) == 1 + 336  # the page's, and each place's
    assert "no along each factor: a curve needs a grid" in out
    assert "GDP, west" in text


def faulty(folder: Path, tmp_path: Path) -> dict[str, tuple[object, ...]]:
    """Arguments of `report` that cannot be taken, by what is wrong."""
    (tmp_path / "empty").mkdir()
    shutil.copytree(folder / "run", tmp_path / "unbegun")
    info = json.loads((tmp_path / "unbegun" / "run.json").read_text(encoding="utf-8"))
    (tmp_path / "unbegun" / "run.json").write_text(json.dumps(info | {"quarters": 0}), encoding="utf-8")
    return {
        "absent": (tmp_path / "none",),
        "empty": (tmp_path / "empty",),
        "nothing": (tmp_path / "unbegun",),
        "suffix": (folder / "run", "--out", tmp_path / "page.pdf"),
        "folder": (folder / "sweep", "--quiet", "--out", tmp_path / "nowhere" / "page.html"),
    }


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("absent", ("none: no such folder", "name a run or sweep directory")),
        ("empty", ("empty: holds neither run.json nor sweep.json", "name a run or sweep directory")),
        ("nothing", ("unbegun: has no quarter yet", "run it first")),
        ("suffix", ("--out", "page.pdf: a report is a page", "ends in .html")),
        ("folder", ("page.html: cannot be written: ", "choose another file")),
    ],
)
def test_what_cannot_be_reported_is_one_line_and_two(nqpf, folder, tmp_path, fault, words):
    """Place, fault and remedy on one line, exit code 2, nothing printed."""
    code, out, err = nqpf("report", *faulty(folder, tmp_path)[fault])
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert all(word in err for word in words), err
