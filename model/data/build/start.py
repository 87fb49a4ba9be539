"""The state at the end of the year before each start, and what its columns add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nqpf.model.data.build import census, demography, history
from nqpf.model.data.build.source import Flags, by_province, filled

if TYPE_CHECKING:
    from nqpf.model.data.build.source import Source

SHARES = ["primary", "secondary", "tertiary"]


def sector_shares(source: Source, year: int, gdp: pd.Series[float], flags: Flags) -> pd.DataFrame:
    """Shares of value added: the year's, else the nearest year's within five, else the province's mean."""
    panel = source.gdp_panel.set_index(["adcode", "year"])[[f"{s}_100m_cny" for s in SHARES]].dropna()
    shares = panel.div(panel.sum(axis=1), axis=0).set_axis(SHARES, axis=1)
    table = pd.DataFrame(np.nan, index=source.places.index, columns=SHARES)
    for other in sorted(range(year - 5, year + 6), key=lambda y: (abs(y - year), y)):
        if other <= history.LAST:
            missing = table.primary.isna()
            table = table.fillna(shares.xs(other, level="year").reindex(table.index))
            if other != year:
                flags.add_each(SHARES, f"year_{other}", missing & table.primary.notna())
    flags.add_each(SHARES, "province_mean", table.primary.isna())
    for share in SHARES:
        table[share] = filled(table[share], gdp, source.province)
    table = table.round(4)
    table["tertiary"] = (1 - table.primary - table.secondary).round(4)
    return table


def employment(source: Source, column: str, year: int, people: pd.Series[int], flags: Flags) -> pd.Series[float]:
    """Share of the employed in an industry, 2010 or 2020 census."""
    count = 2010 if year == history.FIRST else 2020
    raw = "it_software" if column == "it_employment_share" else "science_tech"
    values = source.places[f"emp_share_{raw}_{count}"]
    flags.add(column, "province_mean", values.isna())
    return filled(values, people, source.province)


def gdp_share(source: Source) -> pd.Series[float]:
    """The places' share of each province's 2020 GDP; the rest is that of units that are not places."""
    places = by_province(history.gdp_2020(source)[0], source.province)
    return (places / (100 * source.province_years("gdp_100m_cny")[history.BASE])).clip(upper=1)


def capital_control(source: Source, year: int) -> pd.Series[float]:
    """Capital of each province's places, CNY million: its stock × its places' share of its GDP.

    The stock ends in 2022; 2023 repeats the growth of 2022.
    """
    stock = source.capital()
    total = stock[year] if year in stock else stock[2022] ** 2 / stock[2021]
    return total * gdp_share(source)


def start(source: Source, year: int) -> pd.DataFrame:
    """Table `start_2010` (year 2009) or `start_2024` (year 2023)."""
    flags = Flags(source.places.index)
    people, province_growth = history.residents(source, year)
    if year == history.LAST:
        flags.add("population", "province_growth", province_growth)
    real, estimated = history.real_gdp(source)
    gdp = real[year]
    years = range(year + 1, history.BASE + 1) if year == history.FIRST else range(history.BASE + 1, year + 1)
    by_mean = estimated[list(years)]
    flags.add("gdp", "province_growth", by_mean.all(axis=1))
    flags.add("gdp", "province_growth_some_years", by_mean.any(axis=1) & ~by_mean.all(axis=1))
    flags.add("gdp", "province_remainder_2020", history.gdp_2020(source)[1])
    shares = sector_shares(source, year, gdp, flags)
    talent = demography.talent_share(source, year, people, flags)
    information = employment(source, "it_employment_share", year, people, flags)
    capital = gdp * source.province.map(capital_control(source, year) / by_province(gdp, source.province))
    births, deaths = demography.vital_rates(source, year, people)
    migration = demography.net_migration(source, year, people, flags)
    return pd.DataFrame(
        {
            "city": source.places.index,
            "population": people,
            "talent_share": talent.round(5),
            "gdp": gdp.round(0).astype(int),
            **{f"{share}_share": shares[share] for share in SHARES},
            "it_employment_share": information.round(5),
            "capital": capital.round(0).astype(int),
            "birth_rate": births.round(9),
            "death_rate": deaths.round(9),
            "net_migration_rate": migration.round(9),
            "flags": flags.joined(),
        },
    )


def controls(source: Source) -> pd.DataFrame:
    """Table `controls`: what columns of places add up to in each province, and what lies outside the places."""
    table = {"province": pd.Series(source.provinces.index, index=source.provinces.index)}
    for year in (2010, 2020):
        table[f"census_{year}"] = source.provinces[f"census{year}_pop"].round().astype(int)
        table[f"census_{year}_remainder"] = census.remainder(source, year).round().astype(int)
    for year in (history.FIRST, history.LAST):
        control = history.province_population(source, year)
        places = by_province(history.residents(source, year)[0], source.province)
        table[f"population_{year}"] = control.round().astype(int)
        table[f"population_{year}_remainder"] = (control - places).round().astype(int)
        table[f"capital_{year}"] = capital_control(source, year).round(0).astype(int)
    table["gdp_2020"] = (100 * source.province_years("gdp_100m_cny")[history.BASE]).round(0).astype(int)
    table["gdp_share"] = gdp_share(source).round(5)
    return pd.DataFrame(table)
