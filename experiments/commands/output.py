"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def print_json(value: object) -> None:
    """One JSON document; Chinese stays readable where the terminal can show it."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    sys.stdout.write(json.dumps(value, ensure_ascii=not unicode, indent=2, allow_nan=False) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> None:
    """A table that wraps to the terminal's width, 80 columns if it has none."""
    from rich.console import Console  # noqa: PLC0415 (only what prints needs it)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # not markup: a scenario's own text may hold brackets
    Console(highlight=False).print(table)


def print_text(text: str) -> None:
    """A paragraph, wrapped to the terminal's width."""
    from rich.console import Console  # noqa: PLC0415 (only what prints needs it)

    Console(highlight=False, markup=False).print(text)


def print_line(text: str = "") -> None:
    """A line of plain text."""
    sys.stdout.write(text + "\n")
