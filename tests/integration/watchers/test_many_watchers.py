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
_WATCHED_SECONDS = 3.0
_MOST_COST = 0.1  # of the others' frames
_N_PAIRS = 4
_MOST_BYTES_PER_WATCHER = 2**20
_MOST_BYTES_LEFT = 10 * 2**20  # the allocator keeps some pages that are free but for an object or two
_MOST_SOCKETS_LEFT = 8  # Redis' pool may have grown
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


def test_two_hundred_watchers_end_with_the_same_frame(
    gateway: GatewayProcess, job: PublishedJob, redis_url: str
) -> None:
    redis = Redis.from_url(redis_url)
    with watching(gateway.port, job.job_id, n_fast=N_FAST, n_slow=N_SLOW) as watchers:
        time.sleep(_WATCHED_SECONDS)
        assert n_subscriptions(redis, job) == 1
        job.end()
        watched = watchers.until_end()
    wait_until(lambda: n_subscriptions(redis, job) == 0, seconds=10, what="the subscription to end")
    redis.close()

    assert [each.close_code for each in watched] == [_FINISHED] * N_WATCHERS
    assert len({each.last_frame for each in watched}) == 1
    for slow in watched[N_FAST:]:
        check_slow(slow, watched[0])


def test_a_slow_tenth_costs_the_others_nothing_they_would_notice(gateway: GatewayProcess, job: PublishedJob) -> None:
    pairs = []
    for _ in range(_N_PAIRS):  # a pair that another program came between says nothing
        pairs.append((watch_for(gateway, job, n_slow=0), watch_for(gateway, job, n_slow=N_SLOW)))
        alone, beside = pairs[-1]
        if beside > (1 - _MOST_COST) * alone:
            return
    raise AssertionError(f"frames/s alone and beside slow watchers: {pairs}")


def test_watchers_leave_nothing_behind(gateway: GatewayProcess, job: PublishedJob) -> None:
    for _ in range(2):  # what the first watchers of all load stays
        watch_for(gateway, job, n_slow=N_SLOW)
    wait_until(lambda: gateway.n_sockets < N_WATCHERS, seconds=10, what="the sockets to be closed")
    idle_bytes, idle_sockets = gateway.own_bytes, gateway.n_sockets

    with watching(gateway.port, job.job_id, n_fast=N_FAST, n_slow=N_SLOW) as watchers:
        time.sleep(_WATCHED_SECONDS)
        watched_bytes, watched_sockets = gateway.own_bytes, gateway.n_sockets
        watchers.leave()

    assert watched_sockets >= idle_sockets + N_WATCHERS
    assert watched_bytes - idle_bytes < N_WATCHERS * _MOST_BYTES_PER_WATCHER
    left = idle_sockets + _MOST_SOCKETS_LEFT
    wait_until(lambda: gateway.n_sockets <= left, seconds=10, what="the sockets to be closed")
    wait_until(lambda: gateway.own_bytes - idle_bytes < _MOST_BYTES_LEFT, seconds=10, what="memory to be free")
