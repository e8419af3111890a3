"""How much people may save."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds that keep lists readable and the database small."""

    collections_per_embedding: int = 200
    bookmarks_per_collection: int = 500
    selected_rows: int = 100_000
    """Of one bookmark's selection."""
    isolated_rows: int = 1_000_000
    """Of one bookmark's ``rows``."""
    kept_field_bytes: int = 16 * 2**20
    """Of one imported bookmark, for fields that are kept only to be exported again."""
    file_bytes: int = 64 * 2**20
    """Of a TensorBoard bookmark file; reading one takes several times its size."""
    file_values: int = 2**23
    """Of such a file, counted by its commas and brackets: small values take far more memory than text."""
