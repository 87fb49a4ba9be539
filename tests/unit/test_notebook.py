"""The notebook answers its question from exported files alone, with the numbers that the sweep's own tables give."""

import json
import math
import re
import shlex
import statistics
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pyarrow.parquet as pq
import pytest
from nbclient import NotebookClient

from nqpf.experiments.designs import Experiment

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "notebooks"
SMALL = {"seeds": "[1, 2]", "quarters": "3", "firms": "500"}
QUANTILE = math.tan(0.495 * math.pi)  # of Student's t with one degree of freedom: two seeds, 99 %
OUTCOMES = ("gdp", "gdp@west", "gdp@east", "nqpf", "nqpf@west", "nqpf@east", "theil")


def notebook():
    """The notebook as it is committed."""
    return nbformat.read(FOLDER / "integration.ipynb", as_version=4)


def commands():
    """The commands that the first cell gives."""
    (block,) = re.findall(r"```sh\n(.*?)```", notebook().cells[0].source, re.DOTALL)
    return [shlex.split(line) for line in block.splitlines()]


def executed(folder):
    """What the notebook shows, executed in a folder: effects by easing, integration and outcome; its answer."""
    page = notebook()
    client = NotebookClient(page, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute()
    outputs = [output for cell in page.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type in {"stream", "error"}]
    assert sum("image/png" in output.data for output in outputs) == 1
    (answer,) = (output.data["text/markdown"] for output in outputs if "text/markdown" in output.data)
    _, table = (output.data["text/html"] for output in outputs if "text/html" in output.data)
    return SimpleNamespace(effects=effects_in(table), answer=answer)


def effects_in(table):
    """Mean, low, high and unit by easing, integration and outcome; a label stands in the first of its rows."""
    found, labels = {}, ["", "", ""]
    for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
        heads, cells = (re.findall(rf"<{tag}[^>]*>([^<]*)</{tag}>", row) for tag in ("th", "td"))
        if cells:
            labels[3 - len(heads) :] = heads
            found[float(labels[0]), float(labels[1]), labels[2]] = (*map(float, cells[:3]), cells[3])
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The notebook's folder with the data of its own commands, smaller."""
    folder = tmp_path_factory.mktemp("notebook")
    text = (FOLDER / "integration.toml").read_text(encoding="utf-8")
    for key, value in SMALL.items():
        text, n = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        assert n == 1, key
    (folder / "integration.toml").write_text(text, encoding="utf-8")
    for name, *arguments in commands():
        assert name == "nqpf"
        line = [sys.executable, "-m", "nqpf.experiments.cli", *arguments]
        subprocess.run(line, cwd=folder, check=True, capture_output=True)
    return folder


def test_it_knows_no_nqpf():
    """No cell imports the package, and the two commands of the first make what the others read."""
    page = notebook()
    for cell in page.cells[1:]:
        assert "nqpf import" not in cell.source
        assert "import nqpf" not in cell.source
    (_, sweep, toml, *first), (_, export, _, *second) = commands()
    assert (sweep, export) == ("sweep", "export")
    assert Experiment.load(FOLDER / toml).n_runs >= 18
    assert first == ["--out", "integration"]
    assert second == ["--format", "csv", "--out", "integration-csv"]


def test_it_is_committed_with_what_it_shows():
    """Every code cell was executed once, in order, without fault, and the answer is the last thing shown."""
    cells = [cell for cell in notebook().cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    assert all(cell.outputs for cell in cells)
    assert not [o for cell in cells for o in cell.outputs if o.output_type in {"stream", "error"}]
    assert "Full equity integration" in cells[-1].outputs[0].data["text/markdown"]
    assert not re.search(r"/(tmp|home|root|work)/", (FOLDER / "integration.ipynb").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_its_numbers_are_those_of_the_sweep(made, monkeypatch):
    """Executed on data of its own commands, effects and answer are what the Parquet tables of the sweep give."""
    monkeypatch.delenv("NQPF_EXPORT", raising=False)
    shown = executed(made)
    runs = pq.read_table(made / "integration" / "runs.parquet").to_pylist()
    value = {(row["seed"], row["hukou_easing"], row["equity_integration"]): row for row in runs}
    expected = {}
    for easing in (0.0, 1.0):
        for integration in (0.5, 1.0):
            for outcome in OUTCOMES:
                pairs = [(value[s, easing, integration][outcome], value[s, easing, 0.0][outcome]) for s in (1, 2)]
                money = outcome.startswith("gdp")
                effects = [100 * (after / before - 1) if money else after - before for after, before in pairs]
                mean, half = statistics.fmean(effects), QUANTILE * statistics.stdev(effects) / math.sqrt(2)
                expected[easing, integration, outcome] = mean, mean - half, mean + half
    assert set(shown.effects) == set(expected)
    for key, numbers in expected.items():
        assert shown.effects[key][:3] == pytest.approx(numbers, abs=0.5e-4 + 1e-9), key
        assert (shown.effects[key][3] == "%") == key[2].startswith("gdp")
    for easing in (0.0, 1.0):
        for outcome, place in (("gdp", "the nation"), ("gdp@west", "the west")):
            mean, low, high = expected[easing, 1.0, outcome]
            said = f"lifts {place}" if low > 0 else f"lowers {place}" if high < 0 else f"open whether {place}"
            assert f"{said} gains or loses ({mean:+.3f} %" in shown.answer or f"{said} ({mean:+.3f} %" in shown.answer
    assert "in 2024Q3 over 2 seeds" in shown.answer


@pytest.mark.slow
def test_its_answer_follows_the_numbers(made, tmp_path, monkeypatch):
    """The west gains at one seed what it loses at the other: open. Much the same at both: lifted, or lowered."""
    export = tmp_path / "elsewhere"
    export.mkdir()
    for file in (made / "integration-csv").iterdir():
        (export / file.name).write_bytes(file.read_bytes())
    head, *rows = (export / "runs.csv").read_text(encoding="utf-8").splitlines()
    names = json.loads(f"[{head}]")
    gain = {(1, 0): 1.01, (2, 0): 0.99, (1, 1): 1.02, (2, 1): 1.0201}  # by seed and easing
    for i, row in enumerate(rows):
        cells = row.split(",")
        seed, easing, full = (float(cells[names.index(n)]) for n in ("seed", "hukou_easing", "equity_integration"))
        cells[names.index("gdp@west")] = str(100.0 * gain[seed, easing] ** (full == 1))
        cells[names.index("gdp")] = str(100.0 * (2 - gain[seed, 1]) ** (full == 1))
        rows[i] = ",".join(cells)
    (export / "runs.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    monkeypatch.setenv("NQPF_EXPORT", str(export))
    answer = executed(tmp_path).answer
    for said in (
        "at hukou_easing 0 it lowers the nation (-2.005 %, 99% interval -2.323 to -1.687) and leaves open whether",
        "whether the west gains or loses (+0.000 %, 99% interval -63.657 to +63.657); at hukou_easing 1",
        "at hukou_easing 1 it lowers the nation",
        "and lifts the west (+2.005 %, 99% interval +1.687 to +2.323).",
    ):
        assert said in answer, answer
