from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.workshop import Workshop, clusters, pca_spec
from projector_compute.core.pca import principal_components
from projector_compute.model import CustomResult, Frame, PcaResult, Phase
from projector_compute.specs import (
    AxisSide,
    CustomAxis,
    CustomParameters,
    JobSpec,
    PcaParameters,
    Preprocessing,
    Projection,
    RawParameters,
)


def test_the_frame_holds_the_scores_and_the_state_the_variances() -> None:
    workshop = Workshop()
    workshop.create(pca_spec(workshop.embeddings.add("words", clusters()), n_components=3))
    workshop.work()
    expected = principal_components(clusters(), 3)
    (frame,) = workshop.frames
    np.testing.assert_array_equal(frame.layout, expected.scores)
    assert math.isnan(frame.loss)
    state = workshop.job.state
    assert (state.phase, state.progress) == (Phase.FINISHED, 1.0)
    assert state.result == PcaResult(tuple(expected.explained_variance_ratio.tolist()))


def test_many_points_come_in_full_precision() -> None:
    workshop = Workshop()
    workshop.create(pca_spec(workshop.embeddings.add("words", clusters(60_000, 2)), n_components=2))
    workshop.work()
    (frame,) = workshop.frames
    assert frame.layout.shape == (60_000, 2)
    assert frame.layout.dtype == np.float32


def carried_out(
    points: NDArray[np.floating],
    projection: Projection,
    preprocessing: Preprocessing = Preprocessing.NONE,
    rows: list[int] | None = None,
) -> Workshop:
    workshop = Workshop()
    ref = workshop.embeddings.add("words", points)
    chosen = None if rows is None else np.array(rows, np.uint32)
    workshop.create(JobSpec(ref, chosen, 0, projection, preprocessing))
    workshop.work()
    return workshop


def frame_of(*arguments: object) -> Frame:
    workshop = carried_out(*arguments)  # type: ignore[arg-type]  # passed on
    assert workshop.job.state.phase is Phase.FINISHED, workshop.job.state.failure
    (frame,) = workshop.frames
    return frame


def side(*rows: int) -> AxisSide:
    return AxisSide(np.array(rows, np.uint32))


def axes(*sides: tuple[AxisSide, AxisSide], normalise: bool = False, orthogonalise: bool = False) -> CustomParameters:
    return CustomParameters(tuple(CustomAxis(start, end) for start, end in sides), normalise, orthogonalise)


def spherized(points: NDArray[np.floating]) -> NDArray[np.float64]:
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True))


def z_scored(points: NDArray[np.floating]) -> NDArray[np.float64]:
    wide = points.astype(np.float64)
    return np.asarray((wide - wide.mean(axis=0)) / wide.std(axis=0))


@pytest.mark.parametrize("dims", [(0, 1), (5, 2, 0)])
def test_raw_dimensions_are_shown_as_they_are(dims: tuple[int, ...]) -> None:
    points = clusters()
    np.testing.assert_array_equal(frame_of(points, RawParameters(dims)).layout, points[:, dims])


@pytest.mark.parametrize(
    ("preprocessing", "expected"),
    [(Preprocessing.SPHERIZE, spherized(clusters())), (Preprocessing.Z_SCORE, z_scored(clusters()))],
)
def test_rows_are_preprocessed_by_the_whole_embedding(
    preprocessing: Preprocessing, expected: NDArray[np.float64]
) -> None:
    """Also those of a selection, and before whatever projection."""
    points, some = clusters(), [3, 7, 8, 21]
    raw = frame_of(points, RawParameters((0, 5)), preprocessing)
    np.testing.assert_allclose(raw.layout, expected[:, [0, 5]], atol=1e-6)
    selected = frame_of(points, RawParameters((0, 5)), preprocessing, some)
    np.testing.assert_allclose(selected.layout, expected[some][:, [0, 5]], atol=1e-6)
    pca = frame_of(points, PcaParameters(2), preprocessing)
    np.testing.assert_allclose(pca.layout, principal_components(expected.astype(np.float32), 2).scores, atol=1e-5)


def test_a_constant_dimension_becomes_0_and_a_row_at_the_mean_stays_there() -> None:
    points = np.array([[1, 7, 3], [3, 7, 3], [2, 7, 3]], np.float32)
    np.testing.assert_allclose(
        frame_of(points, RawParameters((0, 1)), Preprocessing.Z_SCORE).layout[:, 1], 0.0, atol=0.0
    )
    np.testing.assert_array_equal(
        frame_of(points, RawParameters((0, 1)), Preprocessing.SPHERIZE).layout, [[-1, 0], [1, 0], [0, 0]]
    )


@pytest.mark.parametrize("scale", [1e-18, 1.0, 1e18])
@pytest.mark.parametrize("preprocessing", [Preprocessing.SPHERIZE, Preprocessing.Z_SCORE])
def test_the_unit_of_the_data_does_not_matter_once_it_is_preprocessed(
    scale: float, preprocessing: Preprocessing
) -> None:
    layout = frame_of(clusters().astype(np.float64) * scale, RawParameters((0, 1)), preprocessing).layout
    expected = frame_of(clusters(), RawParameters((0, 1)), preprocessing).layout
    np.testing.assert_allclose(layout, expected, atol=1e-5)


@pytest.mark.parametrize("preprocessing", Preprocessing)
def test_custom_axes_lead_from_centroid_to_centroid(preprocessing: Preprocessing) -> None:
    points = clusters()
    wide = {
        Preprocessing.NONE: points.astype(np.float64),
        Preprocessing.SPHERIZE: spherized(points),
        Preprocessing.Z_SCORE: z_scored(points),
    }[preprocessing]
    x, y = wide[[4, 5]].mean(axis=0) - wide[[0, 1, 2]].mean(axis=0), wide[9] - wide[8]
    parameters = axes((side(0, 1, 2), side(4, 5)), (side(8), side(9)))
    workshop = carried_out(points, parameters, preprocessing)
    np.testing.assert_allclose(workshop.frames[0].layout, wide @ np.stack([x, y], axis=1), rtol=1e-5, atol=1e-5)
    result = workshop.job.state.result
    assert isinstance(result, CustomResult)
    assert [(axis.n_from, axis.n_to) for axis in result.axes] == [(3, 2), (1, 1)]
    assert [axis.length for axis in result.axes] == pytest.approx([np.linalg.norm(x), np.linalg.norm(y)])
    assert not workshop.job.state.notices


def test_an_empty_side_is_the_origin_and_says_so() -> None:
    points = clusters()
    workshop = carried_out(points, axes((side(), side(4)), (side(2), side())))
    wide = points.astype(np.float64)
    np.testing.assert_allclose(workshop.frames[0].layout, wide @ np.stack([wide[4], -wide[2]], axis=1), rtol=1e-5)
    assert [notice.subject for notice in workshop.job.state.notices] == ["axis x, from", "axis y, to"]


def test_rows_that_are_not_finite_are_no_part_of_a_centroid() -> None:
    points = clusters()
    points[4, 1] = np.nan
    good = [row for row in range(40) if row != 4]
    workshop = carried_out(points, axes((side(0), side(4, 5)), (side(1), side(2))), Preprocessing.NONE, good)
    expected = frame_of(points[good], axes((side(0), side(4)), (side(1), side(2))))
    np.testing.assert_allclose(workshop.frames[0].layout, expected.layout, rtol=1e-5)
    (notice,) = workshop.job.state.notices
    assert "1 of 2 rows" in notice.message
    assert workshop.job.state.result is not None


def test_axes_can_be_made_unit_and_orthogonal() -> None:
    points = np.eye(4, dtype=np.float32)
    parameters = axes((side(), side(0)), (side(), side(0, 1)), (side(), side(1, 2)), normalise=True, orthogonalise=True)
    expected = np.zeros((4, 3))
    expected[0, 0] = expected[1, 1] = expected[2, 2] = 1.0
    np.testing.assert_allclose(frame_of(points, parameters).layout, expected, atol=1e-7)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (axes((side(0), side(0)), (side(1), side(2))), "Axis x leads from a centroid to the same one"),
        (
            axes((side(0), side(1)), (side(1), side(0)), orthogonalise=True),
            "Axis y leads the same way as those before it; choose other rows for it.",
        ),
    ],
)
def test_an_axis_without_a_direction_of_its_own_is_refused(parameters: CustomParameters, words: str) -> None:
    failure = carried_out(clusters(), parameters).job.state.failure
    assert failure is not None
    assert failure.code == "invalid_argument"
    assert words in failure.message


@pytest.mark.parametrize("n_points", [1, 2, 3])
@pytest.mark.parametrize("preprocessing", Preprocessing)
def test_very_few_rows_are_projected(n_points: int, preprocessing: Preprocessing) -> None:
    points = clusters(n_points, 2)
    assert np.isfinite(frame_of(points, RawParameters((1, 0)), preprocessing).layout).all()
    assert np.isfinite(frame_of(points, PcaParameters(2), preprocessing).layout).all()
