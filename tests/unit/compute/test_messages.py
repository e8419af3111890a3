"""What comes over the wire; that values survive the way to Redis and back is in ``tests/contract``."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from projector_chassis.errors import Internal, InvalidArgument
from projector_compute import messages
from projector_compute.control_messages import read_control, tell_control
from projector_compute.controls import Action, Control, Perturb, SetExaggeration, SetLearningRate, Supervise
from projector_compute.model import Frame, JobState, Phase
from projector_compute.specs import (
    CustomParameters,
    EmbeddingRef,
    Initialisation,
    Metric,
    PcaParameters,
    Preprocessing,
    RawParameters,
    TsneParameters,
    UmapParameters,
)
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId

EMBEDDING = job_pb2.EmbeddingRef(embedding_id="words", digest="d", n_points=10, n_dims=3)


def spec(rows: bytes = b"", **projection: object) -> bytes:
    return job_pb2.JobSpec(
        embedding=EMBEDDING,
        rows=rows,
        seed=2**40,
        **(projection or {"pca": job_pb2.PcaParameters(n_components=2)}),  # type: ignore[arg-type]  # one of the messages
    ).SerializeToString()


def tsne(
    n_dims: int = 3,
    metric: job_pb2.Metric.ValueType = job_pb2.COSINE,
    initialisation: job_pb2.Initialisation.ValueType = job_pb2.INITIALISATION_UNSPECIFIED,
) -> job_pb2.TsneParameters:
    return job_pb2.TsneParameters(
        n_dims=n_dims,
        perplexity=[30.5],
        learning_rate=200.0,
        early_exaggeration=12.0,
        early_exaggeration_steps=250,
        n_steps=1000,
        metric=metric,
        initialisation=initialisation,
    )


def test_a_spec_is_read_with_all_its_parameters() -> None:
    pca, projected = messages.decode_spec(spec()), messages.decode_spec(spec(tsne=tsne()))
    assert pca.embedding == EmbeddingRef("words", "d", 10, 3)
    assert (pca.rows, pca.seed, pca.projection) == (None, 2**40, PcaParameters(2))
    assert projected.projection == TsneParameters(3, (30.5,), 200.0, 12.0, 250, 1000, Metric.COSINE)


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


def test_a_spec_of_before_the_later_parameters_is_read_as_it_was_computed_then() -> None:
    # One perplexity as it was written when the field held one number: tag, then eight bytes.
    old = tsne()
    del old.perplexity[:]
    content = old.SerializeToString() + b"\x11" + np.float64(30.5).tobytes()
    spec_then = spec(tsne=job_pb2.TsneParameters.FromString(content))
    read = messages.decode_spec(spec_then)
    assert read.preprocessing is Preprocessing.NONE
    assert read.projection == TsneParameters(
        n_dims=3,
        perplexity=(30.5,),
        learning_rate=200.0,
        early_exaggeration=12.0,
        early_exaggeration_steps=250,
        n_steps=1000,
        metric=Metric.COSINE,
        late_exaggeration=1.0,
        early_momentum=0.5,
        late_momentum=0.8,
        initialisation=Initialisation.PCA_SCALED,
        initial_layout=None,
        patience_steps=0,
        supervision=None,
    )


def test_later_parameters_of_tsne_are_read() -> None:
    asked = tsne(n_dims=2)
    asked.perplexity.append(5.0)
    asked.late_exaggeration, asked.early_momentum, asked.late_momentum = 2.0, 0.0, 0.9
    asked.initialisation, asked.patience_steps = job_pb2.GIVEN, 50
    asked.initial_layout = np.arange(20, dtype="<f4").tobytes()
    asked.supervision.CopyFrom(job_pb2.Supervision(weight=0.5, column="c", labels=np.arange(10, dtype="<i4").tobytes()))
    read = messages.decode_spec(spec(tsne=asked)).projection
    assert isinstance(read, TsneParameters)
    assert read.perplexity == (30.5, 5.0)
    assert (read.late_exaggeration, read.early_momentum, read.late_momentum) == (2.0, 0.0, 0.9)
    assert (read.initialisation, read.patience_steps) == (Initialisation.GIVEN, 50)
    assert read.initial_layout is not None
    np.testing.assert_array_equal(read.initial_layout, np.arange(20).reshape(10, 2))
    assert read.supervision is not None
    assert (read.supervision.weight, read.supervision.column) == (0.5, "c")
    np.testing.assert_array_equal(read.supervision.labels, np.arange(10))


def umap(
    n_dims: int = 2,
    initialisation: job_pb2.Initialisation.ValueType = job_pb2.INITIALISATION_UNSPECIFIED,
    supervision: job_pb2.Supervision | None = None,
) -> job_pb2.UmapParameters:
    return job_pb2.UmapParameters(
        n_dims=n_dims,
        n_neighbors=15,
        min_dist=0.1,
        metric=job_pb2.COSINE,
        n_epochs=100,
        initialisation=initialisation,
        supervision=supervision,
    )


def custom(from_rows: list[int], to_rows: list[int]) -> job_pb2.CustomParameters:
    def side(rows: list[int]) -> bytes:
        return np.array(rows, "<u4").tobytes()

    x = job_pb2.CustomAxis(from_rows=side(from_rows), to_rows=side(to_rows), from_label="left", to_label="right")
    y = job_pb2.CustomAxis(to_rows=side([3]))
    return job_pb2.CustomParameters(x=x, y=y, normalise=True)


def test_the_other_projections_are_read() -> None:
    content = job_pb2.JobSpec.FromString(spec(umap=umap()))
    content.preprocessing = job_pb2.SPHERIZE
    read = messages.decode_spec(content.SerializeToString())
    assert read.preprocessing is Preprocessing.SPHERIZE
    assert read.projection == UmapParameters(2, 15, 0.1, Metric.COSINE, 100, Initialisation.SPECTRAL)
    assert messages.decode_spec(spec(raw=job_pb2.RawParameters(dims=[2, 0]))).projection == RawParameters((2, 0))
    uncentred = job_pb2.PcaParameters(n_components=3, uncentred=True)
    assert messages.decode_spec(spec(pca=uncentred)).projection == PcaParameters(3, uncentred=True)
    axes = messages.decode_spec(spec(custom=custom([0], [1, 2]))).projection
    assert isinstance(axes, CustomParameters)
    assert (axes.normalise, axes.orthogonalise, len(axes.axes)) == (True, False, 2)
    assert [axes.axes[0].start.rows.tolist(), axes.axes[0].end.rows.tolist()] == [[0], [1, 2]]
    assert (axes.axes[0].start.label, axes.axes[0].end.label) == ("left", "right")


@pytest.mark.parametrize(
    ("projection", "words"),
    [
        ({"raw": job_pb2.RawParameters(dims=[0])}, "dims is \\[0\\]; name 2 or 3"),
        ({"raw": job_pb2.RawParameters(dims=[0, 0])}, "different dimensions"),
        ({"raw": job_pb2.RawParameters(dims=[0, 3])}, "below 3"),
        ({"custom": custom([], [])}, "Axis x has no rows on either side"),
        ({"custom": custom([0], [10])}, "row 10; the embedding's rows are below 10"),
        ({"tsne": tsne(initialisation=job_pb2.GIVEN)}, "initial_layout holds 0 bytes"),
        ({"umap": umap(initialisation=job_pb2.GIVEN)}, "initial_layout holds 0 bytes"),
        ({"umap": umap(n_dims=4)}, "n_dims is 4; UMAP"),
        ({"umap": umap(supervision=job_pb2.Supervision(labels=b"1234"))}, "labels hold 4 bytes; this job needs 40"),
    ],
)
def test_what_cannot_be_projected_is_refused_in_words(projection: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        messages.decode_spec(spec(**projection))


def test_given_coordinates_must_be_finite() -> None:
    asked = tsne(n_dims=2)
    asked.initialisation, asked.initial_layout = job_pb2.GIVEN, np.full(20, np.nan, "<f4").tobytes()
    with pytest.raises(InvalidArgument, match="NaN"):
        messages.decode_spec(spec(tsne=asked))


def test_a_control_of_a_newer_gateway_is_an_internal_error() -> None:
    with pytest.raises(Internal):
        read_control(job_pb2.Control())


@pytest.mark.parametrize(
    ("ours", "theirs", "prefix"),
    [
        (Phase, job_pb2.Phase, "PHASE_UNSPECIFIED"),
        (Metric, job_pb2.Metric, "METRIC_UNSPECIFIED"),
        (Initialisation, job_pb2.Initialisation, "INITIALISATION_UNSPECIFIED"),
        (Preprocessing, job_pb2.Preprocessing, "PREPROCESSING_UNSPECIFIED"),
    ],
)
def test_both_sides_know_the_same_words(ours: type[enum.Enum], theirs: type, prefix: str) -> None:
    assert {member.name for member in ours} == set(theirs.keys()) - {prefix}  # type: ignore[attr-defined]  # an enum of protobuf


CONTROLS: dict[str, Control] = {
    "pause": Action.PAUSE,
    "resume": Action.RESUME,
    "stop": Action.STOP,
    "perturb": Perturb(),
    "set_learning_rate": SetLearningRate(2.5),
    "set_exaggeration": SetExaggeration(4.0),
}


def test_both_sides_know_the_same_controls() -> None:
    assert CONTROLS.keys() | {"supervise"} == {
        field.name for field in job_pb2.Control.DESCRIPTOR.oneofs_by_name["action"].fields
    }
    for name, control in CONTROLS.items():
        message = tell_control(control)
        assert message.WhichOneof("action") == name
        assert read_control(message) == control


def test_a_supervision_is_told_again_without_its_labels() -> None:
    asked = job_pb2.Supervision(weight=0.25, column="c", ignored_label="x", labels=np.arange(3, dtype="<i4").tobytes())
    read = read_control(job_pb2.Control(supervise=job_pb2.Supervise(supervision=asked)))
    assert isinstance(read, Supervise)
    np.testing.assert_array_equal(read.supervision.labels, [0, 1, 2])
    told = tell_control(read).supervise.supervision
    assert (told.weight, told.column, told.ignored_label, told.labels) == (0.25, "c", "x", b"")


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
