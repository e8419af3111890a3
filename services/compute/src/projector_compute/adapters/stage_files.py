"""Neighbors and affinities of a job in files, mapped into memory by each of its slices."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from projector_compute.core.neighbors import NeighborTable
from projector_compute.core.tsne.affinities import Affinities
from projector_contracts.names import JobId

_LOG = structlog.get_logger(__name__)
_NEIGHBORS = "neighbors"
_AFFINITIES = "affinities"


class StageFiles:
    """The port ``StageStore``: ``{folder}/{job}/{stage}/{array}.npy``; a stage is renamed into place when complete."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def load_neighbors(self, job_id: JobId) -> NeighborTable | None:
        arrays = self._load(job_id, _NEIGHBORS, ("rows", "squared_distances"))
        return None if arrays is None else NeighborTable(arrays["rows"], arrays["squared_distances"])

    def save_neighbors(self, job_id: JobId, table: NeighborTable) -> None:
        self._save(job_id, _NEIGHBORS, {"rows": table.rows, "squared_distances": table.squared_distances})

    def load_affinities(self, job_id: JobId) -> Affinities | None:
        arrays = self._load(job_id, _AFFINITIES, ("indptr", "indices", "values"))
        return None if arrays is None else Affinities(arrays["indptr"], arrays["indices"], arrays["values"])

    def save_affinities(self, job_id: JobId, affinities: Affinities) -> None:
        arrays: dict[str, NDArray[Any]] = {
            "indptr": affinities.indptr,
            "indices": affinities.indices,
            "values": affinities.values,
        }
        self._save(job_id, _AFFINITIES, arrays)

    def remove(self, job_id: JobId) -> None:
        shutil.rmtree(self._folder / job_id, ignore_errors=True)

    def remove_older(self, seconds: float) -> None:
        """Remove the files of jobs that nobody has touched for so long; they ended elsewhere or were deleted."""
        for folder in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another worker on this machine removes them, too
                if folder.stat().st_mtime < time.time() - seconds:
                    shutil.rmtree(folder, ignore_errors=True)

    def _load(self, job_id: JobId, stage: str, arrays: tuple[str, ...]) -> dict[str, NDArray[Any]] | None:
        folder = self._folder / job_id / stage
        try:
            return {name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in arrays}
        except FileNotFoundError:
            return None
        except (ValueError, EOFError, OSError) as error:
            _LOG.warning("a stage's files are damaged; it is computed again", stage=stage, error=str(error))
            shutil.rmtree(folder, ignore_errors=True)
            return None

    def _save(self, job_id: JobId, stage: str, arrays: dict[str, NDArray[Any]]) -> None:
        folder = self._folder / job_id
        folder.mkdir(exist_ok=True)
        unfinished = Path(mkdtemp(prefix=f"{stage}-", dir=folder))
        for name, array in arrays.items():
            np.save(unfinished / f"{name}.npy", array)
        complete = folder / stage
        shutil.rmtree(complete, ignore_errors=True)
        unfinished.rename(complete)
