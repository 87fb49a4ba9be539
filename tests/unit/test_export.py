"""Exports: every format gives back every value to the bit, and leaves nothing half done."""

import json
import os
import pathlib
import re
import signal
from contextlib import contextmanager
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

from nqpf.experiments import open_run, run
from nqpf.experiments.cli import build
from nqpf.experiments.commands.export import _Form
from nqpf.experiments.exporting import FORMATS, duckdb_file, export, of_run, workbook
from nqpf.experiments.exporting.formats import opened_at, source_of
from nqpf.experiments.exporting.netcdf_file import DIMENSIONS
from nqpf.model.economy import RegionalEconomy
from nqpf.model.errors import InputError
from nqpf.model.recorder import DETAILS, Recorder, table_files
from nqpf.model.recorder.columns import Column
from nqpf.model.scenario import Scenario

pytestmark = pytest.mark.usefixtures("small_economies")

QUARTERS = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished run of five quarters with every table; not to be written to."""
    folder = tmp_path_factory.mktemp("export") / "run"
    run("china", quarters=QUARTERS, seed=3, levers={"equity_integration": 0.6}, out=folder, detail="firm")
    return folder


@pytest.fixture(scope="module")
def going_on(tmp_path_factory):
    """A run of four quarters that was killed when two were whole and the third was not; not to be written to."""
    folder = tmp_path_factory.mktemp("export") / "going-on"
    folder.mkdir()
    economy = RegionalEconomy(Scenario.load("china", quarters=4))
    recorder = Recorder(economy, folder, "city", None).__enter__()
    for _ in range(3):
        economy.step()
        recorder.record()
    (folder / "nation.parquet" / "2024Q3.parquet").unlink()
    return folder


def stored(folder, table, last=None):
    """A table as the run has it."""
    return pq.read_table(table_files(folder, table, last), schema=exported(folder, table).schema)


def exported(folder, table):
    """A table as it is exported."""
    return next(t for t in source_of(opened_at(folder)).tables() if t.name == table)


def from_csv(out, table):
    """Read back with the types of schema.json."""
    types = {column.name: column.arrow for column in table.columns}
    convert = csv.ConvertOptions(
        column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
    )
    parse = csv.ParseOptions(newlines_in_values=True)
    return csv.read_csv(out / f"{table.name}.csv", convert_options=convert, parse_options=parse)


def from_parquet(out, table):
    """Read back as it is."""
    return pq.read_table(out / f"{table.name}.parquet").replace_schema_metadata(None)


def from_netcdf(out, table):
    """Arrays made rows again by their labels; numbers as the file holds them, missing ones by their mark."""
    with xr.open_dataset(out, group=table.name, mask_and_scale=False) as data:
        data.load()
    columns = {}
    along = ("quarter", *DIMENSIONS[table.name]) if table.name in DIMENSIONS else ("row",)
    for column in table.columns:
        values = data[column.name].broadcast_like(data[table.columns[-1].name]).transpose(*along).to_numpy().ravel()
        missing = values == "" if column.type == "text" else values == data[column.name].attrs.get("_FillValue")
        masked = missing if column.type != "float64" else None
        columns[column.name] = pa.array(values, column.arrow, mask=masked, from_pandas=False)
    return pa.table(columns)


def from_duckdb(out, table):
    """Read back in the order in which rows were put in."""
    with duckdb.connect(str(out), read_only=True) as database:
        return database.sql(f'SELECT * FROM "{table.name}"').to_arrow_table()  # noqa: S608 (our own)


def from_xlsx(out, table):
    """Cells of a sheet under its head, with the types of the sheet `columns`."""
    with out.open("rb") as file:  # by its name it would want a suffix
        head, *rows = openpyxl.load_workbook(file, read_only=True)[table.name].iter_rows(values_only=True)
    columns = zip(*rows, strict=True) if rows else [()] * len(head)
    kinds = {"text": str, "int64": int, "float64": float}
    made = {}
    for column, values in zip(table.columns, columns, strict=True):
        assert {type(v) for v in values if v is not None} <= {kinds[column.type]}, column.name
        made[column.name] = pa.array(values, column.arrow)
    assert head == tuple(made)
    return pa.table(made)


READERS = {
    "csv": from_csv,
    "parquet": from_parquet,
    "netcdf": from_netcdf,
    "duckdb": from_duckdb,
    "xlsx": from_xlsx,
}


def same_bits(one, other):
    """Whether two tables have the same columns, types and values; floats by their bits."""
    assert one.schema.names == other.schema.names
    assert one.schema.types == other.schema.types
    for name in one.schema.names:
        a, b = (t[name].combine_chunks() for t in (one, other))
        if pa.types.is_floating(a.type):
            a, b = (values.to_numpy(zero_copy_only=False).view(np.int64).tolist() for values in (a, b))
        else:
            a, b = a.to_pylist(), b.to_pylist()
        assert a == b, name
    return True


@pytest.mark.parametrize("rows", [of_run.BATCH_ROWS, 7], ids=["whole", "in-small-batches"])
@pytest.mark.parametrize("form", FORMATS)
def test_every_value_comes_back(folder, tmp_path, monkeypatch, form, rows):
    """Read back, every table has the run's columns, types and values to the bit, however it was cut into batches."""
    monkeypatch.setattr(of_run, "BATCH_ROWS", rows)
    told = []
    done = export(folder, form, tmp_path / "out", after=lambda *wrote: told.append(wrote))
    tables = source_of(opened_at(folder)).tables()
    assert [table.name for table in tables] == list(done.rows)
    assert set(done.rows) == set(DETAILS["firm"])
    assert done.rows == open_run(folder).info["rows"]
    assert not done.left_out
    for table in tables:
        assert same_bits(READERS[form](tmp_path / "out", table), stored(folder, table.name)), table.name
    assert told == sorted(told)
    assert told[-1] == (sum(done.rows.values()),) * 2


AWKWARD = {
    "quarter": ["2024Q1", "2024Q1", "2024Q2", "2024Q2"],
    "city": [None, "110000", 'a,b\n“c” "d"', "长三角"],
    "detail": ["=1+1", " spaces ", "{}", "x" * 300],
    "firm": [None, 2**53 - 1, -1 - 2**40, 0],
    "amount": [0.1 + 0.2, 5e-324, -0.0, 1.7976931348623157e308],
    "share": [float("nan"), float("inf"), float("-inf"), 1 / 3],
}


@pytest.mark.parametrize("form", FORMATS)
def test_awkward_values_come_back(folder, tmp_path, form):
    """Missing values, quotes, line ends, Chinese, formulas, the smallest and largest numbers are what they were."""
    kinds = {"firm": "int64", "amount": "float64", "share": "float64"}
    columns = tuple(
        Column(name, kinds.get(name, "text"), "", "any") for name in AWKWARD if form != "xlsx" or name != "share"
    )
    table = of_run.StoredTable("events", columns, 4, "any", (tmp_path / "events.parquet",), 2)
    rows = pa.table({column.name: pa.array(AWKWARD[column.name], column.arrow) for column in columns})
    pq.write_table(rows, table.files[0], store_schema=False)
    module = __import__(f"nqpf.experiments.exporting.{FORMATS[form].module}", fromlist=["write"])
    out = tmp_path / "out"
    if FORMATS[form].folder:
        out.mkdir()
    module.write(source_of(opened_at(folder)), [table], out, lambda _rows: None)
    assert same_bits(READERS[form](out, table), rows)


@pytest.mark.parametrize("table", ["cities", "events"])
def test_pandas_reads_csv_as_the_page_beside_it_says(folder, tmp_path, monkeypatch, table):
    """The lines in README.md keep codes as text, types, and numbers to the last digit."""
    export(folder, "csv", tmp_path / "out")
    monkeypatch.chdir(tmp_path / "out")
    (code,) = re.findall(r"```python\n(.*?)```", Path("README.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"json": json, "pathlib": pathlib, "pd": pd}
    exec(code.replace("nation", table), names)  # noqa: S102 (our own text)
    expected = stored(folder, table).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    pd.testing.assert_frame_equal(names["frame"], expected, check_exact=True)


def test_what_is_not_whole_stays_behind(going_on, tmp_path):
    """Of a run that was cut off the quarters that are whole are written, and that they are not all is said."""
    done = CliRunner().invoke(build(), ["export", str(going_on), "--format", "parquet", "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert done.stderr == f"nqpf: {going_on}: running: 2 of 4 quarters are finished\n"
    assert "cities            12 rows" in done.stdout
    for table in source_of(opened_at(going_on)).tables():
        back = from_parquet(tmp_path / "out", table)
        assert set(back["quarter"].to_pylist()) <= {"2024Q1", "2024Q2"}
        assert same_bits(back, stored(going_on, table.name, "2024Q2"))


def test_a_table_too_long_for_a_sheet_is_left_out(folder, tmp_path, monkeypatch):
    """What a sheet cannot hold is named with the reason and another way; the other tables are whole."""
    monkeypatch.setattr(workbook, "MOST_ROWS", open_run(folder).info["rows"]["flows"])  # no place for the head
    monkeypatch.setattr(workbook, "MOST_CHARACTERS", 30)  # a policy's detail is longer
    arguments = ["export", str(folder), "--format", "xlsx", "--out", str(tmp_path / "out.xlsx"), "--quiet"]
    done = CliRunner().invoke(build(), arguments)
    flows, events = done.stderr.splitlines()
    assert re.fullmatch(r"nqpf: flows left out: [\d,]+ rows, and a sheet holds [\d,]+; export it as .*", flows)
    assert re.fullmatch(
        r"nqpf: events left out: a text of \d+ characters, and a cell holds 30; export it as .*", events
    )
    assert (done.exit_code, done.stdout) == (0, "")
    sheets = openpyxl.load_workbook(tmp_path / "out.xlsx", read_only=True).sheetnames
    assert set(sheets) == {"about", "columns", *DETAILS["firm"]} - {"flows", "events"}


def refused(*arguments):
    """What is said when it cannot be done."""
    with pytest.raises(InputError) as fault:
        export(*arguments)
    assert "\n" not in str(fault.value)
    return str(fault.value)


def test_what_is_there_is_kept(folder, tmp_path, monkeypatch):
    """A folder that is not empty, a file, and one where the other should be are refused; an empty folder is taken."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("kept")
    (tmp_path / "empty").mkdir()
    assert "full: is not empty; choose another folder" in refused(folder, "csv", tmp_path / "full")
    assert "file: is a file; name a folder" in refused(folder, "parquet", tmp_path / "full" / "file")
    assert "file: exists already; choose another" in refused(folder, "duckdb", tmp_path / "full" / "file")
    assert "empty: is a folder; name a file" in refused(folder, "netcdf", tmp_path / "empty")
    assert "cannot be written" in refused(folder, "netcdf", tmp_path / "full" / "file" / "out.nc")
    assert (tmp_path / "full" / "file").read_text() == "kept"
    monkeypatch.chdir(tmp_path / "empty")
    export(folder, "csv", ".")
    export(folder, "csv", tmp_path / "made" / "on the way")
    assert (tmp_path / "empty" / "cities.csv").exists()


def test_what_is_no_run_is_refused(folder, tmp_path):
    """A folder without a run, one without a whole quarter and a format there is not are one line each."""
    assert "is neither a run directory nor a sweep's" in refused(tmp_path, "csv", tmp_path / "out")
    assert "no such folder" in refused(tmp_path / "none", "csv", tmp_path / "out")
    economy = RegionalEconomy(Scenario.load("china", quarters=4))
    (tmp_path / "begun").mkdir()
    Recorder(economy, tmp_path / "begun", "city", None).__enter__()
    assert "begun: no quarter is finished yet" in refused(tmp_path / "begun", "csv", tmp_path / "out")
    assert "unknown format 'excel'; give csv, parquet, netcdf, duckdb, xlsx" in refused(folder, "excel", tmp_path / "o")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def damaged(folder, tmp_path):
    """A copy of the run whose files may be spoilt."""
    copy = tmp_path / "damaged"
    copy.mkdir()
    for file in folder.iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    return copy


@pytest.mark.parametrize("form", FORMATS)
def test_a_spoilt_table_is_one_line_and_leaves_nothing(damaged, tmp_path, form):
    """Values that cannot be read, or a column that is not declared, name the file, and no part of the export stays."""
    whole = (damaged / "flows.parquet").read_bytes()
    (damaged / "flows.parquet").write_bytes(b"PAR1" + bytes(len(whole) // 2) + whole[len(whole) // 2 + 4 :])
    before = set(tmp_path.iterdir())
    assert re.search(r"flows.parquet: cannot be read: .*; restore it", refused(damaged, form, tmp_path / "out"))
    (damaged / "flows.parquet").write_bytes((damaged / "nation.parquet").read_bytes())
    assert "flows.parquet: its columns are not those of schema.json" in refused(damaged, form, tmp_path / "out")
    (damaged / "flows.parquet").unlink()
    assert "flows.parquet: is missing" in refused(damaged, form, tmp_path / "out")
    (damaged / "schema.json").write_text("[]")
    assert "schema.json: is not what a run writes" in refused(damaged, form, tmp_path / "out")
    assert set(tmp_path.iterdir()) == before


def test_rows_out_of_order_are_no_arrays(damaged, tmp_path):
    """Places in another order in one quarter, or keys that make no grid, are refused by netCDF, which has no keys."""
    rows = stored(damaged, "cities")
    last = list(range(6 * (QUARTERS - 1))) + list(range(6 * QUARTERS - 1, 6 * (QUARTERS - 1) - 1, -1))
    pq.write_table(rows.take(last), damaged / "cities.parquet", store_schema=False)
    assert "rows are not those of the first" in refused(damaged, "netcdf", tmp_path / "out")
    pq.write_table(rows, damaged / "cities.parquet", store_schema=False)
    sectors = stored(damaged, "sectors")
    pq.write_table(sectors.take([*range(1, len(sectors)), 0]), damaged / "sectors.parquet")
    assert re.search(r"sectors.parquet: (rows|a quarter's)", refused(damaged, "netcdf", tmp_path / "out"))


def test_a_full_disk_is_one_line_and_leaves_nothing(folder, tmp_path, monkeypatch):
    """What the disk refuses half-way is told with the path, whoever was writing."""

    def refuses(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nqpf.experiments.exporting.csv_folder.accompany", refuses)
    assert "out: cannot be written: No space left on device" in refused(folder, "csv", tmp_path / "out")
    full = duckdb.IOException("IO Error: No space left")
    monkeypatch.setattr(duckdb_file, "_fill", lambda *_: (_ for _ in ()).throw(full))
    assert "out: cannot be written: IO Error: No space left" in refused(folder, "duckdb", tmp_path / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", FORMATS)
def test_an_interrupted_export_leaves_nothing(folder, tmp_path, form):
    """What stops it half-way comes out as it is, whatever library was at work."""

    def stops(written, _asked):
        if written > 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(folder, form, tmp_path / "out", after=stops)
    assert not list(tmp_path.iterdir())


def test_a_signal_ends_the_command(folder, tmp_path, monkeypatch):
    """SIGTERM is acted on after a batch: one line, the shell's exit code for it, and no part of the export."""

    @contextmanager
    def told(**_):
        yield lambda *_: os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("nqpf.experiments.simulate.bar", told)
    arguments = ["export", str(folder), "--format", "duckdb", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(build(), arguments)
    assert done.exit_code == 143
    assert done.stderr == f"nqpf: stopped; nothing is left at {tmp_path / 'out'}\n"
    assert not list(tmp_path.iterdir())


def test_a_missing_library_is_named(folder, tmp_path, monkeypatch):
    """Without the library that a format needs it says how to get it."""

    def missing(_name):
        raise ModuleNotFoundError(name="netCDF4")

    monkeypatch.setattr("nqpf.experiments.exporting.formats.import_module", missing)
    assert refused(folder, "netcdf", tmp_path / "out").startswith("netCDF4: is not installed, and netcdf needs it; pip")


def test_the_command_knows_every_format():
    """`--format` takes what there is."""
    assert [form.value for form in _Form] == list(FORMATS)
