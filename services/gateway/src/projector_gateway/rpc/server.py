"""The public gRPC face: a server in the gateway's event loop, with health and reflection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from projector_contracts.api.v1 import api_pb2, api_pb2_grpc
from projector_gateway.dependencies import Services
from projector_gateway.rpc.errors import ErrorsInTheTable
from projector_gateway.rpc.forwarding import ForwardedBytes
from projector_gateway.rpc.servicers import DatasetServicer, JobServicer, QuestionServicer, UploadServicer

_STOP_SECONDS = 1.0
_MAX_REQUEST_BYTES = 16 * 2**20  # as of REST; the row indices of a job are what is large
_OPTIONS = (
    # Clients on a silent stream may ask every ten seconds whether we are still there.
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.max_receive_message_length", _MAX_REQUEST_BYTES),
    ("grpc.so_reuseport", 0),
)


@asynccontextmanager
async def serving_rpc(address: str, services: Services) -> AsyncIterator[int]:
    """Serve while the block runs.

    Args:
        address: ``host:port``; port 0 takes a free one.

    Yields:
        The port.

    Raises:
        RuntimeError: the address cannot be bound; the message names it.
    """
    server = grpc.aio.server(interceptors=[ErrorsInTheTable(), ForwardedBytes()], options=_OPTIONS)
    api_pb2_grpc.add_DatasetServiceServicer_to_server(DatasetServicer(services.loader), server)
    jobs = JobServicer(services.jobs, services.forks, services.feeds, services.frames, services.watchers)
    api_pb2_grpc.add_JobServiceServicer_to_server(jobs, server)
    questions = QuestionServicer(services.neighbors, services.quality)
    api_pb2_grpc.add_QuestionServiceServicer_to_server(questions, server)
    api_pb2_grpc.add_UploadServiceServicer_to_server(UploadServicer(services.uploads), server)
    health_service = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_service, server)
    names = [service.full_name for service in api_pb2.DESCRIPTOR.services_by_name.values()]
    reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    port = server.add_insecure_port(address)
    await server.start()
    await health_service.set("", health_pb2.HealthCheckResponse.SERVING)
    try:
        yield port
    finally:
        await services.feeds.aclose()  # watchers are told to come again before the server breaks their streams off
        await server.stop(_STOP_SECONDS)
