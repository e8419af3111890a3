"""Embeddings, stages and layouts in memory: the ports ``EmbeddingStore``, ``StageStore`` and ``LayoutStore``."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import NotFound
from projector_compute.core.neighbors import NeighborTable
from projector_compute.core.tsne.affinities import Affinities
from projector_compute.ports import Progress, Waiting
from projector_compute.questions import KeptLayout, LayoutRef
from projector_compute.specs import EmbeddingRef, Float32Array, JobSpec
from projector_contracts.names import JobId


class InMemoryEmbeddings:
    """The port ``EmbeddingStore``.

    Attributes:
        n_opened: how often an embedding was opened.
        n_open: embeddings open at the moment.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, Float32Array] = {}
        self.n_opened = 0
        self.n_open = 0

    def add(self, embedding_id: str, array: NDArray[np.floating]) -> EmbeddingRef:
        content = np.array(array, np.float32, order="C")
        content.setflags(write=False)
        ref = EmbeddingRef(embedding_id, hashlib.sha256(content.tobytes()).hexdigest(), *content.shape)
        self._arrays[ref.digest] = content
        return ref

    @contextlib.contextmanager
    def open(
        self, ref: EmbeddingRef, progress: Progress, waiting: Waiting = lambda reason: None
    ) -> Iterator[Float32Array]:
        if ref.digest not in self._arrays:
            raise NotFound(f"There is no embedding {ref.embedding_id}.")
        progress(1.0)
        self.n_opened += 1
        self.n_open += 1
        try:
            yield self._arrays[ref.digest]
        finally:
            self.n_open -= 1


class InMemoryStages:
    """The port ``StageStore``."""

    def __init__(self) -> None:
        self._neighbors: dict[JobId, NeighborTable] = {}
        self._affinities: dict[JobId, Affinities] = {}

    def load_neighbors(self, job_id: JobId) -> NeighborTable | None:
        return self._neighbors.get(job_id)

    def save_neighbors(self, job_id: JobId, table: NeighborTable) -> None:
        self._neighbors[job_id] = table

    def load_affinities(self, job_id: JobId) -> Affinities | None:
        return self._affinities.get(job_id)

    def save_affinities(self, job_id: JobId, affinities: Affinities) -> None:
        self._affinities[job_id] = affinities

    def remove(self, job_id: JobId) -> None:
        self._neighbors.pop(job_id, None)
        self._affinities.pop(job_id, None)


class InMemoryLayouts:
    """The port ``LayoutStore``."""

    def __init__(self) -> None:
        self._layouts: dict[JobId, list[KeptLayout]] = {}

    def add(self, job_id: JobId, spec: JobSpec, layout: NDArray[np.floating]) -> None:
        """Publish the next layout of a job."""
        frames = self._layouts.setdefault(job_id, [])
        frames.append(KeptLayout(spec, len(frames) + 1, np.array(layout, np.float32, order="C")))

    def read(self, ref: LayoutRef) -> KeptLayout:
        for kept in reversed(self._layouts.get(ref.job_id, [])):
            if ref.sequence in (0, kept.sequence):
                return kept
        raise NotFound(f"Job {ref.job_id} does not keep this frame.")
