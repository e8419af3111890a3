from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector_chassis.errors import Conflict
from projector_loader.projector_config import (
    EmbeddingEntry,
    ProjectorConfig,
    SpriteEntry,
    format_config,
    parse_config,
)


def test_all_fields() -> None:
    text = b"""
        # what TensorBoard's visualize_embeddings writes
        model_checkpoint_path: "model.ckpt-5"
        model_checkpoint_dir: 'checkpoints'
        embeddings {
          tensor_name: "words:0"
          tensor_shape: 10 tensor_shape: 3
          tensor_path: "a/tensors.tsv"
          metadata_path: "a/labels" ".tsv"
          bookmarks_path: "bookmarks.txt"
          sprite: < image_path: "sprite.png", single_image_dim: [28, 14]; >
        }
        embeddings {}
    """
    assert parse_config(text) == ProjectorConfig(
        model_checkpoint_path="model.ckpt-5",
        model_checkpoint_dir="checkpoints",
        embeddings=(
            EmbeddingEntry(
                tensor_name="words:0",
                tensor_shape=(10, 3),
                tensor_path="a/tensors.tsv",
                metadata_path="a/labels.tsv",
                bookmarks_path="bookmarks.txt",
                sprite=SpriteEntry("sprite.png", (28, 14)),
            ),
            EmbeddingEntry(),
        ),
    )


@given(
    name=st.text(), shape=st.lists(st.integers(0, 2**32 - 1), max_size=3).map(tuple), size=st.sampled_from([(), (8, 9)])
)
def test_a_written_config_reads_as_it_was(name: str, shape: tuple[int, ...], size: tuple[int, ...]) -> None:
    entry = EmbeddingEntry(
        tensor_name=name, tensor_shape=shape, tensor_path="t.npy", metadata_path=name, sprite=SpriteEntry("s.png", size)
    )
    config = ProjectorConfig(embeddings=(entry,))
    assert parse_config(format_config(config)) == config


def test_empty_config_is_valid() -> None:
    assert parse_config(b"") == ProjectorConfig()


def test_entry_without_tensor_is_a_template() -> None:
    template, by_path, by_name = parse_config(
        b'embeddings { metadata_path: "m.tsv" } embeddings { tensor_path: "t.tsv" } embeddings { tensor_name: "t" }'
    ).embeddings
    assert [template.is_template, by_path.is_template, by_name.is_template] == [True, False, False]


def test_byte_order_mark_is_ignored() -> None:
    assert parse_config(b'\xef\xbb\xbfmodel_checkpoint_dir: "x"').model_checkpoint_dir == "x"


def test_unknown_field_is_passed_over_and_reported() -> None:
    config = parse_config(b'embeddings {\n  tensor_nam: "x"\n  metadata_path: "m.tsv"\n}')
    assert config.embeddings == (EmbeddingEntry(metadata_path="m.tsv"),)
    assert config.unknown == 'line 2: Message type "EmbeddingInfo" has no field named "tensor_nam"'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"embeddings {\n  tensor_name: 5\n}", "line 2: "),
        (b"embeddings {", "Expected"),
        (b'model_checkpoint_path: "a" model_checkpoint_path: "b"', "line 1: .*multiple"),
        (b"embeddings { tensor_shape: -1 }", "line 1: "),
        (b'tensor_name: "\xff"', "byte 14 is not UTF-8 text"),
        (b"{" * 5000, "line 1: "),
        (b"a {" * 5000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(content: bytes, reason: str) -> None:
    with pytest.raises(Conflict, match=reason):
        parse_config(content)


_PIECES = "embeddings sprite tensor_name tensor_shape image_path { } < > : [ ] , # 1 -1 1e9 99999999999 inf [a.b/c.d]"
_WORDS = st.sampled_from([*_PIECES.split(), '"', "'", "\\", "\\x", "\\777", "\n", " ", "\u00e9", "\0"])


@pytest.mark.usefixtures("bounded_memory")
@given(st.lists(_WORDS, max_size=30).map(" ".join).map(str.encode) | st.binary(max_size=60) | st.text().map(str.encode))
@settings(max_examples=500)
def test_any_bytes_are_read_or_reported(content: bytes) -> None:
    try:
        parse_config(content)
    except Conflict:
        return
