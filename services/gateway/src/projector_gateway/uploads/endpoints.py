"""REST of uploads: one PUT a file, one POST for the whole."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import ClientDisconnect, HTTPConnection, Request

from projector_gateway.datasets.schemas import Run
from projector_gateway.uploads.schemas import Role, UploadedFile, UploadRequest, UploadRules
from projector_gateway.uploads.service import UploadService

_COUNTED_BY_THE_LOADER = sys.maxsize
_CLIENT_LEFT = 499  # seen in logs alone
_A_FILE: dict[str, Any] = {
    "requestBody": {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "required": True,
    }
}

FileName = Annotated[str, Query(min_length=1, max_length=1024, description="As the person calls it; only shown")]
router = APIRouter(tags=["uploads"])


async def _uploads(connection: HTTPConnection) -> UploadService:
    service = connection.app.state.services.uploads
    assert isinstance(service, UploadService)
    return service


UploadsDependency = Annotated[UploadService, Depends(_uploads)]


@router.get("/uploads")
async def read_upload_rules(uploads: UploadsDependency) -> UploadRules:
    """Whether and how much can be uploaded."""
    return await uploads.rules()


@router.put(
    "/uploads/{upload_id}/{role}",
    response_model=UploadedFile,
    openapi_extra=_A_FILE,
    max_body_size=_COUNTED_BY_THE_LOADER,
)
async def write_upload(
    upload_id: str, role: Role, file_name: FileName, uploads: UploadsDependency, request: Request
) -> UploadedFile | Response:
    """Store one file of an upload, whose id the client chooses: 16 to 64 random letters, digits, - or _."""
    try:
        n_bytes = await uploads.receive(
            upload_id,
            role,
            file_name=file_name,
            n_bytes=int(request.headers.get("content-length", 0)),
            parts=request.stream(),
        )
    except ClientDisconnect:
        return Response(status_code=_CLIENT_LEFT)
    return UploadedFile(n_bytes=n_bytes)


@router.post("/uploads/{upload_id}", status_code=201)
async def finish_upload(upload_id: str, request: UploadRequest, uploads: UploadsDependency) -> Run:
    """Check the files of an upload and show them as a run; files that cannot be shown are deleted."""
    return await uploads.finish(upload_id, request)


@router.delete("/uploads/{id}", status_code=204)
async def delete_upload(id: str, uploads: UploadsDependency) -> None:
    """Delete the run of an upload, or what has arrived of an upload that is not finished."""
    await uploads.delete(id)
