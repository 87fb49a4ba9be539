"""What a sweep's page and terminal tell of itself: names as they are, what is left out, what no number can say."""

import re
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len

from nqpf.experiments.analysis.reports.findings import Findings
from nqpf.experiments.analysis.reports.sweep_report import of_sweep
from nqpf.experiments.analysis.reports.wording import seeds_table
from nqpf.experiments.analysis.seeds import half_width_of, number_of_seeds
from nqpf.experiments.pages.charts import panels, svg

STARTS = {"late": "2024Q1"}


class Told:
    """An opened sweep whose runs are given, with their series if there are several scenarios."""

    def __init__(self, runs, factors, outcomes, *, design="grid", report=None, starts=STARTS) -> None:
        self.path = Path("told")
        self.runs = runs.assign(run=range(len(runs)), error=None)
        ranges = [
            {"name": name, "low": None, "high": None, "steps": None, "rule": None, "level": None, "is_text": False}
            | {"values": None if design == "list" else list(dict.fromkeys(runs[name]))}
            for name in factors
        ]
        scenarios = {
            name: {"title": {"en": name}, "quarters": 4, "start": start, "firms": 500} for name, start in starts.items()
        }
        experiment = dict.fromkeys(("samples", "levels", "second_order", "detail")) | {
            "design": design, "factors": ranges, "outcomes": outcomes, "report": report or {}, "scenarios": scenarios,
            "sampling_seed": 0, "everywhere": [], "points": int(runs.point.max()) + 1, "seeds": sorted(set(runs.seed)),
        }  # fmt: skip
        self.info = {"experiment": experiment, "model_version": "0"}

    def sql(self, query: str) -> pd.DataFrame:
        """As `Sweep.sql`: three quarters from each scenario's start, at the outcomes' last value."""
        started = self.runs["scenario"] if "scenario" in self.runs else pd.Series("late", self.runs.index)
        quarters = {"late": ["2024Q1", "2024Q2", "2024Q3"], "early": ["2010Q1", "2010Q2", "2010Q3"]}
        series = self.runs.assign(quarter=started.map(quarters), level="nation", region="CN").explode("quarter")
        with duckdb.connect() as connection:
            connection.register("series", series[series["status"] == "done"])
            connection.register("runs", self.runs)
            return connection.sql(query).to_arrow_table().to_pandas()


def grid(names, outcome, *, axes=((0.0, 0.5, 1.0), (0.0, 1.0)), seeds=(1, 2, 3), failed=()):
    """Runs of a grid of factors; some points failed."""
    rows = []
    for seed in seeds:
        for k, values in enumerate(product(*axes)):
            known = {"point": k, "seed": seed, "status": "failed" if k in failed else "done"}
            last = outcome(*values, seed)
            rows.append(known | dict(zip(names, values, strict=True)) | (last if k not in failed else {}))
    return pd.DataFrame(rows)


def level(x, y, seed):
    """GDP in levels."""
    return {"gdp": 100 * np.exp(0.1 * x + 0.05 * y + 0.001 * seed * (1 + x))}


def whole(text):
    """Text of a page whose figures parse, without elements."""
    for figure in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ET.fromstring(figure)  # noqa: S314 (our own)
    return re.sub(r"<[^>]*>", " ", text)


@pytest.mark.parametrize(
    "names",
    [("price ($) vs cost ($_$)", "$\\foo$"), ("股权一体化", "西部 补贴"), ("share", "front"), ("change", "row")],
)
def test_any_name_of_a_factor_is_drawn_as_it_is(names):
    """Dollars are no mathematics, Chinese raises no warning, and names of the analysis' own columns show values."""
    runs = grid(names, lambda x, y, s: level(x, y, s) | {"theil": 0.1 + x})
    made = of_sweep(Told(runs, names, ["gdp", "theil"], report={"pareto": ["gdp", "-theil"]}))
    text = made.page()
    for name in names:
        assert whole(text).count(name) > 4
    front = text[text.index("Trade-offs</h2>") :]
    rows = re.findall(r"<tr>(.*?)</tr>", re.search(r"<table.*?</table>", front, re.DOTALL)[0])
    cells = [re.findall(r"<td>(.*?)</td>", row)[1:3] for row in rows[1:]]
    assert cells == [["1", "1"], ["0.5", "1"], ["0", "1"]]


def test_a_missing_glyph_is_told_where_text_is_drawn():
    """Only where text stays text is the warning about fonts of no concern."""
    figure, (at,) = panels(1, 2.0, 1)
    at.set_title("股")
    with pytest.warns(UserWarning, match="Glyph"):
        svg(figure)


def test_a_heat_map_without_its_first_point_names_another():
    """The cell with which others are compared is named, the blank one told, and no interaction made up."""
    made = of_sweep(Told(grid(("x", "y"), level, failed=(0,)), ("x", "y"), ["gdp"]))
    text = whole(made.page())
    assert "Means over seeds, as difference from x = 0, y = 1." in text
    assert "A blank cell has no runs, and without it no interaction is told." in text
    assert "nan" not in text.casefold()
    three = grid(
        ("x", "y", "z"), lambda x, y, _z, s: level(x, y, s), axes=((0.0, 1.0), (0.0, 1.0), (0.0,)), failed=(0,)
    )
    text = whole(of_sweep(Told(three, ("x", "y", "z"), ["gdp"])).page())
    assert "x × y is compared with x = 0, y = 1." in text
    assert "a cell is missing" in text


def test_scenarios_that_start_apart_have_fans_of_their_own():
    """A chart for each start, with the quarters and values of its runs alone; paths without a common quarter none."""
    runs = grid(("scenario", "y"), lambda x, y, s: {"gdp": (100 if x == "late" else 10) + y + s},
                axes=(("early", "late"), (0.0, 1.0)))  # fmt: skip
    told = Told(runs, ("scenario", "y"), ["gdp"], starts={"early": "2010Q1", "late": "2024Q1"})
    fans = Findings(told).fans.result["gdp"]
    assert list(fans) == ["2010Q1", "2024Q1"]
    assert fans["2010Q1"]["quarter"].tolist() == ["2010Q1", "2010Q2", "2010Q3"]
    assert set(fans["2010Q1"]["q50"]) == {12.5}
    assert set(fans["2024Q1"]["q50"]) == {102.5}
    text = whole(of_sweep(told).page())
    assert "GDP, from 2010Q1" in text
    assert "scenario: its values have no quarter in common; give the scenarios one start" in text


def test_factors_that_vary_together_are_told():
    """Of b = 2 a and a constant the page and the terminal say that no effect is told, and why."""
    a = np.linspace(0, 1, 10)
    points = pd.DataFrame({"point": range(10), "a": a, "b": 2 * a, "c": np.cos(9 * a), "d": 3.0})
    runs = pd.concat([points.assign(seed=s, status="done", gdp=np.exp(a + points.c + s)) for s in (1, 2)])
    made = of_sweep(Told(runs.reset_index(drop=True), ("a", "b", "c", "d"), ["gdp"], design="list"))
    text, lines = whole(made.page()), " ".join(made.lines)
    for words in ("o effect of a is told: it varies only together with b", "o effect of d is told: it does not vary"):
        assert words in text
        assert words in lines
    assert "Lines: 99\N{NO-BREAK SPACE}% interval, Student over seeds." in text
    assert max(map(cell_len, made.lines)) <= 80
    none = of_sweep(Told(runs.drop(columns="c").reset_index(drop=True), ("a", "b", "d"), ["gdp"], design="list"))
    assert "a varies only together with b; b varies only together with a; d does not vary" in whole(none.page())


def test_runs_that_are_left_out_and_values_that_vanish_are_told():
    """Done runs without partners are counted, and a value of which no run is left is named, on page and terminal."""
    runs = grid(("x", "y"), level, failed=(4, 5))
    runs.loc[(runs.point == 1) & (runs.seed == 2), ["status", "gdp"]] = ["failed", np.nan]
    made = of_sweep(Told(runs, ("x", "y"), ["gdp"]))
    for text in (whole(made.page()), " ".join(made.lines)):
        assert "2 runs that are done are left out, so that every point has the same seeds." in text
        assert "No run is left with x = 1." in text


def test_one_seed_is_said_to_tell_no_interval():
    """Captions of a grid with one seed promise no intervals."""
    text = whole(of_sweep(Told(grid(("x", "y"), level, seeds=(1,)), ("x", "y"), ["gdp"])).page())
    assert text.count("There are no intervals: nothing tells an effect from chance.") == 2
    assert "all dashed, as one seed tells no interval" in text
    assert "over seeds leaves out zero" not in text
    assert "Student over" not in text


def test_seeds_of_an_index_are_for_parts_of_its_own_spread():
    """Of levels targets are per cent; of an index, and of what has both signs, a tenth and a hundredth of the sd."""
    runs = grid(("x", "y"), lambda x, y, s: level(x, y, s) | {"nqpf": x - 0.5 + 0.01 * s * (1 + y)})
    found = Findings(Told(runs, ("x", "y"), ["gdp", "nqpf"]))
    _, rows = seeds_table(found)
    gdp, index = rows[0], rows[2]
    assert (gdp[4], gdp[6], gdp[8]) == ("1.00", "0.100", "%")
    spread = runs.groupby("point")["nqpf"].mean().std()
    sd = float(np.sqrt(runs.groupby("point")["nqpf"].var().mean()))
    assert index[8] == "index"
    assert float(index[3]) == pytest.approx(half_width_of(sd, 3), rel=0.01)
    assert float(index[4]) == pytest.approx(spread / 10, rel=0.01)
    assert index[5] == f"{number_of_seeds(sd, spread / 10):,}"
    assert index[7] == f"{number_of_seeds(sd, spread / 100):,}"


def test_outcomes_of_one_title_are_told_apart_and_a_constant_is_not_moved():
    """Each of two outcomes with one title has its own chart, under its name; nothing moves what never changes."""
    runs = grid(("x", "y"), lambda x, _y, _s: {"theil": 7.0, "theil_gdp_per_head": 0.1 + x})
    found = Findings(Told(runs, ("x", "y"), ["theil", "theil_gdp_per_head"]))
    titles = [found.title(name) for name in found.outcomes]
    assert len(set(titles)) == 2
    assert [title.endswith(f"({name})") for title, name in zip(titles, found.outcomes, strict=True)] == [True, True]
    made = of_sweep(Told(runs, ("x", "y"), ["theil", "theil_gdp_per_head"]))
    lines = " ".join(made.lines)
    assert "No factor moves it." in lines
    assert "moves it most" not in lines
    for title in titles:
        assert whole(made.page()).count(title) > 2
