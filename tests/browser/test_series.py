"""The series of nation, regions and a place, and what lies over the maps."""

import pytest

from nqpf.visualization.observed import COLOUR

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COVERED = """() => {
  const stage = document.querySelector('.nq-stage');
  const over = [...stage.querySelectorAll('.nq-legend, .nq-caption, .nq-zoom')].map((e) => e.getBoundingClientRect());
  return nqpf.stage.maps.filter((map) => !map.host.hidden).flatMap((map) => {
    const box = map.live.getBoundingClientRect();
    return nqpf.stage.facts.places.name.en.filter((_, k) => {
      const [x, y] = [box.left + map.sx[k], box.top + map.sy[k]];
      const outside = x < box.left || x > box.right || y < box.top || y > box.bottom;
      return outside || over.some((r) => x > r.left && x < r.right && y > r.top && y < r.bottom);
    });
  });
}"""
AXES = """() => nqpf.stage.series.chart.getOption().yAxis.map(({ min, max, interval }) => [min, max, interval])"""
CLIPPED = """() => [...document.querySelectorAll('.nq-over b')]
  .filter((b) => b.scrollHeight > b.clientHeight + 1 || b.scrollWidth > b.clientWidth + 1).map((b) => b.textContent)"""
NAMELESS = """() => [...document.querySelectorAll('.nq-page button, .nq-page input, .nq-page select')]
  .filter((e) => e.offsetParent && !e.getAttribute('aria-label') && !e.labels?.[0]?.textContent.trim())
  .filter((e) => e.tagName !== 'BUTTON' || !e.textContent.trim()).map((e) => e.outerHTML)"""
MEMBERS = "(id) => nqpf.stage.facts.regions.find((region) => region.id === id).members"


def test_regions_are_chosen_with_the_keyboard(visitor, visit):
    """Searched and taken, a region is a line of its own, adds up from its places, and stands in the address."""
    visitor.open("?quarter=2024Q4")
    visitor.wait("state.a.computed > 4 && state.quarter === 4")
    visitor.page.locator(".nq-add").click()
    visitor.page.locator(".nq-picker input").fill("广东")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator(".nq-picker input").fill("yangtze river")
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Escape")
    assert visitor.state()["areas"] == ["CN", "44", "yrd"]
    assert visitor.page.locator(".nq-add").evaluate("(add) => add === document.activeElement")
    for region in ("44", "yrd"):
        members = visitor.page.evaluate(MEMBERS, region)
        gdp = visitor.values("a", "gdp", 4)
        assert visitor.course("a", "gdp", region)[4] == pytest.approx(sum(gdp[k] for k in members), rel=1e-5)
    visitor.page.wait_for_function("location.search.includes('series=CN.44.yrd')")
    lines = "nqpf.stage.series.chart.getOption().series.length"
    visitor.page.wait_for_function(f"{lines} === 15")
    visitor.shoot("regions")
    another = visit().open(visitor.page.evaluate("location.search"))
    assert another.state()["areas"] == ["CN", "44", "yrd"]
    visitor.page.locator(".nq-area[data-area='44']").click()
    assert visitor.state()["areas"] == ["CN", "yrd"]


def test_series_of_a_hostile_address(visitor):
    """Unknown and surplus regions are left out; none known means the nation."""
    visitor.open("?series=__proto__.44.44.nope.31.CN.32.33.35.36&index=0&flows=capital.__proto__&clusters=1e9")
    state = visitor.state()
    assert state["areas"] == ["44", "31", "CN", "32", "33"]
    assert (state["index"], state["flows"], state["clusters"]) == (False, ["capital"], False)
    visitor.open("?series=<b>.constructor&measure=constructor&size=1&place=-1")
    state = visitor.state()
    assert (state["areas"], state["place"], state["measure"], state["size"]) == (["CN"], None, COLOUR, "gdp")


def test_nothing_covers_a_place(visitor):
    """In the views a newcomer meets, one map and two, every place is on the map and free of legend and buttons."""
    visitor.open("?quarter=2024Q2&lever.talent_subsidy=0.2@2024Q1")
    visitor.wait("state.b?.computed > 2 && state.quarter === 2")
    assert visitor.page.evaluate(COVERED) == []
    visitor.page.locator("[data-mode=a]").click()
    visitor.wait("state.wide")
    visitor.page.wait_for_function("nqpf.stage.maps[1].host.hidden")
    visitor.page.wait_for_timeout(100)
    assert visitor.page.evaluate(COVERED) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_charts_are_calm_and_complete(visitor, language):
    """A year of a run does not fill an axis from end to end, axes end at round numbers, and no title is cut."""
    visitor.open(f"?lang={language}")
    visitor.wait("state.a.computed > 2 && state.seriesDrawn > 1")
    visitor.page.locator(".nq-over b").first.wait_for()
    axes = visitor.page.evaluate(AXES)
    assert len(axes) == 5
    for low, high, step in axes:
        assert high - low > 0.08 * high
        assert round((high - low) / step, 6) in {2, 3, 4, 5}
        assert low / step == pytest.approx(round(low / step), abs=1e-6)
    assert visitor.page.evaluate(CLIPPED) == []
    grids = visitor.page.evaluate("nqpf.stage.series.grids.map((grid) => grid.left - grid.cell)")
    assert all(40 < room < 90 for room in grids)


def test_buttons_have_names_and_take_the_focus(visitor):
    """Every control can be named by a screen reader and reached with the keyboard; a lever explains itself."""
    visitor.open("?series=CN.44")
    assert visitor.page.evaluate(NAMELESS) == []
    unreached = "[...document.querySelectorAll('.nq-stage button')].filter((e) => e.tabIndex < 0).length"
    assert visitor.page.evaluate(unreached) == 0
    visitor.page.locator("[data-lever=talent_subsidy] .nq-help").focus()
    visitor.page.keyboard.press("Enter")
    why = visitor.page.locator("[data-lever=talent_subsidy] .nq-why").inner_text()
    assert all(word in why for word in ("Range", "status quo", "Unit", "Watch", "Source"))
