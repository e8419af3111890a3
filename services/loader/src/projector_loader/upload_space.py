"""How much of the disk uploads may take, and how much of it is left."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from projector_chassis.errors import TooLarge

Take = Callable[[int], None]
"""``take(n_bytes)`` is called before so much is written; raises TooLarge where there is no room for it."""


class UploadSpace:
    """Counts what lies below a folder while files are written there.

    Args:
        root: the folder.
        max_bytes: what it may hold in all, unfinished uploads included.
    """

    def __init__(self, root: Path, *, max_bytes: int) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._used_bytes = 0

    def free_bytes(self) -> int:
        """What may still be written, by what lies on the disk now."""
        return max(0, self._max_bytes - _stored_bytes(self._root))

    @contextmanager
    def growing(self) -> Iterator[Take]:
        """Write one file while the block runs, asking for each part of it.

        The disk is looked at when a file begins, and what is asked for from then on is added. Files that are written at
        the same time are counted by what they have written, so that they may exceed the limit by one part each.
        """
        with self._lock:
            self._used_bytes = _stored_bytes(self._root)
        with no_room_is_too_large():
            yield self._take

    def _take(self, n_bytes: int) -> None:
        with self._lock:
            if self._used_bytes + n_bytes > self._max_bytes:
                raise TooLarge(
                    f"There is no room: uploads may take {self._max_bytes:,} bytes in all. Delete uploads that nobody"
                    " needs any more."
                )
            self._used_bytes += n_bytes


@contextmanager
def no_room_is_too_large() -> Iterator[None]:
    """Turns a full disk into a public error; whatever else the disk says is an internal one."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        message = "The disk that holds uploads is full. Delete uploads that nobody needs any more."
        raise TooLarge(message) from error


def _stored_bytes(folder: Path) -> int:
    """The sizes of all files below a folder, those that go away meanwhile left out."""
    n_bytes = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                n_bytes += os.lstat(os.path.join(parent, name)).st_size
            except FileNotFoundError:
                continue
    return n_bytes
