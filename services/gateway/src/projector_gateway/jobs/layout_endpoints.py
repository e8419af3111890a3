"""REST of what a job has left behind: its losses, its layout as a picture and as a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from projector_contracts.names import JobId
from projector_gateway.attachment import attachment
from projector_gateway.dependencies import DownloadsDependency, FramesDependency, JobsDependency, PersonDependency
from projector_gateway.jobs.downloads import Format
from projector_gateway.jobs.history import encode_history
from projector_gateway.jobs.schemas import Sequence
from projector_gateway.jobs.thumbnail import encode_thumbnail

PROTOBUF = "application/x-protobuf"
_MEDIA_TYPES: dict[Format, str] = {
    "npy": "application/octet-stream",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_A_HISTORY: dict[int | str, dict[str, Any]] = {
    200: {"content": {PROTOBUF: {}}, "description": "A serialised projector.compute.v1.JobHistory"}
}
_A_THUMBNAIL: dict[int | str, dict[str, Any]] = {
    200: {"content": {PROTOBUF: {}}, "description": "A serialised projector.compute.v1.Thumbnail"},
    304: {"description": "The newest frame is still that of If-None-Match"},
}
_A_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {kind.partition(";")[0]: {} for kind in _MEDIA_TYPES.values()},
        "description": "The layout as float32; a table names rows of the embedding",
    }
}

router = APIRouter(tags=["jobs"])


@router.get("/jobs/{job_id}/history", response_class=Response, responses=_A_HISTORY)
async def read_history(job_id: JobId, frames: FramesDependency) -> Response:
    """Losses by step, and which frames can still be asked for."""
    content = await asyncio.to_thread(encode_history, await frames.history(job_id))
    return Response(content, headers={"cache-control": "no-store"}, media_type=PROTOBUF)


@router.get("/jobs/{job_id}/thumbnail", response_class=Response, responses=_A_THUMBNAIL)
async def read_thumbnail(
    job_id: JobId,
    frames: FramesDependency,
    jobs: JobsDependency,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Where at most 2,000 points of the newest frame lie; its ETag is the frame's sequence."""
    newest = await frames.newest(job_id)
    headers = {"etag": f'"{newest}"', "cache-control": "private, no-cache"}
    if if_none_match is not None and headers["etag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    job, event = await asyncio.gather(jobs.read(job_id), frames.frame(job_id, newest))
    content = await asyncio.to_thread(encode_thumbnail, job.spec, event)
    return Response(content, headers=headers, media_type=PROTOBUF)


@router.get("/jobs/{job_id}/layout.{format}", response_class=StreamingResponse, responses=_A_FILE)
async def download_layout(
    job_id: JobId,
    format: Format,
    frames: FramesDependency,
    jobs: JobsDependency,
    downloads: DownloadsDependency,
    by: PersonDependency,
    sequence: Sequence = "latest",
) -> Response:
    """The layout of a kept frame as a file."""
    wanted = await frames.newest(job_id) if sequence == "latest" else sequence
    with ExitStack() as place:
        place.enter_context(downloads.place(by.id))
        job, event = await asyncio.gather(jobs.read(job_id), frames.frame(job_id, wanted))
        table = await downloads.open(job.spec, event)
        headers = {
            "content-disposition": attachment(f"layout-{job_id[:8]}-step-{table.layout.step}.{format}"),
            "cache-control": "no-store",
        }
        content = downloads.pieces(table, format)
        return _Download(content, headers=headers, media_type=_MEDIA_TYPES[format], place=place.pop_all())


class _Download(StreamingResponse):
    """Keeps its place until it has been sent, or broken off."""

    def __init__(
        self, content: AsyncIterator[bytes], *, headers: dict[str, str], media_type: str, place: ExitStack
    ) -> None:
        super().__init__(content, headers=headers, media_type=media_type)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            await super().__call__(scope, receive, send)
