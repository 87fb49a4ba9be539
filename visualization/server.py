"""Start the page: one process with Solara in it, a bounded pool of workers beside it, nothing asked of the network."""

from __future__ import annotations

import errno
import ipaddress
import os
import secrets
import socket
import sys
import threading
import time
import warnings
import webbrowser
from typing import TYPE_CHECKING

from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nqpf.visualization.source import Order, Source

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SHORTEST_TOKEN = 16

SETTINGS = {
    "SOLARA_APP": "nqpf.visualization.page",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "30m",
    "SOLARA_SESSION_HTTP_ONLY": "True",
    "SOLARA_SESSION_SECRET_KEY": "",
    "SOLARA_THEME_TITLE": "nqpf",
    "SOLARA_THEME_SHOW_BANNER": "False",
}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_token(file: Path) -> str:
    """The secret in a file, at least 16 characters; InputError if there is none."""
    try:
        token = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InputError(f"{file}: cannot read the token: {error.strerror}; name a file with a secret in it") from None
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not all(c.isalnum() or c in "-_." for c in token):
        raise InputError(
            f"{file}: a token is {SHORTEST_TOKEN} or more letters, digits, '-', '_' or '.'; write such a one"
        )
    return token


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to host and port; InputError in one line if that is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"--port {port}: in use on {host}; choose another, or 0 for any free one") from None
        raise InputError(f"--host {host} --port {port}: {error.strerror or error}; choose another") from None
    sock.listen(128)
    return sock


def serve(
    source: Source,
    order: Order,
    *,
    title: dict[str, str],
    host: str = "127.0.0.1",
    port: int = 8765,
    open_browser: bool = True,
    expose: bool = False,
    token_file: Path | None = None,
) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    source, order
        Who makes the frames, and the run a visitor sees first.
    title
        The scenario's title by language.
    host, port
        Where to listen; port 0 takes any free one.
    open_browser
        Open the page in the user's browser.
    expose, token_file
        Listen beyond this machine; needs a file with a token that visitors must present once as `?token=…`.

    Raises
    ------
    InputError
        If the address cannot be had, or is not of this machine and the server is not exposed on purpose.
    """
    if not is_loopback(host) and not (expose and token_file):
        raise InputError(f"--host {host}: others could reach it; add --expose --token-file FILE, or leave --host out")
    token = read_token(token_file) if token_file else None
    sock = listen(host, port)
    try:
        _run(source, order, title, host, sock, open_browser=open_browser, token=token)
    finally:
        sock.close()


def _run(
    source: Source,
    order: Order,
    title: dict[str, str],
    host: str,
    sock: socket.socket,
    *,
    open_browser: bool,
    token: str | None,
) -> None:
    for name, value in SETTINGS.items():
        os.environ[name] = value or secrets.token_hex(32)

    from nqpf.visualization.runtime import Runtime, install  # noqa: PLC0415 (`nqpf --help` needs none of this)
    from nqpf.visualization.workers import Pool  # noqa: PLC0415

    pool = Pool(source, order)
    try:
        _load()
        facts, levers = pool.describe()
        first = int(facts["first"])
        quarters = range(first, first + int(facts["frames"]))
        install(Runtime(source, pool, order, facts, levers, title, quarters))

        def ready(url: str) -> None:
            sys.stdout.write(f"nqpf: {url}{'?token=…' if token else ''}   Ctrl-C ends it\n")
            sys.stdout.flush()
            if open_browser:
                webbrowser.open(f"{url}?token={token}" if token else url)
            pool.fill()

        _serve(sock, host, token, ready)
    finally:
        pool.close()


def _load() -> None:
    """Import what serves and renders the page, while the first worker loads the model."""
    import solara.server.starlette  # noqa: F401, PLC0415 (reads the settings above)

    import nqpf.visualization.page  # noqa: F401, PLC0415


def _serve(sock: socket.socket, host: str, token: str | None, ready: Callable[[str], None]) -> None:
    import solara.server.settings  # noqa: PLC0415 (reads the settings above)
    import solara.server.starlette  # noqa: PLC0415
    import uvicorn  # noqa: PLC0415

    from nqpf.visualization.guard import Guard  # noqa: PLC0415

    # Cookies need no `samesite=none` here: the page refuses to be framed.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    hosts = None if token and not is_loopback(host) else LOOPBACK | {host}
    guarded = Guard(solara.server.starlette.app, hosts, token, solara.server.settings.assets.proxy_cache_dir)
    config = uvicorn.Config(
        guarded,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    port = sock.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}/"
    threading.Thread(target=_when_started, args=(server, lambda: ready(url)), daemon=True).start()
    server.run(sockets=[sock])


def _when_started(server: object, ready: Callable[[], None]) -> None:
    """Call `ready` once the server answers; never if it ends before."""
    while not getattr(server, "started", False):
        if getattr(server, "should_exit", False):
            return
        time.sleep(0.05)
    ready()
