"""The loader over gRPC: descriptions as schemas, bulk contents as byte streams that nobody here reads.

Every method raises a ``PublicError``: what the loader said (``NotFound``, ``Conflict``, ``InvalidArgument``),
``Unavailable`` when it cannot be reached, ``Deadline`` when it took too long.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from projector_chassis.errors import Internal, from_grpc
from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc
from projector_contracts.names import REQUEST_ID_HEADER
from projector_gateway.clients import messages
from projector_gateway.clients.sending import send_all
from projector_gateway.datasets.schemas import Diagnosis, Embedding, Run
from projector_gateway.request_context import current_request_id
from projector_gateway.uploads.schemas import Role, UploadRequest, UploadRules
from projector_gateway.wire_arrays import write_uint32

_DESCRIBE_SECONDS = 30.0  # the first look at a large log directory reads every checkpoint's index
_STREAM_SECONDS = 120.0
_THUMBNAILS_SECONDS = 300.0  # the first look at an atlas waits until all of it is decoded and cut
_WATCH_SECONDS = 600.0  # a connection that died without a word is noticed after this time
_UPLOAD_SECONDS = 3600.0  # 2 GiB at 5 Mbit/s
_FINISH_UPLOAD_SECONDS = 300.0  # the rows of a large text are counted
_HEALTH_SECONDS = 1.0
_MAX_DESCRIPTION_BYTES = 64 * 2**20
_CHANNEL_OPTIONS = (
    ("grpc.max_receive_message_length", _MAX_DESCRIPTION_BYTES),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2000),
)


_Request = TypeVar("_Request")
_Chunk = TypeVar("_Chunk")


class Content:
    """One column or image: its digest is known at once, its bytes follow. Drain ``chunks`` or ``discard`` it."""

    def __init__(
        self,
        call: grpc.aio.UnaryStreamCall[Any, Any],
        *,
        part: str,
        digest: str,
        media_type: str,
        n_bytes: int | None = None,
    ) -> None:
        self._call = call
        self._part = part
        self.digest = digest
        self.media_type = media_type
        self.n_bytes = n_bytes

    async def chunks(self) -> AsyncIterator[bytes]:
        """The content in order; leaving early tells the loader to stop."""
        try:
            while chunk := await _next(self._call):
                yield getattr(chunk, self._part)
        finally:
            self.discard()

    def discard(self) -> None:
        """Tell the loader that the rest is not wanted; harmless at the end."""
        self._call.cancel()


def open_loader_channel(address: str) -> grpc.aio.Channel:
    """A channel that connects by itself and comes back within seconds after the loader did."""
    return grpc.aio.insecure_channel(address, options=_CHANNEL_OPTIONS)


class Loader:
    """Reads the loader; the channel belongs to whoever made it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = loader_pb2_grpc.LoaderServiceStub(channel)
        self._health = health_pb2_grpc.HealthStub(channel)

    async def runs(self) -> list[Run]:
        """List all runs."""
        with _asking():
            reply = await self._stub.ListRuns(
                loader_pb2.ListRunsRequest(), timeout=_DESCRIBE_SECONDS, metadata=_metadata()
            )
        return [messages.run(run) for run in reply.runs]

    async def diagnosis(self) -> Diagnosis:
        """What was searched for runs and found."""
        with _asking():
            reply = await self._stub.Diagnose(
                loader_pb2.DiagnoseRequest(), timeout=_DESCRIBE_SECONDS, metadata=_metadata()
            )
        return messages.diagnosis(reply)

    async def watch_runs(self) -> AsyncIterator[bytes]:
        """The serialised runs at once and whenever they have changed, until some minutes are over.

        Raises:
            Deadline: they are; ask again.
        """
        call = self._stub.WatchRuns(loader_pb2.WatchRunsRequest(), timeout=_WATCH_SECONDS)
        try:
            while (listing := await _next(call)) is not None:
                yield listing.SerializeToString(deterministic=True)
        finally:
            call.cancel()

    async def embedding(self, embedding_id: str) -> Embedding:
        """Describe one embedding: digest, shape, columns, sprite, whether a bookmarks file belongs to it."""
        request = loader_pb2.GetEmbeddingRequest(embedding_id=embedding_id)
        with _asking():
            return messages.embedding(
                await self._stub.GetEmbedding(request, timeout=_DESCRIBE_SECONDS, metadata=_metadata())
            )

    async def column(self, embedding_id: str, name: str) -> Content:
        """One metadata column as the bytes of a serialised ``projector.loader.v1.Column``."""
        request = loader_pb2.ReadColumnsRequest(embedding_id=embedding_id, names=[name])
        call = self._stub.ReadColumns(request, timeout=_STREAM_SECONDS, metadata=_metadata())
        header = (await _first(call)).header
        return Content(
            call,
            part="column",
            digest=header.digest,
            media_type="application/x-protobuf",
            n_bytes=header.total_bytes,
        )

    async def sprite_page(self, embedding_id: str, level: int, page: int) -> Content:
        """One page of the sprite's thumbnails as the bytes of an image."""
        return await self._sprite(loader_pb2.ReadSpriteRequest(embedding_id=embedding_id, level=level, page=page))

    async def thumbnails(self, embedding_id: str, level: int, rows: Sequence[int]) -> Content:
        """The thumbnails of some points, in this order, as the bytes of one image."""
        return await self._sprite(
            loader_pb2.ReadSpriteRequest(embedding_id=embedding_id, level=level, rows=write_uint32(rows))
        )

    async def _sprite(self, request: loader_pb2.ReadSpriteRequest) -> Content:
        call = self._stub.ReadSprite(request, timeout=_THUMBNAILS_SECONDS, metadata=_metadata())
        header = (await _first(call)).header
        return Content(
            call, part="image", digest=header.digest, media_type=header.media_type, n_bytes=header.total_bytes
        )

    async def bookmarks(self, embedding_id: str, *, max_bytes: int) -> bytes:
        """The bookmarks file that the embedding's projector config names.

        Args:
            max_bytes: of a larger file only a beginning of at least so many bytes is read.
        """
        request = loader_pb2.ReadBookmarksRequest(embedding_id=embedding_id)
        call = self._stub.ReadBookmarks(request, timeout=_STREAM_SECONDS, metadata=_metadata())
        content = bytearray()
        try:
            while len(content) < max_bytes and (chunk := await _next(call)):
                content += chunk.content
        finally:
            call.cancel()
        return bytes(content)

    async def upload_rules(self) -> UploadRules:
        """Whether and how much can be uploaded."""
        with _asking():
            rules = await self._stub.GetUploadRules(
                loader_pb2.GetUploadRulesRequest(), timeout=_DESCRIBE_SECONDS, metadata=_metadata()
            )
        return UploadRules(is_on=rules.is_on, max_file_bytes=rules.max_file_bytes, free_bytes=rules.free_bytes)

    async def write_upload(
        self, upload_id: str, role: Role, *, file_name: str, n_bytes: int, parts: AsyncIterator[bytes]
    ) -> int:
        """Send one file of an upload as it comes; how many bytes were stored. What ``parts`` raises ends it.

        Args:
            n_bytes: of the file; 0 where that is not known.
        """
        header = loader_pb2.UploadHeader(
            upload_id=upload_id, role=messages.UPLOAD_ROLES[role], file_name=file_name, n_bytes=n_bytes
        )

        async def chunks() -> AsyncIterator[loader_pb2.UploadChunk]:
            yield loader_pb2.UploadChunk(header=header)
            n_sent = 0
            async for part in parts:
                n_sent += len(part)
                yield loader_pb2.UploadChunk(content=part)
            yield loader_pb2.UploadChunk(end=n_sent)

        with _asking():
            call = self._stub.WriteUpload(timeout=_UPLOAD_SECONDS, metadata=_metadata())
            return int((await send_all(call, chunks())).n_bytes)

    async def finish_upload(self, upload_id: str, end: UploadRequest) -> Run:
        """Make a run of the files that have arrived."""
        request = loader_pb2.FinishUploadRequest(
            upload_id=upload_id,
            name=end.name,
            tensor_shape=end.tensor_shape,
            thumbnail_px=end.thumbnail_px,
        )
        with _asking():
            return messages.run(
                await self._stub.FinishUpload(request, timeout=_FINISH_UPLOAD_SECONDS, metadata=_metadata())
            )

    async def delete_upload(self, id_: str) -> None:
        """Delete the run of an upload, or an upload that is not finished."""
        with _asking():
            await self._stub.DeleteUpload(
                loader_pb2.DeleteUploadRequest(id=id_), timeout=_DESCRIBE_SECONDS, metadata=_metadata()
            )

    async def is_serving(self) -> bool:
        """Whether the loader says that it is ready; False when it cannot be asked."""
        try:
            reply = await self._health.Check(health_pb2.HealthCheckRequest(), timeout=_HEALTH_SECONDS)
        except grpc.RpcError:
            return False
        return bool(reply.status == health_pb2.HealthCheckResponse.SERVING)


def _metadata() -> tuple[tuple[str, str], ...]:
    request_id = current_request_id()
    return ((REQUEST_ID_HEADER, request_id),) if request_id else ()


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        raise from_grpc(error) from error


async def _next(call: grpc.aio.UnaryStreamCall[_Request, _Chunk]) -> _Chunk | None:
    """The next message of a stream, None after the last one."""
    with _asking():
        chunk = await call.read()
    return None if chunk is grpc.aio.EOF else cast(_Chunk, chunk)


async def _first(call: grpc.aio.UnaryStreamCall[_Request, _Chunk]) -> _Chunk:
    """The header's message, which opens every stream."""
    chunk = await _next(call)
    if chunk is None:
        raise Internal("The loader ended a stream before its header.")
    return chunk
