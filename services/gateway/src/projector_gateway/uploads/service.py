"""Pass uploads on to the loader, part by part, for REST and gRPC alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from projector_chassis.errors import Deadline
from projector_gateway.clients.loader import Loader
from projector_gateway.datasets.schemas import Run
from projector_gateway.uploads.schemas import Role, UploadRequest, UploadRules


class UploadService:
    """The use cases of uploads. Nothing of a file is kept here.

    Args:
        silence_seconds: whoever sends nothing for so long is given up, since others wait for the place.
    """

    def __init__(self, loader: Loader, *, silence_seconds: float) -> None:
        self._loader = loader
        self._silence_seconds = silence_seconds

    async def rules(self) -> UploadRules:
        """Whether and how much can be uploaded."""
        return await self._loader.upload_rules()

    async def receive(
        self, upload_id: str, role: Role, *, file_name: str, n_bytes: int, parts: AsyncIterator[bytes]
    ) -> int:
        """Pass one file on; how many bytes were stored. The next part is asked for when the one before has been taken.

        Args:
            n_bytes: what the sender says; 0 where it says nothing.

        Raises:
            InvalidArgument: the id or the kind of file is refused, or another number of bytes came.
            TooLarge: the file, or all uploads together, would be too large.
            Conflict: uploads are off, or another file of the same upload is arriving.
            RateLimited: too many files are arriving.
            Deadline: the sender fell silent, or took too long in all.
        """
        return await self._loader.write_upload(
            upload_id, role, file_name=file_name, n_bytes=n_bytes, parts=self._without_long_pauses(parts)
        )

    async def finish(self, upload_id: str, request: UploadRequest) -> Run:
        """Make a run of the files that have arrived.

        Raises:
            InvalidArgument: they cannot be shown, and were deleted.
            NotFound: there is no tensor among them.
            Conflict: uploads are off, or a file is still arriving.
        """
        return await self._loader.finish_upload(upload_id, request)

    async def delete(self, id_: str) -> None:
        """Delete the run of an upload, or what has arrived of one that is not finished; raises ``NotFound``."""
        await self._loader.delete_upload(id_)

    async def _without_long_pauses(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        while True:
            try:
                async with asyncio.timeout(self._silence_seconds):
                    part = await anext(parts)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise Deadline(
                    f"Nothing of the file came for {self._silence_seconds:g} seconds; send it again."
                ) from error
            yield part
