"""How innovation went in a run: its widest consortia, and how each new technology track spread.

`python -m nqpf.experiments.innovation RUN_DIR [--figure FILE.png] [--page FILE.md]` reads `events` and `tracks`.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from nqpf.experiments.store import Run
from nqpf.model.errors import InputError
from nqpf.model.facts import load_facts

if TYPE_CHECKING:
    import pandas as pd

    from nqpf.model.facts import Facts

_PANELS, _WIDEST = 4, 3
STAGES = (0.1, 0.5, 0.9)
"""Shares of the sector's sales whose quarter the spread table shows."""
_CONSORTIUM = ("Quarter", "Sector", "Firm", "Partners, by component", "Provinces", "Outcome")
_SPREAD = (
    *("Track", "Sector", "Opened", "Origin"),
    *(f"To {stage:.0%}" for stage in STAGES),
    *("Highest", "Firms", "Places", "Provinces"),
)
_ON_CONSORTIA = (
    "By provinces, then by places, then the earliest. Numbers are firms' ids in the tables `events` and `firms`. Each "
    "component is sought where capability × access is best, and capability is knowledge over the best place's, so that "
    "small places look to the nearest large ones; the weakest component decides."
)
_ON_TRACKS = "A newer, higher track often ends an older one's rise. The run's table `tracks` has every quarter."
_SPREAD_TITLE = "Quarters from opening until a new track has these shares of its sector's sales"


@dataclass(frozen=True)
class Consortium:
    """An attempt to leave a track, with its partners."""

    quarter: str
    city: str
    sector: str
    firm: int
    succeeded: bool
    chance: float
    partners: tuple[tuple[str, str, int], ...]  # component (a sector's id), city, firm
    provinces: tuple[str, ...]  # of all members, sorted
    places: tuple[str, ...]


@dataclass(frozen=True)
class Milestones:
    """How far a new track went, and how fast: quarters since it was opened."""

    track: int
    sector: str
    city: str
    opened: str
    reached: tuple[int | None, ...]  # quarters to each of `STAGES`; None if it never got there
    highest: float
    firms: int  # at the end
    places: int
    provinces: int


def consortia(run: Run, facts: Facts) -> list[Consortium]:
    """Every attempt, the widest first: by provinces, then by places, then in order of time."""
    province = dict(zip(facts.places.code, (facts.provinces.code[p] for p in facts.places.province), strict=True))
    events = run.events
    found = []
    for event in events[events["kind"].isin(["attempt", "breakthrough"])].to_dict("records"):
        detail = json.loads(event["detail"])
        places = {event["city"], *(partner["city"] for partner in detail["partners"])}
        found.append(
            Consortium(
                quarter=event["quarter"],
                city=event["city"],
                sector=event["sector"],
                firm=int(event["firm"]),
                succeeded=event["kind"] == "breakthrough",
                chance=detail["chance"],
                partners=tuple((p["component"], p["city"], p["firm"]) for p in detail["partners"]),
                provinces=tuple(sorted({province[place] for place in places})),
                places=tuple(sorted(places)),
            )
        )
    return sorted(found, key=lambda c: (-len(c.provinces), -len(c.places), c.quarter))


def spread(run: Run) -> pd.DataFrame:
    """Share of the sector's sales on each new track, quarters × tracks."""
    tracks = run.tracks
    opened = tracks[tracks["city"].notna()]
    return opened.pivot_table(index="quarter", columns="track", values="sales_share", observed=True)


def milestones(run: Run) -> list[Milestones]:
    """Each new track, in the order in which they were opened; a newer track often ends an older one's rise."""
    shares, tracks = spread(run), run.tracks
    last = tracks[tracks["quarter"] == tracks["quarter"].max()].set_index("track").to_dict("index")
    found = []
    for track in shares.columns:
        path = shares[track].dropna().to_list()
        end = last[track]
        found.append(
            Milestones(
                track=int(track),
                reached=tuple(next((q for q, s in enumerate(path) if s >= stage), None) for stage in STAGES),
                highest=max(path),
                sector=end["sector"],
                city=end["city"],
                opened=end["opened"],
                firms=end["firms"],
                places=end["places"],
                provinces=end["provinces"],
            )
        )
    return found


def draw(run: Run, path: Path) -> None:
    """S-curves of the new tracks, a panel a sector."""
    import matplotlib as mpl  # noqa: PLC0415  # only this needs it

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    shares, found = spread(run), milestones(run)
    sectors = [s for s in dict.fromkeys(run.tracks["sector"]) if any(m.sector == s for m in found)]
    rows = max(-(-len(sectors) // _PANELS), 1)
    figure, axes = plt.subplots(rows, _PANELS, figsize=(13, 8), sharex=True, sharey=True, squeeze=False)
    for axis, sector in zip(axes.flat, sectors, strict=False):
        for m in found:
            if m.sector == sector:
                path_of = shares[m.track].dropna()
                axis.plot(range(len(shares) - len(path_of), len(shares)), path_of, lw=1.6, label=m.opened)
        axis.set_title(sector.replace("_", " "), fontsize=10)
        axis.legend(fontsize=7, frameon=False, title="opened", title_fontsize=7)
    for axis in axes.flat[len(sectors) :]:
        axis.set_visible(False)
    ticks = range(0, len(shares), 8)
    axes[0, 0].set_xticks(ticks, [str(shares.index[t])[:4] for t in ticks])
    axes[0, 0].set_ylim(0, 1)
    figure.supylabel("Share of the sector's sales on the track")
    figure.suptitle(
        f"Technology tracks opened in the run: {run.info['scenario']['title']['en']}, seed {run.info['seed']}"
    )
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _told(run: Run, facts: Facts) -> tuple[str, list[list[str]], list[list[str]], list[list[str]]]:
    """One sentence of numbers; the widest consortia, the widest that succeeded, and all new tracks, as rows of text."""
    name = dict(zip(facts.places.code, facts.places.name_en, strict=True))
    province = dict(zip(facts.provinces.code, facts.provinces.name_en, strict=True))

    def row(c: Consortium) -> list[str]:
        partners = "; ".join(f"{component}: {firm}, {name[city]}" for component, city, firm in c.partners)
        outcome = f"{'opened a track' if c.succeeded else 'failed'}, chance {c.chance:.2f}"
        regions = ", ".join(province[p] for p in c.provinces)
        return [c.quarter, c.sector, f"{c.firm}, {name[c.city]}", partners, regions, outcome]

    found = consortia(run, facts)
    won = [c for c in found if c.succeeded]
    across = sum(len(c.provinces) > 1 for c in found)
    numbers = f"{len(found)} attempts, {len(won)} breakthroughs, {across} consortia across provinces."
    spreading = [
        [
            *(str(m.track), m.sector, m.opened, name[m.city]),
            *("–" if q is None else str(q) for q in m.reached),
            *(f"{m.highest:.0%}", str(m.firms), str(m.places), str(m.provinces)),
        ]
        for m in milestones(run)
    ]
    return numbers, [row(c) for c in found[:_WIDEST]], [row(c) for c in won[:_WIDEST]], spreading


def _story(run: Run, facts: Facts, console: Console) -> None:
    numbers, widest, won, spreading = _told(run, facts)
    for title, columns, rows in (
        ("Widest consortia", _CONSORTIUM, widest),
        ("Widest that succeeded", _CONSORTIUM, won),
        (_SPREAD_TITLE, _SPREAD, spreading),
    ):
        table = Table(*columns, title=title)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    console.print(numbers)


def page(run: Run, facts: Facts, figure: str | None = None) -> str:
    """The story as Markdown; `figure` is the picture's path as the page links it."""
    numbers, widest, won, spreading = _told(run, facts)

    def table(columns: tuple[str, ...], rows: list[list[str]]) -> str:
        return "\n".join("| " + " | ".join(row) + " |" for row in (columns, ["---"] * len(columns), *rows))

    info = run.info
    span = f"{info['first_quarter']} to {info['last_quarter']}, {info['firms']['asked']:,} firms, seed {info['seed']}"
    made = f"Generated by `python -m nqpf.experiments.innovation`: `{info['scenario']['name']}`, {span}."
    parts = [
        f"# Innovation in one run: {info['scenario']['title']['en']}",
        f"{made} One seed, not a forecast. {numbers}",
        "## The widest consortia",
        _ON_CONSORTIA,
        table(_CONSORTIUM, widest),
        "The widest that succeeded:",
        table(_CONSORTIUM, won),
        "## How each new track spread",
        *([f"![{_SPREAD_TITLE}]({figure})"] if figure else []),
        f"{_SPREAD_TITLE}; then its state at the end. {_ON_TRACKS}",
        table(_SPREAD, spreading),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Print the story of a run; draw its tracks if asked to."""
    parser = argparse.ArgumentParser(prog="python -m nqpf.experiments.innovation", description=__doc__)
    parser.add_argument("run", type=Path, help="a run directory of detail city or firm")
    parser.add_argument("--figure", type=Path, help="a PNG file to draw the tracks' spread to")
    parser.add_argument("--page", type=Path, help="a Markdown file to write the story to")
    given = parser.parse_args()
    try:
        run = Run(given.run)
        facts = load_facts(run.scenario.start, run.scenario.data)
        _story(run, facts, Console(width=160))
        if given.figure:
            draw(run, given.figure)
        if given.page:
            figure = os.path.relpath(given.figure, given.page.parent) if given.figure else None
            given.page.write_text(page(run, facts, figure), encoding="utf-8")
    except InputError as fault:
        parser.exit(2, f"{fault}\n")
    except OSError as fault:
        parser.exit(2, f"{fault.filename}: cannot be written: {fault.strerror}; name another file\n")


if __name__ == "__main__":
    main()
