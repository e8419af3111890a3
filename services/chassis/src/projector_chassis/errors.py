"""One error table for gRPC, HTTP and WebSockets.

``PublicError`` and its subclasses carry text that may be shown to anybody: the parameter or file, its value, what is
allowed and what to do. Every other exception is internal: its text stays in the log and users see a request id.

    PublicError
      InvalidArgument    PermissionDenied   NotFound   Conflict      StaleVersion
      TooLarge           RateLimited        Deadline   Unavailable   Unauthenticated   Internal
"""

from __future__ import annotations

from typing import ClassVar

import grpc


class PublicError(Exception):
    """An error whose message is safe to show; subclasses fix its place in the table."""

    code: ClassVar[str] = "internal"
    grpc_status: ClassVar[grpc.StatusCode] = grpc.StatusCode.INTERNAL
    http_status: ClassVar[int] = 500
    websocket_close: ClassVar[int] = 1011

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidArgument(PublicError):
    code = "invalid_argument"
    grpc_status = grpc.StatusCode.INVALID_ARGUMENT
    http_status = 400
    websocket_close = 1008


class Unauthenticated(PublicError):
    code = "unauthenticated"
    grpc_status = grpc.StatusCode.UNAUTHENTICATED
    http_status = 401
    websocket_close = 4401


class PermissionDenied(PublicError):
    code = "permission_denied"
    grpc_status = grpc.StatusCode.PERMISSION_DENIED
    http_status = 403
    websocket_close = 4403


class NotFound(PublicError):
    code = "not_found"
    grpc_status = grpc.StatusCode.NOT_FOUND
    http_status = 404
    websocket_close = 4404


class Conflict(PublicError):
    code = "conflict"
    grpc_status = grpc.StatusCode.FAILED_PRECONDITION
    http_status = 409
    websocket_close = 4409


class StaleVersion(PublicError):
    code = "stale_version"
    grpc_status = grpc.StatusCode.ABORTED
    http_status = 412
    websocket_close = 1011


class TooLarge(PublicError):
    code = "too_large"
    grpc_status = grpc.StatusCode.OUT_OF_RANGE
    http_status = 413
    websocket_close = 1009


class RateLimited(PublicError):
    code = "rate_limited"
    grpc_status = grpc.StatusCode.RESOURCE_EXHAUSTED
    http_status = 429
    websocket_close = 4429


class Deadline(PublicError):
    code = "deadline"
    grpc_status = grpc.StatusCode.DEADLINE_EXCEEDED
    http_status = 504
    websocket_close = 1012


class Unavailable(PublicError):
    code = "unavailable"
    grpc_status = grpc.StatusCode.UNAVAILABLE
    http_status = 503
    websocket_close = 1012


class Internal(PublicError):
    """Stands for an error whose text must not be shown."""


_ERRORS: tuple[type[PublicError], ...] = (
    InvalidArgument,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    Conflict,
    StaleVersion,
    TooLarge,
    RateLimited,
    Deadline,
    Unavailable,
    Internal,
)
_BY_CODE = {error.code: error for error in _ERRORS}
_BY_GRPC_STATUS = {error.grpc_status: error for error in _ERRORS}


def from_code(code: str, message: str) -> PublicError:
    """The error of a code of the table; an unknown code becomes ``Internal``."""
    return _BY_CODE.get(code, Internal)(message)


def from_grpc(error: grpc.RpcError) -> PublicError:
    """The error that a gRPC peer reported; INTERNAL and UNKNOWN hide the peer's text."""
    if not isinstance(error, grpc.Call | grpc.aio.AioRpcError):  # the asynchronous error is no grpc.Call
        return Unavailable("A part of the projector could not be reached; try again in a moment.")
    kind = _BY_GRPC_STATUS.get(error.code(), Internal)
    if kind is Internal:
        return Internal("A part of the projector failed; its log holds the cause.")
    if kind is Unavailable:
        return Unavailable("A part of the projector is not reachable at the moment; try again in a moment.")
    return kind(error.details() or kind.code)
