"""A job in Redis as a worker leaves it there, written step by step by a test."""

from __future__ import annotations

import struct

from integration.gateway.loader_service import DIGEST, EMBEDDING_ID, N_DIMS, N_POINTS
from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId


class StoredJob:
    """Writes states and frames of one t-SNE job and announces them."""

    def __init__(self, redis: Redis, job_id: str = "job1", *, n_frames: int = 0) -> None:
        self._redis = redis
        self.job_id = JobId(job_id)
        self._sequence = n_frames

    async def create(self) -> None:
        """Write what the gateway writes for a new job."""
        spec = job_pb2.JobSpec(
            embedding=job_pb2.EmbeddingRef(embedding_id=EMBEDDING_ID, digest=DIGEST, n_points=N_POINTS, n_dims=N_DIMS),
            tsne=job_pb2.TsneParameters(
                n_dims=2, perplexity=[2], early_exaggeration=12, n_steps=50, metric=job_pb2.EUCLIDEAN
            ),
        )
        await self._redis.set(names.spec_key(self.job_id), spec.SerializeToString())
        await self._redis.hset(names.slice_key(self.job_id), mapping={"number": 1, "attempt": 0})
        await self.put_state(job_pb2.QUEUED)

    async def put_state(self, phase: job_pb2.Phase.ValueType) -> None:
        """Store a state and announce it."""
        await self._redis.set(names.state_key(self.job_id), self._state(phase))
        await self._redis.publish(names.channel(self.job_id), names.ANNOUNCE_STATE)

    async def put_frame(self, *, announces: int = 1, n_points: int = N_POINTS) -> bytes:
        """Store the next frame with its state in one transaction, announce it; returns its bytes."""
        self._sequence += 1
        event = frame_event(self._sequence, n_points=n_points)
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hset(names.frames_key(self.job_id), str(self._sequence), event)
            entry = struct.pack(names.LOSS_ENTRY, self._sequence, 1 / self._sequence)
            pipeline.hset(names.losses_key(self.job_id), str(self._sequence), entry)
            pipeline.set(names.state_key(self.job_id), self._state(job_pb2.RUNNING))
            for _ in range(announces):
                pipeline.publish(names.channel(self.job_id), names.ANNOUNCE_FRAME)
            await pipeline.execute()
        return event

    async def put_frames(self, count: int) -> list[bytes]:
        """Store and announce several frames one after the other."""
        return [await self.put_frame() for _ in range(count)]

    async def finish(self, phase: job_pb2.Phase.ValueType = job_pb2.FINISHED) -> None:
        """End the job as a worker does."""
        await self._redis.delete(names.slice_key(self.job_id))
        await self.put_state(phase)

    def _state(self, phase: job_pb2.Phase.ValueType) -> bytes:
        state = job_pb2.JobState(
            job_id=self.job_id, phase=phase, sequence=self._sequence, step=self._sequence, n_points=N_POINTS
        )
        if phase == job_pb2.FAILED:
            state.failure.code = "internal"
            state.failure.message = "The worker died three times."
        return state.SerializeToString()


def frame_event(sequence: int, *, n_points: int = N_POINTS) -> bytes:
    """A serialised JobEvent with a 2-D frame whose coordinates all are its sequence."""
    frame = job_pb2.Frame(
        sequence=sequence,
        step=sequence,
        loss=1 / sequence,
        n_points=n_points,
        n_dims=2,
        encoding=job_pb2.FLOAT32,
        layout=struct.pack("<f", sequence) * (n_points * 2),
    )
    return job_pb2.JobEvent(frame=frame).SerializeToString()
