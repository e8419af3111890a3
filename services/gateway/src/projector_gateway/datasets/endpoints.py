"""REST of runs, embeddings, their columns and sprites."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from starlette.responses import StreamingResponse

from projector_gateway.clients.loader import Content
from projector_gateway.datasets.schemas import Diagnosis, Embedding, Run
from projector_gateway.dependencies import LoaderDependency

Responses = dict[int | str, dict[str, Any]]

_NOT_MODIFIED = 304
_REVALIDATE = "private, no-cache"
_A_COLUMN: Responses = {
    200: {"content": {"application/x-protobuf": {}}, "description": "A serialised projector.loader.v1.Column"},
    304: {"description": "The content that If-None-Match names still holds"},
}
_AN_IMAGE: Responses = {200: {"content": {"image/*": {}}, "description": "Thumbnails"}, 304: _A_COLUMN[304]}

IfNoneMatch = Annotated[str | None, Header()]
Level = Annotated[int, Path(ge=0, le=31, description="0 is full size, each further one half the one before")]
Page = Annotated[int, Path(ge=0, lt=2**31)]
Rows = Annotated[
    str,
    Query(
        pattern=r"^\d{1,9}(,\d{1,9})*$", max_length=2560, description="At most 256 point indices with commas between"
    ),
]
router = APIRouter(tags=["datasets"])


@router.get("/runs")
async def list_runs(loader: LoaderDependency) -> list[Run]:
    """All runs below the data root, by name."""
    return await loader.runs()


@router.get("/diagnosis")
async def diagnose(loader: LoaderDependency) -> Diagnosis:
    """What was searched for runs and found; what is wrong with a run is told with the run."""
    return await loader.diagnosis()


@router.get("/embeddings/{embedding_id}")
async def read_embedding(embedding_id: str, loader: LoaderDependency) -> Embedding:
    """One embedding: shape, digest, columns, sprite."""
    return await loader.embedding(embedding_id)


@router.get("/embeddings/{embedding_id}/columns/{name:path}", response_class=Response, responses=_A_COLUMN)
async def read_column(
    embedding_id: str, name: str, loader: LoaderDependency, if_none_match: IfNoneMatch = None
) -> Response:
    """One metadata column for all points."""
    return _streamed(await loader.column(embedding_id, name), if_none_match)


@router.get("/embeddings/{embedding_id}/sprite/{level}/{page}", response_class=Response, responses=_AN_IMAGE)
async def read_sprite_page(
    embedding_id: str, level: Level, page: Page, loader: LoaderDependency, if_none_match: IfNoneMatch = None
) -> Response:
    """One page of thumbnails, laid out as the embedding's sprite geometry says."""
    return _streamed(await loader.sprite_page(embedding_id, level, page), if_none_match)


@router.get("/embeddings/{embedding_id}/sprite/{level}", response_class=Response, responses=_AN_IMAGE)
async def read_thumbnails(
    embedding_id: str, level: Level, rows: Rows, loader: LoaderDependency, if_none_match: IfNoneMatch = None
) -> Response:
    """Thumbnails of some points as one image, row-major as listed; as many columns as fit 2048 px, at most 16."""
    wanted = [int(row) for row in rows.split(",")]
    return _streamed(await loader.thumbnails(embedding_id, level, wanted), if_none_match)


def _streamed(content: Content, if_none_match: str | None) -> Response:
    """The content's bytes as they come, or 304 where the client has them already."""
    etag = f'"{content.digest}"'
    headers = {"etag": etag, "cache-control": _REVALIDATE}
    if if_none_match is not None and etag in [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]:
        content.discard()
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    if content.n_bytes is not None:
        headers["content-length"] = str(content.n_bytes)
    return StreamingResponse(content.chunks(), headers=headers, media_type=content.media_type)
