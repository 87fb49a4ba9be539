"""A whole page: nothing is loaded, and it prints."""

from __future__ import annotations

import re
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_OPEN_TO_PRINT = (
    "addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((d) => { d.open = true }))"
)


_LONG_PATH = re.compile(r'<path (d="[^"]{500,}"[^>]*)/>')


def _drawn_once(body: str) -> str:
    """The same with a reference in place of a long path that was drawn before: maps share their outlines."""
    names: dict[str, str] = {}

    def shorter(path: re.Match[str]) -> str:
        if path[1] in names:
            return f'<use href="#{names[path[1]]}"/>'
        names[path[1]] = f"drawn-{len(names)}"
        return f'<path id="{names[path[1]]}" {path[1]}/>'

    return _LONG_PATH.sub(shorter, body)


def document(title: str, parts: Iterable[str]) -> str:
    """The text of a page of these parts, empty ones left out."""
    body = _drawn_once("\n".join(part for part in parts if part))
    css = files("nqpf.experiments.pages").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{css}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        f"<script>{_OPEN_TO_PRINT}</script>\n</body>\n</html>\n"
    )
