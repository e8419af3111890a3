"""NumPy's ``.npy`` files: a header that describes one array, then its bytes. Never unpickled.

Source: the format's definition, NEP 1 and the module ``numpy.lib.format``.
"""

from __future__ import annotations

import ast
import math
import re
import struct
from dataclasses import dataclass

import numpy as np

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.model import Shape, TensorName
from projector_loader.readers.contiguous import ColumnMajorTensor, ContiguousTensor
from projector_loader.readers.elements import element_bytes, is_numeric
from projector_loader.tensors import FoundTensor, is_matrix

MAGIC = b"\x93NUMPY"
MAX_HEADER_BYTES = 2**16

_MAX_RANK = 64  # numpy's own limit
_DESCRIPTION = re.compile(r"([<>|=]?)([?a-zA-Z])(\d*)(\[\w{1,9}\])?")
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}
_OTHER_KINDS = {"b": "bool", "?": "bool", "U": "string", "S": "string", "O": "object"}
_LONG_OF_PYTHON_2 = re.compile(r"(\d)L\b")
OBJECTS = "It holds Python objects, which only unpickling could read; save it as an array of numbers."


class DamagedHeaderError(Exception):
    """The bytes are no header of an array; the text says what is wrong, without the file's name."""


@dataclass(frozen=True)
class NpyHeader:
    """What the header of an array says.

    Attributes:
        dtype: name of the element type; of texts, Python objects and records a word that is no numeric type.
        description: NumPy's own name of the element type.
        item_bytes: bytes of one element.
        n_bytes: bytes of the header itself: the elements follow it.
    """

    shape: Shape
    dtype: str
    description: str
    item_bytes: int
    is_big_endian: bool
    is_column_major: bool
    n_bytes: int

    @property
    def needed_bytes(self) -> int:
        """Bytes of header and elements together."""
        return self.n_bytes + math.prod(self.shape) * self.item_bytes

    @property
    def numpy_dtype(self) -> np.dtype[np.generic]:
        """NumPy's element type of numbers, texts and dates."""
        return np.dtype(self.description)


def parse_header(start: bytes) -> NpyHeader:
    """Read a header from the first bytes of a file; ``MAX_HEADER_BYTES`` are enough.

    Raises:
        DamagedHeaderError: it is none, or it is cut.
    """
    if start[: len(MAGIC)] != MAGIC or len(start) < 12:
        raise DamagedHeaderError("it does not begin as a NumPy array does")
    version, n_size = start[6], 2 if start[6] == 1 else 4
    if version not in (1, 2, 3):
        raise DamagedHeaderError(f"it is of version {version} of the format; 1 to 3 are known")
    (n_text,) = struct.unpack_from("<H" if n_size == 2 else "<I", start, 8)
    end = 8 + n_size + n_text
    if end > MAX_HEADER_BYTES:
        raise DamagedHeaderError(f"its header has {n_text:,} bytes; at most {MAX_HEADER_BYTES:,} are read")
    if len(start) < end:
        raise DamagedHeaderError("its header is cut short")
    try:
        text = start[8 + n_size : end].decode("utf-8" if version == 3 else "latin-1")
        fields = ast.literal_eval(_LONG_OF_PYTHON_2.sub(r"\1", text).strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise DamagedHeaderError("its header is no description of an array") from error
    return _from_fields(fields, end)


def _from_fields(fields: object, n_bytes: int) -> NpyHeader:
    if not isinstance(fields, dict) or not {"descr", "fortran_order", "shape"} <= fields.keys():
        raise DamagedHeaderError("its header is no description of an array")
    shape = fields["shape"]
    if (
        not isinstance(shape, tuple)
        or len(shape) > _MAX_RANK
        or not all(type(size) is int and 0 <= size < 2**63 for size in shape)
    ):
        raise DamagedHeaderError("the shape in its header is none")
    description = fields["descr"]
    dtype, item_bytes, is_big_endian = _element_type(description)
    return NpyHeader(
        shape=shape,
        dtype=dtype,
        description=description if isinstance(description, str) else "",
        item_bytes=item_bytes,
        is_big_endian=is_big_endian,
        is_column_major=bool(fields["fortran_order"]),
        n_bytes=n_bytes,
    )


def _element_type(description: object) -> tuple[str, int, bool]:
    """Name, bytes of an element, and whether its bytes are in big-endian order."""
    if not isinstance(description, str):
        return "record", 0, False
    match = _DESCRIPTION.fullmatch(description)
    if match is None or len(match[3]) > 9:
        raise DamagedHeaderError(f"the element type in its header is none: {description[:40]!r}")
    kind, size = match[2], int(match[3] or 1)
    name = _OTHER_KINDS.get(kind) or (f"{_KINDS[kind]}{8 * size}" if kind in _KINDS else description)
    if is_numeric(name) and size != element_bytes(name):
        raise DamagedHeaderError(f"the element type in its header is none: {description[:40]!r}")
    if kind == "M" and match[4]:
        name, size = "datetime", 8
    return name, 4 * size if kind == "U" else size, match[1] == ">"


def list_tensors(file: AssetPath) -> tuple[FoundTensor, ...]:
    """The one array of a file.

    Raises:
        NotFound, Conflict: the file is gone or damaged.
    """
    opened = open_file(file)
    with opened.stream as stream:
        try:
            header = parse_header(stream.read(MAX_HEADER_BYTES))
        except DamagedHeaderError as error:
            raise Conflict(f"{file.name} is damaged: {error}. Copy or save it again.") from error
    if header.dtype == "object":
        return (FoundTensor(TensorName(""), header.shape, header.dtype, None, refusal=OBJECTS),)
    if header.dtype != "record" and header.needed_bytes > opened.stamp.n_bytes:
        raise Conflict(
            f"{file.name} was cut short: it has {opened.stamp.n_bytes:,} bytes, but its header tells of"
            f" {header.needed_bytes:,}. Copy or save it again."
        )
    return (stored_array(file, TensorName(""), header, 0),)


def stored_array(file: AssetPath, name: TensorName, header: NpyHeader, offset: int) -> FoundTensor:
    """The array whose header lies uncompressed at byte ``offset`` of a file, which is long enough for it."""
    if not is_matrix(header.dtype, header.shape):
        return FoundTensor(name, header.shape, header.dtype, None)
    start, (n_points, n_dims) = offset + header.n_bytes, header.shape
    source = (
        ColumnMajorTensor(file, start, n_points, n_dims, header.dtype, header.is_big_endian)
        if header.is_column_major
        else ContiguousTensor(file, start, n_points, n_dims, header.dtype, is_big_endian=header.is_big_endian)
    )
    return FoundTensor(name, header.shape, header.dtype, source)
