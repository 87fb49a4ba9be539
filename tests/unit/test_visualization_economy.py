"""The page's source over the real model: frames and forks."""

import json

import numpy as np
import pytest

from nqpf.model import measures
from nqpf.model.levers import LEVERS
from nqpf.model.quarters import parse_quarter
from nqpf.visualization.economy import EconomySource, load_scenario
from nqpf.visualization.frames import PARTNERS
from nqpf.visualization.observed import described_measures
from nqpf.visualization.source import Change, Order
from nqpf.visualization.topics import TOPICS, UNSHOWN

START = parse_quarter("2024Q1") - 1


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A short scenario of few firms: its path and source."""
    path = tmp_path_factory.mktemp("scenario") / "small.toml"
    path.write_text('name = "small"\nbase = "china"\nfirms = 2000\nquarters = 6\n', encoding="utf-8")
    return str(path), EconomySource(str(path))


def floats(producer):
    """The producer's frame as numbers."""
    return np.frombuffer(producer.frame(), "<f4")


def test_changes_become_rules_from_the_next_quarter(small):
    """A lever moved at 2024Q2 holds from 2024Q3 on."""
    scenario = load_scenario(Order(small[0], 3, (Change("talent_subsidy", 0.1, START + 2),)))
    assert scenario.seed == 3
    assert [(r.lever, r.value, r.from_) for r in scenario.policy] == [("talent_subsidy", 0.1, "2024Q3")]


def test_changes_of_every_kind_become_rules(small):
    """Names and null are taken as they are."""
    changes = (Change("data_pool_scope", "nation", START), Change("switch_year", 3.0, START))
    scenario = load_scenario(Order(small[0], 3, (*changes, Change("switch_year", None, START + 1))))
    assert [rule.value for rule in scenario.policy] == ["nation", 3.0, None]


def test_facts_name_everything_a_frame_holds(small):
    """Measures, factors and places told to the browser are those of the layout; each has a title and a unit."""
    source = small[1]
    facts, layout = source.facts(), source.layout
    assert len(facts["places"]["code"]) == layout.places
    assert tuple(m["name"] for m in facts["city"]) == layout.city
    assert tuple(m["name"] for m in facts["nation"]) == layout.nation
    assert tuple(f["name"] for f in facts["factors"]) == layout.factors
    assert (facts["first"], facts["frames"], facts["arcs"]) == (START, 7, layout.arcs)
    assert (facts["consortia"], facts["partners"]) == (layout.consortia, PARTNERS)
    assert len(facts["sectors"]["name"]["zh"]) == len(facts["sectors"]["name"]["en"]) == 12
    assert tuple(facts["region"]) == layout.region
    for factor in facts["factors"]:
        assert factor["unit"].keys() == factor["direction"].keys() == {"en", "zh"}
    for measure in facts["city"] + facts["nation"]:
        assert measure["title"].keys() == measure["unit"].keys() == {"en", "zh"}


def test_regions_of_a_frame_add_up_from_their_places(small):
    """The frame's regions stand in the order of the facts and hold their members' sums."""
    source = small[1]
    layout, regions = source.layout, source.facts()["regions"]
    frame = floats(source.open(Order(small[0], 1))).astype(float)
    city = frame[: len(layout.city) * layout.places].reshape(len(layout.city), layout.places)
    at = city.size + len(layout.nation)
    shown = frame[at : at + len(layout.region) * layout.regions].reshape(len(layout.region), layout.regions)
    assert len(regions) == layout.regions == 4 + 19 + 31
    for name in ("gdp", "talent"):
        sums = [city[layout.city.index(name), region["members"]].sum() for region in regions]
        np.testing.assert_allclose(shown[layout.region.index(name)], sums, rtol=1e-5)


def test_every_measure_has_one_topic_or_is_left_out_on_purpose():
    """Of the model's measures none is forgotten and none stands twice; every topic is titled in both languages."""
    for declared, listed in (
        (measures.CITY, [name for topic in TOPICS.values() for name in topic.city]),
        (measures.NATION, [name for topic in TOPICS.values() for name in topic.nation]),
    ):
        names = {m.name for m in declared}
        assert sorted(listed) == sorted(names - set(UNSHOWN))
    assert set(UNSHOWN) <= {m.name for m in (*measures.CITY, *measures.NATION)}
    assert all(topic.title.keys() == {"en", "zh"} for topic in TOPICS.values())


def test_events_are_added_up_and_counts_are_whole():
    """Measures of events alone are summed by the browser; their unit says so."""
    described = described_measures()
    summed = {m["name"]: m["unit"]["en"] for m in described["city"] + described["nation"] if m["summed"]}
    assert summed == dict.fromkeys(("breakthroughs", "attempts", "cross_province_consortia"), "so far")
    assert all(m["whole"] for m in described["city"] if m["summed"] or m["name"] in {"collaborations", "firms"})


def test_a_frame_ends_with_the_quarter_s_consortia(small):
    """The last numbers of a frame are how many consortia tried, and who they were."""
    source = small[1]
    producer = source.open(Order(small[0], 1))
    size = 1 + source.layout.consortia * (3 + PARTNERS)
    assert not floats(producer)[-size:].any()
    for _ in range(6):
        producer.advance()
        consortia = producer.economy.consortia
        block = floats(producer)[-size:]
        assert block[0] == len(consortia.city)
        rows = block[1:].reshape(-1, 3 + PARTNERS)[: len(consortia.city)]
        assert sorted(rows[:, 0]) == sorted(consortia.city)
        assert rows[:, 2].sum() == consortia.succeeded.sum()


def test_default_choices_exist():
    """What the page shows first is among the measures."""
    described = described_measures()
    city, nation = ({m["name"] for m in described[kind]} for kind in ("city", "nation"))
    defaults = described["defaults"]
    assert {defaults["measure"], defaults["size"], *defaults["key"]} <= city
    assert set(defaults["areaSeries"]) <= set(described["region"]) <= city
    assert len(defaults["areaSeries"]) == len(defaults["series"])
    assert set(defaults["flows"]) <= {f["name"] for f in described["factors"]}
    assert {defaults["headline"], *defaults["series"]} <= nation


def test_levers_have_what_a_slider_needs(small):
    """Every lever comes with range and step, or its values' names, and an explanation in both languages."""
    levers = small[1].levers()
    assert [lever["name"] for lever in levers] == list(LEVERS)
    json.dumps(levers, allow_nan=False)
    for lever in levers:
        if lever["kind"] == "choice":
            assert lever["step"] is None
            assert list(lever["values_title"]) == lever["values"]
            assert all(title.keys() == {"en", "zh"} for title in lever["values_title"].values())
        else:
            assert lever["values_title"] is None
            assert 0 < lever["step"] < lever["high"] - lever["low"]
        assert lever["nullable"] == (lever["name"] == "switch_year")
        assert lever["meaning"].keys() == {"en", "zh"}


def test_a_fork_has_the_baseline_s_draws(small):
    """Going on unchanged gives the same bytes; a lever gives what the rule gives in a run of its own."""
    path, source = small
    changed = Order(path, 5, (Change("hukou_easing.labour", 0.7, START + 2),))
    base = source.open(Order(path, 5))
    whole = source.open(changed)
    for _ in range(2):
        base.advance()
        whole.advance()
    assert base.frame() == whole.frame()
    saved = base.checkpoint()
    again, forked = source.resume(Order(path, 5), saved), source.resume(changed, saved)
    for _ in range(2):
        for producer in (base, whole, again, forked):
            producer.advance()
        np.testing.assert_array_equal(floats(again), floats(base))
        np.testing.assert_array_equal(floats(forked), floats(whole))
    assert not np.array_equal(floats(forked), floats(base))
