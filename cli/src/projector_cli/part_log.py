"""What a part prints: a file of bounded size, its last lines at hand, its warnings passed on."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

MAX_FILE_BYTES: Final = 5 * 2**20
"""At this size a log file becomes ``.log.1`` and a new one begins."""
_KEPT_LINES: Final = 200
_SHOWN_LEVELS: Final = frozenset({"warning", "error", "critical"})
_FRAME_FIELDS: Final = frozenset({"level", "event", "timestamp", "service", "exception"})
"""Fields of a structured line that say nothing about its own subject."""
_MAX_LINE_CHARS: Final = 2000


class PartLog:
    """The log of one part over all its restarts. Use it as a context manager, or ``close`` it."""

    def __init__(self, path: Path, *, on_warning: Callable[[str], None], max_file_bytes: int = MAX_FILE_BYTES) -> None:
        self._path = path
        self._on_warning = on_warning
        self._max_file_bytes = max_file_bytes
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._rest = b""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("wb")

    @property
    def path(self) -> Path:
        return self._path

    def write(self, chunk: bytes) -> None:
        """Take what was read from the part's pipe: any number of lines, the last one maybe unfinished."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._take(line)
        if len(self._rest) > self._max_file_bytes:
            self._take(self._rest)
            self._rest = b""
        self._file.flush()

    def end_of_output(self) -> None:
        """The process ended; what it printed last may lack its newline."""
        if self._rest:
            self._take(self._rest)
            self._rest = b""
            self._file.flush()

    def last_lines(self, n_lines: int) -> list[str]:
        """The newest lines as people want to read them."""
        return list(self._lines)[-n_lines:]

    def close(self) -> None:
        self._file.close()

    def _take(self, line: bytes) -> None:
        if self._file.tell() + len(line) > self._max_file_bytes:
            self._begin_new_file()
        self._file.write(line + b"\n")
        text = line.decode("utf-8", errors="replace").rstrip()
        level, message = _parsed(text)
        self._lines.extend(part[:_MAX_LINE_CHARS] for part in message.splitlines())
        if level in _SHOWN_LEVELS:
            self._on_warning(message.splitlines()[0][:_MAX_LINE_CHARS] if message else text)

    def _begin_new_file(self) -> None:
        self._file.close()
        self._path.replace(self._path.with_suffix(".log.1"))
        self._file = self._path.open("wb")


def _parsed(text: str) -> tuple[str, str]:
    """Level and message of a structured line; no level and the text itself of any other line."""
    if not text.startswith("{"):
        return "", text
    try:
        record = json.loads(text)
    except ValueError:
        return "", text
    level, message = str(record.get("level", "")), str(record.get("event", text))
    fields = [f"{name}={value}" for name, value in record.items() if name not in _FRAME_FIELDS]
    message = " ".join([message, *fields])
    if exception := record.get("exception"):
        message = f"{message}\n{exception}"
    return level, message
