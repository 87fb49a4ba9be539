"""Rewrites every table of facts from a folder of raw tables: `python model/data/build/build.py SOURCE_FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from nqpf.model.data.build import geography, history, lists, origins, rail, sectors, start
from nqpf.model.data.build.source import Source


def main(folder: str) -> None:
    """Read the raw tables, write the facts beside this folder."""
    source = Source(Path(folder))
    sector_table, input_output = sectors.tables(source)
    tables = {
        "cities": geography.cities(source),
        "provinces": geography.provinces(source),
        "regions": geography.regions(source),
        "region_members": geography.region_members(source),
        "gates": geography.gates(source),
        "rail_edges": rail.rail_edges(source),
        "rail_times": rail.rail_times(source),
        "free_trade_zones": lists.free_trade_zones(source),
        "computing_hubs": lists.computing_hubs(source),
        "industry_clusters": lists.industry_clusters(source),
        "sectors": sector_table,
        "input_output": input_output,
        "start_2010": start.start(source, history.FIRST),
        "start_2024": start.start(source, history.LAST),
        "actual": history.actual(source),
        "controls": start.controls(source),
        "origins": origins.origins(),
    }
    target = Path(__file__).resolve().parents[1]
    for name, table in tables.items():
        table.to_csv(target / f"{name}.csv", index=False, lineterminator="\n")
        print(f"{name}: {len(table)} rows")


if __name__ == "__main__":
    main(*sys.argv[1:])
