"""The page in a real browser: what a newcomer does, asserted on the data the page holds."""

import time

import pytest

from nqpf.visualization.observed import COLOUR

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_it_plays_by_itself_and_pauses(visitor):
    """The first visit starts to play; space pauses it and time stands still."""
    visitor.open()
    visitor.wait("state.at > 1.5")
    visitor.shoot("playing")
    visitor.pause()
    at = visitor.state()["at"]
    time.sleep(0.5)
    assert visitor.state()["at"] == at


def test_stepping_and_scrubbing_only_read(visitor):
    """Steps, keys and the slider move over history without computing anything again."""
    visitor.open()
    visitor.wait("state.a.computed > 12")
    visitor.pause()
    before = visitor.values("a", "gdp", 5)
    run = visitor.state()["a"]["id"]
    visitor.page.keyboard.press("Home")
    assert visitor.state()["quarter"] == 0
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.keyboard.press("ArrowLeft")
    assert visitor.state()["quarter"] == 1
    visitor.page.locator(".nq-scrub input").fill("5")
    assert visitor.state()["quarter"] == 5
    assert visitor.state()["name"] == "2025Q1"
    visitor.page.keyboard.press("End")
    assert visitor.state()["quarter"] >= 11
    assert visitor.values("a", "gdp", 5) == before
    assert visitor.state()["a"]["id"] == run


def test_another_seed_is_another_run(visitor):
    """Run again with a new seed gives new numbers after the start, and the same seed the old ones."""
    visitor.open("?seed=7")
    visitor.wait("state.a.computed > 3")
    first = visitor.values("a", "talent", 3)
    for seed, same in ((8, False), (7, True)):
        old = visitor.state()["a"]["id"]
        visitor.page.locator(".nq-seed input").fill(str(seed))
        visitor.page.locator(".nq-seed button").click()
        visitor.wait(f"state.a?.id !== {old} && state.a?.computed > 3 && state.seed === {seed}")
        assert (visitor.values("a", "talent", 3) == first) is same


def test_a_place_is_selected_by_a_click(visitor):
    """A click on a circle opens its panel; the address names it."""
    visitor.open()
    visitor.pause()
    x, y = visitor.page.evaluate(
        "(() => { const m = nqpf.stage.maps[0]; const box = m.live.getBoundingClientRect();"
        " const k = nqpf.stage.facts.places.code.indexOf('650100');"
        " return [box.left + m.sx[k], box.top + m.sy[k]]; })()"
    )
    visitor.page.mouse.click(x, y)
    visitor.wait("state.place === '650100'")
    visitor.page.locator(".nq-place h3").wait_for()
    assert "Urumqi" in visitor.page.locator(".nq-place h3").inner_text()
    visitor.page.wait_for_function("location.search.includes('place=650100')")
    visitor.shoot("place")


def test_zoom_is_kept_between_frames(visitor):
    """Zooming in holds while time goes on."""
    visitor.open()
    visitor.page.locator("[data-zoom='1.6']").first.click()
    zoom = visitor.state()["zoom"]
    visitor.wait("state.at > 2")
    assert visitor.state()["zoom"] == zoom > 1


def test_a_lever_forks_with_the_same_draws(visitor):
    """The scenario equals the baseline up to the quarter shown, differs after it, and can be dropped."""
    visitor.open("?quarter=2024Q3")
    visitor.wait("state.a.computed > 8 && state.quarter === 3")
    visitor.pull("hukou_easing.labour", 0.8)
    visitor.wait("state.b?.computed > 8")
    assert [(f["lever"], f["value"]) for f in visitor.state()["forks"]] == [("hukou_easing.labour", 0.8)]
    fork = visitor.state()["forks"][0]["quarter"] - visitor.state()["first"]
    assert fork == 3
    assert visitor.values("b", "labour", fork) == visitor.values("a", "labour", fork)
    assert visitor.values("b", "labour", fork + 1) != visitor.values("a", "labour", fork + 1)
    visitor.page.locator("[data-mode=both]").click()
    visitor.page.keyboard.press("End")
    visitor.shoot("fork")
    visitor.page.locator(".nq-clear").click()
    visitor.wait("state.b === null")


def test_a_link_shows_the_same_again(visitor, visit):
    """Seed, levers and quarter of a link give a second visitor the same numbers, in a run of their own."""
    another = visit()
    query = "?seed=11&lever.talent_subsidy=0.2@2024Q1&quarter=2024Q4&lang=zh"
    for one in (visitor, another):
        one.open(query)
        one.wait("state.b?.computed > 4 && state.quarter === 4")
    assert visitor.values("b", "talent", 4) == another.values("b", "talent", 4)
    assert visitor.values("b", "talent", 4) != visitor.values("a", "talent", 4)
    assert visitor.state()["a"]["id"] != another.state()["a"]["id"]


def test_a_link_repeats_a_fork_exactly(visitor, visit):
    """The address after a lever was moved gives a second visitor every number of both runs, flows included."""
    frame = "([run, k]) => [...nqpf.stage.feed[run].frame(k)]"
    visitor.open("?seed=5&quarter=2024Q2")
    visitor.wait("state.a.computed > 7 && state.quarter === 2")
    visitor.pull("hukou_easing.labour", 0.8)
    visitor.wait("state.b?.computed > 7")
    visitor.page.wait_for_function("location.search.includes('lever.hukou_easing.labour=0.8@2024Q2')")
    another = visit().open(visitor.page.evaluate("location.search"))
    another.wait("state.a.computed > 7 && state.b?.computed > 7")
    for run in "ab":
        for quarter in (2, 3, 7):
            assert visitor.page.evaluate(frame, [run, quarter]) == another.page.evaluate(frame, [run, quarter])


def test_it_survives_a_cut_connection(visitor):
    """Frames that were sent into a closed connection are asked for again."""
    visitor.open()
    visitor.wait("state.a.computed > 2")
    visitor.context.set_offline(True)
    visitor.page.evaluate("nqpf.stage.feed.asked.set(nqpf.stage.feed.a.id, performance.now() - 60000)")
    time.sleep(1)
    before = visitor.state()["a"]["computed"]
    visitor.context.set_offline(False)
    visitor.wait(f"state.a.computed > {before + 3}")
    visitor.faults.clear()  # a browser reports the cut itself


def test_hostile_addresses_are_clamped(visitor):
    """Nonsense in the address becomes defaults, not a fault."""
    visitor.open(
        "?seed=-5&lever.nope=1@2024Q1&lever.protection=nan@2024Q2&place=zz&quarter=9999Q9&lang=xx"
        "&measure=__proto__&flows=a.b"
    )
    state = visitor.state()
    assert (state["seed"], state["forks"], state["place"], state["measure"]) == (0, [], None, COLOUR)


def test_day_night_and_chinese(visitor):
    """Theme and language change without starting the run again."""
    visitor.open()
    run = visitor.state()["a"]["id"]
    visitor.page.get_by_label("Day or night").click()
    visitor.page.locator("#app.theme--dark").wait_for()
    visitor.page.get_by_text("中文").click()
    visitor.page.get_by_text("政策杠杆").wait_for()
    visitor.shoot("night-zh")
    assert visitor.state()["a"]["id"] == run


def test_a_phone_can_use_it(visit):
    """At 390 × 844 nothing overflows sideways and the player is there."""
    visitor = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    visitor.open()
    visitor.shoot("phone")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visitor.page.locator("[data-do=play]").is_visible()
