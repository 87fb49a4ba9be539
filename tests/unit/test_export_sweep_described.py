"""Sweeps and what is exported of them say what their columns mean and what made them."""

import importlib.util
import json
import re
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xarray as xr
from rocrate.rocrate import ROCrate

from nqpf.experiments import open_sweep
from nqpf.experiments.exporting import FORMATS, export
from nqpf.model.levers import LEVERS
from nqpf.model.measures import CITY, NATION
from nqpf.model.parameters import Parameters

_SPEC = importlib.util.spec_from_file_location("nqpf_tests_made_sweeps", Path(__file__).with_name("made_sweeps.py"))
made_sweeps = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made_sweeps)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The experiment's file."""
    file = tmp_path_factory.mktemp("sweeps") / "mine.toml"
    file.write_text(made_sweeps.EXPERIMENT, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def whole(path):
    """A finished sweep of 24 runs, one of which has failed; not to be written to."""
    return made_sweeps.go(path, path.parent / "whole")


@pytest.fixture(scope="module")
def killed(path):
    """A sweep that was killed; not to be written to."""
    return made_sweeps.leave_killed(path, path.parent / "killed")


def schema_of(folder, table):
    """Names and types as `schema.json` has them."""
    types = {"text": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "time": pa.timestamp("ms", tz="UTC")}
    said = json.loads((folder / "schema.json").read_text(encoding="utf-8"))[table]
    return pa.schema([(column["name"], types[column["type"]]) for column in said])


def test_every_column_is_described(whole):
    """`schema.json` has each column of the tables with its type there, and unit and meaning as declared."""
    said = json.loads((whole / "schema.json").read_text(encoding="utf-8"))
    assert said == open_sweep(whole).schema
    keys = {"name", "type", "unit", "meaning", "equation", "source"}
    assert all(set(column) == keys and column["meaning"] for columns in said.values() for column in columns)
    for table, file in {
        "runs": "runs.parquet",
        "series": "series/000000.parquet",
        "attempts": "attempts.parquet",
    }.items():
        assert pq.read_schema(whole / file).equals(schema_of(whole, table)), table
    runs, series = ({column["name"]: column for column in said[table]} for table in ("runs", "series"))
    measures = {m.name: m for m in (*CITY, *NATION)}
    for name, measure, of in (
        ("gdp", "gdp", "the nation"),
        ("theil", "theil_gdp_per_head", "the nation"),
        ("gdp@west", "gdp", "region west"),
    ):
        declared = measures[measure]
        assert runs[name]["unit"] == declared.unit
        assert runs[name]["meaning"] == f"{declared.meaning}; of {of}, in the run's last quarter"
        assert runs[name]["equation"] == declared.equation
    assert series["theil"]["meaning"] == measures["theil_gdp_per_head"].meaning
    assert runs["switch_year"]["unit"] == LEVERS["switch_year"].unit
    assert "(switch_year): set everywhere, from the start on; missing: never" in runs["switch_year"]["meaning"]
    assert runs["hukou_easing"]["unit"] == LEVERS["hukou_easing.labour"].unit
    assert "(hukou_easing.labour)" in runs["hukou_easing"]["meaning"]
    assert "(hukou_easing.talent)" in runs["hukou_easing"]["meaning"]
    taste = type(Parameters().migration).model_fields["taste"]
    assert runs["parameters.migration.taste"]["meaning"].startswith(taste.description)
    assert runs["west, later"]["meaning"].endswith("(subsidy_cap): set in macro_region west, from 2026Q1 on")
    assert runs["there"]["meaning"] == (
        "Region (macro_region) where Protection of local sellers (protection) is 0.2, from the start on, "
        "until the quarter before the switch year (switch_year)"
    )


def described(folder):
    """What says what the folder holds."""
    return {name: (folder / name).read_bytes() for name in ("schema.json", "ro-crate-metadata.json", "sweep.json")}


def test_descriptions_depend_on_the_experiment_only(path, whole, tmp_path):
    """Made at one go or in two lives, the folder says the same; an older one opens and is completed on resuming."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_sweeps.Workers, "failing", frozenset())
        clean = made_sweeps.go(path, tmp_path / "clean")
        made_sweeps.go(path, tmp_path / "twice", made_sweeps.STOPPED_AFTER)
        assert b"FailedActionStatus" in described(tmp_path / "twice")["ro-crate-metadata.json"]
        made_sweeps.go(path, tmp_path / "twice")
    assert described(tmp_path / "twice") == described(clean)
    assert described(clean)["schema.json"] == described(whole)["schema.json"]
    before, schema = described(clean), open_sweep(clean).schema
    for name in ("schema.json", "ro-crate-metadata.json"):
        (clean / name).unlink()
    assert open_sweep(clean).schema == schema
    assert export(clean, "csv", tmp_path / "csv").rows["runs"] == 24
    made_sweeps.go(path, clean)
    assert described(clean) == before


def test_crates_are_research_objects(whole, killed, tmp_path):
    """Crates of sweeps and of exported folders load, describe every file and refer to nothing that is not there."""
    export(whole, "csv", tmp_path / "csv")
    export(killed, "parquet", tmp_path / "parquet")
    ends = []
    for where in (whole, killed, tmp_path / "csv", tmp_path / "parquet"):
        text = (where / "ro-crate-metadata.json").read_text(encoding="utf-8")
        crate, graph = ROCrate(where), {entity["@id"]: entity for entity in json.loads(text)["@graph"]}
        referred = set(re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(list(graph.values()))))
        assert referred <= {*graph, "https://w3id.org/ro/crate/1.1"}, where
        names = {entity.id.rstrip("/") for entity in crate.data_entities}
        assert names | {"ro-crate-metadata.json"} == {file.name for file in where.iterdir()} - {".lock"}, where
        assert crate.root_dataset["license"]["name"] == "MIT License"
        assert graph["#seeds"]["value"] == [4, 2]
        exported = where.parent == tmp_path
        assert ("datePublished" in graph["./"], "startTime" in graph["#run"]) == (exported, exported)
        assert bool(re.search(r"\d\d:\d\d", text)) == exported
        ends.append(graph["#run"].get("actionStatus", "").rpartition("/")[2])
    assert ends == ["CompletedActionStatus", "", "CompletedActionStatus", ""]
    assert graph["./"]["datePublished"] == "2026-01-02"


def test_columns_are_told_in_every_format(whole, tmp_path):
    """Unit and meaning of outcomes and factors go with the values, in the format's own way."""
    for form in FORMATS:
        export(whole, form, tmp_path / form)
    unit = "CNY million / quarter, 2020 prices"
    page = (tmp_path / "csv" / "README.md").read_text(encoding="utf-8")
    assert f"| gdp@west | float64 | {unit} | Real GDP" in page
    assert "24 runs, 12 points under 2 seeds: 23 done, 1 failed" in page
    assert pq.read_schema(tmp_path / "parquet" / "runs.parquet").field("gdp@west").metadata[b"unit"] == unit.encode()
    with duckdb.connect(str(tmp_path / "duckdb"), read_only=True) as database:
        comments = dict(database.execute("SELECT column_name, comment FROM duckdb_columns()").fetchall())
        assert comments["gdp@west"].endswith(f"of region west, in the run's last quarter [{unit}]")
        assert comments["west, later"].endswith("from 2026Q1 on [share of the place's GDP]")
        assert dict(database.execute("FROM about").fetchall())["design"] == "lhs"
    with xr.open_dataset(tmp_path / "netcdf", group="series/macro_region") as data:
        assert data["gdp"].attrs["units"] == unit
    columns = pd.read_excel(tmp_path / "xlsx", sheet_name="columns", keep_default_na=False).set_index(
        ["table", "column"]
    )
    assert columns.loc[("runs", "gdp@west"), "unit"] == unit


def test_pandas_reads_csv_as_the_page_beside_it_says(whole, tmp_path, monkeypatch):
    """The lines in README.md keep text, types, moments, and numbers to the last digit."""
    export(whole, "csv", tmp_path / "out")
    monkeypatch.chdir(tmp_path / "out")
    (code,) = re.findall(r"```python\n(.*?)```", Path("README.md").read_text(encoding="utf-8"), re.DOTALL)
    for table in made_sweeps.TABLES:
        names = {"json": json, "pathlib": __import__("pathlib"), "pd": pd}
        exec(code.replace("runs", table), names)  # noqa: S102 (our own text)
        expected = getattr(open_sweep(whole), table)
        for column in expected:
            back = names["frame"][column]
            assert back.isna().tolist() == expected[column].isna().tolist(), column
            known = expected[column].notna()
            assert back[known].tolist() == expected.loc[known, column].tolist(), column
