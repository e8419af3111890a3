"""One child process that reads files, and what is said to it and by it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Final

import structlog

from projector_chassis.errors import Conflict, from_code
from projector_loader.asset_paths import AssetPath

_ENVIRONMENT: Final = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "CUDA_VISIBLE_DEVICES": "-1",
    "HDF5_PLUGIN_PRELOAD": "::",  # no filters beyond the library's own
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
_STOP_SECONDS = 5.0
_LAST_WORDS_SECONDS = 0.5


@dataclass(frozen=True)
class Reply:
    """What a child answered: a JSON value and blocks of bytes."""

    value: Any
    blocks: tuple[bytes, ...]


@dataclass
class ReaderChild:
    """A running child.

    Attributes:
        imported: the kinds of files whose libraries it has imported.
        importing: the kind whose library it is about to, since when.
    """

    process: subprocess.Popen[bytes]
    connection: Connection
    imported: set[str] = field(default_factory=set)
    importing: tuple[str, float] | None = None

    def end(self) -> int | None:
        """End it, and tell how it ended: 0 where it had done so itself when idle."""
        self.connection.close()
        try:
            return self.process.wait(_LAST_WORDS_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
        try:
            return self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    @classmethod
    def start(cls, *, idle_seconds: float, memory_bytes: int) -> ReaderChild:
        """A new one, which ends after ``idle_seconds`` without a request, and may allocate ``memory_bytes``; 0: any."""
        ours, theirs = socket.socketpair()
        arguments = [str(theirs.fileno()), str(idle_seconds), str(memory_bytes)]
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "projector_loader.reader_child", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=os.environ | _ENVIRONMENT,
            )
        return cls(process, Connection(ours.detach()))

    def receive(self, file: AssetPath) -> Reply:
        """What it has answered about a file.

        Raises:
            PublicError: what it says of the file.
            EOFError, OSError: it has ended.
        """
        reply = json.loads(self.connection.recv_bytes())
        blocks = tuple(self.connection.recv_bytes() for _ in range(reply["n_blocks"]))
        if "fault" in reply:
            structlog.get_logger().warning("a library cannot read a file", file=file.name, cause=reply["fault"])
            raise Conflict(
                f"{file.name} is damaged or holds something that is not read: the library for such files gave it up."
                " Copy or save it again, or save the array as .npy."
            )
        if "code" in reply:
            raise from_code(reply["code"], reply["message"])
        return Reply(reply["value"], blocks)


def encoded(request: dict[str, Any], deadline_seconds: float) -> bytes:
    """A request as it is sent; a child that takes longer ends itself."""
    return json.dumps(request | {"deadline_seconds": deadline_seconds}).encode()
