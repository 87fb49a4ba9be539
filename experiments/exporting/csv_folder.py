"""CSV: a file for each table, UTF-8, text in quotes, a missing value nothing at all, numbers to their last digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyarrow import csv

from nqpf.experiments.exporting.folder import accompany

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nqpf.experiments.exporting.source import Source, Table

_READING = """Text stands in quotes, a missing value is empty, numbers carry every digit that they have. pandas keeps
codes as text, and all types, with

```python
types = {{"text": str, "int64": "Int64", "float64": float}}
columns = json.loads(pathlib.Path("schema.json").read_text(encoding="utf-8"))["{table}"]
frame = pd.read_csv(
    "{table}.csv",
    dtype={{c["name"]: types[c["type"]] for c in columns if c["type"] in types}},
    parse_dates=[c["name"] for c in columns if c["type"] == "time"],
)
```

and numbers to the last digit from its version 3.1 on; before, it also wants `float_precision="round_trip"`."""


def write(source: Source, tables: Sequence[Table], place: Path, wrote: Callable[[int], None]) -> None:
    """Write every table as `<table>.csv`, and what accompanies them."""
    for table in tables:
        with csv.CSVWriter(place / f"{table.name}.csv", table.schema) as writer:
            for batch in table.batches():
                writer.write_batch(batch)
                wrote(batch.num_rows)
    accompany(source, tables, place, "csv", _READING.format(table=tables[0].name))
