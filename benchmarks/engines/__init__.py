"""The numeric engines beside others that do the same, in one process, in turns."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.engines import neighbors, pca, quality, tsne
from benchmarks.row import Row


def measure(*, quick: bool) -> Iterator[Row]:
    """All engines, one after the other."""
    for engine in (pca, tsne, neighbors, quality):
        yield from engine.measure(quick=quick)
