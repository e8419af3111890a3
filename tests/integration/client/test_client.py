"""The Python client against a real gateway; the worker's side of a job is written by the test."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pytest
from integration.client.conftest import GatewayThread
from integration.gateway.loader_service import EMBEDDING_ID, N_POINTS
from integration.gateway.stored_job import StoredJob
from redis import Redis as SyncRedis
from redis.asyncio import Redis

from fixtures.deadline import wait_until
from projector_client import (
    Conflict,
    Deadline,
    Frame,
    FrameRef,
    InvalidArgument,
    Job,
    JobFailed,
    NotFound,
    Projector,
    Unavailable,
)
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId, channel, frames_key, spec_key

pytestmark = pytest.mark.integration


@pytest.fixture
def projector(grpc_address: str) -> Iterator[Projector]:
    with Projector(grpc_address, timeout_seconds=10, max_reconnects=3) as projector:
        yield projector


class Worker:
    """Plays the worker from synchronous tests."""

    def __init__(self, redis_url: str, job: Job) -> None:
        self._redis_url = redis_url
        self._job_id = job.id
        self._n_frames = 0

    def work(self, n_frames: int = 0, *, end: job_pb2.Phase.ValueType | None = None) -> None:
        """Store frames, then perhaps end the job."""
        asyncio.run(self._work(n_frames, end))

    async def _work(self, n_frames: int, end: job_pb2.Phase.ValueType | None) -> None:
        async with Redis.from_url(self._redis_url) as redis:
            job = StoredJob(redis, self._job_id, n_frames=self._n_frames)
            await job.put_frames(n_frames)
            self._n_frames += n_frames
            if end is not None:
                await job.finish(end)


def test_runs_and_embeddings_are_values(projector: Projector) -> None:
    (run,) = projector.runs()
    assert (run.name, run.embeddings[0].id, run.embeddings[0].step) == ("digits", EMBEDDING_ID, 5)
    assert run.problems[0].severity == "warning"
    embedding = projector.embedding(EMBEDDING_ID)
    assert (embedding.n_points, embedding.dtype) == (N_POINTS, "float64")
    assert [column.type for column in embedding.columns] == ["category", "number", "text"]


def test_the_same_request_finds_the_same_job(projector: Projector) -> None:
    embedding = projector.runs()[0].embeddings[0]
    first = projector.tsne(embedding, n_dims=2, rows=np.arange(6), seed=3)
    second = projector.tsne(EMBEDDING_ID, n_dims=2, rows=[0, 1, 2, 3, 4, 5], seed=3)
    other = projector.pca(embedding)
    assert first.id == second.id != other.id
    assert {job.id for job in projector.jobs(embedding)} == {first.id, other.id}
    assert projector.job(first.id).embedding_id == EMBEDDING_ID
    assert (first.state().phase, first.state().n_points) == ("queued", 6)


def test_iterating_gives_every_frame_as_an_array(projector: Projector, redis_url: str) -> None:
    job = projector.tsne(EMBEDDING_ID, n_dims=2)
    Worker(redis_url, job).work(20, end=job_pb2.FINISHED)
    frames = list(job)
    assert [frame.sequence for frame in frames] == list(range(1, 21))
    assert frames[-1].layout.shape == (N_POINTS, 2)
    assert frames[-1].layout.dtype == np.float32
    assert np.all(frames[-1].layout == 20)
    assert job.state().has_ended


def test_the_result_is_the_last_frame(projector: Projector, redis_url: str) -> None:
    job = projector.tsne(EMBEDDING_ID)
    Worker(redis_url, job).work(5, end=job_pb2.STOPPED)
    assert job.result().sequence == 5


def test_a_failed_job_raises_its_failure(projector: Projector, redis_url: str) -> None:
    job = projector.tsne(EMBEDDING_ID)
    Worker(redis_url, job).work(1, end=job_pb2.FAILED)
    with pytest.raises(JobFailed, match="died three times"):
        job.result()


def test_watching_goes_on_after_the_gateway_restarted(gateway_thread: GatewayThread, redis_url: str) -> None:
    with gateway_thread.running() as address:
        projector = Projector(address)
        job = projector.tsne(EMBEDDING_ID)
        worker = Worker(redis_url, job)
        worker.work(3)
        frames = iter(job)
        seen = [next(frames).sequence for _ in range(3)]
    rest: list[Frame] = []
    watching = threading.Thread(target=lambda: rest.extend(frames))
    watching.start()
    worker.work(2)
    with projector, gateway_thread.running():
        worker.work(2, end=job_pb2.FINISHED)
        watching.join(timeout=20)
    assert seen + [frame.sequence for frame in rest] == [1, 2, 3, 4, 5, 6, 7]


def test_a_gateway_that_stays_away_is_reported(gateway_thread: GatewayThread) -> None:
    with gateway_thread.running() as address:
        projector = Projector(address, max_reconnects=2)
        job = projector.tsne(EMBEDDING_ID)
    with projector, pytest.raises(Unavailable):
        next(job.frames())


def test_what_is_not_there_is_not_found(projector: Projector) -> None:
    with pytest.raises(NotFound, match="no embedding 'nothing'"):
        projector.embedding("nothing")
    with pytest.raises(NotFound, match="nobody"):
        projector.job("nobody")


def test_wrong_parameters_are_told_in_words(projector: Projector) -> None:
    with pytest.raises(InvalidArgument, match=r"perplexity: .*greater than 1"):
        projector.tsne(EMBEDDING_ID, perplexity=0.5)
    with pytest.raises(InvalidArgument, match="0 to 9"):
        projector.tsne(EMBEDDING_ID, rows=[0, 1, 2, 3, 99])
    with pytest.raises(InvalidArgument, match="strictly ascending"):
        projector.tsne(EMBEDDING_ID, rows=[3, 2])


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"perplexity": 0}, "numbers greater than 1 and at most 1000"),
        ({"n_steps": 0}, "n_steps: Input should be greater than or equal to 1"),
        ({"n_dims": -1}, "n_dims is -1"),
        ({"n_dims": 2.5}, "n_dims is 2.5"),
        ({"perplexity": "five"}, "perplexity is ['five']"),
        ({"seed": -1}, "seed is -1"),
        ({"metric": "manhattan"}, "metric is 'manhattan'; allowed are cosine, euclidean"),
    ],
)
def test_a_wrong_parameter_is_named(projector: Projector, parameters: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        projector.tsne(EMBEDDING_ID, **parameters)
    assert words in str(refused.value)


def test_no_early_exaggeration_can_be_asked_for(projector: Projector, redis_url: str) -> None:
    job = projector.tsne(EMBEDDING_ID, early_exaggeration_steps=0)
    with SyncRedis.from_url(redis_url) as redis:
        stored = redis.get(spec_key(JobId(job.id)))
    assert isinstance(stored, bytes)
    assert job_pb2.JobSpec.FromString(stored).tsne.early_exaggeration_steps == 0


def test_leaving_the_loop_ends_the_subscription(projector: Projector, redis_url: str) -> None:
    job = projector.tsne(EMBEDDING_ID)
    Worker(redis_url, job).work(3)
    frames = job.frames()
    assert next(frames).sequence == 3
    with SyncRedis.from_url(redis_url) as redis:
        assert redis.pubsub_channels("job:*") == [channel(JobId(job.id)).encode()]
        frames.close()
        wait_until(lambda: redis.pubsub_channels("job:*") == [], seconds=5, what="the subscription to end")


def test_a_projector_that_says_nothing_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with Projector(address, timeout_seconds=0.3) as projector, pytest.raises(Deadline):
            projector.runs()


def test_a_job_is_forked_from_a_frame_and_deleted(projector: Projector, redis_url: str) -> None:
    job = projector.tsne(EMBEDDING_ID, n_dims=2, perplexity=2)
    Worker(redis_url, job).work(3)
    fork = job.fork(sequence=2, n_dims=2, perplexity=1.5, metric="cosine", early_exaggeration_steps=0, seed=4)
    assert fork.id != job.id
    assert fork.forked_from == projector.job(fork.id).forked_from == FrameRef(job.id, 2, 2)
    assert job.forked_from is None
    with SyncRedis.from_url(redis_url) as redis:
        spec = job_pb2.JobSpec.FromString(cast(bytes, redis.get(spec_key(JobId(fork.id)))))
    assert (spec.forked_from.job_id, spec.forked_from.sequence) == (job.id, 2)
    assert (spec.seed, list(spec.tsne.perplexity), spec.tsne.metric) == (4, [1.5], job_pb2.COSINE)
    with pytest.raises(InvalidArgument, match="n_epochs is no parameter of a fork"):
        job.fork(n_epochs=3)
    job.delete()
    with pytest.raises(NotFound, match="was deleted"):
        job.state()


def test_the_past_of_a_job_is_looked_at(projector: Projector, redis_url: str) -> None:
    job = projector.tsne(EMBEDDING_ID, n_dims=2, perplexity=2)
    with pytest.raises(NotFound, match="no frame yet"):
        job.frame()
    Worker(redis_url, job).work(4)
    with SyncRedis.from_url(redis_url) as redis:
        redis.hdel(frames_key(JobId(job.id)), "2")
    history = job.history()
    assert history.sequences.tolist() == history.steps.tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(history.losses, 1 / np.arange(1, 5))
    assert history.is_kept.tolist() == [True, False, True, True]
    assert (job.frame().sequence, job.frame(3).sequence) == (4, 3)
    np.testing.assert_array_equal(job.frame(3).layout, np.full((N_POINTS, 2), 3, np.float32))
    with pytest.raises(NotFound, match="is not kept"):
        job.frame(2)


def test_controls_reach_the_job(projector: Projector, redis_url: str) -> None:
    job = projector.tsne(EMBEDDING_ID)
    job.pause()
    Worker(redis_url, job).work(1, end=job_pb2.FINISHED)
    job.stop()
    with pytest.raises(Conflict, match="finished"):
        job.resume()
