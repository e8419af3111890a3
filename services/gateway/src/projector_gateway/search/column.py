"""A metadata column made ready for searching: its distinct texts, and which rows show them."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import re2

from projector_chassis.errors import Internal, InvalidArgument
from projector_contracts.loader.v1 import loader_pb2
from projector_gateway.search.shown_number import shown_number, shown_time
from projector_gateway.wire_arrays import read_float64, read_uint32, write_int32

_MISSING = 0xFFFFFFFF
_IGNORED = -1
_ALONE = -2
_BYTES_OF_TEXT = 60  # a short Python string with its place in the list and its folded twin
_TEXTS_A_LOOK = 64  # between two looks at the clock


@dataclass(frozen=True)
class SearchableColumn:
    """Distinct texts of a column and, for each row, the index of the text it shows.

    Attributes:
        texts: distinct shown texts.
        folded: the same, casefolded.
        codes: (n_rows,) uint32 indices into texts; 0xFFFFFFFF where the cell is missing.
        n_bytes: about what it takes in memory.
    """

    texts: list[str]
    folded: list[str]
    codes: array[int]
    n_bytes: int

    @classmethod
    def of(cls, texts: list[str], codes: array[int]) -> SearchableColumn:
        """A column of these distinct texts."""
        n_bytes = len(codes) * codes.itemsize + sum(_BYTES_OF_TEXT + 2 * len(text) for text in texts)
        return cls(texts, [text.casefold() for text in texts], codes, n_bytes)

    def rows_with_text(self, query: str) -> list[int]:
        """Rows, ascending, whose text holds the query, whatever the case."""
        wanted = query.casefold()
        return self._rows_of([wanted in text for text in self.folded])

    def rows_with_pattern(self, pattern: str, *, until_seconds: float) -> list[int]:
        """Rows, ascending, whose text holds a match of the RE2 expression, whatever the case.

        Args:
            until_seconds: moment of ``time.monotonic()`` at which to give up: RE2 takes linear time, but a long
                expression can make each character cost as much as some thousand others.

        Raises:
            InvalidArgument: the expression is not one; the reason is named.
            TimeoutError: the moment has come.
        """
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        try:
            search = re2.compile(pattern, options).search
        except re2.error as error:
            raise InvalidArgument(f"query {pattern!r} is no regular expression (RE2): {_reason(error)}.") from error
        matches: list[bool] = []
        for place, text in enumerate(self.texts):
            if place % _TEXTS_A_LOOK == 0 and time.monotonic() > until_seconds:
                raise TimeoutError
            matches.append(search(text) is not None)
        return self._rows_of(matches)

    def signed_codes(self, rows: Sequence[int] | None, ignored: str | None) -> bytes:
        """Codes of some rows, or of all, as int32 little-endian; -1: the ignored text, -2: a missing cell."""
        told = array("i", range(len(self.texts)))
        if ignored is not None:
            told[self.texts.index(ignored)] = _IGNORED
        codes = self.codes if rows is None else (self.codes[row] for row in rows)
        return write_int32(_ALONE if code == _MISSING else told[code] for code in codes)

    def _rows_of(self, matches: list[bool]) -> list[int]:
        return [row for row, code in enumerate(self.codes) if code != _MISSING and matches[code]]


def decode_column(content: bytes) -> SearchableColumn:
    """A serialised ``projector.loader.v1.Column``, ready for searching."""
    column = loader_pb2.Column.FromString(content)
    match column.WhichOneof("values"):
        case "numbers":
            shown = shown_time if column.type == loader_pb2.DATE_TIME else shown_number
            return _from_cells([_shown(number, shown) for number in read_float64(column.numbers.float64)])
        case "dictionary":
            return SearchableColumn.of(list(column.dictionary.values), read_uint32(column.dictionary.codes))
        case "text":
            return _from_cells(_cells(column.text))
        case _:
            raise Internal("The loader sent a column without values.")


def _from_cells(cells: list[str]) -> SearchableColumn:
    """A column from one text a row, empty where missing."""
    codes_of: dict[str, int] = {}
    codes = array("I", [codes_of.setdefault(cell, len(codes_of)) if cell else _MISSING for cell in cells])
    return SearchableColumn.of(list(codes_of), codes)


def _cells(values: loader_pb2.TextValues) -> list[str]:
    offsets = read_uint32(values.offsets)
    return [values.utf8[start:end].decode() for start, end in pairwise(offsets)]


def _shown(number: float, text_of: Callable[[float], str]) -> str:
    return "" if number != number else text_of(number)  # NaN stands for a missing cell


def _reason(error: Exception) -> str:
    """RE2 gives its reason as bytes."""
    reason = error.args[0] if error.args else "it cannot be read"
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
