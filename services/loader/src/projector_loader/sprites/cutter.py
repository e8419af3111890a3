"""The parent's side of the process that cuts an atlas."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from projector_chassis.errors import Unavailable, from_code
from projector_loader.file_cache import GaveUp
from projector_loader.sprites.cut_job import CutJob

_DECODED_BYTES: Final = 4
_WORKING_BYTES: Final = 2**30
"""The libraries themselves, and some chunks of cells."""
_STOP_SECONDS: Final = 5.0


def memory_for(max_pixels: int) -> int:
    """Bytes that decoding an image of so many pixels takes at most."""
    return _DECODED_BYTES * max_pixels + _WORKING_BYTES


@dataclass
class Cutter:
    """Cuts each atlas in a process of its own: its memory is free afterwards, and what a file does to the library for
    images ends there.

    Args:
        memory_bytes: what the process may allocate, see ``memory_for``.
        seconds: how long it may work.
    """

    memory_bytes: int
    seconds: float = 240.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set, repr=False)
    _is_closed: bool = field(default=False, repr=False)

    def __call__(self, job: CutJob, out: Path) -> None:
        """Do a job and write the cells to ``out``.

        Raises:
            NotFound, Conflict: the image is missing, damaged, or takes too long.
            Unavailable: it is closed.
            OSError: the cells cannot be written.
        """
        reply = self._ask(job, out)
        if "errno" in reply:
            raise OSError(reply["errno"], "the cells cannot be written")
        if "code" in reply:
            raise from_code(reply["code"], reply["message"])
        if "fault" in reply:
            structlog.get_logger().warning("a sprite cannot be cut", file=job.file.name, cause=reply["fault"])
            raise GaveUp(
                f"The sprite {job.file.name} cannot be decoded: the library for images failed over it. It is probably"
                " damaged; write it again."
            )

    def close(self) -> None:
        """End what is under way, and begin nothing more."""
        with self._lock:
            self._is_closed = True
            for process in self._running:
                process.kill()

    def _ask(self, job: CutJob, out: Path) -> dict[str, Any]:
        request = {
            "path": str(job.file.absolute),
            "name": job.file.name,
            "thumbnail": job.thumbnail,
            "n_columns": job.n_columns,
            "n_points": job.n_points,
            "out": str(out),
            "memory_bytes": self.memory_bytes,
            "seconds": self.seconds,
        }
        process = self._start()
        try:
            with process:
                return self._exchange(process, request)
        finally:
            with self._lock:
                self._running.discard(process)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "projector_loader.sprites.cut_child"]
        with self._lock:
            if self._is_closed:
                raise Unavailable("The loader is stopping; try again in a moment.")
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._running.add(process)
        return process

    def _exchange(self, process: subprocess.Popen[bytes], request: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):  # it has ended already: its answer will be missing
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        try:
            status = process.wait(self.seconds + _STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        content = process.stdout.read() if status == 0 else b""
        return json.loads(content) if content else {"fault": f"its process ended with {status}"}
