"""What the page shows of data, innovation and public money: lists by topic, flows, breakthroughs, charts by choice."""

import numpy as np
import pytest

from nqpf.model import RegionalEconomy
from nqpf.model.measures import CITY
from nqpf.visualization.economy import load_scenario
from nqpf.visualization.observed import AREA_SERIES, KEY, city_names
from nqpf.visualization.source import Order
from nqpf.visualization.topics import TOPICS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEED = 7
QUARTERS = 4
TITLES = {m.name: m.title["en"] for m in CITY}
GROUPS = """(pick) => [...document.querySelectorAll(`[data-pick=${pick}] optgroup`)]
  .map((group) => [group.label, [...group.children].map((option) => option.value)])"""
ROWS = """[...document.querySelectorAll('.nq-breaks .nq-event')]
  .map((row) => row.innerText.split('\\n').map((text) => text.trim()))"""
FLOWS = """([factor, k]) => {
  const { ends, amounts, total, shown } = nqpf.stage.feed.a.flows(factor, k);
  return [[...ends].slice(0, 2 * shown), [...amounts].slice(0, shown), total];
}"""
HOVER = """(code) => { const m = nqpf.stage.maps[0]; const box = m.live.getBoundingClientRect();
  const k = nqpf.stage.facts.places.code.indexOf(code); return [box.left + m.sx[k], box.top + m.sy[k]]; }"""
LEGEND = "document.querySelector('.nq-legend').innerText"


@pytest.fixture(scope="module")
def model():
    """The model's own first quarters of the run that the page shows: consortia, flows and counts."""
    economy = RegionalEconomy(load_scenario(Order("china", SEED)))
    quarters = []
    for _ in range(QUARTERS):
        economy.run_for(1)
        flows = {factor: economy.flows(factor) for factor in ("data", "collaboration")}
        quarters.append((economy.consortia, flows, economy.city_measures()["breakthroughs"]))
    return economy.facts, quarters


@pytest.fixture
def run(visitor):
    """The same run in a browser, standing at the last of those quarters."""

    def opened(query=""):
        visitor.open(f"?seed={SEED}&quarter=2024Q4{query}")
        visitor.wait(f"state.a.computed > {QUARTERS + 1} && state.quarter === {QUARTERS}")
        return visitor

    return opened


@pytest.mark.parametrize("language", ["en", "zh"])
def test_measures_stand_under_their_topics(visitor, language):
    """Every city measure can be chosen once, under its heading; sizes are only what adds up."""
    visitor.open(f"?lang={language}")
    expected = [[topic.title[language], list(topic.city)] for topic in TOPICS.values()]
    assert visitor.page.evaluate(GROUPS, "measure") == expected
    sizes = [name for _, names in visitor.page.evaluate(GROUPS, "size") for name in names]
    assert {"data", "rd", "public_capital"} <= set(sizes) < set(city_names())
    assert not {"gdp_per_head", "tfp", "compute", "digital"} & set(sizes)
    visitor.page.locator("[data-pick=measure]").select_option("public_capital")
    visitor.wait("state.measure === 'public_capital'")
    visitor.page.wait_for_function("location.search.includes('measure=public_capital')")


@pytest.mark.parametrize(("language", "names"), [("en", ["Data", "Projects"]), ("zh", ["数据", "合作项目"])])
def test_data_and_projects_flow_as_in_the_model(run, model, language, names):
    """The arcs of both are the model's, from provider to user; legend and hint give unit and direction."""
    visitor = run(f"&flows=data.collaboration&lang={language}")
    chips = [visitor.page.locator(f"[data-flow={factor}]") for factor in ("data", "collaboration")]
    assert [chip.inner_text() for chip in chips] == names
    assert {"en": "provider", "zh": "提供方"}[language] in chips[0].get_attribute("title")
    legend = visitor.page.evaluate(LEGEND)
    assert all(
        unit in legend for unit in {"en": ("CNY/quarter", "projects/quarter"), "zh": ("元/季", "项/季")}[language]
    )
    _, flows, _ = model[1][-1]
    for factor, amounts in flows.items():
        ends, drawn, total = visitor.page.evaluate(FLOWS, [factor, QUARTERS])
        assert len(drawn) == 200
        assert total == pytest.approx(amounts.sum() - np.trace(amounts), rel=1e-5)
        np.testing.assert_allclose(amounts[ends[::2], ends[1::2]], drawn, rtol=1e-5)


def test_consortia_are_the_model_s(run, model):
    """Read from the frames, every quarter's attempts, successes and partners are those of the model, and add up."""
    visitor = run()
    so_far = 0
    for k, (consortia, _, counts) in enumerate(model[1], start=1):
        held = visitor.page.evaluate("(k) => nqpf.stage.feed.a.consortia(k)", k)
        assert held["attempts"] == len(consortia.city)
        expected = {
            (int(city), int(sector), bool(opened), tuple(p for p in partners.tolist() if p >= 0))
            for city, sector, opened, partners in zip(
                consortia.city, consortia.sector, consortia.succeeded, consortia.partner_city, strict=True
            )
        }
        assert {(o["city"], o["sector"], o["opened"], tuple(o["partners"])) for o in held["list"]} == expected
        so_far = so_far + counts
        assert visitor.values("a", "breakthroughs", k) == so_far.tolist()
    assert so_far.sum() > 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_breakthroughs_are_marked_and_listed(run, model, language):
    """A star stands for each of the quarter shown, and no other; the list names them all, and leads to each quarter."""
    visitor = run(f"&lang={language}")
    facts, quarters = model
    names = getattr(facts.places, f"name_{language}"), getattr(facts.sectors, f"name_{language}")
    listed = [
        (k, names[0][city], names[1][sector], int(city))
        for k, (c, *_) in enumerate(quarters, start=1)
        for city, sector in zip(c.city[c.succeeded].tolist(), c.sector[c.succeeded].tolist(), strict=True)
    ]
    assert str(len(listed)) in visitor.page.locator(".nq-breaks summary").inner_text()
    visitor.page.locator(".nq-breaks summary").focus()
    visitor.page.keyboard.press("Space")
    assert not visitor.state()["playing"]
    visitor.page.locator(".nq-breaks .nq-event").first.wait_for()
    shown = [(row[0], row[1]) for row in visitor.page.evaluate(ROWS)]
    assert sorted(shown) == sorted((f"2024Q{k}", f"{city} · {sector}") for k, city, sector, _ in listed)
    visitor.shoot(f"breakthroughs-{language}")
    at, name, sector, city = listed[0]
    visitor.page.locator(".nq-breaks .nq-event").last.click()
    visitor.wait(f"state.quarter === {at} && state.marks.length > 0")
    here = [one for one in listed if one[0] == at]
    assert sorted(mark["city"] for mark in visitor.state()["marks"]) == sorted(one[3] for one in here)
    visitor.page.mouse.move(*visitor.page.evaluate(HOVER, facts.places.code[city]))
    tip = visitor.page.locator(".nq-tip")
    tip.wait_for()
    assert name in tip.inner_text()
    assert sector in tip.inner_text()
    visitor.page.keyboard.press("Home")
    visitor.wait("state.quarter === 0 && state.marks.length === 0")


def test_counts_have_whole_numbers_in_the_legend(run):
    """Breakthroughs of a place, mostly none, are coloured from 0 to the most there are, by whole steps."""
    visitor = run("&measure=breakthroughs")
    marks = visitor.page.locator(".nq-legend-marks span").all_inner_texts()
    assert [float(mark) for mark in marks] == list(range(len(marks)))
    assert len(marks) > 1
    assert len(set(visitor.page.evaluate("nqpf.stage.maps[0].radius"))) > 10


def test_charts_are_chosen_and_linked(run, visit):
    """Any of the nation's measures can be followed; a region has those it has; the link keeps the choice."""
    visitor = run()
    visitor.page.locator("[data-chart='1']").select_option("structural_similarity")
    visitor.wait("state.charts[1] === 'structural_similarity'")
    titles = visitor.page.locator(".nq-over b")
    assert titles.nth(1).inner_text().startswith("Structural similarity")
    visitor.page.wait_for_function("location.search.includes('structural_similarity')")
    another = visit().open(visitor.page.evaluate("location.search") + "&series=CN.44")
    another.wait("state.charts[1] === 'structural_similarity' && state.seriesDrawn > 0")
    another.page.locator(".nq-over b").first.wait_for()
    assert another.page.locator(".nq-over b").nth(1).inner_text().startswith(TITLES[AREA_SERIES[1]])
    options = another.page.locator("[data-chart='1'] option").evaluate_all("(all) => all.map((o) => o.value)")
    assert "public_capital" in options
    assert "structural_similarity" not in options


def test_a_place_shows_key_figures_first(run):
    """The panel opens with the key figures; a topic opens on request, by keyboard, and stays open as time goes on."""
    visitor = run("&place=310000")
    panel = visitor.page.locator(".nq-place")
    rows = panel.locator("tbody[data-rows] tr:visible")
    assert rows.count() == len(KEY)
    visitor.page.locator("[data-section=innovation]").focus()
    visitor.page.keyboard.press("Enter")
    assert rows.count() == len(KEY) + len(TOPICS["innovation"].city)
    visitor.page.keyboard.press("ArrowLeft")
    visitor.wait(f"state.quarter === {QUARTERS - 1}")
    assert rows.count() == len(KEY) + len(TOPICS["innovation"].city)
    visitor.shoot("place-topics")
