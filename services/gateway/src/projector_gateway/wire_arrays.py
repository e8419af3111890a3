"""Bulk values as they travel in protobuf ``bytes`` fields: little-endian, without numpy."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable


def read_uint16(content: bytes) -> array[int]:
    """Numbers from uint16 little-endian."""
    values = array("H", content)
    _swap_where_big_endian(values)
    return values


def read_uint32(content: bytes) -> array[int]:
    """Numbers from uint32 little-endian."""
    values = array("I", content)
    _swap_where_big_endian(values)
    return values


def write_uint32(values: Iterable[int]) -> bytes:
    """Numbers as uint32 little-endian."""
    return _written(array("I", values))


def write_uint64(values: Iterable[int]) -> bytes:
    """Numbers as uint64 little-endian."""
    return _written(array("Q", values))


def write_float32(values: array[float]) -> bytes:
    """float32 numbers as IEEE 754 little-endian."""
    return _written(array("f", values))


def write_float64(values: Iterable[float]) -> bytes:
    """Numbers as IEEE 754 float64 little-endian."""
    return _written(array("d", values))


def write_int32(values: Iterable[int]) -> bytes:
    """Numbers as int32 little-endian."""
    return _written(array("i", values))


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


def _written(values: array[int] | array[float]) -> bytes:
    _swap_where_big_endian(values)
    return values.tobytes()


def _swap_where_big_endian(values: array[int] | array[float]) -> None:
    if sys.byteorder == "big":
        values.byteswap()
