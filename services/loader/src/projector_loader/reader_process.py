"""The parent's side of child processes that read files with other people's libraries.

A child starts when the first file needs it and ends when it was idle for a while, so that the service starts fast,
stays small, and outlives whatever a damaged file does to a library. A request that takes too long ends its child; one
whose answer may come later is left to its child for that time, while another child serves everybody else.
"""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext, suppress
from dataclasses import astuple, dataclass, field, replace
from typing import Any

from projector_chassis.errors import Conflict, Unavailable
from projector_loader.asset_paths import AssetPath, FileStamp
from projector_loader.file_cache import GaveUp
from projector_loader.reader_link import ReaderChild, Reply, encoded


@dataclass(frozen=True)
class _Late:
    """A child that is given more time for one answer, until a time of the monotonic clock."""

    child: ReaderChild
    request: bytes
    until: float


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
        look_seconds: how long one who asks waits for an answer that may come later; of these, one is under way at most.
        idle_seconds: a child that was asked for nothing for so long ends.
        memory_bytes: what the child may allocate; 0 for no limit.
    """

    deadline_seconds: float = 15.0
    start_seconds: float = 120.0
    patience_seconds: float = 15.0
    look_seconds: float = 2.5
    idle_seconds: float = 60.0
    memory_bytes: int = 2 * 2**30
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _child: ReaderChild | None = field(default=None, repr=False)
    _late: _Late | None = field(default=None, repr=False)

    def ask(
        self,
        kind: str,
        method: str,
        file: AssetPath,
        stamp: FileStamp,
        *,
        may_come_later: bool = False,
        **arguments: Any,
    ) -> Reply:
        """What the child reads of a file.

        Args:
            kind: which reader, a key of the child's table.
            method: what is asked of it.
            file: the file.
            stamp: that of the file as it was found; another one is an error.
            may_come_later: not to wait for long; asking the same again gives the answer once it is there.
            arguments: of the method.

        Raises:
            NotFound, Conflict: the file is gone, damaged, or took too long.
            Unavailable: too many requests wait for the child, its library is still starting, or the answer comes later.
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
                return self._exchange(request, file, may_come_later=may_come_later)
            except _ChildGoneError as gone:
                if not gone.is_idle:
                    raise
            return self._exchange(request, file, may_come_later=may_come_later)
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
            self._end_late()

    def _exchange(self, request: dict[str, Any], file: AssetPath, *, may_come_later: bool) -> Reply:
        content = encoded(request, self.deadline_seconds)
        if self._late is not None and self._late.request == content:
            return self._late_reply(self._late, file)
        child = self._child
        if child is None or child.process.poll() is not None:
            self._end()
            child = self._child = ReaderChild.start(idle_seconds=self.idle_seconds, memory_bytes=self.memory_bytes)
        is_new, kind = not child.imported, request["kind"]
        try:
            if kind not in child.imported or child.importing is not None:
                self._import(child, kind, file)
            return self._send(child, content, file, may_come_later=may_come_later)
        except (EOFError, OSError) as error:
            status = self._end()
            raise _ChildGoneError(is_idle=status == 0 and not is_new) from error

    def _import(self, child: ReaderChild, kind: str, file: AssetPath) -> None:
        """Have a library imported, which may take longer than the peer waits: then whoever asks next waits on."""
        if child.importing is None:
            child.importing = kind, time.monotonic()
            child.connection.send_bytes(encoded({"kind": kind, "method": "import"}, self.start_seconds))
        pending, started = child.importing
        if child.connection.poll(self.patience_seconds):
            child.importing = None
            child.imported.add(pending)
            with nullcontext() if pending == kind else suppress(Conflict):  # of another file
                child.receive(file)
        elif time.monotonic() - started > self.start_seconds:
            self._end()
            raise GaveUp(f"{file.name} cannot be read: the library for such files does not start.")
        else:
            raise Unavailable(f"The library that reads {file.name} is starting; look again in a moment.")
        if kind not in child.imported:
            self._import(child, kind, file)

    def _send(self, child: ReaderChild, content: bytes, file: AssetPath, *, may_come_later: bool) -> Reply:
        """What the child answers in time."""
        child.connection.send_bytes(content)
        if may_come_later and self.look_seconds < self.deadline_seconds and self._has_room_for_late():
            if not child.connection.poll(self.look_seconds):
                until = time.monotonic() + self.deadline_seconds - self.look_seconds
                self._late, self._child = _Late(child, content, until), None
                raise _comes_later(file)
        elif not child.connection.poll(self.deadline_seconds):
            self._end()
            raise self._given_up(file)
        return child.receive(file)

    def _has_room_for_late(self) -> bool:
        """Whether no late answer is under way; one that nobody has asked for again makes room when its time is over."""
        if self._late is not None and time.monotonic() >= self._late.until:
            self._end_late()
        return self._late is None

    def _late_reply(self, late: _Late, file: AssetPath) -> Reply:
        """The answer that a child was given more time for."""
        is_there = late.child.connection.poll(0)
        if not is_there and time.monotonic() < late.until:
            raise _comes_later(file)
        try:
            if not is_there:
                raise self._given_up(file)
            return late.child.receive(file)
        except (EOFError, OSError) as error:
            raise _ChildGoneError(is_idle=False) from error
        finally:
            self._end_late()

    def _given_up(self, file: AssetPath) -> GaveUp:
        return GaveUp(
            f"{file.name} takes longer than {self.deadline_seconds:g} seconds to read, so it was given up. It is"
            " damaged or too large; save it as .npy."
        )

    def _end(self) -> int | None:
        child, self._child = self._child, None
        return None if child is None else child.end()

    def _end_late(self) -> None:
        late, self._late = self._late, None
        if late is not None:
            late.child.end()


def _comes_later(file: AssetPath) -> Unavailable:
    return Unavailable(f"{file.name} is still being examined; look again in a moment.")


@dataclass(frozen=True)
class ReaderProcesses:
    """The children of a service: TensorFlow takes seconds to import and much memory, so it has one of its own.

    ``waits`` tells whether who lists a file waits until it is read, however long that takes.
    """

    arrays: ReaderProcess = field(default_factory=ReaderProcess)
    tensorflow: ReaderProcess = field(default_factory=lambda: ReaderProcess(memory_bytes=0))
    waits: bool = False

    def of(self, kind: str) -> ReaderProcess:
        return self.tensorflow if kind == "tensorflow" else self.arrays

    def waiting(self) -> ReaderProcesses:
        """The same children for one who waits."""
        return replace(self, waits=True)

    def close(self) -> None:
        """End them all."""
        self.arrays.close()
        self.tensorflow.close()
