"""Pages that have the same embedding open see each other, through whichever gateway they came."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from integration.gateway.conftest import RunningGateway, serving_gateway
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from fixtures.redis import local_redis
from fixtures.waiting import until
from projector_contracts.api.v1 import page_pb2
from projector_contracts.names import JOBS_CHANNEL, PRESENCE_SECONDS, presence_key
from projector_gateway.live import room as room_module
from projector_gateway.migrate import migrate
from projector_gateway.settings import GatewaySettings

pytestmark = pytest.mark.integration
DIGITS = "digits-0"


class PageClient:
    """An open page that keeps what it was told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.others: dict[str, page_pb2.Present] = {}
        self.n_told = 0
        self.told_of_jobs: list[str] = []
        self._reading = asyncio.create_task(self._read())

    async def say(
        self,
        embedding_id: str = DIGITS,
        *,
        job_id: str = "",
        hovered_row: int | None = None,
        selected_rows: bytes = b"",
        is_sharing: bool = False,
    ) -> None:
        """Say where the page is."""
        here = page_pb2.Here(
            embedding_id=embedding_id,
            job_id=job_id,
            hovered_row=hovered_row,
            selected_rows=selected_rows,
            is_sharing=is_sharing,
        )
        await self.socket.send(page_pb2.PageClientEvent(here=here).SerializeToString())

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        await until(holds, what=what)

    async def until_sees(self, *hovered_rows: int) -> None:
        """Wait until just these rows are pointed at, each by another page."""
        await self.until(
            lambda: sorted(each.hovered_row for each in self.others.values()) == sorted(hovered_rows),
            what=f"pages that point at {hovered_rows}",
        )

    async def aclose(self) -> None:
        await self.socket.close()
        await self._reading

    async def _read(self) -> None:
        try:
            async for content in self.socket:
                assert isinstance(content, bytes)
                self._take(page_pb2.PageEvent.FromString(content))
        except ConnectionClosed:
            return

    def _take(self, event: page_pb2.PageEvent) -> None:
        match event.WhichOneof("event"):
            case "present":
                self.others[event.present.page_id] = event.present
                self.n_told += 1
            case "gone":
                self.others.pop(event.gone.page_id, None)
                self.n_told += 1
            case "jobs_changed":
                self.told_of_jobs.append(event.jobs_changed.embedding_id)


def events_url(gateway: RunningGateway) -> str:
    return f"ws://127.0.0.1:{gateway.port}/api/v1/events"


@asynccontextmanager
async def a_page(
    gateway: RunningGateway, embedding_id: str = DIGITS, *, row: int = 0, headers: dict[str, str] | None = None
) -> AsyncIterator[PageClient]:
    """A page that has an embedding open and points at a row of it."""
    async with connect(events_url(gateway), additional_headers=headers) as socket:
        page = PageClient(socket)
        await page.say(embedding_id, hovered_row=row)
        try:
            yield page
        finally:
            await page.aclose()


@pytest.fixture
async def settings(settings: GatewaySettings) -> GatewaySettings:
    """Settings of a gateway whose database knows guests."""
    await migrate(settings.database_url)
    return settings


async def test_pages_of_one_embedding_see_each_other_across_gateways(
    gateway: RunningGateway, settings: GatewaySettings
) -> None:
    async with (
        serving_gateway(settings) as other,
        a_page(gateway, row=1) as one,
        a_page(other, row=2) as two,
        a_page(other, "faces-0", row=3) as elsewhere,
    ):
        await one.until_sees(2)
        await two.until_sees(1)
        async with a_page(gateway, row=4) as late:
            await late.until_sees(1, 2)
            await one.until_sees(2, 4)
            await two.until_sees(1, 4)
        await one.until_sees(2)
        await two.until_sees(1)
        assert elsewhere.others == {}


async def test_a_page_is_told_all_that_another_one_shares(gateway: RunningGateway) -> None:
    async with httpx.AsyncClient(base_url=gateway.url) as browser:
        ada = (await browser.patch("/api/v1/session", json={"name": "Ada"})).json()
        (cookie,) = browser.cookies.jar
    rows = struct.pack("<3I", 5, 6, 7)
    headers = {"cookie": f"{cookie.name}={cookie.value}"}
    async with a_page(gateway) as watching, a_page(gateway, headers=headers) as sharing:
        await sharing.say(job_id="job1", selected_rows=rows, is_sharing=True)
        await watching.until(lambda: any(each.is_sharing for each in watching.others.values()), "what is shared")
        (seen,) = watching.others.values()
    assert (seen.person.id, seen.person.name) == (ada["id"], "Ada")
    assert (seen.job_id, seen.selected_rows, seen.HasField("hovered_row")) == ("job1", rows, False)


async def test_a_page_that_opens_another_embedding_leaves_the_one_before(gateway: RunningGateway) -> None:
    async with a_page(gateway, row=1) as one, a_page(gateway, row=2) as two, a_page(gateway, "faces-0", row=3) as three:
        await one.until_sees(2)
        two.others.clear()
        await two.say("faces-0", hovered_row=9)
        await one.until_sees()
        await two.until_sees(3)
        await three.until_sees(9)
        await two.say("")
        await three.until_sees()
        await until(lambda: len(gateway.services.live.presence) == 2, what="two rooms")


async def test_many_moves_are_told_as_few_and_the_last_is_among_them(gateway: RunningGateway) -> None:
    loop = asyncio.get_running_loop()
    async with a_page(gateway) as watching, a_page(gateway) as moving:
        await watching.until_sees(0)
        before, started = watching.n_told, loop.time()
        for row in range(1, 301):
            await moving.say(hovered_row=row)
        await watching.until_sees(300)
        assert watching.n_told - before <= 2 + (loop.time() - started) / 0.1


async def test_a_page_that_does_not_read_is_owed_no_more_than_the_newest_of_each(gateway: RunningGateway) -> None:
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(a_page(gateway, row=row)) for row in range(6)]
        await pages[0].until_sees(1, 2, 3, 4, 5)
        stuck = await stack.enter_async_context(connect(events_url(gateway), max_queue=1))
        stuck.transport.pause_reading()
        here = page_pb2.Here(embedding_id=DIGITS, hovered_row=99)
        await stuck.send(page_pb2.PageClientEvent(here=here).SerializeToString())
        await pages[0].until_sees(1, 2, 3, 4, 5, 99)
        rows = bytes(4_000)
        for round_ in range(10, 30):
            for page in pages[1:]:
                await page.say(hovered_row=round_, selected_rows=rows)
            await pages[0].until_sees(*[round_] * 5, 99)
        owed = [len(page._pages) for page in gateway.services.live.presence._rooms[DIGITS]._here]
        assert max(owed) <= 6
        stuck.transport.abort()
        await pages[0].until_sees(*[29] * 5)


@pytest.mark.parametrize(
    "message",
    [
        "text",
        b"",
        b"\xff\xff",
        page_pb2.PageClientEvent(here=page_pb2.Here(embedding_id="e", selected_rows=bytes(4_004))).SerializeToString(),
        page_pb2.PageClientEvent(here=page_pb2.Here(embedding_id="e", selected_rows=bytes(7))).SerializeToString(),
        page_pb2.PageClientEvent(here=page_pb2.Here(embedding_id="e" * 129)).SerializeToString(),
        page_pb2.PageClientEvent(here=page_pb2.Here(job_id="j" * 9_000)).SerializeToString(),
    ],
    ids=["text", "empty", "garbage", "too many rows", "half a row", "long id", "too large"],
)
async def test_a_bad_message_closes_with_1008_and_a_reason(gateway: RunningGateway, message: str | bytes) -> None:
    async with a_page(gateway) as watching, a_page(gateway, row=1) as bad:
        await watching.until_sees(1)
        await bad.socket.send(message)
        await bad.socket.wait_closed()
        await watching.until_sees()
    assert bad.socket.close_code == 1008
    assert bad.socket.close_reason


async def test_everything_is_freed_after_the_last_page(gateway: RunningGateway, redis: Redis) -> None:
    async with a_page(gateway, row=1) as one, a_page(gateway, row=2) as two:
        await one.until_sees(2)
        assert dict(await redis.pubsub_numsub(presence_key(DIGITS))) == {presence_key(DIGITS).encode(): 1}
        two.socket.transport.abort()
        await one.until_sees()
    await until(lambda: len(gateway.services.live.presence) == 0, what="the room to be freed")
    assert await redis.exists(presence_key(DIGITS)) == 0
    assert await redis.pubsub_channels("presence:*") == []


async def test_pages_of_a_gateway_that_died_vanish(
    gateway: RunningGateway, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "_REFRESH_SECONDS", 0.05)
    seconds, _ = await redis.time()
    present = page_pb2.PageEvent(present=page_pb2.Present(page_id="dead", hovered_row=7)).SerializeToString()
    await redis.hset(presence_key(DIGITS), "dead", b"%d %b" % (seconds - PRESENCE_SECONDS + 1, present))
    async with a_page(gateway) as page:
        await page.until_sees(7)
        await page.until_sees()
        assert 0 < await redis.ttl(presence_key(DIGITS)) <= PRESENCE_SECONDS


async def test_no_more_pages_are_shown_than_there_may_be(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "MAX_PAGES", 2)
    async with a_page(gateway, row=1) as one, a_page(gateway, row=2) as two:
        await one.until_sees(2)
        async with a_page(gateway, row=3) as third:
            await third.until_sees(1, 2)
            await two.say(hovered_row=4)
            await one.until_sees(4)


async def test_while_redis_is_away_pages_stay_connected_and_see_each_other_again_afterwards(
    settings: GatewaySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "_REFRESH_SECONDS", 0.2)
    monkeypatch.setattr(room_module, "_RETRY_SECONDS", 0.1)
    with local_redis(tmp_path) as url:
        own = settings.model_copy(update={"redis_url": url})
        async with serving_gateway(own) as gateway, a_page(gateway, row=1) as one, a_page(gateway, row=2) as two:
            await one.until_sees(2)
            async with Redis.from_url(url) as client:
                await client.client_kill_filter(_type="pubsub")
                await client.client_kill_filter(_type="normal", skipme=True)
                await client.flushall()
            await two.say(hovered_row=3)
            await one.until_sees(3)
            async with a_page(gateway, row=4) as late:
                await late.until_sees(1, 3)


async def test_a_page_is_told_that_the_jobs_of_its_embedding_changed_and_of_no_other(
    gateway: RunningGateway, redis: Redis
) -> None:
    async with a_page(gateway, row=1) as one, a_page(gateway, "faces-0") as elsewhere, a_page(gateway, row=2) as two:
        await one.until_sees(2)
        await until(lambda: bool(gateway.services.live.job_changes._pages), what="the subscription")
        assert dict(await redis.pubsub_numsub(JOBS_CHANNEL)) == {JOBS_CHANNEL.encode(): 1}
        one.told_of_jobs.clear()
        for _ in range(50):
            await redis.publish(JOBS_CHANNEL, DIGITS)
        await one.until(lambda: bool(one.told_of_jobs), "changed jobs")
        await two.until(lambda: bool(two.told_of_jobs), "changed jobs")
        await redis.publish(JOBS_CHANNEL, "faces-0")
        await elsewhere.until(lambda: bool(elsewhere.told_of_jobs), "changed jobs")
        assert set(one.told_of_jobs) == {DIGITS}
        assert len(one.told_of_jobs) < 10
        assert elsewhere.told_of_jobs == ["faces-0"]


async def test_after_a_lost_subscription_pages_are_told_that_jobs_may_have_changed(
    gateway: RunningGateway, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projector_gateway.live.job_changes._RETRY_SECONDS", 0.05)
    async with a_page(gateway) as page:
        await until(lambda: bool(gateway.services.live.job_changes._pages), what="the page to be known")
        await redis.client_kill_filter(_type="pubsub")
        await page.until(lambda: page.told_of_jobs == [DIGITS], "jobs that may have changed")
