"""`nqpf app` as a process: what it answers, whom it refuses, how it ends."""

import http.client
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.slow]

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "bnFwZi1ucXBmLW5xcGYtMQ==",
}
SOCKET = "/jupyter/api/kernels/11111111-1111-4111-8111-111111111111/channels?session_id=22222222"


def ask(url, path="/", **headers):
    """Status and headers of one request."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def test_the_page_is_guarded(server):
    """The real server sets the policy, hides what is not for visitors, and keeps its cookie from scripts."""
    status, headers = ask(server)
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert "httponly" in headers["set-cookie"].lower()
    assert ask(server, "/resourcez")[0] == 404
    assert ask(server, Host="evil.example")[0] == 421


@pytest.mark.parametrize(("origin", "status"), [(None, 101), ("http://evil.example", 403)])
def test_a_websocket_needs_our_origin(server, origin, status):
    """The model talks to its own page alone."""
    assert ask(server, SOCKET, Origin=origin or server.rstrip("/"), **UPGRADE)[0] == status


def test_a_busy_port_ends_with_two(server):
    """One line on stderr and exit code 2."""
    port = urlsplit(server).port
    command = [sys.executable, "-m", "nqpf.experiments.cli", "app", "--no-open", "--port", str(port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"--port {port}: in use" in done.stderr


def test_terminating_ends_it(launch):
    """A process manager's signal ends server and workers; the exit code says so."""
    process, url = launch()
    assert ask(url, "/readyz")[0] == 200
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 143
    with pytest.raises(ConnectionRefusedError):
        ask(url, "/readyz")


def test_a_token_opens_an_exposed_page(launch, tmp_path):
    """Exposed on purpose, the page asks everybody for its token."""
    token = tmp_path / "token"
    token.write_text("a-token-of-sixteen\n", encoding="utf-8")
    _, url = launch("--expose", "--token-file", str(token))
    assert ask(url)[0] == 401
    status, headers = ask(url, "/?token=a-token-of-sixteen")
    assert (status, headers["location"]) == (303, "/")
    assert ask(url, Cookie=headers["set-cookie"].split(";")[0])[0] == 200
