"""What a run came to, in a page of text 80 columns wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nqpf.model.facts import load_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from nqpf.experiments.store import Run

_PLACES = 5  # shown at each end
_HALF = 38  # columns of half a page


def summary(run: Run) -> str:
    """Growth, inequality, who gained and who lost, accuracy, time, and where the files are."""
    if not run.info["quarters"]:
        return f"Nothing was simulated.\nFiles    {run.path}"
    blocks = [_head(run.info), _nation(run), *_places(run), _foot(run)]
    return "\n\n".join("\n".join(block) for block in blocks)


def _head(info: dict[str, Any]) -> list[str]:
    quarters = info["quarters"]
    title, span = info["scenario"]["title"]["en"], f"{info['first_quarter']} to {info['last_quarter']}"
    lines = [f"{title}, seed {info['seed']}: {span}, {quarters} {'quarter' if quarters == 1 else 'quarters'}"]
    firms = info["firms"]
    if firms["start"] > firms["asked"]:
        lines.append(
            f"{firms['start']:,} firms at the start: {firms['asked']:,} asked for, rounded up to two a place at least"
        )
    return lines


def _nation(run: Run) -> list[str]:
    nation = run.nation
    span = len(nation) - 1  # quarters between the first and the last
    first, last = nation.iloc[0], nation.iloc[-1]

    def state(label: str, values: tuple[float, float], style: str) -> str:
        return _row(label, *(f"{value:{style}}" for value in values[: span + 1]))

    def level(label: str, values: tuple[float, float], style: str = ",.0f") -> str:
        line = state(label, values, style)
        return f"{line}{_a_year(*values, span):>+12.1%}" if span else line

    def both(name: str, factor: float = 1.0) -> tuple[float, float]:
        return factor * float(first[name]), factor * float(last[name])

    people, volume = both("population"), both("gdp")
    heads = (4e6 * volume[0] / people[0], 4e6 * volume[1] / people[1])
    talent = both("talent")
    return [
        _row("", *(run.info["first_quarter"], run.info["last_quarter"], "a year")[: 3 if span else 1]),
        level("Real GDP, CNY billion a year at 2020 prices", both("gdp", 4e-3)),
        level("Real GDP per head, CNY a year", heads),
        level("Population, million", both("population", 1e-6), ",.1f"),
        level("Talent (residents with a degree), million", both("talent", 1e-6), ",.1f"),
        state("  share of the population", (talent[0] / people[0], talent[1] / people[1]), ".1%"),
        state("Theil index of provinces' GDP per head", both("theil_gdp_per_head"), ".4f"),
        state("  share between macro-regions", both("theil_between"), ".1%"),
        *(state(label, values, ".2f") for label, values in _east_over_west(run)),
        state("GDP share of the ten largest places", both("top10_gdp_share"), ".1%"),
    ]


def _east_over_west(run: Run) -> Iterator[tuple[str, tuple[float, float]]]:
    """GDP per head of the East over the West's, if the facts have such regions."""
    regions = run.read("regions", ["quarter", "region", "gdp_per_head"], [("level", "==", "macro_region")]).pivot_table(
        values="gdp_per_head", index="quarter", columns="region", observed=True
    )
    if {"east", "west"} <= set(regions.columns):
        ratio = regions["east"] / regions["west"]
        yield "GDP per head, East over West", (float(ratio.iloc[0]), float(ratio.iloc[-1]))


def _places(run: Run) -> Iterator[list[str]]:
    """Places that gained and lost most, if they were recorded."""
    if run.info["detail"] == "nation":
        return
    cities = run.read("cities", ["quarter", "city", "gdp", "arrivals", "departures"])
    gdp = cities.pivot_table(values="gdp", index="quarter", columns="city")
    if len(gdp) > 1:
        growth = _a_year(gdp.iloc[0], gdp.iloc[-1], len(gdp) - 1)
        yield _ends(run, ("Fastest growth of GDP a year", "Slowest"), growth, "+.1%")
    moved = cities.groupby("city")[["arrivals", "departures"]].sum()
    gained = (moved["arrivals"] - moved["departures"]) / 1e3
    yield _ends(run, ("Gained most by moves, thousand people", "Lost most"), gained, "+,.0f")


def _ends(run: Run, titles: tuple[str, str], values: pd.Series[float], style: str) -> list[str]:
    """Both ends of a ranking of places side by side."""
    places = load_facts(run.scenario.start, run.scenario.data).places
    names = dict(zip(places.code, places.name_en, strict=True))
    ranked = values.sort_values(ascending=False, kind="stable")
    cells = [
        f"  {names[str(code)]:<{_HALF - 12}.{_HALF - 13}}{format(value, style):>10}" for code, value in ranked.items()
    ]
    pairs = zip(cells[:_PLACES], cells[: -_PLACES - 1 : -1], strict=True)
    return [f"{titles[0]:<{_HALF}}    {titles[1]}", *(f"{most}    {least}" for most, least in pairs)]


def _foot(run: Run) -> list[str]:
    info = run.info
    steps = run.nation["solver_iterations"]
    worst = max(info["residuals"], key=info["residuals"].__getitem__)
    spent = info["milliseconds_per_quarter"]
    total = sum(spent.values())
    slowest = sorted(spent, key=spent.__getitem__, reverse=True)[:3]
    size = sum(file.stat().st_size for file in run.path.rglob("*") if file.is_file())
    by_process = ", ".join(f"{process} {spent[process]:.0f}" for process in slowest)
    return [
        f"Solver   {steps.mean():.1f} steps a quarter, {steps.max()} at most",
        f"Accounts largest relative residual {info['residuals'][worst]:.1e} ({worst})",
        f"Time     {total:,.0f} ms a quarter, {1e6 * total / info['firms']['end']:,.0f} ns a firm-quarter",
        f"         most of it: {by_process}",
        f"Files    {run.path} ({size / 1e6:,.1f} MB)",
    ]


def _row(label: str, *cells: str) -> str:
    return (f"{label:<44}" + "".join(f"{cell:>12}" for cell in cells)).rstrip()


def _a_year(first: Any, last: Any, quarters: int) -> Any:
    """Growth a year over a number of quarters, as a fraction."""
    return (last / first) ** (4 / quarters) - 1
