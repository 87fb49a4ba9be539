"""Parquet: a file for each table, also of a run that is still in parts; unit and meaning stand with each column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from nqpf.experiments.exporting.folder import accompany

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa

    from nqpf.experiments.exporting.source import Source, Table

_READING = """Unit, meaning, equation and source of a column are the metadata of its field:

```python
pyarrow.parquet.read_schema("{file}").field("{column}").metadata[b"unit"]
```"""


def write(source: Source, tables: Sequence[Table], place: Path, wrote: Callable[[int], None]) -> None:
    """Write every table as `<table>.parquet`, and what accompanies them."""
    for table in tables:
        schema = _told(table)
        # Compression as in the run's own tables, see `model.recorder.parts`.
        numbers = {column.name: "BYTE_STREAM_SPLIT" for column in table.columns if column.type == "float64"}
        with pq.ParquetWriter(
            place / f"{table.name}.parquet",
            schema,
            compression="zstd",
            use_dictionary=table.texts,
            column_encoding=numbers,
        ) as writer:
            for batch in table.batches():
                writer.write_batch(batch.cast(schema))
                wrote(batch.num_rows)
    measured = next((c.name for c in reversed(tables[0].columns) if c.unit), tables[0].columns[-1].name)
    reading = _READING.format(file=f"{tables[0].name}.parquet", column=measured)
    accompany(source, tables, place, "parquet", reading)


def _told(table: Table) -> pa.Schema:
    """The table's schema with what is declared of each column."""
    schema = table.schema
    for at, column in enumerate(table.columns):
        said = {key: getattr(column, key) for key in ("unit", "meaning", "equation", "source")}
        schema = schema.set(at, schema.field(at).with_metadata({key: text for key, text in said.items() if text}))
    return schema
