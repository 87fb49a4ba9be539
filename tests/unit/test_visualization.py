"""The page without a browser: frames, addresses, guard, sessions."""

import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from nqpf.model.errors import InputError
from nqpf.visualization.address import read_address
from nqpf.visualization.frames import Layout, largest_flows
from nqpf.visualization.guard import HEADERS, Guard
from nqpf.visualization.server import is_loopback, listen, read_token, serve
from nqpf.visualization.session import Session
from nqpf.visualization.source import Change, Order
from nqpf.visualization.widgets import LEVERS, STAGE, bundle, outlines
from nqpf.visualization.worker import Job, Worker
from nqpf.visualization.workers import BusyError

LEVER = {"name": "easing", "kind": "number", "low": 0.0, "high": 1.0}
CHOICE = {"name": "rule", "kind": "choice", "values": ["none", "related"]}
START = 8095  # 2023Q4


# ---- frames ----


APART = np.arange(3)


def test_largest_flows_leaves_out_the_diagonal():
    """Own flows count for nothing, the others come falling with their ends."""
    flows = np.array([[9.0, 1.0, 3.0], [0.0, 9.0, 2.0], [0.0, 0.0, 9.0]])
    total, count, ends, amounts = largest_flows(flows, APART, 2, 0)
    assert (total, count) == (6.0, 3)
    assert ends.tolist() == [[0, 2], [1, 2]]
    assert amounts.tolist() == [3.0, 2.0]


def test_largest_flows_of_nothing():
    """Without flows there is no arc, and no fault."""
    total, count, ends, amounts = largest_flows(np.zeros((3, 3)), APART, 5, 1)
    assert (total, count, ends.shape, amounts.shape) == (0.0, 0, (0, 2), (0,))


def test_neighbours_do_not_crowd_out_what_crosses_a_border():
    """Of four flows inside provinces only the largest is kept beside the two that cross a border."""
    flows = np.array([[0.0, 9.0, 0.2, 0.0], [8.0, 0.0, 0.0, 0.0], [0.0, 0.1, 0.0, 7.0], [0.0, 0.0, 6.0, 0.0]])
    province = np.array([0, 0, 1, 1])
    total, count, ends, amounts = largest_flows(flows, province, 3, 1)
    assert (total, count) == (pytest.approx(30.3), 6)
    assert ends.tolist() == [[0, 1], [0, 2], [2, 1]]
    assert amounts.tolist() == [9.0, 0.2, 0.1]


def test_room_left_by_borders_goes_to_provinces():
    """Where few flows cross a border, more of those inside are kept."""
    flows = np.array([[0.0, 3.0, 0.0], [2.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    assert largest_flows(flows, np.array([0, 0, 1]), 3, 1)[3].tolist() == [3.0, 2.0, 1.0]


def test_a_frame_holds_what_its_layout_says():
    """Measures, totals, ends and amounts stand where the browser looks for them."""
    layout = Layout(3, ("gdp",), ("theil", "gini"), ("talent",), 2, ("gdp",), arcs=2)
    flows = np.array([[0.0, 4.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    frame = np.frombuffer(
        layout.pack(
            {"gdp": np.array([1.0, 2.0, 3.0]), "other": np.zeros(3)},
            {"theil": 0.1, "gini": 0.5},
            {"gdp": np.array([6.0, 3.0])},
            {"talent": largest_flows(flows, APART, 2, 0)},
        ),
        "<f4",
    )
    assert len(frame) == layout.length == 3 + 2 + 2 + 6
    assert frame[:7].tolist() == pytest.approx([1, 2, 3, 0.1, 0.5, 6, 3])
    assert frame[7:9].tolist() == [5, 2]
    assert frame[9:11].view("<u2").tolist() == [0, 1, 2, 0]
    assert frame[11:].tolist() == [4, 1]


# ---- addresses ----


def read(query):
    """A query over ten quarters and two levers."""
    return read_address(query, Order("china", 7), [LEVER, CHOICE], range(START, START + 10))


def test_an_address_is_read():
    """Seed, levers with quarter, view and language come back."""
    address = read(
        "seed=9&lever.easing=0.5@2024Q2&lever.rule=related@2024Q1&place=110000&flows=talent.goods&series=CN.44&lang=zh&quarter=2024Q3"
    )
    assert address.order == Order("china", 9, (Change("rule", "related", 8096), Change("easing", 0.5, 8097)))
    assert address.language == "zh"
    assert address.view == {"place": "110000", "flows": ["talent", "goods"], "series": ["CN", "44"], "quarter": 8098}


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        ("lever.easing=7@2024Q1", (Change("easing", 1.0, 8096),)),
        ("lever.easing=nan@2024Q1", ()),
        ("lever.easing=inf@2024Q1", ()),
        ("lever.easing=0.5@1024Q1", ()),
        ("lever.easing=0.5", ()),
        ("lever.rule=worst@2024Q1", ()),
        ("lever.nobody=1@2024Q1", ()),
    ],
)
def test_levers_of_an_address_are_clamped_or_left_out(query, changes):
    """A value beyond its range is brought into it; what is no value, lever or quarter is ignored."""
    assert read(query).order.changes == changes


@pytest.mark.parametrize(
    ("query", "seed"), [("seed=x", 7), ("seed=-1", 0), ("seed=99999999999999", 2**32 - 1), (None, 7)]
)
def test_seeds_are_clamped(query, seed):
    """A seed is a whole number of 32 bits."""
    assert read(query).order.seed == seed


def test_a_later_change_of_a_lever_is_replaced_by_an_earlier_one():
    """Moving a lever at a quarter drops what was set for it from then on, and keeps what came before."""
    order = Order("china", 1).changed(Change("a", 1, 10)).changed(Change("b", 1, 12)).changed(Change("a", 2, 12))
    assert order.changed(Change("a", 3, 11)).changes == (Change("a", 1, 10), Change("a", 3, 11), Change("b", 1, 12))


# ---- guard ----


def ask(guard, path="/", kind="http", query="", **headers):
    """Status of one request, its headers; 101 where a websocket gets through."""
    sent = []

    async def send(message):
        sent.append(message)

    given = {"host": "localhost:1", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": kind,
        "path": path,
        "query_string": query.encode(),
        "method": "GET",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    # In a thread of its own: where browser tests ran before, this one already has a loop.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, guard(scope, None, send)).result()
    first = sent[0]
    if kind == "websocket":
        return (101 if first["type"] == "websocket.accept" else 403), {}
    return first["status"], {name.decode(): value.decode() for name, value in first["headers"]}


async def solara(scope, _receive, send):
    """Stands for the application behind the guard."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"ALLOWALL")]})


@pytest.fixture
def guard(tmp_path):
    """A guard of a server on this machine."""
    (tmp_path / "kept.js").write_text("")
    return Guard(solara, frozenset({"localhost"}), None, tmp_path)


def test_answers_carry_our_headers(guard):
    """Policy, framing and sniffing are set, whatever the application says."""
    status, headers = ask(guard)
    assert status == 200
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/resourcez", 404),
        ("/_solara/api/evict/1", 404),
        ("/_solara/cdn/kept.js", 200),
        ("/_solara/cdn/absent.js", 404),
        ("/_solara/cdn/../../etc/passwd", 404),
    ],
)
def test_closed_paths_and_absent_assets(guard, path, status):
    """What a visitor has no need of is not found, and nothing is fetched from elsewhere."""
    assert ask(guard, path)[0] == status


def test_a_foreign_host_is_refused(guard):
    """A name that merely resolves to this machine is not ours."""
    assert ask(guard, host="evil.example")[0] == 421


@pytest.mark.parametrize(
    ("origin", "status"), [("http://localhost:1", 101), ("http://evil.example", 403), ("null", 403)]
)
def test_a_websocket_of_a_foreign_origin_is_refused(guard, origin, status):
    """Only our own page may talk to the model."""
    assert ask(guard, kind="websocket", origin=origin)[0] == status


def test_a_websocket_without_origin_is_refused(guard):
    """Browsers always send one."""
    assert ask(guard, kind="websocket")[0] == 403


def test_a_token_is_asked_for_once(tmp_path):
    """Without it nothing is shown; with it a cookie is set and the address loses it."""
    guard = Guard(solara, None, "secret-secret-secret", tmp_path)
    assert ask(guard)[0] == 401
    assert ask(guard, query="token=wrong")[0] == 401
    assert ask(guard, kind="websocket", origin="http://localhost:1")[0] == 403
    status, headers = ask(guard, query="seed=3&token=secret-secret-secret")
    assert (status, headers["location"]) == (303, "/?seed=3")
    assert "HttpOnly" in headers["set-cookie"]
    assert ask(guard, cookie=headers["set-cookie"].split(";")[0])[0] == 200


# ---- starting ----


def test_a_busy_port_is_one_line():
    """The message names the option, the fault and the remedy."""
    with listen("127.0.0.1", 0) as sock, pytest.raises(InputError, match=r"--port \d+: in use on 127\.0\.0\.1; choose"):
        listen("127.0.0.1", sock.getsockname()[1])


def test_no_name_of_an_address_is_one_line():
    """A host that is not this machine's is refused in one line."""
    with pytest.raises(InputError, match=r"--host 203\.0\.113\.1"):
        listen("203.0.113.1", 0)


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("192.0.2.1", False)]
)
def test_what_is_loopback(host, local):
    """Only addresses of this machine alone count."""
    assert is_loopback(host) is local


def test_others_may_only_come_in_on_purpose():
    """Listening beyond this machine needs --expose and a token."""
    with pytest.raises(InputError, match="--expose --token-file"):
        serve(None, Order("china", 1), title={}, host="0.0.0.0")  # noqa: S104


def test_a_token_has_to_be_long(tmp_path):
    """A short or absent token is refused."""
    (tmp_path / "token").write_text("short\n")
    for file in (tmp_path / "token", tmp_path / "absent"):
        with pytest.raises(InputError, match=str(file)):
            read_token(file)


# ---- workers and sessions ----


@dataclass
class Counter:
    """A run whose frame is the sum of the levers in force so far."""

    order: Order
    at: int = 0
    value: float = 0.0
    first: int = START
    frames: int = 12

    def frame(self):
        """Two numbers."""
        return np.array([self.at, self.value], "<f4").tobytes()

    def advance(self):
        """Add what holds."""
        if self.order.seed == 666:
            raise ArithmeticError("broken")
        self.at += 1
        self.value += self.order.seed + sum(c.value for c in self.order.changes if START + self.at > c.quarter)

    def checkpoint(self):
        """Both numbers."""
        return {"at": self.at, "value": self.value}


class Counters:
    """Their source."""

    def open(self, order):
        """From the start."""
        return Counter(order)

    def resume(self, order, checkpoint):
        """From a checkpoint."""
        return Counter(order, **checkpoint)


class Pipe:
    """A connection that keeps what is sent."""

    def __init__(self):
        self.sent = []

    def send(self, message):
        """Keep it."""
        self.sent.append(message)


class InlinePool:
    """A pool whose one worker runs when asked, in this thread."""

    def __init__(self, places=9):
        self.worker = Worker(Counters(), Pipe())
        self.listeners, self.places, self.number = {}, places, 0

    def start(self, order, listener):
        """Open a run if there is a place."""
        if len(self.listeners) >= self.places:
            raise BusyError
        return self._ask("start", listener, order)

    def fork(self, parent, frame, order, listener):
        """Open a run that shares a past."""
        return self._ask("fork", listener, parent, frame, order)

    def _ask(self, request, listener, *rest):
        self.number += 1
        self.listeners[self.number] = listener
        self.worker.handle(request, self.number, *rest)
        return self.number

    def cancel(self, run):
        """Forget a run."""
        self.listeners.pop(run, None)
        self.worker.handle("cancel", run)

    def run(self, steps=1000):
        """Work, then deliver."""
        while self.worker.active and steps:
            self.worker.advance(self.worker.active.popleft())
            steps -= 1
        for kind, run, payload in self.worker.connection.sent:
            if run in self.listeners:
                self.listeners[run](kind, payload)
        self.worker.connection.sent.clear()


def values(record):
    """Second number of each frame."""
    return [float(np.frombuffer(frame, "<f4")[1]) for frame in record.frames]


def test_a_session_computes_a_baseline():
    """Every quarter arrives once, in order, and the head says so."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    pool.run()
    assert values(session.a) == [2.0 * k for k in range(12)]
    head = session.head()
    assert (head["state"], head["a"]["computed"], head["a"]["all"], head["b"]) == ("done", 12, 12, None)


@pytest.mark.parametrize("frame", [0, 3, 4, 7, 10])
def test_a_fork_equals_the_run_with_the_rule_from_the_start(frame):
    """Going on from a checkpoint gives what computing everything anew would."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    pool.run()
    session.change("a", 5.0, frame, 1)
    pool.run()
    assert values(session.b) == [2.0 * k + 5.0 * max(0, k - frame) for k in range(12)]
    assert session.head()["b"]["shared"] == frame + 1


def test_one_drag_is_one_change():
    """Values on the way to where a drag rests leave no trace, though time went on meanwhile."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    pool.run()
    for value, frame in ((1.0, 3), (2.0, 4), (5.0, 5)):
        session.change("a", value, frame, 1)
        pool.run()
    assert session.changes() == [{"lever": "a", "value": 5.0, "quarter": START + 3}]
    session.change("b", 1.0, 8, 2)
    pool.run()
    assert values(session.b)[-1] == 2.0 * 11 + 5.0 * 8 + 1.0 * 3


def test_leaving_stops_the_runs():
    """After a visitor left nothing is open, and nothing more is computed."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    session.leave()
    pool.run()
    assert pool.listeners == {}
    assert pool.worker.jobs == {}


def test_a_visitor_waits_for_a_place():
    """A busy server says so, and the run starts when another leaves."""
    pool = InlinePool(places=1)
    first, second = Session(pool, Order("china", 1)), Session(pool, Order("china", 2))
    first.begin()
    second.begin()
    assert second.head()["state"] == "waiting"
    first.leave()
    second.begin()
    pool.run()
    assert second.head()["state"] == "done"


def test_a_fault_of_a_run_is_told_to_its_visitor_alone():
    """The message arrives; other runs of the process go on."""
    pool = InlinePool()
    bad, good = Session(pool, Order("china", 666)), Session(pool, Order("china", 2))
    bad.begin()
    good.begin()
    pool.run()
    assert (bad.head()["state"], bad.head()["error"]) == ("failed", "ArithmeticError: broken")
    assert good.head()["state"] == "done"


def test_chunks_cover_the_history():
    """Asked from any frame the rest comes, in bounded pieces; unknown runs and frames give nothing."""
    pool = InlinePool()
    session = Session(pool, Order("china", 2))
    session.begin()
    pool.run()
    start, data = session.chunk(session.a.number, 5)
    assert (start, len(data)) == (5, 7 * 8)
    assert session.chunk(session.a.number, 12) is None
    assert session.chunk(99, 0) is None


def test_watching_ends_when_the_visitor_leaves():
    """The visitor's thread is gone soon after."""
    session = Session(InlinePool(), Order("china", 2))
    told = threading.Event()
    thread = threading.Thread(target=session.watch, args=(told.set,))
    thread.start()
    assert told.wait(5)
    session.leave()
    thread.join(5)
    assert not thread.is_alive()


def test_a_long_run_keeps_few_checkpoints():
    """Checkpoints thin out as the run grows."""
    job = Job(Order("china", 1), Counter(Order("china", 1), frames=1000))
    for job.at in range(1000):
        job.keep()
    assert 8 <= len(job.checkpoints) <= 16
    assert all(at % job.every == 0 for at in job.checkpoints)


# ---- assets ----


@pytest.mark.parametrize("names", [STAGE, LEVERS])
def test_bundles_are_one_module(names):
    """No import of a sibling is left, and there is exactly one default export."""
    lines = bundle(*names).splitlines()
    assert not [line for line in lines if line.startswith("import ")]
    assert [line for line in lines if line.startswith("export ")] == ["export default { render };"]


def test_outlines_are_small():
    """The map's outlines stay below 300 kB."""
    assert 10_000 < len(outlines()) < 300_000


def test_sockets_are_closed_after_a_refused_start(monkeypatch):
    """A start that fails leaves the port free."""
    monkeypatch.setattr("nqpf.visualization.server._run", lambda *_, **__: (_ for _ in ()).throw(RuntimeError))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(RuntimeError):
        serve(None, Order("china", 1), title={}, port=port)
    time.sleep(0.01)
    listen("127.0.0.1", port).close()
