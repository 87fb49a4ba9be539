"""What stands beside the tables of an exported folder: what made them, and what every column is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from nqpf.experiments.exporting.about import description, readme
from nqpf.model.recorder import RUN_JSON
from nqpf.model.recorder.crate import crate
from nqpf.model.recorder.files import write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nqpf.experiments.exporting.source import Table
    from nqpf.experiments.store import Run


def accompany(run: Run, tables: Sequence[Table], place: Path, suffix: str, reading: str) -> None:
    """Write README.md, schema.json, run.json and an RO-Crate; `reading`: how the files are read, as Markdown."""
    write_json(place / RUN_JSON, run.info)
    write_json(place / "schema.json", {table.name: [asdict(column) for column in table.columns] for table in tables})
    (place / "README.md").write_text(readme(run, tables, reading), encoding="utf-8")
    files = {f"{table.name}.{suffix}": description(table) for table in tables}
    described = crate(run.info, {**files, "README.md": "Columns and how to read them"}, in_parts=False)
    write_json(place / "ro-crate-metadata.json", described)
