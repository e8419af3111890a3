"""Jobs between REST and the messages that workers and watchers read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.gateway.samples import EMBEDDING_ID, embedding, job_request

from projector_chassis.errors import InvalidArgument
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId
from projector_gateway.jobs import messages
from projector_gateway.jobs.schemas import Action, Job

CREATED_AT = datetime(2026, 3, 4, 5, 6, 7, 891000, UTC)
QUEUED = messages.encode_queued_state(JobId("job1"), n_points=10, created_at=CREATED_AT)


def decoded(projection: dict[str, Any] | None = None, **changes: Any) -> Job:
    """A queued job as REST shows it after it has been stored."""
    return messages.decode_job(messages.encode_spec(job_request(projection, **changes), embedding()), QUEUED)


def state(**fields: Any) -> bytes:
    """A serialised state of a running job."""
    return job_pb2.JobState(
        **{"job_id": "job1", "phase": job_pb2.RUNNING, "n_points": 10, **fields}
    ).SerializeToString()


@given(
    st.fixed_dictionaries(
        {
            "method": st.just("tsne"),
            "n_dims": st.sampled_from([2, 3]),
            "perplexity": st.floats(1, 1000, exclude_min=True),
            "learning_rate": st.floats(0, 1e6),
            "early_exaggeration": st.floats(1, 100),
            "early_exaggeration_steps": st.integers(0, 10_000),
            "n_steps": st.integers(1, 100_000),
            "metric": st.sampled_from(["cosine", "euclidean"]),
        }
    ),
    st.integers(0, 2**63 - 1),
)
def test_every_parameter_of_tsne_survives_storage(projection: dict[str, Any], seed: int) -> None:
    job = decoded(projection, seed=seed)
    assert job.projection.model_dump() == projection
    assert job.seed == seed


@pytest.mark.parametrize("n_components", range(1, 11))
def test_components_survive_storage(n_components: int) -> None:
    assert decoded({"method": "pca", "n_components": n_components}).projection.model_dump() == {
        "method": "pca",
        "n_components": n_components,
    }


@pytest.mark.parametrize("rows", [None, [0], [0, 2, 9], [2**32 - 1]])
def test_the_rows_of_a_job_survive_storage(rows: list[int] | None) -> None:
    assert decoded(rows=rows).rows == rows


def test_the_worker_is_told_which_content_to_project() -> None:
    spec = job_pb2.JobSpec.FromString(messages.encode_spec(job_request(rows=[1, 3]), embedding(digest="a" * 64)))
    assert spec.embedding == job_pb2.EmbeddingRef(embedding_id=EMBEDDING_ID, digest="a" * 64, n_points=10, n_dims=4)
    assert spec.rows == b"\x01\x00\x00\x00\x03\x00\x00\x00"
    assert messages.embedding_of(spec.SerializeToString()) == EMBEDDING_ID


def test_a_new_job_waits_with_nothing_done() -> None:
    job = decoded()
    assert (job.id, job.phase, job.progress, job.step, job.sequence, job.n_points) == ("job1", "queued", 0, 0, 0, 10)
    assert job.created_at == CREATED_AT
    assert (job.failure, job.notices, job.explained_variance_ratio) == (None, [], None)


def test_moments_are_utc_wherever_they_were_written() -> None:
    elsewhere = CREATED_AT.astimezone(timezone(timedelta(hours=9)))
    stored = messages.encode_queued_state(JobId("job1"), n_points=1, created_at=elsewhere)
    assert messages.decode_job(messages.encode_spec(job_request(), embedding()), stored).created_at == CREATED_AT


def test_a_failure_notices_and_variances_are_shown() -> None:
    ended = state(
        phase=job_pb2.FAILED,
        failure=problem_pb2.Failure(code="conflict", message="The file has changed."),
        notices=[problem_pb2.Problem(severity=problem_pb2.Problem.NOTICE, subject="rows", message="Two left out.")],
        pca=job_pb2.PcaResult(explained_variance_ratio=[0.5, 0.25]),
        progress=0.75,
        step=12,
        sequence=13,
    )
    job = messages.decode_job(messages.encode_spec(job_request(), embedding()), ended)
    assert job.failure is not None
    assert (job.failure.code, job.failure.message) == ("conflict", "The file has changed.")
    assert [(notice.severity, notice.subject) for notice in job.notices] == [("notice", "rows")]
    assert job.explained_variance_ratio == [0.5, 0.25]
    assert (job.progress, job.step, job.sequence) == (0.75, 12, 13)


@pytest.mark.parametrize("phase", [phase for phase in job_pb2.Phase.values() if phase])
def test_the_last_three_phases_are_final(phase: job_pb2.Phase.ValueType) -> None:
    summary = messages.summarize_state(state(phase=phase, sequence=4))
    assert summary.is_final is (phase in (job_pb2.FINISHED, job_pb2.STOPPED, job_pb2.FAILED))
    assert summary.phase == job_pb2.Phase.Name(phase).lower()
    assert summary.sequence == 4


def test_a_state_becomes_an_event_unchanged() -> None:
    stored = state(step=3)
    assert job_pb2.JobEvent.FromString(messages.encode_state_event(stored)).state.SerializeToString() == stored


@pytest.mark.parametrize("action", ["pause", "resume", "stop"])
def test_an_action_becomes_the_control_of_its_name(action: Action) -> None:
    assert job_pb2.Control.FromString(messages.encode_control(action)).WhichOneof("action") == action


def test_an_acknowledgement_is_read() -> None:
    event = job_pb2.ClientEvent(ack=job_pb2.Ack(sequence=2**40))
    assert messages.decode_acknowledgement(event.SerializeToString()) == 2**40


@pytest.mark.parametrize("content", [b"", b"\xff", b"\x0a\x05\x08", b"text"])
def test_what_is_no_acknowledgement_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidArgument):
        messages.decode_acknowledgement(content)
