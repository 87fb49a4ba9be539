"""Levers that are no plain slider: choices, and one that may be off for ever."""

NEVER = "[data-lever=switch_year] [type=checkbox]"


def forks(visitor):
    """The changes made, by lever."""
    return {fork["lever"]: fork["value"] for fork in visitor.state()["forks"]}


def shown(visitor, lever):
    """What stands beside a lever's name."""
    return visitor.page.locator(f"[data-lever='{lever}'] output").inner_text()


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
