"""A loader that holds one small embedding in memory: the edge of the gateway, spoken over real gRPC."""

from __future__ import annotations

import asyncio
import hashlib
import struct
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from projector_contracts.common.v1 import problem_pb2
from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc
from projector_contracts.names import REQUEST_ID_HEADER

EMBEDDING_ID = "digits-0"
N_POINTS = 10
N_DIMS = 4
DIGEST = "d" * 64
SPRITE_PAGES = [b"\x89PNG\r\n\x1a\n" + bytes([page]) * 5000 for page in range(2)]
BOOKMARKS = b"[]"
_CHUNK_BYTES = 1000
_NO_UPLOADS = "This projector takes no uploads."

_CONTENTS: dict[str, loader_pb2.Column] = {
    "label": loader_pb2.Column(
        name="label",
        type=loader_pb2.CATEGORY,
        n_rows=N_POINTS,
        dictionary=loader_pb2.DictionaryValues(
            values=["zero", "One", "Straße"],
            codes=struct.pack("<10I", 0, 1, 2, 0, 1, 2, 0, 1, 0xFFFFFFFF, 0xFFFFFFFF),
        ),
    ),
    "weight": loader_pb2.Column(
        name="weight",
        type=loader_pb2.NUMBER,
        n_rows=N_POINTS,
        numbers=loader_pb2.NumberValues(
            float64=struct.pack("<10d", 1.0, 0.5, 1e21, 12.25, float("nan"), 1e-7, 100.0, -3.5, 2.0, 0.1)
        ),
    ),
    "a name/with a slash": loader_pb2.Column(
        name="a name/with a slash",
        type=loader_pb2.TEXT,
        n_rows=N_POINTS,
        text=loader_pb2.TextValues(
            utf8="".join(f"wörd {row}" for row in range(9)).encode(),
            offsets=array("I", [7 * row for row in range(10)] + [63]).tobytes(),
        ),
    ),
}

_PROBLEM = problem_pb2.Problem(
    severity=problem_pb2.Problem.WARNING, subject="broken.ckpt", message="The file is cut off."
)


class LoaderService(loader_pb2_grpc.LoaderServiceServicer):
    """Answers for one embedding.

    Attributes:
        request_ids: those that it was given.
        bookmarks: content of the bookmarks file.
        n_chunks: how many chunks of it were sent.
    """

    def __init__(self) -> None:
        self.request_ids: list[str] = []
        self._version = 0
        self._changed = asyncio.Event()
        self.bookmarks = BOOKMARKS
        self.n_chunks = 0

    async def ListRuns(self, request: loader_pb2.ListRunsRequest, context: Any) -> loader_pb2.ListRunsResponse:
        self._note(context)
        run = loader_pb2.Run(
            id="r1",
            name="digits",
            embeddings=[_summary()],
            checkpoints=[loader_pb2.Checkpoint(name="digits/model.ckpt-5", step=5)],
            rejected=[loader_pb2.RejectedTensor(tensor_name="bias", shape=[4], dtype="float32", reason="It is 1-D.")],
            problems=[_PROBLEM],
        )
        return loader_pb2.ListRunsResponse(runs=[run], problems=[_PROBLEM])

    async def ListEmbeddings(
        self, request: loader_pb2.ListEmbeddingsRequest, context: Any
    ) -> loader_pb2.ListEmbeddingsResponse:
        return loader_pb2.ListEmbeddingsResponse(embeddings=[_summary()])

    async def Diagnose(self, request: loader_pb2.DiagnoseRequest, context: Any) -> loader_pb2.Diagnosis:
        finding = loader_pb2.Finding(folder="events", message="It holds event files.")
        return loader_pb2.Diagnosis(n_folders=3, findings=[finding], passed_over=[".git"], problems=[_PROBLEM])

    async def WatchRuns(
        self, request: loader_pb2.WatchRunsRequest, context: Any
    ) -> AsyncIterator[loader_pb2.ListRunsResponse]:
        while True:
            self._changed.clear()
            run = loader_pb2.Run(id="r1", name="digits", embeddings=[_summary(version=str(self._version))])
            yield loader_pb2.ListRunsResponse(runs=[run])
            await self._changed.wait()

    def change_files(self) -> None:
        """From now on the embedding is another version."""
        self._version += 1
        self._changed.set()

    async def GetEmbedding(self, request: loader_pb2.GetEmbeddingRequest, context: Any) -> loader_pb2.Embedding:
        await self._check(request.embedding_id, context)
        return loader_pb2.Embedding(
            summary=_summary(),
            run_name="digits",
            dtype="float64",
            digest=DIGEST,
            columns=[
                loader_pb2.ColumnSummary(name=column.name, type=column.type, n_unique=3, n_missing=1)
                for column in _CONTENTS.values()
            ],
            sprite=_sprite(),
            has_bookmarks=True,
        )

    async def ReadTensor(
        self, request: loader_pb2.ReadTensorRequest, context: Any
    ) -> AsyncIterator[loader_pb2.TensorChunk]:
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "The gateway never reads a tensor.")
        yield loader_pb2.TensorChunk()

    async def ReadColumns(
        self, request: loader_pb2.ReadColumnsRequest, context: Any
    ) -> AsyncIterator[loader_pb2.ColumnChunk]:
        await self._check(request.embedding_id, context)
        (name,) = request.names
        if name not in _CONTENTS:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"There is no column {name!r}.")
        content = column_bytes(name)
        yield loader_pb2.ColumnChunk(
            header=loader_pb2.ColumnHeader(digest=hashlib.sha256(content).hexdigest(), total_bytes=len(content))
        )
        for start in range(0, len(content), _CHUNK_BYTES):
            yield loader_pb2.ColumnChunk(column=content[start : start + _CHUNK_BYTES])

    async def ReadSprite(
        self, request: loader_pb2.ReadSpriteRequest, context: Any
    ) -> AsyncIterator[loader_pb2.SpriteChunk]:
        await self._check(request.embedding_id, context)
        if request.level > 0:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"There is no level {request.level} of the thumbnails.")
        content = request.rows or SPRITE_PAGES[request.page]
        yield loader_pb2.SpriteChunk(
            header=loader_pb2.SpriteHeader(digest=DIGEST, media_type="image/png", total_bytes=len(content))
        )
        for start in range(0, len(content), _CHUNK_BYTES):
            yield loader_pb2.SpriteChunk(image=content[start : start + _CHUNK_BYTES])

    async def ReadBookmarks(
        self, request: loader_pb2.ReadBookmarksRequest, context: Any
    ) -> AsyncIterator[loader_pb2.BookmarksChunk]:
        await self._check(request.embedding_id, context)
        for start in range(0, len(self.bookmarks), _CHUNK_BYTES):
            self.n_chunks += 1
            yield loader_pb2.BookmarksChunk(content=self.bookmarks[start : start + _CHUNK_BYTES])

    async def GetUploadRules(self, request: loader_pb2.GetUploadRulesRequest, context: Any) -> loader_pb2.UploadRules:
        return loader_pb2.UploadRules()

    async def WriteUpload(
        self, request_iterator: AsyncIterator[loader_pb2.UploadChunk], context: Any
    ) -> loader_pb2.WriteUploadResponse:
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, _NO_UPLOADS)
        return loader_pb2.WriteUploadResponse()

    async def FinishUpload(self, request: loader_pb2.FinishUploadRequest, context: Any) -> loader_pb2.Run:
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, _NO_UPLOADS)
        return loader_pb2.Run()

    async def DeleteUpload(
        self, request: loader_pb2.DeleteUploadRequest, context: Any
    ) -> loader_pb2.DeleteUploadResponse:
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, _NO_UPLOADS)
        return loader_pb2.DeleteUploadResponse()

    async def _check(self, embedding_id: str, context: Any) -> None:
        self._note(context)
        if embedding_id != EMBEDDING_ID:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"There is no embedding {embedding_id!r}.")

    def _note(self, context: Any) -> None:
        self.request_ids += [value for key, value in context.invocation_metadata() if key == REQUEST_ID_HEADER]


@asynccontextmanager
async def serving_loader(service: LoaderService, address: str = "127.0.0.1:0") -> AsyncIterator[str]:
    """Serve on a free port; yields the address."""
    server = grpc.aio.server()
    loader_pb2_grpc.add_LoaderServiceServicer_to_server(service, server)
    health_service = health.aio.HealthServicer()
    await health_service.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(health_service, server)
    port = server.add_insecure_port(address)
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(grace=None)


def column_bytes(name: str) -> bytes:
    """The serialised column that the loader streams."""
    return _CONTENTS[name].SerializeToString()


def _summary(version: str = "0") -> loader_pb2.EmbeddingSummary:
    return loader_pb2.EmbeddingSummary(
        id=EMBEDDING_ID,
        run_id="r1",
        tensor_name="digits/.ATTRIBUTES/VARIABLE_VALUE",
        display_name="digits",
        step=5,
        n_points=N_POINTS,
        n_dims=N_DIMS,
        version=version,
    )


def _sprite() -> loader_pb2.SpriteGeometry:
    return loader_pb2.SpriteGeometry(
        image_width_px=32,
        image_height_px=32,
        thumbnail_width_px=8,
        thumbnail_height_px=8,
        n_columns=4,
        levels=[
            loader_pb2.SpriteLevel(
                thumbnail_width_px=7.5,
                thumbnail_height_px=8,
                cell_width_px=8,
                cell_height_px=8,
                n_columns=4,
                n_rows=2,
                n_pages=2,
            )
        ],
        digest=DIGEST,
    )
