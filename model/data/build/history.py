"""GDP at 2020 prices and residents, by place and year: what the two starts and `actual` rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.model.data.build import census
from nqpf.model.data.build.source import by_province, whole

if TYPE_CHECKING:
    from nqpf.model.data.build.source import Source

FIRST, BASE, LAST = 2009, 2020, 2023
CENSUS_2010, CENSUS_2020 = 2010.83, 2020.83  # 1 November

# Growth of national GDP at constant prices as published by the statistical bureau (latest revision); recalled.
NATIONAL_GROWTH = {
    2010: 0.106, 2011: 0.096, 2012: 0.079, 2013: 0.078, 2014: 0.074, 2015: 0.070, 2016: 0.068,
    2017: 0.069, 2018: 0.067, 2019: 0.060, 2020: 0.022, 2021: 0.084, 2022: 0.030, 2023: 0.054,
}  # fmt: skip
PLAUSIBLE_GROWTH = (0.80, 1.30)  # a yearly index outside is a revision of levels, not growth (Jiaozuo 2020: 0.79)
SAME_BASIS = 0.10  # a yearly figure further than this from the path between censuses counts registered people
VINTAGE_BREAK = 0.01  # province growth that jumps by more is a change of vintage, not of people


def gdp_2020(source: Source) -> tuple[pd.Series[float], pd.Series[bool]]:
    """GDP of 2020, CNY million, and where it is estimated.

    The prefectures of Qinghai have no figure for 2020: the province's remainder is shared out by the geometric mean
    of their 2019 and 2021 figures.
    """
    rescaled = source.city_years(source.gdp_panel, "gdp_rescaled_100m_cny") * 100
    level = rescaled[BASE].copy()
    missing = level.isna()
    for province in source.province[missing].unique():
        mine = missing & (source.province == province)
        rest = (
            100 * source.province_years("gdp_100m_cny").loc[province, BASE] - level[source.province == province].sum()
        )
        weight = np.sqrt(rescaled[BASE - 1] * rescaled[BASE + 1])[mine]
        level[mine] = rest * weight / weight.sum()
    return level, missing


def real_gdp(source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """GDP at 2020 prices, places × years, CNY million; and where growth is not the place's own.

    The 2020 level is chained by the place's real growth index, an absent or implausible one replaced by the
    GDP-weighted mean of its province. One factor a year makes the nation grow at the published rate: the places'
    own indices compound to 2.87 over 2009-2023, the nation's to 2.52.
    """
    level, _ = gdp_2020(source)
    index = source.city_years(source.gdp_panel, "real_growth_index_prev100") / 100
    index = index.where(index.ge(PLAUSIBLE_GROWTH[0]) & index.le(PLAUSIBLE_GROWTH[1]))
    estimated = index.isna()
    chained = {BASE: level}

    def growth(year: int, weight: pd.Series[float]) -> pd.Series[float]:
        known = index[year].notna()
        total = by_province(weight.where(known, 0), source.province)
        mean = by_province((weight * index[year]).where(known, 0), source.province) / total
        return index[year].fillna(source.province.map(mean))

    for year in range(BASE, FIRST, -1):
        now = chained[year]
        before = now / growth(year, now)
        chained[year - 1] = before * (now.sum() / (1 + NATIONAL_GROWTH[year]) / before.sum())
    for year in range(BASE + 1, LAST + 1):
        before = chained[year - 1]
        now = before * growth(year, before)
        chained[year] = now * (before.sum() * (1 + NATIONAL_GROWTH[year]) / now.sum())
    years = list(range(FIRST, LAST + 1))
    return pd.DataFrame(chained)[years], estimated[years]


def province_population(source: Source, year: int) -> pd.Series[float]:
    """Residents of each province at the end of a year, persons.

    For 2009 some provinces were never revised after the 2010 census: where the growth into 2010 differs from the
    year before by more than a point, that year's growth leads back from 2010.
    """
    panel = 10_000 * source.province_years("pop_10k")
    if year != FIRST:
        return panel[year]
    before, into = panel[2009] / panel[2008], panel[2010] / panel[2009]
    return panel[2009].where((into - before).abs() <= VINTAGE_BREAK, panel[2010] / before).round()


def residents(source: Source, year: int) -> tuple[pd.Series[int], pd.Series[bool]]:
    """Residents of each place at the end of 2009 or 2023, whole persons; and where growth is the province's.

    Census figure × growth since, then scaled so that a province's places and remainder add to its total. Growth
    2020-2023 is the city panel's where it starts from the census figure (2 %) and has no break; to 2009 it is the
    province's everywhere, because yearly figures before the 2010 census mix registered and resident people.
    """
    census_year = 2010 if year == FIRST else 2020
    before = census.residents(source, census_year)
    control = province_population(source, year)
    province_growth = control / source.provinces[f"census{census_year}_pop"]
    growth = source.province.map(province_growth)
    estimated = pd.Series(data=True, index=before.index)
    if year == LAST:
        panel = 10_000 * source.city_years(source.population_panel, "resident_pop_10k")
        flag = source.city_years(source.population_panel, "quality_flag")
        own = panel[LAST] / panel[BASE]
        ok = (panel[BASE] / before - 1).abs().lt(0.02) & (flag[[2021, 2022, 2023]] == "ok").all(axis=1)
        estimated = ~ok
        growth = own.where(ok, growth)
    rest = census.remainder(source, census_year).clip(lower=0) * province_growth
    grown = before * growth
    share = control / (by_province(grown, source.province) + rest)
    return whole(grown * source.province.map(share), source.province), estimated


def observed_population(source: Source) -> pd.DataFrame:
    """Residents, places × years, persons; empty where no figure is on the censuses' basis.

    2010 and 2020 are the censuses (1 November, 2020 boundaries). Other years are the city panel's where within
    10 % of the path through the two censuses: what is further off counts registered people or other boundaries.
    """
    panel = 10_000 * source.city_years(source.population_panel, "resident_pop_10k")
    first, second = census.residents(source, 2010), census.residents(source, 2020)
    rate = np.log(second / first) / (CENSUS_2020 - CENSUS_2010)
    years = list(range(FIRST, LAST + 1))
    path = pd.DataFrame({year: first * np.exp(rate * (year + 1 - CENSUS_2010)) for year in years})
    kept = panel[years].where((panel[years] / path - 1).abs() <= SAME_BASIS)
    kept[2010], kept[2020] = first, second
    return kept.round().astype("Int64")


def actual(source: Source) -> pd.DataFrame:
    """Table `actual`: observed GDP and residents; GDP chained by a province's growth is flagged."""
    gdp, estimated = real_gdp(source)
    _, base_estimated = gdp_2020(source)
    people = observed_population(source)

    def flag(city: str, year: int) -> str:
        if base_estimated[city] and year == BASE:
            return "gdp:province_remainder"
        return "gdp:province_growth" if estimated.loc[city, year] else ""

    rows = [
        {
            "city": city,
            "year": year,
            "gdp": round(gdp.loc[city, year]),
            "population": people.loc[city, year],
            "flags": flag(city, year),
        }
        for city in gdp.index
        for year in range(FIRST, LAST + 1)
    ]
    return pd.DataFrame(rows)
