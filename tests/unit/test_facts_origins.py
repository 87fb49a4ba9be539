"""Every shipped column says where it comes from."""

from __future__ import annotations

import csv

import pandas as pd
import pytest

from nqpf.model.facts import DATA, SCHEMAS


@pytest.fixture(scope="module")
def origins() -> pd.DataFrame:
    """Table of origins."""
    return pd.read_csv(DATA / "origins.csv", keep_default_na=False)


def header(path) -> list[str]:
    """First line of a table."""
    with path.open(encoding="utf-8") as file:
        return next(csv.reader(file))


def test_each_column_has_one_row(origins):
    """Columns shipped and columns described are the same, each once."""
    shipped = {(path.stem, column) for path in DATA.glob("*.csv") if path.stem != "origins" for column in header(path)}
    described = list(zip(origins.table, origins.column, strict=True))
    assert len(described) == len(set(described))
    assert set(described) == shipped


def test_rows_are_complete(origins):
    """Each row has a status, a meaning, a source and a licence; what is not observed has a rule."""
    assert set(origins.status) == {"observed", "allocated", "assumed"}
    for column in ("meaning", "source", "licence"):
        assert (origins[column] != "").all()
    assert (origins.rule[origins.status != "observed"] != "").all()


def test_schemas_know_every_shipped_column():
    """What is shipped is what may be replaced: the same columns."""
    for path in DATA.glob("*.csv"):
        name = "start" if path.stem.startswith("start_") else path.stem
        if name in SCHEMAS:
            assert header(path) == [column.name for column in SCHEMAS[name].columns]


def test_flags_name_columns_of_their_table():
    """A flag is `column:rule` with a column of the same table."""
    for path in DATA.glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        if "flags" in table:
            flags = {flag for text in table["flags"] for flag in text.split(";") if flag}
            assert {flag.split(":")[0] for flag in flags} <= set(table.columns)
            assert all(flag.count(":") == 1 for flag in flags)
