"""What stands beside the tables of an exported folder: what made them, and what every column is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from nqpf.experiments.exporting.about import readme
from nqpf.model.recorder.files import write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nqpf.experiments.exporting.source import Source, Table


def accompany(source: Source, tables: Sequence[Table], place: Path, suffix: str, reading: str) -> None:
    """Write README.md, schema.json, the record and an RO-Crate; `reading`: how the files are read, as Markdown."""
    write_json(place / source.record_name, source.record)
    write_json(place / "schema.json", {table.name: [asdict(column) for column in table.columns] for table in tables})
    (place / "README.md").write_text(readme(source, tables, reading), encoding="utf-8")
    files = {f"{table.name}.{suffix}": table.description for table in tables}
    described = source.crate({**files, "README.md": "Columns and how to read them"})
    write_json(place / "ro-crate-metadata.json", described)
