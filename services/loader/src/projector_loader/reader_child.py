"""The child process in which libraries for foreign formats run: ``python -m projector_loader.reader_child FD``.

It reads what its parent asks for over the socket ``FD`` and ends when the parent does, when nothing was asked for a
while, or when one request takes too long. A library that crashes or hangs on a damaged file takes nothing else along.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import resource
import sys
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, astuple
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from projector_chassis.errors import Conflict, PublicError
from projector_loader.asset_paths import AssetPath, open_file, stamp
from projector_loader.foreign_file import ForeignFile

_OPENERS: Final = {
    "hdf5": "projector_loader.readers.hdf5",
    "anndata": "projector_loader.readers.anndata",
    "keras": "projector_loader.readers.keras_archive",
    "parquet": "projector_loader.readers.parquet",
    "arrow": "projector_loader.readers.arrow_ipc",
    "tensorflow": "projector_loader.readers.tensorflow_checkpoint",
}
"""Modules whose ``open_foreign`` opens a file; imported when the first file of theirs is."""

_N_OPEN_FILES = 8
_GRACE_SECONDS = 5


class OpenFiles:
    """The files asked for last, kept open while they are the same."""

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[Any, ...], ForeignFile] = OrderedDict()

    def get(self, kind: str, file: AssetPath, wanted: list[int]) -> ForeignFile:
        """The file, if it still is the one with the stamp ``wanted``."""
        key = (kind, file, *wanted)
        if list(astuple(stamp(file))) != wanted:
            raise _changed(file)
        if key not in self._files:
            while len(self._files) >= _N_OPEN_FILES:
                self._files.popitem(last=False)[1].close()
            opened = open_file(file)
            open_foreign: Callable[..., ForeignFile] = importlib.import_module(_OPENERS[kind]).open_foreign
            try:
                if list(astuple(opened.stamp)) != wanted:
                    raise _changed(file)
                self._files[key] = open_foreign(file, opened)
            except BaseException:
                opened.stream.close()
                raise
        self._files.move_to_end(key)
        return self._files[key]

    def drop(self) -> None:
        """Forget all files: one whose library failed may be in any state."""
        self._files.clear()


def _changed(file: AssetPath) -> Conflict:
    return Conflict(f"{file.name} has changed since it was opened; open it again.")


def answer(files: OpenFiles, request: dict[str, Any]) -> tuple[Any, list[bytes]]:
    """The JSON value and the blocks of bytes that a request asks for."""
    if request["method"] == "import":
        importlib.import_module(_OPENERS[request["kind"]])
        return None, []
    file = files.get(request["kind"], AssetPath(Path(request["path"]), request["name"]), request["stamp"])
    method, tensor = request["method"], request.get("tensor", "")
    if method == "tensors":
        return [asdict(each) for each in file.tensors()], []
    if method == "rows":
        return None, [file.read_rows(tensor, request["first"], request["n_rows"])]
    if method == "column_names":
        return list(file.column_names(tensor)), []
    cells = [cell.encode("utf-8", "replace") for cell in file.read_cells(tensor, request["column"])]
    return [len(cell) for cell in cells], [b"".join(cells)]


def serve(connection: Connection, *, idle_seconds: float) -> None:
    """Answer requests until the parent is gone or has asked for nothing for so long."""
    files = OpenFiles()
    while connection.poll(idle_seconds):
        try:
            request = json.loads(connection.recv_bytes())
        except EOFError:
            return
        # Should the library hang while it holds the interpreter, this still ends the process.
        faulthandler.dump_traceback_later(request["deadline_seconds"] + _GRACE_SECONDS, exit=True)
        blocks: list[bytes] = []
        try:
            value, blocks = answer(files, request)
            reply: dict[str, Any] = {"value": value}
        except PublicError as error:
            reply = {"code": error.code, "message": error.message}
        except Exception as error:
            files.drop()
            reply = {"fault": f"{type(error).__name__}: {error}"}
        faulthandler.cancel_dump_traceback_later()
        connection.send_bytes(json.dumps(reply | {"n_blocks": len(blocks)}).encode())
        for block in blocks:
            connection.send_bytes(block)


def main() -> None:
    descriptor, idle_seconds, memory_bytes = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_bytes:
        # What a file makes its library allocate; mapped files do not count.
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    with suppress(BrokenPipeError, ConnectionResetError):  # the parent is gone
        serve(Connection(descriptor), idle_seconds=idle_seconds)
    os._exit(0)  # without the libraries' own clean-up, which has nothing to save and may take long


if __name__ == "__main__":
    main()
