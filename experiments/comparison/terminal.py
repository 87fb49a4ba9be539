"""A comparison as text, 80 columns wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nqpf.experiments.commands.output import print_line, print_table, print_text
from nqpf.experiments.comparison import mechanisms, money, words
from nqpf.experiments.comparison.deviations import by_key
from nqpf.experiments.comparison.places import ends
from nqpf.experiments.paired.intervals import LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nqpf.experiments.comparison.result import Comparison

REGIONAL = ("gdp", "gdp_per_head", "population", "nqpf")
"""Measures shown for every macro-region."""

_SURE = f"± {100 * LEVEL:g} %"
_TITLE = 28  # columns of a measure's title


def show(c: Comparison) -> None:
    """Print it."""
    print_text(words.heading(c))
    if not c.moved:
        print_text(words.headline(c))
    print_text(words.setting(c))
    for note in words.notes(c):
        print_text(f"note: {note}")
    for line in c.differences:
        print_text(f"policy: {line}")
    if not c.moved:
        return
    print_line()
    print_text(words.headline(c))
    for block in (_nation, _macro_regions, _money, _split, _places, _why):
        print_line()
        block(c)


def _table(c: Comparison, columns: Sequence[str], rows: Iterable[Sequence[str]], sure: str = _SURE) -> None:
    """A table whose last column are intervals, left out where there are none."""
    if c.certain:
        print_table((*columns, sure), rows)
    else:
        print_table(columns, (row[: len(columns)] for row in rows))


def _nation(c: Comparison) -> None:
    last = by_key(c.at_end(c.nation), "measure")
    rows = []
    for name in c.measures:
        row = last[name]
        levels = words.level(row.baseline), words.level(row.policy)
        rows.append((_short(words.title(name)), *levels, words.signed(name, row.deviation), words.half(name, row)))
    _table(c, (f"nation, {c.last}", "baseline", "policy", "deviation"), rows)


def _macro_regions(c: Comparison) -> None:
    last = by_key(c.at_end(c.regions), "region", "measure")
    names = [name for name in REGIONAL if name in c.measures]
    rows = []
    for region, title in c.macro_regions:
        of = [(name, last[region, name]) for name in names]
        cells = (f"{words.signed(n, row.deviation, unit=False)} {words.half(n, row)}".rstrip() for n, row in of)
        rows.append((title, *cells))
    print_table((c.last, *(words.in_units(name) for name in names)), rows)


def _money(c: Comparison) -> None:
    shown = by_key(c.multipliers, "region")
    regions = c.nation_and_macro_regions
    here = c.multipliers[c.multipliers["region"].isin([region for region, _ in regions])]
    if here["note"].isin((money.NOTHING, money.FOLLOWED)).all():
        print_text(words.no_money(c))
        return
    print_text(
        f"GDP for a yuan of programme money, sums from {c.pairs.quarters[0]} to {c.last}, both in {money.PRICES}"
    )
    rows = [(name, *_multiplier(shown[region])) for region, name in regions]
    _table(c, ("CNY billion", "Δ GDP", "Δ outlays", "note", "multiplier"), rows, words.INTERVAL)
    for line in words.notes_of_money(here):
        print_text(line)


def _multiplier(row: Any) -> tuple[str, str, str, str, str]:
    sums = words.number(row.gdp / 1e3), words.number(row.outlays / 1e3)
    return (*sums, row.note, words.number(row.multiplier), words.between(row.low, row.high))


def _split(c: Comparison) -> None:
    print_text(words.reach(c))
    if c.treated.all() or not c.treated.any():
        return
    rows = [
        (
            f"{'own effect' if row.group == 'treated' else 'spillover'} on {row.places} {row.group}",
            words.title(row.measure),
            words.signed(row.measure, row.deviation),
            words.half(row.measure, row),
        )
        for row in by_key(c.effects, "group", "measure").values()
    ]
    _table(c, ("places", "measure", "deviation"), rows)


def _places(c: Comparison) -> None:
    by = c.ranked_by
    print_text(words.counted(c))
    for label, chosen in ends(c.ranked):
        print_line()
        if chosen.empty:
            print_text(f"largest {label}: none")
            continue
        rows = [
            (
                row.name_en,
                row.name_zh,
                row.province,
                _marked(c, words.signed(by, row.deviation), row),
                words.half(by, row),
            )
            for row in by_key(chosen, "city").values()
        ]
        _table(c, (f"largest {label}", "", "province", "deviation"), rows)
    if c.certain:
        print_text(f"?: the {words.INTERVAL} takes in zero")


def _marked(c: Comparison, shown: str, row: Any) -> str:
    return f"{shown} ?" if c.certain and words.unsure(row) else shown


def _why(c: Comparison) -> None:
    if c.mechanisms.empty:
        print_text("GDP by mechanism: these runs have no table `growth`; run them again with this version.")
        return
    regions, effects = c.nation_and_macro_regions, by_key(c.mechanisms, "region", "mechanism")
    rows = [
        (mechanisms.title(name), *(words.points(effects[region, name].deviation) for region, _ in regions))
        for name in (*mechanisms.MECHANISMS, mechanisms.ALL)
    ]
    print_table((f"GDP in {c.last}, 100 · log", *(name for _, name in regions)), rows)


def _short(text: str) -> str:
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"
