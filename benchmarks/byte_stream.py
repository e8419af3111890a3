"""A gRPC server that streams bytes from memory and does nothing else: the fastest a stream of that size can be here.

``python -m benchmarks.byte_stream`` prints its port and serves until it is ended.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

METHOD = "/bench.Bytes/Stream"
CHUNK_BYTES = 2**20


class _Bytes(grpc.GenericRpcHandler):
    """Answers a decimal number of bytes with that many, in chunks."""

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        return grpc.unary_stream_rpc_method_handler(_stream) if details.method == METHOD else None


def _stream(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
    chunk = bytes(CHUNK_BYTES)
    for _ in range(int(request) // CHUNK_BYTES):
        yield chunk


def main() -> None:
    server = grpc.server(ThreadPoolExecutor(2), compression=grpc.Compression.NoCompression)
    server.add_generic_rpc_handlers((_Bytes(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
