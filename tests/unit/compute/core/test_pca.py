"""Beside the parity with an independent decomposition in ``tests/parity/compute/test_pca.py``."""

from __future__ import annotations

import numpy as np
import pytest

from projector_compute.core.pca import principal_components
from projector_compute.session import Interrupted, Request


@pytest.mark.parametrize("shape", [(60, 8), (8, 60)])
def test_results_repeat_and_the_input_stays(shape: tuple[int, int]) -> None:
    points = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    before = points.copy()
    points.setflags(write=False)
    first, second = principal_components(points, 5), principal_components(points, 5)
    np.testing.assert_array_equal(first.scores, second.scores)
    np.testing.assert_array_equal(points, before)
    assert first.scores.dtype == np.float32
    assert first.scores.flags.c_contiguous


@pytest.mark.parametrize(("shape", "n_components"), [((60, 8), 8), ((3, 8), 3), ((60, 1), 1), ((1, 8), 1), ((1, 1), 1)])
def test_no_more_components_than_rows_or_columns(shape: tuple[int, int], n_components: int) -> None:
    points = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    principal = principal_components(points, 10)
    assert principal.scores.shape == (shape[0], n_components)
    assert principal.explained_variance_ratio.shape == (n_components,)


@pytest.mark.parametrize("shape", [(300, 4), (4, 300), (1, 5)])
@pytest.mark.parametrize("value", [0.0, 3.3, -1e30])
def test_equal_rows_have_no_variance_to_explain(shape: tuple[int, int], value: float) -> None:
    principal = principal_components(np.full(shape, value, np.float32), 3)
    np.testing.assert_array_equal(principal.scores, 0.0)
    np.testing.assert_array_equal(principal.explained_variance_ratio, 0.0)


@pytest.mark.parametrize("shape", [(4000, 700), (500, 9000)])
def test_progress_rises_and_may_end_the_work(shape: tuple[int, int]) -> None:
    points = np.ones(shape, np.float32)
    told: list[float] = []
    principal_components(points, 2, told.append)
    assert len(told) > 1
    assert told == sorted(told)
    assert 0.0 <= told[0] <= told[-1] <= 1.0

    def stop(done: float) -> None:
        raise Interrupted(Request.STOP)

    with pytest.raises(Interrupted):
        principal_components(points, 2, stop)
