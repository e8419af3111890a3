"""Columns and sprites as responses: sent as they come, or not at all where the client has them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest
from starlette.responses import StreamingResponse

from projector_gateway.clients.loader import Content
from projector_gateway.datasets.endpoints import _streamed


class ContentInMemory:
    """One column on its way from the loader."""

    digest = "abc"
    media_type = "application/x-protobuf"

    def __init__(self, n_bytes: int | None = 3) -> None:
        self.n_bytes = n_bytes
        self.is_discarded = False

    async def chunks(self) -> AsyncIterator[bytes]:
        yield b"xyz"

    def discard(self) -> None:
        self.is_discarded = True


@pytest.mark.parametrize("if_none_match", ['"abc"', 'W/"abc"', '"x", "abc"', '"x",W/"abc" , "y"'])
def test_what_the_client_has_is_not_sent_again(if_none_match: str) -> None:
    content = ContentInMemory()
    response = _streamed(cast(Content, content), if_none_match)
    assert (response.status_code, response.body) == (304, b"")
    assert response.headers["etag"] == '"abc"'
    assert content.is_discarded


@pytest.mark.parametrize("if_none_match", [None, "", "abc", '"ab"', '"abcd"', '"ABC"'])
def test_everything_else_is_sent(if_none_match: str | None) -> None:
    content = ContentInMemory()
    response = _streamed(cast(Content, content), if_none_match)
    assert isinstance(response, StreamingResponse)
    assert response.headers["content-length"] == "3"
    assert response.headers["cache-control"] == "private, no-cache"
    assert response.media_type == "application/x-protobuf"
    assert not content.is_discarded


def test_a_length_that_is_not_known_is_not_announced() -> None:
    assert "content-length" not in _streamed(cast(Content, ContentInMemory(None)), None).headers
