"""Safetensors files: eight bytes for the header's length, a JSON header, then the bytes of all tensors.

Source: the format's description in the README of huggingface/safetensors.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import replace
from typing import Final

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.cells import valid_text
from projector_loader.model import Shape, TensorName
from projector_loader.readers.contiguous import ContiguousTensor
from projector_loader.readers.elements import element_bytes, is_numeric
from projector_loader.tensors import FoundTensor, is_matrix

_MAX_HEADER_BYTES = 16 * 2**20
_MAX_RANK = 64
_MAX_NAME_CHARS = 1000
_NOTES = "__metadata__"
_DTYPES: Final = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
    "C64": "complex64",
}


def is_start(start: bytes, file_bytes: int) -> bool:
    """Whether a file begins as one of this format does."""
    return len(start) > 9 and start[8:9] == b"{" and 2 <= struct.unpack_from("<Q", start)[0] <= file_bytes - 8


def list_tensors(file: AssetPath) -> tuple[FoundTensor, ...]:
    """The tensors of a file, in the order of its header.

    Raises:
        NotFound, Conflict: the file is gone or damaged.
    """
    opened = open_file(file)
    file_bytes = opened.stamp.n_bytes
    with opened.stream as stream:
        length = stream.read(8)
        n_header = struct.unpack("<Q", length)[0] if len(length) == 8 else 0
        if n_header > _MAX_HEADER_BYTES:
            raise _damaged(file, f"its header would have {n_header:,} bytes; at most {_MAX_HEADER_BYTES:,} are read")
        if n_header < 2 or n_header > file_bytes - 8:
            raise _damaged(file, "it was cut short within its header")
        header = stream.read(n_header)
    try:
        entries = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise _damaged(file, "its header is not JSON") from error
    if not isinstance(entries, dict):
        raise _damaged(file, "its header names no tensors")
    start = 8 + n_header
    return tuple(_tensor(file, name, entry, start, file_bytes) for name, entry in entries.items() if name != _NOTES)


def _tensor(file: AssetPath, name: str, entry: object, start: int, file_bytes: int) -> FoundTensor:
    fields = entry if isinstance(entry, dict) else {}
    shown = valid_text(name[:_MAX_NAME_CHARS])
    stored_type, shape, offsets = fields.get("dtype"), _sizes(fields.get("shape")), _sizes(fields.get("data_offsets"))
    if not isinstance(stored_type, str) or shape is None or offsets is None or len(offsets) != 2:
        raise _damaged(file, f'its header does not say what "{shown}" is')
    dtype = _DTYPES.get(stored_type, valid_text(stored_type[:_MAX_NAME_CHARS]))
    found = FoundTensor(TensorName(shown), shape, dtype, None)
    if not is_numeric(dtype):
        return found
    first, stop = offsets
    n_needed = math.prod(shape) * element_bytes(dtype)
    if stop - first != n_needed:
        raise _damaged(file, f'"{shown}" has {stop - first:,} bytes, but its shape needs {n_needed:,}')
    if start + stop > file_bytes:
        damage = f"{file.name} was cut short: it has {file_bytes:,} bytes, but the tensor ends at {start + stop:,}."
        return replace(found, damage=damage)
    if not is_matrix(dtype, shape):
        return found
    n_points, n_dims = shape
    return replace(found, source=ContiguousTensor(file, start + first, n_points, n_dims, dtype))


def _sizes(value: object) -> Shape | None:
    """A list of sizes or places; None where it is none."""
    if not isinstance(value, list) or len(value) > _MAX_RANK:
        return None
    return tuple(value) if all(type(size) is int and 0 <= size < 2**63 for size in value) else None


def _damaged(file: AssetPath, cause: str) -> Conflict:
    return Conflict(f"{file.name} is damaged: {cause}. Copy or save it again.")
