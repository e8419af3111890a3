"""Metadata that a file keeps beside its tensor: columns of texts, one cell a point."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from projector_loader.asset_paths import AssetPath


@dataclass(frozen=True)
class CellColumn:
    """A column as a metadata file would hold it; an empty cell is a missing one."""

    name: str
    cells: Sequence[str]


class CellSource(Protocol):
    """Where such columns are read. Equal sources give equal columns while their files do not change."""

    @property
    def files(self) -> tuple[AssetPath, ...]: ...

    def read_columns(self) -> Iterator[CellColumn]:
        """The columns in the order of the file, one at a time.

        Raises:
            NotFound, Conflict: a file is gone or damaged.
        """
        ...

    def __hash__(self) -> int: ...


def valid_text(text: str) -> str:
    """The text with what no UTF-8 can hold replaced."""
    return text.encode("utf-8", "replace").decode()


def array_cells(values: NDArray[np.generic]) -> list[str]:
    """Numbers, truth values, dates or texts ``(n_rows,)`` as cells; numbers that are none become empty cells."""
    if values.dtype.kind == "b":
        return ["true" if value else "false" for value in values.tolist()]
    if values.dtype.kind == "S":
        return [value.decode("utf-8", "replace") for value in values.tolist()]
    if values.dtype.kind == "U":
        return list(map(str, _valid_characters(values)))
    if values.dtype.kind == "M":
        texts: list[str] = np.datetime_as_string(cast("NDArray[np.datetime64]", values), "auto").tolist()
        return ["" if text == "NaT" else text for text in texts]
    if values.dtype.kind == "f":
        return ["" if text == "nan" else text for text in values.astype("U32").tolist()]
    return [str(value) for value in values.tolist()]


def _valid_characters(texts: NDArray[np.generic]) -> NDArray[np.str_]:
    """Texts ``(n_rows,)`` with the numbers that are no character replaced: Python takes none of them."""
    native = texts.astype(texts.dtype.newbyteorder("="))
    points = native.view(np.uint32)
    is_none = (points > sys.maxunicode) | ((points >= 0xD800) & (points < 0xE000))
    points[is_none] = ord("\N{REPLACEMENT CHARACTER}")
    return points.view(native.dtype)
