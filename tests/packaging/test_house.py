"""The house's own rules: style, types, layers, and what may be committed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports",),
    ],
    ids=["style", "format", "types", "layers"],
)
def test_house_rules(command: tuple[str, ...]) -> None:
    """Style, formatting, types and the direction of imports hold."""
    _run(str(Path(sys.executable).parent / command[0]), *command[1:])


def _committed() -> list[Path]:
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_lock_files_or_large_files() -> None:
    """Lock files name registry hosts, and no committed file is above 2 MB."""
    for path in _committed():
        assert path.name not in {"uv.lock", "package-lock.json", "poetry.lock"}, path
        assert path.stat().st_size < 2_000_000, path


def test_modules_stay_small() -> None:
    """No module is far above 400 lines."""
    for path in _committed():
        if path.suffix == ".py":
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 420, path


def test_every_test_says_what_it_shows() -> None:
    """Each test has a docstring."""
    pattern = re.compile(r'^( *)def (test_\w+)\([^)]*\)(?: -> None)?:\n(?!\1 +""")', re.MULTILINE)
    for path in (ROOT / "tests").rglob("test_*.py"):
        bare = [m[2] for m in pattern.finditer(path.read_text(encoding="utf-8"))]
        assert not bare, f"{path}: {bare}"


@pytest.mark.parametrize("module", ["nqpf.model", "nqpf.model.economy"])
def test_the_model_is_head_less(module: str) -> None:
    """The model loads neither the page nor a plotting library nor Dask."""
    code = f"import sys, {module}; print([m for m in ('solara', 'matplotlib', 'dask') if m in sys.modules])"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
