"""The static page: its files as Vite built them, with the right caching and a strict content policy."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

_HASHED_FOLDER = "assets/"
"""Vite puts a hash of the content into the names of all files below it."""
_FOREVER = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"
_INDEX = "index.html"
_NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Projector: the page is not built</title></head>
<body>
<h1>The page is not built</h1>
<p>The gateway runs, but the files of the page are missing.
Build them with <code>make page</code> and reload.</p>
<p>The interface for programs works: see <a href="/api/v1/docs">its description</a>.</p>
</body>
</html>
"""


class Page:
    """ASGI application that serves the folder the page was built into; looked at anew with each request."""

    def __init__(self, directory: Path) -> None:
        self._index = directory / _INDEX
        self._files = StaticFiles(directory=directory, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4404})
            return
        response = await self._response(scope)
        await response(scope, receive, send)

    async def _response(self, scope: Scope) -> Response:
        path = self._files.get_path(scope)
        if path in (".", _INDEX):
            return await self._index_response(Request(scope), scope)
        response = await self._files.get_response(path, scope)
        response.headers["cache-control"] = _FOREVER if path.startswith(_HASHED_FOLDER) else _REVALIDATE
        return response

    async def _index_response(self, request: Request, scope: Scope) -> Response:
        try:
            response = await self._files.get_response(_INDEX, scope)
        except HTTPException as error:
            if error.status_code != HTTPStatus.NOT_FOUND:
                raise
            response = HTMLResponse(_NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers["cache-control"] = _REVALIDATE
        response.headers["content-security-policy"] = content_policy(request.headers.get("host", ""))
        return response


def content_policy(host: str) -> str:
    """Scripts, styles and connections of this very site only; nothing inline, nobody may frame it.

    Args:
        host: the request's Host header, checked already: older browsers do not count WebSockets as ``'self'``.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "font-src 'self'",
            "worker-src 'self' blob:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
