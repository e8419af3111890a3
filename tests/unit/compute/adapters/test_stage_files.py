"""What may happen to files; what the store promises is in ``tests/contract/compute/test_stages.py``."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from projector_compute.adapters.stage_files import StageFiles
from projector_compute.core.neighbors import NeighborTable
from projector_contracts.names import JobId

JOB = JobId("job-1")
ROWS = np.arange(3000, dtype=np.int32).reshape(100, 30)


def save(stages: StageFiles, job: JobId = JOB) -> None:
    stages.save_neighbors(job, NeighborTable(ROWS.copy(), ROWS.astype(np.float32)))


@pytest.mark.parametrize("n_bytes", [0, 5, 60, 5000])
@pytest.mark.parametrize("array", ["rows", "squared_distances"])
def test_a_file_cut_short_is_no_stage_and_can_be_saved_again(tmp_path: Path, array: str, n_bytes: int) -> None:
    stages = StageFiles(tmp_path)
    save(stages)
    os.truncate(tmp_path / JOB / "neighbors" / f"{array}.npy", n_bytes)
    assert stages.load_neighbors(JOB) is None
    save(stages)
    found = stages.load_neighbors(JOB)
    assert found is not None
    np.testing.assert_array_equal(found.rows, ROWS)


def test_a_file_of_zeros_is_no_stage(tmp_path: Path) -> None:
    stages = StageFiles(tmp_path)
    save(stages)
    path = tmp_path / JOB / "neighbors" / "rows.npy"
    path.write_bytes(bytes(path.stat().st_size))
    assert stages.load_neighbors(JOB) is None


def test_a_stage_that_was_not_completed_is_none(tmp_path: Path) -> None:
    stages = StageFiles(tmp_path)
    save(stages)
    (tmp_path / JOB / "neighbors").rename(tmp_path / JOB / "neighbors-abc")
    assert stages.load_neighbors(JOB) is None


def test_files_of_jobs_that_nobody_touched_for_long_are_removed(tmp_path: Path) -> None:
    stages = StageFiles(tmp_path)
    for job in ("old", "new"):
        save(stages, JobId(job))
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(tmp_path / "old", (two_days_ago, two_days_ago))
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")  # listed, and not found when it is looked at
    stages.remove_older(24 * 3600)
    assert stages.load_neighbors(JobId("old")) is None
    assert stages.load_neighbors(JobId("new")) is not None
