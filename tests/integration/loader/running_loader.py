"""A loader in this process that listens at a free port, and the few calls that many tests make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import numpy as np
from numpy.typing import NDArray

from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc
from projector_loader.main import LoaderServer, start_server
from projector_loader.settings import LoaderSettings


@dataclass(frozen=True)
class Loader:
    """A running loader and a stub that speaks with it."""

    server: LoaderServer
    channel: grpc.Channel
    stub: loader_pb2_grpc.LoaderServiceStub
    root: Path

    def runs(self) -> dict[str, loader_pb2.Run]:
        response = self.stub.ListRuns(loader_pb2.ListRunsRequest(), timeout=10)
        return {run.name: run for run in response.runs}

    def describe(self, embedding_id: str) -> loader_pb2.Embedding:
        return self.stub.GetEmbedding(loader_pb2.GetEmbeddingRequest(embedding_id=embedding_id), timeout=10)

    def read(self, embedding_id: str) -> NDArray[np.float32]:
        chunks = list(self.stub.ReadTensor(loader_pb2.ReadTensorRequest(embedding_id=embedding_id), timeout=60))
        header = chunks[0].header
        joined = b"".join(chunk.rows for chunk in chunks[1:])
        return np.frombuffer(joined, "<f4").reshape(header.n_points, header.n_dims)


def serve(settings: dict[str, Any]) -> Iterator[Loader]:
    """A loader with these settings, stopped at the end."""
    server = start_server(LoaderSettings(**settings))
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Loader(server, channel, loader_pb2_grpc.LoaderServiceStub(channel), settings["data_root"])
    server.stop(1)
