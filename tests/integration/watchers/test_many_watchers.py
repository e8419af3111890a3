"""Two hundred watchers of one job: each gets what it can draw, and nobody waits for another."""

from __future__ import annotations

import statistics
import time
from bisect import bisect

import pytest
from integration.watchers.conftest import GatewayProcess, PublishedJob
from redis import Redis

from fixtures.deadline import wait_until
from fixtures.socket_watchers import SLOW_SECONDS, Watched, watching
from projector_contracts.names import channel

pytestmark = pytest.mark.integration
N_WATCHERS = 200
N_SLOW = N_WATCHERS // 10
N_FAST = N_WATCHERS - N_SLOW
_ROUND_SECONDS = 2.0
_WATCHED_SECONDS = 5.0
_MOST_BYTES_PER_WATCHER = 2**20
_MOST_AHEAD = 3  # one is being drawn, and one was sent before it was known how long that takes
_FINISHED = 1000


def watch_for(gateway: GatewayProcess, job: PublishedJob, *, n_slow: int) -> float:
    """Frames a second of the fast watchers beside so many slow ones."""
    with watching(gateway.port, job.job_id, n_fast=N_FAST, n_slow=n_slow) as watchers:
        time.sleep(_ROUND_SECONDS)
        return statistics.fmean(each.frames_hz for each in watchers.leave() if not each.is_slow)


def n_subscriptions(redis: Redis, job: PublishedJob) -> int:
    ((_, count),) = redis.pubsub_numsub(channel(job.job_id))
    return int(count)


def check_slow(slow: Watched, quick: Watched) -> None:
    """A slow watcher draws what was new when it was ready, not what has queued up for it.

    The quick one tells when a frame was sent; frames that the slow one drew from then on had been sent before.
    """
    assert slow.frames_hz <= 1.2 / SLOW_SECONDS
    sequences, sent_at = [each for each, _ in quick.arrivals], [moment for _, moment in quick.arrivals]
    drawn_at = [moment for _, moment in slow.arrivals]
    for n_drawn, (sequence, _) in enumerate(slow.arrivals):
        n_drawn_when_sent = bisect(drawn_at, sent_at[bisect(sequences, sequence) - 1])
        assert n_drawn - n_drawn_when_sent < _MOST_AHEAD


def test_two_hundred_watchers_share_a_job(gateway: GatewayProcess, job: PublishedJob, redis_url: str) -> None:
    redis = Redis.from_url(redis_url)
    with watching(gateway.port, job.job_id, n_fast=1):
        idle_bytes = gateway.own_bytes
    pairs = [(watch_for(gateway, job, n_slow=0), watch_for(gateway, job, n_slow=N_SLOW)) for _ in range(2)]

    with watching(gateway.port, job.job_id, n_fast=N_FAST, n_slow=N_SLOW) as watchers:
        time.sleep(_WATCHED_SECONDS)
        assert n_subscriptions(redis, job) == 1
        watched_bytes = gateway.own_bytes
        job.end()
        watched = watchers.until_end()
    wait_until(lambda: n_subscriptions(redis, job) == 0, seconds=10, what="the subscription to end")
    redis.close()

    alone, beside = (statistics.fmean(rates) for rates in zip(*pairs, strict=True))
    assert beside > 0.7 * alone, f"{alone:.1f} frames/s alone, {beside:.1f} beside slow watchers"
    assert [each.close_code for each in watched] == [_FINISHED] * N_WATCHERS
    assert len({each.last_frame for each in watched}) == 1
    for slow in watched[N_FAST:]:
        check_slow(slow, watched[0])
    assert watched_bytes - idle_bytes < N_WATCHERS * _MOST_BYTES_PER_WATCHER
    wait_until(
        lambda: gateway.own_bytes - idle_bytes < N_WATCHERS * _MOST_BYTES_PER_WATCHER / 10,
        seconds=10,
        what="memory to be given back",
    )
