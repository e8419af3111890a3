"""What programs are given: numpy arrays and frozen values, and what they may ask."""

from __future__ import annotations

import math
import struct
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_client import messages
from projector_client.errors import InvalidArgument, ProjectorError
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.loader.v1 import loader_pb2


def frame(**changes: Any) -> job_pb2.Frame:
    """A frame of three points in two dimensions."""
    fields: dict[str, Any] = {
        "sequence": 2**40,
        "step": 7,
        "loss": 1.5,
        "n_points": 3,
        "n_dims": 2,
        "encoding": job_pb2.FLOAT32,
        "layout": struct.pack("<6f", 0, 1, 2, 3, 4, 5),
    }
    return job_pb2.Frame(**fields | changes)


def test_a_layout_is_a_float32_array_row_by_row() -> None:
    shown = messages.frame(frame())
    assert (shown.sequence, shown.step, shown.loss) == (2**40, 7, 1.5)
    assert shown.layout.dtype == np.float32
    assert shown.layout.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert shown.layout.flags.c_contiguous


def test_a_layout_belongs_to_nobody_and_cannot_be_changed() -> None:
    layout = messages.frame(frame()).layout
    with pytest.raises(ValueError, match="read-only"):
        layout[0, 0] = 1


def test_16_bits_become_the_numbers_they_stand_for() -> None:
    packed = struct.pack("<6H", 0, 0, 65535, 1, 2, 65535)
    shown = messages.frame(frame(encoding=job_pb2.UINT16, layout=packed, scale=[0.5, 2], offset=[-1, 10]))
    assert shown.layout.tolist() == [[-1, 10], [32766.5, 12], [0, 131080]]
    assert shown.layout.dtype == np.float32


def test_missing_coordinates_and_losses_are_nan() -> None:
    shown = messages.frame(frame(loss=math.nan, layout=struct.pack("<6f", *[math.nan] * 6)))
    assert math.isnan(shown.loss)
    assert np.isnan(shown.layout).all()


def test_an_encoding_of_a_newer_projector_is_told() -> None:
    with pytest.raises(ProjectorError, match="too old"):
        messages.frame(frame(encoding=9))


@pytest.mark.parametrize(
    "rows", [[0], [0, 2**32 - 1], (1, 2), range(3), np.arange(5, dtype=np.uint8), np.arange(5, dtype=np.int64)]
)
def test_rows_are_packed_whatever_holds_them(rows: Any) -> None:
    assert messages.pack_rows(rows) == struct.pack(f"<{len(rows)}I", *rows)


def test_no_rows_are_all_rows() -> None:
    assert messages.pack_rows(None) == b""


@pytest.mark.parametrize("rows", [[], 5, [[0, 1]], [0.5], ["a"], [True, False], [-1, 2], [2, 1], [1, 1], [0, 2**32]])
def test_what_are_no_rows_is_refused_in_words(rows: Any) -> None:
    with pytest.raises(InvalidArgument, match="rows must be"):
        messages.pack_rows(rows)


@given(st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=20))
def test_any_ascending_rows_are_packed(rows: set[int]) -> None:
    assert np.frombuffer(messages.pack_rows(sorted(rows)), "<u4").tolist() == sorted(rows)


def test_an_unknown_metric_names_the_allowed_ones() -> None:
    with pytest.raises(InvalidArgument, match="metric is 'manhattan'; allowed are cosine, euclidean"):
        messages.metric("manhattan")  # type: ignore[arg-type]  # the very mistake


def test_a_state_tells_everything() -> None:
    given_ = job_pb2.JobState(
        phase=job_pb2.FAILED,
        progress=0.5,
        step=3,
        sequence=4,
        n_points=10,
        failure=problem_pb2.Failure(code="conflict", message="The file has changed."),
        notices=[problem_pb2.Problem(severity=problem_pb2.Problem.NOTICE, subject="rows", message="Two left out.")],
        pca=job_pb2.PcaResult(explained_variance_ratio=[0.5, 0.25]),
    )
    given_.created_at.FromDatetime(datetime(2026, 3, 4, tzinfo=UTC))
    state = messages.state(given_)
    assert (state.phase, state.progress, state.step, state.sequence, state.n_points) == ("failed", 0.5, 3, 4, 10)
    assert state.created_at == datetime(2026, 3, 4, tzinfo=UTC)
    assert state.failure == ("conflict", "The file has changed.")
    assert state.notices[0].severity == "notice"
    assert state.explained_variance_ratio == (0.5, 0.25)
    assert state.has_ended
    with pytest.raises(FrozenInstanceError):
        state.step = 5  # type: ignore[misc]  # the very mistake


@pytest.mark.parametrize("phase", [phase for phase in job_pb2.Phase.values() if phase])
def test_the_last_three_phases_are_the_end(phase: job_pb2.Phase.ValueType) -> None:
    state = messages.state(job_pb2.JobState(phase=phase))
    assert state.has_ended is (phase in (job_pb2.FINISHED, job_pb2.STOPPED, job_pb2.FAILED))
    assert (state.failure, state.explained_variance_ratio) == (None, None)


@pytest.mark.parametrize(("step", "shown"), [(None, None), (0, 0), (5, 5)])
def test_a_training_step_is_there_or_not(step: int | None, shown: int | None) -> None:
    summary = loader_pb2.EmbeddingSummary(id="e", step=step, n_points=2**33, n_dims=4)
    assert messages.embedding_summary(summary).step == shown
    assert messages.embedding_summary(summary).n_points == 2**33
