"""Pieces of HTML: tables, cards, figures and files to download, all text escaped."""

from __future__ import annotations

import base64
import gzip
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

_PLAIN_BYTES = 300_000  # of a table that is linked as it is; larger ones are packed


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph, of a class if given."""
    return f"<p{_class(kind)}>{escape(text)}</p>"


def listed(lines: Iterable[str]) -> str:
    """A bulleted list."""
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole: int = 0, kind: str = "") -> str:
    """A table of cells that are HTML already, the first column text; the first `whole` rows stand out."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(_row(row, "whole" * (k < whole)) for k, row in enumerate(rows))
    inside = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll"><table{_class(kind)}>{inside}</table></div>'


def card(number: str, label: str, below: str) -> str:
    """A key figure."""
    return f'<div class="card"><span>{escape(label)}</span><b>{escape(number)}</b><span>{escape(below)}</span></div>'


def figure(svg: str, caption: str) -> str:
    """A drawing with its caption."""
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def folded(summary: str, content: str) -> str:
    """Content behind a line to open it."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def download(name: str, frame: pd.DataFrame, what: str) -> str:
    """A link that holds a table as CSV; a large one packed, as pandas, R and DuckDB read it."""
    text = frame.to_csv(index=False, float_format="%.7g", lineterminator="\n")
    if len(text) <= _PLAIN_BYTES:
        name, address = f"{name}.csv", "data:text/csv;charset=utf-8," + quote(text, safe=",.-_:/;=() ")
    else:
        packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
        name, address = f"{name}.csv.gz", "data:application/gzip;base64," + packed
    return f'<a download="{escape(name)}" href="{address}">{escape(name)}</a>: {escape(what)}, {len(frame):,} rows'


def _row(cells: Sequence[str], kind: str) -> str:
    return f"<tr{_class(kind)}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
