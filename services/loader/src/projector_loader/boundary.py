"""The edge of the loader: exceptions become gRPC statuses, requests get their log lines, streams are counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import grpc
import structlog

from projector_chassis.errors import PublicError, RateLimited
from projector_contracts.names import REQUEST_ID_HEADER

_OWN_SERVICE: Final = "/projector.loader.v1.LoaderService/"

Behavior = Callable[[Any, grpc.ServicerContext], Any]


class Boundary(grpc.ServerInterceptor):
    """Wraps every method of the loader's own service.

    A ``PublicError`` becomes its status with its text. Any other exception becomes INTERNAL with a text that says
    nothing, and its stack goes into the log. When a peer leaves a stream, gRPC drops the generator that feeds it, which
    closes the file being read, or lets the iterator of its requests raise, which gives up the file being written.

    Args:
        n_streams: streams served at the same time; one more is refused with RESOURCE_EXHAUSTED.
        n_uploads: of these, how many may be streams that are received.
        stream_seconds: how long a stream may take at most, whatever its peer allows: one that has stopped reading must
            not keep its place.
        log_fields: what every log line of this process carries; gRPC runs each call in an empty context of its own.
    """

    def __init__(self, *, n_streams: int, n_uploads: int, stream_seconds: float, log_fields: Mapping[str, Any]) -> None:
        self._free_streams = threading.BoundedSemaphore(n_streams)
        self._free_uploads = threading.BoundedSemaphore(n_uploads)
        self._stream_seconds = stream_seconds
        self._log_fields = log_fields

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler = continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None or not method.startswith(_OWN_SERVICE):
            return handler
        name = method.removeprefix(_OWN_SERVICE)
        codecs = (handler.request_deserializer, handler.response_serializer)
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(self._streaming(name, handler.unary_stream), *codecs)
        if handler.stream_unary is not None:
            return grpc.stream_unary_rpc_method_handler(self._receiving(name, handler.stream_unary), *codecs)
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(self._unary(name, handler.unary_unary), *codecs)
        return handler

    def _unary(self, name: str, behavior: Behavior) -> Behavior:
        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            with self._reported(name, context):
                return behavior(request, context)

        return answer

    def _streaming(self, name: str, behavior: Behavior) -> Behavior:
        def answer(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            with self._reported(name, context), _one_of(self._free_streams), self._bounded(context):
                yield from behavior(request, context)

        return answer

    def _receiving(self, name: str, behavior: Behavior) -> Behavior:
        def answer(requests: Iterator[Any], context: grpc.ServicerContext) -> Any:
            with (
                self._reported(name, context),
                _one_of(self._free_uploads),
                _one_of(self._free_streams),
                self._bounded(context),
            ):
                return behavior(requests, context)

        return answer

    @contextmanager
    def _bounded(self, context: grpc.ServicerContext) -> Iterator[None]:
        """Cancel a call that takes too long, from outside: its own thread may be waiting for its peer."""
        left_seconds = context.time_remaining()
        if left_seconds is not None and left_seconds <= self._stream_seconds:
            yield  # gRPC ends it in time
            return
        timer = threading.Timer(self._stream_seconds, context.cancel)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @contextmanager
    def _reported(self, name: str, context: grpc.ServicerContext) -> Iterator[None]:
        """Log one call and end it with the status of what it raises."""
        request_id = next((str(value) for key, value in context.invocation_metadata() if key == REQUEST_ID_HEADER), "")
        log = structlog.get_logger().bind(**self._log_fields, rpc=name, request_id=request_id)
        started = time.perf_counter()
        try:
            yield
        except PublicError as error:
            log.info("refused", code=error.code, detail=error.message)
            context.abort(error.grpc_status, error.message)
        except (GeneratorExit, grpc.RpcError):  # the second is what a stream of requests raises when its peer leaves
            log.debug("left early", seconds=round(time.perf_counter() - started, 4))
            raise
        except Exception:
            log.exception("failed")
            text = f"The loader failed; its log has the cause under request {request_id}."
            context.abort(grpc.StatusCode.INTERNAL, text)
        log.debug("answered", seconds=round(time.perf_counter() - started, 4))


@contextmanager
def _one_of(free: threading.BoundedSemaphore) -> Iterator[None]:
    if not free.acquire(blocking=False):
        raise RateLimited("The loader is serving as many streams as it may; try again in a moment.")
    try:
        yield
    finally:
        free.release()
