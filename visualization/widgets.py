"""The two widgets of the page, stage and levers: plain modules, put together without a bundler."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import anywidget
import traitlets

from nqpf.model.facts import DATA

ASSETS = Path(__file__).parent / "assets"
STAGE = (
    "words",
    "scales",
    "history",
    "geography",
    "marks",
    "map",
    "legend",
    "choosers",
    "breakthroughs",
    "player",
    "place",
    "areas",
    "series",
    "extent",
    "skeleton",
    "tip",
    "feed",
    "address",
    "inspect",
    "stage",
)
LEVERS = ("levers",)

_IMPORT = re.compile(r'^import [^;]*? from "\./[\w-]+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def bundle(*names: str) -> str:
    """The modules of `assets/js` as one, in the order given: their imports of each other and their exports go.

    The last one keeps its default export, which is what the browser asks a widget's module for.
    """
    parts = [(ASSETS / "js" / f"{name}.js").read_text(encoding="utf-8") for name in names]
    joined = [_EXPORT.sub("", _IMPORT.sub("", part)) for part in parts]
    return "\n".join(f"// ---- {name}.js\n{part}" for name, part in zip(names, joined, strict=True))


@cache
def outlines() -> bytes:
    """The map's outlines, as shipped."""
    return (DATA / "outlines.json").read_bytes()


class Stage(anywidget.AnyWidget):
    """Maps, player, series and place panel over a history that the browser holds.

    `head` says how far each run is; the browser asks for the frames it lacks with `{kind: "need", run, from}` and gets
    `{kind: "frames", run, from}` with one buffer. Small and synchronised, `head` survives a cut connection; a lost
    message does not, and is asked for again.
    """

    _esm = bundle(*STAGE)
    facts = traitlets.Dict().tag(sync=True)
    outlines = traitlets.Bytes().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    head = traitlets.Dict({"a": None, "b": None, "forks": [], "state": "waiting", "first": 0, "seed": 0}).tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)


class Levers(anywidget.AnyWidget):
    """The levers, grouped by driver; sends `{kind: "lever", name, value, frame, gesture}` and `{kind: "clear"}`."""

    _esm = bundle(*LEVERS)
    levers = traitlets.List().tag(sync=True)
    changes = traitlets.List().tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)
