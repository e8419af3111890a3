"""The supervisor's end of the pipe to ``orphan_guard``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from projector_cli import orphan_guard

_SCRIPT = str(Path(orphan_guard.__file__))


class Guard:
    """Tells the guard process which process groups to end should the supervisor die without doing so itself."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._process = self._start()

    def note_started(self, group: int) -> None:
        self._groups.add(group)
        self._send(f"+{group}\n")

    def note_ended(self, group: int) -> None:
        self._groups.discard(group)
        self._send(f"-{group}\n")

    def close(self) -> None:
        """Let the guard end; it clears up whatever was not noted as ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=orphan_guard.GRACE_SECONDS + 5)

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode())
        except BrokenPipeError:  # somebody killed the guard: a new one learns all groups
            self._process.wait()
            self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", _SCRIPT],
            bufsize=0,  # a line left in a buffer would be lost with the supervisor
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert process.stdin is not None
        process.stdin.write("".join(f"+{group}\n" for group in sorted(self._groups)).encode())
        return process
