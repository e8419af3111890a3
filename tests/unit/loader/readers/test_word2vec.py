from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from unit.loader.reading import assert_reads_as, fuzzing, read

from projector_chassis.errors import Conflict, PublicError
from projector_loader.formats import list_tensors
from projector_loader.reader_process import ReaderProcesses
from projector_loader.readers import word2vec
from projector_loader.tensors import FoundTensor, TensorSource

WORDS = ["the", "", "New_York", "ü€", "\n", "5", "x" * 300, "a", "b", "c", "d", "e"]


def written(words: list[str], matrix: NDArray[np.float32], end: bytes = b"\n") -> bytes:
    """As ``word2vec.c`` writes it; gensim writes no end."""
    vectors = (word.encode() + b" " + row.tobytes() + end for word, row in zip(words, matrix, strict=True))
    return f"{len(matrix)} {matrix.shape[1]}\n".encode() + b"".join(vectors)


def only(file: Any) -> FoundTensor:
    (tensor,) = list_tensors(ReaderProcesses(), file)
    return tensor


def source(tensor: FoundTensor) -> TensorSource:
    assert tensor.source is not None
    return tensor.source


def words(tensor: FoundTensor) -> list[str]:
    assert tensor.columns is not None
    (column,) = tensor.columns.read_columns()
    assert column.name == "word"
    return list(column.cells)


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("name", ["words.bin", "words.vec", "words"])
def test_vectors_and_words_come_back(write: Any, matrix: Any, end: bytes, name: str) -> None:
    tensor = only(write(name, written(WORDS, matrix, end)))
    assert_reads_as(source(tensor), matrix)
    assert words(tensor) == [word.lstrip("\n") for word in WORDS]


def test_rows_far_behind_are_found_again(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word2vec, "_CHUNK_BYTES", 1)
    array = np.random.default_rng(1).random((5000, 3)).astype(np.float32)
    file = write("x.bin", written([f"w{i}" * (i % 40) for i in range(5000)], array))
    assert_reads_as(source(only(file)), array)
    with source(only(file)).open_rows() as rows:
        for first in (4000, 10, 3000, 2999, 4999, 1024):
            assert rows(first, 1) == array[first].tobytes()


@pytest.mark.parametrize("count_line", [b"1000000000000 300\n", b"14 5\n", b"999999999999999 9999999\n"])
def test_claim_that_the_file_cannot_hold_is_refused(write: Any, matrix: Any, count_line: bytes) -> None:
    content = count_line + written(["w"] * 12, matrix).split(b"\n", 1)[1]
    with pytest.raises(Conflict, match=r"^run/x\.bin (was cut short: it has|tells of)"):
        list_tensors(ReaderProcesses(), write("run/x.bin", content))


def test_row_without_a_word_is_named(write: Any, matrix: Any) -> None:
    content = written(["w"] * 11 + ["x" * 5000], matrix)
    with pytest.raises(Conflict, match=r"x\.bin cannot be read at vector 12 of 12: there is no word"):
        read(source(only(write("x.bin", content))))


def test_cut_within_the_last_rows_is_named(write: Any, matrix: Any) -> None:
    content = written(["word" * 20] * 12, matrix)
    with pytest.raises(Conflict, match=r"x\.bin cannot be read at vector 12 of 12: the file ends there"):
        read(source(only(write("x.bin", content[:-8]))))


def test_fasttext_model_is_refused_with_what_to_do(write: Any) -> None:
    with pytest.raises(Conflict, match=r"save its vectors as text \(\.vec\)"):
        list_tensors(ReaderProcesses(), write("model.bin", b"\xba\x16\x4f\x2f" + b"\0" * 100))


@pytest.mark.usefixtures("bounded_memory")
@given(
    st.tuples(st.integers(0, 5), st.integers(0, 4)).map(lambda sizes: f"{sizes[0]} {sizes[1]}\n".encode()),
    st.binary(max_size=120),
)
@fuzzing
def test_any_bytes_are_read_whole_or_reported(write: Any, count_line: bytes, content: bytes) -> None:
    try:
        (tensor,) = word2vec.list_tensors(write("any.bin", count_line + content))
        assert read(source(tensor)).shape == tensor.shape
        assert len(words(tensor)) == tensor.shape[0]
    except PublicError:
        return
