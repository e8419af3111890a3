"""Bulk values as they travel in protobuf ``bytes`` fields: little-endian, without numpy."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable


def read_uint32(content: bytes) -> array[int]:
    """Numbers from uint32 little-endian."""
    values = array("I", content)
    _swap_where_big_endian(values)
    return values


def write_uint32(values: Iterable[int]) -> bytes:
    """Numbers as uint32 little-endian."""
    packed = array("I", values)
    _swap_where_big_endian(packed)
    return packed.tobytes()


def write_int32(values: Iterable[int]) -> bytes:
    """Numbers as int32 little-endian."""
    packed = array("i", values)
    _swap_where_big_endian(packed)
    return packed.tobytes()


def read_float32(content: bytes) -> array[float]:
    """Numbers from IEEE 754 float32 little-endian."""
    values = array("f", content)
    _swap_where_big_endian(values)
    return values


def read_float64(content: bytes) -> array[float]:
    """Numbers from IEEE 754 float64 little-endian."""
    values = array("d", content)
    _swap_where_big_endian(values)
    return values


def _swap_where_big_endian(values: array[int] | array[float]) -> None:
    if sys.byteorder == "big":
        values.byteswap()
