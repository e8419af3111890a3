"""Metadata files: one line of tab-separated cells for each point of an embedding.

The rules are TensorBoard's (a first line with a tab is a header; without one the column is called ``label``) with its
defects mended: a one-column file may have a header, blank lines of it are rows, line ends, byte order marks and quotes
do not stick to cells, and a wrong number of rows loads with blanks and a warning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from projector_chassis.errors import PublicError
from projector_loader.asset_paths import AssetPath, read_small_file, stamp
from projector_loader.cells import CellSource
from projector_loader.columns import build_column
from projector_loader.file_cache import FileCache
from projector_loader.model import Column, Dictionary, Numbers, Problem, Severity

DEFAULT_COLUMN = "label"

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_CELL = re.compile(r'\t("(?:[^"]|"")*+"(?=\t|$)|[^\t]*)')
"""A cell behind the tab that parts it from the one before: quoted as a whole, or plain."""


@dataclass(frozen=True)
class Metadata:
    """The columns of a metadata file, each as long as the embedding has points, in file order."""

    columns: tuple[Column, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def n_bytes(self) -> int:
        """About how much memory it takes."""
        return sum(_column_bytes(column) for column in self.columns)


class MetadataReader:
    """Reads metadata files and remembers them while they do not change.

    Args:
        cache_bytes: memory for remembered columns.
        max_file_bytes: larger files are refused.
    """

    def __init__(self, *, cache_bytes: int, max_file_bytes: int) -> None:
        self._tables: FileCache[Metadata] = FileCache(cache_bytes, lambda table: table.n_bytes)
        self._max_file_bytes = max_file_bytes

    def read(self, file: AssetPath, n_points: int) -> Metadata:
        """The columns of ``file`` for an embedding of ``n_points`` points.

        A file that cannot be read gives no columns and a problem that says why.
        """
        try:
            key = (file.absolute, stamp(file), n_points)
            return self._tables.get(key, lambda: self._parse_file(file, n_points))
        except PublicError as error:
            return Metadata((), (Problem(Severity.ERROR, file.name, error.message),))

    def read_own(self, source: CellSource, n_points: int) -> Metadata:
        """The columns that a tensor's own file keeps, under the same limit as a file of metadata."""
        name = source.files[0].name
        try:
            key = (source, *(stamp(file) for file in source.files), n_points)
            return self._tables.get(key, lambda: _build_columns(source, n_points, self._max_file_bytes))
        except PublicError as error:
            return Metadata((), (Problem(Severity.ERROR, name, error.message),))

    def _parse_file(self, file: AssetPath, n_points: int) -> Metadata:
        return parse_metadata(read_small_file(file, limit_bytes=self._max_file_bytes), n_points, file.name)


def _build_columns(source: CellSource, n_points: int, limit_bytes: int) -> Metadata:
    """The columns of a source, as many as the limit allows, cut or padded to ``n_points`` rows."""
    columns: list[Column] = []
    n_bytes = 0
    for column in source.read_columns():
        n_bytes += sum(map(len, column.cells))
        if n_bytes > limit_bytes:
            name = source.files[0].name
            message = (
                f"{name} holds more than the {limit_bytes:,} bytes of metadata that are read; its column"
                f' "{column.name}" and those after it are left out.'
            )
            return Metadata(tuple(columns), (Problem(Severity.WARNING, name, message),))
        cells = list(column.cells[:n_points]) + [""] * (n_points - len(column.cells))
        columns.append(build_column(column.name, cells))
    return Metadata(tuple(columns))


def join_tables(first: Metadata, second: Metadata) -> Metadata:
    """The columns of both, with the names of the second made unique, since columns are asked for by name."""
    names = _column_names([column.summary.name for column in (*first.columns, *second.columns)])
    columns = tuple(
        replace(column, summary=replace(column.summary, name=name))
        for column, name in zip((*first.columns, *second.columns), names, strict=True)
    )
    return Metadata(columns, first.problems + second.problems)


def parse_metadata(content: bytes, n_points: int, file_name: str) -> Metadata:
    """The columns of a metadata file's bytes, padded with missing cells or cut to ``n_points`` rows.

    Args:
        content: the file.
        n_points: rows of the embedding.
        file_name: how problems call the file.
    """
    text, problems = _decode(content, file_name)
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if lines[-1] == "":
        lines.pop()  # what follows the last line's end is no line
    first = next((line for line in lines if line.strip()), "")
    if "\t" in first:
        # A line without a single tab is no row of such a file: a row of missing cells has its tabs.
        header, *rows = [line for line in lines if line.strip(" ")]
        names = _column_names(_split_row(header))
        cells, notices = _cells(rows, len(names), file_name)
    else:
        names, rows, notices = _one_column(lines, n_points, file_name)
        cells = rows
    problems += notices
    problems += _count_rows(len(rows), n_points, file_name, has_header="\t" in first)
    n_absent = max(0, n_points - len(rows))
    columns = [build_column(name, cells[i :: len(names)][:n_points] + [""] * n_absent) for i, name in enumerate(names)]
    return Metadata(tuple(columns), tuple(problems))


def _split_row(line: str) -> list[str]:
    """The cells of a line. A cell within double quotes may hold tabs, and quotes that are doubled."""
    if '"' not in line:
        return line.split("\t")
    return [_unquoted(cell) for cell in _CELL.findall("\t" + line)]


def _unquoted(cell: str) -> str:
    # Two quotes alone are more likely a word of a word list than an empty cell.
    return cell[1:-1].replace('""', '"') if len(cell) > 2 and _QUOTED.fullmatch(cell) else cell


def _cells(rows: list[str], n_columns: int, file_name: str) -> tuple[list[str], list[Problem]]:
    """All cells, row by row, ``n_columns`` of each; a notice where a row has more. Fewer are missing cells."""
    if not any('"' in row for row in rows) and all(row.count("\t") == n_columns - 1 for row in rows):
        return "\t".join(rows).split("\t") if rows else [], []
    cells: list[str] = []
    problems: list[Problem] = []
    for i, line in enumerate(rows):
        row = _split_row(line)
        if len(row) > n_columns and not problems:
            problems.append(_too_many_cells(i, len(row), n_columns, file_name))
        cells += row[:n_columns] + [""] * (n_columns - len(row))
    return cells, problems


def _decode(content: bytes, file_name: str) -> tuple[str, list[Problem]]:
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = (
            f"{file_name} is not UTF-8 (line {line}) and was read as Latin-1; save it as UTF-8 if letters look wrong."
        )
        return content.decode("latin-1"), [Problem(Severity.WARNING, file_name, message)]


def _column_names(header: list[str]) -> list[str]:
    """The header's names, made unique and never empty, since columns are asked for by name."""
    names: list[str] = []
    for i, cell in enumerate(header):
        wanted = cell.strip() or f"column {i + 1}"
        name, n_repeats = wanted, 1
        while name in names:
            n_repeats += 1
            name = f"{wanted} ({n_repeats})"
        names.append(name)
    return names


def _one_column(lines: list[str], n_points: int, file_name: str) -> tuple[list[str], list[str], list[Problem]]:
    """Name, rows and notices of a file without tabs, where only the number of lines tells a header from a label."""
    if len(lines) > n_points and not lines[-1].strip():
        lines = lines[:-1]  # a blank line that ends the file, unless a point needs it
    if len(lines) != n_points + 1:
        return [DEFAULT_COLUMN], lines, []
    name = lines[0].strip() or DEFAULT_COLUMN
    message = f'{file_name} has one line more than there are points, so its first line, "{name}", is its header.'
    return [name], lines[1:], [Problem(Severity.NOTICE, file_name, message)]


def _too_many_cells(row: int, n_cells: int, n_columns: int, file_name: str) -> Problem:
    message = f"{file_name}: row {row + 1} has {n_cells} cells, the header {n_columns}; the rest is left out."
    return Problem(Severity.NOTICE, file_name, message)


def _count_rows(n_rows: int, n_points: int, file_name: str, *, has_header: bool) -> list[Problem]:
    """A warning where rows and points differ in number."""
    if n_rows == n_points:
        return []
    if n_rows > n_points:
        rest = f"the last {n_rows - n_points:,} rows are left out"
    else:
        rest = f"the last {n_points - n_rows:,} points have no metadata"
        if has_header and n_rows == n_points - 1:
            rest += "; if the first line is a row of values, put a header above it"
    message = f"{file_name} has {n_rows:,} rows, but the embedding has {n_points:,} points: {rest}."
    return [Problem(Severity.WARNING, file_name, message)]


def _column_bytes(column: Column) -> int:
    values = column.values
    if isinstance(values, Numbers):
        return values.values.nbytes
    if isinstance(values, Dictionary):
        return values.codes.nbytes + sum(map(len, values.values))
    return len(values.utf8) + values.offsets.nbytes
