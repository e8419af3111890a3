"""A loader that serves arrays over real gRPC."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import numpy as np
from numpy.typing import NDArray

from projector_compute.specs import EmbeddingRef
from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc

_CHUNK_BYTES = 2**16


class ArrayLoader(loader_pb2_grpc.LoaderServiceServicer):
    """Answers ReadTensor from memory.

    Attributes:
        n_reads: requests so far, refused ones included.
        n_refusals: requests still to be refused as if the loader were down.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, tuple[NDArray[np.float32], str]] = {}
        self.n_reads = 0
        self.n_refusals = 0
        self.address = ""

    def add(self, embedding_id: str, array: NDArray[np.floating]) -> EmbeddingRef:
        """Serve an array under an id, in place of the one before."""
        content = np.ascontiguousarray(array, "<f4")
        digest = hashlib.sha256(content.tobytes()).hexdigest()
        self._arrays[embedding_id] = (content, digest)
        return EmbeddingRef(embedding_id, digest, *content.shape)

    def ReadTensor(
        self, request: loader_pb2.ReadTensorRequest, context: grpc.ServicerContext
    ) -> Iterator[loader_pb2.TensorChunk]:
        self.n_reads += 1
        if self.n_refusals:
            self.n_refusals -= 1
            context.abort(grpc.StatusCode.UNAVAILABLE, "starting")
        if request.embedding_id not in self._arrays:
            context.abort(grpc.StatusCode.NOT_FOUND, f"There is no embedding {request.embedding_id}.")
        array, digest = self._arrays[request.embedding_id]
        if request.expected_digest != digest:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "words.tsv has changed; reload the page.")
        n_points, n_dims = array.shape
        yield loader_pb2.TensorChunk(header=loader_pb2.TensorHeader(n_points=n_points, n_dims=n_dims, digest=digest))
        n_rows = max(1, _CHUNK_BYTES // (4 * n_dims))
        for start in range(0, n_points, n_rows):
            yield loader_pb2.TensorChunk(rows=array[start : start + n_rows].tobytes())


@contextmanager
def serving_arrays() -> Iterator[ArrayLoader]:
    """Serve on a free port of loopback."""
    loader = ArrayLoader()  # type: ignore[abstract]  # workers read tensors alone
    server = grpc.server(ThreadPoolExecutor(4))
    loader_pb2_grpc.add_LoaderServiceServicer_to_server(loader, server)
    loader.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield loader
    finally:
        server.stop(None).wait()
