"""What stands between network and Solara: hosts, origins, tokens and headers are checked before it sees a request."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "nqpf-token"
CDN = "/_solara/cdn/"
CLOSED = ("/resourcez", "/_solara/api/evict")
"""Paths of Solara that tell or do more than a visitor needs."""

# Solara's page compiles templates and starts inline scripts, anywidget loads modules from blobs; all of it is our own.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Guard:
    """ASGI middleware.

    Parameters
    ----------
    app
        Solara's application.
    hosts
        Names this server answers to in `Host`, without port; None for any, when it is exposed on purpose. A page
        elsewhere whose name resolves to this machine is refused by it.
    token
        A secret visitors must know, or None.
    assets
        Where scripts and styles are kept; what is not there is a 404, never fetched from the network.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None, token: str | None, assets: Path) -> None:
        self.app = app
        self.hosts = hosts
        self.token = token
        self.assets = assets.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with our headers on its answer, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status = self.refusal(scope, headers)
        if scope["type"] == "websocket":
            if status:
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self.app(scope, receive, send)
            return
        sender = _with_headers(send)
        if status:
            await _answer(sender, status)
        elif self.token and (query := self.without_token(scope)) is not None:
            cookie = f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=604800"
            await _answer(sender, 303, (("location", scope["path"] + query), ("set-cookie", cookie)))
        else:
            await self.app(scope, receive, sender)

    def refusal(self, scope: Scope, headers: dict[str, str]) -> int:
        """HTTP status to refuse a request with; 0 lets it through."""
        path = scope["path"]
        token_missing = bool(self.token) and path != "/readyz" and not self.knows_token(scope, headers)
        reasons = (
            (421, self.hosts is not None and urlsplit(f"//{headers.get('host', '')}").hostname not in self.hosts),
            (403, self.is_foreign(scope, headers)),
            (404, path.startswith(CLOSED)),
            (401, token_missing),
            (404, path.startswith(CDN) and not self.has_asset(path.removeprefix(CDN))),
        )
        return next((status for status, holds in reasons if holds), 0)

    def is_foreign(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Whether a page elsewhere sends this; reading is free, acting and talking are not."""
        if scope["type"] == "http" and (scope["method"] in {"GET", "HEAD"} or "origin" not in headers):
            return False
        return urlsplit(headers.get("origin", "")).netloc != headers.get("host")

    def has_asset(self, name: str) -> bool:
        """Whether a script or style is kept here."""
        file = (self.assets / name).resolve()
        return file.is_relative_to(self.assets) and file.is_file()

    def knows_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Whether cookie, or query on the first visit, carry the token."""
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            morsel = None
        given = [morsel.value] if morsel else []
        if scope["type"] == "http":
            given += [value for key, value in parse_qsl(scope["query_string"].decode("latin-1")) if key == "token"]
        expected = (self.token or "").encode()
        return any(hmac.compare_digest(value.encode(), expected) for value in given)

    def without_token(self, scope: Scope) -> str | None:
        """The query without its token, so that it does not stay in the address; None if it has none."""
        text = scope["query_string"].decode("latin-1")
        kept = [part for part in text.split("&") if part and not part.startswith("token=")]
        if len(kept) == len([part for part in text.split("&") if part]):
            return None
        return "?" + "&".join(kept) if kept else ""


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            kept = [(name, value) for name, value in message.get("headers", []) if name.lower().decode() not in HEADERS]
            message = {**message, "headers": [*kept, *ours]}
        await send(message)

    return sender


async def _answer(send: Send, status: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
    text = {
        303: b"",
        401: b"a token is needed",
        403: b"refused",
        404: b"not found",
        421: b"this server has another name",
    }
    named = [
        (name.encode(), value.encode()) for name, value in (("content-type", "text/plain; charset=utf-8"), *headers)
    ]
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": text[status]})
