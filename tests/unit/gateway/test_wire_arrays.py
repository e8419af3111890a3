"""Bulk values are little-endian whatever the machine is."""

from __future__ import annotations

import math
import struct
import sys
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_gateway.wire_arrays import read_float32, read_float64, read_uint32, write_uint32


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_row_indices_come_back(rows: list[int]) -> None:
    assert write_uint32(rows) == struct.pack(f"<{len(rows)}I", *rows)
    assert read_uint32(write_uint32(rows)).tolist() == rows


@given(st.lists(st.floats(width=32)))
def test_float32_is_read_to_the_bit(values: list[float]) -> None:
    content = struct.pack(f"<{len(values)}f", *values)
    assert read_float32(content).tobytes() == array("f", values).tobytes()


def test_float64_keeps_infinities_signs_and_missing_values() -> None:
    read = read_float64(struct.pack("<4d", -0.0, math.inf, math.nan, 5e-324)).tolist()
    assert (math.copysign(1, read[0]), read[1], math.isnan(read[2]), read[3]) == (-1, math.inf, True, 5e-324)


def test_a_big_endian_machine_swaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "byteorder", "big")
    swapped = array("I", [0x01020304])
    swapped.byteswap()
    assert read_uint32(b"\x04\x03\x02\x01").tolist() == swapped.tolist()


@pytest.mark.parametrize("row", [-1, 2**32])
def test_what_is_no_row_index_is_refused(row: int) -> None:
    with pytest.raises(OverflowError):
        write_uint32([row])
