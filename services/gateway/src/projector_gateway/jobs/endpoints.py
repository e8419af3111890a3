"""REST of jobs."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from fastapi import APIRouter, Response

from projector_chassis.errors import InvalidArgument
from projector_contracts.names import JobId
from projector_gateway.dependencies import (
    ForksDependency,
    FramesDependency,
    JobsDependency,
    PersonDependency,
    WatchersDependency,
)
from projector_gateway.jobs.controls import Control
from projector_gateway.jobs.messages import decode_job, summarize_job
from projector_gateway.jobs.repository import StoredJob
from projector_gateway.jobs.schemas import ForkRequest, Job, JobRequest, JobSummary
from projector_gateway.jobs.watchers import Watchers
from projector_gateway.large_bodies import LargeBodies
from projector_gateway.people.schemas import Person

PROTOBUF = "application/x-protobuf"
_A_FRAME: dict[int | str, dict[str, Any]] = {
    200: {"content": {PROTOBUF: {}}, "description": "A serialised projector.compute.v1.JobEvent with a frame"}
}
_JOINED: dict[int | str, dict[str, Any]] = {200: {"model": Job, "description": "The job that already computes this"}}
_NEVER_CHANGES = "private, max-age=86400, immutable"
_SEQUENCE = re.compile(r"[1-9][0-9]{0,18}")

router = APIRouter(tags=["jobs"], route_class=LargeBodies)


@router.post("/jobs", status_code=202, response_model=Job, responses=_JOINED)
async def create_job(
    request: JobRequest, jobs: JobsDependency, by: PersonDependency, watchers: WatchersDependency
) -> Response:
    """Start a job, or find the one that computes the same."""
    created = await jobs.create(request, by=by)
    return await _shown(created.job, watchers, status_code=202 if created.is_new else 200)


@router.get("/jobs")
async def list_jobs(embedding_id: str, jobs: JobsDependency, watchers: WatchersDependency) -> list[JobSummary]:
    """Jobs of one embedding, newest first."""
    found = await jobs.of_embedding(embedding_id)
    watching = await watchers.of([job.job_id for job in found])
    return [
        summarize_job(job.spec, job.state).model_copy(update={"watchers": people})
        for job, people in zip(found, watching, strict=True)
    ]


@router.get("/jobs/{job_id}", response_model=Job)
async def read_job(job_id: JobId, jobs: JobsDependency, watchers: WatchersDependency) -> Response:
    """One job with its newest state."""
    return await _shown(await jobs.read(job_id), watchers)


@router.delete("/jobs/{job_id}", status_code=204, response_class=Response)
async def delete_job(job_id: JobId, jobs: JobsDependency) -> None:
    """End a job if it runs, and remove what is kept of it; bookmarks keep their layouts."""
    await jobs.delete(job_id)


@router.post("/jobs/{job_id}/forks", status_code=202, response_model=Job, responses=_JOINED)
async def fork_job(
    job_id: JobId,
    request: ForkRequest,
    forks: ForksDependency,
    by: PersonDependency,
    watchers: WatchersDependency,
) -> Response:
    """Start a new job from a kept frame of this one, or find the one that has done so with the same parameters."""
    forked = await forks.fork(job_id, request, by=by)
    return await _shown(forked.job, watchers, status_code=202 if forked.is_new else 200)


@router.post("/jobs/{job_id}/controls", status_code=202, response_class=Response)
async def control_job(job_id: JobId, control: Control, jobs: JobsDependency, by: PersonDependency) -> None:
    """Ask a job to pause, resume or stop, or steer a t-SNE; it takes effect between two steps."""
    await jobs.control(job_id, control, by=by)


@router.get("/jobs/{job_id}/frames/{sequence}", response_class=Response, responses=_A_FRAME)
async def read_frame(job_id: JobId, sequence: str, frames: FramesDependency) -> Response:
    """One kept frame, or the latest."""
    if sequence == "latest":
        newest = await frames.newest(job_id)
        return Response(await frames.frame(job_id, newest), headers={"cache-control": "no-store"}, media_type=PROTOBUF)
    if not _SEQUENCE.fullmatch(sequence):
        raise InvalidArgument(f"The frame {sequence!r} is neither a sequence from 1 nor 'latest'.")
    frame = await frames.frame(job_id, int(sequence))
    return Response(frame, headers={"cache-control": _NEVER_CHANGES}, media_type=PROTOBUF)


async def _shown(job: StoredJob, watchers: Watchers, *, status_code: int = 200) -> Response:
    (people,) = await watchers.of([job.job_id])
    content = await asyncio.to_thread(_encode, job, people)  # it may name a million rows
    return Response(content, status_code=status_code, media_type="application/json")


def _encode(job: StoredJob, watchers: list[Person]) -> str:
    return decode_job(job.spec, job.state).model_copy(update={"watchers": watchers}).model_dump_json()
