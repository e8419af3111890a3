"""Layouts as files, read back by the libraries that people read them with."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections.abc import Iterator

import numpy as np
import pyarrow.parquet as pq
import pytest
from unit.gateway.jobs.frames import coded_frame, frame_of, spec_of

from projector_gateway.jobs import downloads
from projector_gateway.jobs.downloads import Downloads, Format, Table, open_table, pieces

POINTS = np.array([[0.1, -1e-30], [np.nan, 3e38], [1 / 3, 16777216]], np.float32)


def file_of(format_: Format, spec: bytes, event: bytes) -> bytes:
    return b"".join(pieces(open_table(spec, event), format_))


def test_npy_holds_the_very_numbers() -> None:
    found = np.load(io.BytesIO(file_of("npy", spec_of(), frame_of(POINTS.tolist()))))
    assert found.dtype == np.dtype("<f4")
    np.testing.assert_array_equal(found, POINTS)


@pytest.mark.parametrize(("format_", "separator"), [("tsv", "\t"), ("csv", ",")])
def test_text_gives_the_very_numbers_back(format_: Format, separator: str) -> None:
    text = file_of(format_, spec_of([3, 5, 8]), frame_of(POINTS.tolist())).decode()
    head, *lines = text.splitlines()
    assert head.split(separator) == ["row", "x", "y"]
    cells = [line.split(separator) for line in lines]
    assert [cell[0] for cell in cells] == ["3", "5", "8"]
    np.testing.assert_array_equal(np.array([cell[1:] for cell in cells]).astype(np.float32), POINTS)


@pytest.mark.parametrize("n_rows_of_piece", [1, 2, 100])
def test_parquet_gives_the_very_numbers_back(monkeypatch: pytest.MonkeyPatch, n_rows_of_piece: int) -> None:
    monkeypatch.setattr(downloads, "ROWS_OF_PIECE", n_rows_of_piece)
    table = pq.read_table(io.BytesIO(file_of("parquet", spec_of([3, 5, 8]), frame_of(POINTS.tolist()))))
    assert [str(field.type) for field in table.schema] == ["uint32", "float", "float"]
    assert table.column("row").to_pylist() == [3, 5, 8]
    np.testing.assert_array_equal(np.column_stack([table.column("x"), table.column("y")]), POINTS)


def test_components_of_a_pca_are_named_as_such() -> None:
    text = file_of("csv", spec_of(is_pca=True), frame_of([(1, 2, 3, 4)])).decode()
    assert text == "row,pc1,pc2,pc3,pc4\n0,1,2,3,4\n"


def test_numbers_of_16_bits_become_float32_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "ROWS_OF_PIECE", 2)
    event = coded_frame([0, 65535, 1, 2, 3, 4], n_dims=2, scale=[0.5, 2], offset=[-1, 10])
    found = np.load(io.BytesIO(file_of("npy", spec_of(), event)))
    assert found.tolist() == [[-1, 131080], [-0.5, 14], [0.5, 18]]


@pytest.mark.parametrize("format_", ["npy", "tsv", "csv", "parquet"])
def test_no_piece_grows_with_the_layout(monkeypatch: pytest.MonkeyPatch, format_: Format) -> None:
    monkeypatch.setattr(downloads, "ROWS_OF_PIECE", 512)
    n_points = 100 * downloads.ROWS_OF_PIECE
    event = coded_frame(
        [40503 * code % 65536 for code in range(2 * n_points)], n_dims=2, scale=[0.1, 0.2], offset=[0, 1]
    )
    sizes = [len(piece) for piece in pieces(open_table(spec_of(), event), format_)]
    assert max(sizes) < sum(sizes) / 2


async def test_downloads_of_the_same_time_take_turns_in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    busy = threading.Lock()

    def slow(table: Table) -> Iterator[bytes]:
        for number in range(3):
            assert busy.acquire(blocking=False), "two pieces were made at once"
            time.sleep(0.005)  # as long as a piece takes
            busy.release()
            made.append(table.axes[0])
            yield b"" if number == 1 else table.axes[0].encode()

    monkeypatch.setitem(downloads._WRITERS, "npy", slow)
    shared = Downloads()
    layout = open_table(spec_of(), frame_of([(1, 2)])).layout

    async def download(name: str) -> list[bytes]:
        return [piece async for piece in shared.pieces(Table(layout, None, (name,)), "npy")]

    found = await asyncio.gather(*(download(name) for name in "abc"))
    assert found == [[b"a", b"a"], [b"b", b"b"], [b"c", b"c"]], "empty pieces are not sent"
    assert sorted(made[:3]) == ["a", "b", "c"]
