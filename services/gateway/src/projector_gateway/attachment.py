"""Answers that are files to take away."""

from __future__ import annotations

import re
from urllib.parse import quote

_UNSAFE_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def attachment(file_name: str) -> str:
    """A Content-Disposition that proposes a file name: plain for old programs, in full for all others (RFC 6266)."""
    safe = _UNSAFE_IN_FILE_NAMES.sub("_", file_name).lstrip(".") or "download"
    plain = safe.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
