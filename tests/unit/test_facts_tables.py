"""Tables of users: another country works, hostile tables are refused in one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nqpf.model.errors import DataError
from nqpf.model.facts import DATA, NEVER, load_facts

if TYPE_CHECKING:
    from pathlib import Path

COUNTRY = {
    "cities": """city,name_en,province,tier,latitude,longitude,area_km2,universities
B,Bern,M,capital,46.9,7.4,100,2
A,Aarau,M,town,47.4,8.0,50,0
G,Genf,W,town,46.2,6.1,16,1
""",
    "provinces": "province,name_en,macro_region,capital_city\nM,Middle,all,B\nW,West,all,G\n",
    "regions": "region,level,name_en\nW,province,West\nall,macro_region,All\nM,province,Middle\nX,nation,Land\n",
    "region_members": "region,city,primary\n",
    "start": """city,population,talent_share,gdp,primary_share,secondary_share,tertiary_share,it_employment_share,\
capital,birth_rate,death_rate,net_migration_rate
A,20000,0.3,900,0.1,0.4,0.5,0.02,2000,0.01,0.008,-0.001
B,130000,0.4,9000,0.01,0.2,0.79,0.05,20000,0.01,0.008,0
G,200000,0.45,20000,0,0.2,0.8,0.05,50000,0.01,0.008,0.002
""",
    "rail_edges": "line,origin,destination,opened,speed_kmh,distance_km,high_speed\n1,A,B,1858-06,160,70,0\n",
    "rail_times": "origin,destination,high_speed_2016,high_speed_2021,conventional_2021\nB,G,,,100\n",
    "gates": "gate,city,kind,weight\n",
    "free_trade_zones": "zone,name_en,area_en,city,opened\n",
    "computing_hubs": "hub,name_en,city,weight,opened,west\n",
    "industry_clusters": "cluster,name_en,sector,city,since\n",
}
LISTED = {
    "gates": "Basle,A,seaport,1\nChiasso,G,land,0.5\nBasle road,A,land,0.5\n",
    "free_trade_zones": "z,Zone,late,G,2020-04\nz,Zone,early,G,2019-02\nz,Zone,early,A,2021-03\n",
    "computing_hubs": "h,Hub,G,0.333,2022-02,1\ni,Other,A,1,2021-01,0\nh,Hub,B,0.667,2022-02,0\n",
    "industry_clusters": "1,Clocks,equipment,G,2021-03\n1,Clocks,equipment,B,2021-03\n2,Drugs,biomedicine,B,2022-10\n",
}


@pytest.fixture
def country(tmp_path: Path) -> dict[str, Path]:
    """Paths of the tables of a small country without gates, zones, hubs and clusters."""
    paths = {}
    for name, text in COUNTRY.items():
        paths[name] = tmp_path / f"{name}.csv"
        paths[name].write_text(text, encoding="utf-8")
    return paths


@pytest.fixture
def listed(country) -> dict[str, Path]:
    """The small country with rows in the tables that may be empty."""
    for name, rows in LISTED.items():
        country[name].write_text(COUNTRY[name] + rows, encoding="utf-8")
    return country


def edited(tables: dict[str, Path], name: str, old: str, new: str) -> dict[str, Path]:
    """The tables with one text in one of them replaced, everywhere."""
    text = tables[name].read_text(encoding="utf-8")
    assert old in text
    tables[name].write_text(text.replace(old, new), encoding="utf-8")
    return tables


def refused(tables: dict[str, Path], start: str = "2024Q1") -> str:
    """The one line with which the tables are refused."""
    with pytest.raises(DataError) as caught:
        load_facts(start, tables)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_another_country(country):
    """Nothing is tied to China: a country of three places loads, ordered by code, at any start."""
    facts = load_facts("1999Q3", country)
    assert facts.places.code == ("A", "B", "G")
    assert facts.provinces.code == ("M", "W")
    np.testing.assert_array_equal(facts.places.province, [0, 0, 1])
    np.testing.assert_array_equal(facts.provinces.capital, [1, 2])
    np.testing.assert_array_equal(facts.start.population, [20_000, 130_000, 200_000])
    assert facts.places.name_zh == ("Aarau", "Bern", "Genf")
    assert facts.regions.id == ("X", "all", "M", "W")
    np.testing.assert_array_equal(facts.regions.member.sum(axis=1), [3, 3, 2, 1])
    np.testing.assert_array_equal(facts.regions.cluster, [-1, -1, -1])
    assert not facts.places.seaport.any()
    assert not facts.places.land_gate.any()
    assert not facts.provinces.hinterland.any()
    assert (facts.places.zone_opened == NEVER).all()
    assert len(facts.hubs) == len(facts.industry_clusters) == 0
    assert len(facts.regions.of_level("cluster")) == 0
    assert np.isnan(facts.rail_times.high_speed_2016).all()


def test_own_clusters(country):
    """Strategies and clusters of one's own enter through two tables."""
    edited(
        country, "regions", "region,level,name_en\n", "region,level,name_en\nlake,cluster,Lake\nplan,strategy,Plan\n"
    )
    country["region_members"].write_text(
        "region,city,primary,partial\nlake,G,1,\nlake,B,0,1\nplan,A,0,0\n", encoding="utf-8"
    )
    facts = load_facts("2024Q1", country)
    np.testing.assert_array_equal(facts.regions.cluster, [-1, -1, 0])
    lake, plan = facts.regions.index("lake"), facts.regions.index("plan")
    np.testing.assert_array_equal(facts.regions.member[[lake, plan]], [[False, True, True], [True, False, False]])
    np.testing.assert_array_equal(facts.regions.partial[lake], [False, True, False])


def test_own_lists(listed):
    """Gates, zones, hubs and industry clusters of one's own enter through their tables; months become quarters."""
    edited(listed, "provinces", "capital_city\n", "capital_city,hinterland\n")
    edited(listed, "provinces", "all,B\n", "all,B,\n")
    edited(listed, "provinces", "all,G\n", "all,G,1\n")
    facts = load_facts("2024Q1", listed)
    np.testing.assert_array_equal(facts.provinces.hinterland, [False, True])
    np.testing.assert_array_equal(facts.places.seaport, [True, False, False])
    np.testing.assert_array_equal(facts.places.land_gate, [True, False, True])
    np.testing.assert_array_equal(facts.places.zone_opened, [2021 * 4 + 1, NEVER, 2019 * 4 + 1])
    assert facts.hubs.id == ("h", "i", "h")
    np.testing.assert_array_equal(facts.hubs.city, [2, 0, 1])
    np.testing.assert_allclose(facts.hubs.weight, [0.333, 1, 0.667])
    np.testing.assert_array_equal(facts.hubs.opened, [2022 * 4 + 1, 2021 * 4, 2022 * 4 + 1])
    np.testing.assert_array_equal(facts.hubs.west, [True, False, False])
    np.testing.assert_array_equal(facts.industry_clusters.city, [2, 1, 1])
    assert [facts.sectors.id[s] for s in facts.industry_clusters.sector] == ["equipment", "equipment", "biomedicine"]
    np.testing.assert_array_equal(facts.industry_clusters.since, [2021 * 4 + 1, 2021 * 4 + 1, 2022 * 4 + 3])


def test_weights_of_a_hub_are_scaled(listed):
    """Rounded weights of a cluster are made to add to one exactly."""
    edited(listed, "computing_hubs", "0.667", "0.666")
    np.testing.assert_allclose(load_facts("2024Q1", listed).hubs.weight, [1 / 3, 1, 2 / 3])


def test_spreadsheet_quirks(country):
    """A byte order mark, spaces, quotes, Windows line ends and blank lines are no faults."""
    text = country["cities"].read_text(encoding="utf-8").replace("Bern", '" Bern, the capital "').replace("\n", "\r\n")
    country["cities"].write_bytes(b"\xef\xbb\xbf" + (text + "\r\n,,,,,,,\r\n").encode())
    assert load_facts("2024Q1", country).places.name_en[1] == "Bern, the capital"


def test_one_shipped_table_replaced(tmp_path):
    """A copy of a shipped table in another row order gives the same facts and another digest."""
    head, *rows = (DATA / "start_2024.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([head, *reversed(rows)]), encoding="utf-8")
    mine, shipped = load_facts("2024Q1", {"start": path}), load_facts("2024Q1")
    np.testing.assert_array_equal(mine.start.gdp, shipped.start.gdp)
    assert mine.start.flags == shipped.start.flags
    assert mine.digest != shipped.digest


HOSTILE = [
    ("cities", "city,name_en", "city,nam_en", r"cities\.csv:1: column 'nam_en': unknown; did you mean 'name_en'\?"),
    ("cities", "city,name_en", "city,colour", r"cities\.csv:1: column 'colour': unknown; columns are city, "),
    ("cities", "universities", "city", r"cities\.csv:1: column 'city': stands twice; remove one"),
    ("cities", "B,Bern,M,", "B,Bern,Q,", r"cities\.csv:2: column 'province': unknown province 'Q'; add it"),
    ("cities", "B,Bern,M,", "B,Bern,Middle,", r"cities\.csv:2: column 'province': .*; did you mean 'M'\?"),
    ("cities", "G,Genf", "A,Genf", r"cities\.csv:4: column 'city': 'A' stands on line 3 already"),
    ("cities", "46.9", "146.9", r"cities\.csv:2: column 'latitude': '146\.9' is out of range; .* at most 90"),
    ("cities", "46.9", "", r"cities\.csv:2: column 'latitude': empty; give a value"),
    ("cities", ",100,", ",0,", r"cities\.csv:2: column 'area_km2': '0' is out of range; it has to be above 0"),
    ("cities", "46.9", "north", r"cities\.csv:2: column 'latitude': 'north' is not a number; write digits"),
    ("cities", "46.9", "nan", r"cities\.csv:2: column 'latitude': 'nan' is not a number"),
    ("cities", "46.9", "1e999", r"cities\.csv:2: column 'latitude': '1e999' is too large"),
    ("cities", "Aarau", "Aarau, AG", r"cities\.csv:3: 9 cells, the header has 8; add or remove commas"),
    ("cities", "Aarau", '"Aarau', r"cities\.csv:\d+: .*; check quotes and commas"),
    ("start", "130000", "130000.5", r"start\.csv:3: column 'population': '130000\.5' is not a whole number; round it"),
    ("start", "130000", '"130,000"', r"start\.csv:3: column 'population': '130,000' is not a number; .* no separators"),
    ("start", "130000", "-5", r"start\.csv:3: column 'population': '-5' is out of range"),
    ("start", "0.01,0.2,0.79", "0.01,0.2,0.7", r"start\.csv:3: column 'primary_share': .* add to 0\.9100; .* add to 1"),
    ("start", "B,130000", "Bern,130000", r"start\.csv:3: column 'city': unknown city 'Bern'; did you mean 'B'\?"),
    ("provinces", "W,West,all,G", "W,West,all,A", r"provinces\.csv:3: column 'capital_city': 'A' lies in province 'M'"),
    ("provinces", "M,Middle,all", "M,Middle,al", r"provinces\.csv:2: column 'macro_region': .*; did you mean 'all'\?"),
    ("regions", "W,province", "W,provinz", r"regions\.csv:2: column 'level': .*'provinz'; did you mean 'province'\?"),
    ("regions", "X,nation", "X,strategy", r"regions\.csv:1: column 'level': 0 rows of level 'nation'"),
    ("regions", "M,province,Middle\n", "", r"provinces\.csv:2: column 'province': unknown region .* 'M'"),
    ("regions", "X,nation", "E,cluster,Empty\nX,nation", r"regions\.csv:5: column 'region': 'E' has no member; list"),
    ("region_members", "primary\n", "primary\nM,A,0\n", r"csv:2: column 'region': members of level 'province'"),
    ("region_members", "primary\n", "primary\nX,A,2\n", r"members\.csv:2: column 'primary': '2' is out of range"),
    ("rail_edges", "1858-06", "1858", r"rail_edges\.csv:2: column 'opened': '1858' is not a month; write it"),
    ("rail_edges", "1,A,B", "1,A,A", r"rail_edges\.csv:2: column 'destination': equals the origin; remove"),
    ("rail_times", "B,G", "B,Z", r"rail_times\.csv:2: column 'destination': unknown city 'Z'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "message"), HOSTILE)
def test_hostile_tables(country, name, old, new, message):
    """A fault is one line with file, line, column, fault and remedy."""
    assert re.search(message, refused(edited(country, name, old, new)))


HOSTILE_LISTS = [
    ("gates", "Basle,A,seaport", "Basle,A,Seaport", r"gates\.csv:2: column 'kind': .*did you mean 'seaport'\?"),
    ("gates", "Chiasso,G", "Chiasso,Genf", r"gates\.csv:3: column 'city': unknown city 'Genf'; did you mean 'G'\?"),
    ("free_trade_zones", "late,G", "late,Z", r"free_trade_zones\.csv:2: column 'city': unknown city 'Z'; add it"),
    ("free_trade_zones", "2020-04", "2020Q2", r"zones\.csv:2: column 'opened': '2020Q2' is not a month; write it as"),
    ("free_trade_zones", "late,G", "early,G", r"zones\.csv:3: column 'zone, area_en, city': 'z → early → G' stands"),
    ("computing_hubs", "i,Other,A", "i,Other,Q", r"computing_hubs\.csv:3: column 'city': unknown city 'Q'; add it"),
    ("computing_hubs", "0.667", "0.5", r"hubs\.csv:2: column 'weight': weights of 'h' add to 0\.8330; they have to"),
    ("computing_hubs", "A,1,", "A,0,", r"hubs\.csv:3: column 'weight': weights of 'i' add to 0\.0000; they have to"),
    ("computing_hubs", "A,1,", "A,2,", r"hubs\.csv:3: column 'weight': '2' is out of range"),
    ("computing_hubs", "2021-01,0", "2021-01,no", r"hubs\.csv:3: column 'west': 'no' is not a number"),
    ("industry_clusters", "1,Clocks,equipment,B", "1,Clocks,equipment,G", r"csv:3: .*'1 → G' stands on line 2"),
    ("industry_clusters", "biomedicine", "biomedecine", r"csv:4: .* unknown sector .*; did you mean 'biomedicine'\?"),
    ("industry_clusters", "biomedicine", "Biomedicine", r"csv:4: column 'sector': .*; did you mean 'biomedicine'\?"),
    ("industry_clusters", "2022-10", "2022", r"clusters\.csv:4: column 'since': '2022' is not a month; write it as"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "message"), HOSTILE_LISTS)
def test_hostile_lists(listed, name, old, new, message):
    """Faults in lists of gates, zones, hubs and clusters are one line too."""
    assert re.search(message, refused(edited(listed, name, old, new)))


def test_primary_cluster_is_unique(country):
    """A place counts to one cluster only, and only clusters have primary members."""
    edited(country, "regions", "X,nation", "P,strategy,P\nC,cluster,C\nD,cluster,D\nX,nation")
    country["region_members"].write_text("region,city,primary\nC,A,1\nD,A,1\nP,A,0\n", encoding="utf-8")
    assert "csv:3: column 'primary': 'A' has the primary cluster 'C' already" in refused(country)
    country["region_members"].write_text("region,city,primary\nC,A,1\nD,B,1\nP,A,1\n", encoding="utf-8")
    assert "csv:4: column 'primary': 'P' is not a cluster; write 0" in refused(country)


def test_every_city_needs_a_start(country):
    """A city without a row in `start` is named."""
    text = country["start"].read_text(encoding="utf-8")
    country["start"].write_text(
        "\n".join(line for line in text.splitlines() if not line.startswith("A,")), encoding="utf-8"
    )
    assert "column 'city': no row for 'A'; every city needs one" in refused(country)


def test_province_without_city(country):
    """A province that no city lies in is refused."""
    edited(country, "provinces", "W,West", "E,East,all,A\nW,West")
    edited(country, "regions", "W,province", "E,province,East\nW,province")
    assert "provinces.csv:3: column 'province': 'E' has no city" in refused(country)


@pytest.mark.parametrize("name", ["cities", "provinces", "regions", "start"])
def test_header_alone_is_refused(country, name):
    """Tables that a model cannot do without need a row."""
    head = country[name].read_text(encoding="utf-8").splitlines()[0]
    country[name].write_text(head + "\n", encoding="utf-8")
    assert f"{name}.csv:1: no row under the header; add at least one" in refused(country)


def test_unreadable_files(country, tmp_path):
    """Missing, empty, binary and folder: each has its own line."""
    assert "no such file; correct the path" in refused(country | {"start": tmp_path / "none.csv"})
    assert "cannot be read" in refused(country | {"start": tmp_path})
    (tmp_path / "empty.csv").write_bytes(b"\n\n")
    assert "empty.csv:1: empty; the first line has to be city,population" in refused(
        country | {"start": tmp_path / "empty.csv"}
    )
    (tmp_path / "latin.csv").write_bytes(b"city\nZ\xfcrich\n")
    assert "latin.csv:2: not UTF-8; save the table as UTF-8" in refused(country | {"start": tmp_path / "latin.csv"})


def test_missing_column(country):
    """A column that is not there is named; with a near miss the near miss is."""
    edited(country, "provinces", ",macro_region", "")
    edited(country, "provinces", ",all", "")
    assert "provinces.csv:1: column 'macro_region': missing; add it" in refused(country)


def test_half_replaced(country):
    """Replacing cities alone leaves shipped tables that do not fit, and the message says which to give."""
    message = refused({"cities": country["cities"], "provinces": country["provinces"]})
    assert "unknown city" in message
    assert "the shipped table does not fit yours: give your own 'gates' too" in message


def test_unknown_table_name(country):
    """A misspelt table name is answered with the nearest."""
    assert refused({"citys": country["cities"]}) == "citys: no such table; did you mean 'cities'?"


@pytest.mark.parametrize("start", ["2015Q1", "2024Q2", "2024"])
def test_no_shipped_state(start):
    """A start without a shipped state is refused."""
    assert refused({}, start).startswith("start: ")


SECTORS = """sector,name_en,value_added_share,gdp_share,skill_share,rd_share_of_output,digital_intensity,tradability,\
primary_part,secondary_part,strategic,final_household,final_government,final_investment
goods,Goods,0.4,0.5,0.2,0.02,0.1,goods,0.2,0.8,1,100,0,50
local,Local,0.6,0.5,0.3,0,0.2,local,0,0.2,0,100,50,-20
"""
FLOWS = "supplier,user,share\ngoods,goods,0.4\ngoods,local,0.3\nlocal,goods,0.2\nlocal,local,0.1\n"


@pytest.fixture
def industries(tmp_path: Path) -> dict[str, Path]:
    """Two sectors in place of the shipped twelve."""
    (tmp_path / "sectors.csv").write_text(SECTORS, encoding="utf-8")
    (tmp_path / "flows.csv").write_text(FLOWS, encoding="utf-8")
    (tmp_path / "clusters.csv").write_text(COUNTRY["industry_clusters"], encoding="utf-8")
    return {
        "sectors": tmp_path / "sectors.csv",
        "input_output": tmp_path / "flows.csv",
        "industry_clusters": tmp_path / "clusters.csv",
    }


def test_own_industries(industries):
    """Two sectors: inputs by supplier and user, shares of the inputs' sum."""
    sectors = load_facts("2024Q1", industries).sectors
    np.testing.assert_allclose(sectors.input_shares, [[2 / 3, 3 / 4], [1 / 3, 1 / 4]])
    np.testing.assert_allclose(sectors.final_demand, [150, 130])
    np.testing.assert_array_equal(sectors.digital, [0.1, 0.2])


def test_other_industries_need_their_clusters(industries):
    """Shipped clusters are of shipped sectors: with other sectors one's own table is asked for."""
    del industries["industry_clusters"]
    message = refused(industries)
    assert "unknown sector 'it_electronics'; the shipped table does not fit yours" in message
    assert "give your own 'industry_clusters' too" in message


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("sectors", "0.2,0.8,1", "0.3,0.8,1", "column 'secondary_part': with primary_part adds to more than 1"),
        ("sectors", "goods,0.2", "local,0.2", "column 'tradability': the last sector, and no other"),
        ("sectors", "0.4,0.5", "0.5,0.5", "sectors.csv:2: column 'value_added_share': with the inputs of 'goods'"),
        ("sectors", "0.4,0.5", "0.4,0.7", "column 'gdp_share': adds to 1.2000; it has to add to 1"),
        ("sectors", "0.02,0.1,", "0.02,0,", "column 'digital_intensity': '0' is out of range; it has to be above 0"),
        ("sectors", "100,", "0,", "column 'final_household': no sector has final demand"),
        ("input_output", "local,local,0.1\n", "", "column 'share': no row for supplier 'local' and user 'local'; add"),
        ("input_output", "local,local", "loca,local", "csv:5: column 'supplier': unknown sector 'loca'; did you mean"),
        ("input_output", "local,local", "goods,local", "column 'supplier, user': 'goods → local' stands on line 3"),
    ],
)  # fmt: skip
def test_hostile_industries(industries, table, old, new, message):
    """Sectors have to add up."""
    tables = edited(industries, table, old, new)
    if new == "0,":
        edited(tables, "sectors", "50", "0")
    assert message in refused(tables)


def test_sector_without_inputs(industries):
    """A sector that takes nothing has no input mix to scale."""
    edited(industries, "input_output", "goods,goods,0.4", "goods,goods,0")
    edited(industries, "input_output", "local,goods,0.2", "local,goods,0")
    edited(industries, "sectors", "goods,Goods,0.4", "goods,Goods,1")
    assert "'goods' takes no input" in refused(industries)
