"""The cookie that makes a browser a guest who comes again."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from projector_gateway.people.guests import FORGOTTEN_AFTER

_NAME = "projector_session"
_SECURE_SCHEMES = ("https", "wss")


def session_token(connection: HTTPConnection) -> str | None:
    """The secret that the browser sent; None where it has none."""
    return connection.cookies.get(_name(connection)) or None


def set_session_cookie(connection: HTTPConnection, response: Response, token: str) -> None:
    """Let the browser send the secret with every request of our own pages, and with no other."""
    response.set_cookie(
        _name(connection),
        token,
        max_age=int(FORGOTTEN_AFTER.total_seconds()),
        path="/",
        secure=_is_secure(connection),
        httponly=True,
        samesite="strict",
    )


def _name(connection: HTTPConnection) -> str:
    """Cookies know no ports: projectors on several ports of one machine would take each other's away."""
    port = connection.url.port
    return _NAME if port is None else f"{_NAME}_{port}"


def _is_secure(connection: HTTPConnection) -> bool:
    """Whether the browser came by https, also where a proxy in between did not; whoever lies hurts himself alone."""
    asked = connection.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    return connection.url.scheme in _SECURE_SCHEMES or asked in _SECURE_SCHEMES
