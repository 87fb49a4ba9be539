"""What an export says of the run it is from, and of every column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nqpf.model.recorder.columns import DESCRIPTIONS
from nqpf.model.recorder.crate import LICENCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nqpf.experiments.exporting.source import Table
    from nqpf.experiments.store import Run

COLUMN_FIELDS = ("table", "column", "type", "unit", "meaning", "equation", "source")
"""Fields of the list of all columns that single files carry."""


def about(run: Run) -> dict[str, str]:
    """What the run is, as text by key."""
    info = run.info
    scenario = info["scenario"]
    return {
        "title": scenario["title"]["en"],
        "title_zh": scenario["title"]["zh"],
        "description": scenario["description"]["en"],
        "scenario": scenario["name"],
        "scenario_hash": info["hash"],
        "seed": str(info["seed"]),
        "firms": str(info["firms"]["asked"]),
        "quarters": f"{info['first_quarter']} to {info['last_quarter']}",
        "status": info["status"] if finished(run) else unfinished(run),
        "source": f"nqpf {info['model_version']}, an agent-based simulation; no observations",
        "license": LICENCE,
    }


def finished(run: Run) -> bool:
    """Whether the run came to its end."""
    return run.info["status"] == "finished"


def unfinished(run: Run) -> str:
    """How far a run that did not come to its end has come."""
    info = run.info
    return f"{info['status']}: {info['quarters']} of {info['scenario']['quarters']} quarters are finished"


def column_rows(tables: Iterable[Table]) -> list[tuple[str, ...]]:
    """`COLUMN_FIELDS` of every column of these tables."""
    return [
        (table.name, c.name, c.type, c.unit, c.meaning, c.equation, c.source) for table in tables for c in table.columns
    ]


def description(table: Table) -> str:
    """What a table holds."""
    return DESCRIPTIONS[table.name]


def readme(run: Run, tables: Iterable[Table], reading: str) -> str:
    """A page on the run and its columns, as Markdown; `reading`: how the files are read."""
    said = about(run)
    lines = [f"# {said['title']}", "", *(f"- {key}: {value}" for key, value in said.items() if value), "", reading, ""]
    for table in tables:
        lines += [f"## {table.name}", "", f"{description(table)}; {table.rows} rows.", ""]
        lines += [_row(COLUMN_FIELDS[1:]), _row(["---"] * (len(COLUMN_FIELDS) - 1))]
        lines += [*(_row(row[1:]) for row in column_rows([table])), ""]
    return "\n".join(lines)


def _row(cells: Iterable[Any]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
