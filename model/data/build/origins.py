"""Table `origins`: what each shipped column is, where it comes from and under which terms."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd


def origins() -> pd.DataFrame:
    """One row a column of every other table, from `origins.toml`."""
    text = Path(__file__).with_name("origins.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    sources = tables.pop("sources")
    rows = [
        {
            "table": table,
            "column": column,
            "status": entry["status"],
            "unit": entry.get("unit", ""),
            "meaning": entry["meaning"],
            "rule": entry.get("rule", ""),
            "source": "; ".join(sources[key]["name"] for key in entry["sources"]),
            "licence": "; ".join(dict.fromkeys(sources[key]["licence"] for key in entry["sources"])),
        }
        for table, columns in tables.items()
        for column, entry in columns.items()
    ]
    return pd.DataFrame(rows)
