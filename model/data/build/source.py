"""The raw tables, read once, and the places that the model knows."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

CODES = ("adcode", "province_code", "from_adcode", "to_adcode", "capital_adcode")
NOT_A_PLACE = ("county_level_direct", "sar")
SANSHA = "460300"  # islands without the statistics a place needs: 2,333 residents, no GDP


class Source:
    """Raw tables of one folder; codes are text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def table(self, name: str) -> pd.DataFrame:
        """One raw table."""
        return pd.read_csv(self.folder / f"{name}.csv", dtype=dict.fromkeys(CODES, str))

    def records(self, name: str) -> list[dict[Hashable, Any]]:
        """One raw table, row by row."""
        return self.table(name).to_dict("records")

    @cached_property
    def units(self) -> pd.DataFrame:
        """Every unit of the raw list, by adcode: places, county-level units under a province, Hong Kong and Macao."""
        return self.table("cities").set_index("adcode").sort_index()

    @cached_property
    def places(self) -> pd.DataFrame:
        """The 336 places, by adcode."""
        units = self.units
        return units[~units.admin_tier.isin(NOT_A_PLACE) & (units.index != SANSHA)]

    @cached_property
    def provinces(self) -> pd.DataFrame:
        """The 31 provinces, by code."""
        return self.table("provinces").set_index("province_code").sort_index()

    @cached_property
    def gdp_panel(self) -> pd.DataFrame:
        """City GDP by year, places only."""
        panel = self.table("city_gdp_panel")
        return panel[panel.adcode.isin(self.places.index)]

    @cached_property
    def population_panel(self) -> pd.DataFrame:
        """City population by year, places only."""
        panel = self.table("city_population_panel")
        return panel[panel.adcode.isin(self.places.index)]

    def city_years(self, panel: pd.DataFrame, column: str) -> pd.DataFrame:
        """One column of a city panel as places × years."""
        return wide(panel, "adcode", column).reindex(self.places.index)

    def province_years(self, column: str) -> pd.DataFrame:
        """One column of the province panel as provinces × years."""
        return wide(self.province_panel, "province_code", column)

    @cached_property
    def province_panel(self) -> pd.DataFrame:
        """Province GDP and population by year."""
        return self.table("province_panel")

    @cached_property
    def census(self) -> pd.DataFrame:
        """Census extract of the places."""
        return self.table("city_census_2010_2020").set_index("adcode").reindex(self.places.index)

    def capital(self) -> pd.DataFrame:
        """Capital stock of provinces × years, CNY million at 2020 prices."""
        stocks = self.table("province_stocks")
        stocks = stocks[stocks.variable == "capital_stock_scaled"]
        return 100 * wide(stocks, "province_code", "value")

    @cached_property
    def province(self) -> pd.Series[str]:
        """Province code of every place."""
        return self.places.province_code

    def outlines(self) -> Path:
        """Prefecture polygons, for areas that no yearbook gave."""
        return self.folder / "china_prefectures_simplified.topojson"


def wide(table: pd.DataFrame, unit: str, column: str) -> pd.DataFrame:
    """A column as units × years; two rows for one unit and year are an error."""
    return table.pivot(index=unit, columns="year", values=column)  # noqa: PD010 — pivot_table would average


def by_province(values: pd.Series[Any], province: pd.Series[str]) -> pd.Series[float]:
    """Sums over the places of each province, by code."""
    return values.groupby(province).sum()


def logged(values: pd.Series[float]) -> pd.Series[float]:
    """Natural logarithms."""
    return values.map(math.log, na_action="ignore")


def whole(people: pd.Series[float], province: pd.Series[str]) -> pd.Series[int]:
    """Whole persons that add to the rounded total of each province: the largest fractions are rounded up."""
    down = people // 1
    missing = by_province(people, province).round() - by_province(down, province)
    rank = (people - down).groupby(province).rank(method="first", ascending=False)
    return (down + (rank <= province.map(missing))).astype(int)


def filled(values: pd.Series[float], weights: pd.Series[Any], province: pd.Series[str]) -> pd.Series[float]:
    """Missing values replaced by the weighted mean of the province's places that have one."""
    known = values.notna()
    mean = by_province((values * weights).where(known, 0), province) / by_province(weights.where(known, 0), province)
    return values.fillna(province.map(mean))


class Flags:
    """What was estimated, place by place: `column:rule`."""

    def __init__(self, index: pd.Index[Any]) -> None:
        self.text = pd.Series("", index=index)

    def add(self, column: str, rule: str, where: pd.Series[bool]) -> None:
        """Mark a column of some places."""
        self.text[where] += f"{column}:{rule};"

    def add_each(self, shares: list[str], rule: str, where: pd.Series[bool]) -> None:
        """Mark the share columns of some places."""
        for share in shares:
            self.add(f"{share}_share", rule, where)

    def joined(self) -> pd.Series[str]:
        """One text a place."""
        return self.text.str.rstrip(";")
