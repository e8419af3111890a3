"""Who may talk to the gateway from a browser: the right Host only, and pages of that same Host only.

Without these checks any web page could reach a projector on the reader's own machine: through DNS that answers with
127.0.0.1 (so the Host is checked), or by posting and opening WebSockets across sites (so the Origin is).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from projector_chassis.errors import PermissionDenied
from projector_gateway.problem import response_of

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[0-9A-Za-z._-]+))(?::[0-9]{1,5})?")
_log = structlog.get_logger(__name__)


class SameSite:
    """ASGI middleware that refuses foreign hosts and foreign pages.

    Args:
        host_names: lower-case names, without port, under which the gateway may be addressed.
    """

    def __init__(self, app: ASGIApp, *, host_names: frozenset[str]) -> None:
        self._app = app
        self._host_names = host_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope, Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, _with_safe_headers(send))
            return
        _log.warning("request_refused", reason=refusal.message, path=scope["path"])
        if scope["type"] == "websocket":
            # A refused handshake, not an accepted and closed socket: a foreign page is told nothing.
            await send({"type": "websocket.close", "code": refusal.websocket_close})
            return
        await response_of(refusal)(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> PermissionDenied | None:
        host = headers.get("host", "")
        if host_name(host) not in self._host_names:
            return PermissionDenied(
                f"The host {host!r} is not one this projector answers to; "
                "add its name to PROJECTOR_ALLOWED_HOSTS if it should."
            )
        origin = headers.get("origin")
        changes_state = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if origin is not None and changes_state and not is_same_site(origin, host):
            return PermissionDenied(f"The page at {origin!r} may not use the projector at {host!r}.")
        return None


def host_name(host: str) -> str:
    """The lower-case name in a Host header, without port and brackets; empty when there is none or it is malformed.

    Nothing but a name and a port may pass: the header's text goes into the page's content policy.
    """
    header = _HOST.fullmatch(host)
    return (header["address"] or header["name"]).lower() if header else ""


def is_same_site(origin: str, host: str) -> bool:
    """Whether an Origin header names the site of a Host header; default ports may be left out of either."""
    try:
        site = urlsplit(origin)
        asked = urlsplit(f"{site.scheme}://{host}")
        default = _DEFAULT_PORTS.get(site.scheme)
        if default is None or site.hostname is None:
            return False
        return (site.hostname, site.port or default) == (asked.hostname, asked.port or default)
    except ValueError:
        return False


def _with_safe_headers(send: Send) -> Send:
    async def safe_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", []),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"same-origin"),
            ]
        await send(message)

    return safe_send
