"""``projector.loader.v1.LoaderService``: request, use case, reply. Touches no file; errors go on to the boundary."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import grpc

from projector_chassis.errors import Conflict
from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc
from projector_loader.catalog import Catalog
from projector_loader.embeddings import Embeddings
from projector_loader.messages import (
    column_chunks,
    diagnosis_message,
    embedding_message,
    listing_message,
    row_numbers,
    row_selection,
    run_message,
    sprite_chunks,
    summary_message,
    upload_end,
    upload_header,
    upload_parts,
    upload_rules_message,
)
from projector_loader.model import EmbeddingId, RunId
from projector_loader.uploads import Uploads
from projector_loader.watching import RunWatcher


class LoaderServicer(loader_pb2_grpc.LoaderServiceServicer):
    """Serves the catalog and its embeddings. A stream reads a block when the peer has taken the one before.

    Args:
        uploads: None where they are off.
    """

    def __init__(self, catalog: Catalog, watcher: RunWatcher, embeddings: Embeddings, uploads: Uploads | None) -> None:
        self._catalog = catalog
        self._watcher = watcher
        self._embeddings = embeddings
        self._uploads = uploads

    def ListRuns(
        self, request: loader_pb2.ListRunsRequest, context: grpc.ServicerContext
    ) -> loader_pb2.ListRunsResponse:
        return listing_message(self._catalog.list_runs())

    def ListEmbeddings(
        self, request: loader_pb2.ListEmbeddingsRequest, context: grpc.ServicerContext
    ) -> loader_pb2.ListEmbeddingsResponse:
        run = self._catalog.find_run(RunId(request.run_id))
        return loader_pb2.ListEmbeddingsResponse(embeddings=[summary_message(summary) for summary in run.embeddings])

    def WatchRuns(
        self, request: loader_pb2.WatchRunsRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.ListRunsResponse]:
        left = threading.Event()
        context.add_callback(left.set)
        for listing in self._watcher.watch(left):
            yield listing_message(listing)

    def Diagnose(self, request: loader_pb2.DiagnoseRequest, context: grpc.ServicerContext) -> loader_pb2.Diagnosis:
        return diagnosis_message(self._catalog.list_runs())

    def GetEmbedding(
        self, request: loader_pb2.GetEmbeddingRequest, context: grpc.ServicerContext
    ) -> loader_pb2.Embedding:
        return embedding_message(self._embeddings.describe(EmbeddingId(request.embedding_id)))

    def ReadTensor(
        self, request: loader_pb2.ReadTensorRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.TensorChunk]:
        selection = row_selection(request)
        tensor = self._embeddings.read_tensor(EmbeddingId(request.embedding_id), request.expected_digest, selection)
        header = loader_pb2.TensorHeader(
            n_points=tensor.n_points, n_dims=tensor.n_dims, digest=tensor.digest, n_rows=tensor.n_rows
        )
        yield loader_pb2.TensorChunk(header=header)
        for block in tensor.blocks:
            yield loader_pb2.TensorChunk(rows=block)

    def ReadColumns(
        self, request: loader_pb2.ReadColumnsRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.ColumnChunk]:
        for column in self._embeddings.read_columns(EmbeddingId(request.embedding_id), request.names):
            yield from column_chunks(column)

    def ReadSprite(
        self, request: loader_pb2.ReadSpriteRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.SpriteChunk]:
        embedding_id = EmbeddingId(request.embedding_id)
        if request.WhichOneof("selection") == "rows":
            page = self._embeddings.read_thumbnails(embedding_id, request.level, row_numbers(request.rows))
        else:
            page = self._embeddings.read_sprite_page(embedding_id, request.level, request.page)
        yield from sprite_chunks(page)

    def ReadBookmarks(
        self, request: loader_pb2.ReadBookmarksRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.BookmarksChunk]:
        for block in self._embeddings.read_bookmarks(EmbeddingId(request.embedding_id)):
            yield loader_pb2.BookmarksChunk(content=block)

    def GetUploadRules(
        self, request: loader_pb2.GetUploadRulesRequest, context: grpc.ServicerContext
    ) -> loader_pb2.UploadRules:
        return upload_rules_message(self._uploads.rules()) if self._uploads else loader_pb2.UploadRules()

    def WriteUpload(
        self, request_iterator: Iterator[loader_pb2.UploadChunk], context: grpc.ServicerContext
    ) -> loader_pb2.WriteUploadResponse:
        uploads = self._uploads_that_are_on()
        header = upload_header(next(request_iterator, None))
        return loader_pb2.WriteUploadResponse(n_bytes=uploads.write(header, upload_parts(request_iterator)))

    def FinishUpload(self, request: loader_pb2.FinishUploadRequest, context: grpc.ServicerContext) -> loader_pb2.Run:
        return run_message(self._uploads_that_are_on().finish(upload_end(request)))

    def DeleteUpload(
        self, request: loader_pb2.DeleteUploadRequest, context: grpc.ServicerContext
    ) -> loader_pb2.DeleteUploadResponse:
        self._uploads_that_are_on().delete(request.id)
        return loader_pb2.DeleteUploadResponse()

    def _uploads_that_are_on(self) -> Uploads:
        if self._uploads is None:
            raise Conflict("This projector takes no uploads; PROJECTOR_UPLOADS_ROOT of its loader would allow them.")
        return self._uploads
