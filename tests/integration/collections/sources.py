"""Where collections get embeddings, jobs and frames from, in memory."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from projector_chassis.errors import NotFound
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs.repository import StoredJob
from projector_gateway.wire_arrays import write_uint32

EMBEDDING_ID = "digits-0"
N_POINTS = 6
N_DIMS = 4


def describe_embedding(embedding_id: str = EMBEDDING_ID, *, has_bookmarks: bool = False) -> Embedding:
    """A small embedding without metadata."""
    return Embedding(
        id=embedding_id,
        run_id="r1",
        run_name="digits",
        tensor_name="digits",
        display_name="digits",
        step=None,
        n_points=N_POINTS,
        n_dims=N_DIMS,
        version="v1",
        dtype="float32",
        digest="d" * 64,
        columns=[],
        sprite=None,
        has_bookmarks=has_bookmarks,
        problems=[],
    )


@dataclass
class Embeddings:
    """Describes embeddings and hands out the bookmarks files of their configs."""

    known: dict[str, Embedding] = field(default_factory=lambda: {EMBEDDING_ID: describe_embedding()})
    files: dict[str, bytes] = field(default_factory=dict)
    n_files_read: int = 0

    async def embedding(self, embedding_id: str) -> Embedding:
        if embedding_id not in self.known:
            raise NotFound(f"There is no embedding {embedding_id}.")
        return self.known[embedding_id]

    async def bookmarks(self, embedding_id: str, *, max_bytes: int) -> bytes:
        self.n_files_read += 1
        return self.files[embedding_id][:max_bytes]

    def give_file(self, content: bytes) -> None:
        """Let the projector config name a bookmarks file."""
        self.known[EMBEDDING_ID] = describe_embedding(has_bookmarks=True)
        self.files[EMBEDDING_ID] = content


@dataclass
class JobsInMemory:
    """Jobs and their kept frames."""

    jobs: dict[JobId, StoredJob] = field(default_factory=dict)
    frames: dict[tuple[JobId, int], bytes] = field(default_factory=dict)

    async def read(self, job_id: JobId) -> StoredJob:
        if job_id not in self.jobs:
            raise NotFound(f"Job {job_id} is not known.")
        return self.jobs[job_id]

    async def frame(self, job_id: JobId, sequence: int) -> bytes:
        if (job_id, sequence) not in self.frames:
            raise NotFound(f"Frame {sequence} is not kept.")
        return self.frames[job_id, sequence]

    def publish(
        self,
        values: Sequence[float] = tuple(range(2 * N_POINTS)),
        *,
        job_id: str = "job1",
        sequence: int = 1,
        rows: Sequence[int] = (),
        embedding_id: str = EMBEDDING_ID,
    ) -> bytes:
        """Keep one 2-D frame of a t-SNE job; returns its bytes."""
        spec = job_pb2.JobSpec(
            embedding=job_pb2.EmbeddingRef(embedding_id=embedding_id, digest="d" * 64, n_points=N_POINTS),
            rows=write_uint32(rows),
            tsne=job_pb2.TsneParameters(
                n_dims=2, perplexity=[2], early_exaggeration=12, n_steps=50, metric=job_pb2.EUCLIDEAN
            ),
        )
        state = job_pb2.JobState(job_id=job_id, phase=job_pb2.RUNNING, sequence=sequence)
        frame = job_pb2.Frame(
            sequence=sequence,
            step=sequence,
            loss=1.5,
            n_points=len(values) // 2,
            n_dims=2,
            encoding=job_pb2.FLOAT32,
            layout=array("f", values).tobytes(),
        )
        event = job_pb2.JobEvent(frame=frame).SerializeToString()
        key = JobId(job_id)
        self.jobs[key] = StoredJob(key, spec.SerializeToString(), state.SerializeToString())
        self.frames[key, sequence] = event
        return event
