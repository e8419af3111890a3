"""The gateway's side of jobs, as ``projector_contracts.names`` writes it down."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from typing import cast

import numpy as np
import redis
from celery import Celery
from google.protobuf.message import Message
from numpy.typing import NDArray

from fixtures.deadline import wait_until
from projector_compute import messages
from projector_compute.model import Frame, JobState, Phase
from projector_compute.specs import EmbeddingRef
from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.names import JobId, SliceField
from projector_gateway.jobs import redis_scripts


class JobClient:
    """Creates jobs, controls them and reads what workers store."""

    def __init__(self, redis_url: str) -> None:
        self.redis = redis.Redis.from_url(redis_url)
        self._app = Celery("client", broker=redis_url, set_as_current=False)
        self._create = self.redis.register_script(redis_scripts.CREATE)
        self._control = self.redis.register_script(redis_scripts.CONTROL)
        self._move = self.redis.register_script(redis_scripts.MOVE)

    def create(self, spec: job_pb2.JobSpec, job_id: str = "job-1", owner: str = "somebody") -> JobId:
        job = JobId(job_id)
        now = datetime.now(UTC)
        state = JobState(job, Phase.QUEUED, now, now, n_points=len(spec.rows) // 4 or spec.embedding.n_points)
        hash_ = f"hash-of-{job}"
        keys = (
            names.spec_key(job),
            names.state_key(job),
            names.slice_key(job),
            names.job_fingerprint_key(job),
            names.fingerprint_key(hash_),
            names.JOBS,
            names.JOBS_ACTIVE,
            names.DUE,
        )
        content = (spec.SerializeToString(), messages.encode_state(state))
        owner_and_limits = (owner, spec.embedding.embedding_id, 100, 100)
        holder = self._create(keys=keys, args=(*content, hash_, job, time.time(), "", *owner_and_limits))
        assert holder == job.encode(), holder
        self.wake()
        return job

    def wake(self, queue: str = names.QUEUE_BATCH) -> None:
        self._app.send_task(names.TASK_PROJECT, queue=queue)

    def control(self, job: JobId, control: job_pb2.Control) -> None:
        keys = (names.slice_key(job), names.controls_key(job), names.DUE)
        known, *machine = cast(
            list[bytes], self._control(keys=keys, args=(control.SerializeToString(), time.time(), job))
        )
        assert known, f"{job} has ended"
        self.wake(names.machine_queue(machine[0].decode()) if machine[0] else names.QUEUE_BATCH)

    def lose(self, job: JobId) -> None:
        """What the sweeper does once the worker of a slice was not heard of for some time."""
        self.redis.delete(names.lease_key(job))
        slice_ = cast(dict[bytes, bytes], self.redis.hgetall(names.slice_key(job)))
        machine = slice_[b"machine"].decode()
        due = names.due_key(machine)
        keys = (names.slice_key(job), names.lease_key(job), names.state_key(job), due, due)
        state = cast(bytes, self.redis.get(names.state_key(job)))
        whose = (slice_[b"number"], slice_[b"attempt"], slice_[b"holder"])
        assert self._move(keys=keys, args=(*whose, 1, job, time.time(), state, names.channel(job)))
        self.wake(names.machine_queue(machine))

    def pause(self, job: JobId) -> None:
        self.control(job, job_pb2.Control(pause=job_pb2.Pause()))

    def resume(self, job: JobId) -> None:
        self.control(job, job_pb2.Control(resume=job_pb2.Resume()))

    def stop(self, job: JobId) -> None:
        self.control(job, job_pb2.Control(stop=job_pb2.Stop()))

    def state(self, job: JobId) -> JobState:
        return messages.decode_state(cast(bytes, self.redis.get(names.state_key(job))))

    def wait_for(self, job: JobId, *phases: Phase, seconds: float = 60) -> JobState:
        wait_until(
            lambda: self.state(job).phase in phases or self.state(job).phase.is_final,
            seconds=seconds,
            what=f"{job} to be {phases}",
        )
        state = self.state(job)
        assert state.phase in phases, state
        return state

    def wait_for_step(self, job: JobId, step: int, seconds: float = 60) -> None:
        wait_until(lambda: self.state(job).step >= step, seconds=seconds, what=f"{job} to reach step {step}")

    def frames(self, job: JobId) -> list[Frame]:
        """All kept frames in order of their sequences."""
        stored = cast(dict[bytes, bytes], self.redis.hgetall(names.frames_key(job)))
        frames = [_decode(content) for content in stored.values()]
        return sorted(frames, key=lambda frame: frame.sequence)

    def slice_number(self, job: JobId) -> int:
        return int(self.slice_field(job, SliceField.NUMBER))

    def slice_field(self, job: JobId, field: str) -> str:
        return cast(bytes, self.redis.hget(names.slice_key(job), field)).decode()

    def is_held(self, job: JobId) -> bool:
        return bool(self.redis.exists(names.lease_key(job)))

    def neighbors(self, query: query_pb2.NeighborsQuery) -> query_pb2.QueryAnswer:
        return self._ask(names.TASK_NEIGHBORS, names.QUEUE_INTERACTIVE, query)

    def quality(self, job: JobId, n_neighbors: int) -> query_pb2.QueryAnswer:
        query = query_pb2.QualityQuery(layout=query_pb2.LayoutRef(job_id=job), n_neighbors=n_neighbors)
        return self._ask(names.TASK_QUALITY, names.QUEUE_BATCH, query)

    def _ask(self, task: str, queue: str, query: Message, seconds: float = 30) -> query_pb2.QueryAnswer:
        answer_id = f"answer-{time.monotonic_ns()}"
        content = base64.b64encode(query.SerializeToString()).decode()
        self._app.send_task(task, args=(answer_id, content), queue=queue)
        popped = self.redis.blpop([names.answer_key(answer_id)], timeout=seconds)
        assert popped is not None, f"no answer within {seconds} s"
        return query_pb2.QueryAnswer.FromString(cast(tuple[bytes, bytes], popped)[1])

    def close(self) -> None:
        self._app.close()
        self.redis.close()


def embedding_message(ref: EmbeddingRef) -> job_pb2.EmbeddingRef:
    return job_pb2.EmbeddingRef(
        embedding_id=ref.embedding_id, digest=ref.digest, n_points=ref.n_points, n_dims=ref.n_dims
    )


def neighbors_query(
    ref: EmbeddingRef, rows: list[int], n_neighbors: int, metric: job_pb2.Metric.ValueType = job_pb2.EUCLIDEAN
) -> query_pb2.NeighborsQuery:
    return query_pb2.NeighborsQuery(
        embedding=embedding_message(ref),
        rows=np.array(rows, "<u4").tobytes(),
        n_neighbors=n_neighbors,
        metric=metric,
    )


def pca_spec(ref: EmbeddingRef, n_components: int = 10) -> job_pb2.JobSpec:
    return job_pb2.JobSpec(embedding=embedding_message(ref), pca=job_pb2.PcaParameters(n_components=n_components))


def tsne_spec(
    ref: EmbeddingRef, *, n_dims: int = 2, n_steps: int = 500, rows: NDArray[np.integer] | None = None
) -> job_pb2.JobSpec:
    return job_pb2.JobSpec(
        embedding=embedding_message(ref),
        rows=b"" if rows is None else rows.astype("<u4").tobytes(),
        seed=1,
        tsne=job_pb2.TsneParameters(
            n_dims=n_dims,
            perplexity=[30],
            early_exaggeration=12,
            early_exaggeration_steps=100,
            n_steps=n_steps,
            metric=job_pb2.EUCLIDEAN,
        ),
    )


def _decode(content: bytes) -> Frame:
    frame = job_pb2.JobEvent.FromString(content).frame
    dtype = "<f4" if frame.encoding == job_pb2.FLOAT32 else "<u2"
    layout = np.frombuffer(frame.layout, dtype).reshape(frame.n_points, frame.n_dims)
    return Frame(frame.sequence, frame.step, frame.loss, layout, tuple(frame.scale), tuple(frame.offset))
