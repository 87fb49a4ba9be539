"""Experiment files: what they mean, and one line for whatever is wrong."""

import json
import pickle
from pathlib import Path

import pytest

from nqpf.experiments.designs import Experiment, points, scenario_of
from nqpf.model.errors import InputError
from nqpf.model.scenario import Scenario

HEAD = 'scenario = "china"\ndesign = "lhs"\nsamples = 8\nseeds = [1, 2]\noutcomes = ["gdp"]\n'
ONE = HEAD + "[factors]\n"
RANGE = "equity_integration = { low = 0.0, high = 1.0 }\n"
GRID = ONE.replace("lhs", "grid").replace("samples = 8\n", "")
LIST = 'scenario = "china"\ndesign = "list"\nfile = "points.csv"\nseeds = 2\noutcomes = ["gdp"]\n'
MORRIS = ONE.replace('"lhs"\nsamples = 8', '"morris"\ntrajectories = 4')

FAULTS = {
    "broken": ("design = \n", 1, "not TOML", "quotes"),
    "misspelt key": (HEAD + "quaters = 4\n" + "[factors]\n" + RANGE, 6, "quaters: unknown key", "'quarters'?"),
    "no scenario": (HEAD.replace('scenario = "china"\n', "") + "[factors]\n" + RANGE, None, "is missing", "scenario ="),
    "scenario": (ONE.replace('"china"', '"chnia"') + RANGE, 1, "scenario: 'chnia'", "did you mean 'china'?"),
    "scenario twice": (ONE + 'scenario = { values = ["china", "china-2010"] }\n', 1, "is a factor", "remove one"),
    "design": (ONE.replace('"lhs"', '"lsh"') + RANGE, 2, "design: 'lsh' is not known", "'lhs', 'sobol'"),
    "no samples": (ONE.replace("samples = 8\n", "") + RANGE, None, "samples: is missing", "lhs needs it"),
    "samples too few": (ONE.replace("= 8", "= 1") + RANGE, 3, "samples: 1 is out of range", "from 2 to 1,048,576"),
    "key of another design": ("levels = 4\n" + ONE + RANGE, 1, "the design lhs has no such key", "takes samples"),
    "file of another design": ('file = "a.csv"\n' + ONE + RANGE, 1, "lhs has no such key", "takes samples"),
    "no power of two": (ONE.replace("lhs", "sobol").replace("= 8", "= 9") + RANGE, 3, "9 is no power of two", "16"),
    "odd levels": ("levels = 3\n" + MORRIS + RANGE, 1, "levels: 3 is odd", "give 4"),
    "levels and values": (MORRIS + "switch_year = { values = [0, 2, 4] }\n", None, "4 levels cannot", "give 6"),
    "seeds": (ONE.replace("[1, 2]", '"2"') + RANGE, 4, "seeds: '2' is neither a list nor a count", "[1, 2, 3]"),
    "a seed": (ONE.replace("[1, 2]", "[1, -2]") + RANGE, 4, "seeds: -2 is no seed", "from 0 to 9,223"),
    "a seed twice": (ONE.replace("[1, 2]", "[2, 1, 2]") + RANGE, 4, "seeds: 2 stands twice", "remove one"),
    "no seed": (ONE.replace("[1, 2]", "[]") + RANGE, 4, "seeds: [] is neither", "[1, 2, 3]"),
    "quarters": ("quarters = 0\n" + ONE + RANGE, 1, "quarters: 0 is out of range", "from 1 to 10,000"),
    "firms": ("firms = 10\n" + ONE + RANGE, 1, "firms: 10 is out of range", "from 500 to 5,000,000"),
    "no outcomes": (ONE.replace('outcomes = ["gdp"]\n', "") + RANGE, None, "outcomes: is missing", 'detail = "nation"'),
    "outcomes and detail": ('detail = "city"\n' + ONE + RANGE, 6, "stands beside `detail`", "one of the two"),
    "detail": (ONE.replace('outcomes = ["gdp"]', 'detail = "firm"') + RANGE, 5, "'firm' is not known", "'nation'"),
    "outcome": (ONE.replace('"gdp"', '"gpd"') + RANGE, 5, "unknown measure 'gpd'", "did you mean 'gdp'?"),
    "outcome no text": (ONE.replace('"gdp"', "3") + RANGE, 5, "outcomes: 3 is not text", "quotes"),
    "outcome no list": (ONE.replace('["gdp"]', '"gdp"') + RANGE, 5, "'gdp' is not a list", "write ["),
    "outcome twice": (ONE.replace('"gdp"', '"gdp", "gdp"') + RANGE, 5, "'gdp' stands twice", "remove one"),
    "region": (ONE.replace('"gdp"', '"gdp@wst"') + RANGE, 5, "unknown region 'wst'", "did you mean 'west'?"),
    "region of a nation's": (ONE.replace('"gdp"', '"nqpf_gini@west"') + RANGE, 5, "only the nation", "leave out @west"),
    "all regions of a nation's": (ONE.replace('"gdp"', '"nqpf_gini@city"') + RANGE, 5, "only the nation", "leave out"),
    "only all regions": (ONE.replace('"gdp"', '"gdp@city"') + RANGE, 5, "none of one value a run", 'add "nqpf"'),
    "objective of all regions": (
        ONE.replace('"gdp"', '"gdp", "gdp@city"') + RANGE + '[report]\npareto = ["gdp@city"]\n',
        9,
        "many values a run",
        "name one region",
    ),
    "names alike": (
        ONE + RANGE + 'Equity_Integration = { lever = "protection", low = 0, high = 1 }\n',
        8,
        "name of another column",
        "another name",
    ),
    "column in capitals": (
        ONE + 'Started = { lever = "protection", low = 0, high = 1 }\n',
        7,
        "name of another column",
        "another name",
    ),
    "outcome in capitals": (
        ONE + 'GDP = { lever = "protection", low = 0, high = 1 }\n',
        7,
        "name of an outcome",
        "another name",
    ),
    "name of a column of series": (
        ONE.replace('"gdp"', '"nqpf", "gdp@west"') + 'gdp = { lever = "protection", low = 0, high = 1 }\n',
        7,
        "name of an outcome",
        "another name",
    ),
    "no factors": (HEAD, None, "factors: is missing", "name at least one"),
    "factor": (ONE + "equity_integratoin = { low = 0, high = 1 }\n", 7, "unknown name", "'equity_integration'?"),
    "factor a parameter": (ONE + '"migration.taste" = { low = 1, high = 2 }\n', 7, "unknown name", "'parameters.mig"),
    "factor a setting": (ONE + "firms = { low = 500, high = 900 }\n", 7, "unknown name", "`nqpf describe`"),
    "factor no table": (ONE + "equity_integration = 0.5\n", 7, "0.5 is not a table", "{ low = …, high = … }"),
    "factor unquoted": (ONE + "hukou_easing.labour = { low = 0, high = 1 }\n", 7, "quotes", '"hukou_easing.labour"'),
    "factor key": (ONE + RANGE.replace("low", "lo"), 7, "equity_integration.lo: unknown key", "did you mean 'low'?"),
    "no high": (ONE + "equity_integration = { low = 0.0 }\n", 7, "takes low and high, or values", "give {"),
    "no axis": (ONE + "equity_integration = {}\n", 7, "takes low and high, or values", "give {"),
    "two axes": (ONE + RANGE.replace("}", ", values = [0, 1] }"), 7, "takes low and high, or values", "give {"),
    "bound": (ONE + RANGE.replace("1.0", "1.5"), 7, "equity_integration.high: 1.5 is out of range", "from 0 to 1"),
    "bound of a parameter": (
        ONE + '"parameters.migration.taste" = { low = 0.01, high = 3 }\n',
        7,
        "parameters.migration.taste.low: 0.01 is out of range",
        "from 0.1 to 6.0",
    ),
    "bound no number": (ONE + RANGE.replace("0.0", "'a'"), 7, "low: 'a' is not a number", "give one"),
    "bound not finite": (ONE + RANGE.replace("1.0", "inf"), 7, "high: inf is not a number", "give one"),
    "bounds of a choice": (ONE + "targeting_rule = { low = 0, high = 1 }\n", 7, "0 is not one of the", "related"),
    "bounds of a year": (ONE + 'switch_year = { low = 0, high = "never" }\n', 7, "'never' is not a number", "values ="),
    "bounds of scenarios": (ONE[19:] + "scenario = { low = 0, high = 1 }\n", 6, "not the name of a scenario", "quotes"),
    "reversed": (ONE + "equity_integration = { low = 1.0, high = 0.0 }\n", 7, "0 is not above low, 1", "exchange"),
    "half a person": (ONE + '"parameters.governments.targets" = { low = 1.5, high = 3 }\n', 7, "whole", "from 0 to 20"),
    "no steps": (GRID + RANGE, 6, "steps: is missing", "how many"),
    "steps elsewhere": (ONE + RANGE.replace(" }", ", steps = 3 }"), 7, "steps: is for grids", "remove"),
    "one step": (GRID + RANGE.replace(" }", ", steps = 1 }"), 6, "steps: 1 is out of range", "from 2"),
    "steps between whole numbers": (
        GRID + '"parameters.governments.targets" = { low = 1, high = 4, steps = 3 }\n',
        6,
        "do not give whole numbers",
        "give 4",
    ),
    "too many points": (GRID + RANGE.replace(" }", ", steps = 100000 }") + RANGE.replace(
        "equity_integration", "hukou_easing").replace(" }", ", steps = 100000 }"), 2, "10,000,000,000 points", "fewer"),
    "value": (ONE + 'targeting_rule = { values = ["related", "copycap"] }\n', 7, "'copycap'", "'copycat'?"),
    "one value": (ONE + 'targeting_rule = { values = ["related"] }\n', 7, "has one value", "add another"),
    "value twice": (ONE + "switch_year = { values = [2, 2.0] }\n", 7, "2 stands twice", "remove one"),
    "never twice": (ONE + 'switch_year = { values = ["never", "null"] }\n', 7, "mean the same", "remove one"),
    "values no list": (ONE + "switch_year = { values = 2 }\n", 7, "values: 2 is not a list", "write ["),
    "library name": (ONE[19:] + 'scenario = { values = ["china", "hukou-easin"] }\n', 6, "values", "'hukou-easing'?"),
    "one leaf twice": (ONE + RANGE + '"policy.equity_integration" = { low = 0, high = 1 }\n', 8, "sets equity", "one"),
    "leaf and group": (
        ONE + 'hukou_easing = { low = 0, high = 1 }\n"hukou_easing.labour" = { low = 0, high = 1 }\n',
        8,
        "sets hukou_easing.labour, as hukou_easing does",
        "remove one",
    ),
    "leaf in one place twice": (
        ONE
        + 'a = { lever = "protection", low = 0, high = 1, where = { macro_region = "west" } }\n'
        + 'b = { lever = "protection", low = 0, high = 1, where = { province = ["50", "51"] } }\n',
        8,
        "b: sets protection, as a does",
        "part their places",
    ),
    "leaf everywhere and somewhere": (
        ONE + RANGE + 'b = { lever = "equity_integration", value = 1, where = { macro_region = ["west", "east"] } }\n',
        8,
        "b: sets equity_integration",
        "remove one",
    ),
    "rule's lever": (ONE + 'a = { lever = "protecton", low = 0, high = 1 }\n', 7, "a.lever: unknown", "'protection'?"),
    "rule's value": (ONE + 'a = { lever = "protection", low = 0, high = 2 }\n', 7, "a.high: 2 is out", "from 0 to 1"),
    "rule's place": (
        ONE + 'a = { lever = "protection", low = 0, high = 1, where = { macro_region = "wst" } }\n',
        7,
        "a.where: unknown macro_region 'wst'",
        "'west'?",
    ),
    "rule's level": (
        ONE + 'a = { lever = "pole_share", low = 0, high = 1, where = { macro_region = "west" } }\n',
        7,
        "cannot differ by macro_region",
        "nation",
    ),
    "rule's quarters": (ONE + RANGE.replace(" }", ', from = "2030-1" }'), 7, "from: '2030-1' is not a", "2024Q1"),
    "ramp of a choice": (
        ONE + 'targeting_rule = { values = ["related", "none"], ramp = 4 }\n',
        7,
        "targeting_rule changes at once",
        "leave ramp out",
    ),
    "place of a parameter": (
        ONE + '"parameters.migration.taste" = { low = 1, high = 2, where = { macro_region = "west" } }\n',
        7,
        "where is for levers only",
        "leave it out",
    ),
    "one place": (
        ONE + 'a = { lever = "protection", value = 0.2, where = { macro_region = "west" } }\n',
        7,
        "a.where: has one region",
        "add another",
    ),
    "no place": (ONE + 'a = { lever = "protection", value = 0.2 }\n', 7, "a.value: has no regions", "add where"),
    "value and axis": (
        ONE + 'a = { lever = "protection", value = 0, low = 0, high = 1, where = { province = ["50", "51"] } }\n',
        7,
        "a.low: stands beside `value`",
        "leave one",
    ),
    "label": (ONE + '"hukou_easing" = { lever = "protection", low = 0, high = 1 }\n', 7, "something else", "choose"),
    "name of a column": (ONE + 'seed = { lever = "protection", low = 0, high = 1 }\n', 7, "another column", "choose"),
    "name of an outcome": (
        ONE.replace('"gdp"', '"talent_subsidy"') + "talent_subsidy = { low = 0, high = 0.1 }\n",
        7,
        "is the name of an outcome, too",
        '"policy.talent_subsidy"',
    ),
    "sensitivity": (ONE + RANGE + '[report]\nsensitivity = "morris"\n', 9, "cannot be told", 'design = "morris"'),
    "sensitivity misspelt": (ONE + RANGE + '[report]\nsensitivity = "sobl"\n', 9, "'sobl' is not known", "'sobol'"),
    "discovery": (ONE + RANGE + '[report]\ndiscovery = { outcome = "nqpf", above = 1 }\n', 9, "'nqpf' is", "add it"),
    "percentile": (
        ONE + RANGE + '[report]\ndiscovery = { outcome = "gdp", above = "q9" }\n',
        9,
        "report.discovery.above: 'q9' is neither",
        '"p90"',
    ),
    "two thresholds": (ONE + RANGE + '[report]\ndiscovery = { outcome = "gdp" }\n', 9, "one of `above`", "p90"),
    "pareto": (ONE + RANGE + '[report]\npareto = ["gdp", "-gpd"]\n', 9, "unknown measure 'gpd'", "'gdp'?"),
    "report key": (ONE + RANGE + '[report]\nsensitivty = "sobol"\n', 9, "unknown key", "'sensitivity'?"),
    "no file": (LIST.replace("points", "pints"), 3, "there is no file 'pints.csv'", "this file's folder"),
    "axis of a list": (LIST + "[factors]\n" + RANGE, 7, "stands here and in the list", "leave it out"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_with_file_line_key_and_remedy(fault: str, tmp_path: Path):
    """Every fault names its file, its line where there is one, what is wrong and what to write instead."""
    text, line, what, remedy = FAULTS[fault]
    (tmp_path / "points.csv").write_text("equity_integration\n0.5\n", encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Experiment.load(path)
    message = str(caught.value)
    assert what in message
    assert remedy in message
    assert "\n" not in message
    assert len(message) < 400
    assert message.startswith(f"{path}:{line}: " if line else f"{path}: "), message


HEADER = "equity_integration,targeting_rule,switch_year,west,parameters.governments.targets,scenario,place\n"
ROW = "0.5,related,never,0.03,2,china,east\n"
DECLARED = (
    LIST[19:]
    + "[factors]\n"
    + 'west = { lever = "subsidy_cap", where = { macro_region = "west" }, from = "2026Q1" }\n'
    + 'place = { lever = "protection", value = 0.2, where = { macro_region = ["east", "west"] } }\n'
)
TABLE_FAULTS = {
    "empty": ("", 1, "empty", "name the factors"),
    "no row": (HEADER, 1, "no row under the header", "add one"),
    "a column unknown": (
        HEADER.replace("switch_year", "swich_year") + ROW,
        1,
        "'swich_year': unknown",
        "'switch_year'?",
    ),
    "a column near a declared one": (HEADER.replace("place", "plce") + ROW, 1, "'plce': unknown name", "'place'?"),
    "a column of no name": (HEADER.replace("switch_year", "") + ROW, 1, "column '': unknown name", "`nqpf levers`"),
    "a column twice": (HEADER.replace("switch_year", "west") + ROW, 1, "'west': stands twice", "remove one"),
    "a declared one missing": (
        HEADER.replace(",place", "") + ROW.replace(",east", ""),
        1,
        "'place': is missing",
        "remove it from [factors]",
    ),
    "a cell too many": (HEADER + ROW + "\n" + ROW[:-1] + ",1\n", 4, "8 cells, the header has 7", "commas"),
    "out of range": (HEADER + ROW.replace("0.5", "1.5"), 2, "'equity_integration': 1.5 is out of range", "from 0 to 1"),
    "no number": (HEADER + ROW.replace("0.5", "high"), 2, "'high' is not a number", "from 0 to 1"),
    "no cell": (HEADER + ROW.replace("0.5", ""), 2, "'equity_integration': '' is not a number", "from 0 to 1"),
    "no value of a choice": (HEADER + ROW.replace("related", "relate"), 2, "'relate' is not one", "'related'?"),
    "no whole number": (HEADER + ROW.replace(",2,", ",2.5,"), 2, "2.5", "whole number from 0 to 20"),
    "no scenario": (HEADER + ROW.replace("china", "chnia"), 2, "column 'scenario': 'chnia'", "'china'?"),
    "no such place": (HEADER + ROW.replace("east", "easst"), 2, "'easst' is not in the factor's `where`", "'east'?"),
    "another place": (HEADER + ROW.replace("east", "44"), 2, "'44' is not in", "give one of east, west"),
    "rows alike": (HEADER + ROW + ROW.replace("0.5", "0.50"), 3, "stands on line 2 already", "remove one"),
    "quotes": (HEADER + '"0.5' + ROW[3:], 2, "unexpected end of data", "quotes"),
    "overlapping": (
        "equity_integration,policy.equity_integration,west,place\n0,0,0,east\n",
        None,
        "sets equity",
        "part",
    ),
}


@pytest.mark.parametrize("fault", TABLE_FAULTS)
def test_a_fault_in_a_list_of_points_is_one_line(fault: str, tmp_path: Path):
    """Every fault of the table names the table, the line, the column and the remedy."""
    table, line, what, remedy = TABLE_FAULTS[fault]
    (tmp_path / "points.csv").write_text(table, encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(DECLARED if "scenario" in table else 'scenario = "china"\n' + DECLARED, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Experiment.load(path)
    message = str(caught.value)
    assert what in message
    assert remedy in message
    assert "\n" not in message
    assert message.startswith(f"{tmp_path / 'points.csv'}:{line}: " if line else f"{path}"), message


def _load(tmp_path: Path, text: str) -> Experiment:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return Experiment.load(path)


def test_a_list_says_every_kind_of_value(tmp_path: Path):
    """Cells are numbers, names, never, scenarios and places, as the column's factor takes them."""
    (tmp_path / "points.csv").write_text(HEADER + ROW + ROW.replace("never", "4").replace("east", "west"), "utf-8")
    experiment = _load(tmp_path, DECLARED)
    first, second = points(experiment)
    assert list(first.values()) == [0.5, "related", None, 0.03, 2, "china", "east"]
    assert (second["switch_year"], second["place"]) == (4.0, "west")
    rules = scenario_of(experiment, first, 1).policy
    assert [(rule.lever, rule.value, rule.where, rule.from_) for rule in rules] == [
        ("equity_integration", 0.5, None, None),
        ("targeting_rule", "related", None, None),
        ("subsidy_cap", 0.03, {"macro_region": ("west",)}, "2026Q1"),
        ("protection", 0.2, {"macro_region": ("east",)}, None),
    ]


def test_the_experiment_of_the_documentation(tmp_path: Path):
    """The example means what it says: scenario, design, seeds, size, outcomes, factors and report."""
    text = """
scenario = "china"
design = "sobol"
samples = 256
seeds = [1, 2, 3, 4]
quarters = 60
firms = 5_000
outcomes = ["nqpf", "gdp", "theil_gdp_per_head", "gdp@west", "population@440300"]
[factors]
"equity_integration" = { low = 0.0, high = 1.0 }
"targeting_rule" = { values = ["related", "copycat"] }
"parameters.migration.taste" = { low = 1.0, high = 3.0 }
[report]
sensitivity = "sobol"
discovery = { outcome = "nqpf", above = "p90" }
pareto = ["nqpf", "-theil_gdp_per_head"]
"""
    experiment = _load(tmp_path, text)
    assert (experiment.design, experiment.n_points, experiment.n_runs) == ("sobol", 256, 1024)
    assert experiment.seeds == (1, 2, 3, 4)
    assert [(outcome.level, outcome.region) for outcome in experiment.outcomes[3:]] == [
        ("macro_region", "west"),
        ("city", "440300"),
    ]
    point = {"equity_integration": 0.25, "targeting_rule": "related", "parameters.migration.taste": 2.0}
    by_hand = Scenario.load(
        "china",
        seed=3,
        firms=5000,
        quarters=60,
        levers={"equity_integration": 0.25, "targeting_rule": "related", "parameters.migration.taste": 2.0},
    )
    assert scenario_of(experiment, point, 3) == by_hand
    threshold = experiment.report.discovery.above
    assert (threshold.value, threshold.percentile) == (90.0, True)
    assert json.loads(json.dumps(experiment.record(), allow_nan=False))["factors"][1]["values"] == [
        "related",
        "copycat",
    ]
    assert pickle.loads(pickle.dumps(experiment)).record() == experiment.record()  # noqa: S301 (what workers do)


def test_a_count_of_seeds_are_the_first_ones(tmp_path: Path):
    """Three seeds are 1, 2 and 3."""
    assert _load(tmp_path, ONE.replace("[1, 2]", "3") + RANGE).seeds == (1, 2, 3)


def test_all_measures_of_the_nation_are_outcomes_of_a_detail(tmp_path: Path):
    """Without a list of outcomes every measure of the nation is one, and a report may ask for any."""
    text = ONE.replace('outcomes = ["gdp"]', 'detail = "city"') + RANGE + '[report]\npareto = ["nqpf", "-nqpf_gini"]\n'
    experiment = _load(tmp_path, text)
    assert {"gdp", "nqpf_gini"} <= {outcome.name for outcome in experiment.outcomes}
    assert experiment.detail == "city"


def test_a_lever_by_its_name_replaces_the_scenarios_rules(tmp_path: Path):
    """As with `--set` the scenario's own rules of the lever go; a rule of a factor comes after them instead."""
    text = ONE.replace('"china"', '"hukou-easing"')
    plain = _load(tmp_path, text + "hukou_easing = { low = 0, high = 1 }\n")
    rules = scenario_of(plain, {"hukou_easing": 0.25}, 1).policy
    assert [(rule.lever, rule.value) for rule in rules] == [
        ("hukou_easing.labour", 0.25),
        ("hukou_easing.talent", 0.25),
    ]
    later = _load(tmp_path, text + 'hukou_easing = { low = 0, high = 1, from = "2030Q1", ramp = 4 }\n')
    own = Scenario.load("hukou-easing").policy
    added = scenario_of(later, {"hukou_easing": 0.25}, 1).policy
    assert added[: len(own)] == own
    assert [(rule.value, rule.from_, rule.ramp) for rule in added[len(own) :]] == [(0.25, "2030Q1", 4)] * 2


def test_one_lever_may_vary_in_several_places_or_times(tmp_path: Path):
    """Factors of one lever are apart if no place is common to both, or one ends before the other begins."""
    west = 'a = { lever = "protection", low = 0, high = 1, where = { macro_region = "west" }, until = "2027Q4" }\n'
    east = 'b = { lever = "protection", low = 0, high = 1, where = { macro_region = "east" } }\n'
    later = 'c = { lever = "protection", low = 0, high = 1, where = { province = "51" }, from = "2028Q1" }\n'
    pole = 'd = { lever = "equity_integration", low = 0, high = 0.2, until = "switch_year" }\n'
    then = 'e = { lever = "equity_integration", low = 0, high = 1, from = "switch_year" }\n'
    assert len(_load(tmp_path, ONE + pole + then).factors) == 2
    experiment = _load(tmp_path, ONE + west + east + later)
    assert len(scenario_of(experiment, {"a": 0.0, "b": 0.1, "c": 0.2}, 1).policy) == 3


def test_scenarios_as_a_factor(tmp_path: Path):
    """Each value is a scenario of the library or a file, at the size asked for; other factors change it."""
    (tmp_path / "own.toml").write_text('name = "own"\nbase = "china-2010"\nquarters = 8\n', encoding="utf-8")
    text = "firms = 700\n" + ONE[19:] + 'scenario = { values = ["hukou-easing", "own.toml"] }\n' + RANGE
    experiment = _load(tmp_path, text)
    point = {"scenario": "own.toml", "equity_integration": 0.5}
    scenario = scenario_of(experiment, point, 5)
    assert (scenario.start, scenario.quarters, scenario.firms, scenario.seed) == ("2010Q1", 8, 700, 5)
    assert scenario.policy[-1].value == 0.5


def test_a_fault_in_the_scenarios_own_file_is_shown_there(tmp_path: Path):
    """The file at fault is named, not the experiment."""
    (tmp_path / "own.toml").write_text('name = "own"\nbase = "china"\nseed = -1\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"own\.toml:3: seed: -1"):
        _load(tmp_path, ONE.replace('"china"', '"own.toml"') + RANGE)


@pytest.mark.parametrize("name", ["nowhere.toml", "."])
def test_an_experiment_that_is_not_there_is_refused(name: str, tmp_path: Path):
    """What is no file gives one line."""
    with pytest.raises(InputError, match=r"cannot be read: .*; name a readable file"):
        Experiment.load(tmp_path / name)
