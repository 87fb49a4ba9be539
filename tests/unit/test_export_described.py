"""What exports say of themselves: columns in each format's own way, and research-object crates."""

import json
import re
from types import SimpleNamespace

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr
from rocrate.rocrate import ROCrate

from nqpf.experiments import open_run, run
from nqpf.experiments.exporting import FORMATS, export
from nqpf.model.economy import RegionalEconomy
from nqpf.model.recorder import Recorder
from nqpf.model.scenario import Scenario

pytestmark = pytest.mark.usefixtures("small_economies")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished run of two quarters with every table; not to be written to."""
    folder = tmp_path_factory.mktemp("described") / "run"
    run("china", quarters=2, seed=3, levers={"equity_integration": 0.6}, out=folder, detail="firm")
    return folder


@pytest.fixture(scope="module")
def going_on(tmp_path_factory):
    """A run of four quarters that was killed after one; not to be written to."""
    folder = tmp_path_factory.mktemp("described") / "going-on"
    folder.mkdir()
    economy = RegionalEconomy(Scenario.load("china", quarters=4))
    recorder = Recorder(economy, folder, "city", None).__enter__()
    economy.step()
    recorder.record()
    return folder


def units_of_csv(out):
    """Units by column of the cities in schema.json; README.md has a row for each."""
    page = (out / "README.md").read_text(encoding="utf-8")
    columns = json.loads((out / "schema.json").read_text(encoding="utf-8"))["cities"]
    assert all(f"| {c['name']} | {c['type']} | {c['unit']} | {c['meaning']} |" in page for c in columns)
    return {c["name"]: c["unit"] for c in columns}


def units_of_parquet(out):
    """Units by column in the metadata of fields."""
    schema = pq.read_schema(out / "cities.parquet")
    assert all(field.metadata[b"meaning"] for field in schema)
    return {field.name: field.metadata.get(b"unit", b"").decode() for field in schema}


def units_of_netcdf(out):
    """Units by variable of the group; every one has its long name."""
    with xr.open_datatree(out) as tree:
        assert tree.attrs["scenario"] == "china"
        assert tree["regions"]["level"].dims == ("region",)
        assert "level" in tree["regions"].coords
        data = tree["cities"]
        assert data["gdp"].dims == ("quarter", "city")
        assert data["gdp"].attrs["equation"]
        assert all(data[name].attrs["long_name"] for name in data.variables)
        return {name: data[name].attrs.get("units", "") for name in data.variables}


def units_of_duckdb(out):
    """Units by column in the table `columns`; comments are on tables and columns."""
    with duckdb.connect(str(out), read_only=True) as database:
        query = "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'cities'"
        comments = dict(database.execute(query).fetchall())
        assert comments["gdp"].endswith("[CNY million / quarter, 2020 prices]")
        assert all(comments.values())
        assert dict(database.execute("FROM about").fetchall())["scenario"] == "china"
        (said,) = database.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'cities'").fetchone()
        assert said == "Measures of places by quarter"
        return dict(database.execute("""SELECT "column", unit FROM columns WHERE "table" = 'cities'""").fetchall())


def units_of_xlsx(out):
    """Units by column in the sheet `columns`; the sheet `about` says which run it was."""
    about = pd.read_excel(out, sheet_name="about", index_col="key")["value"]
    assert about["scenario"] == "china"
    columns = pd.read_excel(out, sheet_name="columns", keep_default_na=False)
    columns = columns[columns["table"] == "cities"]
    assert columns["meaning"].all()
    return dict(zip(columns["column"], columns["unit"], strict=True))


@pytest.mark.parametrize("form", FORMATS)
def test_every_column_is_told(folder, tmp_path, form):
    """Unit and meaning of each column go with the values, in the format's own way."""
    export(folder, form, tmp_path / "out")
    units = globals()[f"units_of_{form}"](tmp_path / "out")
    assert units == {column["name"]: column["unit"] for column in open_run(folder).schema["cities"]}


def crate_of(folder):
    """A crate as the reference library reads it, and what is wrong with it by the specification's own rules."""
    crate = ROCrate(folder)
    graph = {e["@id"]: e for e in json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]}
    referred = set(re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(list(graph.values()))))
    absent = {e.id for e in crate.data_entities if not (folder / e.id).exists()}
    return SimpleNamespace(
        crate=crate, graph=graph, dangling=referred - set(graph) - {"https://w3id.org/ro/crate/1.1"}, absent=absent
    )


def test_crates_are_research_objects(folder, going_on, tmp_path):
    """Crates of runs and of exported folders load, describe all they refer to, and say what 1.1 asks for."""
    export(folder, "csv", tmp_path / "csv")
    export(going_on, "parquet", tmp_path / "parquet")
    for where in (folder, going_on, tmp_path / "csv", tmp_path / "parquet"):
        read = crate_of(where)
        assert (read.dangling, read.absent) == (set(), set()), where
        root = read.crate.root_dataset
        assert root.datePublished.year > 2000
        assert root["description"]
        assert root["license"]["name"] == "MIT License"
        assert root["conformsTo"]["version"] == "0.5"
        described = {e.id.rstrip("/") for e in read.crate.data_entities} | {"ro-crate-metadata.json", "checkpoint"}
        assert described >= {file.name for file in where.iterdir()} - {".work"}, where
    ended = [crate_of(where).graph["#run"].get("actionStatus") for where in (folder, going_on)]
    assert ended == ["http://schema.org/CompletedActionStatus", None]
    assert crate_of(going_on).graph["cities.parquet/"]["@type"] == "Dataset"
    assert crate_of(tmp_path / "parquet").graph["cities.parquet"]["@type"] == "File"
