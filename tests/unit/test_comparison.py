"""`nqpf compare` on real runs: pairing, what is refused, and the files it writes."""

import base64
import gzip
import io
import json
import os
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len

from nqpf.experiments import cli, compare, open_run, run
from nqpf.experiments.comparison.files import write
from nqpf.experiments.comparison.mechanisms import ALL, MECHANISMS
from nqpf.experiments.comparison.money import FOLLOWED, NOTHING
from nqpf.experiments.comparison.sections import who
from nqpf.experiments.comparison.words import headline, interval
from nqpf.experiments.growth import explained
from nqpf.experiments.paired.scales import in_logs
from nqpf.model.facts import load_facts
from nqpf.model.scenario import Scenario

SEEDS, QUARTERS = (1, 2), 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `base` and `policy` with a run for each seed: talent is subsidised in one province from the start."""
    root = tmp_path_factory.mktemp("compared")
    scenario = Scenario.load("china", firms=700, quarters=QUARTERS)
    rule = {"lever": "talent_subsidy", "value": 0.3, "where": {"province": ["43"]}}
    reform = Scenario.model_validate(
        scenario.model_dump(by_alias=True)
        | {"name": "hunan", "title": {"en": "Hunan <pays> talent", "zh": "湖南"}, "policy": (rule,)}
    )
    for name, chosen in (("base", scenario), ("policy", reform)):
        for seed in SEEDS:
            run(chosen, seed=seed, out=root / name / f"s{seed}")
    return root


@pytest.fixture(scope="module")
def compared(folder: Path):
    """Their comparison."""
    return compare(folder / "base", folder / "policy")


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


def copied(source: Path, target: Path, **changes: object) -> Path:
    """The same run elsewhere, with other words in its `run.json`; keys with dots go into what they name."""
    shutil.copytree(source, target, copy_function=os.link)
    info = json.loads((target / "run.json").read_text(encoding="utf-8"))
    for key, value in changes.items():
        *into, last = key.split(".")
        inner = info
        for name in into:
            inner = inner[name]
        inner[last] = value
    (target / "run.json").unlink()  # a link: the original must stay as it is
    (target / "run.json").write_text(json.dumps(info), encoding="utf-8")
    return target


def test_deviations_are_those_of_the_tables(folder, compared):
    """Means over seeds of 100 (B/A − 1) of what the runs wrote, for nation, regions and places in every quarter."""
    tables = {side: [open_run(folder / side / f"s{seed}") for seed in SEEDS] for side in ("base", "policy")}
    for table, keys in (("nation", ["quarter"]), ("regions", ["quarter", "region"]), ("cities", ["quarter", "city"])):
        by_seed = [
            100 * (b.read(table).set_index(keys).gdp / a.read(table).set_index(keys).gdp - 1)
            for a, b in zip(tables["base"], tables["policy"], strict=True)
        ]
        wanted = sum(by_seed) / len(SEEDS)
        rows = getattr(compared, table).query("measure == 'gdp'").set_index(keys)
        np.testing.assert_allclose(rows.deviation.loc[wanted.index], wanted, rtol=1e-9, atol=1e-11)
        assert len(rows) == len(wanted)


def test_the_treated_and_the_money_are_those_of_the_policy(compared):
    """One province is treated and gets all of the money; elsewhere none moved, so no multiplier."""
    facts = compared.facts
    assert compared.differences == ("talent_subsidy = 0.3 in Hunan",)
    assert {facts.places.code[i][:2] for i in np.flatnonzero(compared.treated)} == {"43"}
    money = compared.multipliers.set_index("region")
    assert money.outlays["43"] == pytest.approx(money.outlays["CN"], rel=1e-2)
    assert money.multiplier["CN"] == pytest.approx(money.gdp["CN"] / money.outlays["CN"])
    assert set(money.note[["43", "central", "CN"]]) == {""}
    assert set(money.note[["44", "east", "west"]]) <= {NOTHING, FOLLOWED}
    assert money.multiplier[["44", "east", "west"]].isna().all()
    talent = compared.cities.query("measure == 'talent' and quarter == @compared.last").set_index("city").deviation
    assert (talent[[code for code in talent.index if code.startswith("43")]] > 0).all()


def test_mechanisms_add_up_to_the_effect(folder, compared):
    """The parts are the whole, which is ln(B/A) of GDP at the end, and the numbers are those of `growth.explained`."""
    shown = compared.mechanisms.pivot_table(values="deviation", index="region", columns="mechanism")
    np.testing.assert_allclose(shown[list(MECHANISMS)].sum(axis=1), shown[ALL], atol=1e-7)
    facts = load_facts(compared.baseline.start)
    by_seed = [
        explained(
            open_run(folder / "policy" / f"s{s}"), open_run(folder / "base" / f"s{s}"), "macro_region", facts=facts
        )
        for s in SEEDS
    ]
    wanted = 100 * sum(by_seed) / len(SEEDS)
    np.testing.assert_allclose(shown.loc[wanted.index, wanted.columns], wanted, atol=1e-9)


def test_runs_of_memory_and_one_seed_compare_too(folder):
    """What `open_run` returns is taken as it is; with one seed there is no interval."""
    a, b = (open_run(folder / side / "s2") for side in ("base", "policy"))
    made = compare(a, b, measures=["gdp", "firms"], rank_by="gdp_per_head")
    assert made.pairs.seeds == (2,)
    assert set(made.cities.measure) == {"gdp", "firms"}
    assert made.nation.low.isna().all()
    assert made.ranked_by == "gdp_per_head"
    assert made.balance.unclear == int((made.ranked.deviation == 0).sum())
    assert not made.certain


def test_one_seed_shows_no_certainty(nqpf, folder, tmp_path):
    """No interval, no colour, no band and no word of them, in the terminal and on the page."""
    page = tmp_path / "one.html"
    code, out, err = nqpf("compare", folder / "base" / "s1", folder / "policy" / "s1", "--out", page)
    assert (code, err) == (0, "")
    html = re.sub(r"<style>.*?</style>|href=\"[^\"]*\"", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for text in (out, html):
        assert "±" not in text
        assert "mean over seeds" not in text
        assert "takes in zero" not in text
        assert "no intervals" in text
    assert 'class="unsure"' in html
    assert 'class="up"' not in html
    assert 'class="down"' not in html
    assert "dotted" not in html


def test_a_policy_that_has_not_begun_is_said_first(nqpf, folder, tmp_path):
    """The second line tells when it begins, and nothing is counted that is nought anyway."""
    later = {"lever": "talent_subsidy", "value": 0.3, "from": "2030Q1"}
    copied(folder / "base" / "s1", tmp_path / "later", **{"scenario.policy": [later]})
    page = tmp_path / "later.html"
    code, out, err = nqpf("compare", folder / "base" / "s1", tmp_path / "later", "--out", page)
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "Nothing differs up to 2024Q4: the policy begins in 2030Q1."
    assert len(out.splitlines()) < 8
    assert "the policy begins in 2030Q1" in page.read_text(encoding="utf-8")
    assert "<svg" not in page.read_text(encoding="utf-8")


def test_a_policy_under_which_nothing_moves_is_said_first(nqpf, folder, tmp_path):
    """Places are treated, but every number is the baseline's."""
    idle = {"lever": "talent_subsidy", "value": 0.3, "where": {"province": ["43"]}}
    copied(folder / "base" / "s1", tmp_path / "idle", **{"scenario.policy": [idle]})
    code, out, err = nqpf("compare", folder / "base" / "s1", tmp_path / "idle")
    assert (code, err) == (0, "")
    assert " ".join(out.splitlines()[1:3]).startswith("Nothing moved: Treated are 14 of 336 places, yet every number")
    assert len(out.splitlines()) < 8


def test_the_sentence_says_what_is_shown(compared):
    """A number only where its interval excludes zero; the Theil index has its interval, too."""
    said = headline(compared)
    last = compared.at_end(compared.nation).set_index("measure")
    for measure, part in zip(("gdp", "theil_gdp_per_head"), said.split("; ")[:2], strict=True):
        row = last.loc[measure]
        assert ("shows no change" in part) == (row.low <= 0 <= row.high)
        assert interval(measure, row.low, row.high) in part


def test_nothing_has_no_winners(compared):
    """Where all places lose the gains are said to be none."""
    ranked = compared.ranked.assign(deviation=-1.0, low=-2.0, high=1.0, sign=0)
    section = who(replace(compared, ranked=ranked))
    assert "Largest gain: none." in section
    assert "Largest loss:" not in section


def test_what_cannot_be_paired_is_left_out_with_a_note(folder, tmp_path):
    """A seed without partner, another length and another version are said, and the common part is compared."""
    copied(folder / "base" / "s1", tmp_path / "a" / "1", model_version="0.0.9", **{"nqpf_index.version": "other"})
    copied(folder / "base" / "s2", tmp_path / "a" / "2", quarters=3, last_quarter="2024Q3")
    copied(folder / "base" / "s2", tmp_path / "a" / "3", seed=3)
    made = compare(tmp_path / "a", folder / "policy")
    assert made.pairs.seeds == SEEDS
    assert made.last == "2024Q3"
    assert made.nation.quarter.nunique() == 3
    first, second, third, fourth = made.pairs.notes
    assert first == "left out, without a partner: baseline seed 3"
    assert second.startswith("made by different versions of nqpf: 0.0.9, ")
    assert third == "their NQPF index has different constants: it cannot be compared"
    assert fourth == "runs end between 2024Q3 and 2024Q4: compared up to 2024Q3"


def test_a_run_against_itself_is_called_the_same(nqpf, folder, tmp_path):
    """Nothing is made up where nothing differs, in the terminal and on the page."""
    code, out, err = nqpf("compare", folder / "base", folder / "base", "--out", tmp_path / "same.html")
    assert (code, err) == (0, "")
    assert "Both sides are the same scenario" in out
    assert "Both sides are the same scenario" in (tmp_path / "same.html").read_text(encoding="utf-8")


def test_the_terminal_shows_it_in_eighty_columns(nqpf, folder):
    """Titles, seeds, policy, measures, regions, money, places and mechanisms; no line is wider than the terminal."""
    code, out, err = nqpf("compare", folder / "base", folder / "policy", "--by", "gdp_per_head")
    assert (code, err) == (0, "")
    assert max(map(cell_len, out.splitlines())) <= 80
    for word in ("Hunan <pays> talent against", "2 paired seeds (1-2)", "talent_subsidy = 0.3 in Hunan", "Northeast",
                 "Treated are 14 of 336 places", "own effect on 14", "spillover on 322", "largest gain",
                 "GDP per head in 2024Q4: ", "2020", "multiplier", "People and agglomeration"):  # fmt: skip
        assert word in out, word


def faulty(folder: Path, tmp_path: Path) -> dict[str, tuple[object, ...]]:
    """Arguments of `compare` that cannot be taken, by what is wrong."""
    base, policy = folder / "base" / "s1", folder / "policy" / "s1"
    (tmp_path / "empty").mkdir()
    (tmp_path / "dir.html").mkdir()
    copied(base, tmp_path / "twice" / "1")
    copied(base, tmp_path / "twice" / "2")
    copied(base, tmp_path / "mixed" / "1")
    copied(folder / "policy" / "s2", tmp_path / "mixed" / "2")
    for name, share in (("cut", 0.9), ("gone", 0.0)):
        table = copied(policy, tmp_path / name) / ("regions.parquet" if share else "nation.parquet")
        content = table.read_bytes()
        table.unlink()  # a link: the original must stay as it is
        table.write_bytes(content[: int(share * len(content))])
    start = {"scenario.start": "2010Q1", "first_quarter": "2010Q1", "last_quarter": "2010Q4"}
    longer = {"quarters": 5, "last_quarter": "2025Q1"}
    return {
        "absent": (base, tmp_path / "none"),
        "empty": (tmp_path / "empty", policy),
        "seeds": (base, folder / "policy" / "s2"),
        "start": (base, copied(policy, tmp_path / "start", **start)),
        "firms": (base, copied(policy, tmp_path / "firms", **{"scenario.firms": 900})),
        "facts": (base, copied(policy, tmp_path / "facts", facts="0" * 64)),
        "detail": (copied(base, tmp_path / "nation", detail="nation"), policy),
        "nothing": (base, copied(policy, tmp_path / "nothing", quarters=0, last_quarter=None)),
        "rows": (copied(base, tmp_path / "long", **longer), copied(policy, tmp_path / "longer", **longer)),
        "cut": (base, tmp_path / "cut"),
        "gone": (base, tmp_path / "gone"),
        "twice": (tmp_path / "twice", policy),
        "mixed": (base, tmp_path / "mixed"),
        "suffix": (base, policy, "--out", tmp_path / "page.pdf"),
        "folder": (base, policy, "--quiet", "--out", tmp_path / "nowhere" / "page.csv"),
        "is one": (tmp_path / "none", policy, "--out", tmp_path / "dir.html"),
        "by": (base, policy, "--by", "wealth"),
    }


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("absent", ("none: no such folder", "name a run directory")),
        ("empty", ("empty: is no run directory and holds none", "a folder of them")),
        ("seeds", ("shares no seed", "the baseline has seed 1, the policy 2", "run both with the same")),
        ("start", ("start: starts in 2010Q1", "2024Q1; run both from one start")),
        ("rows", ("nation.parquet: has other rows than its run.json says", "run again")),
        ("firms", ("a number of firms of 900", "700; run both with the same --firms")),
        ("facts", ("rests on facts 000000000000", "the same [data] and version")),
        ("detail", ("nation: has no places", "--detail city")),
        ("nothing", ("nothing: has no quarter yet", "run it")),
        ("twice", ("2: is a second baseline run with seed 1", "leave one")),
        ("mixed", ("holds another scenario", "keep each scenario in its own folder")),
        ("suffix", ("--out", "page.pdf: cannot write .pdf; give .html, .csv, .parquet")),
        ("folder", ("page.csv: cannot be written: ", "choose another file")),
        ("is one", ("dir.html: cannot be written: Is a directory", "choose another file")),
        ("cut", ("regions.parquet: is cut short or damaged", "run again")),
        ("gone", ("nation.parquet: is cut short or damaged", "run again")),
        ("by", ("--by", "'gdp', 'gdp_per_head', 'nqpf'")),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_two(nqpf, folder, tmp_path, fault, words):
    """Place, fault and remedy on one line, exit code 2, nothing printed."""
    code, out, err = nqpf("compare", *faulty(folder, tmp_path)[fault])
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert all(word in err for word in words), err


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_long_table_reads_back(compared, tmp_path, suffix):
    """Every number of nation, regions and places with its unit, the same after reading."""
    path = tmp_path / f"all{suffix}"
    write(compared, path)
    read = pd.read_parquet(path) if suffix == ".parquet" else pd.read_csv(path, dtype={"region": str})
    assert len(read) == len(compared.nation) + len(compared.regions) + len(compared.cities)
    assert set(read.level) == {"nation", "macro_region", "strategy", "cluster", "province", "city"}
    assert list(read.columns[:5]) == ["level", "region", "measure", "quarter", "baseline"]
    pd.testing.assert_frame_equal(read, compared.table, check_dtype=False, rtol=1e-14)
    assert set(read[read.measure == "gdp"].unit) == {"%"}
    assert read.deviation[~read.measure.map(in_logs)].notna().all()


class _Loaded(HTMLParser):
    """Every address a page would load or link, and elements that are still open."""

    VOID = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [
            value or "" for name, value in attrs if name in {"src", "href", "xlink:href", "srcset", "data"}
        ]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def html(compared, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    write(compared, path)
    assert path.stat().st_size < 3_000_000
    return path.read_text(encoding="utf-8")


def test_the_page_loads_nothing(html):
    """Its elements close, its addresses are its own or hold their content, and text is escaped."""
    page = _Loaded()
    page.feed(html)
    assert page.open == []
    assert all(address.startswith(("#", "data:")) for address in page.addresses)
    assert not re.search(r"@import|<link|url\((?!#|\"#)", html)
    assert "Hunan &lt;pays&gt; talent" in html
    assert "<pays>" not in html
    assert "Lines imply no position on any boundary" in html


def test_the_pages_figures_are_svg(html, compared):
    """Maps, fans and bars parse; every place of the map tells its name and number."""
    figures = [ET.fromstring(text) for text in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]  # noqa: S314 (our own)
    assert len(figures) == len({"gdp", "nqpf"} & set(compared.measures)) + 3
    tips = [element.text for element in figures[0].iter("{http://www.w3.org/2000/svg}title")]
    assert len(tips) == len(compared.facts.places)
    assert all(re.search(r": [+−]\d.* %", tip) for tip in tips)
    assert any(tip.startswith("Changsha 长沙: ") for tip in tips)


def test_the_pages_data_are_the_frames(html, compared):
    """What the links hold, plain or packed, are the tables of the comparison."""
    links = dict(re.findall(r'<a download="([^"]+)" href="data:[^,]*,([^"]*)"', html))
    held = {
        name.partition(".")[0]: gzip.decompress(base64.b64decode(text)).decode()
        if name.endswith(".gz")
        else unquote(text)
        for name, text in links.items()
    }
    assert set(held) == {"nation", "regions", "places", "multipliers", "mechanisms"}
    for name in ("nation", "regions", "multipliers"):
        read = pd.read_csv(io.StringIO(held[name]), dtype={"region": str})
        np.testing.assert_allclose(
            read.select_dtypes(float), getattr(compared, name)[list(read.select_dtypes(float))], rtol=1e-6
        )


def test_the_same_page_twice_is_the_same_text(html, compared, tmp_path):
    """No clock, no random name: a page can be compared and kept under version control."""
    write(compared, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == html
