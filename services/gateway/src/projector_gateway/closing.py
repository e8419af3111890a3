"""Closing a WebSocket with an error of the table."""

from __future__ import annotations

import structlog
from starlette.websockets import WebSocket

from projector_chassis.errors import Internal, PublicError
from projector_gateway.problem import shown_words

_MAX_REASON_BYTES = 123  # a close frame holds 125 bytes, two of them the code

_log = structlog.get_logger(__name__)


async def close_with(websocket: WebSocket, error: PublicError) -> None:
    """Tell the client why, in as many words as a close frame holds."""
    if isinstance(error, Internal):
        _log.error("watching_failed", exc_info=error)
    reason = shown_words(error).encode()[:_MAX_REASON_BYTES].decode(errors="ignore")
    await websocket.close(error.websocket_close, reason)
