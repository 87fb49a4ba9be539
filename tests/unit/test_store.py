"""Run directories: which folders are taken, which refused, and what opening one gives."""

import gc
import json
from pathlib import Path

import pandas as pd
import pytest

from nqpf.experiments import open_run
from nqpf.experiments.simulate import run, simulate
from nqpf.experiments.store import check_same, claimed, default_folder
from nqpf.model.errors import InputError
from nqpf.model.recorder import DETAILS, TABLES
from nqpf.model.scenario import Scenario

pytestmark = pytest.mark.usefixtures("small_economies")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished run of five quarters; not to be written to."""
    folder = tmp_path_factory.mktemp("store") / "run"
    run("china", quarters=5, seed=3, levers={"equity_integration": 0.6}, out=folder)
    return folder


def refusal(folder: Path, **changes) -> str:
    """What is said when the run is to go on as another."""
    detail = changes.pop("detail", "city")
    asked = {"quarters": 5, "seed": 3, "levers": {"equity_integration": 0.6}} | changes
    with pytest.raises(InputError) as fault:
        check_same(folder, open_run(folder).info, Scenario.load("china", **asked), detail)
    return str(fault.value)


def test_a_run_gives_its_tables_as_frames(folder):
    """Every table written is an attribute, read once, with the declared columns; one of a finer detail is refused."""
    opened = open_run(folder)
    for table in DETAILS["city"]:
        frame = getattr(opened, table)
        assert list(frame.columns) == [column.name for column in TABLES[table]]
        assert len(frame) == opened.info["rows"][table]
        assert getattr(opened, table) is frame
        pd.testing.assert_frame_equal(frame, pd.read_parquet(folder / f"{table}.parquet"))
    with pytest.raises(InputError, match="--detail city"):
        _ = opened.firms


def test_parts_of_a_table_can_be_read(folder):
    """Columns and rows can be chosen before anything is read."""
    opened = open_run(str(folder))
    some = opened.read("flows", ["origin", "amount"], [("quarter", "==", "2024Q4"), ("factor", "==", "talent")])
    whole = opened.flows.query("quarter == '2024Q4' and factor == 'talent'")
    assert some["amount"].tolist() == whole["amount"].tolist()
    assert list(some.columns) == ["origin", "amount"]


def test_an_unknown_table_names_the_nearest(folder):
    """A misspelt table is told with the one that was meant."""
    with pytest.raises(InputError, match="did you mean 'cities'"):
        open_run(folder).read("citys")


def test_a_missing_table_is_told(folder, tmp_path):
    """A table somebody deleted is named, not read as empty."""
    (tmp_path / "run.json").write_bytes((folder / "run.json").read_bytes())
    with pytest.raises(InputError, match=r"cities\.parquet: is missing"):
        _ = open_run(tmp_path).cities


def test_a_run_knows_its_scenario_and_schema(folder):
    """The scenario comes back as it ran, and every column of every table is described."""
    opened = open_run(folder)
    assert opened.scenario == Scenario.load("china", quarters=5, seed=3, levers={"equity_integration": 0.6})
    assert opened.scenario.content_hash == opened.info["hash"]
    for table in DETAILS["city"]:
        assert [column["name"] for column in opened.schema[table]] == list(getattr(opened, table).columns)
    assert "china, seed 3, 5 quarters, finished" in repr(opened)


def test_run_json_holds_what_the_contract_lists(folder):
    """Format, scenario, hash, seed, versions, times, rows, residuals and time by process."""
    info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert info["format"] == 2
    assert info["scenario"]["policy"][0]["lever"] == "equity_integration"
    assert (info["seed"], info["detail"], info["status"]) == (3, "city", "finished")
    assert {"python", "numpy", "pandas", "mesa", "pyarrow"} <= set(info["versions"])
    assert info["started"] <= info["finished"]
    assert (info["quarters"], info["first_quarter"], info["last_quarter"]) == (5, "2024Q1", "2025Q1")
    assert info["rows"]["cities"] == 5 * 6
    assert {"labour", "talent", "goods", "nation", "ownership"} <= set(info["residuals"])
    assert info["residuals"]["labour"] == info["residuals"]["talent"] == 0
    assert 0 < max(info["residuals"].values()) <= 1e-9
    assert {"people", "markets", "recording"} <= set(info["milliseconds_per_quarter"])


def test_the_crate_describes_every_file(folder):
    """The metadata name each file of the run, what made it and from what."""
    graph = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    by_id = {entity["@id"]: entity for entity in graph}
    parts = {part["@id"] for part in by_id["./"]["hasPart"]}
    assert parts == {"run.json", "schema.json", *(f"{table}.parquet" for table in DETAILS["city"])}
    assert all((folder / part).is_file() and by_id[part]["@type"] == "File" for part in parts)
    assert by_id["#run"]["instrument"] == {"@id": "#nqpf"}
    assert by_id["#scenario"]["value"] == open_run(folder).info["hash"]
    references = {
        e["@id"]
        for entity in graph
        for v in entity.values()
        for e in (v if isinstance(v, list) else [v])
        if isinstance(e, dict)
    }
    assert {r for r in references if not r.startswith("https:")} <= set(by_id)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "run.json is missing"),
        ("{", "not what a run writes"),
        ("[]", "not what a run writes"),
        ('{"format": 99}', "format is 99"),
    ],
)
def test_what_is_no_run_is_told_apart(tmp_path, content, said):
    """A folder without a readable run.json of this format is refused in one line."""
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(InputError, match=said) as fault:
        open_run(tmp_path)
    assert "\n" not in str(fault.value)


def test_a_folder_that_is_not_there_is_told():
    """A path that does not exist is named."""
    with pytest.raises(InputError, match="nowhere: no such folder"):
        open_run("nowhere")


def test_a_temporary_run_goes_with_the_last_reference():
    """Without `out` the files last as long as the Run, and frames read from it longer."""
    made = run("china", quarters=1)
    path, cities = made.path, made.cities
    assert path.is_dir()
    del made
    gc.collect()
    assert not path.exists()
    assert len(cities) == 6


def test_a_failing_temporary_run_leaves_nothing(monkeypatch, tmp_path):
    """A run that cannot start removes the folder it made for itself."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(InputError, match="unknown detail 'citty'; did you mean 'city'"):
        run("china", quarters=1, detail="citty")
    assert list(tmp_path.iterdir()) == []


def test_details_decide_which_tables_are_written(tmp_path):
    """Nation writes no places, firm every firm."""
    for detail, tables in DETAILS.items():
        run("china", quarters=1, detail=detail, out=tmp_path / detail)
        assert {path.stem for path in (tmp_path / detail).glob("*.parquet")} == set(tables)
    assert len(open_run(tmp_path / "firm").firms) == open_run(tmp_path / "firm").info["firms"]["end"]


def test_a_folder_in_use_is_refused(tmp_path):
    """A folder that is not empty, a file, or one that another process writes, is refused in one line."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    (tmp_path / "file").touch()
    faults = {}
    for name, resume in (("full", False), ("full", True), ("file", False)):
        with pytest.raises(InputError) as fault, claimed(tmp_path / name, resume=resume):
            pass
        faults[name, resume] = str(fault.value)
    assert "is not empty" in faults["full", False]
    assert "is no run directory" in faults["full", True]
    assert "is a file" in faults["file", False]
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
    with claimed(tmp_path / "new", resume=True) as info:
        assert info is None
        with pytest.raises(InputError, match="another process"), claimed(tmp_path / "new", resume=True):
            pass
    assert list((tmp_path / "new").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    """A path below a file cannot be made, and that is one line."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(InputError, match="cannot be written: Not a directory"),
        claimed(tmp_path / "file" / "x", resume=False),
    ):
        pass


def test_going_on_as_another_run_is_refused(folder):
    """Another seed, detail, lever, parameter or version is named; more quarters are fine, fewer are not."""
    assert refusal(folder, seed=4).endswith("its seed is 3, not 4; give --seed 3")
    assert refusal(folder, detail="firm").endswith("its detail is city, not firm; give --detail city")
    assert "differs in policy" in refusal(folder, levers={"equity_integration": 0.5})
    assert "differs in parameters" in refusal(folder, settings={"parameters.migration.taste": "2"})
    assert "holds 5 quarters already, 4 are asked for" in refusal(folder, quarters=4)
    info = open_run(folder).info
    longer = Scenario.load("china", quarters=50, seed=3, levers={"equity_integration": 0.6})
    check_same(folder, info, longer, "city")
    with pytest.raises(InputError, match=r"made by nqpf 0\.0\.1"):
        check_same(folder, {**info, "model_version": "0.0.1"}, longer, "city")


def test_going_on_with_other_constants_of_the_index_is_refused(folder):
    """A run whose index was scaled otherwise would change its measure half-way."""
    info = open_run(folder).info
    today = info["nqpf_index"]["version"]
    same = Scenario.load("china", quarters=5, seed=3, levers={"equity_integration": 0.6})
    check_same(folder, info, same, "city")
    with pytest.raises(InputError) as fault:
        check_same(folder, {**info, "nqpf_index": {**info["nqpf_index"], "version": "0" * 12}}, same, "city")
    said = f"{folder}: its NQPF index has constants {'0' * 12}, not today's {today}; start anew"
    assert str(fault.value) == said


def test_resuming_a_finished_run_changes_nothing(folder):
    """With all quarters done there is nothing to do, and nothing is touched."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    scenario = Scenario.load("china", quarters=5, seed=3, levers={"equity_integration": 0.6})
    simulate(scenario, folder, detail="city", resume=True, after=lambda _done, _asked: False)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before


def test_the_default_folder_never_meets_another_run(tmp_path, monkeypatch):
    """Without a name a run gets a folder of its own, and resuming finds the latest of its kind."""
    monkeypatch.chdir(tmp_path)
    scenario = Scenario.load("china", seed=3).model_copy(update={"name": "a/b: c"})
    first = default_folder(scenario, resume=False)
    assert first == default_folder(scenario, resume=True) == Path("runs") / f"a-b-c-{scenario.content_hash[:8]}-s3"
    first.mkdir(parents=True)
    second = default_folder(scenario, resume=False)
    assert second == first.with_name(f"{first.name}-2")
    assert default_folder(scenario, resume=True) == first
    second.mkdir()
    assert default_folder(scenario, resume=True) == second


def test_a_full_disk_is_one_line(tmp_path, monkeypatch):
    """When the disk refuses, the error says what is kept and how to go on; and it does go on."""
    from nqpf.model.recorder import parts  # noqa: PLC0415 (to break it)

    write, left = parts.write_table, [9]

    def refuses(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device", "cities.parquet")
        write(*arguments)

    monkeypatch.setattr(parts, "write_table", refuses)
    with pytest.raises(InputError, match="cannot be written: No space left on device; what was finished is kept"):
        run("china", quarters=3, out=tmp_path / "run")
    left[0] = 10**6
    assert open_run(tmp_path / "run").info["quarters"] == 1
    assert len(run("china", quarters=3, out=tmp_path / "run", resume=True).nation) == 3
