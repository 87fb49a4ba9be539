"""Small files of a run directory, replaced in one go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def write_json(path: Path, value: Any, *, indent: int | None = 2) -> None:
    """Write plain data as UTF-8; whoever reads meanwhile sees the old file or the new one, never a part."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    passing = path.with_name(f".{path.name}.new")
    passing.write_text(text + "\n", encoding="utf-8")
    passing.replace(path)
