"""How innovation went in a run: its widest consortia, and how each new technology track spread.

`python -m nqpf.experiments.innovation RUN_DIR [--figure FILE.png]` reads the tables `events` and `tracks`.
"""

from __future__ import annotations

import argparse
import json
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

_PANELS = 4
STAGES = (0.1, 0.5, 0.9)
"""Shares of the sector's sales whose quarter the spread table shows."""


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


def _story(run: Run, console: Console) -> None:
    facts = load_facts(run.info["scenario"]["start"])
    name = dict(zip(facts.places.code, facts.places.name_en, strict=True))
    province = dict(zip(facts.provinces.code, facts.provinces.name_en, strict=True))
    found = consortia(run, facts)
    table = Table("Quarter", "Sector", "Firm", "Partners", "Provinces", "Outcome", title="Three widest consortia")
    for c in found[:3]:
        partners = ", ".join(f"{component}: {firm} in {name[city]}" for component, city, firm in c.partners)
        outcome = f"{'opened a track' if c.succeeded else 'failed'} (chance {c.chance:.2f})"
        regions = ", ".join(province[p] for p in c.provinces)
        table.add_row(c.quarter, c.sector, f"{c.firm} in {name[c.city]}", partners, regions, outcome)
    console.print(table)
    across, won = sum(len(c.provinces) > 1 for c in found), sum(c.succeeded for c in found)
    console.print(f"{len(found)} attempts, {won} breakthroughs, {across} consortia across provinces")
    stages = [f"to {stage:.0%}" for stage in STAGES]
    table = Table(
        *("Track", "Sector", "Opened", "Origin", *stages, "Highest", "Firms", "Places", "Provinces"),
        title="New tracks: quarters to shares of their sector's sales, and where they stand at the end",
    )
    for m in milestones(run):
        when = ["–" if q is None else str(q) for q in m.reached]
        end = [str(n) for n in (m.firms, m.places, m.provinces)]
        table.add_row(str(m.track), m.sector, m.opened, name[m.city], *when, f"{m.highest:.0%}", *end)
    console.print(table)


def main() -> None:
    """Print the story of a run; draw its tracks if asked to."""
    parser = argparse.ArgumentParser(prog="python -m nqpf.experiments.innovation", description=__doc__)
    parser.add_argument("run", type=Path, help="a run directory of detail city or firm")
    parser.add_argument("--figure", type=Path, help="a PNG file to draw the tracks' spread to")
    given = parser.parse_args()
    console = Console(width=160)
    try:
        run = Run(given.run)
        _story(run, console)
    except InputError as fault:
        parser.exit(2, f"{fault}\n")
    if given.figure:
        draw(run, given.figure)


if __name__ == "__main__":
    main()
