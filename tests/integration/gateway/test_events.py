"""The WebSocket of a job's events, against a real server and a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from integration.gateway.conftest import RunningGateway, serving_gateway
from integration.gateway.stored_job import StoredJob, frame_event
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fixtures.waiting import until
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import channel
from projector_gateway.jobs import watch as watch_module
from projector_gateway.jobs.ack_window import FIRST_FRAMES
from projector_gateway.settings import GatewaySettings

pytestmark = pytest.mark.integration
_PATIENCE_SECONDS = 10.0


class Watcher:
    """A client that notes what it is sent."""

    def __init__(self, socket: ClientConnection, *, acknowledges: bool = True) -> None:
        self._socket = socket
        self._acknowledges = acknowledges
        self.frames: list[bytes] = []
        self.states: list[job_pb2.JobState] = []

    @property
    def sequences(self) -> list[int]:
        return [job_pb2.JobEvent.FromString(frame).frame.sequence for frame in self.frames]

    async def next(self) -> job_pb2.JobEvent:
        """The next event."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            content = await self._socket.recv()
        assert isinstance(content, bytes)
        event = job_pb2.JobEvent.FromString(content)
        if event.WhichOneof("event") == "state":
            self.states.append(event.state)
        else:
            self.frames.append(content)
            if self._acknowledges:
                await self.acknowledge(event.frame.sequence)
        return event

    async def acknowledge(self, sequence: int) -> None:
        ack = job_pb2.ClientEvent(ack=job_pb2.Ack(sequence=sequence))
        await self._socket.send(ack.SerializeToString())

    async def hide(self, is_hidden: bool) -> None:
        event = job_pb2.ClientEvent(visibility=job_pb2.Visibility(is_hidden=is_hidden))
        await self._socket.send(event.SerializeToString())

    async def until_state(self, sequence: int) -> None:
        while not self.states or self.states[-1].sequence < sequence:
            await self.next()

    async def until_frame(self, sequence: int) -> None:
        while not self.frames or self.sequences[-1] < sequence:
            await self.next()

    async def until_closed(self) -> int:
        """Everything until the server closes; the close code."""
        with pytest.raises(ConnectionClosed) as closed:
            await self._forever()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    async def _forever(self) -> None:
        while True:
            await self.next()


@asynccontextmanager
async def watching(
    gateway: RunningGateway, job_id: str, *, after: int | None = None, acknowledges: bool = True
) -> AsyncIterator[Watcher]:
    async with connect(gateway.events_url(job_id, after), max_size=None) as socket:
        yield Watcher(socket, acknowledges=acknowledges)


async def until_free(gateway: RunningGateway) -> None:
    """Wait until no feed is left."""
    await until(lambda: len(gateway.services.feeds) == 0, what="the feeds to be freed")


async def test_a_watcher_gets_every_frame_then_the_final_state(gateway: RunningGateway, stored_job: StoredJob) -> None:
    async with watching(gateway, stored_job.job_id) as watcher:
        await watcher.next()
        stored = []
        for sequence in range(1, 21):
            stored.append(await stored_job.put_frame())
            await watcher.until_frame(sequence)
        await stored_job.finish()
        code = await watcher.until_closed()
    assert code == 1000
    assert watcher.frames == stored
    assert watcher.states[0].phase == job_pb2.QUEUED
    assert watcher.states[-1].phase == job_pb2.FINISHED


async def test_a_late_joiner_gets_the_state_and_the_newest_frame_at_once(
    gateway: RunningGateway, stored_job: StoredJob
) -> None:
    stored = await stored_job.put_frames(30)
    async with watching(gateway, stored_job.job_id) as watcher:
        await watcher.until_frame(30)
    assert watcher.frames == [stored[-1]]
    assert [state.sequence for state in watcher.states] == [30]


async def test_a_watcher_of_an_ended_job_gets_its_last_frame_and_final_state(
    gateway: RunningGateway, stored_job: StoredJob
) -> None:
    stored = await stored_job.put_frames(3)
    await stored_job.finish(job_pb2.STOPPED)
    async with watching(gateway, stored_job.job_id) as watcher:
        assert await watcher.until_closed() == 1000
    assert watcher.frames == [stored[-1]]
    assert [state.phase for state in watcher.states] == [job_pb2.STOPPED]


async def test_a_reconnecting_watcher_gets_what_it_missed_then_live_frames(
    gateway: RunningGateway, stored_job: StoredJob
) -> None:
    stored = await stored_job.put_frames(40)
    async with watching(gateway, stored_job.job_id, after=5) as watcher:
        await watcher.until_frame(40)
        stored.append(await stored_job.put_frame())
        await watcher.until_frame(41)
    assert watcher.frames == stored[5:]


async def test_replay_goes_on_over_thinned_frames(gateway: RunningGateway, stored_job: StoredJob, redis: Redis) -> None:
    await stored_job.put_frames(9)
    await redis.hdel(f"job:{stored_job.job_id}:frames", "2", "3", "7")
    async with watching(gateway, stored_job.job_id, after=0) as watcher:
        await watcher.until_frame(9)
    assert watcher.sequences == [1, 4, 5, 6, 8, 9]


async def test_a_watcher_that_has_seen_the_newest_frame_gets_only_later_ones(
    gateway: RunningGateway, stored_job: StoredJob
) -> None:
    await stored_job.put_frames(4)
    async with watching(gateway, stored_job.job_id, after=4) as watcher:
        assert (await watcher.next()).state.sequence == 4
        await stored_job.put_frame()
        await watcher.until_frame(5)
    assert watcher.sequences == [5]


async def test_duplicate_announcements_are_skipped(gateway: RunningGateway, stored_job: StoredJob) -> None:
    async with watching(gateway, stored_job.job_id) as watcher:
        await watcher.next()
        for sequence in range(1, 6):
            await stored_job.put_frame(announces=3)
            await watcher.until_frame(sequence)
        await stored_job.finish()
        await watcher.until_closed()
    assert watcher.sequences == [1, 2, 3, 4, 5]


async def test_a_watcher_that_draws_slowly_gets_the_newest_frame_next(
    gateway: RunningGateway, stored_job: StoredJob
) -> None:
    async with watching(gateway, stored_job.job_id, acknowledges=False) as watcher:
        await watcher.next()
        for sequence in range(1, FIRST_FRAMES + 1):
            await stored_job.put_frame()
            await watcher.until_frame(sequence)
        await stored_job.put_frames(50)
        while watcher.states[-1].sequence < FIRST_FRAMES + 50:
            await watcher.next()
        assert watcher.sequences[-1] == FIRST_FRAMES
        await watcher.acknowledge(FIRST_FRAMES)
        await watcher.until_frame(FIRST_FRAMES + 50)
    assert watcher.sequences == [*range(1, FIRST_FRAMES + 1), FIRST_FRAMES + 50]


async def test_a_watcher_that_never_acknowledges_still_gets_the_end(
    gateway: RunningGateway, stored_job: StoredJob
) -> None:
    async with watching(gateway, stored_job.job_id, acknowledges=False) as watcher:
        await watcher.next()
        await stored_job.put_frames(100)
        await stored_job.finish()
        assert await watcher.until_closed() == 1000
    assert watcher.sequences[-1] == 100
    assert watcher.states[-1].phase == job_pb2.FINISHED


async def test_a_replay_that_nobody_draws_ends_with_the_last_frame(
    gateway: RunningGateway, stored_job: StoredJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "REPLAY_PATIENCE_SECONDS", 0.1)
    await stored_job.put_frames(60)
    await stored_job.finish()
    async with watching(gateway, stored_job.job_id, after=0, acknowledges=False) as watcher:
        assert await watcher.until_closed() == 1000
    assert watcher.sequences == [*range(1, FIRST_FRAMES + 1), 60]


async def test_a_connection_that_reads_slowly_skips_frames_but_gets_the_last(
    gateway: RunningGateway, stored_job: StoredJob
) -> None:
    n_points = 200_000  # 1.6 MB a frame: far more than what sockets buffer
    url = gateway.events_url(stored_job.job_id)
    async with connect(url, max_size=None, max_queue=1, close_timeout=0.2) as socket:
        watcher = Watcher(socket)
        await watcher.next()
        for _ in range(40):
            await stored_job.put_frame(n_points=n_points)
        await stored_job.finish()
        assert await watcher.until_closed() == 1000
    assert watcher.sequences == sorted(set(watcher.sequences))
    assert len(watcher.sequences) < 40
    assert watcher.frames[-1] == frame_event(40, n_points=n_points)


async def test_a_hidden_tab_is_sent_no_frame_until_it_is_shown(gateway: RunningGateway, stored_job: StoredJob) -> None:
    async with watching(gateway, stored_job.job_id) as watcher:
        await watcher.next()
        await watcher.hide(True)
        await stored_job.put_frame()  # may pass the message on its way
        await watcher.until_state(1)
        stored = await stored_job.put_frames(20)
        await watcher.until_state(21)
        assert set(watcher.sequences) <= {1}
        await watcher.hide(False)
        await watcher.until_frame(21)
    assert watcher.frames[-1] == stored[-1]
    assert set(watcher.sequences) <= {1, 21}


async def test_two_watchers_share_one_subscription_and_see_the_same_bytes(
    gateway: RunningGateway, stored_job: StoredJob, redis: Redis
) -> None:
    async with watching(gateway, stored_job.job_id) as one, watching(gateway, stored_job.job_id) as other:
        await one.next()
        await other.next()
        assert dict(await redis.pubsub_numsub(channel(stored_job.job_id))) == {b"job:job1": 1}
        for sequence in range(1, 11):
            await stored_job.put_frame()
            await asyncio.gather(one.until_frame(sequence), other.until_frame(sequence))
        await stored_job.finish()
        assert set(await asyncio.gather(one.until_closed(), other.until_closed())) == {1000}
    assert one.frames == other.frames


async def test_everything_is_freed_after_the_last_watcher(
    gateway: RunningGateway, stored_job: StoredJob, redis: Redis
) -> None:
    async with watching(gateway, stored_job.job_id) as one:
        await one.next()
        async with watching(gateway, stored_job.job_id) as other:
            await other.next()
        assert len(gateway.services.feeds) == 1
    await until_free(gateway)
    assert await redis.pubsub_channels("job:*") == []


async def test_a_client_that_vanishes_without_a_word_is_freed(gateway: RunningGateway, stored_job: StoredJob) -> None:
    socket = await connect(gateway.events_url(stored_job.job_id))
    await socket.recv()
    socket.transport.abort()
    await until_free(gateway)
    await socket.wait_closed()


async def test_an_unknown_job_closes_with_4404(gateway: RunningGateway) -> None:
    async with watching(gateway, "nobody") as watcher:
        assert await watcher.until_closed() == 4404
    await until_free(gateway)


async def test_a_job_that_vanishes_while_watched_closes_with_4404(
    gateway: RunningGateway, stored_job: StoredJob, redis: Redis
) -> None:
    async with watching(gateway, stored_job.job_id) as watcher:
        await watcher.next()
        await redis.delete(f"job:{stored_job.job_id}:state")
        await redis.publish(channel(stored_job.job_id), "state")
        assert await watcher.until_closed() == 4404


@pytest.mark.parametrize("message", ["text", b"\xff\xff\xff", b""])
async def test_a_message_that_is_no_acknowledgement_closes_with_1008(
    gateway: RunningGateway, stored_job: StoredJob, message: str | bytes
) -> None:
    async with connect(gateway.events_url(stored_job.job_id)) as socket:
        await socket.send(message)
        assert await Watcher(socket).until_closed() == 1008


async def test_a_lost_subscription_closes_with_1012(
    gateway: RunningGateway, stored_job: StoredJob, redis: Redis
) -> None:
    async with watching(gateway, stored_job.job_id) as watcher:
        await watcher.next()
        await redis.client_kill_filter(_type="pubsub")
        assert await watcher.until_closed() == 1012
    async with watching(gateway, stored_job.job_id) as again:
        await again.next()


async def test_a_restarting_gateway_closes_with_1012_and_the_watcher_resumes(
    settings: GatewaySettings, stored_job: StoredJob
) -> None:
    stored = await stored_job.put_frames(2)
    async with serving_gateway(settings) as first, watching(first, stored_job.job_id) as watcher:
        await watcher.until_frame(2)
        started = asyncio.get_running_loop().time()
        first.server.should_exit = True
        assert await watcher.until_closed() == 1012
        assert asyncio.get_running_loop().time() - started < 3
    stored += await stored_job.put_frames(2)
    async with serving_gateway(settings) as second, watching(second, stored_job.job_id, after=2) as watcher:
        await watcher.until_frame(4)
    assert watcher.frames == stored[2:]


async def test_a_page_of_another_site_may_not_connect(gateway: RunningGateway, stored_job: StoredJob) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(gateway.events_url(stored_job.job_id), origin="http://evil.example")  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
