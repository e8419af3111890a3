from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from unit.loader.reading import assert_reads_as, read

from projector_chassis.errors import Conflict, PublicError
from projector_loader.readers.tsv import open_tsv


def test_numbers_come_back_to_the_last_bit(write: Any, matrix: NDArray[np.float32]) -> None:
    text = "\n".join("\t".join(repr(float(value)) for value in row) for row in matrix)

    tensor = open_tsv(write("tensors.tsv", text))

    assert_reads_as(tensor, matrix)


def test_blank_lines_line_ends_and_byte_order_mark_are_no_rows(write: Any) -> None:
    tensor = open_tsv(write("tensors.tsv", b"\xef\xbb\xbf1\t2\r\n\r\n3\t-4e-1\r\n\n"))
    np.testing.assert_array_equal(read(tensor), np.array([[1, 2], [3, -0.4]], np.float32))


def test_one_dimension_and_one_point_are_allowed(write: Any) -> None:
    assert read(open_tsv(write("column.tsv", "1\n2\n3\n"))).shape == (3, 1)
    assert read(open_tsv(write("row.tsv", "1\t2\t3\n"))).shape == (1, 3)


def test_ragged_row_is_named(write: Any) -> None:
    tensor = open_tsv(write("run/tensors.tsv", "1\t2\n3\t4\n\n5\n"))
    with pytest.raises(Conflict, match=r"^run/tensors\.tsv, line 4: 1 values, but the lines before have 2\.$"):
        read(tensor)


def test_text_in_a_cell_is_named(write: Any) -> None:
    tensor = open_tsv(write("tensors.tsv", "1\t2\n3\tfour\n"))
    with pytest.raises(Conflict, match=r"line 2, value 2: 'four' is not a number"):
        read(tensor)


def test_header_is_reported_at_once(write: Any) -> None:
    with pytest.raises(Conflict, match=r"line 1, value 1: 'x' is not a number.*without a header"):
        open_tsv(write("tensors.tsv", "x\ty\n1\t2\n"))


def test_empty_file_is_reported(write: Any) -> None:
    with pytest.raises(Conflict, match=r"^empty\.tsv holds no rows"):
        open_tsv(write("empty.tsv", "\n\n"))


def test_row_lost_since_it_was_opened_is_reported(write: Any) -> None:
    tensor = open_tsv(write("tensors.tsv", "1\t2\n3\t4\n"))
    write("tensors.tsv", "1\t2\n")
    with pytest.raises(Conflict, match="fewer than the 2 rows it had"):
        read(tensor)


@given(st.binary(max_size=120) | st.text("0123456789.e-+\t\n\r naif_#\"'", max_size=60).map(str.encode))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_whole_or_reported(write: Any, content: bytes) -> None:
    try:
        tensor = open_tsv(write("any.tsv", content))
        assert read(tensor).shape == (tensor.n_points, tensor.n_dims)
    except PublicError:
        return
