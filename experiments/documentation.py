"""Tables of the documentation that the declarations tell: levers, parameters, measures, indices, columns, scenarios.

`python -m nqpf.experiments.documentation [--check]` writes them between the markers of `docs/odd.md`, or says whether
they are what the declarations say. Text around the markers is written by hand.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nqpf.experiments.indices import INDICES
from nqpf.model.levers import LEVERS, written
from nqpf.model.measures import CITY, GROWTH, NATION, SECTOR, TRACK
from nqpf.model.parameters import Parameters
from nqpf.model.recorder import TABLES
from nqpf.model.rules import SHOCKS
from nqpf.model.scenario import Scenario
from nqpf.model.scenario_file import library_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nqpf.model.measures import Measure

PAGE = Path("docs/odd.md")

_MEASURED = (
    ("nation, regions, cities", CITY),
    ("nation", NATION),
    ("sectors", SECTOR),
    ("tracks", TRACK),
    ("growth", GROWTH),
)
"""Measures by the tables whose columns they are."""


def levers() -> str:
    """Every lever with range, default, unit, outcome and source."""
    rows = (
        (
            f"`{lever.name}`",
            lever.title["en"],
            lever.bounds,
            written(lever.default),
            lever.unit,
            lever.driver,
            f"`{lever.measure}` {lever.expected_sign}",
            lever.source,
        )
        for lever in LEVERS.values()
    )
    return _table(("lever", "what it is", "range", "default", "unit", "driver", "outcome expected", "source"), rows)


def shocks() -> str:
    """Every kind of shock and what its size is."""
    return _table(("shock", "size"), ((f"`{kind}`", meaning["en"]) for kind, meaning in SHOCKS.items()))


def parameters() -> str:
    """Every parameter with default, bounds, unit, meaning and source."""
    rows = []
    groups = Parameters.model_json_schema()["$defs"]
    for group, values in Parameters():
        for key, field in groups[type(values).__name__]["properties"].items():
            bounds = f"{field['minimum']:g} to {field['maximum']:g}"
            numbers = f"{field['default']:g}", bounds, field["unit"]
            rows.append((f"`{group}.{key}`", *numbers, field["description"], field["source"]))
    return _table(("parameter", "default", "bounds", "unit", "meaning", "source"), rows)


def measures() -> str:
    """Every measure, by the tables whose column it is."""
    rows = (_declared(tables, m) for tables, listed in _MEASURED for m in listed)
    return _table(("measure", "table", "unit", "meaning", "equation", "regions", "source"), rows)


def indices() -> str:
    """Every index that `nqpf.experiments.indices` makes of a run's tables."""
    rows = (
        (f"`{name}`", index.measure.unit, index.measure.meaning, index.measure.equation, index.measure.source)
        for name, index in INDICES.items()
    )
    return _table(("index", "unit", "meaning", "equation", "source"), rows)


def columns() -> str:
    """Every column that is no measure: keys of the tables, events, flows, firms."""
    measured = {m.name for _, listed in _MEASURED for m in listed}
    rows = (
        (f"`{table}`", f"`{column.name}`", column.type, column.unit, column.meaning)
        for table, declared in TABLES.items()
        for column in declared
        if column.name not in measured or table == "firms"
    )
    return _table(("table", "column", "type", "unit", "meaning"), rows)


def scenarios() -> str:
    """The scenario library."""
    library = (Scenario.load(name) for name in library_names())
    rows = ((f"`{s.name}`", s.base or "", s.title.en, s.title.zh, s.description.en) for s in library)
    return _table(("scenario", "base", "title", "标题", "description"), rows)


TABLES_OF_THE_PAGE: dict[str, Callable[[], str]] = {
    made.__name__: made for made in (levers, shocks, parameters, measures, indices, columns, scenarios)
}
"""Marker → what stands between its two lines."""


def written_anew(page: str) -> str:
    """The page with every table as the declarations have it now; ValueError if a marker is missing."""
    for name, made in TABLES_OF_THE_PAGE.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if page.count(begin) != 1 or page.count(end) != 1:
            raise ValueError(f"{PAGE}: needs one line {begin} and one line {end}")
        before, _, rest = page.partition(f"{begin}\n")
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n{made()}{end}{after}"
    return page


def _declared(tables: str, m: Measure) -> tuple[str, ...]:
    together = f"mean by {m.weight}" if m.weight else "sum"
    return f"`{m.name}`", tables, m.unit, m.meaning, m.equation, together if m in CITY else "", m.source


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar in a cell would end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or check it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nqpf.experiments.documentation", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the page is what it should be")
    given = parser.parse_args(arguments)
    try:
        before = PAGE.read_text(encoding="utf-8")
        after = written_anew(before)
        if given.check:
            return _said(before == after)
        PAGE.write_text(after, encoding="utf-8")
    except (OSError, ValueError) as fault:
        sys.stderr.write(f"documentation: {fault}\n")
        return 2
    return 0


def _said(same: bool) -> int:
    if not same:
        sys.stderr.write(f"{PAGE}: is not what the declarations say; run without --check\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
