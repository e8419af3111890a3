from __future__ import annotations

import pytest

from projector_loader.model import Shape, TensorName
from projector_loader.tensor_rules import why_not_viewable
from projector_loader.tensors import MAX_DIMS


@pytest.mark.parametrize(
    ("shape", "dtype", "reason"),
    [
        ((5, 2), "string", "It holds text"),
        ((5, 2), "complex64", "complex numbers"),
        ((5, 2), "qint8", "element type qint8"),
        ((), "float32", "It has 0 dimensions"),
        ((5,), "float32", "It has 1 dimensions"),
        ((5, 2, 2), "float32", "It has 3 dimensions"),
        ((0, 2), "float32", "It is empty"),
        ((1, MAX_DIMS + 1), "float32", "Its rows have 524,289 values"),
    ],
)
def test_reasons_against_viewing(shape: Shape, dtype: str, reason: str) -> None:
    assert reason in (why_not_viewable(TensorName("x"), shape, dtype, is_named=True) or "")


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (5, 2)])
def test_single_points_and_dimensions_can_be_viewed(shape: Shape) -> None:
    assert why_not_viewable(TensorName("x"), shape, "float32", is_named=False) is None


def test_slot_is_viewed_only_where_a_config_names_it() -> None:
    name = TensorName("words/Adam")
    assert "optimiser" in (why_not_viewable(name, (5, 2), "float32", is_named=False) or "")
    assert why_not_viewable(name, (5, 2), "float32", is_named=True) is None
