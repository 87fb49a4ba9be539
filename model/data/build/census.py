"""Census residents of places, both years on the same boundaries.

The 2020 figures are the yearbook's, the 2010 figures were re-based to the boundaries of local bulletins. Where the
two differ in what they count to a place, one of them is corrected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nqpf.model.data.build.source import by_province

if TYPE_CHECKING:
    import pandas as pd

    from nqpf.model.data.build.source import Source

BAODING, XIAN, XIANYANG = "130600", "610100", "610400"
AS_PUBLISHED_2010 = ("222400", "440300", "441500")  # Yanbian with Changbaishan; the Shenzhen-Shanwei zone in Shanwei
COUNTED_APART_SINCE = ("460400", "652700", "652800", "653200", "654000", "654200", "654300")
"""Danzhou (Yangpu) and prefectures of Xinjiang (corps cities founded later): 2010 × yearbook / bulletin of 2020."""
YANGLING_2010 = 201_172  # district that the yearbook counts to Xianyang; recalled from the 2010 census


def residents(source: Source, year: int) -> pd.Series[float]:
    """Residents of the 2010 or 2020 census, persons, on 2020 boundaries."""
    places, province = source.places, source.province
    bulletin_less_yearbook = places.census2020_pop_bulletin - places.census2020_pop
    if year == 2020:
        people = places.census2020_pop.astype(float)
        # Xi'an runs the Xixian area, whose GDP and yearly residents are in its figures.
        people[XIANYANG] -= bulletin_less_yearbook[XIAN]
        people[XIAN] += bulletin_less_yearbook[XIAN]
        return people
    people = places.census2010_pop_2020boundary.astype(float)
    for code in AS_PUBLISHED_2010:
        people[code] = places.census2010_pop_published[code]
    for code in COUNTED_APART_SINCE:
        people[code] *= places.census2020_pop[code] / places.census2020_pop_bulletin[code]
    # Xiong'an and Dingzhou are in Baoding's 2020 figure: what re-basing took out of Hebei goes back.
    hebei = province == province[BAODING]
    people[BAODING] += source.provinces.census2010_pop[province[BAODING]] - people[hebei].sum()
    apart = places.census2010_pop_published[XIANYANG] - people[XIANYANG]  # Xixian and Yangling
    people[XIANYANG] += YANGLING_2010
    people[XIAN] += apart - YANGLING_2010
    return people.round()


def remainder(source: Source, year: int) -> pd.Series[float]:
    """Residents of each province outside the places: county-level units directly under it, and Sansha."""
    return source.provinces[f"census{year}_pop"] - by_province(residents(source, year), source.province)
