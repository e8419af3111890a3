"""One feed follows a job for all its watchers, in bounded memory."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from typing import cast

import pytest
from redis.asyncio import Redis
from unit.gateway.jobs.following import until_lost, until_newest
from unit.gateway.jobs.redis_in_memory import JOB_ID, CountedFrame, RedisInMemory

from fixtures.waiting import until
from projector_chassis.errors import Internal, NotFound, Unavailable
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.clients import redis as redis_module
from projector_gateway.clients.frames import FrameStore
from projector_gateway.jobs import feed as feed_module
from projector_gateway.jobs.feed import RECENT_FRAMES, JobFeeds


async def test_it_starts_with_the_state_and_the_newest_frame(redis: RedisInMemory, feeds: JobFeeds) -> None:
    redis.put_frames(30)
    async with feeds.of(JOB_ID) as feed:
        assert feed.newest_frame() == (30, redis.frame(30))
        assert job_pb2.JobEvent.FromString(feed.state_event).state.sequence == 30
        assert not feed.is_final
    assert redis.read_sequences == [30]


async def test_a_job_without_frames_has_no_newest_one(feeds: JobFeeds) -> None:
    async with feeds.of(JOB_ID) as feed:
        assert (feed.newest, feed.newest_frame(), feed.recent_after(0)) == (0, None, None)


async def test_watchers_one_after_the_other_get_the_same_frames_read_once(
    redis: RedisInMemory, feeds: JobFeeds
) -> None:
    async with feeds.of(JOB_ID) as feed:
        for sequence in range(1, 6):
            redis.put_frames()
            await until_newest(feed, sequence)
        assert [feed.recent_after(cursor) for cursor in range(5)] == [(i, redis.frame(i)) for i in range(1, 6)]
        assert feed.recent_after(5) is None
    assert redis.read_sequences == [1, 2, 3, 4, 5]


async def test_who_missed_a_frame_gets_the_newest(redis: RedisInMemory, feeds: JobFeeds) -> None:
    async with feeds.of(JOB_ID) as feed:
        for sequence in range(1, 21):
            redis.put_frames()
            await until_newest(feed, sequence)
        assert feed.recent_after(0) == (20, redis.frame(20))
        assert feed.recent_after(20 - RECENT_FRAMES) == (21 - RECENT_FRAMES, redis.frame(21 - RECENT_FRAMES))


async def test_it_holds_a_bounded_number_of_frames(redis: RedisInMemory, feeds: JobFeeds) -> None:
    gc.collect()
    before = CountedFrame.n_alive
    async with feeds.of(JOB_ID) as feed:
        for _ in range(50):
            redis.put_frames(20)
            await asyncio.sleep(0)
        await until_newest(feed, 1000)
        assert 0 < CountedFrame.n_alive - before <= RECENT_FRAMES


async def test_it_holds_fewer_frames_when_they_are_large() -> None:
    large = RedisInMemory(frame_bytes=feed_module.RECENT_BYTES // 2 + 1)
    feeds = JobFeeds(cast(Redis, large), FrameStore(cast(Redis, large)))
    gc.collect()
    before = CountedFrame.n_alive
    async with feeds.of(JOB_ID) as feed:
        for sequence in range(1, 5):
            large.put_frames()
            await until_newest(feed, sequence)
            assert CountedFrame.n_alive - before == 1


async def test_a_worker_that_outruns_it_is_not_followed_frame_by_frame(redis: RedisInMemory, feeds: JobFeeds) -> None:
    async with feeds.of(JOB_ID) as feed:
        redis.put_frames()
        await until_newest(feed, 1)
        redis.put_frames(10_000)
        await until_newest(feed, 10_001)
    assert len(redis.read_sequences) <= 1 + RECENT_FRAMES


async def test_thinned_frames_are_passed_over(redis: RedisInMemory, feeds: JobFeeds) -> None:
    async with feeds.of(JOB_ID) as feed:
        redis.put_frames()
        await until_newest(feed, 1)
        redis.thin([2, 3])
        redis.put_frames(3)
        await until_newest(feed, 4)
        assert feed.recent_after(1) == (4, redis.frame(4))


async def test_repeated_announcements_change_nothing(redis: RedisInMemory, feeds: JobFeeds) -> None:
    changed = asyncio.Event()
    async with feeds.of(JOB_ID) as feed:
        with feed.waking(changed):
            n_reads = redis.n_reads
            redis.announce(b"frame")
            redis.announce(b"state")
            await until(lambda: redis.n_reads == n_reads + 2, what="both to be looked into")
            assert not changed.is_set()
            redis.put_state(job_pb2.PAUSED)
            await until(changed.is_set, what="a change")


async def test_it_notices_a_change_that_nobody_announced(
    redis: RedisInMemory, feeds: JobFeeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "_LOOK_SECONDS", 0.02)
    async with feeds.of(JOB_ID) as feed:
        subscribers, redis.subscribers = redis.subscribers, set()
        redis.put_frames(3)
        redis.subscribers = subscribers
        await until_newest(feed, 3)


async def test_the_final_state_ends_the_subscription(redis: RedisInMemory, feeds: JobFeeds) -> None:
    async with feeds.of(JOB_ID) as feed:
        redis.put_frames(2)
        redis.put_state(job_pb2.FINISHED)
        await until(lambda: not redis.subscribers, what="the subscription to end")
        assert feed.is_final
        assert feed.newest_frame() == (2, redis.frame(2))
        feed.raise_if_lost()


async def test_an_unknown_job_is_told_and_freed(redis: RedisInMemory, feeds: JobFeeds) -> None:
    redis.forget_job()
    with pytest.raises(NotFound, match=JOB_ID):
        async with feeds.of(JOB_ID):
            pass
    assert len(feeds) == 0
    assert redis.subscribers == set()


async def test_a_redis_that_is_away_is_unavailable(redis: RedisInMemory, feeds: JobFeeds) -> None:
    redis.is_away = True
    with pytest.raises(Unavailable):
        async with feeds.of(JOB_ID):
            pass


async def test_a_redis_that_says_nothing_is_unavailable_in_time(
    redis: RedisInMemory, feeds: JobFeeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_module, "COMMAND_SECONDS", 0.05)
    redis.is_silent = True
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable):
            async with feeds.of(JOB_ID):
                pass
    assert redis.subscribers == set()


@pytest.mark.parametrize(
    ("blow", "error"),
    [(RedisInMemory.break_off, Unavailable), (RedisInMemory.forget_job, NotFound)],
    ids=["broken off", "forgotten"],
)
async def test_watchers_are_woken_and_told_when_it_is_lost(
    redis: RedisInMemory, feeds: JobFeeds, blow: Callable[[RedisInMemory], None], error: type[Exception]
) -> None:
    changed = asyncio.Event()
    async with feeds.of(JOB_ID) as feed:
        with feed.waking(changed):
            blow(redis)
            await until_lost(feed)
            assert changed.is_set()
            with pytest.raises(error):
                feed.raise_if_lost()


async def test_after_a_lost_feed_the_next_watcher_gets_a_new_one(redis: RedisInMemory, feeds: JobFeeds) -> None:
    async with feeds.of(JOB_ID) as lost:
        redis.break_off()
        await until_lost(lost)
        async with feeds.of(JOB_ID) as found:
            assert found is not lost
            assert len(feeds) == 2
    assert len(feeds) == 0


async def test_what_nobody_expected_is_internal_and_tells_no_more(redis: RedisInMemory, feeds: JobFeeds) -> None:
    async with feeds.of(JOB_ID) as feed:
        redis.frame = None  # type: ignore[assignment,method-assign]  # any mistake of ours
        redis.put_frames()
        await until_lost(feed)
        with pytest.raises(Internal) as told:
            feed.raise_if_lost()
    assert "NoneType" not in told.value.message


async def test_watchers_share_one_feed_until_the_last_has_gone(redis: RedisInMemory, feeds: JobFeeds) -> None:
    async with feeds.of(JOB_ID) as one:
        async with feeds.of(JOB_ID) as other:
            assert other is one
        assert len(redis.subscribers) == 1
    assert len(redis.subscribers) == 0
    assert len(feeds) == 0


async def test_a_watcher_that_gives_up_while_it_waits_leaves_nothing(redis: RedisInMemory, feeds: JobFeeds) -> None:
    async def watch() -> None:
        async with feeds.of(JOB_ID):
            pass

    redis.is_silent = True
    task = asyncio.create_task(watch())
    await until(lambda: len(redis.subscribers) == 1, what="the subscription")
    task.cancel()
    await asyncio.wait([task])
    assert redis.subscribers == set()
    assert len(feeds) == 0


async def test_it_ends_though_its_cancellation_gets_lost_amid_a_command(
    redis: RedisInMemory, feeds: JobFeeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projector_gateway.ending._AGAIN_SECONDS", 60.0)
    answer, is_asked = redis._answer, asyncio.Event()

    async def lose_cancellation() -> None:
        monkeypatch.setattr(redis, "_answer", answer)  # it is lost but once
        is_asked.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async with asyncio.timeout(5), feeds.of(JOB_ID) as feed:
        monkeypatch.setattr(redis, "_answer", lose_cancellation)  # a client that loses it
        redis.put_frames()
        await is_asked.wait()
        await feed.aclose()
    assert redis.subscribers == set()


async def test_a_closing_gateway_tells_watchers_to_come_again(redis: RedisInMemory, feeds: JobFeeds) -> None:
    async with feeds.of(JOB_ID) as feed:
        await feeds.aclose()
        with pytest.raises(Unavailable, match="connect again"):
            feed.raise_if_lost()
