"""The use case of a streamed job: carry out one slice of it, and say how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from projector_chassis.errors import PublicError
from projector_compute.linear_jobs import run_custom, run_pca, run_raw
from projector_compute.model import Failure, Phase
from projector_compute.ports import EmbeddingStore, HeldSlice, Jobs, JobsUnavailable, SliceLost, StageStore
from projector_compute.publishing import FramePublisher
from projector_compute.session import Clock, Interrupted, Request, Session
from projector_compute.specs import (
    CustomParameters,
    JobSpec,
    PcaParameters,
    RawParameters,
    TsneParameters,
    UmapParameters,
)
from projector_compute.tsne_job import run_tsne
from projector_compute.umap_job import epochs_of, run_umap
from projector_contracts.names import MAX_ATTEMPTS

_LOG = structlog.get_logger(__name__)

_INTERNAL = Failure("internal", "The computation failed; its log holds the cause.")
_POISON = Failure(
    "internal",
    f"The computation ended {MAX_ATTEMPTS} workers at the same place, most likely for want of memory; it is not tried "
    "again. Project fewer rows, or give the workers more memory.",
)


@dataclass(frozen=True)
class Workbench:
    """What every slice on this worker works with."""

    jobs: Jobs
    embeddings: EmbeddingStore
    stages: StageStore
    clock: Clock
    slice_seconds: float
    n_threads: int


def run_slice(bench: Workbench) -> None:
    """Carry out the slice whose turn it is, and see to what follows it: a next slice, a pause or the end of the job.

    Nothing is raised for what goes wrong with a job: that is its state. A slice that has lost its lease ends silently.
    """
    try:
        held = bench.jobs.take()
    except JobsUnavailable as error:
        _LOG.error("no slice taken", reason=str(error))
        return
    if held is None:
        return
    with held:
        try:
            _carry_out(bench, held)
        except SliceLost:
            _LOG.info("slice lost", job_id=held.job_id, slice=held.number)
        except JobsUnavailable as error:
            _LOG.error("slice abandoned", job_id=held.job_id, slice=held.number, reason=str(error))


def _carry_out(bench: Workbench, held: HeldSlice) -> None:
    session = Session(held, bench.clock, n_threads=bench.n_threads)
    try:
        if held.attempt >= MAX_ATTEMPTS:
            _LOG.error("job given up", job_id=held.job_id, slice=held.number, attempts=held.attempt)
            _finish(bench, session, Phase.FAILED, _POISON)
            return
        spec = held.read_spec()
        while not _go_on(bench, session, spec):
            pass
    except (SliceLost, JobsUnavailable):
        raise
    except PublicError as error:
        _LOG.info("job failed", job_id=held.job_id, code=error.code, message=error.message)
        _finish(bench, session, Phase.FAILED, Failure(error.code, error.message))
    except Exception:
        _LOG.exception("job failed", job_id=held.job_id)
        _finish(bench, session, Phase.FAILED, _INTERNAL)


def _go_on(bench: Workbench, session: Session, spec: JobSpec) -> bool:
    """Work until the slice has ended; False if it has to go on because a control came in just when it paused."""
    try:
        request = session.poll(at_once=True)
        if request is None:
            request = _compute(bench, session, spec)
    except Interrupted as interruption:
        request = interruption.request
    if request is None:
        _finish(bench, session, Phase.FINISHED)
        return True
    if request is Request.HAND_OVER:
        session.hand_over()
        return True
    _publish_rest(session, spec)
    if request is Request.PAUSE:
        return session.try_pause()
    _finish(bench, session, Phase.STOPPED)
    return True


def _compute(bench: Workbench, session: Session, spec: JobSpec) -> Request | None:
    """Why the slice ends; None: the job is done."""
    match spec.projection:
        case TsneParameters():
            return run_tsne(session, bench, spec, spec.projection)
        case PcaParameters():
            run_pca(session, bench.embeddings, spec, spec.projection)
        case CustomParameters():
            run_custom(session, bench.embeddings, spec, spec.projection)
        case RawParameters():
            run_raw(session, bench.embeddings, spec, spec.projection)
        case UmapParameters():
            return run_umap(session, bench, spec, spec.projection)
    return None


def _publish_rest(session: Session, spec: JobSpec) -> None:
    """Show the layout at which the job rests or stops, which pacing may have passed over; a paused job has shown it."""
    optimizer = session.optimizer
    if optimizer is None or session.state.phase is Phase.PAUSED:
        return
    match spec.projection:
        case TsneParameters():
            n_steps = spec.projection.n_steps
        case UmapParameters():
            n_steps = epochs_of(spec.projection, len(optimizer.layout))
        case _:
            return
    FramePublisher(session, n_steps=n_steps).publish_last(optimizer.step, optimizer.loss, optimizer.layout)


def _finish(bench: Workbench, session: Session, phase: Phase, failure: Failure | None = None) -> None:
    session.finish(phase, failure)
    bench.stages.remove(session.state.job_id)
    _LOG.info("job ended", job_id=session.state.job_id, phase=phase.value, step=session.state.step)
