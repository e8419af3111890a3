"""New jobs that start where another one was at some moment."""

from __future__ import annotations

import asyncio
from array import array

from projector_chassis.errors import InvalidArgument, NotFound
from projector_contracts.names import JobId
from projector_gateway.clients.frames import FrameStore
from projector_gateway.jobs.messages import decode_job, step_of_frame, summarize_state
from projector_gateway.jobs.schemas import ForkRequest, FrameRef, JobRequest
from projector_gateway.jobs.service import CreatedJob, JobService
from projector_gateway.layouts import decode_coordinates
from projector_gateway.people.schemas import Person
from projector_gateway.wire_arrays import write_float32


class ForkService:
    """Forks jobs, the same for REST and gRPC."""

    def __init__(self, jobs: JobService, frames: FrameStore) -> None:
        self._jobs = jobs
        self._frames = frames

    async def fork(self, job_id: JobId, request: ForkRequest, *, by: Person) -> CreatedJob:
        """Start a job of the same rows after the same preprocessing from a kept frame's very coordinates.

        Raises:
            InvalidArgument: the frame has fewer dimensions than are asked for, or what ``JobService.create`` raises.
            NotFound: no such job, or the frame is not kept.
        """
        stored = await self._jobs.read(job_id)
        sequence = request.sequence or summarize_state(stored.state).sequence
        event = await self._frame(job_id, sequence)
        n_dims = request.projection.n_dims
        start = await asyncio.to_thread(_start, event, n_dims)
        job = await asyncio.to_thread(decode_job, stored.spec, stored.state)
        projection = request.projection.model_copy(update={"initialisation": "given", "initial_layout": start})
        wanted = JobRequest(
            embedding_id=job.embedding_id,
            rows=job.rows,
            seed=request.seed,
            preprocessing=job.preprocessing,
            projection=projection,
        )
        origin = FrameRef(job_id=job_id, sequence=sequence, step=step_of_frame(event))
        return await self._jobs.create(wanted, by=by, forked_from=origin)

    async def _frame(self, job_id: JobId, sequence: int) -> bytes:
        if not sequence:
            raise NotFound(f"Job {job_id} has no frame yet to start from; ask again later.")
        try:
            return await self._frames.frame(job_id, sequence)
        except NotFound:
            kept = await self._frames.kept_sequences(job_id)
            nearest = sorted(sorted(kept, key=lambda each: abs(each - sequence))[:2])
            if not nearest:
                raise
            words = " and ".join(map(str, nearest))
            raise NotFound(f"Frame {sequence} of job {job_id} is not kept; the nearest that are: {words}.") from None


def _start(event: bytes, n_dims: int) -> bytes:
    """Coordinates of a frame, float32 little-endian ``(n_points, n_dims)``; of more components the first ones."""
    layout = decode_coordinates(event)
    if layout.n_dims < n_dims:
        raise InvalidArgument(f"n_dims is {n_dims}; the frame has {layout.n_dims} dimensions. Fork in as many.")
    if layout.n_dims == n_dims:
        return write_float32(layout.values)
    start = array("f", bytes(4 * layout.n_points * n_dims))
    for dim in range(n_dims):
        start[dim::n_dims] = layout.values[dim :: layout.n_dims]
    return write_float32(start)
