"""What a program uploads, as the bytes of files: arrays as ``.npy``, columns as a table, files as they are."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projector_client.errors import InvalidArgument
from projector_contracts.loader.v1 import loader_pb2

PART_BYTES = 2**20

Tensor = NDArray[Any] | str | os.PathLike[str]
Metadata = Mapping[str, Sequence[object]] | str | os.PathLike[str]
FilePath = str | os.PathLike[str]


@dataclass(frozen=True)
class OutgoingFile:
    """A file that can be read from its beginning, part by part.

    Attributes:
        name: as the page shows it.
        n_bytes: its size.
        parts: its bytes in order.
    """

    name: str
    n_bytes: int
    parts: Iterator[bytes]


def new_upload(
    name: str, tensor_shape: tuple[int, int] | None, thumbnail_px: tuple[int, int] | None
) -> loader_pb2.FinishUploadRequest:
    """What will end an upload, with an id that nobody else has.

    Raises:
        InvalidArgument: a value is none that a size can have.
    """
    try:
        return loader_pb2.FinishUploadRequest(
            upload_id=secrets.token_urlsafe(24), name=name, tensor_shape=tensor_shape, thumbnail_px=thumbnail_px
        )
    except (TypeError, ValueError) as error:
        message = f"tensor_shape is {tensor_shape!r} and thumbnail_px {thumbnail_px!r}, which does not fit: {error}."
        raise InvalidArgument(message) from error


@contextmanager
def open_tensor(tensor: Tensor) -> Iterator[OutgoingFile]:
    """An array ``(n_points, n_dims)`` as an ``.npy`` file, or a file as it is."""
    if isinstance(tensor, np.ndarray):
        yield _array_file(tensor)
        return
    with open_path(tensor) as file:
        yield file


@contextmanager
def open_metadata(metadata: Metadata) -> Iterator[OutgoingFile]:
    """Columns by their names as a table, or a file as it is."""
    if isinstance(metadata, Mapping):
        content = _table(metadata).encode()
        yield OutgoingFile("metadata.tsv", len(content), _in_parts(memoryview(content)))
        return
    with open_path(metadata) as file:
        yield file


@contextmanager
def open_path(path: FilePath) -> Iterator[OutgoingFile]:
    """A file of this machine."""
    with Path(path).open("rb") as stream:
        n_bytes = os.fstat(stream.fileno()).st_size
        yield OutgoingFile(Path(path).name, n_bytes, iter(lambda: stream.read(PART_BYTES), b""))


def chunks(
    upload_id: str, role: loader_pb2.UploadRole.ValueType, file: OutgoingFile
) -> Iterator[loader_pb2.UploadChunk]:
    """A file as it is streamed."""
    header = loader_pb2.UploadHeader(upload_id=upload_id, role=role, file_name=file.name, n_bytes=file.n_bytes)
    yield loader_pb2.UploadChunk(header=header)
    n_sent = 0
    for part in file.parts:
        n_sent += len(part)
        yield loader_pb2.UploadChunk(content=part)
    yield loader_pb2.UploadChunk(end=n_sent)


def _array_file(array: NDArray[Any]) -> OutgoingFile:
    if array.ndim != 2 or array.size == 0 or array.dtype.kind not in "biuf":
        raise InvalidArgument(
            f"tensor is an array of {array.dtype} of shape {array.shape}; it has to hold real numbers, one row a point."
        )
    rows = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_2_0(header, np.lib.format.header_data_from_array_1_0(rows))
    numbers = rows.view(np.uint8).reshape(-1).data

    def parts() -> Iterator[bytes]:
        yield header.getvalue()
        yield from _in_parts(numbers)

    return OutgoingFile("tensor.npy", len(header.getvalue()) + numbers.nbytes, parts())


def _table(columns: Mapping[str, Sequence[object]]) -> str:
    """A header with the names and a line for each row. What would end a cell becomes a space."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) != 1:
        raise InvalidArgument(f"metadata has to have columns of one length; it has {lengths or 'none'}.")
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    lines = ["\t".join(map(_cell, row)) for row in rows]
    if len(columns) == 1 and not lines[-1].strip():
        raise InvalidArgument(
            "metadata has a single column whose last cell is empty, which reads as the end of a list without a header;"
            " add a second column."
        )
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    text = " ".join(str(value).split("\t")).replace("\r", " ").replace("\n", " ")
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if len(text) > 2 and text[0] == text[-1] == '"' else text


def _in_parts(content: memoryview) -> Iterator[bytes]:
    return (bytes(content[start : start + PART_BYTES]) for start in range(0, len(content), PART_BYTES))
