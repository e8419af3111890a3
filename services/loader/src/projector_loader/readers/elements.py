"""Element types of stored tensors, and how their bytes become float32.

Source of the codes: tensorflow/core/framework/types.proto.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_NAMES_BY_CODE: Final = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    11: "qint8",
    12: "quint8",
    13: "qint32",
    14: "bfloat16",
    15: "qint16",
    16: "quint16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    20: "resource",
    21: "variant",
    22: "uint32",
    23: "uint64",
}
_STORED_AS: Final[dict[str, np.dtype[Any]]] = {
    "float16": np.dtype("<f2"),
    "float32": np.dtype("<f4"),
    "float64": np.dtype("<f8"),
    "bfloat16": np.dtype("<u2"),  # numpy has no such type: the upper half of a float32
    "int8": np.dtype("i1"),
    "int16": np.dtype("<i2"),
    "int32": np.dtype("<i4"),
    "int64": np.dtype("<i8"),
    "uint8": np.dtype("u1"),
    "uint16": np.dtype("<u2"),
    "uint32": np.dtype("<u4"),
    "uint64": np.dtype("<u8"),
    "bool": np.dtype("?"),
}


def dtype_name(code: int) -> str:
    """The name of a number of TensorFlow's ``DataType`` enum."""
    return _NAMES_BY_CODE.get(code, f"type {code}")


def is_numeric(dtype: str) -> bool:
    """Whether elements of this type are real numbers that float32 can stand for."""
    return dtype in _STORED_AS


def element_bytes(dtype: str) -> int:
    """Bytes that one stored element takes; only for numeric types."""
    return _STORED_AS[dtype].itemsize


def as_float32(stored: bytes, dtype: str, *, is_big_endian: bool = False) -> NDArray[np.float32]:
    """Stored elements of a numeric type as float32 ``(n_elements,)``; too large ones become infinite."""
    layout = _STORED_AS[dtype]
    elements = np.frombuffer(stored, layout.newbyteorder(">") if is_big_endian else layout)
    if dtype == "bfloat16":
        return (elements.astype(np.uint32) << np.uint32(16)).view(np.float32)
    with np.errstate(over="ignore"):
        return elements.astype(np.float32, copy=False)
