"""Every error of REST as ``application/problem+json``: public text, its code and the request's id."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from projector_chassis.errors import Internal, InvalidArgument, NotFound, PermissionDenied, PublicError, TooLarge
from projector_gateway.request_context import current_request_id

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
_CODES_OF_ROUTER = {403: PermissionDenied.code, 404: NotFound.code}
_MAX_NAMED_FIELDS = 5

_log = structlog.get_logger(__name__)


class ProblemDetails(BaseModel):
    """Body of every error, after RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str


def problem_response(*, status: int, code: str, detail: str) -> Response:
    """The answer that reports one error."""
    body = ProblemDetails(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail.encode(errors="replace").decode(),  # it may repeat text of the request that is no Unicode
        request_id=current_request_id(),
    )
    headers = {"cache-control": "no-store"}
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return Response(body.model_dump_json(), status, headers, media_type=MEDIA_TYPE)


def response_of(error: PublicError) -> Response:
    """The answer that reports a public error."""
    return problem_response(status=error.http_status, code=error.code, detail=shown_words(error))


def shown_words(error: PublicError) -> str:
    """What people are told of an error, whichever way they asked; of an internal one only the request's id."""
    if isinstance(error, Internal):
        return f"Something went wrong inside; the log names it under request {current_request_id()}."
    return error.message


def register_error_handlers(app: FastAPI) -> None:
    """Answer every kind of error that endpoints and the router raise with a problem body."""
    app.add_exception_handler(PublicError, _on_public_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_router_error)
    app.add_middleware(OversizedBodies)


async def _on_public_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, PublicError)
    if isinstance(error, Internal):
        _log.error("request_failed", exc_info=error)
    return response_of(error)


async def _on_invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    detail = in_words(error.errors())
    return problem_response(status=HTTPStatus.UNPROCESSABLE_ENTITY, code=InvalidArgument.code, detail=detail)


async def _on_router_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODES_OF_ROUTER.get(error.status_code, InvalidArgument.code)
    detail = error.detail
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"There is nothing at {request.url.path}."
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{request.method} is not allowed at {request.url.path}."
    elif error.status_code == TooLarge.http_status:
        return response_of(_too_large(request.scope))
    response = problem_response(status=error.status_code, code=code, detail=detail)
    response.headers.update(error.headers or {})
    return response


def in_words(errors: Sequence[Any]) -> str:
    """What is wrong with a request's fields, one sentence each; at most five are named."""
    sentences = [f"{_field(error['loc'])}: {error['msg']}{_given(error)}." for error in errors[:_MAX_NAMED_FIELDS]]
    left_out = len(errors) - len(sentences)
    if left_out:
        sentences.append(f"{left_out} more fields are wrong.")
    return " ".join(sentences)


def _field(location: Sequence[str | int]) -> str:
    """``projection.tsne.perplexity`` for ("body", "projection", "tsne", "perplexity")."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _given(error: dict[str, Any]) -> str:
    given = error.get("input")
    return f" (given: {given})" if isinstance(given, str | int | float) and len(str(given)) <= 80 else ""


def _too_large(scope: Scope) -> TooLarge:
    return TooLarge(
        f"The body of the request is too large; at most {scope[MAX_BODY_SIZE_SCOPE_KEY]} bytes are allowed."
    )


class OversizedBodies:
    """ASGI middleware around every body limit, since Starlette refuses an announced length in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_replaced = False

        async def send_problem(message: Message) -> None:
            nonlocal is_replaced
            if _refuses_a_body_in_plain_text(message):
                is_replaced = True
                await response_of(_too_large(scope))(scope, receive, send)
            elif not is_replaced:
                await send(message)

        await self._app(scope, receive, send_problem)


def _refuses_a_body_in_plain_text(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] != TooLarge.http_status:
        return False
    return Headers(raw=message["headers"]).get("content-type") != MEDIA_TYPE


class UnexpectedErrors:
    """ASGI middleware: what nobody expected becomes a bare 500, its cause goes to the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = False

        async def watching_send(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        except ClientDisconnect:
            return  # it left while it was sending, and nobody waits for an answer
        except Exception:
            if scope["type"] != "http":
                raise
            _log.exception("request_failed", path=scope["path"])
            if has_started:
                raise  # the server must break the connection off, or half an answer would look whole
            await response_of(Internal("unexpected"))(scope, receive, send)
