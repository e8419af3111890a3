from __future__ import annotations

import numpy as np
import pytest

from projector_compute.core.preprocess import binary_scale, rows_not_finite, unit_rows, unit_scale

FLOAT32 = np.finfo(np.float32)
LARGEST = float(FLOAT32.max)
SMALLEST = float(FLOAT32.smallest_subnormal)


def test_rows_with_nan_or_infinity_are_found() -> None:
    points = np.ones((1000, 3000), np.float32)  # more than one block
    points[3, 5], points[700, 2999], points[999, 0] = np.nan, np.inf, -np.inf
    np.testing.assert_array_equal(rows_not_finite(points), [3, 700, 999])
    assert len(rows_not_finite(points[4:600])) == 0


@pytest.mark.parametrize("largest", [SMALLEST, 1e-40, 1e-20, 0.75, 1.0, 1e20, 2.0**127, LARGEST])
def test_a_binary_scale_is_a_float32_power_of_two(largest: float) -> None:
    scale = np.float32(binary_scale(largest))
    assert np.isfinite(scale)
    assert np.log2(float(scale)) % 1 == 0
    assert 0.5 <= np.float32(largest) / scale <= 2.0


@pytest.mark.parametrize("factor", [1.0, 1e-40, 1e-20, 1e20, LARGEST / 4])
def test_unit_scale_keeps_the_shape_at_any_magnitude(factor: float) -> None:
    shape = np.random.default_rng(0).uniform(-4, 4, size=(50, 3))
    points = (shape * factor).astype(np.float32)
    points[0, 0] = np.float32(4 * factor)
    scaled = unit_scale(points)
    assert 0.25 <= np.abs(scaled).max() <= 2.0
    wide = points.astype(np.float64)
    expected = wide - wide.mean(axis=0)
    # A power of two takes no digit away, but the smallest numbers have few of them to begin with.
    np.testing.assert_allclose(
        scaled / np.linalg.norm(scaled.astype(np.float64)), expected / np.linalg.norm(expected), atol=1e-6
    )


def test_unit_scale_finds_an_extent_that_a_common_offset_hides() -> None:
    steps = np.arange(-8, 8, dtype=np.float32)[:, np.newaxis] * np.float32(2.0**-10)
    np.testing.assert_allclose(unit_scale(steps + 1000)[:, 0], np.arange(-7.5, 8) / 8, atol=1e-6)


@pytest.mark.parametrize("value", [0.0, 5.5, LARGEST])
def test_unit_scale_of_equal_rows_is_zero(value: float) -> None:
    np.testing.assert_array_equal(unit_scale(np.full((7, 2), value, np.float32)), 0.0)


@pytest.mark.parametrize("factor", [1.0, 1e-40, 1e-20, 1e20, LARGEST / 4])
def test_unit_rows_have_length_one_at_any_magnitude(factor: float) -> None:
    directions = np.random.default_rng(0).uniform(-4, 4, size=(50, 30))
    points = (directions * factor).astype(np.float32)
    wide = points.astype(np.float64) / factor
    expected = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    np.testing.assert_allclose(unit_rows(points), expected, atol=1e-6)


def test_a_row_of_zeros_stays_one() -> None:
    points = np.array([[0.0, 0.0], [0.0, 3.0]], np.float32)
    np.testing.assert_array_equal(unit_rows(points), [[0.0, 0.0], [0.0, 1.0]])


def test_the_input_stays() -> None:
    points = np.random.default_rng(0).normal(size=(9, 2)).astype(np.float32)
    before = points.copy()
    points.setflags(write=False)
    unit_rows(points)
    unit_scale(points)
    np.testing.assert_array_equal(points, before)
