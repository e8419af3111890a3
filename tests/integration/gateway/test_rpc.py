"""The public gRPC face as any gRPC client sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from integration.gateway.conftest import serving_gateway
from integration.gateway.loader_service import EMBEDDING_ID
from integration.gateway.stored_job import StoredJob

from projector_contracts.api.v1 import api_pb2, api_pb2_grpc
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.settings import GatewaySettings

pytestmark = pytest.mark.integration


@pytest.fixture
async def channel(settings: GatewaySettings) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a gateway's gRPC face on a free port."""
    with_rpc = settings.model_copy(update={"grpc_address": "127.0.0.1:0"})
    async with (
        serving_gateway(with_rpc) as gateway,
        grpc.aio.insecure_channel(f"127.0.0.1:{gateway.app.state.grpc_port}") as channel,
    ):
        yield channel


async def test_health_is_answered(channel: grpc.aio.Channel) -> None:
    reply = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert reply.status == health_pb2.HealthCheckResponse.SERVING


async def test_services_can_be_discovered(settings: GatewaySettings) -> None:
    with_rpc = settings.model_copy(update={"grpc_address": "127.0.0.1:0"})
    async with serving_gateway(with_rpc) as gateway:
        names = await _discover(f"127.0.0.1:{gateway.app.state.grpc_port}")
    assert {"projector.api.v1.DatasetService", "projector.api.v1.JobService"} <= names


async def test_a_slow_call_is_skipped_to_the_newest_frame_and_gets_the_end(
    channel: grpc.aio.Channel, stored_job: StoredJob
) -> None:
    call = api_pb2_grpc.JobServiceStub(channel).StreamEvents(api_pb2.StreamEventsRequest(job_id=stored_job.job_id))
    stream = aiter(call)
    events = [await anext(stream)]
    for _ in range(60):
        await stored_job.put_frame(n_points=20_000)
    await stored_job.finish()
    events += [event async for event in stream]
    sequences = [event.frame.sequence for event in events if event.HasField("frame")]
    assert sequences == sorted(set(sequences))
    assert len(sequences) < 60
    assert sequences[-1] == 60
    assert events[-1].state.phase == job_pb2.FINISHED


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (api_pb2.CreateJobRequest(), grpc.StatusCode.INVALID_ARGUMENT),
        (
            api_pb2.CreateJobRequest(
                spec=job_pb2.JobSpec(
                    embedding=job_pb2.EmbeddingRef(embedding_id="nothing"), pca=job_pb2.PcaParameters()
                )
            ),
            grpc.StatusCode.NOT_FOUND,
        ),
        (
            api_pb2.CreateJobRequest(
                spec=job_pb2.JobSpec(
                    embedding=job_pb2.EmbeddingRef(embedding_id=EMBEDDING_ID),
                    pca=job_pb2.PcaParameters(n_components=11),
                )
            ),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
    ],
)
async def test_a_wrong_request_ends_with_the_status_of_the_error_table(
    channel: grpc.aio.Channel, request_: api_pb2.CreateJobRequest, status: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await api_pb2_grpc.JobServiceStub(channel).CreateJob(request_)
    assert failed.value.code() == status
    assert failed.value.details()


async def test_fields_that_are_zero_take_the_defaults(channel: grpc.aio.Channel) -> None:
    spec = job_pb2.JobSpec(
        embedding=job_pb2.EmbeddingRef(embedding_id=EMBEDDING_ID), tsne=job_pb2.TsneParameters(n_steps=7)
    )
    job = await api_pb2_grpc.JobServiceStub(channel).CreateJob(api_pb2.CreateJobRequest(spec=spec))
    assert (job.spec.tsne.n_dims, job.spec.tsne.perplexity, job.spec.tsne.n_steps) == (3, 30, 7)
    assert job.spec.tsne.metric == job_pb2.EUCLIDEAN
    assert job.state.phase == job_pb2.QUEUED


async def _discover(address: str) -> set[str]:
    def ask() -> set[str]:
        with grpc.insecure_channel(address) as channel:
            return set(ProtoReflectionDescriptorDatabase(channel).get_services())

    return await asyncio.to_thread(ask)
