"""Routes whose JSON bodies may be large, such as a million row indices: reading one must not hold up everybody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

_LARGE_BYTES = 64 * 1024  # read in less than a millisecond


class LargeBodies(APIRoute):
    """A route that parses large bodies in a thread."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_large(request: Request) -> Response:
            return await handle(_Request(request.scope, request.receive))

        return handle_large


class _Request(Request):
    async def json(self) -> Any:
        content = await self.body()
        if len(content) <= _LARGE_BYTES:
            return json.loads(content)
        return await asyncio.to_thread(json.loads, content, parse_int=_read_int)


def _read_int(digits: str) -> int:
    """As ``int`` itself, which the parser would call without ever giving the event loop its turn."""
    return int(digits)
