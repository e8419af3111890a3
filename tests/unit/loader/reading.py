"""What every format has to do alike: whole, in ranges and in lists, a tensor reads as it was written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

from projector_loader.row_selection import ALL_ROWS, RowList, RowRange, RowSelection, read_blocks
from projector_loader.tensors import TensorSource

fuzzing = settings(
    max_examples=150,
    deadline=timedelta(seconds=5),  # for what takes milliseconds: other programs may hold the machine
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""Settings of a test that a reader neither crashes nor hangs, whatever a file holds."""

fuzzing_in_child = settings(fuzzing, deadline=timedelta(seconds=30))
"""The same for a reader in a child process, which may have to start again."""


def read(source: TensorSource, selection: RowSelection = ALL_ROWS, n_block: int = 5) -> NDArray[np.float32]:
    """The selected rows, float32 ``(n_rows, n_dims)``."""
    return np.frombuffer(b"".join(read_blocks(source, selection, n_block)), "<f4").reshape(-1, source.n_dims)


def assert_reads_as(source: TensorSource, expected: NDArray[Any]) -> None:
    """It gives these numbers as float32: all of them, ranges at both ends and across blocks, and lists in any order."""
    values = expected.astype(np.float32)
    n_points = len(values)
    n_block = max(5, n_points // 30)
    assert (source.n_points, source.n_dims) == values.shape
    np.testing.assert_array_equal(read(source, ALL_ROWS, n_block), values)
    for first in {0, n_points // 2, n_points - 1}:
        np.testing.assert_array_equal(read(source, RowRange(first), n_block), values[first:])
        np.testing.assert_array_equal(read(source, RowRange(first, 1)), values[first : first + 1])
    rows = np.random.default_rng(n_points).integers(0, n_points, 2 * n_points).astype(np.uint32)
    np.testing.assert_array_equal(read(source, RowList(rows), n_block), values[rows])
