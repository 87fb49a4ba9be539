"""The server: what it lets in, what it sends along, how it starts."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from nqpf.model.errors import InputError
from nqpf.visualization.guard import HEADERS, Guard
from nqpf.visualization.server import is_loopback, listen, read_token, serve
from nqpf.visualization.source import Order

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
