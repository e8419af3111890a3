"""Tensors from the loader over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import structlog

from projector_chassis.errors import Conflict, from_grpc
from projector_compute.specs import EmbeddingRef
from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc
from projector_contracts.names import REQUEST_ID_HEADER

_BASE_SECONDS = 60
_BYTES_PER_SECOND = 2**20
"""A read may take a minute, and a second for each MiB on top of it."""
_FLOAT32_BYTES = 4


class Loader:
    """Reads whole embeddings; builds no channel before it is constructed, which must be after a fork."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address)
        self._stub = loader_pb2_grpc.LoaderServiceStub(self._channel)

    def read_tensor(self, ref: EmbeddingRef) -> Iterator[bytes]:
        """The embedding's rows in order, float32 little-endian, in chunks of whole rows.

        Raises:
            Conflict: the embedding is not the one that the job was made for.
            PublicError: what the loader reported; ``Unavailable`` when it cannot be reached.
        """
        n_bytes = ref.n_points * ref.n_dims * _FLOAT32_BYTES
        request = loader_pb2.ReadTensorRequest(embedding_id=ref.embedding_id, expected_digest=ref.digest)
        request_id = structlog.contextvars.get_contextvars().get(REQUEST_ID_HEADER)
        try:
            chunks = self._stub.ReadTensor(
                request,
                timeout=_BASE_SECONDS + n_bytes / _BYTES_PER_SECOND,
                metadata=((REQUEST_ID_HEADER, request_id),) if request_id else None,
            )
            n_read = 0
            for chunk in chunks:
                if chunk.WhichOneof("part") == "header":
                    _check(chunk.header, ref)
                else:
                    n_read += len(chunk.rows)
                    yield chunk.rows
        except grpc.RpcError as error:
            raise from_grpc(error) from error
        if n_read != n_bytes:
            raise Conflict("The embedding has fewer or more rows than before; reload the page and start again.")

    def close(self) -> None:
        self._channel.close()


def _check(header: loader_pb2.TensorHeader, ref: EmbeddingRef) -> None:
    if (header.n_points, header.n_dims, header.digest) != (ref.n_points, ref.n_dims, ref.digest):
        raise Conflict("The embedding's file has changed; reload the page and start again.")
