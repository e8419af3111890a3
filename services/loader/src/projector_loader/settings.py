"""What the loader can be told."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from projector_chassis.settings import ServiceSettings


class LoaderSettings(ServiceSettings):
    """Settings of the loader; the environment names are the field names in capitals, after ``PROJECTOR_``.

    Attributes:
        data_root: the folder below which files are read.
        loader_address: host and port to listen at.
        loader_threads: requests served at the same time; each does blocking file work in a thread of its own.
        loader_streams: of these, how many may be streams; the rest is kept for short requests and health checks.
        loader_uploads: of the streams, how many may be files that are uploaded.
        stream_seconds: how long a stream may take, an upload included, where its peer sets no shorter deadline.
        loader_cache_bytes: memory for metadata columns that were read.
        max_metadata_bytes: larger metadata files are refused.
        cache_dir: where thumbnails that were cut out of sprites are kept; may be deleted while the loader is stopped.
        sprite_cache_bytes: of them, on disk; 64 px take 16 KiB each.
        max_sprite_pixels: larger sprites are refused; decoding takes up to 4 bytes of memory a pixel for a moment.
        max_folders: how many folders are searched for runs.
        watch_seconds: how often the data root is searched for changes while somebody watches.
        stop_seconds: how long running requests may take when the loader is stopped.
        uploads_root: the folder that keeps uploads, the only one that is written to. None or empty: nothing
            can be uploaded. It may lie below the data root, not the other way round.
        max_upload_bytes: larger files are refused.
        max_uploads_bytes: of all uploads together.
    """

    data_root: Path
    loader_address: str = "127.0.0.1:50051"
    loader_threads: int = Field(default=32, ge=2)
    loader_streams: int = Field(default=24, ge=1)
    loader_uploads: int = Field(default=8, ge=1)
    stream_seconds: float = Field(default=3600.0, gt=0)
    loader_cache_bytes: int = Field(default=256 * 2**20, ge=0)
    max_metadata_bytes: int = Field(default=512 * 2**20, ge=1)
    cache_dir: Path = Path(tempfile.gettempdir()) / "projector-cache"
    sprite_cache_bytes: int = Field(default=4 * 2**30, ge=2**20)
    max_sprite_pixels: int = Field(default=2**29, ge=1)
    max_folders: int = Field(default=50_000, ge=1)
    watch_seconds: float = Field(default=3.0, gt=0)
    stop_seconds: float = Field(default=5.0, ge=0)
    uploads_root: Path | None = None
    max_upload_bytes: int = Field(default=2 * 2**30, ge=1)
    max_uploads_bytes: int = Field(default=20 * 2**30, ge=1)

    @field_validator("uploads_root", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _keep_the_data_root_safe(self) -> Self:
        """What lies in the folder of uploads can be deleted by anybody, so the data root must not."""
        if self.uploads_root and self.data_root.resolve().is_relative_to(self.uploads_root.resolve()):
            raise ValueError("data_root lies in uploads_root, from which anybody may delete; choose another one")
        return self
