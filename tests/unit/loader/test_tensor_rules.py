from __future__ import annotations

import pytest

from projector_loader.model import Shape, TensorName
from projector_loader.tensor_rules import base_name, display_name, is_optimizer_slot, why_not_viewable
from projector_loader.tensors import MAX_DIMS

SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


@pytest.mark.parametrize("name", ["words", "words:0", f"words{SUFFIX}", f"words{SUFFIX}:0"])
def test_names_match_with_and_without_what_tensorflow_appends(name: str) -> None:
    assert base_name(name) == "words"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("model/words:0", "model/words"),
        (f"layer_with_weights-0/embeddings{SUFFIX}", "layer_with_weights-0/embeddings"),
        (f"a.Sb..c{SUFFIX}", "a/b.c"),
        ("a.Sb", "a.Sb"),
        (":0", ":0"),
    ],
)
def test_display_name(name: str, shown: str) -> None:
    assert display_name(name) == shown


@pytest.mark.parametrize(
    "name",
    [
        *("words/Adam", "words/Adam_1", "words/Momentum", "words/Adagrad", "words/RMSProp_2:0"),
        f"words/.OPTIMIZER_SLOT/optimizer/m{SUFFIX}",
        f"optimizer/_variables/3{SUFFIX}",
        f"model/optimizer/_variables/12{SUFFIX}",
    ],
)
def test_optimizer_slots_are_known(name: str) -> None:
    assert is_optimizer_slot(name)


@pytest.mark.parametrize(
    "name", ["Adam", "words/Adamant", "Adam/words", f"optimizer/_trainable_variables/0{SUFFIX}", f"variables/0{SUFFIX}"]
)
def test_other_names_are_no_slots(name: str) -> None:
    assert not is_optimizer_slot(name)


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
