"""What visitors do to a server: they leave, they come together, they scrub."""

import time

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRUB = """async () => {
  const input = document.querySelector('.nq-scrub input');
  const seen = new Set();
  for (let k = Number(input.max); k >= 0; k -= 1) {
    input.value = k;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    seen.add(nqpf.stage.inspect().quarter);
  }
  return seen.size;
}"""


def open_runs(told):
    """Runs the server holds open."""
    return int(told.read_text(encoding="utf-8") or -1)


def requests(visitor):
    """Addresses asked for; the tab's icon, which a browser fetches again when the address changes, is left out."""
    return [url for url in visitor.asked if "/favicon." not in url]


def until(condition, seconds=20):
    """Wait for a condition of the server's."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.1)


def test_closing_the_tab_ends_the_runs(visit, told):
    """Baseline and scenario of a visitor who leaves are dropped, long before they are done; others go on."""
    staying, leaving = visit(), visit()
    staying.open("?seed=21")
    leaving.open("?seed=22&lever.talent_subsidy=0.2@2024Q1")
    leaving.wait("state.b?.computed > 0")
    before = open_runs(told)
    assert before >= 3
    assert leaving.state()["a"]["computed"] < leaving.state()["all"]
    leaving.leave()
    until(lambda: open_runs(told) == before - 2)
    computed = staying.state()["a"]["computed"]
    staying.wait(f"state.a.computed > {min(computed + 2, 48)}")


def test_scrubbing_asks_the_server_for_nothing(visitor):
    """Through the whole history and back, no request and no message leaves the page."""
    visitor.open("?seed=3&quarter=2024Q1")
    visitor.wait("state.state === 'done' && state.a.computed === state.all")
    visitor.pause()
    visitor.page.wait_for_timeout(1200)
    sent, asked = visitor.sent, requests(visitor)
    assert visitor.page.evaluate(SCRUB) == visitor.state()["all"]
    for key in ("End", "ArrowLeft", "Home", "ArrowRight"):
        visitor.page.keyboard.press(key)
    visitor.page.wait_for_timeout(700)
    assert (visitor.sent, requests(visitor)) == (sent, asked)
    assert sent > 0


def test_visitors_at_once_have_models_of_their_own(visit):
    """Two at a time have their seeds' numbers, as a third finds later, and a lever of one leaves the other alone."""
    one, other = [visit().open(f"?seed={seed}") for seed in (31, 32)]
    for visitor in (one, other):
        visitor.wait("state.a.computed > 3")
    assert one.values("a", "talent", 3) != other.values("a", "talent", 3)
    one.pull("transport_gain.within", 0.3)
    one.wait("state.b?.computed > 4")
    assert (one.state()["seed"], other.state()["seed"], other.state()["b"]) == (31, 32, None)
    third = visit().open("?seed=32")
    third.wait("state.a.computed > 3")
    assert third.values("a", "talent", 3) == other.values("a", "talent", 3)
