"""Who watches a job, as everybody is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import grpc.aio
import httpx
import pytest
from integration.gateway.conftest import RunningGateway, serving_gateway
from integration.gateway.loader_service import EMBEDDING_ID
from integration.gateway.stored_job import StoredJob
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from websockets.asyncio.client import ClientConnection, connect

from projector_contracts import names
from projector_contracts.api.v1 import api_pb2, api_pb2_grpc
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.jobs import watchers as watchers_module
from projector_gateway.migrate import migrate
from projector_gateway.settings import GatewaySettings

pytestmark = pytest.mark.integration
_PATIENCE_SECONDS = 10.0


async def cookie_of(gateway: RunningGateway, name: str) -> dict[str, str]:
    """The headers of a browser whose guest has this name."""
    async with httpx.AsyncClient(base_url=gateway.url) as browser:
        await browser.patch("/api/v1/session", json={"name": name})
        (cookie,) = browser.cookies.jar
    return {"cookie": f"{cookie.name}={cookie.value}"}


@asynccontextmanager
async def watching(gateway: RunningGateway, job: StoredJob, headers: dict[str, str]) -> AsyncIterator[ClientConnection]:
    async with connect(gateway.events_url(job.job_id), additional_headers=headers) as socket:
        await socket.recv()
        yield socket


async def watchers_in_list(http: httpx.AsyncClient) -> list[str]:
    (job,) = (await http.get("/api/v1/jobs", params={"embedding_id": EMBEDDING_ID})).json()
    return [person["name"] for person in job["watchers"]]


async def until_told(ask: Callable[[], Awaitable[list[str]]], expected: list[str]) -> None:
    """Wait until the list of watchers is this one."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while (found := await ask()) != expected:
        assert asyncio.get_running_loop().time() < deadline, f"told were {found}"


@pytest.fixture
async def settings(settings: GatewaySettings) -> GatewaySettings:
    """Settings of a gateway whose database knows guests."""
    await migrate(settings.database_url)
    return settings


@pytest.fixture
async def listed_job(stored_job: StoredJob, redis: Redis) -> StoredJob:
    """A job that is listed, and whose slice tells its embedding."""
    await redis.zadd(names.JOBS, {stored_job.job_id: 1})
    await redis.hset(names.slice_key(stored_job.job_id), names.SliceField.EMBEDDING, EMBEDDING_ID)
    return stored_job


@pytest.fixture
async def changes(redis: Redis) -> AsyncIterator[PubSub]:
    """The channel that tells of changed lists of jobs."""
    async with redis.pubsub() as subscription:
        await subscription.subscribe(names.JOBS_CHANNEL)
        assert await subscription.get_message(timeout=_PATIENCE_SECONDS) is not None
        yield subscription


async def n_told(changes: PubSub) -> int:
    """How many changes have been told that nobody has looked at."""
    count = 0
    while (message := await changes.get_message(ignore_subscribe_messages=True, timeout=0.2)) is not None:
        assert message["data"] == EMBEDDING_ID.encode()
        count += 1
    return count


async def test_each_person_is_told_once_however_many_tabs_watch_through_whichever_gateway(
    gateway: RunningGateway, settings: GatewaySettings, http: httpx.AsyncClient, listed_job: StoredJob
) -> None:
    ada, bob = await cookie_of(gateway, "Ada"), await cookie_of(gateway, "Bob")
    other_port = {"cookie": ada["cookie"].replace(str(gateway.port), "{port}")}
    async with serving_gateway(settings) as other:
        ada_there = {"cookie": other_port["cookie"].format(port=other.port)}
        async with (
            watching(gateway, listed_job, ada),
            watching(other, listed_job, ada_there),
            watching(gateway, listed_job, bob),
        ):
            await until_told(lambda: watchers_in_list(http), ["Ada", "Bob"])
            job = (await http.get(f"/api/v1/jobs/{listed_job.job_id}")).json()
            assert [person["name"] for person in job["watchers"]] == ["Ada", "Bob"]
        await until_told(lambda: watchers_in_list(http), [])


async def test_the_list_of_jobs_changes_with_the_first_watcher_and_the_last(
    gateway: RunningGateway, http: httpx.AsyncClient, listed_job: StoredJob, changes: PubSub, redis: Redis
) -> None:
    ada, bob = await cookie_of(gateway, "Ada"), await cookie_of(gateway, "Bob")
    async with watching(gateway, listed_job, ada):
        await until_told(lambda: watchers_in_list(http), ["Ada"])
        assert await n_told(changes) == 1
        async with watching(gateway, listed_job, bob):
            await until_told(lambda: watchers_in_list(http), ["Ada", "Bob"])
        await until_told(lambda: watchers_in_list(http), ["Ada"])
        assert await n_told(changes) == 0
    await until_told(lambda: watchers_in_list(http), [])
    assert await n_told(changes) == 1
    assert not await redis.exists(names.watchers_key(listed_job.job_id))


async def test_watchers_stay_as_long_as_they_watch_and_get_their_new_names(
    settings: GatewaySettings, listed_job: StoredJob, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers_module, "_REFRESH_SECONDS", 0.05)
    async with serving_gateway(settings) as gateway, httpx.AsyncClient(base_url=gateway.url) as http:
        headers = await cookie_of(gateway, "Ada")
        async with watching(gateway, listed_job, headers):
            await until_told(lambda: watchers_in_list(http), ["Ada"])
            await redis.delete(names.watchers_key(listed_job.job_id))  # as if it had expired
            await until_told(lambda: watchers_in_list(http), ["Ada"])
            await http.patch("/api/v1/session", json={"name": "Countess"}, headers=headers)
            await until_told(lambda: watchers_in_list(http), ["Countess"])


async def test_watchers_of_a_gateway_that_died_are_told_no_more(
    gateway: RunningGateway, http: httpx.AsyncClient, listed_job: StoredJob, redis: Redis
) -> None:
    key = names.watchers_key(listed_job.job_id)
    seconds, _ = await redis.time()
    person = b"\x0a\x02p9\x12\x05Ghost"
    await redis.hset(key, "dead", b"%d %b" % (seconds - names.WATCHER_SECONDS - 1, person))
    await redis.hset(key, "alive", b"%d %b" % (seconds, person.replace(b"p9", b"p8").replace(b"Ghost", b"Alive")))

    assert await watchers_in_list(http) == ["Alive"]
    async with watching(gateway, listed_job, await cookie_of(gateway, "Ada")):
        await until_told(lambda: watchers_in_list(http), ["Ada", "Alive"])
        assert b"dead" not in await redis.hkeys(key)
        assert 0 < await redis.ttl(key) <= names.WATCHER_SECONDS


async def test_a_program_watches_by_the_name_it_gives(settings: GatewaySettings, listed_job: StoredJob) -> None:
    with_rpc = settings.model_copy(update={"grpc_address": "127.0.0.1:0"})
    async with (
        serving_gateway(with_rpc) as gateway,
        httpx.AsyncClient(base_url=gateway.url) as http,
        grpc.aio.insecure_channel(f"127.0.0.1:{gateway.app.state.grpc_port}") as channel,
    ):
        stub = api_pb2_grpc.JobServiceStub(channel)
        request = api_pb2.StreamEventsRequest(job_id=listed_job.job_id)
        call = stub.StreamEvents(request, metadata=(("projector-name", "Nightly%20run"),))
        await call.read()
        await until_told(lambda: watchers_in_list(http), ["Nightly run"])
        call.cancel()
        await until_told(lambda: watchers_in_list(http), [])

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.StreamEvents(request, metadata=(("projector-name", "x" * 41),)).read()
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_a_look_at_a_job_that_has_ended_is_no_watching(
    gateway: RunningGateway, listed_job: StoredJob, changes: PubSub
) -> None:
    await listed_job.put_frame()
    await listed_job.finish(job_pb2.STOPPED)
    async with watching(gateway, listed_job, {}) as socket:
        await socket.wait_closed()
    assert await n_told(changes) == 0


async def test_watching_goes_on_while_nobody_can_be_told(
    gateway: RunningGateway, http: httpx.AsyncClient, listed_job: StoredJob, redis: Redis
) -> None:
    await redis.set(names.watchers_key(listed_job.job_id), "not what it should be")  # any mistake: the script fails
    async with watching(gateway, listed_job, await cookie_of(gateway, "Ada")) as socket:
        stored = await listed_job.put_frame()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while await socket.recv() != stored:
                continue
        await redis.delete(names.watchers_key(listed_job.job_id))
        async with watching(gateway, listed_job, await cookie_of(gateway, "Bob")):
            await until_told(lambda: watchers_in_list(http), ["Ada", "Bob"])
