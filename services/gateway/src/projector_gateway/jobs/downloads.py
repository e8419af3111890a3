"""A layout as a file to take away, in pieces of bounded size. No numpy; pyarrow only where Parquet is asked for."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from projector_contracts.compute.v1 import job_pb2
from projector_gateway.layouts import FrameLayout, open_layout
from projector_gateway.waiting_room import WaitingRoom
from projector_gateway.wire_arrays import read_uint32, write_float32

Format = Literal["npy", "tsv", "csv", "parquet"]
ROWS_OF_PIECE = 4_096
"""About two milliseconds of work."""
_AXES = ("x", "y", "z")
_NPY_ALIGNMENT = 64


@dataclass(frozen=True)
class Table:
    """A layout with names: the row of the embedding, then one column a dimension.

    Attributes:
        rows: of the embedding, one a point; None: all of them.
    """

    layout: FrameLayout
    rows: Sequence[int] | None
    axes: tuple[str, ...]

    def rows_between(self, start: int, stop: int) -> Sequence[int]:
        """Rows of the embedding of some points."""
        return range(start, stop) if self.rows is None else self.rows[start:stop]


class Downloads:
    """Makes files piece by piece in a thread, one at a time however many are asked for.

    Each thread that is busy in the interpreter may keep the event loop waiting for five milliseconds whenever that
    wants to go on; together they would make no more pieces than one.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = WaitingRoom("files", of_one=4, of_all=32)

    def place(self, person_id: str) -> AbstractContextManager[None]:
        """One download's place, however slowly it is taken: each holds a whole layout.

        Raises:
            RateLimited: this person, or everybody together, downloads as many files as may be.
        """
        return self._waiting.place(person_id)

    async def open(self, spec: bytes, event: bytes) -> Table:
        """As ``open_table``."""
        async with self._turn:
            return await asyncio.to_thread(open_table, spec, event)

    async def pieces(self, table: Table, format_: Format) -> AsyncIterator[bytes]:
        """The file; those that are made at the same time take turns."""
        made = pieces(table, format_)
        while True:
            async with self._turn:
                piece = await asyncio.to_thread(next, made, None)
            if piece is None:
                return
            if piece:
                yield piece


def open_table(spec: bytes, event: bytes) -> Table:
    """The layout of a serialised JobEvent with the rows that its serialised JobSpec names.

    Raises:
        Conflict: the frame is damaged.
    """
    asked = job_pb2.JobSpec.FromString(spec)
    layout = open_layout(event)
    is_pca = asked.HasField("pca")
    axes = tuple(f"pc{dim + 1}" for dim in range(layout.n_dims)) if is_pca else _AXES[: layout.n_dims]
    return Table(layout, read_uint32(asked.rows) or None, axes)


def pieces(table: Table, format_: Format) -> Iterator[bytes]:
    """The file; a piece may be empty where the work so far is not yet to be seen."""
    return _WRITERS[format_](table)


def spans(n_points: int) -> Iterator[tuple[int, int]]:
    """Where each piece starts and stops."""
    for start in range(0, n_points, ROWS_OF_PIECE):
        yield start, min(start + ROWS_OF_PIECE, n_points)


def _npy(table: Table) -> Iterator[bytes]:
    """float32 (n_points, n_dims). Source: NumPy's format description, version 1.0."""
    shape = (table.layout.n_points, table.layout.n_dims)
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    magic = b"\x93NUMPY\x01\x00"
    padding = -(len(magic) + 2 + len(header) + 1) % _NPY_ALIGNMENT
    header += b" " * padding + b"\n"
    yield magic + struct.pack("<H", len(header)) + header
    for start, stop in spans(table.layout.n_points):
        yield write_float32(table.layout.rows(start, stop))


def _separated(separator: str) -> Callable[[Table], Iterator[bytes]]:
    def write(table: Table) -> Iterator[bytes]:
        yield (separator.join(("row", *table.axes)) + "\n").encode()
        line = separator.join(["%d", *["%.9g"] * len(table.axes)]) + "\n"  # nine digits tell any two float32 apart
        for start, stop in spans(table.layout.n_points):
            values = table.layout.rows(start, stop)
            columns = [values[dim :: len(table.axes)] for dim in range(len(table.axes))]
            rows = zip(table.rows_between(start, stop), *columns, strict=True)
            yield "".join([line % row for row in rows]).encode()

    return write


def _parquet(table: Table) -> Iterator[bytes]:
    from projector_gateway.jobs.parquet import parquet_pieces  # pyarrow takes 50 MB that few gateways ever need

    return parquet_pieces(table)


_WRITERS: dict[Format, Callable[[Table], Iterator[bytes]]] = {
    "npy": _npy,
    "tsv": _separated("\t"),
    "csv": _separated(","),
    "parquet": _parquet,
}
