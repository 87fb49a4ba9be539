"""Sweeps are exported as they are, finished or not: every value comes back, and nothing half done is left."""

import importlib.util
import json
import re
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xarray as xr
from pyarrow import csv
from typer.testing import CliRunner

from nqpf.experiments import open_sweep
from nqpf.experiments.cli import build
from nqpf.experiments.exporting import FORMATS, export, of_sweep, source, workbook
from nqpf.experiments.exporting.netcdf_variables import check_names
from nqpf.experiments.sweeping import folder as folders
from nqpf.model.errors import InputError
from nqpf.model.recorder.columns import Column

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


def stored(folder, table, schema):
    """A table as the sweep has it."""
    order = {"runs": "run", "series": "run, file_row_number", "attempts": "run, attempt"}[table]
    star = "* EXCLUDE (file_row_number)"
    return open_sweep(folder).arrow(f"SELECT {star} FROM rows_of_{table} ORDER BY {order}").cast(schema)  # noqa: S608 (our own)


def schema_of(folder, table):
    """Names and types as `schema.json` has them."""
    types = {"text": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "time": pa.timestamp("ms", tz="UTC")}
    said = json.loads((folder / "schema.json").read_text(encoding="utf-8"))[table]
    return pa.schema([(column["name"], types[column["type"]]) for column in said])


def from_csv(out, table, schema):
    """Read back with the types of schema.json."""
    convert = csv.ConvertOptions(
        column_types=schema, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
    )
    assert schema_of(out, table) == schema
    return csv.read_csv(out / f"{table}.csv", convert_options=convert)


def from_parquet(out, table, schema):
    """Read back as it is."""
    assert schema_of(out, table) == schema
    return pq.read_table(out / f"{table}.parquet").replace_schema_metadata(None)


def from_duckdb(out, table, schema):
    """Read back in the order in which rows were put in."""
    with duckdb.connect(str(out), read_only=True) as database:
        return database.sql(f"SELECT * FROM {table}").to_arrow_table().cast(schema)  # noqa: S608 (our own)


def from_xlsx(out, table, schema):
    """Cells of a sheet under its head; moments are UTC."""
    with out.open("rb") as file:  # by its name it would want a suffix
        head, *rows = openpyxl.load_workbook(file, read_only=True)[table].iter_rows(values_only=True)
    assert list(head) == schema.names
    values = zip(
        *((*row, *[None] * (len(head) - len(row))) for row in rows), strict=True
    )  # rows end with their last value
    return pa.table([pa.array(column, field.type) for column, field in zip(values, schema, strict=True)], schema=schema)


READERS = {"csv": from_csv, "parquet": from_parquet, "duckdb": from_duckdb, "xlsx": from_xlsx}


def same_bits(one, other):
    """Whether two tables have the same columns, types and values; floats by their bits."""
    assert one.schema == other.schema
    for name in one.schema.names:
        a, b = (table[name].combine_chunks() for table in (one, other))
        if pa.types.is_floating(a.type):
            assert a.is_null().to_pylist() == b.is_null().to_pylist(), name
            a, b = (x.fill_null(0.0).to_numpy().view(np.int64) for x in (a, b))
        assert a.tolist() == b.tolist(), name
    return True


@pytest.mark.parametrize("asked", [1 << 22, 300], ids=["at-once", "some-runs-at-a-time"])
@pytest.mark.parametrize("which", ["whole", "killed"])
@pytest.mark.parametrize("form", READERS)
def test_every_value_comes_back(request, tmp_path, monkeypatch, form, which, asked):
    """All that is finished, in files and in parts, has its columns, types and values to the bit, by run."""
    monkeypatch.setattr(of_sweep, "_ASKED_VALUES", asked)
    monkeypatch.setattr(source, "BATCH_ROWS", 1 << 16 if asked > 300 else 7)
    folder, told = request.getfixturevalue(which), []
    done = export(folder, form, tmp_path / "out", after=lambda *wrote: told.append(wrote))
    assert tuple(done.rows) == made_sweeps.TABLES
    for table in made_sweeps.TABLES:
        schema = schema_of(folder, table)
        back = READERS[form](tmp_path / "out", table, schema)
        assert same_bits(back, stored(folder, table, schema)), table
        assert done.rows[table] == len(back)
    assert told[-1] == (sum(done.rows.values()),) * 2
    runs = {"whole": 24, "killed": made_sweeps.STOPPED_AFTER}[which]
    assert done.rows == {"runs": runs, "series": 12 * (runs - 1) - 4, "attempts": runs}


@pytest.mark.parametrize("batch", [1 << 16, 7])
@pytest.mark.parametrize("which", ["whole", "killed"])
def test_series_are_arrays_in_netcdf(request, tmp_path, monkeypatch, which, batch):
    """Over run, quarter and region stands each value where it belongs; factors are coordinates of the run."""
    monkeypatch.setattr(source, "BATCH_ROWS", batch)
    folder = request.getfixturevalue(which)
    export(folder, "netcdf", tmp_path / "out")
    swept = open_sweep(folder)
    series, runs = swept.series, swept.runs
    done = runs[runs["status"] == "done"]
    values = 0
    asked = {"nation": ["gdp", "theil", "population"], "macro_region": ["gdp", "nqpf"], "city": ["population"]}
    for level, measures in asked.items():
        with xr.open_dataset(tmp_path / "out", group=f"series/{level}") as data:
            assert list(data.data_vars) == measures
            assert data["run"].to_numpy().tolist() == done["run"].tolist()
            assert data["quarter"].to_numpy().tolist() == list(made_sweeps.QUARTERS)
            for factor in ("scenario", "hukou_easing", "parameters.migration.taste", "there", "point", "seed"):
                assert data[factor].dims == ("run",)
                assert factor in data.coords
                assert data[factor].to_numpy().tolist() == done[factor].tolist(), factor
            assert np.array_equal(data["switch_year"], done["switch_year"], equal_nan=True)
            assert data["west,_later"].attrs["column"] == "west, later"
            rows = series[series["level"] == level]
            labels = {"run": "run", "quarter": "quarter"} | ({} if level == "nation" else {"region": "region"})
            at = {name: xr.DataArray(rows[column].to_numpy()) for name, column in labels.items()}
            for measure in measures:
                assert np.array_equal(data[measure].sel(at), rows[measure]), (level, measure)
                assert data[measure].attrs["long_name"]
                values += int(data[measure].count())
    assert values == int(series[["gdp", "theil", "population", "nqpf"]].notna().to_numpy().sum())


@pytest.mark.parametrize("which", ["whole", "killed"])
def test_runs_and_attempts_in_netcdf(request, tmp_path, which):
    """Outcomes lie along the run, a run that failed has none; attempts are moments."""
    folder = request.getfixturevalue(which)
    export(folder, "netcdf", tmp_path / "out")
    swept = open_sweep(folder)
    runs, attempts = swept.runs, swept.attempts
    with xr.open_datatree(tmp_path / "out") as tree:
        data = tree["runs"]
        assert set(data.coords) == {"run", "point", "seed", *runs.columns[5:11].str.replace(" ", "_")}
        for outcome in ("gdp", "theil", "population", "gdp@west", "population@110000"):
            assert np.array_equal(data[outcome], runs[outcome], equal_nan=True), outcome
        assert data["status"].to_numpy().tolist() == runs["status"].tolist()
        assert data["error"].to_numpy().tolist() == runs["error"].fillna("").tolist()
        assert np.isnan(data["gdp"].sel(run=made_sweeps.FAILS))
        moments = attempts["started"].dt.tz_localize(None)
        assert (pd.to_datetime(tree["attempts"]["started"].values) == moments).all()
        assert tree.attrs["design"] == "lhs"


def test_what_is_written_meanwhile_changes_nothing(path, tmp_path, monkeypatch):
    """Of a sweep that goes on while it is exported come the runs that were made at the start, from parts or files."""
    monkeypatch.setattr(of_sweep, "_ASKED_VALUES", 300)
    with monkeypatch.context() as patch:
        patch.setattr(folders.SweepFolder, "close", lambda _store: None)
        patch.setattr(folders.SweepFolder, "merge_if_due", lambda _store: None)
        made_sweeps.go(path, tmp_path / "x", made_sweeps.STOPPED_AFTER)
    schema = schema_of(tmp_path / "x", "series")
    before = stored(tmp_path / "x", "series", schema)
    merged = []

    def goes_on(written, _asked):
        if written > made_sweeps.STOPPED_AFTER and not merged:
            with monkeypatch.context() as patch:  # what had failed is done now, between runs that are exported
                patch.setattr(made_sweeps.Workers, "failing", frozenset())
                merged.append(made_sweeps.go(path, tmp_path / "x"))

    done = export(tmp_path / "x", "parquet", tmp_path / "out", after=goes_on)
    assert merged
    assert done.unfinished == f"running: {made_sweeps.STOPPED_AFTER} of 24 runs are made"
    assert same_bits(from_parquet(tmp_path / "out", "series", schema), before)
    assert len(open_sweep(tmp_path / "x").runs) == 24


@pytest.mark.parametrize("form", FORMATS)
def test_a_sweep_that_failed_altogether_is_written(tmp_path, monkeypatch, form):
    """Without any series the runs with their errors are there all the same."""
    file = tmp_path / "mine.toml"
    factor = 'mine = { lever = "protection", values = [0.1, 0.2], from = "2025Q1" }'
    text = f'scenario = "china"\ndesign = "grid"\nseeds = 1\noutcomes = ["gdp"]\n[factors]\n{factor}\n'
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(made_sweeps.Workers, "failing", frozenset({0, 1}))
    folder = made_sweeps.go(file, tmp_path / "x")
    done = export(folder, form, tmp_path / "out")
    assert done.rows == {"runs": 2, "series": 0, "attempts": 2}
    assert schema_of(folder, "runs").field("mine").type == pa.float64()
    if form == "netcdf":
        with xr.open_dataset(tmp_path / "out", group="runs") as data:
            assert sorted(data["mine"].to_numpy().tolist()) == [0.1, 0.2]
    else:
        back = READERS[form](tmp_path / "out", "runs", schema_of(folder, "runs"))
        assert back["error"].to_pylist() == ['ArithmeticError: "bad", very bad'] * 2


def test_the_command_takes_sweeps(killed, tmp_path, monkeypatch):
    """What is not made yet, and what no sheet holds, is said; the rest is written."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 100)
    arguments = ["export", str(killed), "--format", "xlsx", "--out", str(tmp_path / "out.xlsx")]
    done = CliRunner().invoke(build(), arguments)
    assert done.exit_code == 0, done.output
    first, second = done.stderr.splitlines()
    assert first == f"nqpf: {killed}: running: {made_sweeps.STOPPED_AFTER} of 24 runs are made"
    assert re.fullmatch(r"nqpf: series left out: 224 rows, and a sheet holds 99; export it as .*", second)
    assert openpyxl.load_workbook(tmp_path / "out.xlsx", read_only=True).sheetnames == [
        *("about", "columns", "runs", "attempts")
    ]


def test_what_cannot_be_read_is_one_line_and_leaves_nothing(path, tmp_path):
    """No run yet, a schema that is none or lacks a column, a spoilt table, series that have gone: one line each."""

    def refused(folder):
        with pytest.raises(InputError) as fault:
            export(folder, "csv", tmp_path / "out")
        assert "\n" not in str(fault.value)
        assert not (tmp_path / "out").exists()
        return str(fault.value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nqpf.experiments.sweeping.conduct.tasks", lambda _experiment: [])
        assert "no run is finished yet" in refused(made_sweeps.go(path, tmp_path / "none"))
    folder = made_sweeps.go(path, tmp_path / "x")
    said = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    (folder / "schema.json").write_text("[]", encoding="utf-8")
    assert "schema.json: is not what a sweep writes" in refused(folder)
    (folder / "schema.json").write_text(json.dumps({**said, "series": said["series"][:-1]}), encoding="utf-8")
    assert "columns of series are not those of schema.json" in refused(folder)
    (folder / "schema.json").write_text(json.dumps(said), encoding="utf-8")
    held = (folder / "series" / "000000.parquet").read_bytes()
    pq.write_table(pq.read_table(folder / "series").slice(30), folder / "series" / "000000.parquet")
    assert "has no series of some runs that are done" in refused(folder)
    (folder / "series" / "000000.parquet").write_bytes(held[:-100])
    assert "cannot be read" in refused(folder)
    (folder / "series" / "000000.parquet").unlink()
    assert "has no series" in refused(folder)


def test_names_that_netcdf_cannot_tell_apart_are_refused():
    """Spaces and slashes become underscores there: two columns that would be one are told, with other formats."""
    columns = [Column(name, "float64", "", "") for name in ("a_b", "c", "a b")]
    check_names(columns[:2])
    with pytest.raises(InputError, match="'a_b' and 'a b' would have one name in netCDF; give --format parquet"):
        check_names(columns)
