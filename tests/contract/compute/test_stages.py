"""The port ``StageStore``: what later slices on this machine find again."""

from __future__ import annotations

import numpy as np
import pytest

from projector_compute.core.neighbors import NeighborTable
from projector_compute.core.tsne.affinities import Affinities
from projector_compute.ports import StageStore
from projector_contracts.names import JobId

JOB = JobId("job-1")
OTHER = JobId("job-2")


def table_of(n_points: int, n_neighbors: int) -> NeighborTable:
    rows = np.arange(n_points * n_neighbors, dtype=np.int32).reshape(n_points, n_neighbors)
    return NeighborTable(rows, (rows / 3).astype(np.float32))


def affinities_of(n_points: int, n_entries: int) -> Affinities:
    indptr = np.linspace(0, n_entries, n_points + 1).astype(np.int64)
    return Affinities(indptr, np.arange(n_entries, dtype=np.int32), np.full(n_entries, 0.1, np.float32))


@pytest.mark.parametrize(("n_points", "n_neighbors"), [(5, 3), (1, 0)])
def test_neighbors_are_found_again(stages: StageStore, n_points: int, n_neighbors: int) -> None:
    saved = table_of(n_points, n_neighbors)
    stages.save_neighbors(JOB, saved)
    found = stages.load_neighbors(JOB)
    assert found is not None
    for array, expected in ((found.rows, saved.rows), (found.squared_distances, saved.squared_distances)):
        np.testing.assert_array_equal(array, expected)
        assert (array.dtype, type(array), array.flags.writeable) == (expected.dtype, np.ndarray, False)


@pytest.mark.parametrize(("n_points", "n_entries"), [(5, 20), (1, 0)])
def test_affinities_are_found_again(stages: StageStore, n_points: int, n_entries: int) -> None:
    saved = affinities_of(n_points, n_entries)
    stages.save_affinities(JOB, saved)
    found = stages.load_affinities(JOB)
    assert found is not None
    for name in ("indptr", "indices", "values"):
        array, expected = getattr(found, name), getattr(saved, name)
        np.testing.assert_array_equal(array, expected)
        assert (array.dtype, type(array), array.flags.writeable) == (expected.dtype, np.ndarray, False)


def test_what_was_not_saved_is_not_there(stages: StageStore) -> None:
    stages.save_neighbors(OTHER, table_of(5, 3))
    assert stages.load_neighbors(JOB) is None
    assert stages.load_affinities(OTHER) is None


def test_a_stage_that_is_saved_again_takes_the_place_of_the_old_one(stages: StageStore) -> None:
    stages.save_affinities(JOB, affinities_of(5, 20))
    held = stages.load_affinities(JOB)
    stages.save_affinities(JOB, affinities_of(4, 8))
    found = stages.load_affinities(JOB)
    assert found is not None
    assert found.n_points == 4
    assert held is not None
    np.testing.assert_array_equal(held.indices, np.arange(20))  # who has it open keeps it


def test_a_removed_job_leaves_the_others(stages: StageStore) -> None:
    for job in (JOB, OTHER):
        stages.save_neighbors(job, table_of(5, 3))
        stages.save_affinities(job, affinities_of(5, 20))
    stages.remove(JOB)
    stages.remove(JOB)
    assert stages.load_neighbors(JOB) is None
    assert stages.load_affinities(JOB) is None
    assert stages.load_neighbors(OTHER) is not None
    assert stages.load_affinities(OTHER) is not None
