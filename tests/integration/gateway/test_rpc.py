"""The public gRPC face as any gRPC client sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from integration.gateway.conftest import serving_gateway
from integration.gateway.loader_service import EMBEDDING_ID
from integration.gateway.stored_job import StoredJob
from redis.asyncio import Redis

from projector_contracts.api.v1 import api_pb2, api_pb2_grpc
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import channel as channel_of
from projector_contracts.names import frames_key
from projector_gateway.settings import GatewaySettings

pytestmark = pytest.mark.integration
_PATIENCE_SECONDS = 5.0


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


async def test_a_stream_hands_stored_bytes_on_unread(
    channel: grpc.aio.Channel, stored_job: StoredJob, redis: Redis
) -> None:
    first = await stored_job.put_frame()
    # The same message as nobody would write it: whoever reads and writes it makes other bytes of it.
    stored = job_pb2.JobEvent(frame=job_pb2.Frame(loss=7)).SerializeToString() + first
    assert job_pb2.JobEvent.FromString(stored).SerializeToString() == first
    await redis.hset(frames_key(stored_job.job_id), "1", stored)
    request = api_pb2.StreamEventsRequest(job_id=stored_job.job_id, after=0).SerializeToString()
    ask: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(
        "/projector.api.v1.JobService/StreamEvents"
    )
    stream = aiter(ask(request))
    async with asyncio.timeout(_PATIENCE_SECONDS):
        assert stored in [await anext(stream), await anext(stream)]


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


async def test_what_is_left_out_takes_the_defaults(channel: grpc.aio.Channel) -> None:
    spec = job_pb2.JobSpec(
        embedding=job_pb2.EmbeddingRef(embedding_id=EMBEDDING_ID), tsne=job_pb2.TsneParameters(n_steps=7)
    )
    job = await api_pb2_grpc.JobServiceStub(channel).CreateJob(api_pb2.CreateJobRequest(spec=spec))
    assert (job.spec.tsne.n_dims, list(job.spec.tsne.perplexity), job.spec.tsne.n_steps) == (3, [30], 7)
    assert job.spec.tsne.metric == job_pb2.EUCLIDEAN
    assert job.state.phase == job_pb2.QUEUED


async def n_subscriptions(redis: Redis, job: StoredJob) -> int:
    """How many connections of gateways follow a job."""
    ((_, count),) = await redis.pubsub_numsub(channel_of(job.job_id))
    assert isinstance(count, int)
    return count


async def until_unfollowed(redis: Redis, job: StoredJob) -> None:
    """Wait until nobody follows a job."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while await n_subscriptions(redis, job) > 0:
        assert asyncio.get_running_loop().time() < deadline, "the job is still followed"


def events(channel: grpc.aio.Channel, job_id: str, *, after: int | None = None, seconds: float | None = None) -> Any:
    """A call for the events of a job."""
    request = api_pb2.StreamEventsRequest(job_id=job_id, after=after)
    return api_pb2_grpc.JobServiceStub(channel).StreamEvents(request, timeout=seconds)


async def test_leaving_a_stream_ends_its_subscription(
    channel: grpc.aio.Channel, stored_job: StoredJob, redis: Redis
) -> None:
    calls = [events(channel, stored_job.job_id) for _ in range(3)]
    for call in calls:
        await call.read()
    assert await n_subscriptions(redis, stored_job) == 1
    for call in calls[:2]:
        call.cancel()
    await stored_job.put_frame()
    assert (await calls[2].read()).HasField("state")
    assert await n_subscriptions(redis, stored_job) == 1
    calls[2].cancel()
    await until_unfollowed(redis, stored_job)


async def test_leaving_a_stream_that_is_stuck_ends_its_subscription(
    channel: grpc.aio.Channel, stored_job: StoredJob, redis: Redis
) -> None:
    call = events(channel, stored_job.job_id)
    await call.read()
    for _ in range(5):
        await stored_job.put_frame(n_points=200_000)  # more than the transport takes
    call.cancel()
    await until_unfollowed(redis, stored_job)


async def test_a_deadline_ends_a_stream_and_its_subscription(
    channel: grpc.aio.Channel, stored_job: StoredJob, redis: Redis
) -> None:
    call = events(channel, stored_job.job_id, seconds=0.5)
    await call.read()
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await call.read()
    assert failed.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    await until_unfollowed(redis, stored_job)


async def test_a_stream_replays_what_is_kept_after_a_sequence(channel: grpc.aio.Channel, stored_job: StoredJob) -> None:
    await stored_job.put_frames(6)
    await stored_job.finish()
    seen = [event async for event in events(channel, stored_job.job_id, after=2)]
    assert [event.frame.sequence for event in seen if event.HasField("frame")] == [3, 4, 5, 6]
    assert seen[-1].state.phase == job_pb2.FINISHED


@pytest.mark.parametrize("job_id", ["nobody", ""])
async def test_an_unknown_job_is_not_found_whatever_is_asked_of_it(channel: grpc.aio.Channel, job_id: str) -> None:
    stub: Any = api_pb2_grpc.JobServiceStub(channel)
    stop = job_pb2.Control(stop=job_pb2.Stop())
    calls: list[Any] = [
        stub.GetJob(api_pb2.GetJobRequest(job_id=job_id)),
        stub.ControlJob(api_pb2.ControlJobRequest(job_id=job_id, control=stop)),
        events(channel, job_id).read(),
    ]
    for call in calls:
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await call
        assert failed.value.code() == grpc.StatusCode.NOT_FOUND


async def test_a_program_may_name_as_many_rows_as_a_page(channel: grpc.aio.Channel) -> None:
    spec = job_pb2.JobSpec(
        embedding=job_pb2.EmbeddingRef(embedding_id=EMBEDDING_ID),
        rows=bytes(4 * 1_500_000),
        pca=job_pb2.PcaParameters(),
    )
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await api_pb2_grpc.JobServiceStub(channel).CreateJob(api_pb2.CreateJobRequest(spec=spec))
    assert failed.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert failed.value.details() == "rows holds 1500000 indices; at most 1000000 are allowed."


async def test_a_loader_that_is_away_is_unavailable(settings: GatewaySettings) -> None:
    away = settings.model_copy(update={"grpc_address": "127.0.0.1:0", "loader_address": "127.0.0.1:1"})
    async with (
        serving_gateway(away) as gateway,
        grpc.aio.insecure_channel(f"127.0.0.1:{gateway.app.state.grpc_port}") as channel,
    ):
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await api_pb2_grpc.DatasetServiceStub(channel).ListRuns(api_pb2.ListRunsRequest())
    assert failed.value.code() == grpc.StatusCode.UNAVAILABLE
    assert "127.0.0.1" not in (failed.value.details() or "")


async def _discover(address: str) -> set[str]:
    def ask() -> set[str]:
        with grpc.insecure_channel(address) as channel:
            return set(ProtoReflectionDescriptorDatabase(channel).get_services())

    return await asyncio.to_thread(ask)
