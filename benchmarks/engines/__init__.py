"""The numeric engines beside others that do the same, in one process, in turns; then through the whole projector."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import first_frame
from benchmarks import neighbors as queries
from benchmarks.engines import neighbors, pca, quality, tsne, whole_runs
from benchmarks.row import Row


def measure(*, quick: bool) -> Iterator[Row]:
    """All engines, one after the other."""
    for engine in (pca, tsne, whole_runs, neighbors, quality, first_frame, queries):
        yield from engine.measure(quick=quick)
