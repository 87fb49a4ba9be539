"""A quarter of the economy as Arrow tables, in the order of `columns.TABLES`.

Keys are codes into a dictionary that never changes, so that no text is built or hashed while a run goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from nqpf.model.measures import FACTORS
from nqpf.model.quarters import format_quarter
from nqpf.model.recorder.columns import DETAILS, LEVELS, TABLES
from nqpf.model.recorder.events import KINDS, Watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from nqpf.agents.typing import Floats, Ints
    from nqpf.model.economy import RegionalEconomy
    from nqpf.model.recorder.columns import Detail

    type _Codes = NDArray[np.int32]

_COUNTED = ("talent", "labour", "collaboration")
"""Flows in whole numbers: between cities every quarter; the others are money."""
_MONEY = tuple(factor for factor in FACTORS if factor not in _COUNTED)


class QuarterTables:
    """Makes the tables of the quarter an economy has just completed.

    Parameters
    ----------
    economy
        Read after every step, never changed.
    detail
        Which tables are made.
    """

    def __init__(self, economy: RegionalEconomy, detail: Detail) -> None:
        self._economy = economy
        self._detail: Detail = detail
        self._watch = Watch(economy)
        facts = economy.facts
        n, n_sectors, n_provinces = len(facts.places), len(facts.sectors), len(facts.provinces)
        self._n = n
        self._cities = pa.array(facts.places.code)
        self._sectors = pa.array(facts.sectors.id)
        province = facts.places.province
        self._n_provinces = n_provinces
        self._province_of_pair = (province[:, None] * n_provinces + province).ravel()
        self._nodes = pa.array([*facts.places.code, *facts.provinces.code])
        self._city_pairs = _pairs(n)
        origin, destination = _pairs(n_provinces)
        self._province_pairs = origin + n, destination + n
        self._cells = np.divmod(np.arange(n * n_sectors, dtype=np.int32), n_sectors)
        at = [facts.regions.of_level(level) for level in LEVELS]
        self._regions = pa.array([facts.regions.id[i] for level in at for i in level])
        self._level_of_region = np.repeat(np.arange(len(LEVELS), dtype=np.int32), [len(level) for level in at])

    def make(self) -> dict[str, pa.Table]:
        """Every table of the detail, by name, in the order of `columns.DETAILS`."""
        makers = {
            "nation": self._nation,
            "regions": self._region_rows,
            "cities": self._city_rows,
            "growth": self._growth_rows,
            "sectors": self._sector_rows,
            "flows": self._flows,
            "events": self._events,
            "tracks": self._tracks,
            "firms": self._firms,
        }
        return {table: self._table(table, makers[table]()) for table in DETAILS[self._detail]}

    def _table(self, table: str, values: Mapping[str, Any]) -> pa.Table:
        """Columns in the declared order and type, with the quarter in front."""
        length = len(next(iter(values.values())))
        quarter = format_quarter(self._economy.quarter)
        arrays = [_coded(np.zeros(length, np.int32), pa.array([quarter]))]
        for column in TABLES[table][1:]:
            value = values[column.name]
            arrays.append(value if isinstance(value, pa.Array) else pa.array(np.asarray(value), column.arrow))
        return pa.table(arrays, [column.name for column in TABLES[table]])

    def _nation(self) -> dict[str, Any]:
        return {name: np.array([value]) for name, value in self._economy.nation_measures().items()}

    def _region_rows(self) -> dict[str, Any]:
        levels = [self._economy.region_measures(level) for level in LEVELS]
        return {
            "level": _coded(self._level_of_region, pa.array(LEVELS)),
            "region": _coded(np.arange(len(self._regions), dtype=np.int32), self._regions),
            **{name: np.concatenate([level[name] for level in levels]) for name in levels[0]},
        }

    def _city_rows(self) -> dict[str, Any]:
        return {
            "city": _coded(np.arange(self._n, dtype=np.int32), self._cities),
            **self._economy.city_measures(),
        }

    def _growth_rows(self) -> dict[str, Any]:
        return {
            "city": _coded(np.arange(self._n, dtype=np.int32), self._cities),
            **self._economy.growth_measures(),
        }

    def _sector_rows(self) -> dict[str, Any]:
        city, sector = self._cells
        measured = self._economy.sector_measures()
        return {
            "city": _coded(city, self._cities),
            "sector": _coded(sector, self._sectors),
            **{name: values.ravel() for name, values in measured.items()},
        }

    def _tracks(self) -> dict[str, Any]:
        tracks = self._economy.now.tracks
        return {
            "track": np.arange(len(tracks)),
            "sector": _coded(tracks.sector.astype(np.int32), self._sectors),
            "city": _coded(tracks.origin.astype(np.int32), self._cities),
            "opened": pa.array([format_quarter(q) for q in tracks.opened.tolist()]).dictionary_encode(),
            **self._economy.track_measures(),
        }

    def _firms(self) -> dict[str, Any]:
        firms = self._economy.firms
        city, sector = np.divmod(firms.cell.astype(np.int32), self._economy.n_sectors)
        named = {c.name: "id" if c.name == "firm" else c.name for c in TABLES["firms"][3:]}
        return {
            "city": _coded(city, self._cities),
            "sector": _coded(sector, self._sectors),
            **{name: getattr(firms, attribute) for name, attribute in named.items()},
        }

    def _flows(self) -> dict[str, Any]:
        """People and projects between cities; money between provinces, and between cities in fourth quarters."""
        blocks = [_Block(factor, "city", self._economy.flows(factor), self._city_pairs) for factor in _COUNTED]
        for factor in _MONEY:
            amount = self._economy.flows(factor)
            blocks.append(_Block(factor, "province", self._by_province(amount), self._province_pairs))
            if self._economy.quarter % 4 == 3:
                blocks.append(_Block(factor, "city", amount, self._city_pairs))
        lengths = [len(block.amount) for block in blocks]

        def key(name: str, known: Sequence[str]) -> pa.DictionaryArray:
            codes = np.array([known.index(getattr(block, name)) for block in blocks], np.int32)
            return _coded(np.repeat(codes, lengths), pa.array(known))

        return {
            "amount": np.concatenate([block.amount for block in blocks]),
            "level": key("level", ("city", "province")),
            "factor": key("factor", tuple(FACTORS)),
            "origin": _coded(np.concatenate([block.origin for block in blocks]), self._nodes),
            "destination": _coded(np.concatenate([block.destination for block in blocks]), self._nodes),
        }

    def _by_province(self, amount: Floats | Ints) -> Floats:
        """Flows (n_places, n_places) added up, (n_provinces, n_provinces)."""
        total = np.bincount(self._province_of_pair, amount.ravel(), self._n_provinces**2)
        return total.reshape(self._n_provinces, self._n_provinces)

    def _events(self) -> dict[str, Any]:
        events = self._watch.policies(self._economy.quarter)
        if self._detail != "nation":  # counted by place
            turnover = self._economy.turnover
            events += self._watch.firms("entry", turnover.entries) + self._watch.firms("exit", turnover.exits)
            events += self._watch.moves(turnover)
        events += self._watch.consortia(self._economy.consortia)
        kinds, cities, sectors, firms, details = zip(*events, strict=True) if events else ((), (), (), (), ())
        firm = np.array(firms, np.int64)
        return {
            "kind": _coded(np.array([KINDS.index(kind) for kind in kinds], np.int32), pa.array(KINDS)),
            "city": _coded(np.array(cities, np.int32), self._cities),
            "sector": _coded(np.array(sectors, np.int32), self._sectors),
            "firm": pa.array(firm, pa.int64(), mask=firm < 0),
            "detail": pa.array(details, pa.string()).dictionary_encode(),
        }


class _Block:
    """Flows of one factor at one level: the pairs that are not zero."""

    __slots__ = ("amount", "destination", "factor", "level", "origin")

    def __init__(self, factor: str, level: str, amount: Floats | Ints, pairs: tuple[_Codes, _Codes]) -> None:
        flat = amount.ravel()
        some = np.flatnonzero(flat != 0)
        self.factor, self.level = factor, level
        self.amount = flat.take(some).astype(np.float64)
        self.origin, self.destination = pairs[0].take(some), pairs[1].take(some)


def _pairs(n: int) -> tuple[_Codes, _Codes]:
    """Row and column of every cell of an (n, n) matrix, in its order."""
    row = np.arange(n, dtype=np.int32)
    return np.repeat(row, n), np.tile(row, n)


def _coded(codes: _Codes, values: pa.Array) -> pa.DictionaryArray:
    """A column of codes into `values`, (n,); a negative code is a missing value."""
    mask = codes < 0 if len(codes) and codes.min() < 0 else None
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=mask), values, safe=False)
