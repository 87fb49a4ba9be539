"""The map: a dot for every place, its area by GDP, its colour by a value."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from nqpf.experiments.pages import charts
from nqpf.model.facts import DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize

    from nqpf.agents.typing import Bools, Floats
    from nqpf.model.facts import Facts

CREDIT = (
    "Outlines: Natural Earth (public domain), simplified. Lines imply no position on any boundary; land without data "
    "has one colour."
)
"""Stands under every map."""

_SOUTH, _NORTH, _MIDDLE, _ORIGIN = np.radians([25.0, 47.0, 104.0, 36.0])  # Albers' conic for China, as the page has it
_RADIUS = 6371.0  # km
_MARGIN = 60.0  # km around the outermost places and the provinces they lie in
_LARGEST = 110.0  # km, radius of the largest place's dot
_SMALLEST = 14.0
_FRAME = "places"


def project(longitude: Floats, latitude: Floats) -> Floats:
    """Degrees to kilometres east and north, (n, 2), in Albers' equal-area conic."""
    n = (np.sin(_SOUTH) + np.sin(_NORTH)) / 2
    c = np.cos(_SOUTH) ** 2 + 2 * n * np.sin(_SOUTH)
    angle = n * (np.radians(longitude) - _MIDDLE)
    r, origin = (np.sqrt(c - 2 * n * np.sin(phi)) / n for phi in (np.radians(latitude), _ORIGIN))
    return _RADIUS * np.column_stack([r * np.sin(angle), origin - r * np.cos(angle)])


def place_map(
    facts: Facts,
    values: Floats,
    gdp: Floats,
    tips: Sequence[str],
    *,
    colours: Colormap,
    norm: Normalize,
    label: str,
    unsure: Bools | None = None,
    width: float = charts.WIDTH,
) -> str:
    """SVG of a value by place, (n_places,), the area of its dot by GDP; a tip shows when a dot is pointed at.

    What is unsure has a dotted rim, what is not a number is grey; both ends of the scale take in what lies beyond.
    """
    position = project(facts.places.longitude, facts.places.latitude)
    with mpl.rc_context({**charts.STYLE, "axes.grid": False}):
        figure = Figure(figsize=(width, min(6.4, 0.85 * width + 0.6)), layout="constrained")
        at = figure.subplots()
        _background(at, position)
        frame = position.min(0), *np.ptp(position, axis=0).tolist()  # says where the dots belong
        at.add_patch(Rectangle(*frame, facecolor="none", edgecolor="none", gid=_FRAME))
        shrink = 0.45 if width == charts.WIDTH else 0.6
        bar = figure.colorbar(
            ScalarMappable(norm, colours), ax=at, location="bottom", shrink=shrink, aspect=32, pad=0.01, extend="both"
        )
        bar.outline.set_visible(False)
        bar.ax.locator_params(nbins=4)
        bar.set_label(label)
        drawn = charts.svg(figure)
    shades = [to_hex(colours(norm(value))) if np.isfinite(value) else charts.FAINT for value in values]
    radius = np.maximum(_LARGEST * np.sqrt(gdp / gdp.max()), _SMALLEST)
    before, corners, after = _parted(drawn)
    scale = (corners[1] - corners[0]) / np.ptp(position, axis=0)  # downwards on the page
    centre = corners[0] + (position - position.min(0)) * scale
    return before + _dots(centre, radius * scale[0], shades, unsure, tips) + after


def _parted(drawn: str) -> tuple[str, Floats, str]:
    """What stands before and after the frame of the dots, and its lower left and upper right corner, (2, 2)."""
    before, after = drawn.split(f'<g id="{_FRAME}">')
    frame, after = after.split("</g>", 1)
    numbers = re.findall(r"-?[\d.]+", frame[: frame.index("z")])
    corners = np.array([float(number) for number in numbers]).reshape(-1, 2)
    return before, corners[[0, 2]], after


def _dots(centre: Floats, radius: Floats, shades: Sequence[str], unsure: Bools | None, tips: Sequence[str]) -> str:
    """A circle for each place, the small ones on top: a path, as matplotlib draws it, takes five times the room."""
    dots = []
    for i in np.argsort(-radius, kind="stable"):
        rim = ' stroke="#8d979d" stroke-dasharray=".5 .8"' if unsure is not None and unsure[i] else ""
        (x, y), r = centre[i], radius[i]
        dots.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{shades[i]}"{rim}>'
            f"<title>{escape(tips[i])}</title></circle>"
        )
    return f'<g stroke="#4a555c" stroke-width=".5" opacity=".93">{"".join(dots)}</g>'


def _background(at: Axes, position: Floats) -> None:
    outlines = _outlines()
    low, high = position.min(0) - _MARGIN, position.max(0) + _MARGIN
    near = _in_box(outlines["provinces"], low, high)
    corners = np.concatenate([position, *(path.vertices for path in near)])
    low, high = corners.min(0) - _MARGIN, corners.max(0) + _MARGIN
    land = _in_box(outlines["land"], low, high)
    at.add_collection(PathCollection(land, facecolor="#eceeef", edgecolor="none"))
    at.add_collection(PathCollection(near, facecolor="#fafaf7", edgecolor="#c3cacd", linewidth=0.6))
    at.set_xlim(low[0], high[0])
    at.set_ylim(low[1], high[1])
    at.set_aspect("equal")
    at.set_facecolor("none")
    at.set_axis_off()


def _in_box(paths: list[Path], low: Floats, high: Floats) -> list[Path]:
    return [path for path in paths if path.intersects_bbox(Bbox([low, high]))]


@cache
def _outlines() -> dict[str, list[Path]]:
    """Provinces and land as closed paths in the map's plane."""
    read = json.loads((DATA / "outlines.json").read_text(encoding="utf-8"))
    rings = [ring for province in read["provinces"] for ring in province["rings"]]
    return {
        "provinces": [_path(ring, read["unit"]) for ring in rings],
        "land": [_path(ring, read["unit"]) for ring in read["land"]],
    }


def _path(ring: list[int], unit: float) -> Path:
    degrees = unit * np.array(ring).reshape(-1, 2).cumsum(0)
    return Path(project(degrees[:, 0], degrees[:, 1]).round(1), closed=False)
