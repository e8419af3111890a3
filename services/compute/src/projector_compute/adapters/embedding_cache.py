"""Embeddings in files of their own, mapped into memory and shared by the processes of a machine.

A complete file is ``{digest}.f32``, one under construction ``{digest}.part``. Who has a complete file open holds a
shared ``flock`` on it, who writes or removes one an exclusive ``flock``; the kernel drops them with the process, so
that nothing has to be cleared up after a crash.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import structlog

from projector_chassis.errors import InvalidArgument, TooLarge, Unavailable
from projector_compute.adapters.loader import Loader
from projector_compute.ports import Progress, Waiting
from projector_compute.specs import EmbeddingRef, Float32Array

_LOG = structlog.get_logger(__name__)
_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 2.0
_FLOAT32_BYTES = 4
_LOADER_AWAY = "The loader does not answer; it is asked again."


class EmbeddingCache:
    """The port ``EmbeddingStore``: at most ``limit_bytes`` on disk, the least recently used go first.

    What is in use is never removed; where everything is, the cache grows beyond its limit until it is released.
    """

    def __init__(self, folder: Path, loader: Loader, *, limit_bytes: int, patience_seconds: float) -> None:
        self._folder = folder
        self._loader = loader
        self._limit_bytes = limit_bytes
        self._patience_seconds = patience_seconds
        folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def open(
        self, ref: EmbeddingRef, progress: Progress, waiting: Waiting = lambda reason: None
    ) -> Iterator[Float32Array]:
        n_bytes = ref.n_points * ref.n_dims * _FLOAT32_BYTES
        if not (ref.digest.isalnum() and n_bytes):
            raise InvalidArgument(f"The embedding {ref.embedding_id} has no digest, no rows or no dimensions.")
        if n_bytes > self._limit_bytes:
            raise TooLarge(
                f"The embedding takes {n_bytes} bytes; the workers' cache holds {self._limit_bytes}. "
                "Raise PROJECTOR_EMBEDDING_CACHE_BYTES."
            )
        with self._open_file(ref, n_bytes, progress, waiting) as file:
            os.utime(file.fileno())  # the time of last use, by which files are removed
            mapped = np.memmap(file, dtype="<f4", mode="r", shape=(ref.n_points, ref.n_dims))
            yield mapped.view(np.ndarray)

    def _open_file(self, ref: EmbeddingRef, n_bytes: int, progress: Progress, waiting: Waiting) -> BinaryIO:
        wait_seconds = _FIRST_WAIT_SECONDS
        while True:
            file = self._open_complete(ref, n_bytes)
            if file is not None:
                return file
            with self._lock_part(ref) as part:
                if part is not None and not self._path(ref).exists():
                    self._fetch(ref, part, n_bytes, progress, waiting)
                    continue
            progress(0.0)
            time.sleep(wait_seconds)  # another process is fetching it
            wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)

    def _path(self, ref: EmbeddingRef) -> Path:
        return self._folder / f"{ref.digest}.f32"

    def _part_path(self, ref: EmbeddingRef) -> Path:
        return self._folder / f"{ref.digest}.part"

    def _open_complete(self, ref: EmbeddingRef, n_bytes: int) -> BinaryIO | None:
        try:
            file = self._path(ref).open("rb")
        except FileNotFoundError:
            return None
        fcntl.flock(file, fcntl.LOCK_SH)
        status = os.fstat(file.fileno())
        if status.st_nlink and status.st_size == n_bytes:
            return file
        file.close()  # removed between open and lock, or cut short by a full disk
        if status.st_nlink:
            self._path(ref).unlink(missing_ok=True)
        return None

    @contextlib.contextmanager
    def _lock_part(self, ref: EmbeddingRef) -> Iterator[BinaryIO | None]:
        """The file under construction, locked; None while another process has it."""
        path = self._part_path(ref)
        with path.open("ab") as part:
            try:
                fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            if not _is_named(part, path):
                yield None  # whoever had the lock has completed and renamed it
                return
            try:
                yield part
            finally:
                if _is_named(part, path):
                    path.unlink()

    def _fetch(self, ref: EmbeddingRef, part: BinaryIO, n_bytes: int, progress: Progress, waiting: Waiting) -> None:
        """Fetch an embedding, asking again for some time while the loader cannot be reached."""
        self._make_room(n_bytes)
        give_up = time.monotonic() + self._patience_seconds
        wait_seconds = _FIRST_WAIT_SECONDS
        while True:
            try:
                self._download(ref, part, n_bytes, progress)
                break
            except Unavailable:
                if time.monotonic() + wait_seconds > give_up:
                    raise
            _LOG.info("the loader cannot be reached; asking again", wait_seconds=wait_seconds)
            waiting(_LOADER_AWAY)
            time.sleep(wait_seconds)
            wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)
        waiting("")
        self._part_path(ref).rename(self._path(ref))

    def _download(self, ref: EmbeddingRef, part: BinaryIO, n_bytes: int, progress: Progress) -> None:
        part.truncate(0)
        n_written = 0
        for rows in self._loader.read_tensor(ref):
            n_written += part.write(rows)
            progress(n_written / n_bytes)
        part.flush()

    def _make_room(self, n_bytes: int) -> None:
        """Remove what was used longest ago until ``n_bytes`` more stay within the limit, or all the rest is in use."""
        for path in self._folder.glob("*.part"):
            _remove_unused(path)  # left by a process that died; those being written are locked
        files = [(path, status) for path in self._folder.glob("*.f32") if (status := _status(path)) is not None]
        total = n_bytes + sum(status.st_size for _, status in files)
        for path, status in sorted(files, key=lambda entry: entry[1].st_mtime_ns):
            if total <= self._limit_bytes:
                return
            if _remove_unused(path):
                total -= status.st_size
        if total > self._limit_bytes:
            _LOG.warning("the cache exceeds its limit: all embeddings in it are in use", total_bytes=total)


def _is_named(file: BinaryIO, path: Path) -> bool:
    """Whether the open file still is the one of that name."""
    status = _status(path)
    return status is not None and os.path.samestat(os.fstat(file.fileno()), status)


def _status(path: Path) -> os.stat_result | None:
    """None where another process has removed the file."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _remove_unused(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except BlockingIOError:
        return False
    except FileNotFoundError:
        pass  # another process removed it
    return True
