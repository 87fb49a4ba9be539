"""A real server and a real browser: `nqpf app` on a free port, Chromium without a network."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("NQPF_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 60


COMMAND = (sys.executable, "-m", "nqpf.experiments.cli")


def start(*arguments, command=COMMAND):
    """The command as a user starts it; waits until it says where the page is."""
    process = subprocess.Popen(
        [*command, "app", "--no-open", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline()
    found = re.search(r"http://\S+?:\d+/", line)
    if not found:
        process.kill()
        pytest.fail(f"no page: {line!r} {process.stderr.read()}")
    url = found.group()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}readyz", timeout=5) as answer:  # noqa: S310 (our own)
            if answer.status == 200:
                return process, url
        time.sleep(0.1)
    process.kill()
    return pytest.fail("the page never got ready")


def stop(process):
    """End the server as a process manager does."""
    process.terminate()
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return process.returncode


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """The file where the running page's server says how many runs are open."""
    return tmp_path_factory.mktemp("server") / "open"


@pytest.fixture(scope="session")
def server(told):
    """Address of a running page."""
    process, url = start(command=(sys.executable, str(Path(__file__).with_name("told.py")), str(told)))
    yield url
    stop(process)


@pytest.fixture
def launch():
    """Starts servers of a test's own, and ends those that still run: `launch(*arguments)` gives process and address."""
    processes = []

    def make(*arguments):
        processes.append(start(*arguments))
        return processes[-1]

    yield make
    for process, _ in processes:
        if process.poll() is None:
            stop(process)


@pytest.fixture(scope="session")
def chromium():
    """A browser; without one the tests are skipped, except in continuous integration."""
    if not (shutil.which(CHROMIUM) or os.environ.get("CI")):
        pytest.skip(f"no Chromium at {CHROMIUM}; name one in NQPF_CHROMIUM")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (needed here alone)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """A page with everything recorded that should not happen."""

    def __init__(self, browser, url, **context):
        self.url = url
        self.faults = []
        self.sent = 0
        self.asked = []
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
        self.page = self.context.new_page()
        self.page.route("**/*", self._local)
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.faults.append(str(e)))
        self.page.on("response", lambda r: self.faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)

        self.page.on("request", lambda r: self.asked.append(r.url))
        self.page.on("websocket", lambda socket: socket.on("framesent", self._count))

    def _count(self, _payload):
        self.sent += 1

    def _local(self, route):
        if route.request.url.startswith((self.url, "blob:", "data:")):
            route.continue_()
        else:
            self.faults.append(f"outside: {route.request.url}")
            route.abort()

    def open(self, query=""):
        """Load the page and wait until a quarter is painted."""
        self.page.goto(self.url + query)
        self.wait("state.a?.computed > 0 && state.paints.length > 0")
        return self

    def state(self):
        """What the page holds."""
        return self.page.evaluate("nqpf.stage.inspect()")

    def wait(self, condition):
        """Until a condition on `state` holds."""
        self.page.wait_for_function(
            f"(() => {{ const state = globalThis.nqpf?.stage?.inspect(); return state && {condition}; }})()",
            timeout=SECONDS * 1000,
        )

    def values(self, run, name, quarter):
        """A city measure the page holds."""
        return self.page.evaluate("([r, n, k]) => nqpf.stage.valuesOf(r, n, k)", [run, name, quarter])

    def course(self, run, name, area):
        """A charted measure of an area over the quarters the page holds."""
        return self.page.evaluate("([r, n, a]) => nqpf.stage.courseOf(r, n, a)", [run, name, area])

    def pause(self):
        """Stop the clock."""
        if self.state()["playing"]:
            self.page.keyboard.press(" ")
        self.wait("!state.playing")

    def pull(self, lever, value):
        """Move a lever as a hand would."""
        self.page.locator(f'[id="lever-{lever}"]').evaluate(
            "(input, value) => { input.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));"
            " input.value = value; input.dispatchEvent(new Event('input', { bubbles: true })); }",
            value,
        )

    def leave(self):
        """Close the tab as a person does, so that the page hears of it."""
        self.page.close(run_before_unload=True)

    def shoot(self, name):
        """A picture for people, where NQPF_SHOTS says; else nowhere."""
        if folder := os.environ.get("NQPF_SHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.fixture
def visit(server, chromium):
    """Makes visitors, whose visits must leave no fault behind."""
    made = []

    def make(**context):
        made.append(Visitor(chromium, server, **context))
        return made[-1]

    yield make
    for visitor in made:
        visitor.context.close()
    assert [visitor.faults for visitor in made] == [[] for _ in made]


@pytest.fixture
def visitor(visit):
    """One visitor."""
    return visit()
