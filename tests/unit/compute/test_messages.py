"""What comes over the wire; that values survive the way to Redis and back is in ``tests/contract``."""

from __future__ import annotations

import enum
from datetime import UTC, datetime

import numpy as np
import pytest

from projector_chassis.errors import Internal, InvalidArgument
from projector_compute import messages
from projector_compute.model import (
    Action,
    EmbeddingRef,
    Failure,
    Frame,
    JobState,
    Metric,
    Neighbors,
    NeighborsQuery,
    PcaParameters,
    Phase,
    TsneParameters,
)
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.names import JobId

EMBEDDING = job_pb2.EmbeddingRef(embedding_id="words", digest="d", n_points=10, n_dims=3)


def spec(rows: bytes = b"", **projection: object) -> bytes:
    return job_pb2.JobSpec(
        embedding=EMBEDDING,
        rows=rows,
        seed=2**40,
        **(projection or {"pca": job_pb2.PcaParameters(n_components=2)}),  # type: ignore[arg-type]  # one of the messages
    ).SerializeToString()


def tsne(n_dims: int = 3, metric: job_pb2.Metric.ValueType = job_pb2.COSINE) -> job_pb2.TsneParameters:
    return job_pb2.TsneParameters(
        n_dims=n_dims,
        perplexity=30.5,
        learning_rate=200.0,
        early_exaggeration=12.0,
        early_exaggeration_steps=250,
        n_steps=1000,
        metric=metric,
    )


def test_a_spec_is_read_with_all_its_parameters() -> None:
    pca, projected = messages.decode_spec(spec()), messages.decode_spec(spec(tsne=tsne()))
    assert pca.embedding == EmbeddingRef("words", "d", 10, 3)
    assert (pca.rows, pca.seed, pca.projection) == (None, 2**40, PcaParameters(2))
    assert projected.projection == TsneParameters(3, 30.5, 200.0, 12.0, 250, 1000, Metric.COSINE)


def test_rows_are_read_as_indices() -> None:
    rows = messages.decode_spec(spec(np.array([0, 3, 9], "<u4").tobytes())).rows
    assert rows is not None
    np.testing.assert_array_equal(rows, [0, 3, 9])
    assert rows.dtype == np.uint32


@pytest.mark.parametrize("rows", [[3, 3], [4, 2], [0, 10], [2**32 - 1]])
def test_rows_that_do_not_rise_or_do_not_exist_are_refused(rows: list[int]) -> None:
    with pytest.raises(InvalidArgument, match="strictly ascending and below 10"):
        messages.decode_spec(spec(np.array(rows, "<u4").tobytes()))


def test_half_an_index_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="7 bytes"):
        messages.decode_spec(spec(bytes(7)))


@pytest.mark.parametrize("n_dims", [0, 1, 4])
def test_layouts_of_other_dimensions_are_refused(n_dims: int) -> None:
    with pytest.raises(InvalidArgument, match=f"n_dims is {n_dims}"):
        messages.decode_spec(spec(tsne=tsne(n_dims=n_dims)))


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="metric 0 is unknown"):
        messages.decode_spec(spec(tsne=tsne(metric=job_pb2.METRIC_UNSPECIFIED)))


def test_a_spec_without_a_projection_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="names no projection"):
        messages.decode_spec(job_pb2.JobSpec(embedding=EMBEDDING).SerializeToString())


def test_what_is_no_spec_is_an_internal_error() -> None:
    with pytest.raises(Internal):
        messages.decode_spec(b"\xff\xff\xff")


def test_a_control_of_a_newer_gateway_is_an_internal_error() -> None:
    with pytest.raises(Internal):
        messages.decode_action(job_pb2.Control().SerializeToString())


@pytest.mark.parametrize(
    ("ours", "theirs", "prefix"),
    [(Phase, job_pb2.Phase, "PHASE_UNSPECIFIED"), (Metric, job_pb2.Metric, "METRIC_UNSPECIFIED")],
)
def test_both_sides_know_the_same_words(ours: type[enum.Enum], theirs: type, prefix: str) -> None:
    assert {member.name for member in ours} == set(theirs.keys()) - {prefix}  # type: ignore[attr-defined]  # an enum of protobuf


def test_both_sides_know_the_same_actions() -> None:
    assert {action.value for action in Action} == {field.name for field in job_pb2.Control.DESCRIPTOR.fields}
    for action in Action:
        control = job_pb2.Control()
        getattr(control, action.value).SetInParent()
        assert messages.decode_action(control.SerializeToString()) is action


@pytest.mark.parametrize("phase", Phase)
def test_a_state_survives_in_every_phase(phase: Phase) -> None:
    moment = datetime(2030, 1, 2, 3, 4, 5, 678901, UTC)
    state = JobState(JobId("job-1"), phase, moment, moment, 0.5, 3, 2**40, 10)
    assert messages.decode_state(messages.encode_state(state)) == state


def test_a_frame_says_how_it_is_encoded() -> None:
    codes = np.arange(20, dtype=np.uint16).reshape(10, 2)
    event = job_pb2.JobEvent.FromString(messages.encode_frame(Frame(3, 7, 0.5, codes, (0.5, 0.25), (1.0, 2.0))))
    frame = event.frame
    assert (frame.sequence, frame.step, frame.loss, frame.n_points, frame.n_dims) == (3, 7, 0.5, 10, 2)
    assert (frame.encoding, list(frame.scale), list(frame.offset)) == (job_pb2.UINT16, [0.5, 0.25], [1.0, 2.0])
    assert frame.layout == codes.astype("<u2").tobytes()
    whole = job_pb2.JobEvent.FromString(messages.encode_frame(Frame(3, 7, 0.5, codes.astype(np.float32)))).frame
    assert (whole.encoding, list(whole.scale), len(whole.layout)) == (job_pb2.FLOAT32, [], 80)


def test_a_layout_in_another_order_of_memory_is_sent_by_rows() -> None:
    layout = np.asfortranarray(np.arange(20, dtype=np.float32).reshape(10, 2))
    frame = job_pb2.JobEvent.FromString(messages.encode_frame(Frame(1, 0, 0.5, layout))).frame
    np.testing.assert_array_equal(np.frombuffer(frame.layout, "<f4"), np.arange(20))


def test_a_query_is_read_and_answered() -> None:
    query = query_pb2.NeighborsQuery(embedding=EMBEDDING, row=4, n_neighbors=2, metric=job_pb2.EUCLIDEAN)
    assert messages.decode_neighbors_query(query.SerializeToString()) == NeighborsQuery(
        EmbeddingRef("words", "d", 10, 3), 4, 2, Metric.EUCLIDEAN
    )
    found = Neighbors(np.array([7, 1], np.uint32), np.array([0.5, 1.5], np.float32))
    answer = query_pb2.NeighborsAnswer.FromString(messages.encode_neighbors_answer(found)).neighbors
    assert (answer.rows, answer.distances) == (found.rows.tobytes(), found.distances.tobytes())
    failed = messages.encode_neighbors_answer(Failure("not_found", "There is no embedding."))
    failure = query_pb2.NeighborsAnswer.FromString(failed).failure
    assert (failure.code, failure.message) == ("not_found", "There is no embedding.")
