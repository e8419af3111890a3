"""A batch worker made of fakes, with the jobs it works on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakes.clock import FakeClock
from fakes.jobs import InMemoryJobs, StoredJob
from fakes.stores import InMemoryEmbeddings, InMemoryStages
from projector_compute.model import Frame
from projector_compute.run_job import Workbench, run_slice
from projector_compute.specs import EmbeddingRef, JobSpec, Metric, PcaParameters, TsneParameters
from projector_contracts.names import JobId

JOB = JobId("job-1")
STEP_TICKS = 4
"""A step that publishes its frame looks at the clock so often."""
_MOST_SLICES = 500


class Workshop:
    """Jobs and one worker.

    Args:
        step_seconds: how long a step takes on the fake clock; above a thirtieth, every step is published.
        slice_seconds: how long a slice works.
    """

    def __init__(self, *, step_seconds: float = 0.04, slice_seconds: float = 1e6) -> None:
        self.jobs = InMemoryJobs()
        self.embeddings = InMemoryEmbeddings()
        self.stages = InMemoryStages()
        self.clock = FakeClock(step_seconds / STEP_TICKS)
        self.slice_seconds = slice_seconds

    def create(self, spec: JobSpec) -> None:
        """Create the job; its first slice is due."""
        self.jobs.create(JOB, spec)

    def run(self) -> None:
        """Wake the worker once."""
        bench = Workbench(
            jobs=self.jobs,
            embeddings=self.embeddings,
            stages=self.stages,
            clock=self.clock.as_clock(),
            slice_seconds=self.slice_seconds,
            n_threads=1,
        )
        run_slice(bench)

    def work(self) -> int:
        """Carry out slices until none is due; how many there were."""
        for n_slices in range(_MOST_SLICES):
            job = self.jobs.find(JOB)
            if job is None or job.due is None:
                return n_slices
            self.run()
        raise AssertionError(f"there is no end to the slices: {self.job.state}")

    @property
    def job(self) -> StoredJob:
        return self.jobs[JOB]

    @property
    def frames(self) -> list[Frame]:
        """Kept frames by sequence."""
        return [self.job.frames[sequence] for sequence in sorted(self.job.frames)]


def pca_spec(ref: EmbeddingRef, *, n_components: int = 10, rows: NDArray[np.uint32] | None = None) -> JobSpec:
    return JobSpec(ref, rows, 0, PcaParameters(n_components))


def tsne_spec(
    ref: EmbeddingRef,
    *,
    n_dims: int = 2,
    n_steps: int = 30,
    perplexity: float | tuple[float, ...] = 5.0,
    seed: int = 0,
    metric: Metric = Metric.EUCLIDEAN,
    rows: NDArray[np.uint32] | None = None,
    **further: Any,
) -> JobSpec:
    parameters = TsneParameters(
        n_dims=n_dims,
        perplexity=perplexity if isinstance(perplexity, tuple) else (perplexity,),
        learning_rate=0.0,
        early_exaggeration=4.0,
        early_exaggeration_steps=10,
        n_steps=n_steps,
        metric=metric,
        **further,
    )
    return JobSpec(ref, rows, seed, parameters)


def clusters(n_points: int = 40, n_dims: int = 6, seed: int = 0) -> NDArray[np.float32]:
    """Four clouds, float32 ``(n_points, n_dims)``."""
    rng = np.random.default_rng(seed)
    centres = 4.0 * rng.normal(size=(4, n_dims))
    return np.asarray(centres[np.arange(n_points) % 4] + rng.normal(size=(n_points, n_dims)), np.float32)
