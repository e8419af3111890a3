"""Files of cells on disk, within a limit: making one takes seconds, reading it milliseconds."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from projector_chassis.errors import Conflict, TooLarge

_SUFFIX: Final = ".cells"
_DRAFT_SUFFIX: Final = ".part"


class CellCache:
    """Keeps files by key; the least recently used go first. Two processes may share the folder.

    Args:
        folder: made when it is first needed.
        limit_bytes: of all files together.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._making = threading.Lock()

    def find(self, key: str) -> Path | None:
        """The complete file of a key, used now; None where there is none."""
        path = self._path(key)
        try:
            _mark_used(path)
        except OSError:
            return None  # whatever the cause is, making the file will tell
        return path

    def drop(self, key: str) -> None:
        """Remove the file of a key, which is of no use."""
        with contextlib.suppress(OSError):
            os.unlink(self._path(key))

    def make(self, key: str, most_bytes: int, write: Callable[[Path], None]) -> Path:
        """The file of a key, written by ``write`` unless it is there by now. One is made at a time.

        Args:
            key: letters and digits.
            most_bytes: no more will be written.
            write: writes all of it to a path.

        Raises:
            TooLarge: it would not fit the limit.
            Conflict: the disk is full, or the folder cannot be written.
        """
        if most_bytes > self._limit_bytes:
            raise TooLarge(
                f"The thumbnails take {most_bytes:,} bytes on disk, the cache has {self._limit_bytes:,}; raise"
                " PROJECTOR_SPRITE_CACHE_BYTES or make them smaller."
            )
        with self._making:
            return self.find(key) or self._make(key, most_bytes, write)

    def _make(self, key: str, most_bytes: int, write: Callable[[Path], None]) -> Path:
        path = self._path(key)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(most_bytes)
            descriptor, name = tempfile.mkstemp(_DRAFT_SUFFIX, dir=self._folder)
            os.close(descriptor)
            draft = Path(name)
            try:
                write(draft)
                _mark_used(draft)
                os.replace(draft, path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
        except OSError as error:
            cause = "is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "cannot be written"
            raise Conflict(
                f"The loader's cache directory {cause}, so that no thumbnails can be made; make room or set"
                " PROJECTOR_CACHE_DIR."
            ) from error
        return path

    def _make_room(self, n_bytes: int) -> None:
        """Remove what was not used for longest, drafts of dead processes too, until so much fits."""
        kept: list[tuple[int, int, str]] = []
        for entry in os.scandir(self._folder):
            with contextlib.suppress(FileNotFoundError):  # another process removed it
                if entry.name.endswith((_SUFFIX, _DRAFT_SUFFIX)):
                    kept.append((entry.stat().st_mtime_ns, entry.stat().st_size, entry.path))
        used = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if used + n_bytes <= self._limit_bytes:
                return
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            used -= size

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"


def _mark_used(path: Path) -> None:
    """Note the time of use; the kernel's own stamps are some milliseconds coarse, too coarse for an order."""
    now_ns = time.time_ns()
    os.utime(path, ns=(now_ns, now_ns))
