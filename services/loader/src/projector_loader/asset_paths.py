"""Paths that a config or a folder names, resolved inside a root or refused.

Nothing outside a root is ever opened: a relative path with ``..``, an absolute path and a symbolic link are all judged
by where they really lead. ``~`` is an ordinary character. Messages name files relative to the data root; those of
uploads begin with the name of their root.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from projector_chassis.errors import Conflict, InvalidArgument, NotFound


@dataclass(frozen=True)
class AssetPath:
    """A place inside a root.

    Attributes:
        absolute: where it really is, symbolic links resolved. For opening only, never for messages.
        name: how messages call it: relative to the root, with ``/``, as the folder or config spells it, behind the
            root's own name where it has one.
    """

    absolute: Path
    name: str


@dataclass(frozen=True)
class FileStamp:
    """What changes when a file does.

    Attributes:
        n_bytes: its size.
        modified_ns: when it was last written, in nanoseconds.
        inode: another one when a file of the same name takes its place, even one of the same size and time.
    """

    n_bytes: int
    modified_ns: int
    inode: int


@dataclass(frozen=True)
class FileInUse:
    """A regular file, open for reading, and its stamp at that moment. Close ``stream`` after use."""

    stream: BinaryIO
    stamp: FileStamp


class DataRoot:
    """A folder below which files may be read.

    Args:
        folder: where it is.
        name: what messages call it; ``"."`` is the data root, whose files are named relative to it.
        holds_uploads: whether what lies there was uploaded.
    """

    def __init__(self, folder: Path, *, name: str = ".", holds_uploads: bool = False) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._called = name
        self.holds_uploads = holds_uploads

    @property
    def top(self) -> AssetPath:
        """The root itself."""
        return AssetPath(self._folder, self._called)

    def resolve(self, text: str, *, base: AssetPath) -> AssetPath:
        """The place that ``text`` names, as seen from the folder ``base``. It need not exist.

        Raises:
            InvalidArgument: ``text`` is empty or holds a NUL character.
            Conflict: the place lies outside the data root.
        """
        if not text or "\0" in text:
            raise InvalidArgument(f"{printable(text)!r} is no file name; write a path relative to the config's folder.")
        real = Path(os.path.realpath(base.absolute / text))
        if not real.is_relative_to(self._folder):
            raise Conflict(f'"{printable(text)}" leads out of the data root; only files below the data root are read.')
        return AssetPath(real, self._name(text, base, real))

    def child(self, folder: AssetPath, name: str) -> AssetPath:
        """The place ``name`` directly inside ``folder``, by the same rules as ``resolve``."""
        return self.resolve(name, base=folder)

    def parent(self, place: AssetPath) -> AssetPath | None:
        """The folder that holds ``place``; nothing above the data root."""
        if place.absolute == self._folder:
            return None
        return AssetPath(place.absolute.parent, str(PurePosixPath(place.name).parent))

    def _name(self, text: str, base: AssetPath, real: Path) -> str:
        """``text`` as a name below the root; where that would go through a link's target, the real place."""
        lexical = os.path.normpath(PurePosixPath(base.name).relative_to(self._called) / text)
        if os.path.isabs(text) or lexical.split("/")[0] == "..":
            lexical = real.relative_to(self._folder).as_posix()
        return printable(str(PurePosixPath(self._called, lexical)))


def printable(text: str) -> str:
    """``text`` as valid UTF-8: bytes of a file name that are not become a replacement character."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def stamp(file: AssetPath) -> FileStamp:
    """The stamp of a regular file.

    Raises:
        NotFound: there is no such file.
        Conflict: it is a folder, a device or a pipe, or cannot be looked at.
    """
    try:
        status = os.stat(file.absolute)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"{file.name} does not exist.") from error
    except OSError as error:
        raise Conflict(f"{file.name} cannot be read: {_cause(error)}.") from error
    return _stamp_of(status, file)


def open_file(file: AssetPath) -> FileInUse:
    """Open a regular file for reading.

    Raises:
        NotFound: there is no such file.
        Conflict: it is a folder, a device or a pipe, may not be read, or lies behind a link that was put there since
            its path was resolved.
    """
    stamp(file)
    try:
        # Not to wait for a writer, should the file have become a pipe since it was looked at.
        descriptor = os.open(file.absolute, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise NotFound(f"{file.name} does not exist.") from error
    except OSError as error:
        raise Conflict(f"{file.name} cannot be read: {_cause(error)}.") from error
    stream = os.fdopen(descriptor, "rb")
    try:
        if os.path.realpath(file.absolute) != str(file.absolute):
            raise Conflict(f"{file.name} was moved while it was opened; list the runs again.")
        return FileInUse(stream, _stamp_of(os.fstat(descriptor), file))
    except Conflict:
        stream.close()
        raise


def read_small_file(file: AssetPath, *, limit_bytes: int) -> bytes:
    """All bytes of a file that is expected to be small.

    Raises:
        NotFound, Conflict: as ``open_file``; Conflict also when the file is larger than ``limit_bytes``.
    """
    opened = open_file(file)
    with opened.stream:
        content = opened.stream.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise Conflict(f"{file.name} is larger than the {limit_bytes:,} bytes that are read of such a file.")
    return content


def _stamp_of(status: os.stat_result, file: AssetPath) -> FileStamp:
    if stat.S_ISDIR(status.st_mode):
        raise Conflict(f"{file.name} is a folder where a file is expected.")
    if not stat.S_ISREG(status.st_mode):
        raise Conflict(f"{file.name} is not a regular file; devices and pipes are not read.")
    return FileStamp(status.st_size, status.st_mtime_ns, status.st_ino)


def _cause(error: OSError) -> str:
    return (error.strerror or "unknown cause").lower()
