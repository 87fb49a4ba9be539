"""Points listed in a CSV table: a column for each factor, a row for each point."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from nqpf.experiments.designs.factors import factor_of_name
from nqpf.model.errors import DataError, ScenarioError, nearest, place
from nqpf.model.levers import brief

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nqpf.experiments.designs.axes import Value
    from nqpf.experiments.designs.factors import Factor

type Rows = list[tuple[int, list[str]]]
"""Cells by row, with the line each ends on."""


def read_points(
    path: Path, declared: Mapping[str, Factor], folder: Path
) -> tuple[tuple[Factor, ...], tuple[tuple[Value, ...], ...]]:
    """The factors of the header, and each row's values; raises DataError with file, line, column, fault and remedy.

    A column bears the name of a declared factor, or a name that is a factor of itself; paths of scenarios start at
    `folder`.
    """
    (line, header), *rows = _read(path)
    factors = tuple(_factor(path, line, name, header, declared, folder) for name in header)
    for name in declared:
        if name not in header:
            raise DataError(f"{place(path, line)}: column {name!r}: is missing; add it, or remove it from [factors]")
    if not rows:
        raise DataError(f"{place(path, line)}: no row under the header; add one for each point")
    points = tuple(
        tuple(_value(path, at, factor, cell) for factor, cell in zip(factors, cells, strict=True)) for at, cells in rows
    )
    _check_once(path, rows, points)
    return factors, points


def _read(path: Path) -> Rows:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise DataError(f"{path}: cannot be read: {fault.strerror}; name a readable file") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(f"{place(path, line)}: is not UTF-8 text; save the file as UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: Rows = []
    try:
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            if not any(cells):
                continue
            if rows and len(cells) != len(rows[0][1]):
                lengths = f"{len(cells)} cells, the header has {len(rows[0][1])}"
                raise DataError(f"{place(path, reader.line_num)}: {lengths}; add or remove commas")
            rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise DataError(f"{place(path, reader.line_num)}: {error}; check quotes and commas") from None
    if not rows:
        raise DataError(f"{place(path, 1)}: empty; the first line has to name the factors")
    return rows


def _factor(
    path: Path, line: int, name: str, header: list[str], declared: Mapping[str, Factor], folder: Path
) -> Factor:
    if header.count(name) > 1:
        raise DataError(f"{place(path, line)}: column {brief(name)}: stands twice; remove one")
    if name in declared:
        return declared[name]
    try:
        return factor_of_name(name, folder)
    except ScenarioError as fault:
        hint = nearest(name, declared)
        text = f"unknown name{hint}" if hint else str(fault)
        raise DataError(f"{place(path, line)}: column {brief(name)}: {text}") from None


def _value(path: Path, line: int, factor: Factor, cell: str) -> Value:
    try:
        return factor.target.check(_plain(cell, factor))
    except ScenarioError as fault:
        raise DataError(f"{place(path, line)}: column {factor.name!r}: {fault}") from None


def _plain(cell: str, factor: Factor) -> int | float | str:
    """A cell as a number if it is one and names are not asked for."""
    if not factor.target.is_text:
        for kind in (int, float):
            try:
                return kind(cell)
            except ValueError:
                continue
    return cell


def _check_once(path: Path, rows: Rows, points: tuple[tuple[Value, ...], ...]) -> None:
    seen: dict[tuple[Value, ...], int] = {}
    for (line, _), point in zip(rows, points, strict=True):
        if point in seen:
            raise DataError(f"{place(path, line)}: the point stands on line {seen[point]} already; remove one")
        seen[point] = line
