"""A whole page: nothing is loaded, and it prints."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_OPEN_TO_PRINT = (
    "addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((d) => { d.open = true }))"
)


def document(title: str, parts: Iterable[str]) -> str:
    """The text of a page of these parts, empty ones left out."""
    body = "\n".join(part for part in parts if part)
    css = files("nqpf.experiments.pages").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        f"<script>{_OPEN_TO_PRINT}</script>\n</body>\n</html>\n"
    )
