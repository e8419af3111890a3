"""Jobs between REST and the messages that workers and watchers read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.gateway.samples import EMBEDDING_ID, SOMEBODY, embedding, job_request

from projector_chassis.errors import InvalidArgument
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId
from projector_gateway.jobs import messages
from projector_gateway.jobs.projections import Custom, Raw, Supervision, Tsne
from projector_gateway.jobs.schemas import Axis, Job

_PERPLEXITY = st.floats(1, 1000, exclude_min=True)
CREATED_AT = datetime(2026, 3, 4, 5, 6, 7, 891000, UTC)
QUEUED = messages.encode_queued_state(JobId("job1"), n_points=10, created_at=CREATED_AT, started_by=SOMEBODY)


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
            "perplexity": _PERPLEXITY | st.lists(_PERPLEXITY, min_size=2, max_size=4).map(tuple),
            "learning_rate": st.floats(0, 1e6),
            "early_exaggeration": st.floats(1, 100),
            "early_exaggeration_steps": st.integers(0, 10_000),
            "n_steps": st.integers(1, 100_000),
            "metric": st.sampled_from(["cosine", "euclidean", "dot_product"]),
            "late_exaggeration": st.floats(1, 100),
            "early_momentum": st.floats(0, 1, exclude_max=True),
            "late_momentum": st.floats(0, 1, exclude_max=True),
            "patience_steps": st.integers(0, 100_000),
            "initialisation": st.sampled_from(["pca_scaled", "random", "spectral"]),
        }
    ),
    st.integers(0, 2**63 - 1),
)
def test_every_parameter_of_tsne_survives_storage(projection: dict[str, Any], seed: int) -> None:
    job = decoded(projection, seed=seed)
    assert job.projection.model_dump(exclude={"initial_layout", "supervision"}) == projection
    assert job.seed == seed


def test_labels_and_given_coordinates_reach_the_worker_and_are_not_told_again() -> None:
    given = {"initialisation": "given", "initial_layout": b"12345678", "n_dims": 2}
    supervision = {"weight": 0.5, "column": "c", "ignored_label": "x", "labels": b"1234"}
    projection = {"method": "tsne", **given, "supervision": supervision}
    stored = messages.encode_spec(job_request(projection), embedding())
    sent = job_pb2.JobSpec.FromString(stored).tsne
    assert (sent.initialisation, sent.initial_layout) == (job_pb2.GIVEN, b"12345678")
    assert (sent.supervision.labels, sent.supervision.ignored_label) == (b"1234", "x")
    told = messages.decode_job(stored, QUEUED).projection
    assert isinstance(told, Tsne)
    assert (told.initialisation, told.initial_layout) == ("given", None)
    assert told.supervision == Supervision(weight=0.5, column="c", ignored_label="x")


def test_a_custom_projection_survives_storage_with_its_rows() -> None:
    axes = {
        "x": {"from": {"rows": [1, 2], "label": "left"}, "to": {"rows": [3]}},
        "y": {"to": {"rows": [4, 9], "label": "up"}},
        "z": {"from": {"rows": [0]}},
    }
    told = decoded({"method": "custom", **axes, "orthogonalise": True}).projection
    assert told == Custom.model_validate({"method": "custom", **axes, "orthogonalise": True})
    assert decoded({"method": "raw", "dims": [3, 0, 1]}).projection == Raw(dims=[3, 0, 1])


@pytest.mark.parametrize("preprocessing", ["none", "spherize", "z_score"])
def test_the_preprocessing_survives_storage(preprocessing: str) -> None:
    assert decoded(preprocessing=preprocessing).preprocessing == preprocessing


def test_a_spec_of_before_there_was_preprocessing_had_none() -> None:
    old = job_pb2.JobSpec.FromString(messages.encode_spec(job_request(), embedding()))
    old.ClearField("preprocessing")
    assert messages.decode_job(old.SerializeToString(), QUEUED).preprocessing == "none"


def test_controls_and_axes_are_shown() -> None:
    supervision = job_pb2.Supervision(weight=0.25, column="c")
    controls = [
        job_pb2.AppliedControl(step=3, control=job_pb2.Control(perturb=job_pb2.Perturb())),
        job_pb2.AppliedControl(
            step=5, control=job_pb2.Control(set_learning_rate=job_pb2.SetLearningRate(learning_rate=0.5))
        ),
        job_pb2.AppliedControl(step=9, control=job_pb2.Control(supervise=job_pb2.Supervise(supervision=supervision))),
    ]
    axis = job_pb2.AxisResult(n_from=0, n_to=3, length=1.5)
    spec = messages.encode_spec(job_request(), embedding())
    job = messages.decode_job(spec, state(controls=controls, custom=job_pb2.CustomResult(axes=[axis])))
    assert [(each.step, each.action) for each in job.controls] == [
        (3, "perturb"),
        (5, "set_learning_rate"),
        (9, "supervise"),
    ]
    assert job.controls[1].learning_rate == 0.5
    assert job.controls[2].supervision == Supervision(weight=0.25, column="c")
    assert job.axes == [Axis(n_from=0, n_to=3, length=1.5)]
    assert (job.explained_variance_ratio, job.is_approximate) == (None, None)


@pytest.mark.parametrize("n_components", range(1, 11))
def test_components_survive_storage(n_components: int) -> None:
    assert decoded({"method": "pca", "n_components": n_components}).projection.model_dump() == {
        "method": "pca",
        "n_components": n_components,
        "uncentred": False,
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
    stored = messages.encode_queued_state(JobId("job1"), n_points=1, created_at=elsewhere, started_by=SOMEBODY)
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


def test_what_a_watcher_says_is_read() -> None:
    drawn = job_pb2.ClientEvent(ack=job_pb2.Ack(sequence=2**40))
    shown = job_pb2.ClientEvent(visibility=job_pb2.Visibility())
    hidden = job_pb2.ClientEvent(visibility=job_pb2.Visibility(is_hidden=True))
    read = [messages.decode_client_event(event.SerializeToString()) for event in (drawn, shown, hidden)]
    assert read == [messages.Drawn(2**40), messages.Visibility(False), messages.Visibility(True)]


@pytest.mark.parametrize("content", [b"", b"\xff", b"\x0a\x05\x08", b"text"])
def test_what_a_watcher_cannot_say_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidArgument):
        messages.decode_client_event(content)
