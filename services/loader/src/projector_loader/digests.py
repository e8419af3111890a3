"""Digests that change whenever the content of a file may have changed, found without reading it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from projector_loader.asset_paths import AssetPath, stamp

_READER_VERSION = "1"
"""Raised when the same files are read as other values."""


def files_digest(kind: str, parts: Iterable[object], files: Iterable[AssetPath]) -> str:
    """SHA-256 in lower-case hex of the parts, in order, and of the size and modification time of each file.

    Raises:
        NotFound, Conflict: a file is gone or is no regular file.
    """
    stamps = [stamp(file) for file in files]
    lines = [f"{kind} {_READER_VERSION}", *map(str, parts), *(f"{s.n_bytes} {s.modified_ns}" for s in stamps)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
