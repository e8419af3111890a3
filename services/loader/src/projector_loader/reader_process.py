"""The parent's side of child processes that read files with other people's libraries.

A child starts when the first file needs it and ends when it was idle for a while, so that the service starts fast,
stays small, and outlives whatever a damaged file does to a library. A request that takes too long ends its child.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import nullcontext, suppress
from dataclasses import astuple, dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Final

import structlog

from projector_chassis.errors import Conflict, Unavailable, from_code
from projector_loader.asset_paths import AssetPath, FileStamp
from projector_loader.file_cache import GaveUp

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
class _Child:
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


class _ChildGoneError(Exception):
    """The child ended before it answered; ``is_idle`` when that was its own decision, made as the request came."""

    def __init__(self, *, is_idle: bool) -> None:
        super().__init__()
        self.is_idle = is_idle


@dataclass
class ReaderProcess:
    """One child, asked by one thread at a time.

    Args:
        deadline_seconds: what a request may take.
        start_seconds: what the start of the child and the import of a library may take.
        patience_seconds: how much of that one who asks waits for.
        idle_seconds: a child that was asked for nothing for so long ends.
        memory_bytes: what the child may allocate; 0 for no limit.
    """

    deadline_seconds: float = 15.0
    start_seconds: float = 120.0
    patience_seconds: float = 15.0
    idle_seconds: float = 60.0
    memory_bytes: int = 2 * 2**30
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _child: _Child | None = field(default=None, repr=False)

    def ask(self, kind: str, method: str, file: AssetPath, stamp: FileStamp, **arguments: Any) -> Reply:
        """What the child reads of a file.

        Args:
            kind: which reader, a key of the child's table.
            method: what is asked of it.
            file: the file.
            stamp: that of the file as it was found; another one is an error.
            arguments: of the method.

        Raises:
            NotFound, Conflict: the file is gone, damaged, or took too long.
            Unavailable: too many requests wait for the child, or its library is still starting.
        """
        request = {
            "kind": kind,
            "method": method,
            "path": str(file.absolute),
            "name": file.name,
            "stamp": astuple(stamp),
            **arguments,
        }
        if not self._lock.acquire(timeout=self.deadline_seconds):
            raise Unavailable("Too many files that need other libraries are being read; try again in a moment.")
        try:
            try:
                return self._exchange(request, file)
            except _ChildGoneError as gone:
                if not gone.is_idle:
                    raise
            return self._exchange(request, file)
        except _ChildGoneError as gone:
            raise GaveUp(
                f"{file.name} cannot be read: the library for such files failed over it. It is probably damaged; copy"
                " or save it again."
            ) from gone
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._end()

    def _exchange(self, request: dict[str, Any], file: AssetPath) -> Reply:
        child = self._child
        if child is None or child.process.poll() is not None:
            self._end()
            child = self._child = self._start()
        is_new, kind = not child.imported, request["kind"]
        try:
            if kind not in child.imported or child.importing is not None:
                self._import(child, kind, file)
            return self._send(child, request, self.deadline_seconds, file)
        except (EOFError, OSError) as error:
            status = self._end()
            raise _ChildGoneError(is_idle=status == 0 and not is_new) from error

    def _import(self, child: _Child, kind: str, file: AssetPath) -> None:
        """Have a library imported, which may take longer than the peer waits: then whoever asks next waits on."""
        if child.importing is None:
            child.importing = kind, time.monotonic()
            child.connection.send_bytes(self._encoded({"kind": kind, "method": "import"}, self.start_seconds))
        pending, started = child.importing
        if child.connection.poll(self.patience_seconds):
            child.importing = None
            child.imported.add(pending)
            with nullcontext() if pending == kind else suppress(Conflict):  # of another file
                self._receive(child, file)
        elif time.monotonic() - started > self.start_seconds:
            self._end()
            raise GaveUp(f"{file.name} cannot be read: the library for such files does not start.")
        else:
            raise Unavailable(f"The library that reads {file.name} is starting; look again in a moment.")
        if kind not in child.imported:
            self._import(child, kind, file)

    def _send(self, child: _Child, request: dict[str, Any], seconds: float, file: AssetPath) -> Reply:
        """What the child answers within so many seconds."""
        child.connection.send_bytes(self._encoded(request, seconds))
        if not child.connection.poll(seconds):
            self._end()
            raise GaveUp(
                f"{file.name} takes longer than {seconds:g} seconds to read, so it was given up. It is damaged or too"
                " large; save it as .npy."
            )
        return self._receive(child, file)

    @staticmethod
    def _encoded(request: dict[str, Any], seconds: float) -> bytes:
        return json.dumps(request | {"deadline_seconds": seconds}).encode()

    @staticmethod
    def _receive(child: _Child, file: AssetPath) -> Reply:
        reply = json.loads(child.connection.recv_bytes())
        blocks = tuple(child.connection.recv_bytes() for _ in range(reply["n_blocks"]))
        if "fault" in reply:
            structlog.get_logger().warning("a library cannot read a file", file=file.name, cause=reply["fault"])
            raise Conflict(
                f"{file.name} is damaged or holds something that is not read: the library for such files gave it up."
                " Copy or save it again, or save the array as .npy."
            )
        if "code" in reply:
            raise from_code(reply["code"], reply["message"])
        return Reply(reply["value"], blocks)

    def _start(self) -> _Child:
        ours, theirs = socket.socketpair()
        arguments = [str(theirs.fileno()), str(self.idle_seconds), str(self.memory_bytes)]
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "projector_loader.reader_child", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=os.environ | _ENVIRONMENT,
            )
        return _Child(process, Connection(ours.detach()))

    def _end(self) -> int | None:
        child, self._child = self._child, None
        return None if child is None else child.end()


@dataclass(frozen=True)
class ReaderProcesses:
    """The children of a service: TensorFlow takes seconds to import and much memory, so it has one of its own."""

    arrays: ReaderProcess = field(default_factory=ReaderProcess)
    tensorflow: ReaderProcess = field(default_factory=lambda: ReaderProcess(memory_bytes=0))

    def of(self, kind: str) -> ReaderProcess:
        return self.tensorflow if kind == "tensorflow" else self.arrays

    def close(self) -> None:
        """End them all."""
        self.arrays.close()
        self.tensorflow.close()
