from __future__ import annotations

import pytest

from projector_loader.tensor_names import base_name, display_name, is_optimizer_slot, is_unreadable

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


@pytest.mark.parametrize("name", ["variables/0", "layer_with_weights-1/kernel", f"layer-0/x{SUFFIX}", "a/12/b"])
def test_numbered_objects_are_no_names_to_read(name: str) -> None:
    assert is_unreadable(name)


@pytest.mark.parametrize("name", ["words", f"model/dense_1/kernel{SUFFIX}", "conv2d", "words-1"])
def test_names_are_names_to_read(name: str) -> None:
    assert not is_unreadable(name)
