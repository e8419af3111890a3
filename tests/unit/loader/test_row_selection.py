from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_chassis.errors import InvalidArgument
from projector_loader import row_selection
from projector_loader.asset_paths import AssetPath
from projector_loader.row_selection import RowList, RowRange, count_rows, read_blocks
from projector_loader.tensors import ReadRows


@dataclass
class CountingTensor:
    """Row i holds i, and every read is noted."""

    n_points: int = 100_000
    n_dims: int = 2
    dtype: str = "float32"
    files: tuple[AssetPath, ...] = ()
    reads: list[tuple[int, int]] = field(default_factory=list)

    def digest(self) -> str:
        return ""

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        def read(first: int, n_rows: int) -> bytes:
            assert n_rows > 0
            assert 0 <= first <= first + n_rows <= self.n_points
            self.reads.append((first, n_rows))
            return np.repeat(np.arange(first, first + n_rows, dtype="<f4"), self.n_dims).tobytes()

        yield read


def listed(*rows: int) -> RowList:
    return RowList(np.array(rows, np.uint32))


def firsts(tensor: CountingTensor, blocks: Iterator[bytes]) -> list[int]:
    values = np.frombuffer(b"".join(blocks), "<f4").reshape(-1, tensor.n_dims)
    assert (values == values[:, :1]).all()
    return [int(value) for value in values[:, 0]]


@given(st.lists(st.integers(0, 99_999), max_size=40), st.integers(1, 7))
def test_list_comes_in_its_own_order_with_its_repeats(rows: list[int], n_block: int) -> None:
    tensor = CountingTensor()
    blocks = list(read_blocks(tensor, listed(*rows), n_block))
    assert firsts(tensor, iter(blocks)) == rows
    assert all(len(block) == 8 * n_block for block in blocks[:-1])


def test_list_is_read_in_the_order_of_the_file_and_near_rows_together() -> None:
    tensor = CountingTensor()
    list(read_blocks(tensor, listed(90_000, 5, 7, 6, 90_001, 5), 1000))
    assert tensor.reads == [(5, 3), (90_000, 2)]


def test_long_list_is_put_in_order_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_selection, "_GATHERED_BYTES", 8 * 10)
    tensor = CountingTensor()
    rows = list(range(0, 100_000, 4_000))
    assert firsts(tensor, read_blocks(tensor, listed(*reversed(rows)), 4)) == rows[::-1]
    assert [first for first, _ in tensor.reads[:10]] == rows[-10:]


def test_range_without_a_number_goes_to_the_end() -> None:
    tensor = CountingTensor(n_points=10)
    assert firsts(tensor, read_blocks(tensor, RowRange(7), 2)) == [7, 8, 9]
    assert firsts(tensor, read_blocks(tensor, RowRange(2, 3), 2)) == [2, 3, 4]
    assert count_rows(RowRange(10), 10) == 0


@pytest.mark.parametrize("selection", [RowRange(11), RowRange(5, 6), RowRange(2**64 - 1, 2**64 - 1)])
def test_range_beyond_the_embedding_is_refused(selection: RowRange) -> None:
    with pytest.raises(InvalidArgument, match="beyond the 10 rows"):
        count_rows(selection, 10)


def test_list_beyond_the_embedding_or_the_limit_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="Row 10 is listed, but the embedding has 10 rows"):
        count_rows(listed(3, 10), 10)
    with pytest.raises(InvalidArgument, match="1,000,001 rows are listed; at most 1,000,000"):
        count_rows(RowList(np.zeros(1_000_001, np.uint32)), 10)
    assert count_rows(listed(), 10) == 0
