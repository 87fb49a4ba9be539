"""Births, deaths and net migration of places, from what was known at each start.

Later revisions matter here: after the 2020 census the bureau redrew the yearly population of 2011-2019 as a path to
that census (Guangdong 2015: 116.8 m instead of 108.5 m). Whoever starts in 2010 and is tested after 2018 must not
see them, so `start_2010` uses the vintage printed in 2016 and growth between the 2000 and 2010 censuses.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nqpf.model.data.build import census, history
from nqpf.model.data.build.source import by_province, filled, logged

if TYPE_CHECKING:
    from nqpf.model.data.build.source import Flags, Source

# Births and deaths a person and year, the nation, as published by the statistical bureau for 2010 and 2023.
NATIONAL_RATES = {history.FIRST: (11.90e-3, 7.11e-3), history.LAST: (6.39e-3, 7.87e-3)}
CLIP = 0.03  # largest departure of a place's yearly growth from its province's that is taken for real
# Slope over provinces of net migration 2010-2015 on that of 2000-2010: how much of an old pattern lasts.
PERSISTENCE = 0.44


def yearbooks() -> pd.DataFrame:
    """Provinces in the China Statistical Yearbooks of 2012 (table 3-5) and 2016 (2-8): rates per thousand, vintage."""
    return pd.read_csv(Path(__file__).with_name("yearbooks.csv"), dtype={"province": str}).set_index("province")


def vital_rates(source: Source, year: int, people: pd.Series[int]) -> tuple[pd.Series[float], pd.Series[float]]:
    """Births and deaths a person and year; weighted by residents they give the national rates exactly.

    Before 2010: each province's rate of 2011. Before 2024: births follow the share of people under 15 in the 2020
    census (over provinces it correlates .90 with the births of 2015; the share of 15-64 correlates −.55), deaths
    the share of 65 and over.
    """
    if year == history.FIRST:
        books = yearbooks()
        young, old = source.province.map(books.birth_rate_2011), source.province.map(books.death_rate_2011)
    else:
        old = source.census.pop_65plus_share_2020
        young = 100 - source.census.pop_15_64_share_2020 - old
    births, deaths = NATIONAL_RATES[year]

    def scaled(pattern: pd.Series[float], rate: float) -> pd.Series[float]:
        return rate * pattern * people.sum() / (pattern * people).sum()

    return scaled(young, births), scaled(old, deaths)


def province_migration(source: Source, year: int) -> pd.Series[float]:
    """Net migration of provinces, a person and year: growth of residents less natural growth.

    Before 2010: 2010-2015 as printed in 2016. Before 2024: 2010-2018 as revised since.
    """
    books = yearbooks()
    natural = (books.birth_rate_2011 - books.death_rate_2011 + books.birth_rate_2015 - books.death_rate_2015) / 2000
    panel = source.province_years("pop_10k")
    if year == history.FIRST:
        return logged(books.population_2015_10k / panel[2010]) / 5 - natural
    return logged(panel[2018] / panel[2010]) / 8 - natural


def net_migration(source: Source, year: int, people: pd.Series[int], flags: Flags) -> pd.Series[float]:
    """Net migration of places, a person and year, adding to nothing over the nation.

    The province's rate plus the place's departure from it: of growth 2000-2010 × `PERSISTENCE` before 2010, of
    growth 2010-2018 before 2024, both by the city panel where its 2010 figure is the census's (2 %) and, for
    2010-2018, no break is flagged. Departures add to nothing in a province; a place without one gets none.
    """
    panel = 10_000 * source.city_years(source.population_panel, "resident_pop_10k")
    flag = source.city_years(source.population_panel, "quality_flag")
    census_basis = (panel[2010] / census.residents(source, 2010) - 1).abs() < 0.02
    if year == history.FIRST:
        growth = logged(panel[2010] / panel[2000]) / 10
        ok = census_basis & panel[2000].notna()
    else:
        growth = logged(panel[2018] / panel[2010]) / 8
        broken = (flag[list(range(2011, 2019))] == "break_vs_previous_year").any(axis=1)
        ok = census_basis & panel[2018].notna() & ~broken
    growth = growth.where(ok)
    mean = source.province.map(_mean(growth, people, source.province))
    departure = growth - mean
    flags.add("net_migration_rate", "province_rate", departure.isna())
    flags.add("net_migration_rate", "clipped", departure.abs() > CLIP)
    departure = departure.clip(-CLIP, CLIP).fillna(0)
    departure -= source.province.map(_mean(departure, people, source.province))
    if year == history.FIRST:
        departure *= PERSISTENCE
    rate = source.province.map(province_migration(source, year)) + departure
    return rate - (rate * people).sum() / people.sum()


def _mean(values: pd.Series[float], weights: pd.Series[int], province: pd.Series[str]) -> pd.Series[float]:
    """Weighted mean over the places of each province that have a value."""
    known = values.notna()
    return by_province((values * weights).where(known, 0), province) / by_province(weights.where(known, 0), province)


def talent_share(source: Source, year: int, people: pd.Series[int], flags: Flags) -> pd.Series[float]:
    """College share: the 2010 census; for 2023 that of 2020 plus 3.17 years of the 2010-2020 change."""
    first, second = source.places.college_share_2010, source.places.college_share_2020
    missing = first.isna()
    if year == history.FIRST:
        flags.add("talent_share", "province_mean", missing)
        return filled(first, people, source.province)
    flags.add("talent_share", "province_change", missing)
    change = filled((second - first).clip(lower=0), people, source.province)
    years = history.LAST + 1 - history.CENSUS_2020
    return second + change * years / (history.CENSUS_2020 - history.CENSUS_2010)
