"""Facts under random mischief."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nqpf.model.errors import DataError
from nqpf.model.facts import DATA, load_facts

NAMES = {
    "cities": "cities",
    "provinces": "provinces",
    "regions": "regions",
    "start": "start_2024",
    "sectors": "sectors",
    "gates": "gates",
    "free_trade_zones": "free_trade_zones",
    "computing_hubs": "computing_hubs",
    "industry_clusters": "industry_clusters",
}


@functools.cache
def shipped(name: str) -> bytes:
    """A shipped table as bytes."""
    return (DATA / f"{NAMES[name]}.csv").read_bytes()


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(NAMES)),
    at=st.floats(0, 1),
    cut=st.integers(0, 12),
    put=st.binary(max_size=8) | st.sampled_from([b"-1", b"nan", b'"', b"\n", b",", "城".encode()]),
)
def test_a_damaged_table_loads_or_is_refused_in_one_line(name, at, cut, put):
    """Whatever bytes are cut out and put in, nothing but a one-line DataError comes out."""
    content = shipped(name)
    start = int(at * len(content))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(content[:start] + put + content[start + cut :])
        message = ""
        try:
            load_facts("2024Q1", {name: path})
        except DataError as fault:
            message = str(fault)
    assert "\n" not in message
    assert message == "" or re.search(r"\.csv(:\d+)?: .*[;?]", message)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_row_order_does_not_matter(seed):
    """Places, provinces and the start are ordered by code, however their rows stand."""
    rng = np.random.default_rng(seed)
    with TemporaryDirectory() as folder:
        tables = {}
        for name in ("cities", "provinces", "start"):
            head, *rows = shipped(name).decode().splitlines()
            tables[name] = Path(folder) / f"{name}.csv"
            tables[name].write_text("\n".join([head, *(rows[i] for i in rng.permutation(len(rows)))]), encoding="utf-8")
        mixed = load_facts("2024Q1", tables)
    plain = load_facts("2024Q1")
    assert mixed.places.code == plain.places.code
    np.testing.assert_array_equal(mixed.places.province, plain.places.province)
    np.testing.assert_array_equal(mixed.provinces.capital, plain.provinces.capital)
    np.testing.assert_array_equal(mixed.start.net_migration_rate, plain.start.net_migration_rate)
    np.testing.assert_array_equal(mixed.regions.member, plain.regions.member)


@settings(max_examples=30, deadline=None)
@given(
    people=st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=30),
    provinces=st.lists(st.sampled_from("abc"), min_size=30, max_size=30),
)
def test_whole_persons_keep_the_total(people, provinces):
    """The builder's rounding moves nobody by more than one and keeps each province's rounded total."""
    source = pytest.importorskip("nqpf.model.data.build.source", reason="the builder is not installed with the model")
    pandas = pytest.importorskip("pandas")
    values = pandas.Series(people)
    province = pandas.Series(provinces[: len(people)])
    rounded = source.whole(values, province)
    assert ((rounded - values).abs() < 1).all()
    expected = values.groupby(province).sum().round()
    np.testing.assert_array_equal(rounded.groupby(province).sum(), expected)
