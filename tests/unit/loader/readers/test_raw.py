from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.loader.reading import assert_reads_as

from projector_chassis.errors import Conflict
from projector_loader.model import Shape
from projector_loader.readers.raw import open_raw
from projector_loader.row_selection import ALL_ROWS, read_blocks


def test_rows_come_back_in_order(write: Any, matrix: NDArray[np.float32]) -> None:
    tensor = open_raw(write("tensors.bytes", matrix.astype("<f4").tobytes()), matrix.shape)

    assert [len(block) for block in read_blocks(tensor, ALL_ROWS, 5)] == [100, 100, 40]
    assert_reads_as(tensor, matrix)


@pytest.mark.parametrize("shape", [(), (12,), (12, 5, 1), (0, 5)])
def test_shape_has_to_be_given(write: Any, matrix: NDArray[np.float32], shape: Shape) -> None:
    with pytest.raises(Conflict, match=r"tensors\.bytes holds raw float32 numbers.*two tensor_shape values"):
        open_raw(write("tensors.bytes", matrix.tobytes()), shape)


def test_shape_that_does_not_fit_the_file_is_reported(write: Any, matrix: NDArray[np.float32]) -> None:
    file = write("tensors.bytes", matrix.tobytes()[:-4])
    with pytest.raises(Conflict, match=r"has 236 bytes, but tensor_shape 12 x 5 of float32 needs 240"):
        open_raw(file, matrix.shape)
