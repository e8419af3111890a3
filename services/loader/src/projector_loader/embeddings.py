"""What can be asked of one embedding: its description, its numbers, a column, its sprite, its bookmarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import Conflict, InvalidArgument, NotFound, PublicError
from projector_loader.asset_paths import AssetPath, open_file, stamp
from projector_loader.assets import SpriteFile
from projector_loader.catalog import Catalog
from projector_loader.metadata import Metadata, MetadataReader, join_tables
from projector_loader.model import Column, Embedding, EmbeddingId, Problem, Severity, SpriteGeometry
from projector_loader.row_selection import ALL_ROWS, RowSelection, count_rows, read_blocks
from projector_loader.run_draft import CatalogEntry
from projector_loader.sprites.reader import SpritePage, SpriteReader
from projector_loader.tensors import BLOCK_BYTES


@dataclass(frozen=True)
class TensorStream:
    """An embedding's numbers: ``blocks`` are ``n_rows`` whole rows, little-endian float32, row-major, in order.

    ``n_points`` is the size of the whole embedding.
    """

    n_points: int
    n_dims: int
    digest: str
    n_rows: int
    blocks: Iterator[bytes]


class Embeddings:
    """Reads embeddings by their ids.

    Every method raises NotFound for an unknown id and Conflict for files that are damaged.
    """

    def __init__(self, catalog: Catalog, metadata: MetadataReader, sprites: SpriteReader) -> None:
        self._catalog = catalog
        self._metadata = metadata
        self._sprites = sprites

    def describe(self, embedding_id: EmbeddingId) -> Embedding:
        """All but the numbers. What is wrong with its other files is said in ``problems``."""
        return self.describe_entry(self._catalog.find(embedding_id))

    def describe_entry(self, entry: CatalogEntry) -> Embedding:
        """The same of an embedding that need not be in the catalog."""
        table = self._read_metadata(entry)
        sprite, sprite_problems = self._sprite_geometry(entry)
        return Embedding(
            summary=entry.summary,
            run_name=entry.run_name,
            dtype=entry.source.dtype,
            digest=entry.source.digest(),
            columns=tuple(column.summary for column in table.columns),
            sprite=sprite,
            has_bookmarks=entry.assets.bookmarks is not None,
            problems=(*entry.assets.problems, *table.problems, *sprite_problems),
        )

    def read_tensor(
        self, embedding_id: EmbeddingId, expected_digest: str = "", selection: RowSelection = ALL_ROWS
    ) -> TensorStream:
        """The numbers of an embedding.

        Args:
            embedding_id: which.
            expected_digest: the digest that the caller knows; empty for any.
            selection: which rows.

        Raises:
            InvalidArgument: the selection reaches beyond the embedding.
            Conflict: also when the digest is another one by now, and from ``blocks`` when it changes while reading.
        """
        source = self._catalog.find(embedding_id).source
        stamps, digest = [stamp(file) for file in source.files], source.digest()
        if expected_digest not in ("", digest):
            raise Conflict("The embedding's files have changed since it was opened; open it again.")
        n_rows = count_rows(selection, source.n_points)

        def blocks() -> Iterator[bytes]:
            yield from read_blocks(source, selection)
            if [stamp(file) for file in source.files] != stamps:
                raise Conflict("The embedding's files have changed while they were read; open it again.")

        return TensorStream(source.n_points, source.n_dims, digest, n_rows, blocks())

    def read_columns(self, embedding_id: EmbeddingId, names: Sequence[str] = ()) -> tuple[Column, ...]:
        """Metadata columns, in the order of ``names``; all of them, in file order, where it is empty.

        Raises:
            NotFound: also when one of them does not exist.
            InvalidArgument: a name is given twice.
        """
        entry = self._catalog.find(embedding_id)
        columns = {column.summary.name: column for column in self._read_metadata(entry).columns}
        if len(set(names)) < len(names):
            raise InvalidArgument("names holds a column twice; give each one once.")
        for name in names:
            if name not in columns:
                known = ", ".join(f'"{each}"' for each in columns) or "none"
                raise NotFound(f'The embedding has no column "{name}"; it has {known}.')
        return tuple(columns[name] for name in names or columns)

    def read_sprite_page(self, embedding_id: EmbeddingId, level: int, page: int) -> SpritePage:
        """One page of the sprite's thumbnails.

        Raises:
            NotFound: also when there is no sprite, level or page.
        """
        entry = self._catalog.find(embedding_id)
        return self._sprites.read_page(_sprite_of(entry), entry.summary.n_points, level, page)

    def read_thumbnails(self, embedding_id: EmbeddingId, level: int, rows: NDArray[np.uint32]) -> SpritePage:
        """The thumbnails of some points as one page, in the order of ``rows``, uint32 ``(n,)``.

        Raises:
            NotFound: also when there is no sprite or level.
            InvalidArgument: there are no such rows, or too many.
        """
        entry = self._catalog.find(embedding_id)
        return self._sprites.read_rows(_sprite_of(entry), entry.summary.n_points, level, rows)

    def read_bookmarks(self, embedding_id: EmbeddingId) -> Iterator[bytes]:
        """The bytes of the bookmarks file.

        Raises:
            NotFound: also when there is none.
        """
        entry = self._catalog.find(embedding_id)
        if entry.assets.bookmarks is None:
            raise NotFound(_nothing_named(entry, "bookmarks file"))
        return _file_blocks(entry.assets.bookmarks)

    def _read_metadata(self, entry: CatalogEntry) -> Metadata:
        file, own = entry.assets.metadata, entry.assets.columns
        table = Metadata() if file is None else self._metadata.read(file, entry.summary.n_points)
        return table if own is None else join_tables(table, self._metadata.read_own(own, entry.summary.n_points))

    def _sprite_geometry(self, entry: CatalogEntry) -> tuple[SpriteGeometry | None, tuple[Problem, ...]]:
        sprite = entry.assets.sprite
        if sprite is None:
            return None, ()
        try:
            return self._sprites.geometry(sprite, entry.summary.n_points), ()
        except PublicError as error:
            return None, (Problem(Severity.ERROR, sprite.file.name, error.message),)


def _sprite_of(entry: CatalogEntry) -> SpriteFile:
    if entry.assets.sprite is None:
        raise NotFound(_nothing_named(entry, "sprite"))
    return entry.assets.sprite


def _file_blocks(file: AssetPath) -> Iterator[bytes]:
    opened = open_file(file)
    with opened.stream as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _nothing_named(entry: CatalogEntry, role: str) -> str:
    return f'The run "{entry.run_name}" has no {role} that can be read for {entry.summary.display_name}.'
