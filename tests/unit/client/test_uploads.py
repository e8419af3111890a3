from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from projector_client import InvalidArgument
from projector_client.uploads import PART_BYTES, chunks, open_metadata, open_path, open_tensor
from projector_contracts.loader.v1 import loader_pb2


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(3, 2),
        np.arange(6, dtype=np.float32).reshape(2, 3).T,
        np.arange(12, dtype=">f8").reshape(6, 2)[::2],
        np.arange(6, dtype=np.float16).reshape(3, 2),
        np.ones((3, 2), bool),
    ],
    ids=["float32", "columns first", "every second row, big-endian", "float16", "truth values"],
)
def test_an_array_is_sent_as_the_file_that_numpy_reads(array: Any) -> None:
    with open_tensor(array) as file:
        content = b"".join(file.parts)
    assert file.n_bytes == len(content)
    read = np.load(io.BytesIO(content), allow_pickle=False)
    np.testing.assert_array_equal(read, array)
    assert read.dtype == array.dtype


@pytest.mark.parametrize("array", [np.ones(3), np.ones((0, 2)), np.ones((2, 2), complex), np.array([["a"]])])
def test_an_array_that_is_no_embedding_is_refused_before_it_is_sent(array: Any) -> None:
    with pytest.raises(InvalidArgument, match="tensor is an array of"), open_tensor(array):
        pass


def test_columns_are_sent_as_a_table() -> None:
    columns: dict[str, list[object]] = {"word": ["a\tb\nc", '"quoted"', None], "n": [1, float("nan"), 2.5]}
    with open_metadata(columns) as file:
        content = b"".join(file.parts)
    assert content.decode() == 'word\tn\na b c\t1\n"""quoted"""\t\n\t2.5\n'
    assert file.n_bytes == len(content)


@pytest.mark.parametrize("columns", [{}, {"a": [1], "b": [1, 2]}, {"a": ["x", ""]}])
def test_columns_that_are_no_table_are_refused(columns: Any) -> None:
    with pytest.raises(InvalidArgument, match="metadata has"), open_metadata(columns):
        pass


def test_a_file_is_sent_in_parts_with_its_name_size_and_end(tmp_path: Path) -> None:
    path = tmp_path / "wörter.npy"
    path.write_bytes(bytes(PART_BYTES + 5))
    with open_path(str(path)) as file:
        header, *parts, end = chunks("id", loader_pb2.TENSOR, file)
    assert (header.header.file_name, header.header.n_bytes) == ("wörter.npy", PART_BYTES + 5)
    assert [len(part.content) for part in parts] == [PART_BYTES, 5]
    assert end.end == PART_BYTES + 5
