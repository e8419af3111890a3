"""REST of collections and bookmarks."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Response
from starlette.requests import HTTPConnection, Request
from starlette.responses import StreamingResponse

from projector_gateway.attachment import attachment
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.schemas import (
    Bookmark,
    BookmarkChange,
    BookmarkRequest,
    Collection,
    CollectionChange,
    CollectionRequest,
    ImportResult,
)
from projector_gateway.collections.service import CollectionService

Responses = dict[int | str, dict[str, Any]]

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
_NEVER_CHANGES = "private, max-age=31536000, immutable"
_STORED_VERSION = re.compile(r'"([0-9]{1,18})"')
_A_LAYOUT: Responses = {
    200: {"content": {PROTOBUF: {}}, "description": "A serialised projector.compute.v1.JobEvent with a frame"},
    304: {"description": "The layout that If-None-Match names still holds"},
}
_A_FILE: Responses = {200: {"content": {JSON: {}}, "description": "A JSON array of states, as a download"}}

IfMatch = Annotated[str | None, Header(description='Quoted version on which the change is based, as `"3"`')]
IfNoneMatch = Annotated[str | None, Header()]
_Tagged = TypeVar("_Tagged", Collection, Bookmark)
router = APIRouter(tags=["collections"])


async def _collections(connection: HTTPConnection) -> CollectionService:
    service = connection.app.state.services.collections
    assert isinstance(service, CollectionService)
    return service


CollectionsDependency = Annotated[CollectionService, Depends(_collections)]


@router.get("/collections")
async def list_collections(embedding_id: str, collections: CollectionsDependency) -> list[Collection]:
    """Collections of one embedding with their bookmarks in order, oldest first.

    The bookmarks file of the projector config is imported when it is seen for the first time.
    """
    await collections.files.load_config_file(embedding_id)
    return await collections.of_embedding(embedding_id)


@router.post("/collections", status_code=201)
async def create_collection(
    request: CollectionRequest, collections: CollectionsDependency, response: Response
) -> Collection:
    """Create an empty collection."""
    return _tagged(await collections.create(request), response)


@router.post(
    "/collections/import",
    status_code=201,
    openapi_extra={"requestBody": {"content": {JSON: {"schema": {}}}, "required": True}},
    max_body_size=Limits.file_bytes,
)
async def import_collection(
    embedding_id: str, name: str, collections: CollectionsDependency, request: Request, response: Response
) -> ImportResult:
    """Make a collection of a TensorBoard bookmark file, which is the request's body."""
    result = await collections.files.load(embedding_id, name, request.body)
    _tagged(result.collection, response)
    return result


@router.get("/collections/{collection_id}/export", response_class=StreamingResponse, responses=_A_FILE)
async def export_collection(collection_id: str, collections: CollectionsDependency) -> Response:
    """A collection as a TensorBoard bookmark file."""
    file = await collections.files.export(collection_id)
    headers = {"content-disposition": attachment(f"{file.name}.json"), "cache-control": "no-store"}
    return StreamingResponse(file.pieces, headers=headers, media_type=JSON)


@router.get("/collections/{collection_id}")
async def read_collection(collection_id: str, collections: CollectionsDependency, response: Response) -> Collection:
    """One collection; its ETag is its version."""
    return _tagged(await collections.read(collection_id), response)


@router.patch("/collections/{collection_id}")
async def change_collection(
    collection_id: str,
    change: CollectionChange,
    collections: CollectionsDependency,
    response: Response,
    if_match: IfMatch = None,
) -> Collection:
    """Rename a collection or bring its bookmarks into another order."""
    return _tagged(await collections.change(collection_id, change, _versions(if_match)), response)


@router.delete("/collections/{collection_id}", status_code=204)
async def delete_collection(collection_id: str, collections: CollectionsDependency, if_match: IfMatch = None) -> None:
    """Delete a collection and its bookmarks."""
    await collections.delete(collection_id, _versions(if_match))


@router.post("/collections/{collection_id}/bookmarks", status_code=201)
async def create_bookmark(
    collection_id: str, request: BookmarkRequest, collections: CollectionsDependency, response: Response
) -> Bookmark:
    """Save a view at the end of a collection, with the coordinates of the frame that it names."""
    return _tagged(await collections.add_bookmark(collection_id, request), response)


@router.get("/bookmarks/{bookmark_id}")
async def read_bookmark(bookmark_id: str, collections: CollectionsDependency, response: Response) -> Bookmark:
    """One bookmark; its ETag is its version."""
    return _tagged(await collections.read_bookmark(bookmark_id), response)


@router.patch("/bookmarks/{bookmark_id}")
async def change_bookmark(
    bookmark_id: str,
    change: BookmarkChange,
    collections: CollectionsDependency,
    response: Response,
    if_match: IfMatch = None,
) -> Bookmark:
    """Rename a bookmark."""
    return _tagged(await collections.change_bookmark(bookmark_id, change, _versions(if_match)), response)


@router.delete("/bookmarks/{bookmark_id}", status_code=204)
async def delete_bookmark(bookmark_id: str, collections: CollectionsDependency, if_match: IfMatch = None) -> None:
    """Delete a bookmark."""
    await collections.delete_bookmark(bookmark_id, _versions(if_match))


@router.get("/bookmarks/{bookmark_id}/layout", response_class=Response, responses=_A_LAYOUT)
async def read_layout(
    bookmark_id: str, collections: CollectionsDependency, if_none_match: IfNoneMatch = None
) -> Response:
    """The coordinates of a bookmark; they never change."""
    layout = await collections.layout(bookmark_id)
    etag = f'"{layout.digest}"'
    headers = {"etag": etag, "cache-control": _NEVER_CHANGES}
    if if_none_match is not None and etag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(layout.event, headers=headers, media_type=PROTOBUF)


def _tagged(shown: _Tagged, response: Response) -> _Tagged:
    response.headers["etag"] = f'"{shown.version}"'
    return shown


def _versions(if_match: str | None) -> frozenset[int] | None:
    """Versions that ``If-Match`` allows; None: any. What is no version of ours allows none."""
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(int(version) for version in _STORED_VERSION.findall(if_match))
