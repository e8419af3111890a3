"""``projector.loader.v1.LoaderService``: request, use case, reply. Touches no file; errors go on to the boundary."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator

import grpc

from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc
from projector_loader.catalog import Catalog
from projector_loader.embeddings import Embeddings
from projector_loader.messages import column_message, embedding_message, listing_message, row_selection, sprite_message
from projector_loader.model import EmbeddingId
from projector_loader.tensors import BLOCK_BYTES
from projector_loader.watching import RunWatcher


class LoaderServicer(loader_pb2_grpc.LoaderServiceServicer):
    """Serves the catalog and its embeddings. A stream reads a block when the peer has taken the one before."""

    def __init__(self, catalog: Catalog, watcher: RunWatcher, embeddings: Embeddings) -> None:
        self._catalog = catalog
        self._watcher = watcher
        self._embeddings = embeddings

    def ListRuns(
        self, request: loader_pb2.ListRunsRequest, context: grpc.ServicerContext
    ) -> loader_pb2.ListRunsResponse:
        return listing_message(self._catalog.list_runs())

    def WatchRuns(
        self, request: loader_pb2.WatchRunsRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.ListRunsResponse]:
        left = threading.Event()
        context.add_callback(left.set)
        for listing in self._watcher.watch(left):
            yield listing_message(listing)

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

    def ReadColumn(
        self, request: loader_pb2.ReadColumnRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.ColumnChunk]:
        column = self._embeddings.read_column(EmbeddingId(request.embedding_id), request.name)
        serialised = column_message(column).SerializeToString(deterministic=True)
        digest = hashlib.sha256(serialised).hexdigest()
        yield loader_pb2.ColumnChunk(header=loader_pb2.ColumnHeader(digest=digest, total_bytes=len(serialised)))
        for start in range(0, len(serialised), BLOCK_BYTES):
            yield loader_pb2.ColumnChunk(column=serialised[start : start + BLOCK_BYTES])

    def ReadSprite(
        self, request: loader_pb2.ReadSpriteRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.SpriteChunk]:
        sprite = self._embeddings.read_sprite(EmbeddingId(request.embedding_id))
        yield loader_pb2.SpriteChunk(header=sprite_message(sprite.geometry))
        for block in sprite.blocks:
            yield loader_pb2.SpriteChunk(image=block)

    def ReadBookmarks(
        self, request: loader_pb2.ReadBookmarksRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.BookmarksChunk]:
        for block in self._embeddings.read_bookmarks(EmbeddingId(request.embedding_id)):
            yield loader_pb2.BookmarksChunk(content=block)
