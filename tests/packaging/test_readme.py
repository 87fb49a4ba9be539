"""The README is true: its example runs and its commands are the command's own."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from nqpf.experiments.cli import build
from nqpf.model.levers import LEVERS
from nqpf.model.rules import SHOCKS

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(capsys):
    """The five lines print the reform's gain in every quarter."""
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 (our own text)
    assert names["base"].cities.city.nunique() == 336
    assert capsys.readouterr().out.count("2024Q") == 4


def test_the_commands_exist():
    """Every `nqpf` command of the README is one, and as many levers and kinds of shock act as it says."""
    known = {command.name or command.callback.__name__ for command in build().registered_commands}
    shown = set(re.findall(r"\bnqpf (?!levers`)([a-z]+)", README))
    assert shown <= known, shown - known
    units = ("", "-one", "-two", "-three", "-four", "-five", "-six", "-seven", "-eight", "-nine")
    number = ("Twenty", "Thirty")[len(LEVERS) // 10 - 2] + units[len(LEVERS) % 10]
    shocks = ("two", "three", "four")[len(SHOCKS) - 2]
    said = rf"{number}\s+levers\s+and\s+{shocks}\s+kinds\s+of\s+shock\s+act\b"
    assert re.search(said, README), said
    assert CliRunner().invoke(build(), ["levers"]).exit_code == 0
