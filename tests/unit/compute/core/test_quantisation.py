from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from projector_compute.core.quantisation import Quantised, quantise


def decoded(quantised: Quantised) -> NDArray[np.float64]:
    return np.asarray(quantised.offset) + np.asarray(quantised.scale) * quantised.codes


def assert_close(layout: NDArray[np.float32]) -> None:
    """Within half a level of the dimension's extent, float32's own rounding, and next to nothing."""
    quantised = quantise(layout)
    assert quantised.codes.dtype == np.uint16
    assert quantised.codes.shape == layout.shape
    wide = layout.astype(np.float64)
    extent = wide.max(axis=0) - wide.min(axis=0)
    allowed = 0.51 * extent / 65535 + np.spacing(np.abs(layout).max(axis=0)) + 2.0**-100
    assert (np.abs(decoded(quantised) - wide) <= allowed).all()


@pytest.mark.parametrize("factor", [1e-4, 1.0, 1e4, 1e30, 1e-30, 1e-42])
@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_a_layout_comes_back_to_within_half_a_level(factor: float, offset: float) -> None:
    layout = np.random.default_rng(0).normal(size=(5000, 3)) + offset
    assert_close((layout * factor).astype(np.float32))


@given(st.lists(st.floats(-(2.0**126), 2.0**126, width=32), min_size=1, max_size=20))
def test_any_finite_layout_comes_back(values: list[float]) -> None:
    assert_close(np.array(values, np.float32)[:, np.newaxis])


def test_lowest_and_highest_are_the_ends_of_the_codes() -> None:
    codes = quantise(np.array([[-3.0, 5.0], [1.0, 5.0], [9.0, 5.0]], np.float32)).codes
    np.testing.assert_array_equal(codes, [[0, 0], [21845, 0], [65535, 0]])


def test_a_dimension_without_extent_has_no_scale() -> None:
    quantised = quantise(np.full((4, 2), 2.5, np.float32))
    assert quantised.scale == (0.0, 0.0)
    assert quantised.offset == (2.5, 2.5)


def test_the_input_stays() -> None:
    layout = np.random.default_rng(0).normal(size=(9, 2)).astype(np.float32)
    before = layout.copy()
    quantise(layout)
    np.testing.assert_array_equal(layout, before)
