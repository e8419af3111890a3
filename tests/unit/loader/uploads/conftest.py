"""Uploads over a fresh folder, with the readers that the loader has."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from projector_loader.asset_paths import DataRoot
from projector_loader.catalog import Catalog
from projector_loader.embeddings import Embeddings
from projector_loader.metadata import MetadataReader
from projector_loader.model import Run, Shape, UploadEnd, UploadHeader, UploadId, UploadRole
from projector_loader.reader_process import ReaderProcess, ReaderProcesses
from projector_loader.sprites.cut_job import cut_atlas
from projector_loader.sprites.reader import SpriteReader
from projector_loader.uploads import Uploads

MAX_FILE_BYTES = 100_000
MAX_BYTES = 250_000
MAX_METADATA_BYTES = 50_000


@dataclass(frozen=True)
class Bench:
    """Uploads, the catalog that shows them, and short ways to use both."""

    folder: Path
    catalog: Catalog
    embeddings: Embeddings
    uploads: Uploads
    upload_id: UploadId = field(default=UploadId("upload-0123456789"))

    def write(self, file_name: str, content: bytes, role: UploadRole = UploadRole.TENSOR, **more: Any) -> int:
        header = UploadHeader(self.upload_id, role, file_name, **more)
        return self.uploads.write(header, in_parts(content))

    def finish(self, name: str = "Words", shape: Shape = (), thumbnail_px: Shape | None = None) -> Run:
        return self.uploads.finish(UploadEnd(self.upload_id, name, shape, thumbnail_px))

    def upload(self, name: str = "Words", content: bytes | None = None) -> Run:
        """A run of a tensor alone."""
        self.write("words.npy", npy() if content is None else content)
        return self.finish(name)

    def listed(self) -> list[str]:
        return [run.name for run in self.catalog.list_runs().runs]

    def files(self) -> set[str]:
        """All files below the folder of uploads, hidden ones included."""
        return {file.relative_to(self.folder).as_posix() for file in self.folder.rglob("*") if file.is_file()}


@pytest.fixture
def bench(root: DataRoot, tmp_path: Path) -> Bench:
    folder = tmp_path / "uploads"
    folder.mkdir()
    return open_bench(root, folder)


def open_bench(root: DataRoot, folder: Path, arrays: ReaderProcess | None = None) -> Bench:
    """What a loader does with a folder when it starts."""
    processes = ReaderProcesses(arrays or ReaderProcess())
    uploads_root = DataRoot(folder, name="Uploads", holds_uploads=True)
    catalog = Catalog(root, uploads_root, processes=processes, max_folders=100)
    metadata = MetadataReader(cache_bytes=10**6, max_file_bytes=MAX_METADATA_BYTES)
    sprites = SpriteReader(folder.parent / "cache", cache_bytes=2**24, max_pixels=2**22, cut=cut_atlas)
    embeddings = Embeddings(catalog, metadata, sprites)
    uploads = Uploads(
        uploads_root,
        catalog.reader_of(uploads_root),
        embeddings.describe_entry,
        max_file_bytes=MAX_FILE_BYTES,
        max_bytes=MAX_BYTES,
    )
    return Bench(folder, catalog, embeddings, uploads)


def npy(n_points: int = 6, n_dims: int = 3, dtype: str = "float32") -> bytes:
    """An ``.npy`` file of the numbers from 0 on."""
    file = io.BytesIO()
    np.save(file, np.arange(n_points * n_dims, dtype=dtype).reshape(n_points, n_dims))
    return file.getvalue()


def in_parts(content: bytes, n_bytes: int = 7000) -> Iterator[bytes]:
    """The content as it comes over a network."""
    return (content[start : start + n_bytes] for start in range(0, len(content), n_bytes))
