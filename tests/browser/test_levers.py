"""The panel of levers: groups and search, and levers that are no plain slider."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RIGHT = """[...document.querySelectorAll('.nq-levers :is(select, label, output)')]
  .map((part) => part.getBoundingClientRect().right)"""
NEVER = "[data-lever=switch_year] [type=checkbox]"


def forks(visitor):
    """The changes made, by lever."""
    return {fork["lever"]: fork["value"] for fork in visitor.state()["forks"]}


def shown(visitor, lever):
    """What stands beside a lever's name."""
    return visitor.page.locator(f"[data-lever='{lever}'] output").text_content()


def test_a_choice_is_made_by_name_and_linked(visitor, visit):
    """The list speaks the page's language; what is chosen travels in the link, and a second visitor finds it."""
    visitor.open("?quarter=2024Q2")
    visitor.wait("state.a.computed > 4")
    listed = visitor.page.locator("[id='lever-data_pool_scope']")
    assert listed.locator("option").all_inner_texts() == ["City", "Province", "City cluster", "Nation"]
    assert listed.input_value() == "province"
    listed.select_option("nation")
    visitor.wait("state.b?.computed > 2")
    assert forks(visitor) == {"data_pool_scope": "nation"}
    visitor.page.wait_for_function("location.search.includes('lever.data_pool_scope=nation@2024Q2')")
    another = visit().open(visitor.page.evaluate("location.search") + "&lang=zh")
    another.wait("state.b?.computed > 2")
    listed = another.page.locator("[id='lever-data_pool_scope']")
    assert listed.input_value() == "nation"
    assert listed.locator("option").all_inner_texts() == ["本市", "本省", "城市群", "全国"]


def test_never_is_a_box_beside_the_slider(visitor, visit):
    """Pulling the slider names a year and clears the box; the box takes it back; both travel in the link."""
    visitor.open("?quarter=2024Q2")
    visitor.wait("state.a.computed > 4")
    assert visitor.page.locator(NEVER).is_checked()
    assert shown(visitor, "switch_year") == "never"
    visitor.pull("switch_year", 12)
    visitor.wait("state.forks.length === 1 && state.b?.computed > 2")
    assert forks(visitor) == {"switch_year": 12}
    assert not visitor.page.locator(NEVER).is_checked()
    assert shown(visitor, "switch_year").startswith("12 from")
    visitor.page.locator("[data-driver=governments] summary").click()
    visitor.page.locator("[data-lever=switch_year] .nq-help").click()
    why = visitor.page.locator("[data-lever=switch_year] .nq-why").inner_text()
    assert "0 – 30, never; status quo never" in why
    visitor.shoot("never")
    visitor.page.locator(NEVER).check()
    visitor.wait("state.forks.at(-1)?.value === null")
    assert shown(visitor, "switch_year").startswith("never from")
    visitor.page.wait_for_function("location.search.includes('lever.switch_year=never@2024Q2')")
    another = visit().open("?lever.switch_year=7@2024Q1&lever.switch_year=never@2024Q2&lever.pole_share=9@2024Q1")
    another.wait("state.b?.computed > 2")
    values = [(fork["lever"], fork["value"]) for fork in another.state()["forks"]]
    assert values == [("pole_share", 1), ("switch_year", 7), ("switch_year", None)]
    assert another.page.locator(NEVER).is_checked()


def unfolded(visitor):
    """Drivers whose group is open."""
    return visitor.page.evaluate(
        "[...document.querySelectorAll('.nq-levers details[open]')].map((d) => d.dataset.driver)"
    )


@pytest.mark.parametrize(("language", "badge"), [("en", "1 changed"), ("zh", "已改 1 项")])
def test_a_closed_group_tells_of_its_changes(visitor, language, badge):
    """A lever moved in a group that is closed shows in the group's count and in the list above, which leads to it."""
    visitor.open(f"?quarter=2024Q2&lever.targeting_rule=related@2024Q1&lang={language}")
    visitor.wait("state.b?.computed > 2 && state.forks.length === 1")
    assert unfolded(visitor) == ["technology", "factors"]
    visitor.page.locator("[data-driver=governments] em").wait_for()
    assert visitor.page.locator("[data-driver=governments] em").inner_text() == badge
    assert visitor.page.locator(".nq-levers em:visible").count() == 1
    change = visitor.page.locator(".nq-changes button")
    assert "2024Q1" in change.inner_text()
    change.click()
    assert unfolded(visitor) == ["technology", "factors", "governments"]
    assert visitor.page.evaluate("document.activeElement.id") == "lever-targeting_rule"
    visitor.page.locator(".nq-clear").click()
    visitor.wait("state.b === null")
    assert visitor.page.locator(".nq-levers em:visible").count() == 0


def test_levers_are_found_and_folded_with_the_keyboard(visitor):
    """A word leaves only the levers that speak of it; space folds a group and lets time stand."""
    visitor.open("?quarter=2024Q2")
    visitor.wait("state.a.computed > 4 && state.quarter === 2")
    visitor.page.locator(".nq-find").fill("rents")
    seen = visitor.page.locator(".nq-lever:visible")
    assert seen.evaluate_all("(rows) => rows.map((row) => row.dataset.lever)") == ["land_tilt"]
    visitor.page.locator(".nq-find").fill("")
    assert unfolded(visitor) == ["technology", "factors"]
    visitor.page.locator("[data-driver=factors] summary").focus()
    visitor.page.keyboard.press("Space")
    assert unfolded(visitor) == ["technology"]
    assert (visitor.state()["playing"], visitor.state()["quarter"]) == (False, 2)
    visitor.page.get_by_text("中文").click()
    visitor.page.get_by_text("政策杠杆").wait_for()
    assert unfolded(visitor) == ["technology"]


def test_levers_fit_a_phone_by_night(visit):
    """On 390 pixels the groups are closed; opened, choice and box stay inside, in the dark theme too."""
    visitor = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark")
    visitor.open("?quarter=2024Q2")
    visitor.wait("state.a.computed > 4")
    assert unfolded(visitor) == []
    if not visitor.page.locator("#app.theme--dark").count():
        visitor.page.get_by_label("Day or night").click()
    visitor.page.locator("#app.theme--dark").wait_for()
    visitor.page.locator("[data-driver=governments] summary").click()
    visitor.page.locator("[id='lever-targeting_rule']").select_option("complex")
    visitor.wait("state.forks.length === 1")
    visitor.page.locator(NEVER).uncheck()
    visitor.wait("state.forks.length === 2")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert max(visitor.page.evaluate(RIGHT)) <= 390
    visitor.page.locator("[data-lever=switch_year]").scroll_into_view_if_needed()
    visitor.shoot("phone-night")
