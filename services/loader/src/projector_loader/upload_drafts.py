"""Uploads whose files are still arriving: each in a folder of its own, hidden from whoever searches for runs."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from projector_chassis.errors import Conflict, InvalidArgument, NotFound, TooLarge
from projector_loader.model import UploadHeader, UploadId, UploadRole
from projector_loader.upload_names import check_upload_id, shown_file_name, stored_file_name
from projector_loader.upload_space import Take, UploadSpace

FOLDER: Final = ".drafts"
STALE_SECONDS: Final = 3600.0
"""A draft to which nothing was written for so long is given up."""


@dataclass(frozen=True)
class DraftFile:
    """A file that has arrived: what it is called in its folder, and by the person who brought it."""

    stored_name: str
    given_name: str


class Drafts:
    """Receives files.

    Args:
        root: the folder of uploads; drafts lie in one below it.
        space: of that folder.
        max_file_bytes: larger files are refused.
    """

    def __init__(self, root: Path, space: UploadSpace, *, max_file_bytes: int) -> None:
        self._folder = root / FOLDER
        self._space = space
        self._max_file_bytes = max_file_bytes
        self._lock = threading.Lock()
        self._in_use: set[str] = set()

    def receive(self, header: UploadHeader, parts: Iterator[bytes]) -> int:
        """Store one file in place of an earlier one of the same role; how many bytes it has.

        Raises:
            InvalidArgument: the id or the kind of file is refused, or fewer or more bytes come than were announced.
            TooLarge: the file, or all uploads together, would be too large.
            Conflict: another file of the same upload is arriving.
            Whatever ``parts`` raises; nothing of the file is left then.
        """
        stored_name = stored_file_name(header.role, header.file_name)
        self._check_size(header, header.n_bytes)
        with self.held(header.upload_id) as folder:
            if not folder.exists():
                self.sweep()
            with self._space.growing() as take:
                return self._receive(folder, stored_name, header, parts, take)

    def _receive(self, folder: Path, stored_name: str, header: UploadHeader, parts: Iterator[bytes], take: Take) -> int:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f".{header.role.value}.part"
        try:
            n_bytes = self._write(part, header, parts, take)
            for earlier in _files_of(folder, header.role):
                earlier.unlink()
            _given_name_file(folder, header.role).write_text(shown_file_name(header.file_name), "utf-8")
            part.rename(folder / stored_name)
            sync_folder(folder)
        finally:
            part.unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()  # where it holds nothing else
        return n_bytes

    @contextmanager
    def held(self, upload_id: UploadId) -> Iterator[Path]:
        """The folder of a draft, which need not exist, for this thread alone while the block runs.

        Raises:
            InvalidArgument: it is no id.
            Conflict: another thread has it.
        """
        check_upload_id(upload_id)
        with self._lock:
            if upload_id in self._in_use:
                raise Conflict(f"Something of the upload {upload_id} is still arriving; wait until it has.")
            self._in_use.add(upload_id)
        try:
            yield self._folder / upload_id
        finally:
            with self._lock:
                self._in_use.discard(upload_id)

    def discard(self, upload_id: UploadId) -> None:
        """Delete what has arrived of an upload.

        Raises:
            NotFound: nothing has.
            InvalidArgument, Conflict: as ``held``.
        """
        with self.held(upload_id) as folder:
            if not folder.is_dir():
                raise NotFound(f'There is no upload "{upload_id}" (any more).')
            shutil.rmtree(folder)

    def put_away(self, run_folder: Path) -> None:
        """Delete the folder of a run: at once for whoever searches, then file by file.

        Raises:
            NotFound: somebody else has just done so.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        away = self._folder / f"deleted {time.time_ns()}"
        try:
            run_folder.rename(away)
        except FileNotFoundError as error:
            raise NotFound("The upload has just been deleted by somebody else.") from error
        shutil.rmtree(away)

    def sweep(self) -> None:
        """Delete drafts to which nothing was written for an hour, and what an ended process left of others."""
        if not self._folder.is_dir():
            return
        for folder in tuple(self._folder.iterdir()):
            with self._lock:
                if folder.name in self._in_use or time.time() - _written_at_seconds(folder) < STALE_SECONDS:
                    continue
                self._in_use.add(folder.name)
            try:
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                with self._lock:
                    self._in_use.discard(folder.name)

    def _write(self, path: Path, header: UploadHeader, parts: Iterator[bytes], take: Take) -> int:
        n_bytes = 0
        with path.open("wb") as file:
            for part in parts:
                n_bytes += len(part)
                self._check_size(header, n_bytes)
                take(len(part))
                file.write(part)
            _check_whole(header, n_bytes)
            file.flush()
            os.fsync(file.fileno())
        return n_bytes

    def _check_size(self, header: UploadHeader, n_bytes: int) -> None:
        if n_bytes > self._max_file_bytes:
            name = shown_file_name(header.file_name)
            raise TooLarge(f"{name} is too large: an uploaded file may have {self._max_file_bytes:,} bytes at most.")


def draft_files(folder: Path) -> dict[UploadRole, DraftFile]:
    """The files of a draft that have arrived as a whole."""
    found: dict[UploadRole, DraftFile] = {}
    for role in UploadRole:
        for file in _files_of(folder, role):
            given = _given_name_file(folder, role)
            found[role] = DraftFile(file.name, given.read_text("utf-8") if given.exists() else file.name)
    return found


def forget_given_names(folder: Path) -> None:
    """Leave nothing but the files themselves in a draft."""
    for role in UploadRole:
        _given_name_file(folder, role).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the disk remember which files a folder holds, as ``fsync`` does for what is in them."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files_of(folder: Path, role: UploadRole) -> list[Path]:
    return [file for file in folder.iterdir() if file.stem == role.value]


def _given_name_file(folder: Path, role: UploadRole) -> Path:
    return folder / f".{role.value}.name"


def _check_whole(header: UploadHeader, n_bytes: int) -> None:
    name = shown_file_name(header.file_name)
    if n_bytes == 0:
        raise InvalidArgument(f"{name} is empty.")
    if header.n_bytes not in (0, n_bytes):
        raise InvalidArgument(
            f"{name} was announced with {header.n_bytes:,} bytes, but {n_bytes:,} came; send it again."
        )


def _written_at_seconds(folder: Path) -> float:
    """When something of a draft was last written; the distant past where it is gone."""
    try:
        return max(entry.stat().st_mtime for entry in (folder, *folder.iterdir()))
    except OSError:
        return 0.0
