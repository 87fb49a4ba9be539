"""The report of a run: what happened, where, how evenly, and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.experiments.analysis.reports.folders import Report
from nqpf.experiments.comparison import mechanisms, words
from nqpf.experiments.comparison.panels import HEADLINE, MEASURES
from nqpf.experiments.growth import growth_accounts
from nqpf.experiments.indices import INDICES, indices
from nqpf.experiments.pages.document import document
from nqpf.experiments.pages.markup import card, download, figure, folded, paragraph, table
from nqpf.experiments.store import open_run
from nqpf.experiments.summary import summary
from nqpf.model.errors import InputError
from nqpf.model.facts import load_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nqpf.agents.typing import Floats, Ints
    from nqpf.experiments.store import Run
    from nqpf.model.facts import Facts

_CHARTED = ("gdp", "gdp_per_head", "nqpf", "nqpf_reach", "tfp", "population", "talent", "rd", "breakthroughs")
_BY_REGION = ("gdp_per_head", "nqpf", "talent")
_ENDS = 10


@dataclass(frozen=True)
class RunResults:
    """A run and what its report needs of it, read once."""

    run: Run

    @cached_property
    def facts(self) -> Facts:
        """Places and regions."""
        return load_facts(self.run.scenario.start, self.run.scenario.data)

    @cached_property
    def quarters(self) -> list[str]:
        """In order."""
        return [str(quarter) for quarter in self.run.nation["quarter"]]

    @property
    def years(self) -> float:
        """Between the first and the last quarter."""
        return (len(self.quarters) - 1) / 4

    @property
    def has_places(self) -> bool:
        """Whether places were recorded."""
        return self.run.info["detail"] != "nation"

    @cached_property
    def cities(self) -> pd.DataFrame:
        """GDP and index of places, first and last quarter, in the order of the facts."""
        ends = [self.quarters[0], self.quarters[-1]]
        columns = [name for name in ("gdp", "gdp_per_head", "nqpf", "population") if self.has(name)]
        rows = self.run.read("cities", ["quarter", "city", *columns], [("quarter", "in", ends)])
        wide = rows.pivot_table(index="city", columns="quarter", values=columns, observed=True)
        return wide.reindex(list(self.facts.places.code))

    def has(self, measure: str) -> bool:
        """Whether the run has a measure."""
        return measure in self.run.nation.columns

    def place(self, measure: str, at: int) -> Floats:
        """A measure of places in the first (0) or last (−1) quarter, (n_places,)."""
        return self.cities[measure, self.quarters[at]].to_numpy(float)

    @cached_property
    def growth(self) -> Floats:
        """Growth of places' real GDP, fraction a year, (n_places,)."""
        return (self.place("gdp", -1) / self.place("gdp", 0)) ** (1 / self.years) - 1


def report(folder: Path) -> Report:
    """The report of a run directory; raises InputError if it has no quarter yet."""
    run = open_run(folder)
    if not run.info["quarters"]:
        raise InputError(f"{folder}: has no quarter yet; run it first")
    results = RunResults(run)
    return Report(lambda: page(results), tuple(summary(run).splitlines()))


def page(r: RunResults) -> str:
    """The page's text."""
    parts, absent = [_head(r)], []
    for title, section in _SECTIONS:
        try:
            parts.append(section(r))
        except InputError as fault:
            absent.append(f"{title}: {fault}")
    if absent:
        parts.append("<h2>Not shown</h2><ul>" + "".join(f"<li>{escape(line)}</li>" for line in absent) + "</ul>")
    return document(_title(r), [*parts, _data(r)])


def _title(r: RunResults) -> str:
    return r.run.scenario.title.en or r.run.scenario.name


def _head(r: RunResults) -> str:
    scenario, info = r.run.scenario, r.run.info
    chinese = f"<small>{escape(scenario.title.zh)}</small>" if scenario.title.zh else ""
    unfinished = "" if info["status"] == "finished" else f"; {info['status']}: of {scenario.quarters} asked for"
    what = (
        f"Seed {info['seed']}, {info['firms']['start']:,} firms, {len(r.quarters)} quarters, {r.quarters[0]} to "
        f"{r.quarters[-1]}{unfinished}."
    )
    return "".join(
        (
            f"<header><h1>{escape(_title(r))}{chinese}</h1>",
            paragraph(headline(r), "lead"),
            paragraph(what, "soft"),
            paragraph(scenario.description.en, "soft") if scenario.description.en else "",
            f'<div class="cards">{"".join(_cards(r))}</div></header>',
        )
    )


def headline(r: RunResults) -> str:
    """What it came to, in a sentence or two."""
    first, last = r.run.nation.iloc[0], r.run.nation.iloc[-1]
    theil = f"{first['theil_gdp_per_head']:.4f} to {last['theil_gdp_per_head']:.4f}"
    said = [f"the Theil index of provinces' GDP per head goes from {theil}"]
    if r.years > 0:
        rate = 100 * ((last["gdp"] / first["gdp"]) ** (1 / r.years) - 1)
        said.insert(0, f"real GDP grows by {rate:.2f} % a year")
    if r.has("nqpf"):
        said.append(f"the NQPF index goes from {first['nqpf']:.3f} to {last['nqpf']:.3f}")
    text = ", ".join(said[:-1]) + " and " * (len(said) > 1) + said[-1]
    return f"From {r.quarters[0]} to {r.quarters[-1]} {text}."


def _cards(r: RunResults) -> list[str]:
    first, last = r.run.nation.iloc[0], r.run.nation.iloc[-1]
    return [
        card(_brief(float(last[name])), words.title(name), f"from {_brief(float(first[name]))}")
        for name in ("gdp_per_head", "population", "talent", "nqpf", "nqpf_reach", "theil_gdp_per_head")
        if r.has(name)
    ]


def _where(r: RunResults) -> str:
    """Maps of the index and of growth."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize  # noqa: PLC0415 (the terminal needs none)

    from nqpf.experiments.pages.atlas import CREDIT, place_map  # noqa: PLC0415
    from nqpf.experiments.pages.charts import DIVERGING  # noqa: PLC0415

    _need_places(r)
    names = [f"{en} {zh}" for en, zh in zip(r.facts.places.name_en, r.facts.places.name_zh, strict=True)]
    gdp, last = r.place("gdp", -1), r.quarters[-1]
    parts = ["<h2>Where</h2>"]
    if r.has("nqpf"):
        index = r.place("nqpf", -1)
        low, high = np.nanquantile(index, [0.02, 0.98])
        drawn = place_map(
            r.facts,
            index,
            gdp,
            [f"{name}: {value:.3f}" for name, value in zip(names, index, strict=True)],
            colours=LinearSegmentedColormap.from_list("level", ["#f4f2ee", "#8fc3d4", "#1f6f8b", "#0c3445"]),
            norm=Normalize(float(low), float(max(high, low + 1e-9))),
            label=f"{words.title('nqpf')} in {last}, {MEASURES['nqpf'].unit}",
        )
        parts.append(figure(drawn, f"NQPF index of every place in {last}; area of a dot: its GDP. {CREDIT}"))
    if r.years > 0:
        rate = 100 * r.growth
        before, after = (float(np.nansum(r.place("gdp", at))) for at in (0, -1))
        whole = 100 * ((after / before) ** (1 / r.years) - 1)
        limit = float(np.nanquantile(np.abs(rate - whole), 0.98)) or 1.0
        drawn = place_map(
            r.facts,
            rate,
            gdp,
            [f"{name}: {value:+.2f} % a year" for name, value in zip(names, rate, strict=True)],
            colours=DIVERGING,
            norm=Normalize(whole - limit, whole + limit),
            label=f"Growth of real GDP, {r.quarters[0]} to {last}, per cent a year; the middle is the nation's",
        )
        parts.append(figure(drawn, f"Growth of every place's real GDP; area of a dot: its GDP in {last}. {CREDIT}"))
    return "".join(parts)


def _when(r: RunResults) -> str:
    """Series of the nation and its macro-regions."""
    from nqpf.experiments.analysis.reports import run_charts  # noqa: PLC0415 (the terminal needs no plotting library)

    national = _panels(r, _CHARTED)
    regions = r.run.read("regions", ["quarter", "region", *_BY_REGION], [("level", "==", "macro_region")])
    names = [(r.facts.regions.id[i], r.facts.regions.name_en[i]) for i in r.facts.regions.of_level("macro_region")]
    regional = [
        (
            *_titled(name),
            {title: regions.loc[regions["region"] == region, name].to_numpy(float) for region, title in names},
        )
        for name in _BY_REGION
    ]
    return "".join(
        (
            "<h2>Over time</h2>",
            figure(run_charts.series(national, r.quarters), "The nation by quarter."),
            figure(run_charts.series(regional, r.quarters), "Macro-regions by quarter."),
            folded("All headline measures, first and last quarter", _headlines(r)),
        )
    )


def _headlines(r: RunResults) -> str:
    first, last = r.run.nation.iloc[0], r.run.nation.iloc[-1]
    rows = [
        (
            f"{escape(words.title(name))} <small>{escape(MEASURES[name].title['zh'])}</small>",
            words.level(float(first[name])),
            words.level(float(last[name])),
            f'<small class="unit">{escape(MEASURES[name].unit)}</small>',
        )
        for name in HEADLINE
        if r.has(name)
    ]
    return table(("", r.quarters[0], r.quarters[-1], "unit"), rows)


def _inequality(r: RunResults) -> str:
    """How evenly, within and between macro-regions."""
    from nqpf.experiments.analysis.reports import run_charts  # noqa: PLC0415 (the terminal needs no plotting library)

    nation = r.run.nation
    within = nation["theil_within"].to_numpy(float)
    between = nation["theil_gdp_per_head"].to_numpy(float) - within
    parts = {"between macro-regions": between, "within them": within}
    drawn = run_charts.layers("Theil index of provinces' GDP per head, nats", parts, r.quarters)
    names = ("sigma_gdp_per_head", "gini_gdp", "top10_gdp_share", "nqpf_gini", "theil_public_capital", "rent_gap")
    return "".join(
        (
            "<h2>How evenly</h2>",
            figure(drawn, "Both parts add up to the index; it falls when provinces come closer."),
            figure(run_charts.series(_panels(r, names), r.quarters), "Other measures of how evenly, by quarter."),
        )
    )


def _why(r: RunResults) -> str:
    """Growth by mechanism."""
    from nqpf.experiments.pages.charts import stacked_bars  # noqa: PLC0415 (the terminal needs no plotting library)

    if "growth" not in r.run.info["rows"]:
        raise InputError("this run has no table `growth`; run it again with --detail city")
    names = {r.facts.regions.id[i]: r.facts.regions.name_en[i] for i in range(len(r.facts.regions.id))}
    yearly = 400 / len(r.quarters)
    shares = pd.concat(
        [
            yearly * growth_accounts(r.run, level, facts=r.facts).groupby(level="region", sort=False).sum()
            for level in mechanisms.LEVELS
        ]
    )
    regions = [names[str(region)] for region in shares.index]
    titles = [mechanisms.title(name) for name in mechanisms.MECHANISMS]
    drawn = stacked_bars(
        shares[list(mechanisms.MECHANISMS)].to_numpy(float), regions, titles, "growth", "100 · log points a year"
    )
    rows = [
        (
            f"{escape(title)} <small>{escape(mechanisms.title(name, 'zh'))}</small>",
            *(words.points(float(value)) for value in shares[name]),
        )
        for title, name in zip(("growth", *titles), (mechanisms.ALL, *mechanisms.MECHANISMS), strict=True)
    ]
    return "".join(
        (
            "<h2>Why</h2>",
            figure(
                drawn,
                "Growth of real GDP by mechanism, 100 · log points a year, mean over the run; parts add up to growth.",
            ),
            folded("The same as a table", table(("100 · log points a year", *regions), rows, whole=1)),
        )
    )


def _who(r: RunResults) -> str:
    """Fastest and slowest places."""
    _need_places(r)
    if r.years <= 0:
        raise InputError("one quarter shows no growth")
    places = r.facts.places
    named = [f"{en} {zh}" for en, zh in zip(places.name_en, places.name_zh, strict=True)]
    ranked: Ints = np.argsort(-np.where(np.isfinite(r.growth), r.growth, -np.inf), kind="stable").astype(np.int64)

    def rows(chosen: Ints) -> list[tuple[str, str, str]]:
        return [
            (
                f"{escape(named[i])} <small>{escape(r.facts.provinces.name_en[places.province[i]])}</small>",
                f"{100 * r.growth[i]:+.2f} %",
                f"{r.place('nqpf', -1)[i]:.3f}" if r.has("nqpf") else "",
            )
            for i in chosen.tolist()
        ]

    columns = "growth a year", "NQPF index"
    blocks = (
        table(("Fastest", *columns), rows(ranked[:_ENDS])),
        table(("Slowest", *columns), rows(ranked[::-1][:_ENDS])),
    )
    return f"<h2>Who</h2><div class='pair'>{''.join(f'<div>{block}</div>' for block in blocks)}</div>"


def _indices(r: RunResults) -> str:
    """All indices, first and last quarter."""
    found = _index_table(r)
    rows = [
        (
            f"{escape(INDICES[name].measure.title['en'])} <small>{escape(INDICES[name].measure.title['zh'])}</small>",
            *(words.level(float(value)) for value in found[name]),
            f'<small class="unit">{escape(INDICES[name].measure.unit)}</small>',
        )
        for name in found.columns
    ]
    columns = ("", *map(str, found.index), "unit")
    return f"<h2>Indices</h2>{folded(f'{len(rows)} indices', table(columns, rows))}"


def _index_table(r: RunResults) -> pd.DataFrame:
    usual = [quarter for quarter in r.quarters if quarter.endswith("Q4")] or [r.quarters[-1]]
    return indices(r.run, list(dict.fromkeys((r.quarters[0], usual[-1], r.quarters[-1]))))


def _data(r: RunResults) -> str:
    links = [download("nation", r.run.nation, "the nation, all measures and quarters")]
    if r.has_places:
        last = r.run.read("cities", filters=[("quarter", "==", r.quarters[-1])])
        links.append(download("places", last, f"places, all measures in {r.quarters[-1]}"))
    items = "".join(f"<li>{link}</li>" for link in links)
    return "".join(
        (
            f"<h2>Data and reading</h2><ul class='download'>{items}</ul>",
            paragraph(
                f"Scenario {r.run.scenario.name}, {r.run.scenario.content_hash[:12]}; run by nqpf "
                f"{r.run.info['model_version']}, page by nqpf {version('nqpf')}. GDP at constant 2020 prices. One run "
                "is one draw: nqpf compare and nqpf sweep tell what is more than chance.",
                "soft",
            ),
        )
    )


def _need_places(r: RunResults) -> None:
    if not r.has_places:
        raise InputError("places were not recorded; run again with --detail city")


def _brief(value: float) -> str:
    """Whole millions, which a card has room for."""
    return f"{value / 1e6:,.0f} M" if abs(value) >= 1e7 else words.level(value)


def _titled(name: str) -> tuple[str, str]:
    return words.title(name), MEASURES[name].unit


def _panels(r: RunResults, names: tuple[str, ...]) -> list[tuple[str, str, dict[str, Floats]]]:
    """Measures of the nation as charts of one line each."""
    return [(*_titled(name), {"": r.run.nation[name].to_numpy(float)}) for name in names if r.has(name)]


_SECTIONS: tuple[tuple[str, Callable[[RunResults], str]], ...] = (
    ("Where", _where),
    ("Over time", _when),
    ("How evenly", _inequality),
    ("Why", _why),
    ("Who", _who),
    ("Indices", _indices),
)
